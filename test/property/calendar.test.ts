import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Row } from '../model-cases/book.ts'
import { buildWorld, worldOf } from '../model-cases/scenario.ts'
import { bookByChoices } from './choices/book.ts'
import { choices } from './choices/choices.ts'
import { company } from './choices/company.ts'

/** Deferred revenue by `period entity currency`: what it closes with, what of it is revenue before its invoice, and of how many documents. */
type Deferred = Map<string, { opening: string; closing: string; unbilled: string; documents: string }>

const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06']
const first = '2026-03'

let world: Map<string, readonly Row[]>
let whole: Deferred
let later: Deferred

/** The same records where the calendar begins later: what was posted before has no period. */
function begunLater(rows: ReadonlyMap<string, readonly Row[]>): Map<string, readonly Row[]> {
	return new Map(
		[...rows].map(([table, list]) => [
			table,
			list.map((row) => (String(row['period_id'] ?? first) < first ? { ...row, period_id: null } : row)),
		]),
	)
}

function deferredOf(rows: ReadonlyMap<string, readonly Row[]>, from: string): Promise<Deferred> {
	const periods = months.map((period) => {
		const [year, month] = period.split('-').map(Number) as [number, number]
		const end = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
		return { period_id: period, start_date: `${period}-01`, end_date: end, is_calendar_month: true }
	})
	const calendar = periods.filter(({ period_id }) => period_id >= from)
	const given = new Map([...company, ...rows, ['staging.stg_tieout__periods', calendar]])
	return buildWorld(given, ['marts.billings_roll_forward'], async (session) => {
		const found = await session.all<Record<string, string>>(
			`select period_id || ' ' || legal_entity || ' ' || currency as place, opening_amount, closing_amount, unbilled_amount, item_count
			from marts.billings_roll_forward where step = 'deferred_revenue' order by all`,
		)
		return new Map(
			found.map((row) => [
				row['place']!,
				{
					...{ opening: row['opening_amount']!, closing: row['closing_amount']! },
					...{ unbilled: row['unbilled_amount']!, documents: row['item_count']! },
				},
			]),
		)
	})
}

/** What is billed less what is recognised of documents up to each month's end, from the records and nothing else, in ten thousandths. */
function sums(): Map<string, bigint> {
	const rows = (table: string) => world.get(`canonical.${table}`) ?? []
	const moved: [period: string, entity: string, currency: string, amount: bigint][] = []
	const entity = (row: Row) => (row['legal_entity_id'] === 'netsuite:2' ? 'DE' : 'US')
	const exact = (amount: unknown) => BigInt(Math.round(Number(amount ?? 0) * 10_000))
	for (const [documents, lines, id, sign] of [
		['invoices', 'invoice_lines', 'invoice_id', 1n],
		['credit_notes', 'credit_note_lines', 'credit_note_id', -1n],
	] as const) {
		const counted = new Map(
			rows(documents)
				.filter((row) => row['is_posted'] && !row['is_voided'] && !row['is_deleted'])
				.map((row) => [row[id], row]),
		)
		for (const line of rows(lines)) {
			const document = counted.get(line[id])
			if (document && !line['is_deleted'])
				moved.push([
					...([String(document['period_id']), entity(document), String(line['currency'])] as const),
					sign * exact(line['amount']),
				])
		}
	}
	for (const entry of rows('revenue_entries'))
		if (
			['invoice', 'credit_note'].includes(String(entry['kind'])) ||
			entry['invoice_line_id'] ||
			entry['credit_note_line_id']
		)
			moved.push([String(entry['period_id']), entity(entry), String(entry['currency']), -exact(entry['amount'])])
	const balances = new Map<string, bigint>()
	for (const [period, place, currency, amount] of moved)
		for (const month of months.filter((month) => month >= period)) {
			const key = `${month} ${place} ${currency}`
			balances.set(key, (balances.get(key) ?? 0n) + amount)
		}
	return balances
}

beforeAll(async () => {
	const contracts = fc.sample(choices, { numRuns: 240, seed: 7 })
	world = worldOf(contracts.map((one, at) => bookByChoices(`S${at + 1}`, one)))
	whole = await deferredOf(world, months[0]!)
	later = await deferredOf(begunLater(world), first)
}, 120_000)

test('deferred revenue closes with what is billed less what is recognised of documents', () => {
	const expected = sums()
	expect([...whole.keys()].length).toBeGreaterThan(20)
	for (const [place, { closing }] of whole)
		expect(`${place} ${BigInt(closing.replace('.', ''))}`).toBe(`${place} ${expected.get(place) ?? 0n}`)
})

test('deferred revenue is the same wherever the calendar begins', () => {
	const kept = [...whole].filter(([place]) => place >= first)
	expect(kept.filter(([, { closing }]) => Number(closing) !== 0).length).toBeGreaterThan(5)
	for (const [place, one] of kept) expect({ place, ...later.get(place) }).toEqual({ place, ...one })
})
