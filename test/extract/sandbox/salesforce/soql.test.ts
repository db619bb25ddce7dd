import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'
import { salesforceClient } from '../clients.ts'
import { november, opportunity, recordId } from '../records.ts'

let sandboxes: Sandboxes
let client: Awaited<ReturnType<typeof salesforceClient>>

const versions: RecordVersion[] = [
	opportunity(1, {
		Amount: '90071992547409.930',
		Name: 'Müller "Süd" & Söhne',
		SystemModstamp: '2026-11-01T10:00:00Z',
	}),
	opportunity(2, {
		Amount: '1200.50',
		CurrencyIsoCode: 'EUR',
		SystemModstamp: '2026-11-01T10:00:00Z',
		StageName: 'Proposal',
		IsWon: false,
	}),
	opportunity(3, { Amount: null, CloseDate: '2026-09-30', SystemModstamp: '2026-11-01T11:00:00Z' }),
	opportunity(4, { Amount: '-7', CurrencyIsoCode: 'EUR', Name: "O'Brien", SystemModstamp: '2026-11-01T12:00:00Z' }),
	opportunity(5, { IsDeleted: true, SystemModstamp: '2026-11-01T13:00:00Z' }),
	{ ...opportunity(6), from: november(1) },
	{ ...opportunity(6), from: november(2), values: null },
	currency(1, 'USD', '1', true),
	currency(2, 'EUR', '0.8', false),
	{
		system: 'salesforce',
		object: 'User',
		id: recordId('005', 1),
		from: november(1),
		values: { Name: 'Ada', IsActive: true, SystemModstamp: '2026-11-01T00:00:00Z' },
	},
]

function currency(number: number, code: string, rate: string, isCorporate: boolean): RecordVersion {
	const values = {
		IsoCode: code,
		ConversionRate: rate,
		DecimalPlaces: '2',
		IsActive: true,
		IsCorporate: isCorporate,
		SystemModstamp: '2026-11-01T00:00:00Z',
	}
	return { system: 'salesforce', object: 'CurrencyType', id: recordId('01L', number), from: november(1), values }
}

beforeAll(async () => {
	sandboxes = await startSandboxes({ versions })
	client = await salesforceClient(sandboxes)
})
afterAll(() => sandboxes.close())

async function numbers(where: string): Promise<number[]> {
	const { json, text } = await client.query(`SELECT Id FROM Opportunity ${where}`)
	if (!json?.records) throw new Error(text)
	return json.records.map(({ Id }: { Id: string }) => Number(Id.slice(3, 15)))
}

test('a record comes with its attributes and with the vendor’s forms, amounts digit for digit', async () => {
	const { text } = await client.query(
		`SELECT Id, Name, Amount, CloseDate, IsWon, SystemModstamp, Type FROM Opportunity WHERE Id = '${recordId('006', 1)}'`,
	)
	expect(text).toBe(
		'{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Opportunity","url":"/services/data/v66.0/sobjects/Opportunity/006000000000001AAA"},' +
			'"Id":"006000000000001AAA","Name":"Müller \\"Süd\\" & Söhne","Amount":90071992547409.930,"CloseDate":"2026-10-31","IsWon":true,"SystemModstamp":"2026-11-01T10:00:00.000+0000","Type":null}]}',
	)
})

test.each([
	[`WHERE SystemModstamp > 2026-11-01T10:00:00Z ORDER BY Id`, [3, 4]],
	[
		`WHERE SystemModstamp >= 2026-11-01T11:00:00.000+01:00 AND SystemModstamp < 2026-11-01T11:00:00Z ORDER BY Id`,
		[1, 2],
	],
	[
		`WHERE (SystemModstamp = 2026-11-01T10:00:00Z AND Id > '${recordId('006', 1)}') OR SystemModstamp > 2026-11-01T10:00:00Z ORDER BY SystemModstamp ASC, Id ASC`,
		[2, 3, 4],
	],
	[`WHERE CloseDate < 2026-10-01`, [3]],
	[`WHERE Amount = null`, [3]],
	[`WHERE Amount != null ORDER BY Id`, [1, 2, 4]],
	[`WHERE Amount > -7.00 ORDER BY Id`, [1, 2]],
	[`WHERE Amount = 90071992547409.93`, [1]],
	[`WHERE Amount != 1200.5 ORDER BY Id`, [1, 3, 4]],
	[`WHERE Name = 'o\\'brien'`, [4]],
	[`WHERE Name LIKE 'deal%' ORDER BY Id`, [2, 3]],
	[`WHERE IsWon = false`, [2]],
	[`WHERE NOT (IsWon = true)`, [2]],
	[`WHERE StageName IN ('Proposal', 'Negotiation')`, [2]],
	[`WHERE StageName NOT IN ('Closed Won')`, [2]],
	[`WHERE Id = '006000000000004'`, [4]],
	[`WHERE AccountId = '001000000000001AAA' AND (StageName = 'Proposal' OR Name = 'Deal 3') ORDER BY Id`, [2, 3]],
	[`ORDER BY Amount ASC, Id`, [3, 4, 2, 1]],
	[`ORDER BY Amount DESC NULLS LAST`, [1, 2, 4, 3]],
	[`ORDER BY Id DESC LIMIT 2`, [4, 3]],
	[`ORDER BY Id LIMIT 2 OFFSET 1`, [2, 3]],
])('%s gives %j', async (where, expected) => {
	expect(await numbers(where)).toEqual(expected)
})

