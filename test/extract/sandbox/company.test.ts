import { afterAll, beforeAll, expect, test } from 'vitest'
import { netsuiteTables } from '../../../extract/sandbox/netsuite/tables.ts'
import { salesforceObjects } from '../../../extract/sandbox/salesforce/objects.ts'
import { type Sandboxes, startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { companyStart, type RecordVersion, recordVersions } from '../../../extract/sandbox/world/world.ts'
import { netsuiteClient, salesforceClient } from './clients.ts'

const scale = 0.1
let sandboxes: Sandboxes

beforeAll(async () => {
	sandboxes = await startSandboxes({ scale })
})
afterAll(() => sandboxes.close())

type Values = NonNullable<RecordVersion['values']>

/** The company's records at a moment, by object and id, read from the generator without the store. */
function recordsAt(moment: number): Map<string, Map<string, Values>> {
	const newest = new Map<string, { from: number; version: RecordVersion }>()
	for (const version of recordVersions({ scale })) {
		const name = `${version.system} ${version.object} ${version.id}`
		if (version.from <= moment && version.from >= (newest.get(name)?.from ?? 0))
			newest.set(name, { from: version.from, version })
	}
	const records = new Map<string, Map<string, Values>>()
	for (const { version } of newest.values()) {
		if (!version.values) continue
		const name = `${version.system} ${version.object}`
		records.set(name, (records.get(name) ?? new Map()).set(version.id, version.values))
	}
	return records
}

/** All records of an object as Salesforce serves them, numbers as their text. */
async function served(client: Awaited<ReturnType<typeof salesforceClient>>, name: string, fields: string[]) {
	const found = new Map<string, Record<string, unknown>>()
	let answer = await client.queryAll(`SELECT ${fields.join(', ')} FROM ${name} ORDER BY SystemModstamp, Id`)
	while (true) {
		const quoted = JSON.parse(answer.text.replace(/":(-?\d[\d.]*)(?=[,}])/g, '":"$1"'))
		for (const { attributes: _, ...record } of quoted.records) found.set(record.Id, record)
		if (quoted.done) return found
		answer = await client.get(quoted.nextRecordsUrl)
	}
}

test('Salesforce serves every record of the company at its moment, every field as it was written', async () => {
	const records = recordsAt(companyStart)
	const client = await salesforceClient(sandboxes)
	for (const { name, fields } of salesforceObjects) {
		const written = records.get(`salesforce ${name}`) ?? new Map<string, Values>()
		const found = await served(
			client,
			name,
			fields.map((field) => field.name),
		)
		expect(written.size, name).toBeGreaterThan(0)
		expect([...found.keys()].sort()).toEqual([...written.keys()].sort())
		for (const [id, values] of written) {
			const expected = fields.map(({ name: field, kind }) => {
				const value = field === 'Id' ? id : (values[field] ?? null)
				return [field, kind === 'datetime' && value !== null ? `${String(value).slice(0, -1)}.000+0000` : value]
			})
			expect(found.get(id)).toEqual(Object.fromEntries(expected))
		}
	}
})

test('NetSuite serves every row of the company at its moment, and its totals are exact', async () => {
	const records = recordsAt(companyStart)
	const client = await netsuiteClient(sandboxes)
	// Deletions are told of some types only, and system notes are never counted.
	const others = ['deletedrecord', 'systemnote']
	for (const { name } of netsuiteTables.filter((table) => !others.includes(table.name))) {
		const { json } = await client.query(`SELECT COUNT(*) AS n FROM ${name}`)
		expect(Number(json.items[0].n), name).toBe(records.get(`netsuite ${name}`)?.size ?? 0)
	}
	const { json } = await client.query(
		'SELECT currency, SUM(foreigntotal) AS total FROM transaction GROUP BY currency ORDER BY currency ASC',
	)
	const totals = new Map<string, bigint>()
	for (const { currency, foreigntotal } of records.get('netsuite transaction')!.values()) {
		const [whole, digits = ''] = String(foreigntotal ?? '0').split('.')
		totals.set(String(currency), (totals.get(String(currency)) ?? 0n) + BigInt(whole + digits.padEnd(4, '0')))
	}
	const found = json.items.map(({ currency, total }: Record<string, string>) => [
		currency,
		BigInt(total!.replace('.', '') + '0'.repeat(4 - (total!.split('.')[1] ?? '').length)),
	])
	expect(Object.fromEntries(found)).toEqual(Object.fromEntries(totals))
})

test('a day later exactly that day’s changes are there', async () => {
	const [before, after] = [recordsAt(companyStart), recordsAt(companyStart + 86_400_000)]
	const changed = (name: string) => {
		const old = before.get(name) ?? new Map<string, Values>()
		return [...(after.get(name) ?? [])]
			.filter(([id, values]) => JSON.stringify(old.get(id)) !== JSON.stringify(values))
			.map(([id]) => id)
	}
	const client = await salesforceClient(sandboxes)
	const fields = ['Id', 'SystemModstamp', 'StageName', 'Amount', 'IsDeleted']
	const first = await served(client, 'Opportunity', fields)
	sandboxes.setClock(companyStart + 86_400_000)
	const second = await served(client, 'Opportunity', fields)
	sandboxes.setClock(companyStart)
	const differing = [...second]
		.filter(([id, record]) => JSON.stringify(first.get(id)) !== JSON.stringify(record))
		.map(([id]) => id)
	expect(differing.sort()).toEqual(changed('salesforce Opportunity').sort())
	expect(differing.length).toBeGreaterThan(0)
})
