import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build } from '../../models/build.ts'
import { type ConfigurationSet, configurationSets } from '../../models/configuration-sets.ts'
import { TieoutError } from '../../models/error.ts'
import { tableFingerprint } from '../../models/fingerprint.ts'
import { ownModels, readModels, stagedKind } from '../../models/model.ts'
import { defaultMemoryLimit } from '../../models/open-file.ts'
import { kindOf } from '../../models/plan.ts'
import { projectFiles } from '../../models/project-files.ts'
import { writeConfiguration } from '../../models/raw-tables.ts'
import { modelError } from '../../models/step.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { shopModels, shopProject } from './shop.ts'

let shop: ReturnType<typeof shopProject>
beforeEach(() => {
	shop = shopProject()
})
afterEach(() => shop.remove())

const ana = { id: '1', email: 'ana@acme.test' }
const ben = { id: '2', email: 'ben@acme.test' }
const hosts = (file: string) => shop.all(file, 'select host, user_count from marts.hosts order by host')

/** Puts a set of the configuration in force from a moment on. */
async function configure(name: ConfigurationSet, rows: (string | null)[][], at: string): Promise<void> {
	const warehouse = await openDatabase(projectFiles(shop.project).warehouse)
	try {
		const set = { name, columns: configurationSets[name], rows }
		await writeConfiguration(warehouse, [set], { now: () => new Date(`${at.replace(' ', 'T')}Z`) })
	} finally {
		await warehouse.close()
	}
}

function connectionRow(name: string, tables: string): (string | null)[] {
	const values: Record<string, string> = { connection: name, kind: tables, role: 'crm', tables }
	return configurationSets.connections.map((column) => values[column] ?? null)
}

/** A copy of the shop's models to change. */
function ownCopy(): string {
	const folder = path.join(shop.project, 'shop-models')
	cpSync(shopModels, folder, { recursive: true })
	return folder
}

test('models are built in the order of what they read, with the header as the comment of the table', async () => {
	await shop.load([ana, ben])
	const lines: string[] = []
	const result = await build(shop.options, { progress: ({ name, rows }) => lines.push(`${name} ${rows}`) })
	expect(lines.filter((line) => !line.startsWith('canonical.') || line.includes('users'))).toEqual([
		'staging.base_shop__people 2',
		'staging.stg_shop__users 2',
		'canonical.users 2',
		'intermediate.int_mail_hosts 2',
		'marts.hosts 1',
		'marts.moments 1',
	])
	expect(result).toMatchObject({
		loadedUntil: '2026-11-01 00:00:00',
		extractedUntil: '2026-11-01 00:00:00',
		notLoaded: [],
		notInUse: [],
	})
	expect(result.absentEntities).toContain('opportunities')
	expect(result.absentEntities).not.toContain('users')
	expect(await hosts(result.file)).toEqual([{ host: 'acme.test', user_count: '2' }])
	expect(await shop.all(result.file, 'select count(*) as n from canonical.opportunities')).toEqual([{ n: '0' }])
})

test('what has not changed is not built again, and a later clock alone changes nothing but who reads the clock', async () => {
	await shop.load([ana])
	await build(shop.options)
	expect((await build(shop.options)).built).toEqual([])
	const warehouse = await openDatabase(projectFiles(shop.project).warehouse)
	await warehouse.run(
		`create table raw.other__things as select timestamp '2026-11-02' as _loaded_at, timestamp '2026-11-02' as _extracted_at`,
	)
	await warehouse.close()
	const moved = await build(shop.options)
	expect(moved.loadedUntil).toBe('2026-11-02 00:00:00')
	expect(moved.built).toEqual(['marts.moments'])
	await shop.load([{ ...ben, loadedAt: '2026-11-03 00:00:00' }])
	expect((await build(shop.options)).built).toContain('marts.hosts')
})

