import type { Identifiers } from '../extract/sandbox/world/records/identifiers.ts'
import { recordsOf } from '../extract/sandbox/world/records/records.ts'
import { type Pair, usualPair } from '../extract/sandbox/world/systems.ts'
import { truthAt, truthTotals } from '../extract/sandbox/world/truth.ts'
import type { WorldOptions } from '../extract/sandbox/world/world.ts'
import { openDatabase, type Session } from '../models/warehouse.ts'

/** Exact amounts by what they are of, such as `price|salesforce:00k…|2026-03|salesforce:001…|US|USD`. */
export type Amounts = Map<string, string>

/** The breaks and the cells of one side: by code, item and cell, and `bookings revenue` by cell. */
export type Figures = { breaks: Amounts; cells: Amounts }

/** What the generator says, as known at a moment (epoch ms), with the ids as the pair of systems writes them. */
export function truthFigures(options: WorldOptions, moment: number): Figures {
	const { crm, erp } = options.pair ?? usualPair
	const own = (id: string) => idIn(id, recordsOf(crm).identifiers, recordsOf(erp).identifiers)
	const keyOf = (cell: Parameters<typeof cellKey>[0]) => cellKey({ ...cell, customer: own(cell.customer) })
	const breaks: Amounts = new Map()
	for (const one of truthAt(options, moment))
		breaks.set(`${one.code}|${own(one.item)}|${keyOf(one)}`, plain(one.amount))
	const cells: Amounts = new Map()
	for (const one of truthTotals(options, moment).cells)
		cells.set(keyOf(one), `${plain(one.bookings)} ${plain(one.revenue)}`)
	return { breaks, cells }
}

/** The generator's `salesforce:<id>`, `netsuite:<id>` or `netsuite:<document>:<line>`, perhaps with `:charges` or `:rest`, in the form of the pair. */
function idIn(text: string, crm: Identifiers, erp: Identifiers): string {
	const [system, id, ...rest] = text.split(':') as [string, string]
	if (system === 'salesforce') return [crm.id('record', id), ...rest].join(':')
	if (system !== 'netsuite') return text
	if (rest.length > 0) return erp.id('line', `${id}:${rest.join(':')}`)
	return erp.id(id.length > 6 ? 'transaction' : 'customer', id)
}

/** What the marts of a file say: a generation, or a build file. Breaks of the translation into the reporting currency are left out. */
export async function foundFigures(file: string, { erp }: Pair = usualPair): Promise<Figures> {
	const bare = recordsOf(erp).identifiers.bare
	const database = await openDatabase(file, { readOnly: true })
	try {
		return { breaks: await foundBreaks(database, bare), cells: await foundCells(database, bare) }
	} finally {
		await database.close()
	}
}

type Bare = Identifiers['bare']

async function foundBreaks(session: Session, bare: Bare): Promise<Amounts> {
	const rows = await session.all<{ key: string; amount: string }>(
		`select concat_ws('|', code, item_id, period_id, customer_id, legal_entity, currency) as key,
			cast(sum(amount) as varchar) as amount
		from marts.breaks where amount <> 0 group by 1 having sum(amount) <> 0`,
	)
	return new Map(rows.map((row) => [bareIds(row.key, bare), plain(row.amount)]))
}

async function foundCells(session: Session, bare: Bare): Promise<Amounts> {
	const rows = await session.all<{ key: string; bookings: string; revenue: string }>(
		`select concat_ws('|', period_id, customer_id, legal_entity, currency) as key,
			cast(bookings_amount as varchar) as bookings, cast(revenue_amount as varchar) as revenue
		from marts.cells where bookings_amount <> 0 or revenue_amount <> 0`,
	)
	return new Map(rows.map((row) => [bareIds(row.key, bare), `${plain(row.bookings)} ${plain(row.revenue)}`]))
}

/** Of one code: breaks in the truth, breaks found, and those of equal amount. */
export type CodeScore = { code: string; truth: number; found: number; equal: number }

/** By code, in alphabetical order. */
export function scores(truth: Amounts, found: Amounts): CodeScore[] {
	const byCode = new Map<string, CodeScore>()
	const scoreOf = (key: string) => {
		const code = key.slice(0, key.indexOf('|'))
		const known = byCode.get(code) ?? { code, truth: 0, found: 0, equal: 0 }
		byCode.set(code, known)
		return known
	}
	for (const [key, amount] of truth) {
		scoreOf(key).truth += 1
		if (found.get(key) === amount) scoreOf(key).equal += 1
	}
	for (const key of found.keys()) scoreOf(key).found += 1
	return [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** Precision and recall per code, as a table of text. */
export function scoreTable(list: readonly CodeScore[]): string {
	const ratio = (part: number, whole: number) => (whole === 0 ? '-' : (part / whole).toFixed(2))
	const rows = list.map(({ code, truth, found, equal }) => [
		code,
		`${truth}`,
		`${found}`,
		ratio(equal, found),
		ratio(equal, truth),
	])
	return [['code', 'truth', 'found', 'precision', 'recall'], ...rows]
		.map((row) => row.map((text, column) => (column === 0 ? text.padEnd(24) : text.padStart(10))).join(''))
		.join('\n')
}

/** Where two sides differ: the key with both values, sorted; at most `limit` lines, the last one counting the rest. */
export function differences(truth: Amounts, found: Amounts, limit = 20): string[] {
	const keys = [...new Set([...truth.keys(), ...found.keys()])]
		.filter((key) => truth.get(key) !== found.get(key))
		.sort()
	const lines = keys.map((key) => `${key}: truth ${truth.get(key) ?? 'none'}, found ${found.get(key) ?? 'none'}`)
	return lines.length <= limit ? lines : [...lines.slice(0, limit), `and ${lines.length - limit} more`]
}

function cellKey(cell: { period: string; customer: string; legalEntity: string; currency: string }): string {
	return [cell.period, cell.customer, cell.legalEntity, cell.currency].join('|')
}

/** Ids without their connection: the ids of one system are its own, whatever the number of its accounts. */
function bareIds(key: string, bare: Bare): string {
	return key
		.split('|')
		.map((part) => part.replace(/^(crm|erp(_\w+)?):/, ''))
		.map((part) => bare?.(part) ?? part)
		.join('|')
}

/** Amounts are compared as text without the zeros that say nothing. */
function plain(amount: string): string {
	return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount
}
