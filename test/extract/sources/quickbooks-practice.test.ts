import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../../../extract/sandbox/world/records/quickbooks/json.ts'
import { monthsSet } from '../months.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'
import { connection, number, record, startQuickbooks } from './quickbooks-sandbox.ts'

// What companies have beside the plain invoice that is paid by one payment: money that stands on the invoice itself, or that the bank’s feed
// put to the receivables; names that QuickBooks changes; lines that have no item of the list.

const de = { entity: 'DE' as const, updated: '2026-10-15T10:00:00Z' }
const line = (Id: string, value: string, amount: string, more: object = {}): Json => ({
	Id,
	LineNum: number(Id),
	Amount: number(amount),
	DetailType: 'SalesItemLineDetail',
	SalesItemLineDetail: { ItemRef: { value }, Qty: number('1'), UnitPrice: number(amount), ...more },
})
const linked = (amount: string, TxnType: string, TxnId: string): Json => ({
	Amount: number(amount),
	LinkedTxn: [{ TxnId, TxnType }],
})
const account = (Id: string, Name: string, Classification: string, AccountType: string, Active = true) =>
	record('Account', Id, { Name, Classification, AccountType, AccountSubType: AccountType, Active }, de)
const form = (more: Record<string, Json>): Record<string, Json> => ({
	TxnDate: '2026-10-15',
	CustomerRef: { value: '58', name: 'Acme' },
	CurrencyRef: { value: 'EUR' },
	...more,
})
const toReceivables = (Id: string, amount: string, customer?: string): Json => ({
	Id,
	Amount: number(amount),
	DetailType: 'DepositLineDetail',
	DepositLineDetail: {
		AccountRef: { value: '84' },
		...(customer && { Entity: { value: customer, type: 'CUSTOMER' } }),
	},
})

const versions = [
	record('CompanyInfo', '1', { CompanyName: 'Halvorsen DE', Country: 'DE' }, de),
	record('Preferences', '1', { CurrencyPrefs: { HomeCurrency: { value: 'EUR' }, MultiCurrencyEnabled: true } }, de),
	account('1', 'Sales', 'Revenue', 'Income'),
	account('2', 'Rebates (deleted)', 'Revenue', 'Income', false),
	account('84', 'Accounts Receivable (A/R)', 'Asset', 'Accounts Receivable'),
	record('Item', '10', { Name: 'Gauge (deleted)', Active: false, IncomeAccountRef: { value: '1' } }, de),
	record('Item', '11', { Name: 'Valve (deleted)', Active: true, IncomeAccountRef: { value: '2' } }, de),
	record('Item', '12', { Name: 'Pump (deleted-1)', Active: false, IncomeAccountRef: { value: '2' } }, de),
	record('Customer', '58', { DisplayName: 'Acme (deleted)', Active: false }, de),
	// Half of it was taken when the invoice was written.
	record(
		'Invoice',
		'201',
		form({
			TotalAmt: number('100.0'),
			Deposit: number('50.0'),
			Balance: number('0'),
			Line: [line('1', '10', '100.0')],
		}),
		de,
	),
	record('Payment', '202', form({ TotalAmt: number('50.0'), Line: [linked('50.0', 'Invoice', '201')] }), de),
	// The bank’s feed put what came in to the receivables; a payment of nothing ties it to the invoice.
	record(
		'Invoice',
		'203',
		form({ TotalAmt: number('60.0'), Balance: number('0'), Line: [line('1', '11', '60.0')] }),
		de,
	),
	record(
		'Deposit',
		'204',
		{
			TxnDate: '2026-10-20',
			CurrencyRef: { value: 'EUR' },
			TotalAmt: number('80.0'),
			Line: [toReceivables('1', '70.0', '58'), toReceivables('2', '10.0', '58')],
		},
		de,
	),
	record(
		'Payment',
		'205',
		form({
			TxnDate: '2026-10-22',
			TotalAmt: number('0'),
			UnappliedAmt: number('0'),
			Line: [linked('60.0', 'Invoice', '203'), linked('60.0', 'Deposit', '204')],
		}),
		de,
	),
	record(
		'SalesReceipt',
		'206',
		form({
			TotalAmt: number('12.0'),
			Line: [line('1', '12', '10.0'), line('2', 'GRATUITY_ITEM_ID', '2.0', { ItemAccountRef: { value: '90' } })],
		}),
		de,
	),
	// A discount that names no account: QuickBooks posts it to the one of the company’s settings.
	record(
		'Invoice',
		'207',
		form({
			TotalAmt: number('90.0'),
			Balance: number('90.0'),
			Line: [
				line('1', '10', '100.0'),
				{ Amount: number('10.0'), DetailType: 'DiscountLineDetail', DiscountLineDetail: { PercentBased: false } },
			],
		}),
		de,
	),
]