test('after a change the tables are those of a build from nothing', async () => {
	await shop.load([ana, ben])
	await build(shop.options)
	await shop.load([
		{ ...ana, email: 'ana@other.test', loadedAt: '2026-11-03 00:00:00' },
		{ id: '3', email: 'c@acme.test', loadedAt: '2026-11-03 00:00:00' },
	])
	const { file } = await build(shop.options)
	const prints = async () => {
		const database = await openDatabase(file, { readOnly: true })
		const result = [
			await tableFingerprint(database, 'marts.hosts'),
			await tableFingerprint(database, 'canonical.users'),
		]
		await database.close()
		return result
	}
	const changed = await prints()
	rmSync(file)
	await build(shop.options)
	expect(await prints()).toEqual(changed)
	expect(await hosts(file)).toEqual([
		{ host: 'acme.test', user_count: '2' },
		{ host: 'other.test', user_count: '1' },
	])
})

test('a model whose text changed is built again with what stands on it, and one that is gone goes', async () => {
	const folder = ownCopy()
	const options = { ...shop.options, modelFolders: [folder] }
	await shop.load([ana])
	await build(options)
	const file = path.join(folder, 'intermediate/int_mail_hosts.sql')
	const text = readFileSync(file, 'utf8')
	writeFileSync(file, text.replace('-- The host', '-- The mail host'))
	expect((await build(options)).built).toEqual([])
	writeFileSync(file, text.replace('where users.is_active', 'where true'))
	expect((await build(options)).built).toEqual(['intermediate.int_mail_hosts', 'marts.hosts'])
	rmSync(path.join(folder, 'marts/hosts.sql'))
	const result = await build(options)
	expect(result.dropped).toEqual(['marts.hosts'])
	expect(await shop.all(result.file, `select count(*) as n from duckdb_tables() where table_name = 'hosts'`)).toEqual([
		{ n: '0' },
	])
})

test('a model of the project adds to ours, and replaces the one of the same name', async () => {
	const own = path.join(shop.project, 'models')
	mkdirSync(path.join(own, 'marts'), { recursive: true })
	writeFileSync(
		path.join(own, 'marts/hosts.sql'),
		`-- Only the names. One row per host.\nselect distinct hosts.host as host from intermediate.int_mail_hosts as hosts\n`,
	)
	writeFileSync(
		path.join(own, 'marts/extra.sql'),
		`-- An addition. One row per host.\nselect hosts.host as host from marts.hosts as hosts;\n`,
	)
	await shop.load([ana, ben])
	const { file } = await build({ ...shop.options, modelFolders: [shopModels, own] })
	expect(await shop.all(file, 'from marts.hosts')).toEqual([{ host: 'acme.test' }])
	expect(await shop.all(file, 'from marts.extra')).toEqual([{ host: 'acme.test' }])
})

test('a stream that was never loaded is empty by its declared columns, and an error without them', async () => {
	await shop.load([])
	const warehouse = await openDatabase(projectFiles(shop.project).warehouse)
	await warehouse.run('drop table raw.shop__people')
	await warehouse.close()
	const { notLoaded, file } = await build(shop.options)
	expect(notLoaded).toEqual(['raw.shop__people'])
	expect(await hosts(file)).toEqual([])
	await expect(build({ ...shop.options, rawColumns: {} })).rejects.toMatchObject({
		kind: 'data',
		code: 'build.not_loaded',
		message: 'raw.shop__people was never loaded, and staging.base_shop__people reads it',
		next: 'load it: tieout extract --source shop',
	})
})

test('models of a source that is not in use are not built, and their entity is absent', async () => {
	await shop.load([])
	const warehouse = await openDatabase(projectFiles(shop.project).warehouse)
	await warehouse.run('drop table raw.shop__people')
	await warehouse.close()
	const result = await build({ ...shop.options, kinds: [], rawColumns: {} })
	expect(result.notInUse).toEqual(['staging.base_shop__people', 'staging.stg_shop__users'])
	expect(result.absentEntities).toContain('users')
	expect(await hosts(result.file)).toEqual([])
})

test('a column that was declared after the load is null until it is loaded', async () => {
	await shop.load([ana])
	const { file } = await build({ ...shop.options, rawColumns: { shop__people: ['id', 'name', 'email', 'phone'] } })
	expect(await shop.all(file, 'select id, phone from staging.base_shop__people')).toEqual([{ id: '1', phone: null }])
})

