import { afterAll, beforeAll, expect, test } from 'vitest'
import { tenantOf } from '../../../extract/sandbox/world/records/xero/identifiers.ts'
import { monthsSet } from '../months.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'
import { custom, number, record, startXero } from './xero-sandbox.ts'

const ms = (date: string) => `/Date(${Date.parse(`${date}T00:00:00Z`)}+0000)/`
const de = { entity: 'DE' as const }
const accrec = { ...de, kind: 'ACCREC' }
const line = (id: string, more: Record<string, unknown> = {}) => ({
	LineItemID: id,
	Description: id,
	Quantity: number('2.0000'),
	UnitAmount: number('50.0000'),
	TaxAmount: number('19.00'),
	LineAmount: number('100.00'),
	AccountID: 'sales',
	AccountCode: '200',
	...more,
})
const document = (more: Record<string, unknown>) => ({
	Contact: { ContactID: 'acme', Name: 'Acme' },
	Date: ms('2026-10-15'),
	Status: 'AUTHORISED',
	LineAmountTypes: 'Exclusive',
	CurrencyCode: 'EUR',
	CurrencyRate: number('1.000000'),
	...more,
})
const account = (id: string, Name: string, Class: string) =>
	record('Accounts', id, { AccountID: id, Code: id === 'sales' ? '200' : id, Name, Class, Type: Class }, de)

