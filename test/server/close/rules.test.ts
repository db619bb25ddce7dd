import { afterAll, beforeAll, expect, test } from 'vitest'
import { breakCodes } from '../../../models/break-code.ts'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import { assignmentOf } from '../../../server/close/assignment.ts'
import { certifiedCounts, certifiedRule, certifyCells } from '../../../server/close/certify.ts'
import { isSameFingerprint, readKept } from '../../../server/close/fingerprint.ts'
import { judgeMateriality } from '../../../server/close/materiality.ts'
import { recordChanges, recordSums } from '../../../server/close/record-changes.ts'
import type { Rows } from '../../../server/close/scope.ts'
import { closeSchema } from '../../../server/configuration/close.ts'

let [then, now] = [] as unknown as [Database, Database]
const rowsOf =
	(database: Database): Rows =>
	(sql, parameters = []) =>
		database.all(sql, parameters)
const scope = {
	paper: '2026-10',
	periodId: '2026-10',
	startDate: '2026-10-01',
	endDate: '2026-10-31',
	isComplete: true,
	entity: null,
}
const record =
	'object, record_id, document_id, document_number, source, source_id, own_date, period_id, customer_id, legal_entity, currency, amount, is_counted'

beforeAll(async () => {
	;[then, now] = [await openDatabase(':memory:', { threads: 1 }), await openDatabase(':memory:', { threads: 1 })]
	const codes = breakCodes.map((code) => `cast(0 as decimal(38, 4)) as ${code}_amount`).join(', ')
	for (const database of [then, now])
		await database.run(`create schema marts;
			create table marts.cells as select * from (values
				('2026-10', 'acme', 'USD', 'US', 1000.0000, 900.0000, 100.0000, true),
				('2026-10', 'bolt', 'EUR', 'DE', 20.0000, 20.0000, 0.0000, true),
				('2026-10', 'cray', 'GBP', 'UK', 5.0000, 7.0000, null, false)
			) as cells (period_id, customer_id, currency, legal_entity, bookings_reporting_amount, revenue_reporting_amount, variance_reporting_amount, is_validated);
			alter table marts.cells add column reporting_currency varchar default 'USD';
			alter table marts.cells add column revenue_amount decimal(38, 4) default 900;
			create table marts.bookings_vs_revenue as select *, ${codes} from marts.cells;
			update marts.bookings_vs_revenue set rounding_amount = 0.01 where customer_id = 'bolt';
			create table marts.breaks as select '2026-10' as period_id, customer_id, currency, legal_entity, 'unexplained' as code,
				cast(amount as decimal(38, 4)) as amount, cast(reporting_amount as decimal(38, 4)) as reporting_amount
			from (values ('acme', 'USD', 'US', -45.0, -45.0), ('acme', 'USD', 'US', 45.0, 45.0), ('cray', 'GBP', 'UK', 2.0, null)) as b (customer_id, currency, legal_entity, amount, reporting_amount);
			create table marts.records (object varchar, record_id varchar, document_id varchar, document_number varchar, source varchar,
				source_id varchar, own_date date, period_id varchar, customer_id varchar, legal_entity varchar, currency varchar,
				amount decimal(38, 4), base_amount decimal(38, 4), base_currency varchar, product_id varchar, quantity decimal(18, 6), unit varchar,
				unit_price decimal(38, 8), account varchar, is_counted boolean, modified_at timestamp)`)
	const row = (id: string, period: string, amount: string, isCounted = 'true') =>
		`('opportunity', 'crm:${id}', 'crm:${id}', 'Deal ${id}', 'crm', '${id}', date '${period}-15', '${period}', 'acme', 'US', 'USD', ${amount}, ${isCounted})`
	const insert = (rows: string[]) => `insert into marts.records (${record}) values ${rows.join(', ')}`
	const same = Array.from({ length: 500 }, (_, index) => row(`s${index}`, '2026-09', String(index)))
	await then.run(
		insert([
			...same,
			row('raised', '2026-10', '12345678901234567890.1200'),
			row('moved', '2026-10', '7'),
			row('lost', '2026-09', '9'),
			row('open', '2026-10', '3', 'false'),
			row('later', '2026-11', '1'),
		]),
	)
	await now.run(
		insert([
			...same,
			row('raised', '2026-10', '12345678901234567890.1300'),
			row('moved', '2026-12', '7'),
			row('lost', '2026-09', '9', 'false'),
			row('open', '2026-10', '4', 'false'),
			row('later', '2026-11', '2'),
			row('late', '2026-10', '5'),
		]),
	)
})
afterAll(async () => {
	await then.close()
	await now.close()
})

