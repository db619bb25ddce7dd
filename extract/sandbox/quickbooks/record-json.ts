import { Temporal } from 'temporal-polyfill'
import { momentOf } from '../clock.ts'
import { realmZones } from '../world/records/quickbooks/identifiers.ts'
import type { QuickbooksEntity } from './entities.ts'

/** A record as it lies in the store. `created`, `updated`: `YYYY-MM-DDTHH:MM:SS`, UTC. */
export type QuickbooksRow = {
	id: string
	realm: string
	reference: string | null
	created: string | null
	updated: string | null
	body: string
}

/** A record as JSON text, its numbers digit by digit as the company has them. `hidden`: members out of sight. */
export function recordText(entity: QuickbooksEntity, row: QuickbooksRow, hidden: string[]): string {
	const written =
		entity.reference && row.reference !== null
			? `,${JSON.stringify(entity.reference)}:${JSON.stringify(row.reference)}`
			: ''
	const text = `${row.body.slice(0, -1)}${written},"MetaData":${stampMembers(row)}}`
	return hidden.reduce(without, text)
}

/** A record that is gone, as change data capture tells of it. */
export function deletedText(id: string, realm: string, at: number): string {
	const MetaData = { LastUpdatedTime: companyStamp(at, realm) }
	return JSON.stringify({ domain: 'QBO', status: 'Deleted', Id: id, MetaData })
}

/** A moment (epoch ms) on the company's clock, with its offset: `2026-03-08T01:30:00-08:00`. */
export function companyStamp(at: number, realm: string): string {
	const quarter = Math.floor(at / 900_000)
	const known = offsets.get(`${realm} ${quarter}`)
	const offset = known ?? offsetAt(quarter * 900_000, realm)
	if (known === undefined) offsets.set(`${realm} ${quarter}`, offset)
	const minutes = Math.abs(offset)
	const two = (value: number) => String(value).padStart(2, '0')
	const local = new Date(at + offset * 60_000).toISOString().slice(0, 19)
	return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const offsets = new Map<string, number>()

/** Minutes east of UTC. */
function offsetAt(at: number, realm: string): number {
	const zone = realmZones[realm] ?? 'America/Los_Angeles'
	return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 60e9
}

function stampMembers({ realm, created, updated }: QuickbooksRow): string {
	const stamp = (text: string | null) => (text === null ? undefined : companyStamp(momentOf(text), realm))
	return JSON.stringify({ CreateTime: stamp(created), LastUpdatedTime: stamp(updated) })
}

/** The text without a member that stands on top and is a text or a number. */
function without(text: string, member: string): string {
	return text.replace(new RegExp(`,"${member}":("(?:[^"\\\\]|\\\\.)*"|[-\\d.]+)`), '')
}