test('as of a past moment only what was known then counts, in a file of its own', async () => {
	await shop.load([
		ana,
		{ ...ana, email: 'ana@other.test', loadedAt: '2026-11-05 00:00:00' },
		{ ...ben, loadedAt: '2026-11-06 12:00:00' },
	])
	const now = await build(shop.options)
	const then = await build({ ...shop.options, asOf: '2026-11-02 00:00:00' })
	expect(then.file).not.toBe(now.file)
	expect(await hosts(then.file)).toEqual([{ host: 'acme.test', user_count: '1' }])
	expect(then).toMatchObject({ loadedUntil: '2026-11-02 00:00:00', extractedUntil: '2026-11-01 00:00:00' })
	const said = await build({ ...shop.options, extractedAsOf: '2026-11-05 00:00:00' })
	expect(await hosts(said.file)).toEqual([{ host: 'other.test', user_count: '1' }])
	expect((await build({ ...shop.options, asOf: '2026-11-02 00:00:00' })).built).toEqual([])
	expect(await hosts(now.file)).toHaveLength(2)
})

test('only the connections of the configuration in force count, then as now', async () => {
	await shop.load([ana, ben])
	await configure('connections', [connectionRow('other', 'shop')], '2026-11-02 00:00:00')
	const { file } = await build(shop.options)
	expect(await hosts(file)).toEqual([])
	await configure('connections', [connectionRow('shop', 'shop')], '2026-11-03 00:00:00')
	expect(await hosts((await build(shop.options)).file)).toEqual([{ host: 'acme.test', user_count: '2' }])
	await configure('connections', [connectionRow('shop', 'mill')], '2026-11-04 00:00:00')
	expect(await hosts((await build(shop.options)).file)).toEqual([])
	const then = await build({ ...shop.options, asOf: '2026-11-03 12:00:00' })
	expect(await hosts(then.file)).toEqual([{ host: 'acme.test', user_count: '2' }])
	const before = await build({ ...shop.options, asOf: '2026-11-01 12:00:00' })
	expect(await hosts(before.file)).toEqual([{ host: 'acme.test', user_count: '2' }])
})

test('the day of the data is the one of the company’s zone', async () => {
	await shop.load([{ ...ana, loadedAt: '2026-11-05 03:00:00' }])
	expect((await build(shop.options)).asOfDate).toBe('2026-11-05')
	await configure('settings', [['time_zone', 'America/Los_Angeles']], '2026-11-05 03:00:00')
	expect((await build(shop.options)).asOfDate).toBe('2026-11-04')
})

test('a model at fault is named with file and line, and the build is no candidate until it is repaired', async () => {
	const folder = ownCopy()
	const options = { ...shop.options, modelFolders: [folder] }
	const file = path.join(folder, 'marts/hosts.sql')
	const text = readFileSync(file, 'utf8')
	await shop.load([ana])
	await build(options)
	writeFileSync(file, text.replace('count(*)', 'count(nothing)'))
	await expect(build(options)).rejects.toMatchObject({
		kind: 'configuration',
		code: 'model.failed',
		where: `${file}:10`,
		message: expect.stringContaining('nothing'),
	})
	writeFileSync(file, text.replace('group by', 'group of'))
	await expect(build(options)).rejects.toMatchObject({ code: 'model.syntax', where: `${file}:12` })
	writeFileSync(file, text.replace('intermediate.int_mail_hosts', 'intermediate.int_nowhere'))
	await expect(build(options)).rejects.toMatchObject({
		code: 'model.unknown_table',
		where: `${file}:6`,
		next: 'use one of: intermediate.int_mail_hosts',
	})
	writeFileSync(file, text)
	expect((await build(options)).built).toEqual([])
})