let staged: Awaited<ReturnType<typeof stagingOf>> | undefined
beforeAll(async () => {
	const sandboxes = await startQuickbooks({ versions, now: Date.UTC(2026, 10, 4, 9) })
	const project = await startProject([connection(sandboxes, 'DE')], { sources: [] })
	const configuration = [monthsSet('2026-10'), twoDigits('EUR')]
	staged = await stagingOf(project, 'quickbooks', { now: sandboxes.now(), configuration })
	await sandboxes.close()
}, 60_000)
afterAll(() => staged?.close())

const rows = (sql: string) => staged!.database.all<Record<string, unknown>>(sql)

test('the word that QuickBooks writes behind the name of an inactive record is none of its name', async () => {
	expect(
		await rows(
			`select code, name from staging.stg_quickbooks__products where source_id in ('10', '11', '12') order by source_id`,
		),
	).toEqual([
		{ code: 'Gauge', name: 'Gauge' },
		{ code: 'Valve (deleted)', name: 'Valve (deleted)' },
		{ code: 'Pump', name: 'Pump' },
	])
	expect(await rows('select name from staging.stg_quickbooks__customers')).toEqual([{ name: 'Acme' }])
	expect(await rows(`select distinct account from staging.stg_quickbooks__revenue_entries order by 1`)).toEqual([
		{ account: '' },
		{ account: 'Rebates' },
		{ account: 'Sales' },
	])
})

test('what was taken when the invoice was written is a receipt of the invoice', async () => {
	expect(
		await rows(
			`select payments.source_id, payments.payment_date, payments.amount, payments.unapplied_amount, applications.amount as applied_amount
			from staging.stg_quickbooks__payment_applications as applications
			inner join staging.stg_quickbooks__payments as payments on payments.payment_id = applications.payment_id
			where applications.invoice_id = 'erp_de:201' order by 1`,
		),
	).toEqual([
		expect.objectContaining({
			source_id: '201:deposit',
			amount: '50.0000',
			unapplied_amount: '0.0000',
			applied_amount: '50.0000',
		}),
		expect.objectContaining({ source_id: '202', amount: '50.0000', applied_amount: '50.0000' }),
	])
})

test('money that was put to the receivables is a receipt, and settles what a payment ties it to', async () => {
	expect(
		await rows(
			`select source_id, customer_id, currency, amount, unapplied_amount, is_deleted from staging.stg_quickbooks__payments where source_id = '204'`,
		),
	).toEqual([
		{
			source_id: '204',
			customer_id: 'erp_de:58',
			currency: 'EUR',
			amount: '80.0000',
			unapplied_amount: '20.0000',
			is_deleted: false,
		},
	])
	expect(
		await rows(
			`select payment_id, credit_note_id, amount from staging.stg_quickbooks__payment_applications where invoice_id = 'erp_de:203'`,
		),
	).toEqual([{ payment_id: 'erp_de:204', credit_note_id: null, amount: '60.0000' }])
})

test('a tip has a product; a discount without an account reduces revenue', async () => {
	expect(await rows(`select code from staging.stg_quickbooks__products where source_id = 'GRATUITY_ITEM_ID'`)).toEqual([
		{ code: 'Gratuity' },
	])
	expect(
		await rows(
			`select amount from staging.stg_quickbooks__revenue_entries where document_id = 'erp_de:207' order by 1`,
		),
	).toEqual([{ amount: '-10.0000' }, { amount: '100.0000' }])
})
