import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { columnProblem } from '../../../extract/column-type.ts'
import { guardedUrl } from '../../../extract/guard.ts'
import { modifiedSince } from '../../../extract/sources/xero/requests.ts'
import { xeroVerdict } from '../../../extract/sources/xero/verdict.ts'
import { xero } from '../../../extract/sources/xero/xero.ts'

const gateway = (Status: number, Title: string, Detail: string) => JSON.stringify({ Type: null, Title, Status, Detail })
const api = (ErrorNumber: number, Type: string, Message: string) =>
	JSON.stringify({ ErrorNumber, Type, Message, Elements: [] })

test.each([
	[200, {}, '', 'ok'],
	[304, {}, '', 'ok'],
	[400, {}, api(10, 'ValidationException', 'A validation exception occurred'), 'drift'],
	[400, {}, api(16, 'QueryParseException', "No property or field 'X' exists in type 'Invoice'"), 'drift'],
	[401, {}, gateway(401, 'Unauthorized', 'TokenExpired: token expired at 11/04/2026 09:00:00'), 'auth'],
	[401, {}, gateway(401, 'Unauthorized', 'AuthorizationUnsuccessful'), 'denied'],
	[401, {}, '', 'auth'],
	[403, {}, gateway(403, 'Forbidden', 'AuthenticationUnsuccessful'), 'denied'],
	[403, {}, '{"title":"Forbidden","status":403,"detail":"AuthorizationUnsuccessful"}', 'denied'],
	[404, {}, '<html>', 'drift'],
	[412, {}, api(0, 'PreconditionFailed', 'x'), 'drift'],
	[429, { 'x-rate-limit-problem': 'minute', 'retry-after': '12' }, '', 'retry'],
	[429, { 'x-rate-limit-problem': 'concurrent' }, '', 'retry'],
	[429, { 'x-rate-limit-problem': 'appminute' }, '', 'retry'],
	[429, { 'x-rate-limit-problem': 'day', 'retry-after': '66975' }, '', 'quota'],
	[429, { 'x-daylimit-remaining': '0' }, '', 'quota'],
	[500, {}, api(500, 'InternalServerError', 'x'), 'retry'],
	[501, {}, '', 'config'],
	[503, {}, '<html>', 'retry'],
	[503, {}, 'oauth_problem=rate%20limit%20exceeded', 'retry'],
])('%i %o %s means %s', (status, headers, text, action) => {
	expect(xeroVerdict({ status, headers, text }).action).toBe(action)
})

test('a day that is used up says when it can go on, a minute how long to wait', () => {
	const day = { 'x-rate-limit-problem': 'day', 'retry-after': '66975' }
	expect(xeroVerdict({ status: 429, headers: day, text: '' })).toMatchObject({
		action: 'quota',
		until: 'in 18 h 37 min',
	})
	const minute = { 'x-rate-limit-problem': 'minute', 'retry-after': '12' }
	expect(xeroVerdict({ status: 429, headers: minute, text: '' })).toMatchObject({ action: 'retry', after: 12 })
})

test('a refusal tells what the vendor said, and what helps', () => {
	const text = JSON.stringify({
		ErrorNumber: 10,
		Type: 'ValidationException',
		Message: 'A validation exception occurred',
		Elements: [{ ValidationErrors: [{ Message: 'The page is too far' }] }],
	})
	expect(xeroVerdict({ status: 400, headers: {}, text })).toMatchObject({
		code: 'ValidationException',
		message: 'A validation exception occurred The page is too far',
	})
	const wrong = xeroVerdict({ status: 403, headers: {}, text: gateway(403, 'Forbidden', 'AuthenticationUnsuccessful') })
	expect(wrong).toMatchObject({ code: 'AuthenticationUnsuccessful', next: expect.stringContaining('tenant_id') })
})

test('If-Modified-Since has the one form that Xero reads', () => {
	expect(modifiedSince(Date.parse('2026-11-04T09:00:00.987Z'))).toBe('2026-11-04T09:00:00')
})

