import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ownModels } from '../../models/model.ts'
import type { Session } from '../../models/session.ts'
import { Book, type Line, type Row } from '../model-cases/book.ts'
import { buildGiven, caseNames, casesFolder } from '../model-cases.ts'

const sqlOf = (check: string) => readFileSync(path.join(ownModels, 'checks', `${check}.sql`), 'utf8')
const allChecks = readdirSync(path.join(ownModels, 'checks')).map((file) => file.slice(0, -'.sql'.length))

/** What records of two systems can bring: for each check the rows that it must have, by the columns that are told. */
const ofRecords: Record<string, Row[]> = {
	coverage_has_no_unexpected_gap: [
		{ measure: 'ERP customers with an account', unexplained_gap_count: '1' },
		{ measure: 'won deals with an order', unexplained_gap_count: '2' },
		{ measure: 'orders with a deal', unexplained_gap_count: '3' },
		{ measure: 'external ids on ERP customers', unexplained_gap_count: '1' },
	],
	crm_and_erp_rates_agree: [
		{
			period_id: '2026-02',
			from_currency: 'GBP',
			to_currency: 'USD',
			crm_rate: '1.3000000000',
			erp_rate: '1.2500000000',
		},
		{
			period_id: '2026-03',
			from_currency: 'GBP',
			to_currency: 'USD',
			crm_rate: '1.3000000000',
			erp_rate: '1.2500000000',
		},
	],
	customers_are_linked: [{ kind: 'no_match', subject_name: 'Nobody' }],
	documents_use_the_erps_rate: [
		{ number: 'WO9', exchange_rate: '1.2900000000', erp_rate: '1.2500000000' },
		{ number: 'WI9', exchange_rate: '1.2100000000', erp_rate: '1.2500000000' },
	],
	lines_have_their_document: [
		{ record: 'opportunity line', record_id: 'salesforce:WL0', missing_id: 'salesforce:WD0' },
		{ record: 'order line', record_id: 'netsuite:WO0.1', missing_id: 'netsuite:WO0' },
		{ record: 'invoice line', record_id: 'netsuite:WI0.1', missing_id: 'netsuite:WI0' },
		{ record: 'credit note line', record_id: 'netsuite:WN0.1', missing_id: 'netsuite:WN0' },
		{ record: 'invoice', record_id: 'netsuite:WI9', missing_id: 'netsuite:WC0' },
		{ record: 'opportunity', record_id: 'salesforce:WD9', missing_id: 'salesforce:WA0' },
	],
	open_breaks_are_within_their_limit: [
		{ code: 'not_ordered', balance_amount: '300.0000', currency: 'USD', limit_days: 30, item_id: 'salesforce:WD2.1' },
		{ code: 'not_ordered', balance_amount: '1.0000', currency: 'USD', limit_days: 30, item_id: 'salesforce:WD9' },
	],
	records_fall_in_a_period: [
		{ record: 'deal', record_id: 'salesforce:WD9', period_id: '(none)' },
		{ record: 'revenue entry', record_id: 'netsuite:WRJ2', period_id: '2026-01', legal_entity: '(none)' },
	],
	rounding_is_small: [
		{ currency: 'KRW', amount: '102.0000' },
		{ currency: 'KWD', amount: '0.1010' },
		{ currency: 'USD', amount: '1.0100' },
	],
	shared_fields_agree: [{ field: 'city', owner: 'crm', owner_value: 'Lyon', copy_value: 'Paris' }],
	unexplained_is_below_materiality: [
		{ period_id: '2026-01', amount: '1000.0200', without_rate_count: '0' },
		{ period_id: '2026-03', amount: null, without_rate_count: '1', materiality_amount: '1000.0000' },
	],
}

