import { readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
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

/** A project whose warehouse holds thirty things, and how to repair it. */
async function thirtyThings() {
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
	const repair = (more = {}) => repairWarehouse(config, state, { now: () => project.clock.now, ...more })
	return { file, landing: path.join(project.folder, 'landing'), folder: project.folder, rows, repair }
}

test('what a log held that could not be read is loaded again from the landing archive, once', async () => {
	const { file, folder, rows, repair } = await thirtyThings()
	expect(await repair()).toBeUndefined()
	// What the lost log held: commits that the state counts as loaded.
	const database = await openDatabase(file)
	await database.run('delete from raw.small__things where cast(id as integer) > 12')
	await database.close()
	writeFileSync(`${file}.wal.bad-2026-11-04T09-00-00-000Z`, 'not a log')
	expect(await repair()).toContain('18 versions were loaded again')
	expect(await rows()).toEqual([{ rows: '30', keys: '30' }])
	expect(readdirSync(folder)).toContain('warehouse.duckdb.wal.replayed-2026-11-04T09-00-00-000Z')
	expect(await repair()).toBeUndefined()
})

test('a warehouse that is gone, or was cut off by whoever was killed while making it, comes back', async () => {
	const { file, landing, rows, repair } = await thirtyThings()
	for (const lose of [() => rmSync(file), () => truncateSync(file, 8192)]) {
		lose()
		expect(await repair()).toContain('the warehouse was gone: 30 versions were loaded again')
		expect(await rows()).toEqual([{ rows: '30', keys: '30' }])
		expect(await repair()).toBeUndefined()
	}
	// What was begun and not ended is not taken for whole.
	rmSync(file)
	renameSync(landing, `${landing}-kept`)
	await expect(repair()).rejects.toMatchObject({ code: 'landing.missing' })
	await (await openDatabase(file)).close()
	renameSync(`${landing}-kept`, landing)
	expect(await repair()).toContain('30 versions were loaded again')
	rmSync(file)
	rmSync(landing, { recursive: true })
	await expect(repair()).rejects.toMatchObject({ next: expect.stringContaining('tieout extract --full') })
	expect(await repair({ readsAll: true })).toContain('every stream is read again')
	expect(await repair()).toBeUndefined()
})