/** A German organisation with one of everything that staging has to understand. */
const versions = [
	record(
		'Organisation',
		tenantOf('DE'),
		{ OrganisationID: tenantOf('DE'), Name: 'Halvorsen DE', BaseCurrency: 'EUR', CountryCode: 'DE' },
		de,
	),
	account('sales', 'Sales', 'REVENUE'),
	account('260', 'Freight charged', 'REVENUE'),
	account('800', 'Deferred income', 'LIABILITY'),
	record(
		'Items',
		'i1',
		{ ItemID: 'i1', Code: 'GA-1', Name: 'Gauge', IsSold: true, PurchaseDetails: { UnitPrice: number('27.5000') } },
		de,
	),
	record(
		'Contacts',
		'acme',
		{
			ContactID: 'acme',
			AccountNumber: 'C1',
			Name: 'Acme',
			ContactStatus: 'ACTIVE',
			IsCustomer: true,
			IsSupplier: true,
			DefaultCurrency: 'USD',
			Addresses: [
				{ AddressType: 'STREET', AddressLine1: 'Works 1', City: 'Ulm', Country: 'Germany' },
				{ AddressType: 'POBOX', AddressLine1: 'Box 7', City: 'Lyon', PostalCode: '69000', Country: 'FRANCE ' },
			],
			Phones: [{ PhoneType: 'DEFAULT', PhoneCountryCode: '49', PhoneAreaCode: '731', PhoneNumber: '12345' }],
			PaymentTerms: { Sales: { Day: number('45'), Type: 'DAYSAFTERBILLDATE' } },
			ContactGroups: [{ ContactGroupID: 'g', Name: 'Bill-to' }],
			ContactPersons: [{ FirstName: 'Ada', LastName: 'Byron', EmailAddress: 'ada@acme.example' }],
		},
		{ ...de, status: 'ACTIVE', reference: '0015g00000053UXAAY' },
	),
	record(
		'Contacts',
		'old',
		{ ContactID: 'old', Name: 'Acme Ltd', ContactStatus: 'ARCHIVED', MergedToContactID: 'acme', IsCustomer: true },
		{ ...de, status: 'ARCHIVED' },
	),
	record(
		'Contacts',
		'supplier',
		{ ContactID: 'supplier', Name: 'Steel', ContactStatus: 'ACTIVE', IsCustomer: false, IsSupplier: true },
		{ ...de, status: 'ACTIVE' },
	),
	record(
		'Invoices',
		'usd',
		document({
			Type: 'ACCREC',
			InvoiceID: 'usd',
			InvoiceNumber: 'INV-1',
			CurrencyCode: 'USD',
			CurrencyRate: number('1.120000'),
			DueDate: ms('2026-11-30'),
			Total: number('238.00'),
			TotalTax: number('38.00'),
			AmountDue: number('38.00'),
			LineItems: [
				line('u1', {
					ItemCode: 'GA-1',
					Item: { ItemID: 'i1' },
					DiscountRate: number('10.00'),
					LineAmount: number('90.00'),
					Tracking: [{ TrackingCategoryID: 't', Name: 'Sales Channel', Option: 'Web' }],
				}),
				line('u2', { AccountID: '260', AccountCode: '260' }),
				line('u3', { LineAmount: number('-10.00') }),
				line('u4', { AccountID: '800', AccountCode: '800', LineAmount: number('20.00') }),
				line('u5', { AccountID: '800', AccountCode: '800', LineAmount: number('-15.00'), Description: 'Less deposit' }),
				{ LineItemID: 'words', Description: 'Only words' },
			],
		}),
		{ ...accrec, status: 'AUTHORISED', reference: '0065g0000001IhOAAU' },
	),
	record(
		'Invoices',
		'incl',
		document({
			Type: 'ACCREC',
			InvoiceID: 'incl',
			InvoiceNumber: 'INV-2',
			LineAmountTypes: 'Inclusive',
			LineItems: [line('n1', { LineAmount: number('119.00'), UnitAmount: number('59.5000') })],
		}),
		{ ...accrec, status: 'AUTHORISED' },
	),
	record(
		'Invoices',
		'void',
		document({ Type: 'ACCREC', InvoiceID: 'void', InvoiceNumber: 'INV-3', Status: 'VOIDED', LineItems: [line('v1')] }),
		{ ...accrec, status: 'VOIDED' },
	),
	record(
		'Invoices',
		'draft',
		document({
			Type: 'ACCREC',
			InvoiceID: 'draft',
			InvoiceNumber: 'INV-4',
			Status: 'SUBMITTED',
			LineItems: [line('d1')],
		}),
		{ ...accrec, status: 'SUBMITTED' },
	),
	record(
		'CreditNotes',
		'cn',
		document({
			Type: 'ACCRECCREDIT',
			CreditNoteID: 'cn',
			CreditNoteNumber: 'CN-1',
			CurrencyCode: 'USD',
			CurrencyRate: number('1.120000'),
			RemainingCredit: number('0.00'),
			Allocations: [
				{ AllocationID: 'a1', Amount: number('50.00'), Date: ms('2026-10-20'), Invoice: { InvoiceID: 'usd' } },
			],
			LineItems: [line('c1', { LineAmount: number('50.00') })],
		}),
		{ ...de, kind: 'ACCRECCREDIT', status: 'PAID' },
	),
	record(
		'Payments',
		'p1',
		{
			PaymentID: 'p1',
			PaymentType: 'ACCRECPAYMENT',
			Status: 'AUTHORISED',
			Date: ms('2026-10-28'),
			Amount: number('70.00'),
			Reference: 'R1',
			BatchPaymentID: 'b1',
			Invoice: { InvoiceID: 'usd', CurrencyCode: 'USD', Contact: { ContactID: 'acme' } },
		},
		{ ...de, kind: 'ACCRECPAYMENT', status: 'AUTHORISED' },
	),
	record(
		'Payments',
		'p2',
		{
			PaymentID: 'p2',
			PaymentType: 'ACCRECPAYMENT',
			Status: 'DELETED',
			Date: ms('2026-10-29'),
			Amount: number('5.00'),
			Invoice: { InvoiceID: 'usd', CurrencyCode: 'USD', Contact: { ContactID: 'acme' } },
		},
		{ ...de, kind: 'ACCRECPAYMENT', status: 'DELETED' },
	),
	record(
		'BatchPayments',
		'b1',
		{
			BatchPaymentID: 'b1',
			Type: 'RECBATCH',
			Status: 'AUTHORISED',
			Date: ms('2026-10-28'),
			TotalAmount: number('70.00'),
		},
		de,
	),
	record(
		'Overpayments',
		'o1',
		document({
			OverpaymentID: 'o1',
			Type: 'RECEIVE-OVERPAYMENT',
			CurrencyCode: 'USD',
			CurrencyRate: number('1.120000'),
			Total: number('30.00'),
			RemainingCredit: number('10.00'),
			Allocations: [
				{ AllocationID: 'a2', Amount: number('20.00'), Date: ms('2026-10-30'), Invoice: { InvoiceID: 'usd' } },
			],
		}),
		{ ...de, kind: 'RECEIVE-OVERPAYMENT', status: 'AUTHORISED' },
	),
	record(
		'BankTransactions',
		'bt',
		document({
			BankTransactionID: 'bt',
			Type: 'RECEIVE',
			Reference: 'Cash sale',
			LineItems: [line('bt1', { LineAmount: number('12.00') })],
		}),
		{ ...de, kind: 'RECEIVE', status: 'AUTHORISED' },
	),
	// A customer got money back, coded to sales by the account's code alone; what was bought beside it is no income.
	record(
		'BankTransactions',
		'back',
		document({
			BankTransactionID: 'back',
			Type: 'SPEND',
			LineItems: [
				line('sp1', { LineAmount: number('3.00'), AccountID: undefined }),
				line('sp2', { LineAmount: number('8.00'), AccountID: '800', AccountCode: '800' }),
			],
		}),
		{ ...de, kind: 'SPEND', status: 'AUTHORISED' },
	),
	record(
		'BankTransactions',
		'gone',
		document({ BankTransactionID: 'gone', Type: 'SPEND', Status: 'DELETED', LineItems: [line('sp3')] }),
		{ ...de, kind: 'SPEND', status: 'DELETED' },
	),
	record(
		'ManualJournals',
		'mj',
		{
			ManualJournalID: 'mj',
			Narration: 'Release',
			Date: ms('2026-10-31'),
			Status: 'POSTED',
			LineAmountTypes: 'NoTax',
			JournalLines: [
				{ LineAmount: number('40.00'), AccountID: '800' },
				{ LineAmount: number('-40.00'), AccountID: 'sales', AccountCode: '200' },
			],
		},
		{ ...de, status: 'POSTED' },
	),
]

