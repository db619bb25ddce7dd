import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { guardedUrl } from '../../../extract/guard.ts'
import type { SourceRequest } from '../../../extract/source.ts'
import { oracleResources } from '../../../extract/sources/oracle/describe.ts'
import { type OracleOptions, oracle } from '../../../extract/sources/oracle/oracle.ts'
import { frameworkVersion } from '../../../extract/sources/oracle/request.ts'
import { oracleVerdict } from '../../../extract/sources/oracle/verdict.ts'
import { reader } from '../client-certificates.ts'

const detailed = (status: number, code: string, detail: string) =>
	JSON.stringify({ title: 'Bad Request', status: `${status}`, 'o:errorDetails': [{ detail, 'o:errorCode': code }] })

test.each([
	[200, {}, '', 'ok', null],
	[400, {}, 'JBO-25058: Definition Nope of type Attribute is not found in the view object.', 'drift', 'JBO-25058'],
	[400, {}, 'URL request parameter fields cannot be used in this context.', 'drift', 'HTTP 400'],
	[400, {}, detailed(400, 'JBO-25058', 'Definition Nope is not found.'), 'drift', 'JBO-25058'],
	[400, {}, 'The request is too large.', 'smaller', 'HTTP 400'],
	[401, {}, 'Unauthorized', 'auth', 'HTTP 401'],
	[401, {}, '<html>Sign in</html>', 'auth', 'HTTP 401'],
	[403, {}, 'Forbidden', 'denied', 'HTTP 403'],
	[403, {}, '<html>Access denied by policy</html>', 'config', 'HTTP 403'],
	[404, {}, 'Not Found', 'drift', 'HTTP 404'],
	[404, {}, 'The resource item with key 300100180148289 is not found.', 'data', 'HTTP 404'],
	[404, {}, '<html>No such host</html>', 'config', 'HTTP 404'],
	[406, {}, 'The framework version 2 is not supported.', 'config', 'HTTP 406'],
	[413, {}, '', 'smaller', 'HTTP 413'],
	[414, {}, '', 'smaller', 'HTTP 414'],
	[408, {}, '', 'retry', 'HTTP 408'],
	[429, { 'retry-after': '7' }, 'Too Many Requests', 'retry', 'HTTP 429'],
	[500, {}, 'JBO-27122: SQL error during statement preparation.', 'retry', 'JBO-27122'],
	[503, { 'retry-after': '30' }, '<html>Service Unavailable</html>', 'retry', 'HTTP 503'],
	[504, {}, '', 'retry', 'HTTP 504'],
	[302, {}, '', 'config', 'HTTP 302'],
])('%i %o %s means %s (%s)', (status, headers, text, action, code) => {
	const verdict = oracleVerdict({ status, headers, text })
	expect(verdict.action).toBe(action)
	if (verdict.action !== 'ok') expect(verdict.code).toBe(code)
})

test('what Fusion asks to wait is waited, and only where it asks', () => {
	expect(oracleVerdict({ status: 429, headers: { 'retry-after': '7' }, text: '' })).toMatchObject({ after: 7 })
	expect(oracleVerdict({ status: 429, headers: {}, text: '' })).not.toHaveProperty('after')
})

const options = (given: Record<string, unknown> = {}) =>
	oracle.options.parse({
		url: 'https://acme.fa.us2.oraclecloud.com',
		username: 'u',
		password: 'p',
		...given,
	}) as OracleOptions

const query = (name: string, more: Record<string, unknown> = {}, given: Record<string, unknown> = {}) => {
	const stream = oracle.streams.find((one) => one.name === name)!
	const fields = Object.fromEntries(Object.entries(stream.columns).map(([column, { field }]) => [column, field]))
	const window = { since: Date.parse('2026-11-03T08:00:00Z'), until: Date.parse('2026-11-04T09:00:00Z'), signature: '' }
	return { stream, fields, window, options: options(given) as unknown as Record<string, unknown>, ...more }
}

