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
async function thirtyThings({ streams = ['things'] } = {}) {
	const records = Array.from({ length: 30 }, (_, index) => thing(index + 1))
	const vendor = await startVendor({ thing: records, rate: ['{"id":1,"rate":0.92}'] })
	const connection = smallConnection(vendor)
	const project = await startProject([connection])
	folders.push(project.folder)
	open.push(vendor, project)
	await project.run({ streams })
	await project.resources.warehouse.rest()
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
		project: {
			warehouse: file,
			landing: path.join(project.folder, 'landing'),
			folder: project.folder,
			published: path.join(project.folder, 'published'),
		},
		connections: [{ name: 'crm', source: 'small', role: 'crm', options: connection.options, fields: {}, streams: {} }],
		loading: {},
		ownSources: [vendorSource()],
	} as unknown as Config
	const repair = (more = {}) => repairWarehouse(config, state, { now: () => project.clock.now, ...more })
	return { file, landing: path.join(project.folder, 'landing'), folder: project.folder, rows, repair, project }
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
})

test('a warehouse and some of its archive that are gone: what is left comes back, the rest counts as never read', async () => {
	const { file, landing, repair, project } = await thirtyThings({ streams: ['things', 'rates'] })
	const cursorOf = async (stream: string) => await project.resources.state.cursor('crm', stream)
	project.clock.now += 60_000
	expect((await project.run({ streams: ['things'] })).streams[0]).toMatchObject({ appended: 0 })
	await project.resources.warehouse.rest()
	const [run] = await project.resources.state.loadedRuns('crm', 'things')
	const held = { runId: run!.runId, connection: 'crm', stream: 'things', reason: 'far fewer records' }
	await project.resources.state.hold({ ...held, rowsBefore: 30, rowsNow: 1 })
	rmSync(file)
	rmSync(path.join(landing, 'crm', 'things'), { recursive: true })
	await expect(repair()).rejects.toMatchObject({ next: expect.stringContaining('tieout extract --full') })
	// Who asks for everything says with it that what is missing may be read again.
	const told = await repair({ readsAll: true })
	expect(told).toContain('1 versions were loaded again')
	expect(told).toContain('of crm.things not all of it is there')
	expect(await cursorOf('things')).toBeNull()
	expect(await cursorOf('rates')).not.toBeNull()
	expect(await repair()).toBeUndefined()
	expect(await project.resources.state.held('crm', 'things')).toBeNull()
	// Killed before it read anything: an ordinary run reads everything all the same, and is proved.
	project.clock.now += 60_000
	expect((await project.run({ streams: ['things', 'rates'] })).streams).toMatchObject([
		{ outcome: 'loaded', appended: 30 },
		{ outcome: 'loaded', appended: 0 },
	])
	await project.resources.warehouse.rest()
	// A log that is lost is no other matter: the archive would have what it held.
	writeFileSync(`${file}.wal.bad-2026-11-04T09-00-00-000Z`, 'not a log')
	renameSync(path.join(landing, 'crm', 'rates'), `${landing}-kept`)
	await expect(repair()).rejects.toMatchObject({ code: 'landing.missing' })
	renameSync(`${landing}-kept`, path.join(landing, 'crm', 'rates'))
	expect(await repair({ readsAll: true })).toContain('0 versions were loaded again')
	expect(await cursorOf('rates')).not.toBeNull()
	// From here on the archive is whole again.
	rmSync(file)
	expect(await repair()).toContain('31 versions were loaded again')
})

test('a warehouse that was restored from before the generation in service gets back what is behind the cursors', async () => {
	const { file, folder, rows, repair } = await thirtyThings()
	const database = await openDatabase(file)
	const [newest] = await database.all<{ until: string }>(
		'select cast(max(_loaded_at) as varchar) as until from raw.small__things',
	)
	await database.close()
	await publishedUntil(folder, newest!.until)
	expect(await repair()).toBeUndefined()
	// As a backup has it: twelve of the things, loaded a day before.
	const older = await openDatabase(file)
	await older.run(`delete from raw.small__things where cast(id as integer) > 12;
		update raw.small__things set _loaded_at = _loaded_at - interval 1 day`)
	await older.close()
	expect(await repair()).toMatch(/older than what is in service.*: \d+ versions were loaded again/)
	expect(await rows()).toMatchObject([{ keys: '30' }])
	expect(await repair()).toBeUndefined()
})

/** A generation in service that was built from all that was loaded until a moment. */
async function publishedUntil(folder: string, until: string): Promise<void> {
	const published = path.join(folder, 'published')
	const database = await openDatabase(path.join(published, '1.duckdb'))
	await database.run(
		`create schema tieout; create table tieout.generation as select timestamp '${until}' as loaded_until`,
	)
	await database.close()
	writeFileSync(path.join(published, 'current'), '1.duckdb\n')
}