let staged: Awaited<ReturnType<typeof stagingOf>> | undefined
beforeAll(async () => {
	const sandboxes = await startXero({ versions, now: Date.UTC(2026, 10, 4, 9) })
	const project = await startProject([custom(sandboxes, 'DE')], { sources: [] })
	const configuration = [monthsSet('2026-10'), twoDigits('EUR', 'USD')]
	staged = await stagingOf(project, 'xero', { now: sandboxes.now(), configuration })
	await sandboxes.close()
}, 60_000)
afterAll(() => staged?.close())

const rows = (sql: string) => staged!.database.all<Record<string, unknown>>(sql)

test('an organisation is a legal entity, and its contacts are its customers: no suppliers, merged ones with their survivor', async () => {
	expect(await rows('select source_id, name, currency, country from staging.stg_xero__legal_entities')).toEqual([
		{ source_id: tenantOf('DE'), name: 'Halvorsen DE', currency: 'EUR', country: 'DE' },
	])
	expect(
		await rows(
			'select source_id, other_reference, number, role, street, city, country, phone, payment_terms, merged_into_id, is_active from staging.stg_xero__customers order by 1',
		),
	).toEqual([
		{
			source_id: 'acme',
			other_reference: '0015g00000053UXAAY',
			number: 'C1',
			role: 'bill_to',
			street: 'Box 7',
			city: 'Lyon',
			country: 'FR',
			phone: '49 731 12345',
			payment_terms: 'Net 45',
			merged_into_id: null,
			is_active: true,
		},
		{
			source_id: 'old',
			other_reference: null,
			number: null,
			role: null,
			street: null,
			city: null,
			country: null,
			phone: null,
			payment_terms: null,
			merged_into_id: 'erp_de:acme',
			is_active: false,
		},
	])
	expect(
		await rows('select customer_id, legal_entity_id from staging.stg_xero__customer_legal_entities order by 1'),
	).toHaveLength(2)
	expect(await rows('select name, email, customer_id from staging.stg_xero__contacts')).toEqual([
		{ name: 'Ada Byron', email: 'ada@acme.example', customer_id: 'erp_de:acme' },
	])
})

test('an invoice has the deal that it names, its channel, and its rate turned round', async () => {
	expect(
		await rows(
			'select number, crm_reference, currency, exchange_rate, invoice_date, due_date, period_id, status, channel, is_posted, is_voided, open_amount from staging.stg_xero__invoices order by 1',
		),
	).toEqual([
		expect.objectContaining({
			number: 'INV-1',
			crm_reference: '0065g0000001IhOAAU',
			currency: 'USD',
			exchange_rate: '0.8928571429',
			period_id: '2026-10',
			status: 'authorised',
			channel: 'web',
			is_posted: true,
			open_amount: '38.0000',
		}),
		expect.objectContaining({
			number: 'INV-2',
			crm_reference: null,
			currency: 'EUR',
			exchange_rate: '1.0000000000',
			channel: null,
		}),
		expect.objectContaining({ number: 'INV-3', is_posted: false, is_voided: true }),
		expect.objectContaining({ number: 'INV-4', status: 'submitted', is_posted: false, is_voided: false }),
	])
})

test('lines are net of tax, prices before discount; freight by account, a discount by its sign, words are no line', async () => {
	expect(
		await rows(
			`select source_id, kind, product_id, quantity, unit_price, discount_percent, amount from staging.stg_xero__invoice_lines where invoice_id in ('erp_de:usd', 'erp_de:incl') order by 1`,
		),
	).toEqual([
		{
			source_id: 'incl:n1',
			kind: 'item',
			product_id: null,
			quantity: '2.000000',
			unit_price: '50.00000000',
			discount_percent: null,
			amount: '100.0000',
		},
		{
			source_id: 'usd:u1',
			kind: 'item',
			product_id: 'erp_de:i1',
			quantity: '2.000000',
			unit_price: '50.00000000',
			discount_percent: '10.0000000000',
			amount: '90.0000',
		},
		expect.objectContaining({ source_id: 'usd:u2', kind: 'freight', amount: '100.0000' }),
		expect.objectContaining({ source_id: 'usd:u3', kind: 'discount', amount: '-10.0000' }),
		expect.objectContaining({ source_id: 'usd:u4', kind: 'item', amount: '20.0000' }),
		expect.objectContaining({ source_id: 'usd:u5', kind: 'item', amount: '-15.0000' }),
	])
})

