import { afterAll, beforeAll, expect, test } from 'vitest'
import { espocrmCredentials } from '../../../../extract/sandbox/espocrm/credentials.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { ask } from '../clients.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startSandboxes({ pair: { crm: 'espocrm', erp: 'erpnext' }, scale: 0.01, isOneEntity: true })
}, 60_000)
afterAll(() => sandboxes.close())

const get = (path: string) =>
	ask(`${sandboxes.url('espocrm')}/api/v1/${path}`, { headers: { 'x-api-key': espocrmCredentials.apiKey } })

test('a site with one currency names it on every amount, and has neither rates nor fields that nobody made', async () => {
	const [deal] = (await get('Opportunity?maxSize=1')).json.list
	expect(deal).toMatchObject({ amount: expect.any(Number), amountCurrency: 'USD' })
	expect(deal).not.toHaveProperty('cLegalEntity')
	expect((await get('CurrencyRecordRate')).json).toEqual({ total: 0, list: [] })
	expect((await get('CurrencyRate')).json).toEqual({ USD: 1 })
	const fields = (await get('Metadata?key=entityDefs.Account.fields')).json
	expect(fields).toHaveProperty('cErpCustomerId')
	expect(fields).not.toHaveProperty('cLegalEntity')
	expect(fields).not.toHaveProperty('cCurrency')
	const where = 'where[0][type]=equals&where[0][attribute]=cLegalEntity&where[0][value]=US'
	expect((await get(`Account?${where}`)).status).toBe(400)
})
