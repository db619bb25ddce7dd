import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { erpnext } from '../../../extract/sources/erpnext/erpnext.ts'
import { canonical, type Entity } from '../../../models/canonical.ts'
import { configurationSets } from '../../../models/configuration-sets.ts'
import { type Model, ownModels, readModels } from '../../../models/model.ts'
import { entityColumns } from '../../../models/plan.ts'
import { rawStandardColumns } from '../../../models/raw-columns.ts'
import { identifier, literal } from '../../../models/sql-text.ts'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import { monthsSet } from '../months.ts'

// The real export of examples/halden, as if it had been read over the interface, with a few rows beside it that it does not have.
const folder = path.join(import.meta.dirname, '../../../examples/halden/erp')
const moment = `timestamp '2026-07-12 12:00:00'`
let database: Database
let models: Model[]

beforeAll(async () => {
	database = await openDatabase(':memory:', { threads: 2 })
	await database.run('create schema raw; create schema staging')
	await database.run(`create table raw.as_of as select ${moment} as loaded_until, ${moment} as extracted_until,
		cast(${moment} as date) as as_of_date`)
	for (const [name, columns] of Object.entries(configurationSets))
		await database.run(
			`create table raw.tieout__${name} (${columns.map((column) => `${column} varchar`).join(', ')}, _set varchar, _loaded_at timestamp)`,
		)
	for (const month of monthsSet(...[1, 2, 3, 4, 5, 6, 7].map((number) => `2026-0${number}`)).rows)
		await configure('periods', month)
	for (const currency of ['USD', 'EUR', 'GBP', 'CAD', 'CHF']) await configure('currencies', [currency, '2'])
	await loadExport()
	await addRows()
	await addUp()
	models = (await readModels([ownModels], database)).filter(({ name }) => /^staging\.\w+_(erpnext|tieout)__/.test(name))
	const made = new Set<string>()
	const make = async (model: Model) => {
		if (made.has(model.name)) return
		made.add(model.name)
		for (const read of model.reads) {
			const other = models.find(({ name }) => name === read)
			if (other) await make(other)
		}
		await database.run(`create table ${model.name} as ${model.sql}`)
	}
	for (const model of models) await make(model)
}, 60_000)
afterAll(() => database.close())

function configure(set: string, values: string[]) {
	const list = [...values.map(literal), `'s'`, `timestamp '2026-01-01 00:00:00'`].join(', ')
	return database.run(`insert into raw.tieout__${set} values (${list})`)
}

/** The CSV of each DocType into its raw table; what the export left out is null. */
async function loadExport() {
	for (const { name, object, columns } of erpnext.streams) {
		const declared = Object.keys(columns).map((column) => `${identifier(column)} varchar`)
		const standard = Object.entries(rawStandardColumns).map(([column, type]) => `${column} ${type}`)
		await database.run(`create table raw.erpnext__${name} (${[...declared, ...standard].join(', ')})`)
		if (name === 'ledger_totals') continue
		const file = path.join(folder, `${object.toLowerCase().replaceAll(' ', '_')}.csv`)
		const header = headerOf(file)
		const found = Object.entries(columns).filter(([, { field, inverseOf }]) => header.includes(field) && !inverseOf)
		if (found.length === 0) continue
		await database.run(
			`insert into raw.erpnext__${name} (${found.map(([column]) => identifier(column)).join(', ')}, _connection, _key, _extracted_at, _loaded_at, _deleted)
			select ${found.map(([, { field }]) => identifier(field)).join(', ')}, 'erp', name, ${moment}, ${moment}, false
			from read_csv(${literal(file)}, all_varchar = true, header = true)`,
		)
	}
	// Columns that the interface has and the export left out.
	await database.run(`update raw.erpnext__payments set party_type = 'Customer'`)
	for (const [line, amounts] of Object.entries({
		'SUB-DATA-03': ['889.2', '1111.5', '222.3'],
		'SUB-PLUS-12': ['1986.66', '2483.33'],
	}))
		await database.run(
			`update raw.erpnext__gl_entries set voucher_detail_no = (select name from raw.erpnext__invoice_lines
				where parent = 'ACC-SINV-2026-00007' and item_code = '${line}')
			where voucher_no = 'ACC-SINV-2026-00007' and against_voucher_type = 'Process Deferred Accounting'
				and greatest(cast(debit as double), cast(credit as double)) in (${amounts.join(', ')})`,
		)
}

