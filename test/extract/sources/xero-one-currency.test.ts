import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../../extract/client.ts'
import { sourceOf } from '../../../extract/run.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import { tenantOf } from '../../../extract/sandbox/world/records/xero/identifiers.ts'
import type { Json } from '../../../extract/sandbox/world/records/xero/json.ts'
import { monthsSet } from '../months.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'
import { custom, number, record, startXero } from './xero-sandbox.ts'

// An organisation whose plan has one currency: no document has a rate, and a contact has no currency of its own.
const ms = `/Date(${Date.UTC(2026, 9, 15)}+0000)/`
const invoice = (id: string, more: { [member: string]: Json }) =>
	record(
		'Invoices',
		id,
		{
			Type: 'ACCREC',
			InvoiceID: id,
			InvoiceNumber: `INV-${id}`,
			Contact: { ContactID: 'acme', Name: 'Acme' },
			Date: ms,
			Status: 'AUTHORISED',
			LineAmountTypes: 'Exclusive',
			Total: number('100.10'),
			TotalTax: number('0.00'),
			LineItems: [
				{
					LineItemID: `${id}1`,
					Description: 'Thing',
					Quantity: number('1.0000'),
					UnitAmount: number('100.1000'),
					LineAmount: number('100.10'),
					AccountID: 'sales',
					AccountCode: '200',
				},
			],
			...more,
		},
		{ kind: 'ACCREC', status: 'AUTHORISED' },
	)
const organisation = (Class: string, more: { [member: string]: Json } = {}) =>
	record('Organisation', tenantOf('US'), {
		OrganisationID: tenantOf('US'),
		Name: 'Halvorsen US',
		BaseCurrency: 'USD',
		CountryCode: 'US',
		Class,
		...more,
	})
const versions = [
	organisation('STANDARD'),
	record('Accounts', 'sales', { AccountID: 'sales', Code: '200', Name: 'Sales', Class: 'REVENUE', Type: 'REVENUE' }),
	record(
		'Contacts',
		'acme',
		{ ContactID: 'acme', Name: 'Acme', ContactStatus: 'ACTIVE', IsCustomer: true },
		{ status: 'ACTIVE' },
	),
	invoice('named', { CurrencyCode: 'USD' }),
	invoice('nameless', {}),
	invoice('foreign', { CurrencyCode: 'EUR', CurrencyRate: number('0.800000') }),
]

const now = Date.UTC(2026, 10, 4, 9)
let sandboxes: Sandboxes
let staged: Awaited<ReturnType<typeof stagingOf>> | undefined
let certificates: { stream: string; verdict: string; money: string }[]
beforeAll(async () => {
	sandboxes = await startXero({ versions, now })
	const project = await startProject([custom(sandboxes, 'US')], { sources: [] })
	const look = async () => {
		certificates = (await project.db
			.selectFrom('certificates' as never)
			.selectAll()
			.execute()) as typeof certificates
	}
	const configuration = [monthsSet('2026-10'), twoDigits('USD')]
	staged = await stagingOf(project, 'xero', { now, configuration, look })
}, 60_000)
afterAll(async () => {
	await staged?.close()
	await sandboxes.close()
})

test('a document without a rate is in the organisation’s currency; one that names another keeps it, with its rate', async () => {
	expect(
		await staged!.database.all(
			`select document_number, currency, base_amount, base_currency from staging.stg_xero__revenue_entries order by 1`,
		),
	).toEqual([
		{ document_number: 'INV-foreign', currency: 'EUR', base_amount: '125.1300', base_currency: 'USD' },
		{ document_number: 'INV-named', currency: 'USD', base_amount: '100.1000', base_currency: 'USD' },
		{ document_number: 'INV-nameless', currency: 'USD', base_amount: '100.1000', base_currency: 'USD' },
	])
	expect(await staged!.database.all('select name, currency from staging.stg_xero__customers')).toEqual([
		{ name: 'Acme', currency: 'USD' },
	])
})

test('its money is proved; what names no currency is added up apart', () => {
	const { verdict, money } = certificates.find(({ stream }) => stream === 'invoices')!
	expect(verdict).toBe('proved')
	expect(JSON.parse(money)).toEqual(
		['(none)', 'EUR', 'USD'].map((currency) => ({ currency, source: null, landed: '100.1000', loaded: '100.1000' })),
	)
})

test.each([
	[organisation('STANDARD'), 'plan STANDARD;'],
	[organisation('LEDGER'), 'plan LEDGER, which has no invoicing;'],
	[organisation('NON_GST_CASHBOOK'), 'plan NON_GST_CASHBOOK, which has no invoicing;'],
	[organisation('PREMIUM', { Edition: 'PARTNER' }), 'plan PREMIUM, which has no invoicing;'],
])('doctor says what the plan is, and that some have no invoices', async (version, said) => {
	const own = await startXero({ versions: [version], now })
	const project = await startProject([custom(own, 'US')], { sources: [] })
	const { source, connection } = sourceOf(custom(own, 'US'))
	const client = createClient(source, connection, project.resources.state)
	const found = (await source.probe!(connection.options, client.ask))[1]!
	expect(found.detail).toContain(`Halvorsen US, USD, ${said}`)
	expect('fix' in found).toBe(said.includes('no invoicing'))
	await client.close()
	await project.close()
	await own.close()
})
