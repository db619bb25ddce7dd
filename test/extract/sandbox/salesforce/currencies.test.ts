import { afterEach, expect, test } from 'vitest'
import type { SandboxOptions } from '../../../../extract/sandbox/options.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'
import { salesforceClient } from '../clients.ts'
import { november, opportunity, recordId } from '../records.ts'

let sandboxes: Sandboxes | undefined
afterEach(() => sandboxes?.close())

function rate(object: 'CurrencyType' | 'DatedConversionRate', value: string): RecordVersion {
	const dates: Record<string, string> =
		object === 'CurrencyType' ? {} : { StartDate: '2026-01-01', NextStartDate: '9999-12-31' }
	const values = { IsoCode: 'EUR', ConversionRate: value, ...dates }
	return { system: 'salesforce', object, id: recordId('01L', 1), from: november(1), values }
}

async function open(options: SandboxOptions) {
	const deal = opportunity(1, { Amount: '100.00', CurrencyIsoCode: 'EUR', CloseDate: '2026-10-01' })
	const versions = [deal, rate('CurrencyType', '0.5'), rate('DatedConversionRate', '0.8')]
	sandboxes = await startSandboxes({ versions, ...options })
	return await salesforceClient(sandboxes)
}

const total = 'SELECT SUM(Amount) total FROM Opportunity GROUP BY CloseDate'

test('an org with one currency has no field for it on any object, and no objects of currencies', async () => {
	const client = await open({ isOneEntity: true })
	const refused = await client.query('SELECT Id, CurrencyIsoCode FROM Opportunity')
	expect([refused.status, refused.json[0].errorCode]).toEqual([400, 'INVALID_FIELD'])
	expect(refused.json[0].message).toContain("No such column 'CurrencyIsoCode' on entity 'Opportunity'")
	for (const object of ['CurrencyType', 'DatedConversionRate']) {
		expect((await client.query(`SELECT Id FROM ${object}`)).json[0].errorCode).toBe('INVALID_TYPE')
		const { status, json } = await client.get(`sobjects/${object}/describe`)
		expect([status, json[0].errorCode]).toEqual([404, 'NOT_FOUND'])
	}
	const described = (await client.get('sobjects/Opportunity/describe')).json.fields.map(
		({ name }: { name: string }) => name,
	)
	expect(described).toContain('Amount')
	expect(described).not.toContain('CurrencyIsoCode')
	expect(described).not.toContain('Legal_Entity__c')
	const names = (await client.get('sobjects/')).json.sobjects.map(({ name }: { name: string }) => name)
	expect(names).not.toContain('CurrencyType')
	expect((await client.query(total)).text).toContain('"total":100.00')
	expect((await client.query('SELECT COUNT(Id) n FROM Opportunity GROUP BY CurrencyIsoCode')).json[0].errorCode).toBe(
		'INVALID_FIELD',
	)
})

test('without advanced currency management there are no dated rates, and sums go by the static ones', async () => {
	const client = await open({ hasNoDatedRates: true })
	expect((await client.query('SELECT Id FROM DatedConversionRate')).json[0].errorCode).toBe('INVALID_TYPE')
	expect((await client.query('SELECT CurrencyIsoCode FROM Opportunity')).json.records[0].CurrencyIsoCode).toBe('EUR')
	expect((await client.query(total)).text).toContain('"total":200')
})

test('with it sums go by the rate of the close date', async () => {
	const client = await open({})
	expect((await client.query(total)).text).toContain('"total":125')
})