function headerOf(file: string): string[] {
	try {
		return readFileSync(file, 'utf8').split('\n', 1)[0]!.trim().split(',')
	} catch {
		return []
	}
}

async function add(stream: string, values: Record<string, string | null>) {
	const columns = Object.keys(values).map(identifier).join(', ')
	const list = Object.values(values).map((value) => (value === null ? 'null' : literal(value)))
	await database.run(
		`insert into raw.erpnext__${stream} (${columns}, _connection, _key, _extracted_at, _loaded_at, _deleted)
		values (${list.join(', ')}, 'erp', ${literal(values['name']!)}, ${moment}, ${moment}, false)`,
	)
}

/** What ERPNext's database adds up of these rows, as the source asks for it; and the entry that closes a year, which it leaves out. */
async function addUp() {
	await database.run(`insert into raw.erpnext__ledger_totals (company, account, posting_date, credits, debits, _connection, _key, _extracted_at, _loaded_at, _deleted)
		select company, account, posting_date, cast(sum(cast(credit as decimal(18, 4))) as varchar), cast(sum(cast(debit as decimal(18, 4))) as varchar),
			'erp', concat_ws(':', company, account, posting_date), ${moment}, ${moment}, false
		from raw.erpnext__gl_entries where coalesce(is_cancelled, '0') = '0' group by all`)
	await add('gl_entries', {
		name: 'closing',
		company: 'Halden Instruments Inc',
		account: 'Freight - HII',
		posting_date: '2026-06-30',
		debit: '999.0',
		credit: '0.0',
		voucher_type: 'Period Closing Voucher',
		voucher_no: 'ACC-PCV-2026-00001',
		is_cancelled: '0',
	})
}

