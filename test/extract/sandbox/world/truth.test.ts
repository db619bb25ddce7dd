import { describe, expect, it } from 'vitest'
import { type TruthBreak, truthAt, truthTotals } from '../../../../extract/sandbox/world/truth.ts'
import { companyStart, recordVersions } from '../../../../extract/sandbox/world/world.ts'
import { measuresOf, minor, stateOf } from './measures.ts'

const versions = [...recordVersions({})]
const day = 86_400_000
const moments = {
	'the end of the first month': Date.UTC(2025, 5, 1) - 1,
	'the end of the first year': Date.UTC(2026, 0, 1) - 1,
	'the morning after a closing': Date.UTC(2026, 5, 7, 6),
	'the start': companyStart,
	'the middle of a working day': companyStart + 5 * 3_600_000 + 13 * 60_000,
	'a week later': companyStart + 7 * day,
}

describe.each(Object.entries(moments))('the truth as of %s', (_name, moment) => {
	const measures = measuresOf(stateOf(versions, moment))
	const breaks = [...truthAt({}, moment)]

	it('explains every cell to the minor unit, as the records have it', () => {
		const sums = sumByCell(breaks)
		const wrong = [...new Set([...measures.keys(), ...sums.keys()])].filter((cell) => {
			const { bookings = 0n, revenue = 0n } = measures.get(cell) ?? {}
			return bookings - revenue !== (sums.get(cell) ?? 0n)
		})
		expect(wrong).toEqual([])
	})

	it('has the totals that the records have', () => {
		const { cells } = truthTotals({}, moment)
		const told = new Map(
			cells.map((cell) => [cellKey(cell), [minor(cell.bookings, cell.currency), minor(cell.revenue, cell.currency)]]),
		)
		expect(told).toEqual(new Map([...measures].map(([key, { bookings, revenue }]) => [key, [bookings, revenue]])))
	})
})

describe('the truth', () => {
	const breaks = [...truthAt({}, companyStart)]

	it('has every code of the closed list, tens of times', () => {
		expect(countByCode(breaks)).toMatchInlineSnapshot(`
			{
			  "awaiting_approval": 14,
			  "cancelled_or_credited": 516,
			  "currency_mismatch": 396,
			  "deferred": 4003,
			  "discount": 105,
			  "duplicate": 107,
			  "exchange_rate": 136,
			  "missing_in_crm": 494,
			  "not_invoiced": 237,
			  "not_ordered": 262,
			  "out_of_scope": 2287,
			  "partly_invoiced": 117,
			  "price": 255,
			  "quantity": 200,
			  "rounding": 326,
			  "tax_or_freight": 106,
			  "timing": 9625,
			  "unexplained": 67,
			  "unit_of_measure": 52,
			  "wrong_customer": 932,
			  "wrong_entity": 540,
			}
		`)
		expect(Math.min(...Object.values(countByCode(breaks)))).toBeGreaterThanOrEqual(10)
		expect(Object.keys(countByCode(breaks))).toHaveLength(21)
	})

	it('has the month of the first page', () => {
		const october = truthTotals({}, companyStart).periods.filter(({ period }) => period === '2026-10')
		expect(
			october.map(({ currency, bookings, revenue, variance }) => `${currency} ${bookings} - ${revenue} = ${variance}`),
		).toMatchInlineSnapshot(`
			[
			  "EUR 887104.44 - 984177.60 = -97073.16",
			  "GBP 776475.61 - 476785.36 = 299690.25",
			  "JPY 42957446 - 80942192 = -37984746",
			  "KWD 49765.637 - 56269.890 = -6504.253",
			  "USD 2805136.28 - 2176923.20 = 628213.08",
			]
		`)
	})

	it('has no break of zero, and no two of one code, item and cell', () => {
		expect(breaks.filter(({ amount }) => /^-?[0.]+$/.test(amount))).toEqual([])
		const keys = breaks.map((one) => `${one.item}|${one.code}|${cellKey(one)}`)
		expect(new Set(keys).size).toBe(keys.length)
	})

	it('knows only timing, deferral and what is on its way in a company without mistakes', () => {
		const codes = new Set([...truthAt({ faults: 0, scale: 0.2 }, companyStart)].map(({ code }) => code))
		const ordinary = [
			'awaiting_approval',
			'deferred',
			'not_invoiced',
			'not_ordered',
			'out_of_scope',
			'partly_invoiced',
			'rounding',
			'timing',
		]
		expect([...codes].filter((code) => !ordinary.includes(code))).toEqual([])
	})

	it('changes from day to day only where something happened', () => {
		const before = new Set(breaks.map((one) => JSON.stringify(one)))
		const after = [...truthAt({}, companyStart + day)].filter((one) => !before.has(JSON.stringify(one)))
		expect(after.length).toBeGreaterThan(10)
		expect(after.length).toBeLessThan(300)
	})
})

function sumByCell(breaks: TruthBreak[]): Map<string, bigint> {
	const sums = new Map<string, bigint>()
	for (const one of breaks) sums.set(cellKey(one), (sums.get(cellKey(one)) ?? 0n) + minor(one.amount, one.currency))
	return sums
}

function cellKey(cell: { period: string; customer: string; legalEntity: string; currency: string }): string {
	return `${cell.period}|${cell.customer}|${cell.legalEntity}|${cell.currency}`
}

function countByCode(breaks: TruthBreak[]): Record<string, number> {
	const counts: Record<string, number> = {}
	for (const { code } of [...breaks].sort((one, other) => (one.code < other.code ? -1 : 1)))
		counts[code] = (counts[code] ?? 0) + 1
	return counts
}
