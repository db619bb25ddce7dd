import { Temporal } from 'temporal-polyfill'
import type { RecordVersion } from '../../world.ts'
import type { Emit } from '../emit.ts'

/** The account's zone: the days of close dates and rates are days on its clock. */
export const accountZone = 'Europe/Berlin'

/** A moment as HubSpot keeps it, to the millisecond, in UTC. */
export function millisecondStamp(at: number): string {
	return new Date(at).toISOString()
}

/** What a person who picks a day on the account's clock leaves behind: that day at that time of day, as a moment in UTC. */
export function momentOfDay(date: string, time: string): string {
	const key = `${date}T${time}`
	let moment = moments.get(key)
	if (moment === undefined) {
		const at = Temporal.PlainDateTime.from(key).toZonedDateTime(accountZone).epochMilliseconds
		moment = millisecondStamp(at)
		moments.set(key, moment)
	}
	return moment
}

const moments = new Map<string, string>()

/** Takes versions stamped to the second and stamps them to the millisecond: up to a second earlier, differently for each record. */
export function withMilliseconds(emit: Emit, salt: number, fields: string[]): Emit {
	const early = salt % 3 === 0 ? 0 : (salt * 7919) % 1000
	return (version: RecordVersion) => {
		if (!version.values) return emit(version)
		const values = { ...version.values }
		for (const field of fields)
			if (typeof values[field] === 'string') values[field] = millisecondStamp(Date.parse(values[field]) - early)
		emit({ ...version, values })
	}
}
