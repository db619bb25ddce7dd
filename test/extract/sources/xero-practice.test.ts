import { afterAll, beforeAll, expect, test } from 'vitest'
import { tenantOf } from '../../../extract/sandbox/world/records/xero/identifiers.ts'
import type { Json } from '../../../extract/sandbox/world/records/xero/json.ts'
import { monthsSet } from '../months.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'
import { custom, number, record, startXero } from './xero-sandbox.ts'

// What organisations have beside the plain invoice that is paid by one payment: currencies of small units, a supplier that buys, refunds of
// each kind, a batch that is not among the batches.

const ms = (date: string) => `/Date(${Date.parse(`${date}T00:00:00Z`)}+0000)/`
const de = { entity: 'DE' as const }
const contact = (id: string, more: Record<string, Json> = {}) =>
	record('Contacts', id, { ContactID: id, Name: id, ContactStatus: 'ACTIVE', ...more }, { ...de, status: 'ACTIVE' })
const sale = (id: string, amount: string, more: Record<string, Json> = {}) =>
	record(
		'Invoices',
		id,
		{
			Type: 'ACCREC',
			InvoiceID: id,
			InvoiceNumber: id,
			Contact: { ContactID: 'acme' },
			Date: ms('2026-10-15'),
			Status: 'AUTHORISED',
			LineAmountTypes: 'Exclusive',
			Total: number(amount),
			TotalTax: number('0.00'),
			LineItems: [
				{
					LineItemID: `${id} line`,
					Quantity: number('1'),
					UnitAmount: number(amount),
					LineAmount: number(amount),
					TaxAmount: number('0.00'),
					AccountID: 'sales',
					AccountCode: '200',
				},
			],
			...more,
		},
		{ ...de, kind: 'ACCREC', status: 'AUTHORISED' },
	)
const payment = (id: string, kind: string, amount: string, more: Record<string, Json>) =>
	record(
		'Payments',
		id,
		{
			PaymentID: id,
			PaymentType: kind,
			Status: 'AUTHORISED',
			Date: ms('2026-10-28'),
			Amount: number(amount),
			...more,
		},
		{ ...de, kind, status: 'AUTHORISED' },
	)
const kept = (object: string, id: string, more: Record<string, Json>) =>
	record(
		object,
		id,
		{
			Contact: { ContactID: 'acme' },
			Date: ms('2026-10-20'),
			Status: 'AUTHORISED',
			CurrencyCode: 'USD',
			CurrencyRate: number('1.120000'),
			Total: number('30.00'),
			RemainingCredit: number('10.00'),
			Allocations: [],
			...more,
		},
		{ ...de, kind: String(more['Type']), status: 'AUTHORISED' },
	)