/** Freight on an income account, a journal that settles, one that recognises, a discount on an account of its own. */
async function addRows() {
	const company = 'Halden Instruments Inc'
	const common = { company, currency: 'USD', conversion_rate: '1.0', docstatus: '1' }
	const account = (name: string, root: string) =>
		add('accounts', { name, company, root_type: root, account_currency: 'USD' })
	await account('Freight - HII', 'Income')
	await account('Discounts Given - HII', 'Income')
	await account('Tax - HII', 'Liability')
	await add('orders', {
		name: 'SO-X',
		customer: 'C',
		transaction_date: '2026-03-01',
		status: 'To Bill',
		grand_total: '1195.0',
		total_taxes_and_charges: '195.0',
		...common,
	})
	await add('order_lines', {
		name: 'so-line',
		parent: 'SO-X',
		idx: '1',
		item_code: 'I',
		qty: '10.0',
		uom: 'Nos',
		rate: '100.0',
		unit_price: '125.0',
		discount_percentage: '20.0',
		net_amount: '1000.0',
		base_net_amount: '1000.0',
	})
	for (const [document, kind] of [
		['SO-X', 'order'],
		['SI-X', 'invoice'],
	] as const) {
		await add(`${kind}_charges`, {
			name: `${kind}-freight`,
			parent: document,
			idx: '1',
			account_head: 'Freight - HII',
			tax_amount_after_discount_amount: '50.0',
			base_tax_amount_after_discount_amount: '50.0',
		})
		await add(`${kind}_charges`, {
			name: `${kind}-tax`,
			parent: document,
			idx: '2',
			account_head: 'Tax - HII',
			tax_amount_after_discount_amount: '145.0',
			base_tax_amount_after_discount_amount: '145.0',
		})
	}
	await add('invoices', {
		name: 'SI-X',
		customer: 'C',
		posting_date: '2026-03-05',
		status: 'Unpaid',
		is_return: '0',
		grand_total: '1195.0',
		rounded_total: '0.0',
		total_taxes_and_charges: '195.0',
		outstanding_amount: '1195.0',
		party_account_currency: 'USD',
		...common,
	})
	const sold = {
		parent: 'SI-X',
		item_code: 'I',
		uom: 'Nos',
		qty: '5.0',
		rate: '100.0',
		discount_percentage: '0.0',
		income_account: 'Sales - HII',
		enable_deferred_revenue: '0',
	}
	await add('invoice_lines', {
		name: 'si-one',
		idx: '1',
		net_amount: '600.0',
		base_net_amount: '600.0',
		sales_order: 'SO-X',
		so_detail: 'so-line',
		...sold,
	})
	await add('invoice_lines', {
		name: 'si-two',
		idx: '2',
		net_amount: '400.0',
		base_net_amount: '400.0',
		sales_order: 'SO-X',
		so_detail: 'so-line',
		...sold,
	})
	const entry = {
		company,
		posting_date: '2026-03-05',
		voucher_type: 'Sales Invoice',
		voucher_no: 'SI-X',
		is_cancelled: '0',
		account_currency: 'USD',
		transaction_currency: 'USD',
	}
	const credit = (amount: string) => ({
		credit: amount,
		debit: '0.0',
		credit_in_account_currency: amount,
		debit_in_account_currency: '0.0',
		credit_in_transaction_currency: amount,
		debit_in_transaction_currency: '0.0',
	})
	const debit = (amount: string) => ({
		credit: '0.0',
		debit: amount,
		credit_in_account_currency: '0.0',
		debit_in_account_currency: amount,
		credit_in_transaction_currency: '0.0',
		debit_in_transaction_currency: amount,
	})
	// With discount accounting: the lines earn 1,100 between them, the discount of 100 stands beside them.
	await add('gl_entries', { name: 'e1', account: 'Sales - HII', ...entry, ...credit('1100.01') })
	await add('gl_entries', { name: 'e2', account: 'Freight - HII', ...entry, ...credit('50.0') })
	await add('gl_entries', { name: 'e3', account: 'Discounts Given - HII', ...entry, ...debit('100.01') })
	await add('journals', {
		name: 'JV-1',
		company,
		docstatus: '1',
		posting_date: '2026-04-02',
		voucher_type: 'Journal Entry',
		user_remark: 'Write-off',
	})
	const line = { parent: 'JV-1', party_type: 'Customer', party: 'C', account_currency: 'USD' }
	await add('journal_lines', {
		name: 'jl',
		...line,
		debit: '0.0',
		credit: '200.0',
		debit_in_account_currency: '0.0',
		credit_in_account_currency: '200.0',
		reference_type: 'Sales Invoice',
		reference_name: 'SI-X',
	})
	await add('gl_entries', {
		name: 'e4',
		account: 'Sales - HII',
		...entry,
		voucher_type: 'Journal Entry',
		voucher_no: 'JV-1',
		posting_date: '2026-04-02',
		...debit('200.0'),
	})
	await add('journals', {
		name: 'JV-2',
		company,
		docstatus: '1',
		posting_date: '2026-04-30',
		voucher_type: 'Deferred Revenue',
	})
	await add('orders', {
		name: 'SO-Y',
		customer: 'C',
		transaction_date: '2026-03-02',
		status: 'To Bill',
		grand_total: '0.0',
		total_taxes_and_charges: '0.0',
		...common,
	})
	await add('order_lines', { name: 'so-other', parent: 'SO-Y', idx: '1', item_code: 'I', qty: '1.0', uom: 'Nos' })
	await add('invoices', {
		name: 'SI-Y',
		customer: 'C',
		posting_date: '2026-03-06',
		status: 'Unpaid',
		is_return: '0',
		grand_total: '0.0',
		total_taxes_and_charges: '0.0',
		outstanding_amount: '0.0',
		party_account_currency: 'USD',
		...common,
	})
	// An immutable ledger: the cancellation of 1 April is posted beside the invoice of 6 March, and both stay.
	await add('invoices', {
		name: 'SI-GONE',
		customer: 'C',
		posting_date: '2026-03-06',
		status: 'Cancelled',
		is_return: '0',
		grand_total: '70.0',
		total_taxes_and_charges: '0.0',
		outstanding_amount: '0.0',
		party_account_currency: 'USD',
		...common,
		docstatus: '2',
	})
	for (const [name, amount] of [
		['gone-one', '50.0'],
		['gone-two', '20.0'],
	] as const)
		await add('invoice_lines', {
			...sold,
			name,
			parent: 'SI-GONE',
			idx: '1',
			net_amount: amount,
			base_net_amount: amount,
		})
	const gone = { ...entry, account: 'Sales - HII', voucher_no: 'SI-GONE' }
	await add('gl_entries', { name: 'e6', ...gone, posting_date: '2026-03-06', ...credit('70.0') })
	await add('gl_entries', { name: 'e7', ...gone, posting_date: '2026-04-01', ...debit('70.0') })
	// The same in another currency, from before entries named the transaction's currency; and a discount on an account of its own.
	const euros = { ...common, currency: 'EUR', conversion_rate: '1.1' }
	await add('invoices', {
		name: 'SI-OLD',
		customer: 'C',
		posting_date: '2026-03-06',
		status: 'Cancelled',
		is_return: '0',
		grand_total: '90.0',
		total_taxes_and_charges: '0.0',
		outstanding_amount: '0.0',
		party_account_currency: 'USD',
		...euros,
		docstatus: '2',
	})
	for (const [name, amount, base] of [
		['old-one', '60.0', '66.0'],
		['old-two', '40.0', '44.0'],
	] as const)
		await add('invoice_lines', { ...sold, name, parent: 'SI-OLD', idx: '1', net_amount: amount, base_net_amount: base })
	const old = { ...entry, voucher_no: 'SI-OLD', transaction_currency: null }
	const inUsd = (side: 'credit' | 'debit', amount: string) => ({
		...(side === 'credit' ? credit(amount) : debit(amount)),
		credit_in_transaction_currency: null,
		debit_in_transaction_currency: null,
	})
	const sales = { ...old, account: 'Sales - HII' }
	const given = { ...old, account: 'Discounts Given - HII' }
	await add('gl_entries', { name: 'e8', ...sales, posting_date: '2026-03-06', ...inUsd('credit', '110.0') })
	await add('gl_entries', { name: 'e9', ...given, posting_date: '2026-03-06', ...inUsd('debit', '11.0') })
	await add('gl_entries', { name: 'e10', ...sales, posting_date: '2026-04-01', ...inUsd('debit', '110.0') })
	await add('gl_entries', { name: 'e11', ...given, posting_date: '2026-04-01', ...inUsd('credit', '11.0') })
	// What was owed when the company began with ERPNext: billed elsewhere, and no revenue.
	await account('Temporary Opening - HII', 'Asset')
	await add('invoices', {
		name: 'SI-OPEN',
		customer: 'C',
		posting_date: '2026-01-01',
		status: 'Overdue',
		is_return: '0',
		is_opening: 'Yes',
		grand_total: '500.0',
		total_taxes_and_charges: '0.0',
		outstanding_amount: '200.0',
		party_account_currency: 'USD',
		...common,
	})
	await add('invoice_lines', {
		...sold,
		name: 'si-open',
		parent: 'SI-OPEN',
		idx: '1',
		income_account: 'Temporary Opening - HII',
		net_amount: '500.0',
		base_net_amount: '500.0',
	})
	for (const [at, [order, line]] of [
		['SO-X', 'so-line'],
		['SO-Y', 'so-other'],
	].entries())
		await add('invoice_lines', {
			...sold,
			parent: 'SI-Y',
			name: `of-${line}`,
			idx: String(at + 1),
			net_amount: '0.0',
			base_net_amount: '0.0',
			sales_order: order!,
			so_detail: line!,
		})
	await add('invoice_lines', {
		...sold,
		name: 'si-late',
		parent: 'SI-X',
		idx: '3',
		net_amount: '0.0',
		base_net_amount: '0.0',
		enable_deferred_revenue: '1',
	})
	await add('gl_entries', {
		name: 'e5',
		account: 'Sales - HII',
		...entry,
		voucher_type: 'Journal Entry',
		voucher_no: 'JV-2',
		voucher_detail_no: 'si-late',
		posting_date: '2026-04-30',
		...credit('30.0'),
	})
}

