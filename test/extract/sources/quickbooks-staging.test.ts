import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../../../extract/sandbox/world/records/quickbooks/json.ts'
import { monthsSet } from '../months.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'
import { connection, number, record, startQuickbooks } from './quickbooks-sandbox.ts'

const de = { entity: 'DE' as const, updated: '2026-10-15T10:00:00Z' }
const item = (Id: string, value: string, qty: string, price: string, amount: string, more: object = {}): Json => ({
	Id,
	LineNum: number(Id),
	Description: `line ${Id}`,
	Amount: number(amount),
	DetailType: 'SalesItemLineDetail',
	SalesItemLineDetail: { ItemRef: { value }, Qty: number(qty), UnitPrice: number(price), ...more },
})
const subtotal = (amount: string): Json => ({
	Amount: number(amount),
	DetailType: 'SubTotalLineDetail',
	SubTotalLineDetail: {},
})
const form = (more: Record<string, Json>): Record<string, Json> => ({
	TxnDate: '2026-10-15',
	CustomerRef: { value: '58', name: 'Acme' },
	CurrencyRef: { value: 'USD' },
	ExchangeRate: number('0.92'),
	...more,
})
const account = (Id: string, Name: string, Classification: string, AccountSubType: string) =>
	record(
		'Account',
		Id,
		{ Name, AcctNum: `4${Id}`, Classification, AccountType: 'Income', AccountSubType, Active: true },
		de,
	)
const product = (Id: string, Sku: string, income: string, Active = true) =>
	record('Item', Id, { Name: `Thing ${Sku}`, Sku, Type: 'Service', Active, IncomeAccountRef: { value: income } }, de)
const linked = (amount: string, TxnType: string, TxnId: string): Json => ({
	Amount: number(amount),
	LinkedTxn: [{ TxnId, TxnType }],
})

