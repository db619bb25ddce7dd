import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstRefreshToken, quickbooksApp } from '../../../../extract/sandbox/quickbooks/credentials.ts'
import type { Sandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { realmOf } from '../../../../extract/sandbox/world/records/quickbooks/identifiers.ts'
import { number, record, startQuickbooks } from '../../sources/quickbooks-sandbox.ts'
import { ask } from '../clients.ts'

const invoice = (id: string, updated: string, entity: 'US' | 'DE' = 'US') =>
	record('Invoice', id, { DocNumber: id, TotalAmt: number('37.04'), Line: [] }, { updated, entity })

let sandboxes: Sandboxes
let url: string
let token: string
beforeAll(async () => {
	sandboxes = await startQuickbooks({
		now: Date.UTC(2026, 10, 4, 9),
		versions: [
			invoice('9', '2026-03-08T09:59:59Z'),
			invoice('10', '2026-03-08T10:00:00Z'),
			invoice('101', '2026-11-03T00:00:00Z'),
			invoice('7', '2026-11-03T00:00:00Z', 'DE'),
			record('Invoice', '11', { DocNumber: '11' }, { from: Date.UTC(2026, 9, 1), updated: '2026-10-01T00:00:00Z' }),
			record('Invoice', '11', null, { from: Date.UTC(2026, 10, 2) }),
			record('Customer', '1', { DisplayName: 'Here', Active: true }, { reference: 'a note' }),
			record('Customer', '2', { DisplayName: 'Gone (deleted)', Active: false }),
		],
	})
	url = sandboxes.url('quickbooks')
	token = (await logIn(firstRefreshToken('US'))).json.access_token
})
afterAll(() => sandboxes.close())

function logIn(refreshToken: string, at = url) {
	const { clientId, clientSecret } = quickbooksApp
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
	const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken })
	return ask(`${at}/oauth2/v1/tokens/bearer`, { method: 'POST', body, headers: { authorization } })
}

function get(resource: string, query: Record<string, string>, headers: Record<string, string> = {}) {
	const asked = new URLSearchParams({ minorversion: '75', ...query })
	const usual = { authorization: `Bearer ${token}`, accept: 'application/json' }
	return ask(`${url}/v3/company/${realmOf('US')}/${resource}?${asked}`, { headers: { ...usual, ...headers } })
}

const select = (query: string) => get('query', { query })
const ids = (answer: { json: { QueryResponse: Record<string, { Id: string }[]> } }, name = 'Invoice') =>
	answer.json.QueryResponse[name]?.map(({ Id }) => Id)

test('positions count from 1, ids from the smallest number, and nothing is an empty object', async () => {
	expect(ids(await select('select * from Invoice orderby Id startposition 1 maxresults 2'))).toEqual(['9', '10'])
	expect(ids(await select('SELECT * FROM invoice ORDERBY Id STARTPOSITION 3 MAXRESULTS 2'))).toEqual(['101'])
	expect((await select('select * from Invoice startposition 4')).json.QueryResponse).toEqual({})
	expect((await select('select * from Invoice startposition 0')).json.Fault.Error[0].code).toBe('4001')
	expect((await select('select count(*) from Invoice')).json.QueryResponse).toEqual({ totalCount: 3 })
})

test('inactive records of lists are hidden unless both are asked for; what people wrote is there, what has no value is not', async () => {
	expect(ids(await select('select * from Customer'), 'Customer')).toEqual(['1'])
	const both = await select('select * from Customer where Active in (true, false)')
	expect(ids(both, 'Customer')).toEqual(['1', '2'])
	expect(both.json.QueryResponse.Customer[0]).toMatchObject({ Notes: 'a note' })
	expect(both.json.QueryResponse.Customer[1]).not.toHaveProperty('Notes')
})

test('stamps bear the company’s offset, before and after the clocks change; filters take any offset', async () => {
	const { json } = await select("select * from Invoice where MetaData.LastUpdatedTime <= '2026-03-08T03:00:00-07:00'")
	const stamps = json.QueryResponse.Invoice.map(
		(one: { MetaData: { LastUpdatedTime: string } }) => one.MetaData.LastUpdatedTime,
	)
	expect(stamps).toEqual(['2026-03-08T01:59:59-08:00', '2026-03-08T03:00:00-07:00'])
	const later = await select("select * from Invoice where MetaData.LastUpdatedTime >= '2026-03-08T10:00:00Z'")
	expect(ids(later)).toEqual(['10', '101'])
})

test.each([
	["select * from Invoice where Id = '9' or Id = '10'", '4000'],
	['select Id from Invoice', '4000'],
	['select * from Invoice where', '4000'],
	['delete from Invoice', '4000'],
	["select * from Invoice where Id > '9'", '4001'],
	["select * from Invoice where Line = '9'", '4001'],
	['select * from SalesOrder', '4001'],
	['select * from Invoice orderby Line', '4001'],
])('%s is refused with %s', async (query, code) => {
	const { status, json, headers } = await select(query)
	expect({ status, code: json.Fault.Error[0].code, type: json.Fault.type }).toEqual({
		status: 400,
		code,
		type: 'ValidationFault',
	})
	expect(headers.get('intuit_tid')).toBeTruthy()
})

