import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build } from '../../models/build.ts'
import { check } from '../../models/check.ts'
import { currentGeneration, leaseGeneration } from '../../models/generation.ts'
import { projectFiles } from '../../models/project-files.ts'
import { type PublishOptions, publish } from '../../models/publish.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { shopProject } from './shop.ts'

let shop: ReturnType<typeof shopProject>
let folder: string
beforeEach(() => {
	shop = shopProject()
	folder = projectFiles(shop.project).published
})
afterEach(() => shop.remove())

const ana = { id: '1', email: 'ana@acme.test' }
const now = () => new Date('2026-11-04T09:00:00Z')

async function run(more: Partial<PublishOptions> = {}) {
	const { file } = await build(shop.options)
	const checks = await check({ ...shop.options, file }, { now })
	return await publish({ ...shop.options, file, checks, ...more }, { now })
}

test('a generation holds the marts and the history, and nothing else', async () => {
	await shop.load([ana])
	const published = await run({
		runs: [{ run_id: 'r1', outcome: 'succeeded', started_at: '2026-11-04 08:59:00', rows_landed: 1 }],
		certificates: [
			{ run_id: 'r1', connection: 'shop', stream: 'people', verdict: 'proved', source_rows: '1', money: null },
		],
		freshness: [
			{ connection: 'shop', stream: 'people', watermark: '2026-11-01 00:00:00', age_minutes: 4860, status: 'pass' },
		],
	})
	expect(published).toMatchObject({ generation: 1, file: path.join(folder, '1.duckdb'), removed: [] })
	expect(currentGeneration(folder)).toEqual({ generation: 1, file: path.join(folder, '1.duckdb') })
	expect(readdirSync(folder).sort()).toEqual(['1.duckdb', 'current'])
	const tables = await shop.all(
		published.file,
		`select schema_name || '.' || table_name as name, comment from duckdb_tables() order by name`,
	)
	expect(tables.map((row) => (row as { name: string }).name)).toEqual([
		'marts.hosts',
		'marts.moments',
		'tieout.certificates',
		'tieout.checks',
		'tieout.contents',
		'tieout.entities',
		'tieout.freshness',
		'tieout.generation',
		'tieout.models',
		'tieout.runs',
	])
	expect(tables[0]).toEqual({ name: 'marts.hosts', comment: 'How many users each mail host has. One row per host.' })
	expect(await shop.all(published.file, 'from marts.hosts')).toEqual([{ host: 'acme.test', user_count: '1' }])
	expect(await shop.all(published.file, 'from tieout.generation')).toEqual([
		{
			generation: '1',
			built_at: '2026-11-04 09:00:00',
			loaded_until: '2026-11-01 00:00:00',
			extracted_until: '2026-11-01 00:00:00',
			content_hash: published.contentHash,
		},
	])
	expect(
		await shop.all(published.file, 'select run_id, outcome, started_at, rows_landed, error from tieout.runs'),
	).toEqual([{ run_id: 'r1', outcome: 'succeeded', started_at: '2026-11-04 08:59:00', rows_landed: '1', error: null }])
	expect(
		await shop.all(
			published.file,
			`select check_name, status, is_blocking from tieout.checks where check_name = 'hosts_count_every_user'`,
		),
	).toEqual([{ check_name: 'hosts_count_every_user', status: 'pass', is_blocking: true }])
	expect(await shop.all(published.file, `from tieout.models where name = 'marts.hosts'`)).toEqual([
		{
			name: 'marts.hosts',
			layer: 'marts',
			one_row_per: 'host',
			key: 'host',
			owner: 'ana',
			columns: 'host, user_count',
			reads: 'intermediate.int_mail_hosts',
			sql: expect.stringContaining('count(*)'),
			row_count: '1',
			built_at: expect.any(String),
		},
	])
})

