import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { espocrmCredentials } from '../../../../extract/sandbox/espocrm/credentials.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { ask } from '../clients.ts'

// What an EspoCRM 9.2.7 was seen to answer, asked of the sandbox in the same words.
let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startSandboxes({ pair: { crm: 'espocrm', erp: 'netsuite' }, scale: 0.01 })
}, 60_000)
afterAll(() => sandboxes.close())

const get = (path: string, headers: Record<string, string> = { 'x-api-key': espocrmCredentials.apiKey }) =>
	ask(`${sandboxes.url('espocrm')}/api/v1/${path}`, { headers })

test('a list has its total, and rows in the order asked for, then by id', async () => {
	const { status, json } = await get('Account?maxSize=200&orderBy=modifiedAt&order=asc&select=id%2Cname%2CmodifiedAt')
	expect(status).toBe(200)
	expect(json.total).toBe(json.list.length)
	const places = json.list.map((one: { modifiedAt: string; id: string }) => `${one.modifiedAt} ${one.id}`)
	expect(places).toEqual([...places].sort())
	expect(json.list[0].modifiedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
	expect(json.list[0]).not.toHaveProperty('website')
})

test('more than 200 a page is refused with a reason in a header and no body', async () => {
	const { status, headers, text } = await get('Account?maxSize=201')
	expect([status, headers.get('x-status-reason'), text]).toEqual([
		403,
		'Max size should not exceed 200. Use offset and limit.',
		'',
	])
})

test('a condition on an unknown attribute is refused; on a moment that is none, everything comes', async () => {
	const where = (attribute: string, value: string) =>
		`Opportunity?maxSize=1&where[0][type]=greaterThanOrEquals&where[0][attribute]=${attribute}&where[0][value]=${value}`
	const unknown = await get(where('nosuch', '1'))
	expect([unknown.status, unknown.headers.get('x-status-reason')]).toEqual([
		400,
		"Not existing attribute 'nosuch' in where.",
	])
	const all = (await get('Opportunity?maxSize=1')).json.total
	expect((await get(where('modifiedAt', 'garbage'))).json.total).toBe(all)
	expect((await get(where('modifiedAt', '2099-01-01 00:00:00'))).json.total).toBe(0)
})

test('without a total, -1 says that there is more and -2 that this was the end', async () => {
	const headers = { 'x-api-key': espocrmCredentials.apiKey, 'x-no-total': 'true' }
	const { total } = (await get('Account?maxSize=2')).json
	expect((await get('Account?maxSize=2', headers)).json.total).toBe(-1)
	expect((await get(`Account?maxSize=2&offset=${total - 2}`, headers)).json.total).toBe(-2)
	expect((await get('Account?offset=-1')).status).toBe(500)
})

test('a field and an entity that the role may not read are left out, and refused', async () => {
	sandboxes.setHidden('espocrm', 'Account', 'cErpCustomerId', true)
	sandboxes.setHidden('espocrm', 'Contact', null, true)
	expect((await get('Account?maxSize=1&select=id,cErpCustomerId')).json.list[0]).not.toHaveProperty('cErpCustomerId')
	const { status, headers } = await get('Contact?maxSize=1')
	expect([status, headers.get('x-status-reason')]).toEqual([403, 'No read access.'])
	sandboxes.setHidden('espocrm', 'Account', 'cErpCustomerId', false)
	sandboxes.setHidden('espocrm', 'Contact', null, false)
})

test('a signature is over method and path alone; writes are refused and counted', async () => {
	const hash = createHmac('sha256', espocrmCredentials.secretKey).update('GET /Account').digest('hex')
	const signed = Buffer.from(`${espocrmCredentials.hmacKey}:${hash}`).toString('base64')
	expect((await get('Account?maxSize=1', { 'x-hmac-authorization': signed })).status).toBe(200)
	expect((await get('Contact?maxSize=1', { 'x-hmac-authorization': signed })).status).toBe(401)
	const put = await ask(`${sandboxes.url('espocrm')}/api/v1/Account/66a1`, {
		method: 'PUT',
		headers: { 'x-api-key': espocrmCredentials.apiKey },
	})
	expect([put.status, put.headers.get('x-status-reason')]).toEqual([403, 'No edit access.'])
	expect(sandboxes.requests().espocrm.writes).toEqual(['PUT /api/v1/Account/66a1'])
})

test('eleven wrong keys lock the address out, good keys too, without a reason', async () => {
	sandboxes.expireTokens()
	for (let tries = 0; tries < 11; tries++) expect((await get('Account', { 'x-api-key': 'wrong' })).status).toBe(401)
	const { status, headers } = await get('Account')
	expect([status, headers.get('x-status-reason')]).toEqual([403, null])
	sandboxes.expireTokens()
	expect((await get('Account?maxSize=1')).status).toBe(200)
})

test('the rates of the day are one object, the base currency among them', async () => {
	const { status, json } = await get('CurrencyRate')
	expect(status).toBe(200)
	expect(json).toMatchObject({ USD: 1, EUR: expect.any(Number) })
})
