import { afterEach, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { ask, salesforceClient } from '../clients.ts'
import { november, opportunity, recordId } from '../records.ts'

let sandboxes: Sandboxes
afterEach(() => sandboxes.close())

type Client = Awaited<ReturnType<typeof salesforceClient>>

async function pages(client: Client, soql: string, headers: Record<string, string> = {}) {
	const first = await client.query(soql, headers)
	const found = [first.json]
	while (found.at(-1).nextRecordsUrl) found.push((await client.get(found.at(-1).nextRecordsUrl)).json)
	return found
}

function many(count: number) {
	return Array.from({ length: count }, (_, at) => opportunity(at + 1, { SystemModstamp: '2026-11-01T00:00:00Z' }))
}

test('a long answer comes in pages that shrink at random, and all rows come once', async () => {
	sandboxes = await startSandboxes({ versions: many(5000), pageSize: 300 })
	const client = await salesforceClient(sandboxes)
	const found = await pages(client, 'SELECT Id FROM Opportunity ORDER BY SystemModstamp, Id')
	const ids = found.flatMap(({ records }) => records.map(({ Id }: { Id: string }) => Id))
	expect(ids).toEqual(Array.from({ length: 5000 }, (_, at) => recordId('006', at + 1)))
	expect(found.every(({ totalSize }) => totalSize === 5000)).toBe(true)
	expect(found.map(({ done }) => done)).toEqual(found.map((_, at) => at === found.length - 1))
	const sizes = found.slice(0, -1).map(({ records }) => records.length)
	expect(Math.max(...sizes)).toBe(300)
	expect(Math.min(...sizes)).toBeLessThan(300)
})

test('groups come in one answer, of 2,000 at the most', async () => {
	sandboxes = await startSandboxes({ versions: many(2500), pageSize: 300 })
	const client = await salesforceClient(sandboxes)
	const grouped = 'SELECT Id, COUNT(Id) total FROM Opportunity GROUP BY Id'
	// One answer in seven of another kind would be cut.
	for (const _ of Array.from({ length: 20 })) {
		const found = await pages(client, `${grouped} ORDER BY Id LIMIT 2000`)
		expect(found.map(({ done, records }) => [done, records.length])).toEqual([[true, 2000]])
	}
	const refused = await client.query(grouped)
	expect([refused.status, refused.json[0].errorCode]).toEqual([400, 'EXCEEDED_ID_LIMIT'])
})

test('a client may wish for smaller batches, from 200 on', async () => {
	sandboxes = await startSandboxes({ versions: many(1000) })
	const client = await salesforceClient(sandboxes)
	const largest = async (batchSize: number) => {
		const found = await pages(client, 'SELECT Id FROM Opportunity', {
			'Sforce-Query-Options': `batchSize=${batchSize}`,
		})
		return Math.max(...found.map(({ records }) => records.length))
	}
	expect([await largest(500), await largest(10)]).toEqual([500, 200])
})

test('a page asked for again is the same page, and a query keeps its moment', async () => {
	sandboxes = await startSandboxes({
		versions: [...many(700), opportunity(700, { Name: 'later' }, november(5))],
		pageSize: 200,
	})
	const client = await salesforceClient(sandboxes)
	const first = await client.query('SELECT Id, Name FROM Opportunity ORDER BY Id')
	sandboxes.setClock(november(6))
	const second = await client.get(first.json.nextRecordsUrl)
	expect((await client.get(first.json.nextRecordsUrl)).text).toBe(second.text)
	const rest = [second.json]
	while (rest.at(-1).nextRecordsUrl) rest.push((await client.get(rest.at(-1).nextRecordsUrl)).json)
	expect(rest.at(-1).records.at(-1).Name).toBe('Deal 700')
	expect((await client.get(first.json.nextRecordsUrl)).text).toBe(second.text)
})

test('a locator that nobody gave out is refused', async () => {
	sandboxes = await startSandboxes({ versions: many(3) })
	const client = await salesforceClient(sandboxes)
	const answer = await client.get('query/01g000000000099AAA-2000')
	expect([answer.status, answer.json[0].errorCode]).toEqual([400, 'INVALID_QUERY_LOCATOR'])
})

test('the description tells types, labels, custom fields and the values of picklists', async () => {
	sandboxes = await startSandboxes({
		versions: [opportunity(1, { Sales_Channel__c: 'web' }), opportunity(2, { Sales_Channel__c: 'direct' })],
	})
	const client = await salesforceClient(sandboxes)
	const answer = await client.get('sobjects/Opportunity/describe')
	expect(answer.json).toMatchObject({ name: 'Opportunity', keyPrefix: '006', queryable: true })
	const field = (name: string) => answer.json.fields.find((each: { name: string }) => each.name === name)
	expect(field('Amount')).toMatchObject({
		type: 'currency',
		nillable: true,
		custom: false,
		calculated: false,
		label: 'Amount',
	})
	expect(field('Id')).toMatchObject({ type: 'id', nillable: false, length: 18, soapType: 'tns:ID' })
	expect(field('AccountId')).toMatchObject({ type: 'reference', referenceTo: ['Account'], relationshipName: 'Account' })
	expect(field('Sales_Channel__c')).toMatchObject({ type: 'picklist', custom: true, label: 'Sales Channel' })
	expect(field('Sales_Channel__c').picklistValues.map(({ value }: { value: string }) => value)).toEqual([
		'direct',
		'web',
	])
	const again = await client.send('sobjects/Opportunity/describe', {
		headers: { 'if-modified-since': answer.headers.get('last-modified') ?? '' },
	})
	expect([again.status, again.text]).toEqual([304, ''])
	const all = (await client.get('sobjects/')).json.sobjects.map(({ name }: { name: string }) => name)
	expect(all).toContain('OpportunityHistory')
})

test('an object that the user may not see is not there', async () => {
	sandboxes = await startSandboxes({ versions: many(1) })
	const client = await salesforceClient(sandboxes)
	sandboxes.setHidden('salesforce', 'Opportunity', null, true)
	expect((await client.query('SELECT Id FROM Opportunity')).json[0].errorCode).toBe('INVALID_TYPE')
	expect((await client.get('sobjects/Opportunity/describe')).json).toEqual([
		{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' },
	])
	expect((await client.get('sobjects/')).text).not.toContain('"Opportunity"')
})

test('deleted records are told for 15 days, put in the bin or purged, and not those taken out again', async () => {
	const gone = (number: number, day: number) => ({ ...opportunity(number, {}, november(day)), values: null })
	const october = (number: number) => opportunity(number, {}, Date.UTC(2026, 9, 1))
	sandboxes = await startSandboxes({
		now: november(20, '09:00') + 30_000,
		versions: [
			...[1, 2, 3, 4, 5].map(october),
			opportunity(1, { IsDeleted: true }, november(10, '08:15')),
			gone(2, 11),
			opportunity(3, { IsDeleted: true }, november(10)),
			opportunity(3, { IsDeleted: false }, november(12)),
			opportunity(4, { IsDeleted: true }, november(2)),
			opportunity(5, { IsDeleted: true }, november(8)),
			gone(5, 14),
		],
	})
	const client = await salesforceClient(sandboxes)
	const path = (start: string, end: string) =>
		`sobjects/Opportunity/deleted/?start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`
	const answer = await client.get(path('2026-11-01T00:00:00+00:00', '2026-11-30T00:00:00Z'))
	expect(answer.json).toEqual({
		deletedRecords: [
			{ deletedDate: '2026-11-08T00:00:00.000+0000', id: recordId('006', 5) },
			{ deletedDate: '2026-11-10T08:15:00.000+0000', id: recordId('006', 1) },
			{ deletedDate: '2026-11-11T00:00:00.000+0000', id: recordId('006', 2) },
		],
		earliestDateAvailable: '2026-11-05T09:00:00.000+0000',
		latestDateCovered: '2026-11-20T09:00:00.000+0000',
	})
	expect(
		(await client.get(path('2026-11-10T00:00:00Z', '2026-11-11T00:00:00Z'))).json.deletedRecords.map(
			({ id }: { id: string }) => id,
		),
	).toEqual([recordId('006', 1)])
	expect((await client.get(path('2026-10-01T00:00:00Z', '2026-11-11T00:00:00Z'))).json[0].errorCode).toBe(
		'INVALID_REPLICATION_DATE',
	)
	expect((await client.get(path('2026-11-11T00:00:10Z', '2026-11-11T00:00:50Z'))).json[0].errorCode).toBe(
		'INVALID_REPLICATION_DATE',
	)
})

test('every answer tells the use of the day, and when it is used up nothing more is answered', async () => {
	sandboxes = await startSandboxes({ versions: many(1), dailyRequests: { limit: 12, usedByOthers: 10 } })
	const client = await salesforceClient(sandboxes)
	const first = await client.query('SELECT Id FROM Opportunity')
	expect(first.headers.get('sforce-limit-info')).toBe('api-usage=11/12')
	expect((await client.get('limits')).json.DailyApiRequests).toEqual({ Max: 12, Remaining: 0 })
	const refused = await client.query('SELECT Id FROM Opportunity')
	expect([refused.status, refused.json]).toEqual([
		403,
		[{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
	])
})

test('writes change nothing, are answered as if they had, and are counted', async () => {
	sandboxes = await startSandboxes({ versions: many(1) })
	const client = await salesforceClient(sandboxes)
	const body = JSON.stringify({ Name: 'changed' })
	const id = recordId('006', 1)
	expect((await client.send('sobjects/Opportunity', { method: 'POST', body })).status).toBe(201)
	expect((await client.send(`sobjects/Opportunity/${id}`, { method: 'PATCH', body })).status).toBe(204)
	expect((await client.send(`sobjects/Opportunity/${id}`, { method: 'DELETE' })).status).toBe(204)
	expect((await client.query('SELECT Name FROM Opportunity')).json.records[0].Name).toBe('Deal 1')
	expect(sandboxes.requests().salesforce.writes).toEqual([
		'POST /sobjects/Opportunity',
		`PATCH /sobjects/Opportunity/${id}`,
		`DELETE /sobjects/Opportunity/${id}`,
	])
})

test('too long an address is refused by the edge', async () => {
	sandboxes = await startSandboxes({ versions: [] })
	const client = await salesforceClient(sandboxes)
	const long = await client.query(`SELECT Id FROM Opportunity WHERE Name = '${'x'.repeat(16_400)}'`)
	expect([long.status, long.json]).toEqual([414, undefined])
	const wide = await client.query('SELECT Id FROM Opportunity', { 'x-padding': 'x'.repeat(16_400) })
	expect(wide.status).toBe(431)
})

test.each([
	['/services/data/v66.0/sobjects/Opportunity/006000000000001AAA'],
	['/services/data/v66.0/jobs/query'],
	['/services/data/v1.0/query?q=SELECT+Id+FROM+Account'],
	['/somewhere'],
])('%s is not there', async (path) => {
	sandboxes = await startSandboxes({ versions: [] })
	const client = await salesforceClient(sandboxes)
	expect((await client.get(path)).json).toEqual([
		{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' },
	])
})

test('without a session nothing is answered', async () => {
	sandboxes = await startSandboxes({ versions: [] })
	for (const authorization of ['', 'Bearer nonsense', 'Basic abc'])
		expect(
			(await ask(`${sandboxes.url('salesforce')}/services/data/v66.0/limits`, { headers: { authorization } })).status,
		).toBe(401)
})
