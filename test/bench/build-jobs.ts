import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { build } from '../../models/build.ts'
import { check } from '../../models/check.ts'
import { tableFingerprint } from '../../models/fingerprint.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { declaredColumns } from '../../server/sources.ts'
import { configOf, projectOn } from '../sample-project.ts'

/** A project with the warehouse that the company's systems give, built once so that the configuration's tables are there. */
export async function extractCompany({
	scale,
	file,
	isPublished = false,
}: {
	scale: number
	file: string
	isPublished?: boolean
}) {
	const sandboxes = await startSandboxes({ scale, file, serviceMilliseconds: 0 })
	const project = projectOn(sandboxes)
	const { extracted } = await project.run({ steps: ['extract'] })
	await project.run({ steps: isPublished ? ['build', 'check', 'publish'] : ['build'] })
	await sandboxes.close()
	return { folder: project.folder, ...extracted!.totals }
}

/** The product's build of a project: all of it, or what changed since the last one. */
export async function productBuild({ folder }: { folder: string }) {
	const config = configOf(folder)
	const result = await build({
		project: folder,
		kinds: ['salesforce', 'netsuite'],
		rawColumns: declaredColumns(config),
	})
	writeFileSync(path.join(folder, 'steps.json'), JSON.stringify(result.steps.map(({ name, sql }) => ({ name, sql }))))
	const slowest = result.steps
		.filter(({ name }) => result.built.includes(name))
		.sort((one, other) => Number(other.seconds) - Number(one.seconds))
		.slice(0, 3)
		.map(({ name, seconds }) => `${name} ${seconds} s`)
	return { built: result.built.length, unchanged: result.unchanged.length, slowest: slowest.join(', ') }
}

/** The same statements run one after the other in an empty file, with nothing around them. */
export async function byHand({ folder }: { folder: string }) {
	const files = projectFiles(folder)
	const steps = JSON.parse(readFileSync(path.join(folder, 'steps.json'), 'utf8')) as { name: string; sql: string }[]
	const views = JSON.parse(readFileSync(path.join(folder, 'views.json'), 'utf8')) as string[]
	const database = await openDatabase(path.join(folder, 'by-hand.duckdb'))
	await database.attach(files.warehouse, 'warehouse')
	for (const statement of views) await database.run(statement)
	for (const { name, sql } of steps) await database.run(`create table ${name} as\n${sql}`)
	await database.checkpoint()
	await database.close()
	return { statements: steps.length }
}

/** Takes everything above the canonical tables out of the build file, so that the next build is from there to the marts. */
export async function dropAboveCanonical({ folder }: { folder: string }) {
	const database = await openDatabase(projectFiles(folder).build, { hasLog: false })
	await database.run(
		'drop schema intermediate cascade; drop schema marts cascade; create schema intermediate; create schema marts',
	)
	await database.run('delete from tieout.results')
	await database.checkpoint()
	await database.close()
	return {}
}

/** From staging to marts, breaks carried forward, and every check. */
export async function reconcile({ folder, memoryLimit }: { folder: string; memoryLimit?: string }) {
	const config = configOf(folder)
	const options = { project: folder, kinds: ['salesforce', 'netsuite'], rawColumns: declaredColumns(config) }
	const { built } = await build({ ...options, ...(memoryLimit && { memoryLimit }) })
	const results = await check({ project: folder, ...(memoryLimit && { memoryLimit }) })
	const broken = results.filter(({ status }) => status === 'broken').map(({ name }) => name)
	if (broken.length > 0) throw new Error(`these checks broke: ${broken.join(', ')}`)
	return { built: built.length, checks: results.length }
}

/** Opportunity lines and as many invoice lines in a file of their own, numbered, for `fullJoin`. */
export async function writeJoinSides({ folder }: { folder: string }) {
	const database = await openDatabase(path.join(folder, 'join.duckdb'))
	await database.attach(projectFiles(folder).build, 'built')
	for (const [side, table] of [
		['agreed', 'opportunity_lines'],
		['billed', 'invoice_lines'],
	])
		await database.run(`create table ${side} as
			select 'line:' || cast(row_number() over () as varchar) as line, kind, product_id, quantity, unit, unit_price, amount, currency
			from built.canonical.${table} where not is_deleted`)
	const [counts] = await database.all<{ agreed: string; billed: string }>(
		'select (select count(*) from agreed) as agreed, (select count(*) from billed) as billed',
	)
	await database.checkpoint()
	await database.close()
	return { ...counts }
}

/** One plain full outer join by key that compares the columns of both sides. */
export async function fullJoin({ folder }: { folder: string }) {
	const database = await openDatabase(path.join(folder, 'join.duckdb'), { readOnly: true })
	const columns = ['kind', 'product_id', 'quantity', 'unit', 'unit_price', 'amount', 'currency']
	const differ = columns.map(
		(column) => `count(*) filter (where agreed.${column} is distinct from billed.${column}) as ${column}`,
	)
	const [row] = await database.all<Record<string, string>>(
		`select count(*) as rows, ${differ.join(', ')} from agreed full join billed on agreed.line = billed.line`,
	)
	await database.close()
	return { ...row }
}

/** Notes what a build file has in schema raw, for `byHand`. */
export async function noteViews({ folder }: { folder: string }) {
	const database = await openDatabase(projectFiles(folder).build)
	await database.attach(projectFiles(folder).warehouse, 'warehouse')
	const views = await database.all<{ sql: string }>(
		`select sql from duckdb_views() where schema_name = 'raw' and database_name = current_database()`,
	)
	const [clocks] = await database.all<Record<string, string>>('select * from raw.as_of')
	await database.close()
	const schemas = ['raw', 'staging', 'canonical', 'intermediate', 'marts'].map((name) => `create schema ${name}`)
	const asOf = `create table raw.as_of as select timestamp '${clocks!['loaded_until']}' as loaded_until,
		timestamp '${clocks!['extracted_until']}' as extracted_until, date '${clocks!['as_of_date']}' as as_of_date`
	writeFileSync(path.join(folder, 'views.json'), JSON.stringify([...schemas, asOf, ...views.map(({ sql }) => sql)]))
	return { views: views.length }
}

/** Appends new versions of so many opportunity lines, as a run an hour later would. */
export async function changeLines({ folder, count }: { folder: string; count: number }) {
	const database = await openDatabase(projectFiles(folder).warehouse)
	await database.run(`insert into raw.salesforce__opportunity_lines
		select lines.* replace (cast(cast(quantity as decimal(18, 6)) + 1 as varchar) as quantity, md5(_hash) as _hash, 'bench' as _run_id,
			_extracted_at + interval 1 hour as _extracted_at, newest + interval 1 hour as _loaded_at)
		from raw.salesforce__opportunity_lines as lines
		cross join (select max(_loaded_at) as newest from raw.salesforce__opportunity_lines)
		where not _deleted order by hash(_key) limit ${count}`)
	await database.checkpoint()
	await database.close()
	return {}
}

/** The fingerprints of every mart of a file of the project. */
export async function martFingerprints({ folder, file }: { folder: string; file: string }) {
	const database = await openDatabase(path.join(folder, file), { readOnly: true })
	const tables = await database.all<{ name: string }>(
		`select table_name as name from duckdb_tables() where schema_name = 'marts' order by 1`,
	)
	const prints: Record<string, string> = {}
	for (const { name } of tables) {
		const { rows, sum } = await tableFingerprint(database, `marts.${name}`)
		prints[name] = `${rows} ${sum}`
	}
	await database.close()
	return { prints }
}
