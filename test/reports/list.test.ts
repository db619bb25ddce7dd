import { rmSync } from 'node:fs'
import path from 'node:path'
import { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { duckdbDialect } from '../../models/dialect.ts'
import type { Schema } from '../../models/schema.ts'
import { type Database, openDatabase } from '../../models/warehouse.ts'
import { breaks } from '../../reports/catalogue/breaks.ts'
import { cells } from '../../reports/catalogue/cells.ts'
import { addDecimals } from '../../reports/decimal.ts'
import { fileRows, readList } from '../../reports/list.ts'
import { parseListRequest } from '../../reports/list-request.ts'
import { readMonth } from '../../reports/pages/month-data.ts'
import { ownReports } from '../../reports/registry.ts'
import type { Report } from '../../reports/report.ts'
import { publishSample } from './sample.ts'

let folder: string
let database: Database
let db: Kysely<Schema>

beforeAll(async () => {
	folder = await publishSample()
	database = await openDatabase(path.join(folder, '142.duckdb'), { readOnly: true })
	db = new Kysely<Schema>({
		dialect: duckdbDialect(async (sql, parameters) => ({ rows: await database.all(sql, parameters) })),
	})
})

afterAll(async () => {
	await database.close()
	rmSync(folder, { recursive: true, force: true })
})

const ask = (query: string) => parseListRequest(breaks, new URLSearchParams(query))

test('every report can be read: its columns exist, its page and its file agree on the number of rows', async () => {
	for (const report of ownReports) {
		const request = parseListRequest(report, new URLSearchParams())
		const { rowCount, rows } = await readList(db, report, request)
		expect(rows.length, report.name).toBe(Math.min(rowCount, 100))
		expect((await fileRows(db, report, request).execute()).length, report.name).toBe(rowCount)
		expect(Object.keys(rows[0]!), report.name).toEqual(request.columns.map((column) => column.name))
	}
})

test('pages follow each other without losing or repeating a row, the largest reporting amount first', async () => {
	const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => readList(db, breaks, ask(`page=${page}`))))
	const ids = pages.flatMap((page) => page.rows.map((row) => row['break_id']))
	expect(ids.length).toBe(pages[0]!.rowCount)
	expect(new Set(ids).size).toBe(ids.length)
	const sizes = pages.flatMap((page) => page.rows).map((row) => Math.abs(Number(row['reporting_amount'] ?? 0)))
	expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
	expect(pages[3]!.firstRow).toBe(301)
})

test('totals are of all rows of the filter, one per currency, and count what has no rate', async () => {
	const { totals, rowCount } = await readList(db, breaks, ask('period_id=2026-10'))
	const rows = await fileRows(db, breaks, ask('period_id=2026-10')).execute()
	expect(totals.map((total) => total.currency)).toEqual(['CHF', 'EUR', 'GBP', 'JPY', 'KWD', 'USD'])
	for (const total of totals) {
		const own = rows.filter((row) => row['currency'] === total.currency)
		expect(total.rowCount).toBe(own.length)
		expect(total.sums['amount']).toBe(addDecimals(own.map((row) => String(row['amount']))))
	}
	const francs = totals.find((total) => total.currency === 'CHF')!
	expect(francs.unpriced['reporting_amount']).toBe(francs.rowCount)
	expect(rowCount).toBe(rows.length)
})

test('what is in another currency than the totals is added up in its own', async () => {
	const records = ownReports.find(({ name }) => name === 'records')!
	const request = parseListRequest(records, new URLSearchParams())
	const { ownTotals } = await readList(db, records, request)
	const rows = (await fileRows(db, records, request).execute()).filter((row) => row['base_amount'] !== null)
	expect(ownTotals.length).toBeGreaterThan(1)
	expect(ownTotals.map(({ column, currency }) => `${column} ${currency}`)).toEqual(
		[...new Set(rows.map((row) => `base_amount ${row['base_currency']}`))].sort(),
	)
	for (const { currency, rowCount, sum, apart } of ownTotals) {
		const own = rows.filter((row) => row['base_currency'] === currency)
		const isMixed = new Set(own.map((row) => row['is_counted'])).size > 1
		expect(rowCount).toBe(own.length)
		expect(apart).toEqual(isMixed ? ['is_counted'] : [])
		expect(sum).toBe(isMixed ? null : addDecimals(own.map((row) => String(row['base_amount']))))
	}
})