/** One thing wrong in a table of ours, and the rows by which the check that proves it must name it: the ids are those of the world. */
const ofTables: { check: string; sql: string; finds: Row[] }[] = [
	{
		check: 'billings_roll_forward_proves_itself',
		sql: `update marts.billings_roll_forward set closing_amount = closing_amount + 0.01
			where step = 'deferred_revenue' and period_id = '2026-02' and currency = 'USD' and legal_entity = 'US'`,
		finds: [{ step: 'deferred_revenue', period_id: '2026-02' }],
	},
	{
		check: 'billings_roll_forward_proves_itself',
		sql: `update marts.billings_roll_forward set addition_amount = addition_amount + 0.01, closing_amount = closing_amount + 0.01
			where step = 'backlog' and period_id = '2026-01' and currency = 'USD' and legal_entity = 'US'`,
		finds: [{ step: 'bookings to backlog', period_id: '2026-01' }],
	},
	{
		check: 'billings_roll_forward_proves_itself',
		sql: `update marts.billings_roll_forward set reduction_amount = reduction_amount + 0.01, closing_amount = closing_amount - 0.01
			where step = 'backlog' and period_id = '2026-01' and currency = 'USD' and legal_entity = 'US'`,
		finds: [{ step: 'backlog to billings', period_id: '2026-01' }],
	},
	{
		check: 'billings_roll_forward_proves_itself',
		sql: `update marts.billings_roll_forward set closing_amount = null
			where step = 'deferred_revenue' and period_id = '2026-02' and currency = 'USD' and legal_entity = 'US'`,
		finds: [{ step: 'deferred_revenue', period_id: '2026-02', stated_amount: null }],
	},
	{
		check: 'breaks_add_up_to_the_variance',
		sql: `update marts.breaks set amount = amount + 0.01 where item_id = 'salesforce:WD2.1'`,
		finds: [
			{ customer_id: 'salesforce:WA', explanation: 'the variance is 502.0100 and its breaks add up to 502.0200' },
		],
	},
	{
		check: 'breaks_add_up_to_the_variance',
		sql: `delete from marts.breaks where item_id = 'netsuite:WJ1'`,
		finds: [{ customer_id: 'salesforce:WB', variance_amount: '-1000.0100', breaks_amount: '0.0000' }],
	},
	{
		check: 'cells_hold_all_bookings_and_revenue',
		sql: `update marts.cells set revenue_amount = revenue_amount + 0.01 where customer_id = 'salesforce:WB' and period_id = '2026-01'`,
		finds: [{ currency: 'USD' }],
	},
	{
		check: 'cells_hold_all_bookings_and_revenue',
		sql: `update marts.cells set bookings_amount = bookings_amount + 0.01 where customer_id = 'salesforce:WB' and period_id = '2026-01'`,
		finds: [{ currency: 'USD' }],
	},
	{
		check: 'cells_hold_all_bookings_and_revenue',
		sql: `delete from marts.cells where currency = 'KWD'`,
		finds: [{ currency: 'KWD', recorded_bookings: '101.1010', cell_bookings: null }],
	},
	{
		check: 'chains_add_up_to_the_deal',
		sql: `update intermediate.int_chains set booked_amount = booked_amount - 0.01 where chain_id = 'salesforce:WD1.1'`,
		finds: [{ opportunity_id: 'salesforce:WD1', amount: '1000.0000', chains_amount: '999.9900' }],
	},
	{
		check: 'chains_add_up_to_the_deal',
		sql: `delete from intermediate.int_chains where opportunity_id = 'salesforce:WD1'`,
		finds: [{ opportunity_id: 'salesforce:WD1', chains_amount: '0.0000' }],
	},
	{
		check: 'reporting_amounts_add_up',
		sql: `update marts.breaks set reporting_amount = reporting_amount - 0.01 where item_id = 'netsuite:WJ1'`,
		finds: [{ customer_id: 'salesforce:WB', variance_reporting_amount: '-1000.0100', breaks_amount: '-1000.0200' }],
	},
	{
		check: 'reporting_amounts_add_up',
		sql: `update marts.cells set variance_reporting_amount = null
			where customer_id = 'salesforce:WB' and period_id = '2026-01' and legal_entity = 'US'`,
		finds: [{ customer_id: 'salesforce:WB', variance_reporting_amount: null }],
	},
	{
		check: 'roll_forward_proves_itself',
		sql: `update marts.roll_forward set closing_amount = closing_amount + 0.01
			where code = 'not_ordered' and currency = 'USD' and period_id = '2026-03'`,
		finds: [{ period_id: '2026-03', code: 'not_ordered', currency: 'USD' }],
	},
	{
		check: 'roll_forward_proves_itself',
		sql: `update marts.roll_forward set opening_amount = opening_amount + 0.01, closing_amount = closing_amount + 0.01
			where code = 'not_ordered' and currency = 'USD' and period_id = '2026-03'`,
		finds: [{ period_id: '2026-03', code: 'not_ordered', currency: 'USD', previous_closing_amount: '300.0000' }],
	},
	...['order_line', 'invoice_line', 'credit_line'].map((line) => ({
		check: 'shares_add_up_to_the_line',
		sql: `update intermediate.int_${line}_shares set amount = amount + 0.01 where line_id = 'netsuite:W${
			{ order_line: 'O1', invoice_line: 'I1', credit_line: 'N1' }[line]
		}.1'`,
		finds: [{ record_id: `netsuite:W${{ order_line: 'O1', invoice_line: 'I1', credit_line: 'N1' }[line]}.1` }],
	})),
	{
		check: 'shares_add_up_to_the_line',
		sql: `update intermediate.int_revenue_lines set amount = amount + 0.01 where revenue_entry_id = 'netsuite:WRI1.1'`,
		finds: [
			{ record_id: 'netsuite:WRI1.1', amount: '1000.0000', shared_amount: '1000.0100' },
			{ record_id: 'netsuite:WRI1.1', amount: '1000.0100', shared_amount: '1000.0000' },
		],
	},
	{
		check: 'shares_add_up_to_the_line',
		sql: `update intermediate.int_revenue_shares set amount = amount + 0.01 where revenue_entry_id = 'netsuite:WRI1.1'`,
		finds: [{ record_id: 'netsuite:WRI1.1', amount: '1000.0000', shared_amount: '1000.0100' }],
	},
]