test('every table is committed before it is read, so that a model at fault costs only itself', async () => {
	await shop.load([ana])
	const folder = ownCopy()
	const model = (name: string, sql: string) =>
		writeFileSync(
			path.join(folder, 'marts', `${name}.sql`),
			`-- ${name}. One row per number.\n-- key: number\n${sql}\n`,
		)
	const twenty = (digits: string[]) =>
		`select ${digits.map((digit) => `${digit}.digit`).join(` || `)} as number from ${digits.map((digit) => `digits as ${digit}`).join(' cross join ')}`
	const digits = `with digits as (select digit from (values ${[...'0123456789abcdef'].map((one) => `('${one}')`).join(', ')}) as all_digits (digit)) `
	model('a_many', digits + twenty(['a', 'b', 'c', 'd']))
	model('b_few', digits + twenty(['a']))
	model(
		'c_wrong',
		`select cast(many.number as bigint) as number from marts.a_many as many inner join marts.b_few as few on many.number = few.number || 'abc'`,
	)
	const options = { ...shop.options, modelFolders: [folder] }
	await expect(build(options)).rejects.toMatchObject({ code: 'model.failed' })
	model('c_wrong', 'select number from marts.a_many')
	const { unchanged, built } = await build(options)
	expect(unchanged).toEqual(expect.arrayContaining(['marts.a_many', 'marts.b_few']))
	expect(built).toContain('marts.c_wrong')
})

test('a build that is told to stop ends within a statement, and the next one goes on', async () => {
	await shop.load([ana, ben])
	const modelFolder = ownCopy()
	const digits = (count: number) =>
		Array.from({ length: count }, (_, index) => `digits as d${index}`).join(' cross join ')
	const slow = (count: number) =>
		`-- Pairs that nobody wants. One row per file.\n-- key: pair_count\nwith digits as (select digit from (values ${"('0'), ".repeat(15)}('1')) as all_digits (digit))\nselect count(*) as pair_count from ${digits(count)} where d0.digit > d1.digit\n`
	writeFileSync(path.join(modelFolder, 'marts/slow.sql'), slow(16))
	const stop = new AbortController()
	const started = performance.now()
	const progress = ({ name }: { name: string }) => {
		if (name === 'marts.moments') setTimeout(() => stop.abort(), 100)
	}
	const stopped = build({ ...shop.options, modelFolders: [modelFolder] }, { progress, signal: stop.signal })
	await expect(stopped).rejects.toMatchObject({ code: 'duckdb.interrupt' })
	expect(performance.now() - started).toBeLessThan(20_000)
	writeFileSync(path.join(modelFolder, 'marts/slow.sql'), slow(2))
	const result = await build({ ...shop.options, modelFolders: [modelFolder] })
	expect(await shop.all(result.file, 'select pair_count from marts.slow')).toEqual([{ pair_count: '15' }])
})

test('a build has a limit of memory, and says how to raise it', async () => {
	expect(defaultMemoryLimit(64e9)).toBe('4000MB')
	expect(defaultMemoryLimit(1e9)).toBe('500MB')
	const error = modelError(
		{ name: 'marts.hosts' },
		new TieoutError('broken', 'duckdb.out_of_memory', 'Out of Memory Error'),
	)
	expect(error).toMatchObject({
		code: 'build.memory',
		where: 'marts.hosts',
		next: expect.stringContaining('build.memory'),
	})
})