test('receipts are what the bank saw; applications say what settled an invoice, the deleted ones too', async () => {
	expect(
		await rows(
			'select source_id, currency, amount, unapplied_amount, is_deleted from staging.stg_xero__payments order by 1',
		),
	).toEqual([
		{ source_id: 'b1', currency: 'USD', amount: '70.0000', unapplied_amount: '0.0000', is_deleted: false },
		{ source_id: 'o1', currency: 'USD', amount: '30.0000', unapplied_amount: '10.0000', is_deleted: false },
		{ source_id: 'p2', currency: 'USD', amount: '5.0000', unapplied_amount: '0.0000', is_deleted: true },
	])
	expect(
		await rows(
			'select source_id, payment_id, credit_note_id, amount, is_deleted from staging.stg_xero__payment_applications order by 1',
		),
	).toEqual([
		{ source_id: 'cn:a1', payment_id: null, credit_note_id: 'erp_de:cn', amount: '50.0000', is_deleted: false },
		{ source_id: 'o1:a2', payment_id: 'erp_de:o1', credit_note_id: null, amount: '20.0000', is_deleted: false },
		{ source_id: 'p1', payment_id: 'erp_de:b1', credit_note_id: null, amount: '70.0000', is_deleted: false },
		{ source_id: 'p2', payment_id: 'erp_de:p2', credit_note_id: null, amount: '5.0000', is_deleted: true },
	])
	expect(await rows('select number, invoice_id, status from staging.stg_xero__credit_notes')).toEqual([
		{ number: 'CN-1', invoice_id: 'erp_de:usd', status: 'authorised' },
	])
})

test('revenue is what stands on income accounts of posted documents and journals; deferred lines are none', async () => {
	expect(
		await rows(
			'select source_id, kind, account, amount, currency, base_amount, base_currency from staging.stg_xero__revenue_entries order by kind, source_id',
		),
	).toEqual([
		{
			source_id: 'cn:c1',
			kind: 'credit_note',
			account: '200',
			amount: '-50.0000',
			currency: 'USD',
			base_amount: '-44.6400',
			base_currency: 'EUR',
		},
		{
			source_id: 'incl:n1',
			kind: 'invoice',
			account: '200',
			amount: '100.0000',
			currency: 'EUR',
			base_amount: '100.0000',
			base_currency: 'EUR',
		},
		{
			source_id: 'usd:u1',
			kind: 'invoice',
			account: '200',
			amount: '90.0000',
			currency: 'USD',
			base_amount: '80.3600',
			base_currency: 'EUR',
		},
		{
			source_id: 'usd:u2',
			kind: 'invoice',
			account: '260',
			amount: '100.0000',
			currency: 'USD',
			base_amount: '89.2900',
			base_currency: 'EUR',
		},
		{
			source_id: 'usd:u3',
			kind: 'invoice',
			account: '200',
			amount: '-10.0000',
			currency: 'USD',
			base_amount: '-8.9300',
			base_currency: 'EUR',
		},
		{
			source_id: 'back:sp1',
			kind: 'journal',
			account: '200',
			amount: '-3.0000',
			currency: 'EUR',
			base_amount: '-3.0000',
			base_currency: 'EUR',
		},
		{
			source_id: 'bt:bt1',
			kind: 'journal',
			account: '200',
			amount: '12.0000',
			currency: 'EUR',
			base_amount: '12.0000',
			base_currency: 'EUR',
		},
		{
			source_id: 'mj:2',
			kind: 'journal',
			account: '200',
			amount: '40.0000',
			currency: 'EUR',
			base_amount: '40.0000',
			base_currency: 'EUR',
		},
	])
})

test('the profit and loss says the same of each account and month as its documents', async () => {
	const said = await rows(
		`select account, period_id, amount, currency, legal_entity_id from staging.stg_xero__reported_totals
		where not is_deleted order by account, period_id`,
	)
	expect(said.length).toBeGreaterThan(1)
	expect(said).toEqual(
		await rows(
			`select account, period_id, sum(base_amount) as amount, base_currency as currency, legal_entity_id from staging.stg_xero__revenue_entries
			where not is_deleted group by account, period_id, base_currency, legal_entity_id order by account, period_id`,
		),
	)
})
