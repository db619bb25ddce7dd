import { afterAll, beforeAll, expect, test } from 'vitest'
import { oracleCredentials } from '../../../../extract/sandbox/oracle/credentials.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'

// What Fusion is known for, told by the fake: see docs/sandboxes.md.
const root = '/fscmRestApi/resources/11.13.18.05'
const from = Date.UTC(2026, 10, 1)
let sandboxes: Sandboxes

const receipt = (number: number): RecordVersion => ({
	system: 'oracle',
	object: 'standardReceipts',
	id: String(300_100_000_000_000 + number),
	from,
	values: {
		StandardReceiptId: String(300_100_000_000_000 + number),
		ReceiptNumber: `R${number}`,
		Amount: '123456789012345.67',
		Currency: number % 2 === 0 ? 'EUR' : 'USD',
		ReceiptDate: '2026-10-31',
		CreationDate: '2026-11-01T00:00:00Z',
		LastUpdateDate: '2026-11-01T00:00:00Z',
	},
})

const row = (
	object: string,
	id: string,
	parent: string | null,
	values: Record<string, string | boolean>,
): RecordVersion => ({
	system: 'oracle',
	object,
	id,
	from,
	values: { ...(parent && { parent_: parent }), ...values },
})

beforeAll(async () => {
	sandboxes = await startSandboxes({
		pair: { crm: 'salesforce', erp: 'oracle' },
		versions: [
			...Array.from({ length: 1600 }, (_, at) => receipt(at + 1)),
			row('journalBatches', '1', null, { JeBatchId: '1', LastUpdateDate: '2026-11-01T00:00:00Z' }),
			row('journalBatches.journalHeaders', '2', '1', { JournalName: 'Accrual' }),
			row('journalBatches.journalHeaders.journalLines', '2 1', '2', {
				JeLineNumber: '1',
				EnteredCr: '10.00',
			}),
			row('currencyRates', 'r', null, {
				FromCurrency: 'EUR',
				ToCurrency: 'USD',
				UserConversionType: 'Corporate',
				ConversionDate: '2026-10-01',
				ConversionRate: '1.0912',
			}),
		],
	})
})
afterAll(() => sandboxes.close())

async function ask(where: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) {
	const { username, password } = oracleCredentials
	const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
	const url = `${sandboxes.url('oracle')}${where}?${new URLSearchParams(query)}`
	const answer = await fetch(url, { headers: { authorization, 'rest-framework-version': '2', ...headers } })
	const text = await answer.text()
	const isJson = answer.headers.get('content-type')?.includes('json')
	return {
		status: answer.status,
		type: answer.headers.get('content-type'),
		text,
		// biome-ignore lint/suspicious/noExplicitAny: answers of any form
		json: (isJson ? JSON.parse(text) : null) as any,
	}
}

const receipts = (query: Record<string, string>, headers?: Record<string, string>) =>
	ask(`${root}/standardReceipts`, query, headers)

test('25 records unasked, 499 whatever more is asked for, and money and ids as digits', async () => {
	const usual = await receipts({ orderBy: 'StandardReceiptId:asc' })
	expect(usual.json).toMatchObject({ count: 25, hasMore: true, limit: 25, offset: 0 })
	expect(usual.json).not.toHaveProperty('totalResults')
	expect(usual.text).toContain('"StandardReceiptId":300100000000001,')
	expect(usual.text).toContain('"Amount":123456789012345.67,')
	expect(usual.json.items[0].links).toMatchObject([{ rel: 'self' }])
	const most = await receipts({ limit: '500', onlyData: 'true' })
	expect(most.json).toMatchObject({ count: 499, limit: 499, hasMore: true })
	expect(most.json.items[0].links).toBeUndefined()
})

test('at an offset the end comes too early and the total is wrong; without one it is right', async () => {
	const at = await receipts({ offset: '1000', limit: '499', totalResults: 'true', orderBy: 'StandardReceiptId:asc' })
	expect(at.json).toMatchObject({ count: 499, hasMore: false, totalResults: 1499 })
	expect((await receipts({ totalResults: 'true', limit: '1' })).json).toMatchObject({
		totalResults: 1600,
		hasMore: true,
	})
})

test('rows come as they like unless they are ordered', async () => {
	const first = (await receipts({ fields: 'StandardReceiptId', onlyData: 'true' })).text
	expect((await receipts({ fields: 'StandardReceiptId', onlyData: 'true' })).text).not.toBe(first)
})