const listOf = async (name: string, query: string) => {
	const report = ownReports.find((one) => one.name === name)!
	return await readList(db, report, parseListRequest(report, new URLSearchParams(query)))
}

test('what is open at the ends of several periods has no total; within one period it has', async () => {
	for (const [name, balance] of [
		['open-items', 'amount'],
		['ageing', 'amount'],
		['roll-forward', 'closing_amount'],
	] as const) {
		const all = await listOf(name, '')
		const dollars = all.totals.find(({ currency }) => currency === 'USD')!
		expect(dollars.sums[balance], name).toBeNull()
		expect(dollars.apart, name).toHaveProperty(balance, ['period_id'])
		const { totals, rows } = await listOf(name, 'period_id=2026-09&currency=USD')
		expect(totals[0]!.apart, name).toEqual({})
		expect(totals[0]!.sums[balance], name).toBe(addDecimals(rows.map((row) => String(row[balance]))))
	}
	// What came and went in several periods can be added up.
	expect((await listOf('roll-forward', 'currency=USD')).totals[0]!.sums['new_amount']).toMatch(/^-?\d/)
})

test('steps, measures and kinds of records are not added up with each other', async () => {
	const { totals: steps } = await listOf('billings-roll-forward', 'currency=USD&period_id=2026-09')
	expect(steps[0]!.apart['closing_amount']).toEqual(['step'])
	expect(steps[0]!.sums['addition_amount']).toBeNull()
	const { totals: revenue, rows } = await listOf('billings-roll-forward', 'currency=USD&step=revenue')
	expect(revenue[0]!.sums['addition_amount']).toBe(addDecimals(rows.map((row) => String(row['addition_amount']))))
	expect(revenue[0]!.sums['closing_amount']).toBeNull()
})

test('every amount of a file has its currency in the same file', () => {
	for (const { name, columns } of ownReports as Report[]) {
		const names = columns.map((column) => column.name)
		for (const { currency } of columns.filter(({ kind }) => kind === 'amount'))
			expect(names, name).toContain(currency === 'reporting' ? 'reporting_currency' : currency)
	}
})

test('a column that depends on a parameter is there when it is asked for', async () => {
	const names = async (query: string) => Object.keys((await listOf('bridge', query)).rows[0]!)
	const always = [
		'code',
		'period_id',
		'break_count',
		'unpriced_count',
		'reporting_amount',
		'oldest_date',
		'reporting_currency',
	]
	expect(await names('')).toEqual(always)
	expect(await names('in_currency=EUR')).toEqual([...always, 'amount', 'currency'])
	expect(await names('entity=DE')).toEqual([...always, 'legal_entity'])
	await expect(listOf('bridge', 'sort=amount')).rejects.toThrow('can\'t be ordered by "amount"')
})

test('filters count what each of their values would show, and combine', async () => {
	const { facets } = await readList(db, breaks, ask('code=timing'))
	const codes = facets.find((facet) => facet.column === 'code')!
	expect(codes.values.length).toBe(21)
	const currencies = facets.find((facet) => facet.column === 'currency')!
	for (const { value, rowCount } of currencies.values)
		expect((await readList(db, breaks, ask(`code=timing&currency=${value}`))).rowCount).toBe(rowCount)
	const causes = facets.find((facet) => facet.column === 'cause')!
	const empty = causes.values.find(({ value }) => value === '(empty)')!
	expect((await readList(db, breaks, ask('code=timing&cause=(empty)'))).rowCount).toBe(empty.rowCount)
})

test('words are looked for without case, all of them, and no character of theirs has a meaning', async () => {
	const { rowCount } = await readList(db, breaks, ask('q=müller SÖHNE'))
	expect(rowCount).toBeGreaterThan(0)
	expect((await readList(db, breaks, ask("q=%25' or 1=1"))).rowCount).toBe(0)
	expect((await readList(db, breaks, ask("owner_name=x' or 1=1 --"))).rowCount).toBe(0)
})