const rows = (sql: string) => database.all(sql)

test('every staging model has exactly the canonical columns, in order and of their types', async () => {
	const staged = models.filter(({ name }) => name.startsWith('staging.stg_erpnext__'))
	for (const { name } of staged) {
		const entity = name.slice('staging.stg_erpnext__'.length) as Entity
		const { columns } = await database.describe(`select * from ${name}`)
		const wanted = entityColumns(entity).map((column) => `${column.name} ${column.type}`.replace(', ', ','))
		expect({ entity, columns: columns.map((column) => `${column.name} ${column.type.toLowerCase()}`) }).toEqual({
			entity,
			columns: wanted,
		})
	}
	const absent = Object.keys(canonical).filter((entity) => !staged.some(({ name }) => name.endsWith(`__${entity}`)))
	expect(absent).toEqual(['opportunities', 'opportunity_lines', 'stage_changes', 'sync_events'])
})

test('an invoice’s own and its deferred revenue stand at their lines, in the months in which they were posted', async () => {
	expect(
		await rows(`select entries.period_id, entries.kind, lines.product_id, cast(entries.amount as varchar) as amount, entries.document_number
			from staging.stg_erpnext__revenue_entries as entries
			inner join staging.stg_erpnext__invoice_lines as lines on entries.invoice_line_id = lines.invoice_line_id
			where lines.invoice_id = 'erp:ACC-SINV-2026-00007' and entries.period_id < '2026-03' order by 1, 2, 3`),
	).toEqual([
		{
			period_id: '2026-01',
			kind: 'invoice',
			product_id: 'erp:SRV-IMPL',
			amount: expect.any(String),
			document_number: 'ACC-SINV-2026-00007',
		},
		{
			period_id: '2026-01',
			kind: 'recognition',
			product_id: 'erp:SUB-DATA-03',
			amount: '889.2000',
			document_number: 'ACC-PDA-00001',
		},
		{
			period_id: '2026-01',
			kind: 'recognition',
			product_id: 'erp:SUB-PLUS-12',
			amount: '1986.6600',
			document_number: 'ACC-PDA-00001',
		},
		{
			period_id: '2026-02',
			kind: 'recognition',
			product_id: 'erp:SUB-DATA-03',
			amount: '1111.5000',
			document_number: expect.any(String),
		},
		{
			period_id: '2026-02',
			kind: 'recognition',
			product_id: 'erp:SUB-PLUS-12',
			amount: '2483.3300',
			document_number: expect.any(String),
		},
	])
})

