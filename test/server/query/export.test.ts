import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase, type Session } from '../../../models/warehouse.ts'
import { exportRows, totalsByConvention } from '../../../server/query/export.ts'
import type { Slice } from '../../../server/query/messages.ts'

let database: Database
let writers: Session[]
let folder: string
beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-export-'))
	database = await openDatabase(path.join(folder, 'file.duckdb'), { threads: 3 })
	await database.run(`create schema marts; create table marts.lines as
		select range as line, '=' || range as text, cast(range as decimal(38, 4)) / 100 as ratio, 'EUR' as currency,
			cast(range * 0.01 as decimal(38, 4)) as amount
		from range(400000)`)
	writers = [await database.session(), await database.session(), await database.session()]
})
afterAll(async () => {
	await database.close()
	rmSync(folder, { recursive: true, force: true })
})

async function exported(sql: string, by: readonly Session[] = writers) {
	const slices: Slice[] = []
	const own = mkdtempSync(path.join(folder, 'slices-'))
	const memory = { usual: '1GB', more: '1GB' }
	const request = { format: 'csv' as const, sql, parameters: [], folder: own, isRaw: false, memory }
	const summary = await exportRows(by, request, (part) => {
		if ('file' in part) slices.push(part)
	})
	return { summary, slices, text: slices.map(({ file }) => readFileSync(file, 'utf8')).join('') }
}

test('slices that are written beside each other are, one after the other, the bytes of one COPY', async () => {
	const { summary, slices, text } = await exported('select line, text, currency, amount from marts.lines')
	const whole = path.join(folder, 'whole.csv')
	await database.run(`copy (select line, '''' || text, currency, amount from marts.lines) to '${whole}'
		(format csv, header false, new_line '\\r\\n')`)
	expect(text === readFileSync(whole, 'utf8')).toBe(true)
	expect(slices.map(({ rows }) => rows)).toEqual([20_480, 102_400, 122_880, 122_880, 31_360])
	expect(summary).toMatchObject({
		rows: 400_000,
		totals: [{ column: 'amount', currency: 'EUR', rows: 400_000, amount: '799998000.0000' }],
	})
})

test('a sorted result has the same bytes whoever writes it', async () => {
	const sql = 'select line, amount, currency from marts.lines where line % 3 = 0 order by amount desc'
	const alone = await exported(sql, writers.slice(0, 1))
	const together = await exported(sql)
	expect(together.text === alone.text).toBe(true)
	expect(together.text.slice(0, 23)).toBe('399999,3999.9900,EUR\r\n3')
})

test('a row that cannot be written ends the export, and the next one has all its threads', async () => {
	const sql = `select abs(line + case when line = 300000 then 9223372036854775807 else 0 end) as line from marts.lines`
	await expect(exported(sql)).rejects.toMatchObject({ code: 'duckdb.out_of_range' })
	const { summary } = await exported('select currency, count(*) as n from marts.lines group by currency')
	expect(summary.rows).toBe(1)
	expect(await database.all(`select current_setting('threads') as threads`)).toEqual([{ threads: '3' }])
})

test('an amount is added up by its own currency, or not at all', () => {
	const of = (...names: string[]) =>
		totalsByConvention(
			names.map((name) => ({ name, type: name.endsWith('amount') ? 'DECIMAL(38,4)' : 'VARCHAR' })),
		).map(({ amount, currency }) => `${amount} by ${currency}`)
	expect(of('currency', 'booked_amount', 'order_currency', 'invoiced_amount', 'paid_amount')).toEqual([
		'booked_amount by currency',
		'invoiced_amount by order_currency',
		'paid_amount by order_currency',
	])
	expect(of('amount', 'currency', 'base_amount', 'base_currency')).toEqual([
		'amount by currency',
		'base_amount by base_currency',
	])
	expect(
		of('bookings_amount', 'bookings_reporting_amount', 'bookings_memo_amount', 'currency', 'reporting_currency'),
	).toEqual([
		'bookings_amount by currency',
		'bookings_reporting_amount by reporting_currency',
		'bookings_memo_amount by reporting_currency',
	])
	// A customer's currency stands beside amounts in the reporting currency.
	expect(of('currency', 'bookings_amount', 'reporting_currency')).toEqual([])
	expect(of('bookings_amount', 'reporting_currency')).toEqual(['bookings_amount by reporting_currency'])
	expect(of('recognised_amount', 'computed_amount', 'currency')).toEqual([
		'recognised_amount by currency',
		'computed_amount by currency',
	])
	expect(of('reporting_amount', 'amount', 'currency')).toEqual(['amount by currency'])
})