test('when no row is left, each filter says how many there would be without it', async () => {
	const list = await readList(db, breaks, ask('code=timing&currency=XXX&q=acme'))
	expect(list.rowCount).toBe(0)
	const withoutCurrency = await readList(db, breaks, ask('code=timing&q=acme'))
	expect(list.without).toContainEqual({ filter: 'currency', rowCount: withoutCurrency.rowCount })
	expect(list.without.map((entry) => entry.filter)).toEqual(['code', 'currency', 'q'])
})

test('a minimum keeps large breaks of either sign', async () => {
	const { rows } = await readList(db, breaks, ask('minimum=500000&sort=reporting_amount'))
	expect(rows.length).toBeGreaterThan(0)
	for (const row of rows) expect(Math.abs(Number(row['reporting_amount']))).toBeGreaterThanOrEqual(500_000)
	expect(rows.some((row) => String(row['reporting_amount']).startsWith('-'))).toBe(true)
})

test('a file of a whole table is read where it lies: no subquery and no order of its own', () => {
	const plain = fileRows(db, breaks, ask('code=timing')).compile().sql
	expect(plain).toMatch(/^select .* from "marts"\."breaks" where cast\("code" as varchar\) = cast\(\$1 as varchar\)$/)
	expect(fileRows(db, breaks, ask('sort=code')).compile().sql).toContain('order by')
	expect(fileRows(db, cells, parseListRequest(cells, new URLSearchParams())).compile().sql).toMatch(
		/from "marts"\."bookings_vs_revenue"$/,
	)
})

test("a month's figures are those of its cells, its breaks add up to the variance, the last month stands beside", async () => {
	const month = await readMonth(db, '2026-10', {}, 'USD')
	const breaksSum = addDecimals(month.codes.map((code) => code.amount))
	expect(breaksSum).toBe(month.figures.variance)
	expect(addDecimals([month.figures.revenue, month.figures.variance])).toBe(month.figures.bookings)
	const september = await readMonth(db, '2026-09', {}, 'USD')
	expect(month.previousFigures).toEqual(september.figures)
	expect(month.previousPeriod).toBe('2026-09')
})

test('cells without a rate are outside the figures and shown in their own currency', async () => {
	const all = await readMonth(db, '2026-10', {}, 'USD')
	const francs = all.unvalidated.find((group) => group.currency === 'CHF')!
	expect(all.byCurrency.find((group) => group.id === 'CHF')).toMatchObject({ variance: francs.variance })
	// What they would be at the CRM's rate stands beside them, and moves no figure.
	expect(francs.memo).toMatchObject({ revenue: expect.stringMatching(/^\d+\.0000$/) })
	expect(addDecimals([francs.memo!.revenue, francs.memo!.variance])).toBe(francs.memo!.bookings)
	expect(all.unvalidated.map((group) => group.currency)).toEqual(['CHF'])
	const narrowed = await readMonth(db, '2026-10', { currency: 'CHF' }, 'USD')
	expect(narrowed.currency).toBe('CHF')
	expect(narrowed.figures.variance).toBe(francs.variance)
	expect(addDecimals(narrowed.codes.map((code) => code.amount))).toBe(francs.variance)
})

test('a month of one legal entity is that part, and the parts add up to the whole', async () => {
	const whole = await readMonth(db, '2026-10', {}, 'USD')
	const parts = await Promise.all(
		whole.entities.map((legal_entity) => readMonth(db, '2026-10', { legal_entity }, 'USD')),
	)
	expect(addDecimals(parts.map((part) => part.figures.bookings))).toBe(whole.figures.bookings)
	expect(addDecimals(parts.map((part) => part.figures.unexplained))).toBe(whole.figures.unexplained)
})

test('a period that the calendar does not have is named with those that it has', async () => {
	await expect(readMonth(db, '1999-01', {}, 'USD')).rejects.toMatchObject({
		kind: 'not_found',
		message: 'there is no period "1999-01" that has begun',
		allowed: ['2026-08 to 2026-11'],
	})
})