/** A company in whose records something of each kind is wrong. */
function world(): Book {
	const book = new Book('W')
	book.deal('D1', { lines: [{ quantity: 10, price: 100 }] })
	book.order('O1', { lines: [{ quantity: 10, price: 100, of: 'D1.1' }] })
	book.invoice('I1', { lines: [{ quantity: 10, price: 100 }] })
	book.credit('N1', { lines: [{ quantity: 1, price: 100 }] })
	book.deal('D2', { lines: [{ quantity: 1, price: 300 }] })

	// The copy of a field differs, and a customer that nothing names.
	book.add('canonical.customers', { customer_id: book.crm('B'), name: 'Customer WB', city: 'Lyon' })
	book.add('canonical.customers', {
		customer_id: book.erp('E'),
		name: 'Customer WB',
		city: 'Paris',
		other_reference: 'WB',
	})
	book.add('canonical.customers', { customer_id: book.erp('X'), name: 'Nobody', city: 'Rome' })

	// A cent more than the company's materiality, an entry without a legal entity, and one in a currency without a rate.
	const place = { customer_id: book.erp('E'), legal_entity_id: 'netsuite:1', currency: 'USD' }
	book.revenue('J1', 'journal', '2026-01', 1000.01, place, { document_id: book.erp('J1') })
	book.revenue('J2', 'journal', '2026-01', 0.01, { ...place, legal_entity_id: null }, { document_id: book.erp('J2') })
	book.revenue('J3', 'journal', '2026-03', 0.5, { ...place, currency: 'KWD' }, { document_id: book.erp('J3') })

	// Rates of the two systems 4 % apart, and documents translated at another rate than the ERP's.
	const rate = { from_currency: 'GBP', to_currency: 'USD', start_date: '2026-02-01' }
	book.add('canonical.exchange_rates', { exchange_rate_id: book.crm('R'), kind: 'crm', ...rate, rate: 1.3 })
	book.add('canonical.exchange_rates', { exchange_rate_id: book.erp('R'), kind: 'erp', ...rate, rate: 1.25 })
	const pounds = (rate: number) => ({
		currency: 'GBP',
		date: '2026-02-10',
		lines: [{ price: 1 }],
		more: { exchange_rate: rate },
	})
	book.order('O9', { deals: '', ...pounds(1.29) })
	book.order('O8', { deals: '', ...pounds(1.27) })
	book.invoice('I9', { order: null, customer: 'C0', ...pounds(1.21) })

	// Lines without their documents, and a deal of an account that isn't there, closed before any period.
	book.deal('D9', { customer: 'A0', close: '2019-01-15', amount: 1 })
	const line = { kind: 'item', quantity: 1, amount: 1, currency: 'USD' }
	const lost = (id: string, of: string) => [book.erp(`${id}.1`), book.erp(of)] as const
	book.add('canonical.opportunity_lines', {
		opportunity_line_id: book.crm('L0'),
		opportunity_id: book.crm('D0'),
		...line,
	})
	for (const [table, [line_id, document_id]] of [
		['order', lost('O0', 'O0')],
		['invoice', lost('I0', 'I0')],
		['credit_note', lost('N0', 'N0')],
	] as const)
		book.add(`canonical.${table}_lines`, { [`${table}_line_id`]: line_id, [`${table}_id`]: document_id, ...line })

	// A minor unit per line is rounding; of so many lines it is more than that.
	roundedInLines(book, 'USD', 101, 1.01)
	roundedInLines(book, 'KRW', 102, 102)
	roundedInLines(book, 'KWD', 101, 0.101)
	roundedInLines(book, 'ISK', 3, 3)
	return book
}