const versions = [
	record(
		'Organisation',
		tenantOf('DE'),
		{ OrganisationID: tenantOf('DE'), Name: 'Halvorsen DE', BaseCurrency: 'EUR', CountryCode: 'DE' },
		de,
	),
	record(
		'Accounts',
		'sales',
		{ AccountID: 'sales', Code: '200', Name: 'Sales', Class: 'REVENUE', Type: 'REVENUE' },
		de,
	),
	contact('acme', { IsCustomer: true }),
	// IsCustomer is set with the first sales invoice; nobody says that the contact’s stamp moves with it.
	contact('buying supplier', { IsCustomer: false, IsSupplier: true }),
	contact('refunding supplier', { IsCustomer: false, IsSupplier: true }),
	contact('supplier', { IsCustomer: false, IsSupplier: true }),
	record(
		'BankTransactions',
		'material',
		{
			BankTransactionID: 'material',
			Type: 'SPEND',
			Contact: { ContactID: 'supplier' },
			Date: ms('2026-10-15'),
			Status: 'AUTHORISED',
			LineAmountTypes: 'NoTax',
			CurrencyCode: 'EUR',
			LineItems: [{ LineItemID: 's', LineAmount: number('5.00'), AccountID: 'cost', AccountCode: '400' }],
		},
		{ ...de, kind: 'SPEND', status: 'AUTHORISED' },
	),
	sale('rupiah', '1623456789.00', { CurrencyCode: 'IDR', CurrencyRate: number('16234.567890') }),
	sale('half', '0.03', { CurrencyCode: 'USD', CurrencyRate: number('2.000000') }),
	sale('bought', '7.00', { Contact: { ContactID: 'buying supplier' }, CurrencyCode: 'EUR', CurrencyRate: number('1') }),
	record(
		'BankTransactions',
		'bonus',
		{
			BankTransactionID: 'bonus',
			Type: 'RECEIVE',
			Contact: { ContactID: 'refunding supplier' },
			Date: ms('2026-10-15'),
			Status: 'AUTHORISED',
			LineAmountTypes: 'NoTax',
			CurrencyCode: 'EUR',
			LineItems: [{ LineItemID: 'b', LineAmount: number('5.00'), AccountID: 'sales', AccountCode: '200' }],
		},
		{ ...de, kind: 'RECEIVE', status: 'AUTHORISED' },
	),
	kept('Overpayments', 'over', { OverpaymentID: 'over', Type: 'RECEIVE-OVERPAYMENT' }),
	kept('Prepayments', 'pre', { PrepaymentID: 'pre', Type: 'ARPREPAYMENT' }),
	kept('CreditNotes', 'note', { CreditNoteID: 'note', CreditNoteNumber: 'CN-1', Type: 'ACCRECCREDIT' }),
	// A refund names what it pays back as if it were an invoice (Xero-OpenAPI), or by its own name.
	payment('back 1', 'ARCREDITPAYMENT', '8.00', {
		Invoice: { Type: 'ACCRECCREDIT', InvoiceID: 'note', CurrencyCode: 'USD', Contact: { ContactID: 'acme' } },
	}),
	payment('back 2', 'ARCREDITPAYMENT', '4.00', { CreditNote: { CreditNoteID: 'note', CreditNoteNumber: 'CN-1' } }),
	payment('back 3', 'AROVERPAYMENTPAYMENT', '20.00', { Overpayment: { OverpaymentID: 'over' } }),
	payment('back 4', 'ARPREPAYMENTPAYMENT', '20.00', { Prepayment: { PrepaymentID: 'pre' } }),
	payment('back 5', 'AROVERPAYMENTPAYMENT', '3.00', { Invoice: { InvoiceID: 'over' } }),
	payment('in no batch', 'ACCRECPAYMENT', '9.00', {
		BatchPaymentID: 'unread',
		Reference: 'R9',
		Invoice: { InvoiceID: 'half', CurrencyCode: 'USD', Contact: { ContactID: 'acme' } },
	}),
]

let staged: Awaited<ReturnType<typeof stagingOf>> | undefined
beforeAll(async () => {
	const sandboxes = await startXero({ versions, now: Date.UTC(2026, 10, 4, 9) })
	const project = await startProject([custom(sandboxes, 'DE')], { sources: [] })
	const configuration = [monthsSet('2026-10'), twoDigits('EUR')]
	staged = await stagingOf(project, 'xero', { now: sandboxes.now(), configuration })
	await sandboxes.close()
}, 60_000)
afterAll(() => staged?.close())

const rows = (sql: string) => staged!.database.all<Record<string, unknown>>(sql)

test('a line is divided by the rate that Xero says, exactly: also where a unit is worth little', async () => {
	expect(
		await rows(
			`select document_number, base_amount from staging.stg_xero__revenue_entries where currency <> 'EUR' order by 1`,
		),
	).toEqual([
		{ document_number: 'half', base_amount: '0.0200' },
		{ document_number: 'rupiah', base_amount: '100000.0000' },
	])
})

test('a supplier with a sales document is a customer, whatever the contact said when it was read', async () => {
	expect(await rows('select source_id from staging.stg_xero__customers order by 1')).toEqual([
		{ source_id: 'acme' },
		{ source_id: 'buying supplier' },
		{ source_id: 'refunding supplier' },
	])
})

test('a refund is in the currency, and of the customer, of what it pays back', async () => {
	const refund = (source_id: string, amount: string) => ({
		source_id,
		customer_id: 'erp_de:acme',
		currency: 'USD',
		amount,
	})
	expect(
		await rows(
			`select source_id, customer_id, currency, amount from staging.stg_xero__payments where source_id like 'back%' order by 1`,
		),
	).toEqual([
		refund('back 1', '-8.0000'),
		refund('back 2', '-4.0000'),
		refund('back 3', '-20.0000'),
		refund('back 4', '-20.0000'),
		refund('back 5', '-3.0000'),
	])
})

test('a payment of a batch that is not there is a receipt of its own', async () => {
	expect(
		await rows(
			`select payments.source_id, payments.amount, applications.invoice_id from staging.stg_xero__payments as payments
			inner join staging.stg_xero__payment_applications as applications on applications.payment_id = payments.payment_id`,
		),
	).toEqual([{ source_id: 'in no batch', amount: '9.0000', invoice_id: 'erp_de:half' }])
})