test('deleted records are in queryAll only, purged ones nowhere', async () => {
	const { json } = await client.queryAll('SELECT Id, IsDeleted FROM Opportunity ORDER BY Id')
	expect(
		json.records.map(({ Id, IsDeleted }: { Id: string; IsDeleted: boolean }) => [Number(Id.slice(3, 15)), IsDeleted]),
	).toEqual([
		[1, false],
		[2, false],
		[3, false],
		[4, false],
		[5, true],
	])
	expect((await client.queryAll('SELECT COUNT() FROM Opportunity')).text).toBe(
		'{"totalSize":5,"done":true,"records":[]}',
	)
	expect((await client.query('SELECT COUNT() FROM Opportunity')).json.totalSize).toBe(4)
	expect((await client.query('SELECT COUNT() FROM User')).json.totalSize).toBe(1)
})

test('an aggregate of amounts is in the corporate currency, whatever it is grouped by', async () => {
	const { json, text } = await client.query(
		'SELECT CurrencyIsoCode, COUNT(Id) deals, SUM(Amount) total, MAX(CloseDate) FROM Opportunity GROUP BY CurrencyIsoCode ORDER BY CurrencyIsoCode',
	)
	expect(json.records).toMatchObject([
		{ attributes: { type: 'AggregateResult' }, CurrencyIsoCode: 'EUR', deals: 2, expr0: '2026-10-31' },
		{ CurrencyIsoCode: 'USD', deals: 2 },
	])
	// (1200.50 − 7) / 0.8 and 90071992547409.93 / 1
	expect(text).toContain('"total":1491.875000')
	expect(text).toContain('"total":90071992547409.930000')
})

test.each([
	[
		'SELECT Id, Ammount FROM Opportunity',
		'INVALID_FIELD',
		"ERROR at Row:1:Column:12\nNo such column 'Ammount' on entity 'Opportunity'",
	],
	["SELECT Id FROM Opportunity WHERE Stage = 'x'", 'INVALID_FIELD', "No such column 'Stage'"],
	['SELECT Id FROM Oportunity', 'INVALID_TYPE', "sObject type 'Oportunity' is not supported"],
	[
		"SELECT Id FROM Opportunity WHERE SystemModstamp > '2026-11-01T10:00:00Z'",
		'INVALID_FIELD',
		"'SystemModstamp' must be of type dateTime and should not be enclosed in quotes",
	],
	['SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-11-01', 'INVALID_FIELD', 'must be of type dateTime'],
	[
		'SELECT Id FROM Opportunity WHERE Name = 5',
		'INVALID_FIELD',
		'must be of type string and should be enclosed in quotes',
	],
	["SELECT Id FROM Opportunity WHERE Amount > '5'", 'INVALID_FIELD', 'must be of type double'],
	["SELECT Id FROM Opportunity WHERE Id = 'abc'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: abc'],
	[
		'SELECT Id FROM Opportunity WHERE Name = null AND IsWon = true OR IsWon = false',
		'MALFORMED_QUERY',
		"unexpected token: 'OR'",
	],
	['SELECT Id FROM Opportunity WHERE CloseDate > TODAY', 'MALFORMED_QUERY', "unexpected token: 'TODAY'"],
	['SELECT Id FROM Opportunity WHERE', 'MALFORMED_QUERY', 'unexpected token: <EOF>'],
	['SELECT * FROM Opportunity', 'MALFORMED_QUERY', 'no viable alternative'],
	['SELECT Id FROM Opportunity; DROP TABLE x', 'MALFORMED_QUERY', 'no viable alternative'],
	["SELECT Id FROM Opportunity WHERE Name = 'open", 'MALFORMED_QUERY', 'no viable alternative'],
	['SELECT Account.Name FROM Opportunity', 'INVALID_FIELD', "Didn't understand relationship 'Account'"],
	['SELECT Id, Id FROM Opportunity', 'MALFORMED_QUERY', 'duplicate field selected: Id'],
	[
		'SELECT Name, COUNT(Id) FROM Opportunity GROUP BY CurrencyIsoCode',
		'MALFORMED_QUERY',
		'Field must be grouped or aggregated: Name',
	],
	['SELECT SUM(Name) FROM Opportunity', 'MALFORMED_QUERY', 'does not support aggregate operator SUM'],
	[
		'SELECT Id FROM Opportunity LIMIT 5 OFFSET 2001',
		'NUMBER_OUTSIDE_VALID_RANGE',
		'Maximum SOQL offset allowed is 2000',
	],
	['UPDATE Opportunity SET Name = null', 'MALFORMED_QUERY', "unexpected token: 'UPDATE'"],
])('%s is refused with %s', async (soql, errorCode, message) => {
	const { status, json } = await client.query(soql)
	expect(status).toBe(400)
	expect(json).toEqual([{ errorCode, message: expect.stringContaining(message) }])
})

test('names are found whatever their case, and answered as they are declared', async () => {
	const { json } = await client.query('select id, NAME from opportunity where isWON = TRUE order by ID limit 1')
	expect(json.records[0]).toMatchObject({
		attributes: { type: 'Opportunity' },
		Id: recordId('006', 1),
		Name: 'Müller "Süd" & Söhne',
	})
})