/** A German company with one of everything that staging has to understand. */
const versions = [
	record('CompanyInfo', '1', { CompanyName: 'Halvorsen DE', Country: 'DE' }, de),
	record('Preferences', '1', { CurrencyPrefs: { HomeCurrency: { value: 'EUR' }, MultiCurrencyEnabled: true } }, de),
	account('1', 'Sales', 'Revenue', 'SalesOfProductIncome'),
	account('2', 'Discounts given', 'Revenue', 'DiscountsRefundsGiven'),
	account('3', 'Shipping charged', 'Revenue', 'ServiceFeeIncome'),
	account('4', 'Deferred Revenue', 'Liability', 'DeferredRevenue'),
	product('10', 'GA-1', '1'),
	product('11', 'OLD', '1', false),
	product('12', 'OFF', '2'),
	product('13', 'SUB', '4'),
	record('Term', '3', { Name: 'Net 45', Active: true }, de),
	record('CustomerType', '7', { Name: 'Bill-to', Active: true }, de),
	record(
		'Customer',
		'58',
		{
			DisplayName: 'Acme (58)',
			CompanyName: 'Acme',
			Suffix: 'C1',
			ResaleNum: 'DE123',
			Active: true,
			GivenName: 'Ada',
			FamilyName: 'Byron',
			PrimaryEmailAddr: { Address: 'ada@acme.example' },
			BillAddr: { Line1: 'Box 7', City: 'Lyon', PostalCode: '69000', Country: 'FRA' },
			SalesTermRef: { value: '3' },
			CustomerTypeRef: { value: '7' },
			CurrencyRef: { value: 'USD' },
		},
		{ ...de, reference: '0015g00000053UXAAY' },
	),
	record(
		'Customer',
		'59',
		{ DisplayName: 'Line 4', Active: false, Job: true, ParentRef: { value: '58' }, PrimaryTaxIdentifier: 'XXXXX6789' },
		de,
	),
	record(
		'Invoice',
		'100',
		form({
			DocNumber: 'INV-1',
			DueDate: '2026-11-30',
			ShipAddr: { Id: '90', Line1: 'Gate 3', City: 'Lyon', PostalCode: '69001', Country: 'FRA' },
			TotalAmt: number('318.0'),
			Balance: number('118.0'),
			TxnTaxDetail: { TotalTax: number('18.0') },
			CustomField: [
				{ DefinitionId: '1', Name: 'Sales Channel', Type: 'StringType', StringValue: 'Web' },
				{ DefinitionId: '2', Name: 'CRM Opportunity', Type: 'StringType', StringValue: '0065g0000001IhOAAU' },
				{ DefinitionId: '3', Name: 'Crew #', Type: 'StringType' },
			],
			Line: [
				item('1', '10', '2', '100', '200.0'),
				item('2', '12', '1', '-20', '-20.0'),
				{ Id: '3', Description: 'Only words', DetailType: 'DescriptionOnly', DescriptionLineDetail: {} },
				{
					Id: '4',
					Amount: number('90.0'),
					DetailType: 'GroupLineDetail',
					GroupLineDetail: {
						GroupItemRef: { value: '20' },
						Quantity: number('1'),
						Line: [item('5', '10', '1', '60', '60.0'), item('6', '13', '1', '30', '30.0')],
					},
				},
				{ Id: '7', Description: 'Subtotal: 270.00', DetailType: 'DescriptionOnly', DescriptionLineDetail: {} },
				item('8', '12', '1', '-10', '-10.0'),
				item('9', 'SHIPPING_ITEM_ID', '1', '45', '45.0', { ItemAccountRef: { value: '3' } }),
				{
					Id: '10',
					Amount: number('5.0'),
					DetailType: 'DiscountLineDetail',
					DiscountLineDetail: { PercentBased: false, DiscountAccountRef: { value: '2' } },
				},
				subtotal('305.0'),
			],
		}),
		{ ...de, reference: 'see the mail of Ada' },
	),
	record(
		'Invoice',
		'101',
		form({
			DocNumber: 'INV-2',
			// Edited by a person: parts of an address have become lines.
			ShipAddr: { Id: '91', Line1: 'Ada Byron', Line2: 'Acme', Line3: 'Gate 3', Line4: 'Lyon  69001 France' },
			CurrencyRef: { value: 'EUR' },
			GlobalTaxCalculation: 'TaxInclusive',
			TotalAmt: number('119.0'),
			Balance: number('0'),
			Line: [item('1', '10', '2', '59.5', '100.0', { TaxInclusiveAmt: number('119.0') }), subtotal('100.0')],
		}),
		{ ...de, reference: '0065g0000001IhPAAU' },
	),
	record(
		'Invoice',
		'102',
		form({ DocNumber: 'INV-3', TotalAmt: number('0'), Balance: number('0'), Line: [item('1', '10', '0', '5', '0')] }),
		{ ...de, reference: 'Voided' },
	),
	record(
		'Invoice',
		'103',
		form({
			DocNumber: 'INV-4',
			TotalAmt: number('0'),
			Balance: number('0'),
			Line: [
				item('1', '10', '1', '25', '25.0'),
				{
					Id: '2',
					Amount: number('25.0'),
					DetailType: 'DiscountLineDetail',
					DiscountLineDetail: { PercentBased: true, DiscountAccountRef: { value: '2' } },
				},
			],
		}),
		{ ...de, reference: 'For free, to avoid a claim' },
	),
	record(
		'SalesReceipt',
		'110',
		form({
			DocNumber: 'SR-1',
			ShipAddr: { Id: '92', Line1: 'Weg 1', City: 'Ulm', PostalCode: '89073' },
			TotalAmt: number('40.0'),
			Line: [item('1', '10', '1', '40', '40.0')],
		}),
		de,
	),
	record(
		'CreditMemo',
		'120',
		form({
			DocNumber: 'CM-1',
			TotalAmt: number('50.0'),
			RemainingCredit: number('0'),
			Balance: number('0'),
			Line: [item('1', '10', '1', '50', '50.0'), subtotal('50.0')],
		}),
		de,
	),
	record(
		'RefundReceipt',
		'121',
		form({ DocNumber: 'RR-1', TotalAmt: number('7.0'), Line: [item('1', '10', '1', '7', '7.0')] }),
		de,
	),
	record(
		'Payment',
		'130',
		form({
			TotalAmt: number('160.0'),
			UnappliedAmt: number('10.0'),
			PaymentRefNum: 'R1',
			Line: [linked('80.0', 'Invoice', '100'), linked('120.0', 'Invoice', '101'), linked('50.0', 'CreditMemo', '120')],
		}),
		de,
	),
	record('Payment', '131', form({ TotalAmt: number('0'), Line: [linked('3.0', 'CreditMemo', '120')] }), de),
	record(
		'JournalEntry',
		'140',
		{
			DocNumber: 'JE-1',
			TxnDate: '2026-10-31',
			CurrencyRef: { value: 'EUR' },
			Line: [
				['0', 'Debit', '4'],
				['1', 'Credit', '1'],
			].map(([Id, PostingType, value]) => ({
				Id: Id!,
				Amount: number('40.0'),
				DetailType: 'JournalEntryLineDetail',
				JournalEntryLineDetail: {
					PostingType: PostingType!,
					AccountRef: { value: value! },
					Entity: { Type: 'Customer', EntityRef: { value: '58' } },
				},
			})),
		},
		{ ...de, reference: 'Release' },
	),
	// The bank's interest, what a customer paid without an invoice, and money of a payment that was put into the bank.
	record(
		'Deposit',
		'150',
		{
			TxnDate: '2026-10-20',
			CurrencyRef: { value: 'EUR' },
			TotalAmt: number('115.5'),
			PrivateNote: 'Bank feed',
			Line: [
				{
					Id: '1',
					Amount: number('0.5'),
					Description: 'Interest',
					DetailType: 'DepositLineDetail',
					DepositLineDetail: { AccountRef: { value: '1' } },
				},
				{
					Id: '2',
					Amount: number('15.0'),
					DetailType: 'DepositLineDetail',
					DepositLineDetail: { AccountRef: { value: '1' }, Entity: { value: '58', name: 'Acme', type: 'CUSTOMER' } },
				},
				{ ...(linked('100.0', 'Payment', '130') as object), DetailType: 'DepositLineDetail', DepositLineDetail: {} },
			],
		},
		de,
	),
	// A customer got money back by a check, coded to income; the card company gave some back.
	record(
		'Purchase',
		'151',
		{
			DocNumber: '1001',
			TxnDate: '2026-10-21',
			CurrencyRef: { value: 'USD' },
			ExchangeRate: number('0.92'),
			TotalAmt: number('30.0'),
			PaymentType: 'Check',
			EntityRef: { value: '58', name: 'Acme', type: 'Customer' },
			Line: [
				{
					Id: '1',
					Amount: number('10.0'),
					DetailType: 'AccountBasedExpenseLineDetail',
					AccountBasedExpenseLineDetail: { AccountRef: { value: '1' } },
				},
				{
					Id: '2',
					Amount: number('20.0'),
					DetailType: 'AccountBasedExpenseLineDetail',
					AccountBasedExpenseLineDetail: { AccountRef: { value: '4' } },
				},
			],
		},
		de,
	),
	record(
		'Purchase',
		'152',
		{
			TxnDate: '2026-10-22',
			CurrencyRef: { value: 'EUR' },
			TotalAmt: number('2.0'),
			PaymentType: 'CreditCard',
			Credit: true,
			EntityRef: { value: '9', type: 'Vendor' },
			Line: [
				{
					Id: '1',
					Amount: number('2.0'),
					DetailType: 'AccountBasedExpenseLineDetail',
					AccountBasedExpenseLineDetail: { AccountRef: { value: '1' } },
				},
			],
		},
		de,
	),
]