test('a page is asked for behind the last id, between two moments, with its lines and distributions', () => {
	const reading = oracle.read(query('invoices', { after: { customer_transaction_id: '300100180148289' } }))
	expect(reading.first).toMatchObject({
		path: '/fscmRestApi/resources/11.13.18.05/receivablesInvoices',
		headers: { 'rest-framework-version': frameworkVersion },
		query: {
			q: "LastUpdateDate >= '2026-11-03T08:00:00+00:00' and LastUpdateDate <= '2026-11-04T09:00:00+00:00' and CustomerTransactionId > 300100180148289",
			orderBy: 'CustomerTransactionId:asc',
			onlyData: 'true',
			limit: '499',
		},
	})
	expect(reading.first.query!['expand']).toContain('receivablesInvoiceDistributions')
	expect(reading.first.query).not.toHaveProperty('offset')
})

test('a key of two parts is passed part by part, and text is quoted', () => {
	const items = oracle.read(
		query('items', { after: { item_id: '3001', organization_id: '204' } }, { item_organization: "O'X" }),
	)
	expect(items.first.query!['q']).toContain("OrganizationCode = 'O''X'")
	expect(items.first.query!['q']).toContain('((ItemId > 3001) or (ItemId = 3001 and OrganizationId > 204))')
	const units = oracle.read(query('units', { after: { uomcode: 'Ea' } }))
	expect(units.first.query!['q']).toBe("UOMCode > 'Ea'")
})

const page = (rows: number, id: string, envelope: Record<string, unknown>, stamp = '2026-11-03T10:00:00+00:00') => ({
	rows,
	envelope,
	last: rows === 0 ? null : { customer_transaction_id: id, last_update_date: stamp },
	lastRecord: null,
	headers: {},
})

test('the end is a page that says so and is not full; a full one is followed even if it says it is the last', () => {
	const reading = oracle.read(query('invoices'))
	const next = (...given: Parameters<typeof page>) => reading.next(page(...given), reading.first)
	expect(next(499, '300100180148289', { hasMore: false, limit: '499' })?.query?.['q']).toContain('> 300100180148289')
	expect(next(25, '300100180148289', { hasMore: true, limit: '25' })).not.toBeNull()
	expect(next(25, '300100180148289', { hasMore: false, limit: '25' })).not.toBeNull()
	expect(next(24, '300100180148289', { hasMore: false, limit: '25' })).toBeNull()
	expect(next(0, '', { hasMore: false, limit: '499' })).toBeNull()
	expect(() => next(0, '', { hasMore: true, limit: '499' })).toThrow(/more records follow/)
})

test('a filter that Fusion passes over is noticed', () => {
	const reading = oracle.read(query('invoices', { after: { customer_transaction_id: '300100180148289' } }))
	const next =
		(...given: Parameters<typeof page>) =>
		() =>
			reading.next(page(...given), reading.first)
	expect(next(500, '300100180148290', {})).toThrow(/500 records came where 499/)
	expect(next(1, '300100180148290', {}, '2026-10-01T10:00:00+00:00')).toThrow(/the filter was ignored/)
	expect(next(1, '300100180148290', {}, '2026-11-04T22:30:00+14:00')).not.toThrow()
	expect(next(1, '300100180148288', {})).toThrow(/came again/)
})

test('rates are asked for pair by pair, in stretches that one page holds', () => {
	const reading = oracle.read(
		query('currency_rates', {}, { currency_pairs: 'EUR/USD, GBP/USD', rates_from: '2025-06-01' }),
	)
	const asked = (request: SourceRequest | null) => request?.query?.['finder']?.replace('CurrencyRatesFinder;', '')
	const rate = (date: string, rows = 1) => ({
		...page(rows, '', {}),
		last: { from_currency: 'EUR', to_currency: 'USD', conversion_date: date },
	})
	expect(asked(reading.first)).toBe(
		'fromCurrency=EUR,toCurrency=USD,userConversionType=Corporate,startDate=2025-06-01,endDate=2026-10-03',
	)
	const second = reading.next(rate('2025-06-01'), reading.first)
	expect(asked(second)).toContain('startDate=2026-10-04,endDate=2026-11-11')
	const third = reading.next({ ...page(0, '', {}) }, second!)
	expect(asked(third)).toContain('fromCurrency=GBP,toCurrency=USD')
	expect(reading.next(rate('2026-11-01'), reading.next(rate('2025-07-01'), third!)!)).toBeNull()
	expect(() => reading.next(rate('2024-01-01'), reading.first)).toThrow(/the finder was ignored/)
	expect(() => reading.next(rate('2025-06-01', 491), reading.first)).toThrow(/491 rates/)
	expect(oracle.inUse!(options() as never)).not.toContain('currency_rates')
})