test('records that count are compared field by field, exactly, wherever they went', async () => {
	const changes = await recordChanges(rowsOf(then), rowsOf(now), { periods: ['2026-09', '2026-10'], entity: null })
	const parted = { periods: ['2026-09', '2026-10'], entity: null, fewRecords: 0 }
	expect(await recordChanges(rowsOf(then), rowsOf(now), parted)).toEqual(changes)
	expect(changes.map(({ kind, source_id, amount_difference }) => [kind, source_id, amount_difference])).toEqual([
		['left', 'lost', '-9.0000'],
		['came', 'late', '5.0000'],
		['changed', 'moved', '0.0000'],
		['changed', 'raised', '0.0100'],
	])
	expect(changes[2]!.fields.map(({ field }) => field)).toEqual(['own_date', 'period_id'])
	expect(changes[3]!.fields).toEqual([
		{ field: 'amount', from: '12345678901234567890.1200', to: '12345678901234567890.1300', difference: '0.0100' },
	])
	expect(await recordChanges(rowsOf(then), rowsOf(now), { periods: ['2026-09', '2026-10'], entity: 'DE' })).toEqual([])
	expect(await recordChanges(rowsOf(then), rowsOf(then), { periods: ['2026-10'], entity: null })).toEqual([])
})

test('sums of equal records are equal, and tell a difference of a cent', async () => {
	const print = async (rows: Rows) => ({
		schema: 'tieout.fingerprint/2' as const,
		records: await recordSums(rows, null),
		cells: {},
	})
	const [a, b, c] = [await print(rowsOf(then)), await print(rowsOf(then)), await print(rowsOf(now))]
	expect(isSameFingerprint(a, b)).toBe(true)
	expect(isSameFingerprint(a, c)).toBe(false)
	expect(readKept(a)).toBe(a)
	expect(readKept({ ...a, schema: 'tieout.fingerprint/1' })).toBeUndefined()
	expect(readKept(undefined)).toBeUndefined()
})

test('changes are found whose texts and amounts DuckDB’s own hash takes for the same', async () => {
	const account = ['4000-100-4100-200-4200-1', '4000-10Z-4100-2J0-4200-M']
	const [weak] = await now.all<{ same: string }>('select cast(hash($1) = hash($2) as varchar) as same', account)
	const [small] = await now.all<{ same: string }>(
		'select cast(hash(cast(0 as decimal(38, 4))) = hash(cast(-0.0001 as decimal(38, 4))) as varchar) as same',
	)
	expect([weak!.same, small!.same]).toEqual(['true', 'true'])
	const columns = `${record}, account`
	const row = (id: string, amount: string, of: string) =>
		`('invoice_line', 'erp:${id}', 'erp:${id}', '${id}', 'erp', '${id}', date '2026-08-15', '2026-08', 'acme', 'US', 'USD', ${amount}, true, '${of}')`
	const rows = (database: Database, ...values: string[]) =>
		database.run(`insert into marts.records (${columns}) values ${values.join(', ')}`)
	await rows(then, row('account', '5', account[0]!), row('amount', '0', 'a'))
	await rows(now, row('account', '5', account[1]!), row('amount', '-0.0001', 'a'))
	const found = await recordChanges(rowsOf(then), rowsOf(now), { periods: ['2026-08'], entity: null })
	expect(found.map(({ source_id, fields }) => [source_id, fields.map(({ field }) => field)])).toEqual([
		['account', ['account']],
		['amount', ['amount']],
	])
})

