import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../../models/build.ts'
import { tableFingerprint } from '../../models/fingerprint.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { declaredColumns } from '../../server/sources.ts'
import { type SampleProject, startSampleProject } from '../sample-project.ts'
import { type Mutation, mutations, reasons } from './mutations.ts'

// One field of one record is changed at a time, in either system; the marts must show it, or there is a reason why they need not.
const eachTimes = Number(process.env['TIEOUT_LONG_MUTATIONS'] ?? 5)
let project: SampleProject
let base: Map<string, string>
let kept: string

beforeAll(async () => {
	project = await startSampleProject({ scale: 0.03 })
	await project.run({ steps: ['extract', 'build'] })
	kept = path.join(project.folder, 'kept')
	mkdirSync(kept)
	const files = projectFiles(project.folder)
	for (const file of [files.warehouse, files.build]) copyFileSync(file, path.join(kept, path.basename(file)))
	base = await marts()
}, 180_000)
afterAll(() => project?.close())

async function marts() {
	const database = await openDatabase(projectFiles(project.folder).build, { readOnly: true })
	try {
		const tables = await database.all<{ name: string }>(
			`select table_name as name from duckdb_tables() where schema_name = 'marts' order by 1`,
		)
		const prints = new Map<string, string>()
		for (const { name } of tables) {
			const { rows, sum } = await tableFingerprint(database, `marts.${name}`)
			prints.set(name, `${rows} ${sum}`)
		}
		return prints
	} finally {
		await database.close()
	}
}

/** The keys of records to change, drawn by hash: the same each time. */
async function drawn({ table, column, where = 'true' }: Mutation): Promise<string[]> {
	const database = await openDatabase(path.join(kept, 'warehouse.duckdb'), { readOnly: true })
	try {
		const rows = await database.all<{ _key: string }>(
			`select _key from raw.${table} where ${where} and not _deleted
			group by _key order by md5(_key || '${column}') limit ${eachTimes}`,
		)
		return rows.map((row) => row._key)
	} finally {
		await database.close()
	}
}

/** Changes one field, builds, and answers which marts are other than before. `restore` first. */
async function changedMarts({ table, column, value }: Mutation, key: string) {
	const files = projectFiles(project.folder)
	for (const file of [files.warehouse, files.build]) {
		if (existsSync(`${file}.wal`)) rmSync(`${file}.wal`)
		copyFileSync(path.join(kept, path.basename(file)), file)
	}
	const warehouse = await openDatabase(files.warehouse)
	await warehouse.run(
		`insert into raw.${table}
		select record.* replace (${value} as ${column}, md5(record._hash) as _hash, record._extracted_at + interval 1 hour as _extracted_at,
			newest.at + interval 1 hour as _loaded_at)
		from (select * from raw.${table} where _key = $1
			order by _extracted_at desc, _cursor desc, _loaded_at desc limit 1) as record,
			(select max(_loaded_at) as at from raw.${table}) as newest`,
		[key],
	)
	await warehouse.checkpoint()
	await warehouse.close()
	await build({
		project: project.folder,
		kinds: ['salesforce', 'netsuite'],
		rawColumns: declaredColumns(project.config()),
	})
	const after = await marts()
	return [...after].filter(([name, print]) => base.get(name) !== print).map(([name]) => name)
}

/** Break, exception, field difference or move: the first that fits; else the marts that changed. */
function outcomeOf(changed: string[]): string {
	if (changed.length === 0) return 'nothing'
	if (changed.includes('breaks')) return changed.includes('cells') ? 'break and move' : 'break'
	if (changed.includes('exceptions')) return 'exception'
	if (changed.includes('field_drift')) return 'field difference'
	return changed.includes('cells') ? 'move' : `only ${changed.join(', ')}`
}

async function reasonOf({ table, column }: Mutation, key: string): Promise<string> {
	const database = await openDatabase(path.join(kept, 'build.duckdb'), { readOnly: true })
	try {
		await database.attach(path.join(kept, 'warehouse.duckdb'), 'warehouse')
		for (const [reason, condition, only] of reasons[table] ?? []) {
			if (only && only !== column) continue
			const [row] = await database.all<{ fits: boolean }>(
				`select coalesce(bool_or(${condition}), false) as fits from raw.${table} as record where _key = $1`,
				[key],
			)
			if (row!.fits) return reason
		}
		return 'NO REASON KNOWN'
	} finally {
		await database.close()
	}
}

test('a change of any field that counts shows in a mart', { timeout: 1_800_000 }, async () => {
	const outcomes: { mutation: Mutation; key: string; outcome: string; reason: string }[] = []
	for (const mutation of mutations)
		for (const key of await drawn(mutation)) {
			const outcome = outcomeOf(await changedMarts(mutation, key))
			const reason = outcome === 'nothing' ? await reasonOf(mutation, key) : ''
			outcomes.push({ mutation, key, outcome, reason })
		}
	const counts = Map.groupBy(outcomes, ({ outcome }) => outcome)
	console.log(`${outcomes.length} changes: ${[...counts].map(([name, list]) => `${list.length} ${name}`).join(', ')}`)
	for (const { mutation, key, reason } of counts.get('nothing') ?? [])
		console.log(`nothing: ${mutation.table}.${mutation.column} of ${key}: ${reason}`)
	expect(outcomes.length).toBeGreaterThanOrEqual(mutations.length)
	expect(outcomes.filter(({ reason }) => reason === 'NO REASON KNOWN')).toEqual([])
})
