import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build } from '../../models/build.ts'
import { tableFingerprint } from '../../models/fingerprint.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { isThorough } from '../thorough.ts'
import { type Person, shopModels, shopProject } from './shop.ts'

let shop: ReturnType<typeof shopProject>
let fresh: ReturnType<typeof shopProject>
beforeEach(() => {
	shop = shopProject()
	fresh = shopProject()
})
afterEach(() => {
	shop.remove()
	fresh.remove()
})

/** Models that see a column without naming it, whose key is none, or that have none. */
const awkward: Record<string, string> = {
	by_place: `select users.user_id as id, users.name as label from canonical.users as users
		union all select * from intermediate.int_mail_hosts`,
	counted_rows: `with rows_of_hosts as (select distinct * from intermediate.int_mail_hosts) select count(*) as row_count from rows_of_hosts`,
	doubled: `-- key: source\nselect users.source as source, users.email as email from canonical.users as users`,
	everything: `-- key: user_id\nwith users as (select * from canonical.users) select * from users`,
	in_list: `-- key: user_id\nselect users.user_id as user_id from canonical.users as users where users.name in (select * from marts.only_names)`,
	joined: `-- key: user_id\nselect hosts.user_id as user_id, counts.user_count as user_count
		from intermediate.int_mail_hosts as hosts inner join marts.hosts as counts on hosts.host = counts.host`,
	nulls: `-- key: name\nselect nullif(users.name, 'None') as name, count(*) as user_count from canonical.users as users group by users.name`,
	only_names: `select users.name as some_name from canonical.users as users where length(users.email) > 9`,
	renamed: `with named (one, other) as (select * from intermediate.int_mail_hosts) select named.other as other from named`,
	row_values: `select count(distinct hosts) as host_count from intermediate.int_mail_hosts as hosts`,
	signs: `-- key: user_id\nselect users.user_id as user_id, cast(0 as double) * (length(users.name) - 7) as zero from canonical.users as users`,
}

function awkwardModels(): string {
	const folder = path.join(shop.project, 'awkward')
	cpSync(shopModels, folder, { recursive: true })
	for (const [name, sql] of Object.entries(awkward))
		writeFileSync(path.join(folder, 'marts', `${name}.sql`), `-- ${name}. One row per ${name}.\n${sql}\n`)
	return folder
}

async function contents(project: string): Promise<Record<string, string>> {
	const files = projectFiles(project)
	const database = await openDatabase(files.build, { readOnly: true })
	await database.attach(files.warehouse, 'warehouse')
	const tables = await database.all<{ name: string }>(
		`select distinct schema_name || '.' || table_name as name from duckdb_columns()
		where database_name = 'build' and (schema_name in ('staging', 'intermediate', 'marts') or table_name = 'users') order by 1`,
	)
	const prints: Record<string, string> = {}
	for (const { name } of tables) {
		const { rows, sum } = await tableFingerprint(database, name)
		prints[name] = `${rows} ${sum}`
	}
	await database.close()
	return prints
}

/** What a build from nothing makes of the same warehouse. */
async function wholeBuild(modelFolders: string[]) {
	const files = projectFiles(fresh.project)
	rmSync(files.build, { force: true })
	mkdirSync(path.dirname(files.warehouse), { recursive: true })
	cpSync(projectFiles(shop.project).warehouse, files.warehouse)
	await build({ ...fresh.options, modelFolders })
	return contents(fresh.project)
}

const moment = (round: number, minute = 0) =>
	new Date(Date.UTC(2026, 10, 1, round, minute)).toISOString().replace('T', ' ').slice(0, 19)

const person = fc.record({
	id: fc.integer({ min: 1, max: 40 }).map(String),
	name: fc.constantFrom('Ana', 'Ben', 'Person', 'Somebody', 'None', null),
	email: fc.constantFrom('a@acme.test', 'b@acme.test', 'c@other.test', 'nobody'),
	isDeleted: fc.boolean(),
	/** One in a few comes late: known with an older stamp than others were. */
	late: fc.integer({ min: 0, max: 5 }),
})

test('after any changes, every table is that of a build from nothing', { timeout: 120_000 }, async () => {
	const modelFolders = [awkwardModels()]
	const options = { ...shop.options, modelFolders }
	const everybody = Array.from({ length: 40 }, (_, index) => ({
		id: String(index + 1),
		email: `p${index % 7}@acme.test`,
	}))
	await shop.load(everybody.map((one) => ({ ...one, loadedAt: moment(0) })))
	await build(options)
	const rounds = fc.sample(fc.array(person, { minLength: 0, maxLength: 4 }), {
		numRuns: isThorough ? 5 : 3,
		seed: 20261121,
	})
	for (const [index, changes] of rounds.entries()) {
		const loadedAt = (late: number) => (late === 0 ? moment(index, 30) : moment(index + 1))
		await shop.load(changes.map(({ late, ...one }): Person => ({ ...one, loadedAt: loadedAt(late) })))
		// Once in between nothing is compared, as in a small company.
		await build(index === 2 ? { ...options, compareAbove: Number.POSITIVE_INFINITY } : options)
		expect(await contents(shop.project), `round ${index}`).toEqual(await wholeBuild(modelFolders))
		expect((await build(options)).built, `round ${index} again`).toEqual([])
	}
})

test('a column that changed builds what reads it, a row that came builds all that read the table', async () => {
	const people = Array.from({ length: 10 }, (_, index) => ({ id: String(index), email: `p${index}@acme.test` }))
	await shop.load(people.map((one) => ({ ...one, loadedAt: moment(0) })))
	await build(shop.options)
	await shop.load([{ ...people[3]!, name: 'Another name', loadedAt: moment(1) }])
	expect((await build(shop.options)).built).toEqual([
		'staging.base_shop__people',
		'staging.stg_shop__users',
		'canonical.users',
		'marts.moments',
	])
	await shop.load([{ ...people[3]!, name: 'Another name', email: 'q3@acme.test', loadedAt: moment(2) }])
	const sameHost = (await build(shop.options)).built
	expect(sameHost).toContain('intermediate.int_mail_hosts')
	expect(sameHost).not.toContain('marts.hosts')
	await shop.load([{ ...people[3]!, name: 'Another name', email: 'q3@other.test', loadedAt: moment(3) }])
	expect((await build(shop.options)).built).toContain('marts.hosts')
	const hosts = await shop.all(projectFiles(shop.project).build, 'from marts.hosts order by host')
	expect(hosts).toEqual([
		{ host: 'acme.test', user_count: '9' },
		{ host: 'other.test', user_count: '1' },
	])
	await shop.load([{ id: '10', email: 'new@acme.test', loadedAt: moment(4) }])
	expect((await build(shop.options)).built).toContain('marts.hosts')
})
