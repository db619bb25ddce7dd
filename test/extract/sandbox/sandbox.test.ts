import { afterEach, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { ask, netsuiteClient, salesforceClient } from './clients.ts'
import { november, opportunity, recordId, transaction } from './records.ts'

let sandboxes: Sandboxes
afterEach(() => sandboxes.close())

const soql = 'SELECT Id, Name FROM Opportunity ORDER BY Id'
const suiteql = 'SELECT id, tranid FROM transaction ORDER BY id ASC'

test('both servers show the company at its clock, and follow it forwards and back', async () => {
	const versions = [
		opportunity(1),
		opportunity(1, { Name: 'Deal 1, renamed' }, november(5)),
		opportunity(2, {}, november(5)),
		transaction(1),
		transaction(2, {}, november(5)),
	]
	sandboxes = await startSandboxes({ versions })
	const [salesforce, netsuite] = [await salesforceClient(sandboxes), await netsuiteClient(sandboxes)]
	const names = async () => (await salesforce.query(soql)).json.records.map(({ Name }: { Name: string }) => Name)
	const numbers = async () => (await netsuite.query(suiteql)).json.items.map(({ tranid }: { tranid: string }) => tranid)
	expect([await names(), await numbers()]).toEqual([['Deal 1'], ['SO1']])
	sandboxes.setClock(november(5))
	expect([await names(), await numbers()]).toEqual([
		['Deal 1, renamed', 'Deal 2'],
		['SO1', 'SO2'],
	])
	sandboxes.setClock(november(4))
	expect([await names(), await numbers()]).toEqual([['Deal 1'], ['SO1']])
})

test('the controls set the clock, hide and show, and tell what was asked', async () => {
	sandboxes = await startSandboxes({ versions: [opportunity(1), transaction(1)] })
	const control = (path: string, body: unknown) =>
		ask(`${sandboxes.control.url}/sandbox/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		})
	expect((await ask(`${sandboxes.control.url}/sandbox`)).json.now).toBe('2026-11-04T09:00:00.000Z')
	expect((await control('clock', { now: '2026-11-05T10:30:00Z' })).json.now).toBe('2026-11-05T10:30:00.000Z')
	expect(sandboxes.now()).toBe(november(5, '10:30'))
	await control('visibility', { system: 'salesforce', object: 'Opportunity', field: 'Amount', hidden: true })
	const client = await salesforceClient(sandboxes)
	expect((await client.query('SELECT Amount FROM Opportunity')).json[0].errorCode).toBe('INVALID_FIELD')
	await control('visibility', { system: 'salesforce', object: 'Opportunity', field: 'Amount', hidden: false })
	expect((await client.query('SELECT Amount FROM Opportunity')).status).toBe(200)
	const { traffic } = (await ask(`${sandboxes.control.url}/sandbox`)).json
	expect(traffic.salesforce).toMatchObject({ requests: 3, byStatus: { 200: 2, 400: 1 }, tokensIssued: 1, writes: [] })
	const rows = async () => (await client.query('SELECT Id FROM Opportunity')).json.totalSize
	await control('rows', { system: 'salesforce', object: 'Opportunity', empty: true })
	expect(await rows()).toBe(0)
	await control('rows', { system: 'salesforce', object: 'Opportunity', empty: false })
	expect(await rows()).toBe(1)
	expect((await control('rows', { system: 'salesforce', object: 'Deal', empty: true })).status).toBe(400)
	expect((await control('forget-traffic', {})).json.traffic.salesforce.requests).toBe(0)
})

test.each([
	['POST', 'clock', '{"now":"yesterday"}', 400],
	['POST', 'clock', '{"then":"2026-11-05T10:30:00Z"}', 400],
	['POST', 'clock', 'no json', 400],
	['POST', 'faults', '{"rate":2}', 400],
	['POST', 'tomorrow', '{}', 404],
	['GET', 'clock', undefined, 404],
])('a wrong control is refused: %s /sandbox/%s %s', async (method, path, body, status) => {
	sandboxes = await startSandboxes({ versions: [] })
	const answer = await ask(`${sandboxes.control.url}/sandbox/${path}`, {
		method,
		body,
		headers: { 'content-type': 'application/json' },
	})
	expect(answer.status).toBe(status)
	expect(answer.json.error).toBeTruthy()
	expect(sandboxes.now()).toBe(november(4, '09:00'))
})

test('a form from a web page sets nothing', async () => {
	sandboxes = await startSandboxes({ versions: [] })
	const answer = await ask(`${sandboxes.control.url}/sandbox/clock`, {
		method: 'POST',
		headers: { 'content-type': 'text/plain' },
		body: '{"now":"2026-11-05T10:30:00Z"}',
	})
	expect(answer.status).toBe(415)
})

test('a field appears and disappears at its moment, in the description and in queries', async () => {
	const event = { type: 'string' as const, label: 'Region' }
	const schemaEvents = [
		{
			...event,
			at: november(5),
			system: 'salesforce' as const,
			object: 'Opportunity',
			field: 'Region__c',
			change: 'added' as const,
		},
		{
			...event,
			at: november(6),
			system: 'netsuite' as const,
			object: 'transaction',
			field: 'otherrefnum',
			change: 'removed' as const,
		},
		{
			at: november(8),
			system: 'salesforce' as const,
			object: 'Opportunity',
			field: 'Region__c',
			change: 'retyped' as const,
			type: 'picklist' as const,
			label: 'Sales Region',
		},
		{
			...event,
			at: november(8),
			system: 'netsuite' as const,
			object: 'customer',
			field: 'custentity_region',
			change: 'added' as const,
		},
	]
	sandboxes = await startSandboxes({ versions: [opportunity(1, { Region__c: 'North' }), transaction(1)], schemaEvents })
	const [salesforce, netsuite] = [await salesforceClient(sandboxes), await netsuiteClient(sandboxes)]
	const has = async () =>
		(await salesforce.get('sobjects/Opportunity/describe')).json.fields.some(
			({ name }: { name: string }) => name === 'Region__c',
		)
	expect(await has()).toBe(false)
	expect((await netsuite.query('SELECT otherrefnum FROM transaction')).status).toBe(200)
	sandboxes.setClock(november(7))
	expect(await has()).toBe(true)
	expect((await salesforce.query('SELECT Region__c FROM Opportunity')).json.records[0].Region__c).toBe('North')
	expect((await netsuite.query('SELECT otherrefnum FROM transaction')).json['o:errorDetails'][0].detail).toContain(
		"Unknown identifier 'otherrefnum'",
	)
	const region = async () => {
		const { fields } = (await salesforce.get('sobjects/Opportunity/describe')).json
		const { type, label } = fields.find(({ name }: { name: string }) => name === 'Region__c')
		return [type, label]
	}
	expect(await region()).toEqual(['string', 'Region'])
	sandboxes.setClock(november(9))
	expect(await region()).toEqual(['picklist', 'Sales Region'])
	const catalogued = (await netsuite.send('record/v1/metadata-catalog/customer')).json.properties
	expect(catalogued.custentity_region).toMatchObject({ title: 'Region', type: 'string', 'x-ns-custom-field': true })
})

test('a port that is taken is named', async () => {
	sandboxes = await startSandboxes({ versions: [] })
	const port = Number(new URL(sandboxes.url('salesforce')).port)
	await expect(startSandboxes({ versions: [], port })).rejects.toThrow(`127.0.0.1:${port}`)
})

test('ended sessions are refused by both until the client logs in anew', async () => {
	sandboxes = await startSandboxes({ versions: [opportunity(1), transaction(1)] })
	const [salesforce, netsuite] = [await salesforceClient(sandboxes), await netsuiteClient(sandboxes)]
	sandboxes.expireTokens()
	const refused = await salesforce.query(soql)
	expect([refused.status, refused.json]).toEqual([
		401,
		[{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
	])
	expect((await netsuite.query(suiteql)).json).toMatchObject({
		status: 401,
		'o:errorDetails': [{ 'o:errorCode': 'INVALID_LOGIN' }],
	})
	await salesforce.logIn()
	expect((await salesforce.query(soql)).json.records[0].Id).toBe(recordId('006', 1))
})