test('a login needs a password, or a client with its scope; who speaks for a user needs a key', () => {
	const problems = (given: Record<string, unknown>) =>
		oracle.options
			.safeParse({ url: 'https://acme.fa.us2.oraclecloud.com', ...given })
			.error?.issues.map(({ message }) => message)
	const client = {
		token_url: 'https://idcs-1.identity.oraclecloud.com/oauth2/v1/token',
		client_id: 'c',
		client_secret: 's',
		scope: 'x',
	}
	expect(problems({})).toEqual([expect.stringContaining('username and password')])
	expect(problems(client)).toBeUndefined()
	expect(problems({ ...client, user: 'reader' })).toEqual([expect.stringContaining('private_key')])
	expect(problems({ ...client, user: 'reader', private_key: 'PEM' })).toBeUndefined()
	const signed = { ...client, user: 'reader', private_key: 'PEM', certificate: reader.certificate }
	const ends = Date.parse(new X509Certificate(reader.certificate).validTo)
	expect(oracle.expiry!(options(signed) as unknown as Record<string, unknown>, null, 0)).toMatchObject([
		{ what: 'the certificate', at: ends },
	])
	expect(problems({ username: 'u', password: 'p', currency_pairs: 'EURUSD' })).toEqual([
		expect.stringContaining('EUR/USD'),
	])
	expect(problems({ username: 'u', password: 'p', page_size: 500 })).toEqual([expect.stringContaining('499')])
})

test('nothing that would write leaves the process, nor an action, nor a read that is not on the list', () => {
	const pod = 'https://acme.fa.us2.oraclecloud.com'
	const identity = 'https://idcs-1.identity.oraclecloud.com'
	const refused = (method: string, where: string, query?: Record<string, string>, host = pod) => {
		const request = { method: method as 'GET', path: host + where, ...(query && { query }) }
		expect(() => guardedUrl(request, pod, [pod, identity], oracle.allow)).toThrow(
			expect.objectContaining({ kind: 'refused' }),
		)
	}
	for (const resource of oracleResources())
		for (const root of ['fscmRestApi', 'crmRestApi']) {
			const at = `/${root}/resources/11.13.18.05/${resource}`
			for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'])
				for (const where of [at, `${at}/300100180148289`, `${at}/300100180148289/child/lines`]) refused(method, where)
		}
	const at = '/fscmRestApi/resources/11.13.18.05'
	refused('POST', `${at}/standardReceipts/300100180148289/action/applyReceipt`)
	refused('POST', `${at}/standardReceipts/300100180148289/action/reverseReceipt`)
	refused('POST', `${at}/receivablesInvoices/action/copy`)
	refused('POST', `${at}/erpintegrations`)
	refused('GET', `${at}/invoices`)
	refused('GET', `${at}/receivablesInvoices`, { dependency: 'TransactionDate=2026-01-01' })
	refused('GET', '/hcmRestApi/resources/11.13.18.05/workers')
	refused('GET', `${at}/receivablesInvoices`, undefined, 'https://acme.fa.us2.oraclecloud.com.evil.example')
	const read = { method: 'GET' as const, path: `${at}/receivablesInvoices` }
	expect(guardedUrl(read, pod, [pod], oracle.allow).pathname).toBe(`${at}/receivablesInvoices`)
})

test('what is not used is not read, with all that lies in its records; without orders nothing waits for one', () => {
	const given = (more: object) => oracle.options.parse({ ...options(), ...more }) as Record<string, unknown>
	const all = oracle.inUse!(given({}))
	const without = (more: object) => {
		const read = oracle.inUse!(given(more))
		return all.filter((name) => !read.includes(name))
	}
	expect(without({ orders: false })).toEqual([
		'orders',
		'order_lines',
		'order_bill_tos',
		'order_ship_tos',
		'order_line_ship_tos',
		'order_totals',
	])
	expect(without({ revenue_management: false })).toEqual([
		'revenue_contracts',
		'promised_details',
		'satisfaction_events',
		'source_document_lines',
	])
	expect([oracle.hasOrders!(given({})), oracle.hasOrders!(given({ orders: false }))]).toEqual([true, false])
})
