import { expect, test } from 'vitest'
import { sources } from '../../../extract/registry.ts'
import { sourceOf } from '../../../extract/run.ts'

/** The addresses that a source gives for the record 42 of each kind. */
function links(kind: string, options: Record<string, unknown>): Record<string, string> {
	const { source, connection } = sourceOf({ name: 'it', kind, options })
	const url = source.recordUrl!(connection.options)
	if (typeof url === 'string') return { all: url.replace('{id}', '42') }
	return Object.fromEntries(Object.entries(url).map(([object, template]) => [object, template.replace('{id}', '42')]))
}

const secret = { client_id: 'x', client_secret: 'y' }

test('Salesforce opens records in Lightning, on the org’s own host', () => {
	expect(links('salesforce', { url: 'https://acme.my.salesforce.com', ...secret })).toEqual({
		account: 'https://acme.lightning.force.com/lightning/r/Account/42/view',
		opportunity: 'https://acme.lightning.force.com/lightning/r/Opportunity/42/view',
	})
})

test('HubSpot opens companies and deals by the numbers of their types, once the account’s number is known', () => {
	const options = { time_zone: 'Europe/Berlin', access_token: 'pat', app_url: 'https://app-eu1.hubspot.com' }
	expect(links('hubspot', { ...options, portal_id: '26190935' })).toEqual({
		account: 'https://app-eu1.hubspot.com/contacts/26190935/record/0-2/42',
		opportunity: 'https://app-eu1.hubspot.com/contacts/26190935/record/0-3/42',
	})
	expect(links('hubspot', options)).toEqual({})
})

test('EspoCRM opens entities by their names', () => {
	expect(links('espocrm', { url: 'https://crm.acme.com/', api_key: 'x' })).toEqual({
		account: 'https://crm.acme.com/#Account/view/42',
		opportunity: 'https://crm.acme.com/#Opportunity/view/42',
	})
})

test('NetSuite opens each kind of transaction on its own page', () => {
	const signed = { consumer_secret: 'x', token_id: 'x', token_secret: 'x' }
	const page = 'https://1234567-sb1.app.netsuite.com/app'
	expect(links('netsuite', { account: '1234567_SB1', client_id: 'x', ...signed })).toEqual({
		customer: `${page}/common/entity/custjob.nl?id=42`,
		order: `${page}/accounting/transactions/salesord.nl?id=42`,
		invoice: `${page}/accounting/transactions/custinvc.nl?id=42`,
		credit_note: `${page}/accounting/transactions/custcred.nl?id=42`,
		journal: `${page}/accounting/transactions/journal.nl?id=42`,
	})
})

test('ERPNext opens documents by their DocType; a credit note is a sales invoice', () => {
	const options = { url: 'https://erp.acme.com', time_zone: 'UTC', api_key: 'x', api_secret: 'y' }
	expect(links('erpnext', options)).toEqual({
		customer: 'https://erp.acme.com/app/customer/42',
		order: 'https://erp.acme.com/app/sales-order/42',
		invoice: 'https://erp.acme.com/app/sales-invoice/42',
		credit_note: 'https://erp.acme.com/app/sales-invoice/42',
		journal: 'https://erp.acme.com/app/journal-entry/42',
	})
})

test('Xero opens what may be linked to, in the right organisation where its short code is known', () => {
	expect(links('xero', secret)).toEqual({
		customer: 'https://go.xero.com/Contacts/View/42',
		invoice: 'https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID=42',
		credit_note: 'https://go.xero.com/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=42',
	})
	expect(links('xero', { ...secret, short_code: '!NLglS' })['invoice']).toBe(
		'https://go.xero.com/organisationlogin/default.aspx?shortcode=!NLglS&redirecturl=/AccountsReceivable/View.aspx?InvoiceID=42',
	)
})

test('QuickBooks opens records in the company that they are in, of a sandbox company too', () => {
	const options = { realm_id: '9341450000000101', refresh_token: 'consent', ...secret }
	const page = 'https://app.qbo.intuit.com/app'
	expect(links('quickbooks', options)).toEqual({
		customer: `${page}/customerdetail?nameId=42&companyId=9341450000000101`,
		invoice: `${page}/invoice?txnId=42&companyId=9341450000000101`,
		credit_note: `${page}/creditmemo?txnId=42&companyId=9341450000000101`,
		journal: `${page}/journal?txnId=42&companyId=9341450000000101`,
	})
	expect(links('quickbooks', { ...options, url: 'https://sandbox-quickbooks.api.intuit.com' })['invoice']).toBe(
		'https://app.sandbox.qbo.intuit.com/app/invoice?txnId=42&companyId=9341450000000101',
	)
})

test('SAP opens orders and billing documents in the launchpad, once its address is known', () => {
	const options = {
		url: 'https://my300000-api.s4hana.cloud.sap',
		user: 'x',
		password: 'y',
		income_accounts: '41000000',
	}
	const app = 'https://my300000.s4hana.cloud.sap/ui'
	expect(links('sap', { ...options, app_url: app })).toEqual({
		order: `${app}#SalesOrder-display?SalesOrder=42`,
		invoice: `${app}#BillingDocument-displayBillingDocument?BillingDocument=42`,
		credit_note: `${app}#BillingDocument-displayBillingDocument?BillingDocument=42`,
	})
	expect(links('sap', options)).toEqual({})
})

test('a source that declares links has one address with {object} and {id}, or known kinds of records', () => {
	const kinds = sources.filter(({ recordUrl }) => recordUrl).map(({ kind }) => kind)
	expect(kinds).toEqual(
		expect.arrayContaining(['salesforce', 'hubspot', 'espocrm', 'netsuite', 'erpnext', 'xero', 'quickbooks']),
	)
})

test('Oracle opens sales orders by their number, which stays when an order is revised', () => {
	const options = { url: 'https://acme.fa.us2.oraclecloud.com/', username: 'x', password: 'y' }
	expect(links('oracle', options)).toEqual({
		order:
			'https://acme.fa.us2.oraclecloud.com/fndSetup/faces/deeplink?objType=SALES_ORDER&action=VIEW&objKey=OrderNumber={number}',
	})
})
