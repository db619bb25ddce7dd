import { createHash } from 'node:crypto'
import { momentOf } from '../clock.ts'
import { divide } from '../world/company/exact.ts'
import { digits, isDigits, type Json, jsonText } from '../world/records/xero/json.ts'
import type { XeroEndpoint } from './endpoints.ts'

/** A record as it lies in the store. `updated`: `YYYY-MM-DDTHH:MM:SS`, UTC. */
export type XeroRow = { id: string; reference: string | null; updated: string | null; body: string }

/** How a record is to be shown. `hidden`: members out of sight. */
export type Shown = { isPaged: boolean; isSummary: boolean; hasFourDecimals: boolean; hidden: string[] }

/** A record as JSON text, its numbers digit by digit as the company has them, but for what Xero rounds or leaves out. */
export function recordText(endpoint: XeroEndpoint, row: XeroRow, shown: Shown): string {
	const whole = `${row.body.slice(0, -1)}${referenceMember(endpoint, row)}${stampMembers(endpoint, row)}}`
	const gone = [
		...(shown.isPaged ? [] : endpoint.onlyPaged),
		...(shown.isSummary ? (endpoint.summary ?? []) : []),
		...shown.hidden,
	]
	const isRounded = endpoint.hasUnitDecimals && !shown.hasFourDecimals
	if (gone.length === 0 && !isRounded) return whole
	const record = parseExactly(whole) as { [member: string]: Json }
	for (const member of gone) {
		// Lists of lines come empty, other members not at all.
		if (Array.isArray(record[member]) && !shown.isSummary) record[member] = []
		else delete record[member]
	}
	return jsonText(isRounded ? rounded(record) : record)
}

/** JSON with every number as its digits. */
export function parseExactly(text: string): Json {
	return JSON.parse(text, ((_: string, value: unknown, context: { source?: string }) =>
		typeof value === 'number' ? { digits: context.source! } : value) as never) as Json
}

function referenceMember({ reference }: XeroEndpoint, row: XeroRow): string {
	if (!reference || (reference === 'ContactNumber' && row.reference === null)) return ''
	return `,${JSON.stringify(reference)}:${JSON.stringify(row.reference ?? '')}`
}

/** Endpoints without pages write the stamp without offset: both forms are Xero's. Documents have it as a text too. */
function stampMembers({ hasStamp, paging, hasUnitDecimals }: XeroEndpoint, { id, updated }: XeroRow): string {
	if (!hasStamp || updated === null) return ''
	const milliseconds =
		momentOf(updated) + (Number.parseInt(createHash('md5').update(id).digest('hex').slice(0, 6), 16) % 1000)
	const text = paging === 'sized' && hasUnitDecimals ? `,"UpdatedDateUTCString":"${updated}Z"` : ''
	return `,"UpdatedDateUTC":"/Date(${milliseconds}${paging === 'whole' ? '' : '+0000'})/"${text}`
}

/** Unit amounts with two decimals: what comes without `unitdp=4`. */
function rounded(value: Json): Json {
	if (Array.isArray(value)) return value.map(rounded)
	if (value === null || typeof value !== 'object' || isDigits(value)) return value
	return Object.fromEntries(
		Object.entries(value).map(([name, member]) => [
			name,
			name === 'UnitAmount' || name === 'UnitPrice' ? twoDecimals(member!) : rounded(member!),
		]),
	)
}

function twoDecimals(value: Json): Json {
	if (value === null || typeof value !== 'object' || Array.isArray(value) || !isDigits(value)) return value
	const [whole = '0', fraction = ''] = value.digits.split('.')
	const exact = BigInt(`${whole}${fraction.padEnd(4, '0').slice(0, 4)}`)
	return digits(divide(exact, 100n), 2)
}
