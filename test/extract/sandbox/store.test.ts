import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { inForce, openStore, type StoredObject, tableName } from '../../../extract/sandbox/store.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'

const objects: StoredObject[] = [
	{
		system: 'netsuite',
		name: 'account',
		columns: [
			{ name: 'id', kind: 'integer' },
			{ name: 'fullname', kind: 'text' },
			{ name: 'balance', kind: 'number' },
			{ name: 'changed', kind: 'datetime' },
			{ name: 'isinactive', kind: 'boolean' },
		],
		key: ['id'],
		stamp: 'changed',
	},
]

function version(id: string, from: number, values: RecordVersion['values']): RecordVersion {
	return { system: 'netsuite', object: 'account', id, from, values }
}

function namesAt(store: ReturnType<typeof openStore>, now: number): unknown[] {
	const sql = `select id, fullname from ${tableName('netsuite', 'account')} t where ${inForce('t')} order by id`
	return store.database
		.prepare(sql)
		.all({ now })
		.map((row) => Object.values(row))
}

test('at any moment a record has the version that began last, and none once it is gone', () => {
	const store = openStore(objects)
	store.load([
		version('1', 10, { fullname: 'Cash' }),
		version('2', 15, { fullname: 'Bank' }),
		version('1', 20, { fullname: 'Cash in hand' }),
		version('1', 30, null),
		version('1', 40, { fullname: 'Cash again' }),
	])
	expect(namesAt(store, 9)).toEqual([])
	expect(namesAt(store, 10)).toEqual([[1, 'Cash']])
	expect(namesAt(store, 20)).toEqual([
		[1, 'Cash in hand'],
		[2, 'Bank'],
	])
	expect(namesAt(store, 35)).toEqual([[2, 'Bank']])
	expect(namesAt(store, 40)).toEqual([
		[1, 'Cash again'],
		[2, 'Bank'],
	])
	store.close()
})

test('versions that come out of order, or two at one moment, leave one in force', () => {
	const store = openStore(objects)
	store.load([
		version('1', 20, { fullname: 'second' }),
		version('1', 10, { fullname: 'first' }),
		version('1', 20, { fullname: 'third' }),
	])
	expect(namesAt(store, 10)).toEqual([[1, 'first']])
	expect(namesAt(store, 20)).toEqual([[1, 'third']])
	store.close()
})

test('a field that was not declared stops the load and is named', () => {
	const store = openStore(objects)
	expect(() => store.load([version('1', 10, { fullnaem: 'Cash' })])).toThrow(/account\.fullnaem.*does not declare/)
	store.close()
})

test.each([
	['balance', '1e3'],
	['balance', '12.'],
	['changed', '2026-11-01 00:00:00'],
	['changed', '2026-11-01T00:00:00.000Z'],
	['isinactive', 'no'],
	['id', 'A1'],
])('the value of %s may not be %s', (field, value) => {
	const store = openStore(objects)
	expect(() => store.load([version('1', 10, { [field]: value })])).toThrow(`account.${field} is "${value}"`)
	store.close()
})

test('decimals of any length keep their digits, and sum and compare exactly', () => {
	const store = openStore(objects)
	store.load([
		version('1', 1, { balance: '90071992547409.930' }),
		version('2', 1, { balance: '-0.01' }),
		version('3', 1, { balance: null }),
	])
	const table = tableName('netsuite', 'account')
	const sql = `select decimal_sum(balance) as total, decimal_min(balance) as least, decimal_max(balance) as most,
		decimal_compare('90071992547409.93', max(balance)) as same, decimal_multiply('1.10', '-3') as product from ${table}`
	expect({ ...store.database.prepare(sql).get() }).toEqual({
		total: '90071992547409.920',
		least: '-0.01',
		most: '90071992547409.930',
		same: 0,
		product: '-3.30',
	})
	store.close()
})

test('a file is loaded once for each fingerprint', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'sandbox-store-'))
	const file = path.join(folder, 'company.sqlite')
	const first = openStore(objects, { path: file, fingerprint: 'a' })
	expect(first.isLoaded).toBe(false)
	first.load([version('1', 1, { fullname: 'Cash' })])
	first.close()
	const second = openStore(objects, { path: file, fingerprint: 'a' })
	expect(second.isLoaded).toBe(true)
	expect(namesAt(second, 1)).toEqual([[1, 'Cash']])
	second.close()
	const other = openStore(objects, { path: file, fingerprint: 'b' })
	expect(other.isLoaded).toBe(false)
	other.close()
	rmSync(folder, { recursive: true })
})

test('a load that broke off does not count', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'sandbox-store-'))
	const file = path.join(folder, 'company.sqlite')
	const first = openStore(objects, { path: file, fingerprint: 'a' })
	expect(() => first.load([version('1', 1, { fullname: 'Cash' }), version('2', 1, { nope: 'x' })])).toThrow()
	first.close()
	const second = openStore(objects, { path: file, fingerprint: 'a' })
	expect(second.isLoaded).toBe(false)
	second.load([version('3', 1, { fullname: 'Bank' })])
	expect(namesAt(second, 1)).toEqual([[3, 'Bank']])
	second.close()
	rmSync(folder, { recursive: true })
})