test('what has not changed is taken over from the last generation, and the hash is of the contents alone', async () => {
	await shop.load([ana])
	const first = await run()
	const second = await run()
	expect(second.generation).toBe(2)
	expect(second.marts.map(({ name, isKept }) => [name, isKept])).toEqual([
		['marts.hosts', true],
		['marts.moments', true],
	])
	expect(second.contentHash).toBe(first.contentHash)
	await shop.load([{ id: '2', email: 'b@b.test', loadedAt: '2026-11-03 00:00:00' }])
	const third = await run()
	expect(third.marts.map(({ isKept }) => isKept)).toEqual([false, false])
	expect(third.contentHash).not.toBe(first.contentHash)
	rmSync(projectFiles(shop.project).build)
	expect((await run()).contentHash).toBe(third.contentHash)
	const reader = await openDatabase(path.join(folder, '4.duckdb'), { readOnly: true })
	const fifth = await run()
	expect(fifth.marts.every(({ isKept }) => !isKept)).toBe(true)
	expect(fifth.contentHash).toBe(third.contentHash)
	await reader.close()
})

test('rows stand in the order of the key', async () => {
	await shop.load(['c', 'a', 'd', 'b'].map((host, index) => ({ id: String(index), email: `x@${host}.test` })))
	const { file } = await run()
	expect((await shop.all<{ host: string }>(file, 'select host from marts.hosts')).map(({ host }) => host)).toEqual([
		'a.test',
		'b.test',
		'c.test',
		'd.test',
	])
})

test('a blocking check that fails or is broken keeps the candidate out of service', async () => {
	await shop.load([ana])
	await run()
	const { file } = await build(shop.options)
	const [one] = await check({ ...shop.options, file })
	for (const status of ['fail', 'broken'] as const)
		await expect(
			publish({ ...shop.options, file, checks: [{ ...one!, isBlocking: true, status }] }),
		).rejects.toMatchObject({ kind: 'refused', code: 'publish.blocked', where: 'hosts_count_every_user' })
	expect(currentGeneration(folder)?.generation).toBe(1)
	expect(
		(await publish({ ...shop.options, file, checks: [{ ...one!, isBlocking: false, status: 'fail' }] })).generation,
	).toBe(2)
})

test('old generations go, never one in service, leased by a living process, or named', async () => {
	await shop.load([ana])
	await run({ keep: 2 })
	const releases = [leaseGeneration(currentGeneration(folder)!), leaseGeneration(currentGeneration(folder)!)]
	await run({ keep: 2 })
	writeFileSync(path.join(folder, '2.duckdb.lease-999999999'), '')
	await run({ keep: 2 })
	await run({ keep: 2, inUse: [3] })
	expect((await run({ keep: 1, inUse: [3] })).removed).toEqual([4])
	expect(readdirSync(folder).filter((name) => name.endsWith('.duckdb'))).toEqual(['1.duckdb', '3.duckdb', '5.duckdb'])
	releases[0]!()
	releases[0]!()
	expect((await run({ keep: 1 })).removed).toEqual([3, 5])
	releases[1]!()
	expect((await run({ keep: 1 })).removed).toEqual([1, 6])
	expect(currentGeneration(folder)?.generation).toBe(7)
})

test('an unfinished file of a killed publisher is cleared, and a finished one that never came into service is not reused', async () => {
	await shop.load([ana])
	await run()
	writeFileSync(path.join(folder, '9.duckdb'), '')
	const half = await openDatabase(path.join(folder, '10.duckdb.building'))
	await half.run('create schema marts; create table marts.hosts as select 1 as x')
	const { file } = await build(shop.options)
	await expect(publish({ ...shop.options, file, checks: [] })).rejects.toMatchObject({ kind: 'busy' })
	await half.close()
	const published = await publish({ ...shop.options, file, checks: [] })
	expect(published.generation).toBe(10)
	expect(readFileSync(path.join(folder, 'current'), 'utf8')).toBe('10.duckdb\n')
	expect(existsSync(path.join(folder, '10.duckdb.building'))).toBe(false)
})

test('a build that did not finish is not published, and a pointer to nothing is an error', async () => {
	expect(currentGeneration(folder)).toBeUndefined()
	await shop.load([ana])
	const { file } = await build(shop.options)
	const database = await openDatabase(file)
	await database.run('delete from tieout.complete')
	await database.close()
	await expect(publish({ ...shop.options, checks: [] })).rejects.toMatchObject({ code: 'build.incomplete' })
	expect(readdirSync(folder)).toEqual([])
	writeFileSync(path.join(folder, 'current'), '7.duckdb\n')
	expect(() => currentGeneration(folder)).toThrow('names "7.duckdb", which is not there')
})