test('a moment in milliseconds is one in either form, whatever offset stands behind it', () => {
	for (const text of [
		'/Date(1552326816230)/',
		'/Date(1552326816230+0000)/',
		'/Date(1439434356790+1300)/',
		'/Date(-62135596800)/',
	])
		expect(columnProblem('ms_datetime', text)).toBeNull()
	for (const text of [
		'2026-11-04',
		'/Date()/',
		'/Date(99999999999999999)/',
		'/Date(-62135596800000)/',
		'/Date(1552326816230Z)/',
	])
		expect(columnProblem('ms_date', text)).toMatchObject({ code: 'impossible_date' })
})

test('the day’s requests are what the header leaves of the app’s tier', () => {
	const given = { requests_per_day: 5000 }
	expect(xero.usage!({ 'x-daylimit-remaining': '4100' }, given)).toMatchObject({ used: 900, maximum: 5000 })
	expect(xero.usage!({}, given)).toBeNull()
	expect(xero.budget({ concurrency: 4, requests_per_minute: 60, requests_per_day: 1000 }).windows).toEqual([
		{ seconds: 60, requests: 60 },
		{ seconds: 86_400, requests: 1000 },
	])
})

test('a login that reaches several organisations must name one; a custom connection needs a secret', () => {
	const problems = (options: Record<string, unknown>) =>
		xero.options.safeParse(options).error?.issues.map(({ message }) => message)
	expect(problems({ client_id: 'c', refresh_token: 'r' })).toEqual([expect.stringContaining('name the one')])
	expect(problems({ client_id: 'c' })).toEqual([expect.stringContaining('custom connection needs')])
	expect(problems({ client_id: 'c', client_secret: 's' })).toBeUndefined()
})

/** Every write that Xero's own description has, and what there is beside it. */
const endpoints = [
	'Accounts',
	'BankTransactions',
	'BankTransfers',
	'BatchPayments',
	'ContactGroups',
	'Contacts',
	'CreditNotes',
	'Currencies',
	'Employees',
	'ExpenseClaims',
	'Invoices',
	'Items',
	'LinkedTransactions',
	'ManualJournals',
	'Overpayments',
	'PaymentServices',
	'Payments',
	'Prepayments',
	'PurchaseOrders',
	'Quotes',
	'Receipts',
	'RepeatingInvoices',
	'Setup',
	'TaxRates',
	'TrackingCategories',
]
const id = '046d8a6d-1ae1-4b4d-9340-5601bdf41b87'

test('no write leaves the process, and nothing is read that is not on the list', () => {
	const refused = (method: string, where: string, host = 'https://api.xero.com') => {
		const given = { method: method as 'GET', path: host + where }
		expect(() =>
			guardedUrl(given, 'https://api.xero.com', ['https://api.xero.com', 'https://identity.xero.com'], xero.allow),
		).toThrow(expect.objectContaining({ kind: 'refused' }))
	}
	for (const endpoint of endpoints)
		for (const where of [
			`/api.xro/2.0/${endpoint}`,
			`/api.xro/2.0/${endpoint}/${id}`,
			`/api.xro/2.0/${endpoint}/${id}/History`,
			`/api.xro/2.0/${endpoint}/${id}/Attachments/a.pdf`,
		])
			for (const method of ['POST', 'PUT', 'DELETE']) refused(method, where)
	refused('PUT', `/api.xro/2.0/CreditNotes/${id}/Allocations`)
	refused('POST', `/api.xro/2.0/Invoices/${id}/Email`)
	refused('DELETE', `/connections/${id}`)
	refused('POST', '/connections')
	refused('POST', '/connect/revocation', 'https://identity.xero.com')
	refused('GET', '/api.xro/2.0/Reports/TrialBalance')
	refused('GET', '/payroll.xro/2.0/Employees')
	refused('GET', '/api.xro/2.0/Invoices', 'https://api.xero.com.evil.example')
	expect(
		guardedUrl(
			{ method: 'GET', path: '/api.xro/2.0/Invoices' },
			'https://api.xero.com',
			['https://api.xero.com'],
			xero.allow,
		).pathname,
	).toBe('/api.xro/2.0/Invoices')
})

test('the docs page names every scope that the sandbox asks for', async () => {
	const { xeroEndpoints } = await import('../../../extract/sandbox/xero/endpoints.ts')
	const page = readFileSync(path.join(import.meta.dirname, '../../../docs/systems/xero.md'), 'utf8')
	for (const { scope } of xeroEndpoints) expect(page).toContain(scope)
})