test('materiality is the smaller of amount and share, by legal entity and currency, and never sums signs away', async () => {
	const close = closeSchema.parse({
		materiality: [
			{ entity: 'US', amount: '500', percent: '5 %' },
			{ currency: 'GBP', amount: '2' },
			{ entity: 'FR', amount: '1' },
		],
	})
	const judged = await judgeMateriality(rowsOf(then), scope, { company: { materiality: '90' } as never, close })
	expect(judged).toMatchObject([
		{ about: 'all', currency: 'USD', unexplained: '90.0000', limit: '90', withoutRate: 1, isAbove: true },
		{ about: 'US', currency: 'USD', unexplained: '90.0000', limit: '45.0000', percent: '5', isAbove: true },
		{ about: 'GBP', currency: 'GBP', unexplained: '2.0000', limit: '2', isAbove: false },
	])
	const ofEntity = await judgeMateriality(
		rowsOf(then),
		{ ...scope, paper: '2026-10:UK', entity: 'UK' },
		{ company: { materiality: '90' } as never, close },
	)
	expect(ofEntity.map(({ about }) => about)).toEqual(['all', 'GBP'])
})

test('a quiet cell is certified by the first rule that fits, with its figures', async () => {
	const { certify } = closeSchema.parse({
		certify: [
			{ name: 'nothing', variance: '0' },
			{ name: 'cents', codes: ['rounding'], variance: '0.05' },
			{ name: 'ten percent', variance: '1000', percent: '10 %', entities: ['US'] },
		],
	})
	const certification = await certifyCells(rowsOf(then), scope, certify)
	expect(certification.cells).toEqual([
		{
			rule: 'ten percent',
			customer_id: 'acme',
			currency: 'USD',
			legal_entity: 'US',
			bookings: '1000.0000',
			revenue: '900.0000',
			variance: '100.0000',
		},
		{
			rule: 'cents',
			customer_id: 'bolt',
			currency: 'EUR',
			legal_entity: 'DE',
			bookings: '20.0000',
			revenue: '20.0000',
			variance: '0.0000',
		},
	])
	expect(certifiedCounts(certification)).toEqual([
		{ rule: 'nothing', cells: 0 },
		{ rule: 'cents', cells: 1 },
		{ rule: 'ten percent', cells: 1 },
	])
	expect((await certifyCells(rowsOf(then), scope, [])).cells).toEqual([])
	const [cell] = certification.cells
	const item = { ...cell!, is_carried: false, opened_date: null }
	const ruleOf = certifiedRule(certification, scope)
	expect(ruleOf(item)).toBe(cell!.rule)
	expect(ruleOf({ ...item, legal_entity: 'elsewhere' })).toBeNull()
	expect(ruleOf({ ...item, is_carried: true, opened_date: '2026-10-01' })).toBe(cell!.rule)
	expect(ruleOf({ ...item, is_carried: true, opened_date: '2026-09-30' }), 'carried in from before').toBeNull()
})

test('an item goes to the first rule of code, legal entity and amount, else to whoever answers for its code', () => {
	const close = closeSchema.parse({
		assign: [
			{ codes: ['timing'], entities: ['US'], above: '100', owner: 'ben', days: '3' },
			{ above: '5000', owner: 'ana' },
		],
	})
	const config = { close, owners: { default: 'controller', checks: {}, breaks: { price: 'sales' } } }
	const of = (code: string, amount: string | null) =>
		assignmentOf(
			config,
			{ code, legal_entity: 'US', reporting_amount: amount },
			{ endDate: '2026-10-31', paperDue: '2026-11-06' },
		)
	expect(of('timing', '-100.01')).toEqual({ owner: 'ben', dueDate: '2026-11-03', rule: 1 })
	expect(of('timing', '100.00')).toEqual({ owner: 'controller', dueDate: '2026-11-06', rule: null })
	expect(of('price', null)).toMatchObject({ owner: 'ana', rule: 2 })
	expect(of('price', '1')).toMatchObject({ owner: 'sales', rule: null })
})