test('revenue is what stands on income accounts, to the cent, without what was cancelled', async () => {
	const [booked, staged] = await Promise.all([
		rows(`select company, cast(sum(cast(credit as decimal(38, 4)) - cast(debit as decimal(38, 4))) as varchar) as amount
			from raw.erpnext__gl_entries where is_cancelled = '0' and coalesce(voucher_type, '') <> 'Period Closing Voucher' and account in (
				select name from raw.erpnext__accounts where root_type = 'Income') group by 1 order by 1`),
		rows(`select substr(legal_entity_id, 5) as company, cast(sum(base_amount) as varchar) as amount
			from staging.stg_erpnext__revenue_entries group by 1 order by 1`),
	])
	expect(booked).toHaveLength(2)
	expect(staged).toEqual(booked)
})

test('in another currency, what is recognised of a line follows what was posted, and ends on the line’s amount', async () => {
	const [line] =
		await rows(`select entries.invoice_line_id, lines.amount = sum(entries.amount) as is_whole, max(entries.currency) as currency
		from staging.stg_erpnext__revenue_entries as entries
		inner join staging.base_erpnext__document_lines as lines on entries.invoice_line_id = lines.line_id
		where entries.kind = 'recognition' and entries.currency not in ('USD', 'EUR')
		group by entries.invoice_line_id, lines.amount, lines.base_amount having sum(entries.base_amount) = lines.base_amount limit 1`)
	expect(line).toMatchObject({ is_whole: true })
})

test('what an immutable ledger posts of a cancellation stays in its own month, line by line', async () => {
	expect(
		await rows(`select period_id, cast(amount as varchar) as amount, cast(base_amount as varchar) as base, invoice_line_id
			from staging.stg_erpnext__revenue_entries where document_id = 'erp:SI-GONE' order by period_id, amount`),
	).toEqual([
		{ period_id: '2026-03', amount: '20.0000', base: '20.0000', invoice_line_id: 'erp:gone-two' },
		{ period_id: '2026-03', amount: '50.0000', base: '50.0000', invoice_line_id: 'erp:gone-one' },
		{ period_id: '2026-04', amount: '-20.0000', base: '-20.0000', invoice_line_id: 'erp:gone-two' },
		{ period_id: '2026-04', amount: '-50.0000', base: '-50.0000', invoice_line_id: 'erp:gone-one' },
	])
})

