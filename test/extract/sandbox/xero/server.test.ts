import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { tenantOf } from '../../../../extract/sandbox/world/records/xero/identifiers.ts'
import { xeroCustomConnection, xeroWebApp } from '../../../../extract/sandbox/xero/credentials.ts'
import { number, record, startXero } from '../../sources/xero-sandbox.ts'
import { ask } from '../clients.ts'

const lines = [
	{ LineItemID: 'l1', Quantity: number('3.0000'), UnitAmount: number('12.3456'), LineAmount: number('37.04') },
]
const invoice = (id: string, updated: string) =>
	record(
		'Invoices',
		id,
		{ InvoiceID: id, Type: 'ACCREC', Total: number('37.04'), LineItems: lines },
		{ kind: 'ACCREC', status: 'AUTHORISED', updated },
	)

let sandboxes: Sandboxes
let url: string
let token: string
beforeAll(async () => {
	sandboxes = await startXero({
		versions: [
			invoice('a', '2026-11-01T00:00:00Z'),
			invoice('b', '2026-11-02T00:00:00Z'),
			invoice('c', '2026-11-03T00:00:00Z'),
			record('Invoices', 'bill', { InvoiceID: 'bill', Type: 'ACCPAY' }, { kind: 'ACCPAY', status: 'AUTHORISED' }),
			record(
				'Invoices',
				'de',
				{ InvoiceID: 'de', Type: 'ACCREC' },
				{ kind: 'ACCREC', status: 'AUTHORISED', entity: 'DE' },
			),
			record(
				'Contacts',
				'gone',
				{ ContactID: 'gone', Name: 'Gone', ContactStatus: 'ARCHIVED', MergedToContactID: 'x' },
				{ status: 'ARCHIVED' },
			),
			...['i1', 'i2', 'i3'].map((id) =>
				record('Items', id, { ItemID: id, Code: id, SalesDetails: { UnitPrice: number('1.2345') } }),
			),
			record('Organisation', tenantOf('US'), { Name: 'Halvorsen US', BaseCurrency: 'USD' }),
			record('Accounts', 'sales', { AccountID: 'sales', Code: '200', Name: 'Sales', Type: 'REVENUE' }),
			...[
				['2026-10-31', '10.00', '1.000000'],
				['2026-10-30', '8.00', '0.800000'],
			].map(([date, amount, rate]) =>
				record(
					'BankTransactions',
					date!,
					{
						Date: `/Date(${Date.parse(date!)}+0000)/`,
						CurrencyRate: number(rate!),
						LineAmountTypes: 'NoTax',
						LineItems: [{ AccountCode: '200', LineAmount: number(amount!) }],
					},
					{ kind: 'RECEIVE', status: 'AUTHORISED' },
				),
			),
			record('ManualJournals', 'old', { ManualJournalID: 'old' }, { updated: '2026-10-01T00:00:00Z' }),
		],
	})
	url = sandboxes.url('xero')
	token = (await logIn(xeroCustomConnection('US'), { grant_type: 'client_credentials' })).json.access_token
})
afterAll(() => sandboxes.close())

function logIn({ clientId, clientSecret }: { clientId: string; clientSecret: string }, form: Record<string, string>) {
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
	return ask(`${url}/connect/token`, { method: 'POST', body: new URLSearchParams(form), headers: { authorization } })
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
	const usual = { authorization: `Bearer ${token}`, accept: 'application/json', 'xero-tenant-id': tenantOf('US') }
	return ask(`${url}/api.xro/2.0/${path}`, { method, headers: { ...usual, ...headers } })
}

const ids = (list: Record<string, string>[], name: string) => list.map((one) => one[name])

test('a refresh token is good once; the one that came with its answer goes on', async () => {
	const form = (refresh_token: string) => ({ grant_type: 'refresh_token', refresh_token })
	const first = await logIn(xeroWebApp, form(xeroWebApp.refreshToken))
	expect(first.json).toMatchObject({ token_type: 'Bearer', expires_in: 1800, refresh_token: expect.any(String) })
	expect((await logIn(xeroWebApp, form(xeroWebApp.refreshToken))).json).toEqual({ error: 'invalid_grant' })
	expect((await logIn(xeroWebApp, form(first.json.refresh_token))).status).toBe(200)
	expect((await logIn({ ...xeroWebApp, clientSecret: 'wrong' }, form('x'))).json).toEqual({ error: 'invalid_client' })
	expect((await logIn(xeroWebApp, { grant_type: 'client_credentials' })).json).toEqual({ error: 'unauthorized_client' })
	const reached = await ask(`${url}/connections`, { headers: { authorization: `Bearer ${first.json.access_token}` } })
	expect(reached.json).toHaveLength(4)
})