test('circles, wrong headers and canonical columns of another type are errors that name the place', async () => {
	const folder = ownCopy()
	const options = { ...shop.options, modelFolders: [folder] }
	await shop.load([ana])
	const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
	write('marts/a.sql', '-- A. One row per a.\nselect b.x as x from marts.b as b\n')
	write('marts/b.sql', '-- B. One row per b.\nselect a.x as x from marts.a as a\n')
	await expect(build(options)).rejects.toMatchObject({
		code: 'model.circle',
		message: 'models read each other in a circle: marts.a -> marts.b -> marts.a',
	})
	rmSync(path.join(folder, 'marts/b.sql'))
	write('marts/a.sql', '-- A. One row per a.\n-- colour: red\nselect 1 as x\n')
	await expect(build(options)).rejects.toMatchObject({
		code: 'model.header',
		where: `${path.join(folder, 'marts/a.sql')}:2`,
		allowed: expect.arrayContaining(['key', 'owner']),
	})
	write('marts/a.sql', '-- A.\nselect 1 as x\n')
	await expect(build(options)).rejects.toThrow('the header "A." does not end with "One row per ..."')
	write('marts/a.sql', '-- A. One row per a.\nselect x from hosts\n')
	await expect(build(options)).rejects.toThrow('"hosts" has no schema and is no CTE')
	write('marts/a.sql', '-- A. One row per a.\nselect 1 as x; select 2 as x\n')
	await expect(build(options)).rejects.toThrow('one SELECT is expected, 2 came')
	rmSync(path.join(folder, 'marts/a.sql'))
	const users = path.join(folder, 'staging/shop/stg_shop__users.sql')
	writeFileSync(users, readFileSync(users, 'utf8').replace('people.name as name', '1 as name'))
	await expect(build(options)).rejects.toThrow('canonical.users.name comes as integer, not as varchar')
	writeFileSync(users, readFileSync(users, 'utf8').replace('1 as name', '1 as nickname'))
	await expect(build(options)).rejects.toMatchObject({
		message: 'staging.stg_shop__users lacks name of canonical.users',
		next: expect.stringContaining('cast(null as varchar) as name'),
	})
})

test('nothing loaded at all says so', async () => {
	await expect(build(shop.options)).rejects.toMatchObject({ kind: 'not_found', code: 'build.nothing_loaded' })
})

test('newest versions are copied only where a key has several, and what is loaded after the build is not among them', async () => {
	const kind = async () => {
		const { build } = projectFiles(shop.project)
		const views = await shop.all(build, `select 1 from duckdb_views() where view_name = 'base_shop__people'`)
		const names = await shop.all(build, 'select name, version from staging.base_shop__people order by _key')
		return { kind: views.length > 0 ? 'view' : 'table', names }
	}
	await shop.load([{ id: '1', name: 'Ana', email: 'a@acme.test', loadedAt: '2026-11-01 00:00:00' }])
	await build(shop.options)
	expect(await kind()).toEqual({ kind: 'view', names: [{ name: 'Ana', version: '1' }] })
	await shop.load([{ id: '2', name: 'Ben', email: 'b@acme.test', loadedAt: '2026-11-01 01:00:00' }])
	expect(await kind()).toEqual({ kind: 'view', names: [{ name: 'Ana', version: '1' }] })
	await build(shop.options)
	expect((await kind()).names).toHaveLength(2)
	await shop.load([{ id: '1', name: 'Anna', email: 'a@acme.test', loadedAt: '2026-11-01 02:00:00' }])
	await build(shop.options)
	const both = [
		{ name: 'Anna', version: '1' },
		{ name: 'Ben', version: '1' },
	]
	expect(await kind()).toEqual({ kind: 'table', names: both })
	const past = await build({ ...shop.options, asOf: '2026-11-01 01:30:00' })
	expect(past.steps.find(({ name }) => name === 'staging.base_shop__people')!.rows).toBe('2')
})

test('the product’s staging models read their own kind of source alone, so that those of others need not be read', async () => {
	const database = await openDatabase(':memory:')
	const all = await readModels([ownModels], database)
	const staged = all.filter(({ name }) => (stagedKind(name) ?? 'tieout') !== 'tieout')
	const kindsOf = (reads: string[]) => reads.map((name) => (name.startsWith('raw.') ? kindOf(name) : stagedKind(name)))
	const strangers = staged.filter(({ name, reads }) =>
		kindsOf(reads).some((kind) => !['as_of', 'tieout', stagedKind(name)].includes(kind)),
	)
	expect(strangers.map(({ name }) => name)).toEqual([])
	const some = await readModels([ownModels], database, (kind) => kind === 'salesforce')
	expect(some.map(({ name }) => name)).toEqual(all.map(({ name }) => name))
	expect(some.filter(({ reads }) => reads.length > 0).length).toBeLessThan(all.length / 2)
	await database.close()
})