test('change data capture has whole records, the deleted ones last; not more than thirty days', async () => {
	const { json } = await get('cdc', { entities: 'Invoice,Payment', changedSince: '2026-11-01T00:00:00Z' })
	const [invoices, payments] = json.CDCResponse[0].QueryResponse
	expect(
		invoices.Invoice.map(({ Id, status }: { Id: string; status?: string }) => `${Id} ${status ?? 'here'}`),
	).toEqual(['101 here', '11 Deleted'])
	expect(invoices.Invoice[1]).toEqual({
		domain: 'QBO',
		status: 'Deleted',
		Id: '11',
		MetaData: { LastUpdatedTime: '2026-11-01T16:00:00-08:00' },
	})
	expect(invoices.maxResults).toBe(2)
	expect(payments).toEqual({})
	const old = await get('cdc', { entities: 'Invoice', changedSince: '2026-10-01T00:00:00Z' })
	expect(old.status).toBe(400)
})

test('a token opens one company; another one, an old minor version, a write and no JSON are refused', async () => {
	const usual = { authorization: `Bearer ${token}`, accept: 'application/json' }
	const other = await ask(`${url}/v3/company/${realmOf('DE')}/query?query=select`, { headers: usual })
	expect(other).toMatchObject({ status: 403, json: { fault: { error: [{ code: '003100' }] } } })
	const none = await get('query', { query: 'select * from Invoice' }, { authorization: 'Bearer x' })
	expect(none).toMatchObject({ status: 401, json: { fault: { error: [{ code: '003200' }] } } })
	expect((await get('query', { query: 'select * from Invoice', minorversion: '65' })).status).toBe(400)
	const write = await ask(`${url}/v3/company/${realmOf('US')}/invoice`, { method: 'POST', body: '{}', headers: usual })
	expect(write.status).toBe(403)
	expect(sandboxes.requests().quickbooks.writes).toEqual([`POST /v3/company/${realmOf('US')}/invoice`])
})

test('rates are home per 1 of the other, day by day, weekends with Friday’s', async () => {
	const query =
		"select * from ExchangeRate where SourceCurrencyCode in ('EUR', 'JPY', 'USD') and AsOfDate = '2026-10-31'"
	const { ExchangeRate } = (await select(query)).json.QueryResponse
	expect(
		ExchangeRate.map((one: Record<string, unknown>) => [
			one['SourceCurrencyCode'],
			one['TargetCurrencyCode'],
			one['AsOfDate'],
		]),
	).toEqual([
		['EUR', 'USD', '2026-10-30'],
		['JPY', 'USD', '2026-10-30'],
	])
	expect(ExchangeRate[0].Rate).toBeGreaterThan(1)
	const single = await get('exchangerate', { sourcecurrencycode: 'EUR', asofdate: '2026-10-31' })
	expect(single.json.ExchangeRate).toMatchObject({ Rate: ExchangeRate[0].Rate, AsOfDate: '2026-10-30' })
})

test('the limit of a minute is met without a word of when it ends', async () => {
	const own = await startQuickbooks({ versions: [], requestsPerMinute: 2 })
	const at = own.url('quickbooks')
	const { json } = await logIn(firstRefreshToken('US'), at)
	const asked = () =>
		ask(`${at}/v3/company/${realmOf('US')}/query?query=select%20*%20from%20Term`, {
			headers: { authorization: `Bearer ${json.access_token}`, accept: 'application/json' },
		})
	expect([(await asked()).status, (await asked()).status]).toEqual([200, 200])
	const third = await asked()
	expect(third).toMatchObject({ status: 429, json: { fault: { error: [{ code: '003001' }] } } })
	expect(third.headers.get('retry-after')).toBeNull()
	await own.close()
})

test('a refresh token that was replaced is refused for good; one of an ended sandbox is taken by the next', async () => {
	const own = await startQuickbooks({ versions: [], rotatesRefreshTokens: true })
	const first = await logIn(firstRefreshToken('US'), own.url('quickbooks'))
	const replaced = first.json.refresh_token
	expect(replaced).not.toBe(firstRefreshToken('US'))
	expect((await logIn(replaced, own.url('quickbooks'))).status).toBe(200)
	const old = await logIn(firstRefreshToken('US'), own.url('quickbooks'))
	expect(old).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
	await own.close()
	expect((await logIn(replaced)).status).toBe(200)
	expect((await logIn(`${replaced}0`)).status).toBe(400)
})

test('a company of one currency has no rates, and its forms neither a currency nor a rate', async () => {
	const own = await startQuickbooks({ scale: 0.02, isOneEntity: true })
	try {
		const { access_token } = (await logIn(firstRefreshToken('US'), own.url('quickbooks'))).json
		const of = (query: string) => {
			const asked = new URLSearchParams({ minorversion: '75', query })
			const headers = { authorization: `Bearer ${access_token}`, accept: 'application/json' }
			return ask(`${own.url('quickbooks')}/v3/company/${realmOf('US')}/query?${asked}`, { headers })
		}
		const first = async (name: string) => (await of(`select * from ${name}`)).json.QueryResponse[name][0]
		expect((await first('Preferences')).CurrencyPrefs).toEqual({
			HomeCurrency: { value: 'USD' },
			MultiCurrencyEnabled: false,
		})
		for (const name of ['Invoice', 'CreditMemo', 'Payment'])
			for (const member of ['CurrencyRef', 'ExchangeRate', 'HomeTotalAmt'])
				expect(await first(name)).not.toHaveProperty(member)
		expect((await first('Customer')).CurrencyRef).toEqual({ value: 'USD' })
		expect((await of('select * from CompanyCurrency')).json.QueryResponse).toEqual({})
		const refused = await of("select * from ExchangeRate where SourceCurrencyCode in ('EUR')")
		expect(refused).toMatchObject({ status: 400, json: { Fault: { Error: [{ code: '6000' }] } } })
	} finally {
		await own.close()
	}
})
