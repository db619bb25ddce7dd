import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeConfiguration } from '../../models/raw-tables.ts'
import { type Database, openDatabase } from '../../models/warehouse.ts'

let warehouse: Database
beforeEach(async () => {
	warehouse = await openDatabase(':memory:')
})
afterEach(() => warehouse.close())

const at = (text: string) => ({ now: () => new Date(text) })
const scope = (...rows: (string | null)[][]) => ({ name: 'scope', columns: ['rule', 'value', 'currency'], rows })
const inForce = () =>
	warehouse.all(
		'select rule, value, currency from raw.tieout__scope where _loaded_at = (select max(_loaded_at) from raw.tieout__scope) order by all',
	)

test('a set is appended when its rows changed, whatever their order, and the newest is in force', async () => {
	const channel = ['channel', 'web', null]
	const minimum = ['minimum_amount', '5000', 'USD']
	expect(await writeConfiguration(warehouse, [scope(channel, minimum)], at('2026-11-04T09:00:00Z'))).toEqual(['scope'])
	expect(await writeConfiguration(warehouse, [scope(minimum, channel)], at('2026-11-04T10:00:00Z'))).toEqual([])
	expect(await writeConfiguration(warehouse, [scope(minimum)], at('2026-11-04T11:00:00Z'))).toEqual(['scope'])
	expect(await inForce()).toEqual([{ rule: 'minimum_amount', value: '5000', currency: 'USD' }])
	expect(
		await warehouse.all('select _loaded_at as at, count(*) as rows from raw.tieout__scope group by all order by all'),
	).toEqual([
		{ at: '2026-11-04 09:00:00', rows: '2' },
		{ at: '2026-11-04 11:00:00', rows: '1' },
	])
	expect(await writeConfiguration(warehouse, [scope(channel, minimum)], at('2026-11-04T12:00:00Z'))).toEqual(['scope'])
	expect(await inForce()).toHaveLength(2)
})

test('a clock that stands still or went back does not put the older set in force', async () => {
	await writeConfiguration(warehouse, [scope(['channel', 'web', null])], at('2026-11-04T09:00:00Z'))
	await writeConfiguration(warehouse, [scope(['channel', 'partner', null])], at('2026-11-04T09:00:00Z'))
	expect(await inForce()).toEqual([{ rule: 'channel', value: 'partner', currency: null }])
	await writeConfiguration(warehouse, [scope(['channel', 'direct', null])], at('2026-11-01T00:00:00Z'))
	expect(await inForce()).toEqual([{ rule: 'channel', value: 'direct', currency: null }])
})

test('an empty set makes the table, and a set that became empty puts the older one out of force', async () => {
	expect(await writeConfiguration(warehouse, [scope()], at('2026-11-04T09:00:00Z'))).toEqual([])
	expect(await inForce()).toEqual([])
	await writeConfiguration(
		warehouse,
		[scope([null, 'web', null], ['channel', 'web', null])],
		at('2026-11-04T10:00:00Z'),
	)
	expect(await inForce()).toHaveLength(2)
	expect(await writeConfiguration(warehouse, [scope()], at('2026-11-04T11:00:00Z'))).toEqual(['scope'])
	expect(await inForce()).toEqual([{ rule: null, value: null, currency: null }])
	expect(await writeConfiguration(warehouse, [scope()], at('2026-11-04T12:00:00Z'))).toEqual([])
})

test('a set that models do not know, or with other columns, is refused before anything is written', async () => {
	await expect(writeConfiguration(warehouse, [{ name: 'scopes', columns: ['rule'], rows: [] }])).rejects.toMatchObject({
		code: 'configuration.set',
		allowed: expect.arrayContaining(['scope']),
	})
	await expect(
		writeConfiguration(warehouse, [scope(), { ...scope(), columns: ['rule', 'value'] }]),
	).rejects.toMatchObject({ allowed: ['rule', 'value', 'currency'] })
	expect(await warehouse.all(`select table_name from duckdb_tables()`)).toEqual([])
})