test('another tenant is 403, an ended token 401, a custom connection may leave the tenant out', async () => {
	expect(await get('Users', { 'xero-tenant-id': tenantOf('DE') })).toMatchObject({
		status: 403,
		json: { Detail: 'AuthenticationUnsuccessful' },
	})
	expect(await get('Users', { authorization: 'Bearer nothing' })).toMatchObject({
		status: 401,
		json: { Detail: expect.stringMatching(/^TokenExpired/) },
	})
	expect((await get('Users', { 'xero-tenant-id': '' })).status).toBe(200)
})

test('without Accept the answer is XML', async () => {
	const answer = await get('Items', { accept: '*/*' })
	expect(answer.headers.get('content-type')).toContain('xml')
	expect(answer.text).toContain('<Item><ItemID>i1</ItemID>')
})

test('pages have 100 records unless asked for up to 1,000, and tell of the whole; without a page the lines stay away', async () => {
	const first = await get('Invoices?page=1&pageSize=2&where=Type%3D%3D%22ACCREC%22&order=InvoiceID%20ASC&unitdp=4')
	expect(first.json.pagination).toEqual({ page: 1, pageSize: 2, pageCount: 2, itemCount: 3 })
	expect(ids(first.json.Invoices, 'InvoiceID')).toEqual(['a', 'b'])
	expect(
		ids(
			(await get('Invoices?page=2&pageSize=2&where=Type%3D%3D%22ACCREC%22&order=InvoiceID%20ASC')).json.Invoices,
			'InvoiceID',
		),
	).toEqual(['c'])
	expect((await get('Invoices?page=1')).json.pagination.pageSize).toBe(100)
	expect((await get('Invoices?page=1&pageSize=1001')).status).toBe(400)
	const unpaged = (await get('Invoices')).json
	expect(unpaged.pagination).toBeUndefined()
	expect(unpaged.Invoices[0].LineItems).toEqual([])
})

test('unit amounts have two decimals unless unitdp says four; all other digits are the company’s', async () => {
	expect((await get('Invoices?page=1')).text).toContain('"UnitAmount":12.35,"LineAmount":37.04')
	expect((await get('Invoices?page=1&unitdp=4')).text).toContain('"UnitAmount":12.3456,"LineAmount":37.04')
	expect((await get('Items')).text).toContain('"UnitPrice":1.23')
	expect((await get('Items?unitdp=4')).text).toContain('"UnitPrice":1.2345')
})

test('If-Modified-Since counts in one form; in any other, and with unknown parameters, everything comes without a word', async () => {
	const since = async (form: string) =>
		ids((await get('Invoices?page=1', { 'if-modified-since': form })).json.Invoices, 'InvoiceID')
	expect(await since('2026-11-02T00:00:00')).toEqual(['b', 'c'])
	expect(await since('2027-01-01T00:00:00')).toEqual([])
	for (const form of ['2026-11-02T00:00:00Z', '2026-11-02T00:00:00.000', '2026-11-02', 'Mon, 02 Nov 2026 00:00:00 GMT'])
		expect(await since(form)).toEqual(['a', 'b', 'c', 'bill'])
	expect((await get('Invoices?page=1&page_size=1&modifiedSince=2026-11-03')).json.Invoices).toHaveLength(4)
	const journals = (query: string) =>
		get(`ManualJournals?page=1${query}`, { 'if-modified-since': '2026-11-01T00:00:00' })
	expect((await journals('')).json.ManualJournals).toEqual([])
	expect((await journals('&order=UpdatedDateUTC%20ASC')).json.ManualJournals).toHaveLength(1)
})

test('whole lists ignore the page; archived contacts hide unless asked for; merged ones name their survivor', async () => {
	expect((await get('Items?page=7&pageSize=1')).json.Items).toHaveLength(3)
	expect((await get('Contacts?page=1')).json.Contacts).toEqual([])
	expect((await get('Contacts?page=1&includeArchived=true')).json.Contacts[0]).toMatchObject({ MergedToContactID: 'x' })
	expect((await get('Contacts?includeArchived=true')).json.Contacts[0].MergedToContactID).toBeUndefined()
})