let staged: Awaited<ReturnType<typeof stagingOf>> | undefined
beforeAll(async () => {
	const sandboxes = await startQuickbooks({ versions, now: Date.UTC(2026, 10, 4, 9) })
	const usual = connection(sandboxes, 'DE', { currencies: 'USD', rates_from: '2026-09-01' })
	const daily = connection(sandboxes, 'US', { currencies: 'EUR', rates_from: '2026-10-20', rate_days: 'daily' })
	const project = await startProject([usual, { ...daily, streams: ['exchange_rates'] }], { sources: [] })
	const configuration = [monthsSet('2026-10', '2026-11'), twoDigits('EUR', 'USD')]
	staged = await stagingOf(project, 'quickbooks', { now: sandboxes.now(), configuration })
	await sandboxes.close()
}, 60_000)
afterAll(() => staged?.close())

const rows = (sql: string) => staged!.database.all<Record<string, unknown>>(sql)

test('a company is a legal entity; customers with sub-customers and inactive ones, masked tax numbers are none', async () => {
	expect(
		await rows('select legal_entity_id, name, currency, country from staging.stg_quickbooks__legal_entities'),
	).toEqual([{ legal_entity_id: 'erp_de:1', name: 'Halvorsen DE', currency: 'EUR', country: 'DE' }])
	expect(
		await rows(
			`select source_id, other_reference, number, name, role, tax_number, street, city, country, payment_terms, parent_id, is_active, modified_at
			from staging.stg_quickbooks__customers order by 1`,
		),
	).toEqual([
		{
			source_id: '58',
			other_reference: '0015g00000053UXAAY',
			number: 'C1',
			name: 'Acme',
			role: 'bill_to',
			tax_number: 'DE123',
			street: 'Box 7',
			city: 'Lyon',
			country: 'FR',
			payment_terms: 'Net 45',
			parent_id: null,
			is_active: true,
			modified_at: '2026-10-15 10:00:00',
		},
		expect.objectContaining({
			source_id: '59',
			name: 'Line 4',
			tax_number: null,
			parent_id: 'erp_de:58',
			is_active: false,
		}),
	])
	expect(await rows('select name, email, customer_id from staging.stg_quickbooks__contacts')).toEqual([
		{ name: 'Ada Byron', email: 'ada@acme.example', customer_id: 'erp_de:58' },
	])
})

