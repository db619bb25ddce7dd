import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../models/warehouse.ts'
import type { Config } from '../../server/config.ts'
import { openState } from '../../server/state.ts'
import { repairWarehouse } from '../../server/warehouse-repair.ts'
import { smallConnection, startProject, startVendor, thing, vendorSource } from '../extract/vendor.ts'

const open: { close(): Promise<void> }[] = []
const folders: string[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

test('what a log held that could not be read is loaded again from the landing archive, once', async () => {
	const vendor = await startVendor({ thing: Array.from({ length: 30 }, (_, index) => thing(index + 1)) })
	const connection = smallConnection(vendor)
	const project = await startProject([connection])
	folders.push(project.folder)
	open.push(vendor)
	await project.run({ streams: ['things'] })
	await project.close()
	const file = path.join(project.folder, 'warehouse.duckdb')
	const state = await openState(path.join(project.folder, 'state.sqlite'))
	open.push(state)
	const rows = async () => {
		const database = await openDatabase(file)
		try {
			return await database.all('select count(*) as rows, count(distinct _key) as keys from raw.small__things')
		} finally {
			await database.close()
		}
	}
	const config = {
		project: { warehouse: file, landing: path.join(project.folder, 'landing'), folder: project.folder },
		connections: [{ name: 'crm', source: 'small', role: 'crm', options: connection.options, fields: {}, streams: {} }],
		loading: {},
		ownSources: [vendorSource()],
	} as unknown as Config
	const repair = () => repairWarehouse(config, state, { now: () => project.clock.now })
	expect(await repair()).toBeUndefined()
	// What the lost log held: commits that the state counts as loaded.
	const database = await openDatabase(file)
	await database.run('delete from raw.small__things where cast(id as integer) > 12')
	await database.close()
	writeFileSync(`${file}.wal.bad-2026-11-04T09-00-00-000Z`, 'not a log')
	expect(await repair()).toContain('18 versions were loaded again')
	expect(await rows()).toEqual([{ rows: '30', keys: '30' }])
	expect(readdirSync(project.folder)).toContain('warehouse.duckdb.wal.replayed-2026-11-04T09-00-00-000Z')
	expect(await repair()).toBeUndefined()
	// Gone, or cut off by whoever was killed while making it.
	for (const lose of [() => rmSync(file), () => truncateSync(file, 8192)]) {
		lose()
		expect(await repair()).toContain('the warehouse was gone: 30 versions were loaded again')
		expect(await rows()).toEqual([{ rows: '30', keys: '30' }])
	}
})