test('stamps come in both forms, with and without offset', async () => {
	expect((await get('Invoices?page=1')).json.Invoices[0].UpdatedDateUTC).toMatch(/^\/Date\(\d{13}\+0000\)\/$/)
	expect((await get('Items')).json.Items[0].UpdatedDateUTC).toMatch(/^\/Date\(\d{13}\)\/$/)
})

test('what is no property is refused in Xero’s words; writes are counted and refused; an endpoint out of scope is 401', async () => {
	expect(await get('Invoices?page=1&where=Colour%3D%3D%22red%22')).toMatchObject({
		status: 400,
		json: {
			ErrorNumber: 16,
			Type: 'QueryParseException',
			Message: "No property or field 'Colour' exists in type 'Invoice'",
		},
	})
	for (const method of ['POST', 'PUT', 'DELETE']) expect((await get('Invoices', {}, method)).status).toBe(401)
	expect(sandboxes.requests().xero.writes).toHaveLength(3)
	sandboxes.setHidden('xero', 'Quotes', null, true)
	expect(await get('Quotes')).toMatchObject({ status: 401, json: { Detail: 'AuthorizationUnsuccessful' } })
})

test('headers count down, and the minute’s and the day’s limits are told apart', async () => {
	const own = await startXero({
		versions: [],
		requestsPerMinute: 3,
		dailyRequests: { limit: 5000, usedByOthers: 4990 },
	})
	const xero = own.url('xero')
	const { clientId, clientSecret } = xeroCustomConnection('US')
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
	const body = new URLSearchParams({ grant_type: 'client_credentials' })
	const { json } = await ask(`${xero}/connect/token`, { method: 'POST', body, headers: { authorization } })
	const users = () =>
		ask(`${xero}/api.xro/2.0/Users`, {
			headers: { authorization: `Bearer ${json.access_token}`, accept: 'application/json' },
		})
	const left = (name: string) => async () => (await users()).headers.get(`x-${name}-remaining`)
	expect([await left('minlimit')(), await left('minlimit')(), await left('daylimit')()]).toEqual(['2', '1', '7'])
	const refused = await users()
	expect(refused.status).toBe(429)
	expect(refused.headers.get('x-rate-limit-problem')).toBe('minute')
	expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50)
	await own.close()
})

test('six requests at once to one organisation are one too many', async () => {
	const own = await startXero({ versions: [], serviceMilliseconds: 60 })
	const { clientId, clientSecret } = xeroCustomConnection('US')
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
	const body = new URLSearchParams({ grant_type: 'client_credentials' })
	const { json } = await ask(`${own.url('xero')}/connect/token`, { method: 'POST', body, headers: { authorization } })
	const headers = { authorization: `Bearer ${json.access_token}`, accept: 'application/json' }
	const answers = await Promise.all(
		Array.from({ length: 6 }, () => ask(`${own.url('xero')}/api.xro/2.0/Users`, { headers })),
	)
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429])
	expect(answers.find(({ status }) => status === 429)!.headers.get('x-rate-limit-problem')).toBe('concurrent')
	await own.close()
})

test('a report adds up what is posted, in the organisation’s currency; months before a short one lack their last days', async () => {
	const columns = async (to: string) => {
		const query = `fromDate=${to.slice(0, 8)}01&toDate=${to}&periods=1&timeframe=MONTH&standardLayout=true`
		const [header, ...sections] = (await get(`Reports/ProfitAndLoss?${query}`)).json.Reports[0].Rows
		return [header, sections[0].Rows[0]].map(({ Cells }) => Cells.map(({ Value }: { Value: string }) => Value))
	}
	expect(await columns('2026-11-30')).toEqual([
		['', '30 Nov 26', '30 Oct 26'],
		['Sales', '0.00', '10.00'],
	])
	expect((await columns('2026-10-31'))[1]).toEqual(['Sales', '20.00', '0.00'])
	expect((await get('Reports/ProfitAndLoss?fromDate=2025-01-01&toDate=2026-10-31')).status).toBe(400)
	expect((await get('Reports/ProfitAndLoss?fromDate=2026-10-01&toDate=2026-10-31&periods=12')).status).toBe(400)
})