test('invoices and sales receipts: the deal from the custom field, else from the note; a void one has nothing left', async () => {
	expect(
		await rows(
			'select number, crm_reference, currency, exchange_rate, period_id, status, channel, is_voided, total_amount, open_amount from staging.stg_quickbooks__invoices order by 1',
		),
	).toEqual([
		{
			number: 'INV-1',
			crm_reference: '0065g0000001IhOAAU',
			currency: 'USD',
			exchange_rate: '0.9200000000',
			period_id: '2026-10',
			status: 'partly paid',
			channel: 'web',
			is_voided: false,
			total_amount: '318.0000',
			open_amount: '118.0000',
		},
		expect.objectContaining({
			number: 'INV-2',
			crm_reference: '0065g0000001IhPAAU',
			exchange_rate: '1.0000000000',
			status: 'paid',
		}),
		expect.objectContaining({ number: 'INV-3', crm_reference: null, status: 'voided', is_voided: true }),
		expect.objectContaining({ number: 'INV-4', status: 'paid', is_voided: false, total_amount: '0.0000' }),
		expect.objectContaining({ number: 'SR-1', status: 'paid', open_amount: '0.0000' }),
	])
})

test('where invoices and sales receipts are delivered, as far as the parts of the address say', async () => {
	expect(
		await rows('select record_id, object, ship_to from staging.stg_quickbooks__document_terms order by 1'),
	).toEqual([
		{ record_id: 'erp_de:100', object: 'invoice', ship_to: '69001, FR' },
		{ record_id: 'erp_de:110', object: 'invoice', ship_to: '89073' },
	])
})