test('what names no currency of the transaction is in it as far as in the company’s: a cancellation and a discount take off', async () => {
	expect(
		await rows(`select account, period_id, invoice_line_id, cast(amount as varchar) as amount, currency, cast(base_amount as varchar) as base
			from staging.stg_erpnext__revenue_entries where document_id = 'erp:SI-OLD' order by account, period_id, invoice_line_id`).then(
			(all) => all.map((one) => Object.values(one).join(' | ')),
		),
	).toEqual([
		'Discounts Given - HII | 2026-03 | erp:old-one | -6.0000 | EUR | -6.6000',
		'Discounts Given - HII | 2026-03 | erp:old-two | -4.0000 | EUR | -4.4000',
		'Discounts Given - HII | 2026-04 | erp:old-one | 6.0000 | EUR | 6.6000',
		'Discounts Given - HII | 2026-04 | erp:old-two | 4.0000 | EUR | 4.4000',
		'Sales - HII | 2026-03 | erp:old-one | 60.0000 | EUR | 66.0000',
		'Sales - HII | 2026-03 | erp:old-two | 40.0000 | EUR | 44.0000',
		'Sales - HII | 2026-04 | erp:old-one | -60.0000 | EUR | -66.0000',
		'Sales - HII | 2026-04 | erp:old-two | -40.0000 | EUR | -44.0000',
	])
})

test('an opening invoice is owed and was billed elsewhere: it has no lines', async () => {
	expect(
		await rows(`select status, is_posted, cast(total_amount as varchar) as total, cast(open_amount as varchar) as open from staging.stg_erpnext__invoices
			where source_id = 'SI-OPEN'`),
	).toEqual([{ status: 'opening', is_posted: true, total: '500.0000', open: '200.0000' }])
	expect(await rows(`select * from staging.stg_erpnext__invoice_lines where invoice_id = 'erp:SI-OPEN'`)).toEqual([])
})

test('a return is a credit note: what the customer gets back is positive, and names its invoice', async () => {
	const [counts] =
		await rows(`select count(*) as notes, count(invoice_id) as named, min(total_amount) > 0 as is_positive,
		(select min(amount) >= 0 from staging.stg_erpnext__credit_note_lines) as has_positive_lines from staging.stg_erpnext__credit_notes`)
	expect(counts).toEqual({ notes: '12', named: '12', is_positive: true, has_positive_lines: true })
	const [revenue] =
		await rows(`select sum(amount) < 0 as is_negative, bool_and(credit_note_line_id is not null) as has_lines
		from staging.stg_erpnext__revenue_entries where kind = 'credit_note'`)
	expect(revenue).toEqual({ is_negative: true, has_lines: true })
})

test('what is cancelled or a draft is no revenue and owes nothing; what was never approved waits', async () => {
	expect(
		await rows(`select status, count(*) as rows, cast(sum(open_amount) as varchar) as open, bool_and(is_posted) as is_posted, bool_and(is_voided) as is_voided
			from staging.stg_erpnext__invoices where status in ('draft', 'cancelled') group by 1 order by 1`),
	).toEqual([
		{ status: 'cancelled', rows: '6', open: '0.0000', is_posted: true, is_voided: true },
		{ status: 'draft', rows: '4', open: '0.0000', is_posted: false, is_voided: false },
	])
	expect(
		await rows(`select status, is_pending_approval, count(*) as rows from staging.stg_erpnext__orders
			where is_pending_approval or is_cancelled group by 1, 2 order by 1`),
	).toEqual([
		{ status: 'cancelled', is_pending_approval: false, rows: '10' },
		{ status: 'draft', is_pending_approval: true, rows: '7' },
		{ status: 'pending approval', is_pending_approval: true, rows: '9' },
	])
})

