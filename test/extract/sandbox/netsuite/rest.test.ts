import { afterEach, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'
import { netsuiteClient } from '../clients.ts'
import { row, transaction } from '../records.ts'

let sandboxes: Sandboxes
afterEach(() => sandboxes.close())

async function start(versions: Iterable<RecordVersion>, options: Parameters<typeof startSandboxes>[0] = {}) {
	sandboxes = await startSandboxes({ versions, ...options })
	return netsuiteClient(sandboxes)
}

function many(count: number) {
	return Array.from({ length: count }, (_, at) => transaction(at + 1, { type: at % 2 ? 'CustInvc' : 'SalesOrd' }))
}

async function allIds(client: Awaited<ReturnType<typeof netsuiteClient>>, q: string, limit: number): Promise<number[]> {
	const found: number[] = []
	for (let offset = 0; ; offset += limit) {
		const { json } = await client.query(q, `?limit=${limit}&offset=${offset}`)
		found.push(...json.items.map(({ id }: { id: string }) => Number(id)))
		if (!json.hasMore) return found
	}
}

test('a page tells its place, the total and the links to others', async () => {
	const client = await start(many(5))
	const { json } = await client.query('SELECT id FROM transaction ORDER BY id ASC', '?limit=2&offset=2')
	const self = `${sandboxes.url('netsuite')}/services/rest/query/v1/suiteql`
	expect(json).toEqual({
		links: [
			{ rel: 'next', href: `${self}?limit=2&offset=4` },
			{ rel: 'last', href: `${self}?limit=2&offset=4` },
			{ rel: 'first', href: `${self}?limit=2&offset=0` },
			{ rel: 'previous', href: `${self}?limit=2&offset=0` },
			{ rel: 'self', href: `${self}?limit=2&offset=2` },
		],
		count: 2,
		hasMore: true,
		items: [
			{ links: [], id: '3' },
			{ links: [], id: '4' },
		],
		offset: 2,
		totalResults: 5,
	})
	const past = await client.query('SELECT id FROM transaction ORDER BY id ASC', '?limit=2&offset=6')
	expect(past.json).toMatchObject({ count: 0, hasMore: false, items: [], totalResults: 5 })
	expect((await client.query('SELECT id FROM transaction WHERE id < 0')).json).toMatchObject({
		count: 0,
		hasMore: false,
		items: [],
		totalResults: 0,
	})
})

test('with a unique order every row comes once; without, rows come twice and rows are missing', async () => {
	const client = await start(many(50))
	const everyone = Array.from({ length: 50 }, (_, at) => at + 1)
	expect(await allIds(client, 'SELECT id FROM transaction ORDER BY id ASC', 10)).toEqual(everyone)
	expect(
		(await allIds(client, 'SELECT id, type FROM transaction ORDER BY type ASC, id ASC', 10)).toSorted((a, b) => a - b),
	).toEqual(everyone)
	for (const q of [
		'SELECT id FROM transaction',
		'SELECT id FROM transaction ORDER BY type ASC',
		'SELECT id, lastmodifieddate FROM transaction ORDER BY lastmodifieddate ASC',
	]) {
		const found = await allIds(client, q, 10)
		expect(found).toHaveLength(50)
		expect(new Set(found).size).toBeLessThan(50)
	}
})

test('an order over a join is looked at by its rows', async () => {
	const lines = Array.from({ length: 40 }, (_, at) =>
		row('transactionline', `${(at % 20) + 1}:${at}`, { transaction: String((at % 20) + 1), id: String(at) }),
	)
	const client = await start([...many(20), ...lines])
	const join = 'SELECT l.id, t.type FROM transactionline l INNER JOIN transaction t ON t.id = l.transaction'
	expect(new Set(await allIds(client, `${join} ORDER BY l.transaction ASC, l.id ASC`, 10)).size).toBe(40)
	expect(new Set(await allIds(client, `${join} ORDER BY l.transaction ASC`, 10)).size).toBeLessThan(40)
})

test('a query ends at 100,000 rows, and the next one goes on from the last id', async () => {
	function* versions() {
		for (let id = 1; id <= 100_500; id++) yield row('account', String(id), { acctnumber: String(id) })
	}
	const client = await start(versions())
	const q = 'SELECT id FROM account WHERE id > 0 ORDER BY id ASC'
	const last = await client.query(q, '?limit=1000&offset=99000')
	expect(last.json).toMatchObject({ count: 1000, hasMore: false, totalResults: 100_000 })
	expect(last.json.items.at(-1).id).toBe('100000')
	expect((await client.query(q, '?limit=1000&offset=100000')).json.items).toEqual([])
	expect((await client.query('SELECT COUNT(*) AS n FROM account')).json.items[0].n).toBe('100500')
	expect((await client.query('SELECT id FROM account WHERE id > 100000 ORDER BY id ASC')).json).toMatchObject({
		count: 500,
		hasMore: false,
		totalResults: 500,
	})
})

test.each([
	['?limit=1001', 'limit'],
	['?limit=0', 'limit'],
	['?limit=ten', 'limit'],
	['?limit=10&offset=5', 'offset'],
	['?limit=10&offset=-10', 'offset'],
])('the page %s is refused', async (page, parameter) => {
	const client = await start(many(1))
	const { status, json } = await client.query('SELECT id FROM transaction', page)
	expect([status, json['o:errorDetails'][0]]).toMatchObject([
		400,
		{ 'o:errorCode': 'INVALID_PARAMETER', 'o:errorQueryParam': parameter },
	])
})

test.each([
	['without Prefer: transient', { method: 'POST', body: '{"q":"SELECT id FROM transaction"}' }, 400, 'INVALID_HEADER'],
	['without JSON', { method: 'POST', body: 'SELECT id', headers: { prefer: 'transient' } }, 400, 'INVALID_CONTENT'],
	['without a query', { method: 'POST', body: '{}', headers: { prefer: 'transient' } }, 400, 'INVALID_PARAMETER'],
	['by GET', { method: 'GET', headers: { prefer: 'transient' } }, 405, 'METHOD_NOT_ALLOWED'],
	[
		'without a session',
		{
			method: 'POST',
			body: '{"q":"SELECT id FROM transaction"}',
			headers: { prefer: 'transient', authorization: 'Bearer x' },
		},
		401,
		'INVALID_LOGIN',
	],
])('a query %s is refused', async (_, init, status, code) => {
	const client = await start(many(1))
	expect((await client.send('query/v1/suiteql', init as RequestInit)).json).toMatchObject({
		status,
		'o:errorDetails': [{ 'o:errorCode': code }],
	})
})

test('more requests at once than the account may have are turned away, and go through later', async () => {
	const client = await start(many(1), { concurrency: 3, serviceMilliseconds: 50 })
	const send = () => client.query('SELECT id FROM transaction')
	const answers = await Promise.all(Array.from({ length: 8 }, send))
	const refused = answers.filter(({ status }) => status === 429)
	expect(refused.length).toBeGreaterThan(0)
	expect(refused[0]!.json).toMatchObject({
		title: 'Too Many Requests',
		'o:errorDetails': [{ 'o:errorCode': 'CONCURRENCY_LIMIT_EXCEEDED' }],
	})
	expect(refused[0]!.headers.get('retry-after')).toBeNull()
	expect((await Promise.all([send(), send(), send()])).map(({ status }) => status)).toEqual([200, 200, 200])
})

test('a table that the role may not see is denied, which is not the same as empty', async () => {
	const client = await start(many(1))
	sandboxes.setHidden('netsuite', 'employee', null, true)
	const { status, json } = await client.query('SELECT id FROM employee')
	expect([status, json['o:errorDetails'][0]]).toMatchObject([
		403,
		{ 'o:errorCode': 'INSUFFICIENT_PERMISSION', detail: expect.stringContaining("'Lists -> Employees'") },
	])
	expect((await client.send('record/v1/metadata-catalog/employee')).status).toBe(404)
})

test('system notes want the type of record, add nothing up, and show nobody else’s without their permission', async () => {
	const note = { id: '1', recordid: '1', recordtypeid: '-30', type: '4', date: '2026-11-01T00:00:00Z', name: '31' }
	const client = await start([...many(1), row('systemnote', '1', note)])
	const told = async (where: string, what = 'id') => {
		const { status, json } = await client.query(`SELECT ${what} FROM systemnote WHERE ${where}`)
		return status === 200 ? json.items.length : [status, json['o:errorDetails'][0]['o:errorCode']]
	}
	const failed = [500, 'UNEXPECTED_ERROR']
	expect(await told('recordid IN (1)')).toEqual(failed)
	expect(await told("recordtypeid = -30 OR field = 'X'")).toEqual(failed)
	expect(await told('recordtypeid = -30', 'COUNT(*) AS n')).toEqual(failed)
	expect(await told('recordtypeid = -30 AND recordid IN (1)')).toBe(1)
	sandboxes.setHidden('netsuite', 'systemnote', null, true)
	expect(await told('recordtypeid = -30 AND recordid IN (1)')).toBe(0)
})

test('the catalogue describes record types, and only those', async () => {
	const client = await start(many(1))
	const names = (await client.send('record/v1/metadata-catalog/')).json.items.map(({ name }: { name: string }) => name)
	expect(names).toEqual(expect.arrayContaining(['customer', 'invoice', 'salesOrder', 'subsidiary']))
	expect(names).not.toContain('transactionline')
	const schema = await client.send('record/v1/metadata-catalog/salesOrder', {
		headers: { accept: 'application/schema+json' },
	})
	expect(schema.headers.get('content-type')).toBe('application/schema+json')
	expect(schema.json.properties).toMatchObject({
		id: { type: 'string', nullable: false },
		lastModifiedDate: { type: 'string', format: 'date-time', 'x-ns-filterable': true },
		foreignTotal: { type: 'number', format: 'double' },
		custbody_crm_opportunity: { title: 'Crm opportunity', 'x-ns-custom-field': true },
	})
	expect((await client.send('record/v1/metadata-catalog/transactionline')).status).toBe(404)
})

test('an account without OneWorld and Multiple Currencies has neither their tables nor their fields', async () => {
	const client = await start(many(1), { isOneEntity: true })
	const refused = async (q: string) => {
		const { status, json } = await client.query(q)
		const [{ detail, ...code }] = json['o:errorDetails']
		expect([status, code]).toEqual([400, { 'o:errorQueryParam': 'q', 'o:errorCode': 'INVALID_PARAMETER' }])
		return detail.replace('Invalid search query. Detailed unprocessed description follows. Search error occurred: ', '')
	}
	for (const table of [
		...['subsidiary', 'customersubsidiaryrelationship'],
		...['currency', 'currencyrate', 'consolidatedexchangerate'],
	])
		expect(await refused(`SELECT id FROM ${table}`)).toBe(`Record '${table}' was not found.`)
	for (const field of ['currency', 'exchangerate', 'foreigntotal', 'foreignamountunpaid'])
		expect(await refused(`SELECT id, ${field} FROM transaction`)).toBe(
			`Unknown identifier '${field}'. Available identifiers are: {transaction=transaction}.`,
		)
	expect(await refused('SELECT tl.subsidiary FROM transactionline tl')).toMatch(/^Unknown identifier 'tl.subsidiary'/)
	expect((await client.query('SELECT id FROM transaction')).json.items).toHaveLength(1)
	const names = (await client.send('record/v1/metadata-catalog/')).json.items.map(({ name }: { name: string }) => name)
	expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(subsidiary|currency)$/)]))
	const { json } = await client.send('record/v1/metadata-catalog/salesOrder')
	expect(Object.keys(json.properties)).not.toEqual(expect.arrayContaining(['currency']))
})

test('the server tells its time and its limits', async () => {
	const client = await start([])
	expect((await client.send('system/v1/serverTime')).json).toEqual({ serverTime: '2026-11-04T09:00:00.000Z' })
	expect((await client.send('system/v1/governanceLimits')).json.accountConcurrencyLimit).toBe(5)
})

test('writes are refused and counted, by SuiteQL too', async () => {
	const client = await start(many(1))
	for (const [path, method] of [
		['record/v1/customer', 'POST'],
		['record/v1/customer/5', 'PATCH'],
		['record/v1/salesOrder/5', 'DELETE'],
	] as const)
		expect((await client.send(path, { method })).json).toMatchObject({
			status: 403,
			'o:errorDetails': [{ 'o:errorCode': 'INSUFFICIENT_PERMISSION' }],
		})
	expect((await client.query("UPDATE transaction SET memo = 'x'")).status).toBe(400)
	expect(sandboxes.requests().netsuite.writes).toEqual([
		'POST /services/rest/record/v1/customer',
		'PATCH /services/rest/record/v1/customer/5',
		'DELETE /services/rest/record/v1/salesOrder/5',
		'SuiteQL UPDATE',
	])
})