/** A deal without lines, and an order of so many, a minor unit less each than the deal has for them. */
function roundedInLines(book: Book, currency: string, count: number, rounded: number): void {
	const lines = Array.from({ length: count }, (): Line => ({ quantity: null, price: 0, amount: 1 }))
	book.deal(currency, { currency, amount: count + rounded })
	book.order(`${currency}O`, { deals: currency, currency, lines })
}

const given: Record<string, string> = {
	'staging.stg_tieout__connections':
		'connection,kind,role,reference_form,has_orders\nsalesforce,salesforce,crm,text,\nnetsuite,netsuite,erp,text,true\n',
	'staging.stg_tieout__currencies': 'currency,minor_digits\nUSD,2\nEUR,2\nGBP,2\nKRW,0\nISK,0\nKWD,3\n',
	'staging.stg_tieout__field_owners': 'entity,field,owner\ncustomers,city,crm\n',
	'staging.stg_tieout__settings':
		'name,value\nreporting_currency,USD\nrate_policy,closing\nmateriality_amount,1000\nbreak_limit_days:not_ordered,30\n',
}

async function inWorld(use: (session: Session) => Promise<void>): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-checks-'))
	try {
		for (const [table, text] of Object.entries(given)) writeFileSync(path.join(folder, `${table}.csv`), text)
		for (const [table, rows] of world().rows) writeFileSync(path.join(folder, `${table}.csv`), csvOf(rows))
		const tables = [...Object.keys(ofRecords), ...ofTables.map(({ check }) => check)].map((check) => `checks.${check}`)
		await buildGiven([path.join(casesFolder, 'given'), folder], tables, [ownModels], use)
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}

function csvOf(rows: readonly Row[]): string {
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
	return `${[columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((row) => row.join(',')).join('\n')}\n`
}

/** All rows of a check, and no other than those; by the columns that are told. */
async function expectRows(session: Session, check: string, rows: readonly Row[]): Promise<void> {
	const found = await session.all(sqlOf(check))
	expect(found, check).toHaveLength(rows.length)
	for (const row of rows) expect(found, check).toContainEqual(expect.objectContaining(row))
}

test('every check finds what it is there for, and nothing else', async () => {
	await inWorld(async (session) => {
		for (const [check, rows] of Object.entries(ofRecords)) await expectRows(session, check, rows)
		for (const check of new Set(ofTables.map((one) => one.check))) await expectRows(session, check, [])
		for (const { check, sql, finds } of ofTables) {
			await session.run('begin transaction')
			await session.run(sql)
			await expectRows(session, check, finds)
			await session.run('rollback')
		}
	})
}, 60_000)

test('no check is left that no test has seen to find something', () => {
	const inCases = caseNames().flatMap((name) => {
		const folder = path.join(casesFolder, name, 'expected')
		return readdirSync(folder)
			.filter(
				(file) => file.startsWith('checks.') && readFileSync(path.join(folder, file), 'utf8').trim().includes('\n'),
			)
			.map((file) => file.slice('checks.'.length, -'.csv'.length))
	})
	const elsewhere = ['posting_periods_fit_the_calendar', 'revenue_follows_its_rule']
	const seen = [...Object.keys(ofRecords), ...ofTables.map(({ check }) => check), ...inCases, ...elsewhere]
	expect([...new Set(seen)].sort()).toEqual(allChecks.sort())
})