test('an invoice of two orders names none; its lines name those of both', async () => {
	expect(await rows(`select order_id from staging.stg_erpnext__invoices where source_id = 'SI-Y'`)).toEqual([
		{ order_id: null },
	])
	expect(
		await rows(
			`select order_line_id from staging.stg_erpnext__invoice_lines where invoice_id = 'erp:SI-Y' order by line_number`,
		),
	).toEqual([{ order_line_id: 'erp:so-line' }, { order_line_id: 'erp:so-other' }])
})

test('freight beside the taxes is a line, and no tax; the price before the discount is the list’s', async () => {
	expect(
		await rows(`select kind, cast(amount as varchar) as amount, cast(unit_price as varchar) as price, cast(discount_percent as varchar) as off
		from staging.stg_erpnext__order_lines where order_id = 'erp:SO-X' order by line_number`),
	).toEqual([
		{ kind: 'item', amount: '1000.0000', price: '125.00000000', off: '20.0000000000' },
		{ kind: 'freight', amount: '50.0000', price: null, off: null },
	])
	expect(
		await rows(
			`select order_line_id from staging.stg_erpnext__invoice_lines where invoice_line_id = 'erp:invoice-freight'`,
		),
	).toEqual([{ order_line_id: 'erp:order-freight' }])
	expect(
		await rows(
			`select cast(tax_amount as varchar) as tax, order_id from staging.stg_erpnext__invoices where invoice_id = 'erp:SI-X'`,
		),
	).toEqual([{ tax: '145.0000', order_id: 'erp:SO-X' }])
})

test('an entry that is not its lines’ amount is shared out over them, the last cent to the largest', async () => {
	expect(
		await rows(`select account, invoice_line_id, cast(amount as varchar) as amount from staging.stg_erpnext__revenue_entries
			where document_id = 'erp:SI-X' order by account, invoice_line_id`),
	).toEqual([
		{ account: 'Discounts Given - HII', invoice_line_id: 'erp:si-one', amount: '-60.0100' },
		{ account: 'Discounts Given - HII', invoice_line_id: 'erp:si-two', amount: '-40.0000' },
		{ account: 'Freight - HII', invoice_line_id: 'erp:invoice-freight', amount: '50.0000' },
		{ account: 'Sales - HII', invoice_line_id: 'erp:si-one', amount: '660.0100' },
		{ account: 'Sales - HII', invoice_line_id: 'erp:si-two', amount: '440.0000' },
	])
})

test('a journal that settles is a payment; one that names a customer keeps it; one of deferred revenue recognises its line', async () => {
	expect(
		await rows(
			`select cast(amount as varchar) as amount, customer_id from staging.stg_erpnext__payments where number = 'JV-1'`,
		),
	).toEqual([{ amount: '200.0000', customer_id: 'erp:C' }])
	expect(
		await rows(
			`select payment_id, invoice_id, cast(amount as varchar) as amount from staging.stg_erpnext__payment_applications where source_id = 'jl'`,
		),
	).toEqual([{ payment_id: 'erp:JV-1@C@USD', invoice_id: 'erp:SI-X', amount: '200.0000' }])
	expect(
		await rows(`select kind, customer_id, invoice_line_id, cast(amount as varchar) as amount, memo from staging.stg_erpnext__revenue_entries
		where document_number in ('JV-1', 'JV-2') order by document_number`),
	).toEqual([
		{ kind: 'journal', customer_id: 'erp:C', invoice_line_id: null, amount: '-200.0000', memo: 'Write-off' },
		{ kind: 'recognition', customer_id: 'erp:C', invoice_line_id: 'erp:si-late', amount: '30.0000', memo: 'SI-X' },
	])
})

test('what ERPNext adds up of its ledger is the revenue of each account and period, without the entry that closes the year', async () => {
	const said = await rows(
		`select legal_entity_id, account, period_id, cast(sum(amount) as varchar) as amount, currency from staging.stg_erpnext__reported_totals
		group by all having sum(amount) <> 0 order by all`,
	)
	expect(said.length).toBeGreaterThan(5)
	expect(said).toEqual(
		await rows(
			`select legal_entity_id, account, period_id, cast(sum(base_amount) as varchar) as amount, base_currency as currency
			from staging.stg_erpnext__revenue_entries where not is_deleted group by all having sum(base_amount) <> 0 order by all`,
		),
	)
})