test('lines: a discount takes off, of the line above or below a subtotal of all; bundles by their lines; prices without tax', async () => {
	const lines = await rows(
		`select source_id, kind, applies_to_line_id, product_id, quantity, unit_price, amount
		from staging.stg_quickbooks__invoice_lines where invoice_id in ('erp_de:100', 'erp_de:101')`,
	)
	const found = Object.fromEntries(
		lines.map((line) => [
			line['source_id'],
			[
				line['kind'],
				line['applies_to_line_id'],
				line['product_id'],
				line['quantity'],
				line['unit_price'],
				line['amount'],
			],
		]),
	)
	expect(found).toEqual({
		'100:1': ['item', null, 'erp_de:10', '2.000000', '100.00000000', '200.0000'],
		'100:2': ['discount', 'erp_de:100:1', 'erp_de:12', '1.000000', '-20.00000000', '-20.0000'],
		'100:5': ['item', null, 'erp_de:10', '1.000000', '60.00000000', '60.0000'],
		'100:6': ['item', null, 'erp_de:13', '1.000000', '30.00000000', '30.0000'],
		'100:8': ['discount', null, 'erp_de:12', '1.000000', '-10.00000000', '-10.0000'],
		'100:9': ['freight', null, 'erp_de:SHIPPING_ITEM_ID', '1.000000', '45.00000000', '45.0000'],
		'100:10': ['discount', null, null, null, null, '-5.0000'],
		'101:1': ['item', null, 'erp_de:10', '2.000000', '50.00000000', '100.0000'],
	})
	// With the tax the lines are what the form comes to.
	const [total] = await rows(
		`select sum(lines.amount) + max(invoices.tax_amount) = max(invoices.total_amount) as adds_up from staging.stg_quickbooks__invoice_lines as lines
		inner join staging.stg_quickbooks__invoices as invoices on lines.invoice_id = invoices.invoice_id where lines.invoice_id = 'erp_de:100'`,
	)
	expect(total).toEqual({ adds_up: true })
})

test('a payment with money and a credit memo is split over its invoices in their order; what only applies credits is no receipt', async () => {
	expect(
		await rows('select source_id, currency, amount, unapplied_amount from staging.stg_quickbooks__payments order by 1'),
	).toEqual([
		{ source_id: '110', currency: 'USD', amount: '40.0000', unapplied_amount: '0.0000' },
		{ source_id: '121', currency: 'USD', amount: '-7.0000', unapplied_amount: '0.0000' },
		{ source_id: '130', currency: 'USD', amount: '160.0000', unapplied_amount: '10.0000' },
	])
	expect(
		await rows(
			'select source_id, payment_id, credit_note_id, amount from staging.stg_quickbooks__payment_applications order by 1',
		),
	).toEqual([
		{ source_id: '110:paid', payment_id: 'erp_de:110', credit_note_id: null, amount: '40.0000' },
		{ source_id: '130:100:120', payment_id: null, credit_note_id: 'erp_de:120', amount: '50.0000' },
		{ source_id: '130:100:money', payment_id: 'erp_de:130', credit_note_id: null, amount: '30.0000' },
		{ source_id: '130:101:money', payment_id: 'erp_de:130', credit_note_id: null, amount: '120.0000' },
	])
	expect(
		await rows(
			'select number, invoice_id, total_amount, open_amount from staging.stg_quickbooks__credit_notes order by 1',
		),
	).toEqual([
		{ number: 'CM-1', invoice_id: 'erp_de:100', total_amount: '50.0000', open_amount: '0.0000' },
		{ number: 'RR-1', invoice_id: null, total_amount: '7.0000', open_amount: '0.0000' },
	])
})