test('q is an expression from version 2 on, conditions with ; in version 1; unknown parameters are passed over', async () => {
	const count = async (q: string, version = '2') =>
		(await receipts({ q, totalResults: 'true', limit: '1' }, { 'rest-framework-version': version })).json?.totalResults
	expect(await count("Currency = 'EUR' and StandardReceiptId > 300100000000800")).toBe(400)
	expect(
		await count("(StandardReceiptId <= 300100000000002 or ReceiptNumber = 'R9') and Currency in ('EUR', 'USD')"),
	).toBe(3)
	expect(await count("ReceiptNumber like 'R99%'")).toBe(11)
	expect(await count('UnappliedAmount is null')).toBe(1600)
	expect(await count("Currency='EUR';StandardReceiptId<=300100000000004", '1')).toBe(2)
	expect(
		(await receipts({ q: "Currency = 'EUR' and StandardReceiptId > 1" }, { 'rest-framework-version': '1' })).status,
	).toBe(400)
	expect(
		(await receipts({ filter: 'Currency eq EUR', since: '2026', limit: '1', totalResults: 'true' })).json.totalResults,
	).toBe(1600)
})

test('errors are plain text below version 4, and JSON with details from there on', async () => {
	const plain = await receipts({ q: 'Nope > 1' })
	expect(plain).toMatchObject({ status: 400, type: 'text/plain', text: expect.stringContaining('JBO-25058') })
	const detailed = await receipts({ q: 'Nope > 1' }, { 'rest-framework-version': '4' })
	expect(detailed.type).toBe('application/vnd.oracle.adf.error+json')
	expect(detailed.json['o:errorDetails'][0]).toMatchObject({ 'o:errorCode': 'JBO-25058', 'o:errorPath': 'q' })
	expect((await receipts({}, { 'rest-framework-version': '12' })).status).toBe(406)
	expect((await receipts({ fields: 'Nope' })).status).toBe(400)
	expect((await receipts({ expand: 'nope' })).status).toBe(400)
	expect((await receipts({ limit: '-1' })).status).toBe(400)
	expect((await ask(`${root}/nothing`)).status).toBe(404)
})

test('lists inside a record come whole up to version 2, as collections from 3 on; fields beats expand', async () => {
	const journals = `${root}/journalBatches`
	const two = await ask(journals, { expand: 'journalHeaders.journalLines', onlyData: 'true' })
	expect(two.json.items[0].journalHeaders[0]).toMatchObject({
		JournalName: 'Accrual',
		journalLines: [{ EnteredCr: 10 }],
	})
	const three = await ask(journals, { expand: 'journalHeaders' }, { 'rest-framework-version': '3' })
	expect(three.json.items[0].journalHeaders).toMatchObject({
		items: [{ JournalName: 'Accrual' }],
		count: 1,
		hasMore: false,
	})
	const fields = await ask(journals, { expand: 'journalHeaders', fields: 'JeBatchId', onlyData: 'true' })
	expect(fields.json.items).toEqual([{ JeBatchId: 1 }])
	const both = await ask(journals, { fields: 'JeBatchId;journalHeaders:JournalName', onlyData: 'true' })
	expect(both.json.items).toEqual([{ JeBatchId: 1, journalHeaders: [{ JournalName: 'Accrual' }] }])
	const described = await ask(`${journals}/describe`)
	expect(
		described.json.Resources.journalBatches.children.journalHeaders.children.journalLines.attributes,
	).toContainEqual(expect.objectContaining({ name: 'EnteredCr', type: 'number' }))
})

test('rates answer to their finder only, with all its variables', async () => {
	const finder = 'CurrencyRatesFinder;fromCurrency=EUR,toCurrency=USD,userConversionType=Corporate,startDate=2026-10-01'
	expect((await ask(`${root}/currencyRates`)).status).toBe(400)
	expect((await ask(`${root}/currencyRates`, { finder })).status).toBe(400)
	const answer = await ask(`${root}/currencyRates`, { finder: `${finder},endDate=2026-10-02`, onlyData: 'true' })
	expect(answer.json.items).toEqual([expect.objectContaining({ ConversionRate: 1.0912 })])
})

test('without a login nothing is told; a write is refused and counted', async () => {
	const url = `${sandboxes.url('oracle')}${root}/standardReceipts`
	expect((await fetch(url)).status).toBe(401)
	const { username, password } = oracleCredentials
	const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
	expect((await fetch(url, { method: 'POST', headers: { authorization }, body: '{}' })).status).toBe(403)
	expect(sandboxes.requests().oracle.writes).toHaveLength(1)
})
