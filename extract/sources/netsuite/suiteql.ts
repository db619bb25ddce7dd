import type { Column, Query, SourceRequest, Stream } from '../../source.ts'
import { type Edition, fullEdition } from './edition.ts'
import { type Totals, totalsOf } from './totals.ts'

/** The part of a query that a statement is made of; `zone` is the account's, `edition` what it has (everything, if absent). */
export type SuiteqlQuery = Pick<Query<unknown>, 'stream' | 'fields' | 'window' | 'after' | 'keys'> & {
	zone: string
	edition?: Edition
}

/** The one resource that SuiteQL is asked at. */
export const suiteqlPath = '/services/rest/query/v1/suiteql'

const format = 'YYYY-MM-DD HH24:MI:SS'

/**
 * One page's statement: everything behind the last key, in the order of the key. Never `ROWNUM`, never an offset: a query ends at
 * 100,000 rows, and rows move between the pages of one that is ordered by anything that changes.
 */
export function pageStatement(query: SuiteqlQuery): string {
	const { stream, fields, edition = fullEdition } = query
	const totals = totalsOf(stream.name, edition)
	if (totals) return totalsStatement(totals, query)
	const selected = Object.entries(stream.columns)
		.filter(([name]) => fields[name])
		.map(([name, column]) => expression(fields[name]!, column))
	const keys = stream.key.map((name) => fields[name]!)
	const order = keys.map((key) => `${key} ASC`).join(', ')
	return `SELECT ${selected.join(', ')} FROM ${stream.object}${where(query, true)} ORDER BY ${order}`
}

/** Sums behind the last group, in the order of the groups; what is the same in all of them makes none. */
function totalsStatement({ select, same = {}, from, where }: Totals, { stream, after }: SuiteqlQuery): string {
	const selected = Object.entries({ ...select, ...same }).map(([name, value]) => `${value} AS ${name}`)
	const key = stream.key.filter((name) => same[name] === undefined)
	const groups = key.map((name) => select[name]!)
	const rest = after
		? ` AND ${behind(key.map((name) => [select[name]!, keyLiteral(stream.columns[name]!, after[name]!)]))}`
		: ''
	const order = groups.map((group) => `${group} ASC`).join(', ')
	return `SELECT ${selected.join(', ')} FROM ${from} WHERE ${where}${rest} GROUP BY ${groups.join(', ')} ORDER BY ${order}`
}

/** The source's own count and, where there is money, its totals by currency, within the same bounds. */
export function countStatement(query: SuiteqlQuery): string {
	const { stream, fields } = query
	const { money } = stream
	const amount = money && fields[money.amount]
	const currency = money?.currency && fields[money.currency]
	const from = `FROM ${stream.object}${where(query, false)}`
	if (!amount) return `SELECT COUNT(*) AS rows_counted ${from}`
	if (!currency) return `SELECT COUNT(*) AS rows_counted, SUM(${amount}) AS total ${from}`
	return `SELECT ${currency} AS currency, COUNT(*) AS rows_counted, SUM(${amount}) AS total ${from} GROUP BY ${currency}`
}

/** Deleted records of some types since a moment, behind the last key of a page. */
export function deletedStatement(
	types: string[],
	since: number,
	zone: string,
	after: { recordid: string; recordtypeid: string } | null,
): string {
	const conditions = [
		`deleteddate >= ${moment(since, zone)}`,
		`LOWER(scriptid) IN (${types.map((type) => `'${type}'`).join(', ')})`,
	]
	if (after)
		conditions.push(
			`(recordtypeid > ${after.recordtypeid} OR (recordtypeid = ${after.recordtypeid} AND recordid > ${after.recordid}))`,
		)
	return `SELECT recordid, recordtypeid, scriptid, TO_CHAR(deleteddate, '${format}') AS deleteddate FROM deletedrecord WHERE ${conditions.join(' AND ')} ORDER BY recordtypeid ASC, recordid ASC`
}

/** Dates without `TO_CHAR` come without their time, in the format of the user. */
function expression(field: string, { type }: Column): string {
	if (type === 'local_datetime') return `TO_CHAR(${field}, '${format}') AS ${field}`
	return type === 'date' ? `TO_CHAR(${field}, 'YYYY-MM-DD') AS ${field}` : field
}

function where({ stream, fields, window, after, keys, zone }: SuiteqlQuery, isPage: boolean): string {
	const conditions: string[] = stream.filter ? [stream.filter] : []
	if (keys) conditions.push(among(stream, fields, keys))
	if (stream.cursor) {
		const field = fields[stream.cursor.column]!
		if (window.since !== null) conditions.push(`${field} >= ${moment(window.since, zone)}`)
		// Stamps have whole seconds: the bound is the end of its second.
		conditions.push(`${field} < ${moment(Math.floor(window.until / 1000) * 1000 + 1000, zone)}`)
	}
	if (isPage && after)
		conditions.push(behind(stream.key.map((name) => [fields[name]!, keyLiteral(stream.columns[name]!, after[name]!)])))
	return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
}

/** The keys that a stream which follows another is asked for. */
function among(stream: Stream, fields: SuiteqlQuery['fields'], keys: readonly string[]): string {
	const [name] = stream.follows!.by ?? stream.key
	return `${fields[name!]} IN (${keys.map((key) => keyLiteral(stream.columns[name!]!, key)).join(', ')})`
}

/** (a, b) > (x, y), written out: SuiteQL compares no tuples. */
function behind(parts: (readonly [string, string])[]): string {
	const [[field, value], ...rest] = parts as [readonly [string, string], ...(readonly [string, string])[]]
	if (rest.length === 0) return `${field} > ${value}`
	return `(${field} > ${value} OR (${field} = ${value} AND ${behind(rest)}))`
}

/** A key as it is compared: whole numbers by their size, all else as text. Anything that is no number never gets out of its quotes. */
function keyLiteral({ type }: Column, value: string): string {
	return type === 'integer' && /^-?\d+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`
}

function moment(at: number, zone: string): string {
	return `TO_DATE('${localText(at, zone)}', '${format}')`
}

/** The clock of each zone that was asked for: making one takes seventy times as long as reading it. */
const clocks = new Map<string, Intl.DateTimeFormat>()

/** A moment (epoch ms) on the account's clock, `YYYY-MM-DD HH:MM:SS`. */
export function localText(at: number, zone: string): string {
	const clock = clocks.get(zone) ?? clockOf(zone)
	clocks.set(zone, clock)
	return clock.format(at)
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
	const two = '2-digit'
	const day = { year: 'numeric', month: two, day: two } as const
	return new Intl.DateTimeFormat('sv-SE', { timeZone, ...day, hour: two, minute: two, second: two })
}

/** A SuiteQL request; NetSuite demands the `Prefer` header. */
export function suiteqlRequest(statement: string, limit: number): SourceRequest {
	const query = { limit: String(limit), offset: '0' }
	return { method: 'POST', path: suiteqlPath, query, headers: { prefer: 'transient' }, body: { q: statement } }
}