test('revenue is what income accounts got: no deferred line, discounts negative, credits back, journals with their customer', async () => {
	const entries = await rows(
		'select source_id, kind, customer_id, account, amount, currency, base_amount, base_currency from staging.stg_quickbooks__revenue_entries order by 1',
	)
	const found = entries.map((entry) =>
		[
			entry['source_id'],
			entry['kind'],
			entry['account'],
			entry['amount'],
			entry['currency'],
			entry['base_amount'],
		].join(' '),
	)
	expect(found).toEqual([
		'100:1 invoice 41 200.0000 USD 184.0000',
		'100:10 invoice 42 -5.0000 USD -4.6000',
		'100:2 invoice 42 -20.0000 USD -18.4000',
		'100:5 invoice 41 60.0000 USD 55.2000',
		'100:8 invoice 42 -10.0000 USD -9.2000',
		'100:9 invoice 43 45.0000 USD 41.4000',
		'101:1 invoice 41 100.0000 EUR 100.0000',
		'103:1 invoice 41 25.0000 USD 23.0000',
		'103:2 invoice 42 -25.0000 USD -23.0000',
		'110:1 invoice 41 40.0000 USD 36.8000',
		'120:1 credit_note 41 -50.0000 USD -46.0000',
		'121:1 credit_note 41 -7.0000 USD -6.4400',
		'140:2 journal 41 40.0000 EUR 40.0000',
		'150:1 journal 41 0.5000 EUR 0.5000',
		'150:2 journal 41 15.0000 EUR 15.0000',
		'151:1 journal 41 -10.0000 USD -9.2000',
		'152:1 journal 41 2.0000 EUR 2.0000',
	])
	expect(entries.filter((entry) => entry['customer_id'] !== 'erp_de:58').map((entry) => entry['source_id'])).toEqual([
		'150:1',
		'152:1',
	])
})

test('the rate in force at a period’s end is its closing rate, the last one that of the open period', async () => {
	const found = await rows(
		`select kind, from_currency, to_currency, start_date, period_id, rate from staging.stg_quickbooks__exchange_rates
		where source = 'erp_de' order by period_id`,
	)
	expect(found.map(({ kind, period_id, start_date }) => [kind, period_id, start_date])).toEqual([
		['closing', '2026-10', '2026-10-31'],
		['closing', '2026-11', '2026-11-30'],
	])
	expect(found[0]!['rate']).toBe(found[1]!['rate'])
	expect(found[0]).toMatchObject({ from_currency: 'USD', to_currency: 'EUR' })
})

test('where every day is read there are daily rates too, either way round', async () => {
	const found = await rows(
		`select kind, from_currency, to_currency, count(*) as days, min(start_date) as first_date from staging.stg_quickbooks__exchange_rates
		where source = 'erp_us' and kind <> 'closing' group by kind, from_currency, to_currency order by kind`,
	)
	// 20 October to 3 November, without the two weekends.
	expect(found).toEqual([
		{ kind: 'erp', from_currency: 'EUR', to_currency: 'USD', days: '11', first_date: '2026-10-20' },
		{ kind: 'erp_inverse', from_currency: 'USD', to_currency: 'EUR', days: '11', first_date: '2026-10-20' },
	])
})

test('the profit and loss and the ageing say the same as the forms and journals', async () => {
	const said = await rows(
		`select measure, account, period_id, due_month, amount, currency, legal_entity_id from staging.stg_quickbooks__reported_totals
		where not is_deleted order by all`,
	)
	expect(new Set(said.map(({ measure }) => measure))).toEqual(new Set(['receivables', 'revenue']))
	expect(said).toEqual(
		await rows(
			`select 'revenue' as measure, account, period_id, null as due_month, sum(base_amount) as amount, base_currency as currency, legal_entity_id
			from staging.stg_quickbooks__revenue_entries where not is_deleted group by all having sum(base_amount) <> 0
			union all
			select 'receivables', null, null, coalesce(substr(cast(due_date as varchar), 1, 7), 'none'), sum(open_amount), currency, legal_entity_id
			from staging.stg_quickbooks__invoices where open_amount <> 0 and not is_deleted group by all
			order by all`,
		),
	)
})
