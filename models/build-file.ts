import { createHash } from 'node:crypto'
import { TieoutError } from './error.ts'
import { stagedKind } from './model.ts'
import type { Step } from './plan.ts'
import { asOfTable } from './raw-views.ts'
import type { Session } from './session.ts'
import { literal, qualifiedName } from './sql-text.ts'

/** What the build file remembers of a table (or view) that was built: `seconds` it took, `builtAt` UTC. */
export type BuiltStep = {
	name: string
	fingerprint: string
	rows: string
	seconds: string
	builtAt: string
	/** The tables it reads, separated by `, `. */
	reads: string
	/** The text it was built from. */
	sql: string
	/** What its contents are known by (`TableMarks` as JSON). */
	marks: string
	/** The clocks of the build that made it, as JSON. */
	clocks: string
}

/** What stands under a name of the build file. */
export type Kind = 'table' | 'view'

const schemas = ['raw', 'staging', 'canonical', 'intermediate', 'marts', 'tieout']

const stepColumns = ['name', 'fingerprint', 'rows', 'seconds', 'built_at', 'reads', 'sql', 'marks', 'clocks'] as const

const memory = {
	steps:
		'name varchar, fingerprint varchar, rows bigint, seconds decimal(18, 3), built_at timestamp, reads varchar, sql varchar, marks varchar, clocks varchar',
	results: 'mark varchar, found varchar',
	complete: 'mark varchar, finished_at timestamp',
}

/** Makes the schemas and the memory of a build file, where they aren't there. A memory of another shape is forgotten: all is built again. */
export async function prepareBuildFile(session: Session): Promise<void> {
	const shape = JSON.stringify([memory, asOfTable])
	const [known] = await session.all<{ comment: string | null }>(
		`select comment from duckdb_tables() where database_name = current_database() and schema_name = 'tieout' and table_name = 'steps'`,
	)
	if (known?.comment === shape) return
	const tables = Object.entries(memory).map(([name, columns]) => `create table tieout.${name} (${columns})`)
	await session.transaction(async () => {
		await session.run('drop schema if exists tieout cascade')
		await session.run(schemas.map((schema) => `create schema if not exists ${schema}`).join(';'))
		await session.run(tables.join(';'))
		await session.run(`comment on table tieout.steps is ${literal(shape)}`)
		await session.run(`create or replace table ${asOfTable}`)
	})
}

/**
 * Before the first table is changed: the file is no candidate until `markComplete`, and no table is known until `markSteps`. What is
 * killed or breaks in between is built again.
 */
export async function forgetSteps(session: Session): Promise<void> {
	await session.transaction(async () => {
		await markIncomplete(session)
		await session.run('delete from tieout.steps')
	})
}

/** What is known of all tables, in place of what was known before. */
export async function markSteps(session: Session, steps: readonly BuiltStep[]): Promise<void> {
	const lists = stepColumns.map((column, index) => `unnest($${index + 1}) as ${column}`)
	await session.transaction(async () => {
		await session.run('delete from tieout.steps')
		const rows = steps.map(stepRow)
		await session.run(
			`insert into tieout.steps select ${lists.join(', ')}`,
			stepColumns.map((_, index) => rows.map((row) => row[index]!)),
		)
	})
}

function stepRow({ name, fingerprint, rows, seconds, builtAt, reads, sql, marks, clocks }: BuiltStep): string[] {
	return [name, fingerprint, rows, seconds, builtAt, reads, sql, marks, clocks]
}

/** The file is no candidate until `markComplete`. */
export async function markIncomplete(session: Session): Promise<void> {
	await session.run('delete from tieout.complete')
}

/** Every table of the plan is as its mark says: the file may be checked and published. False: it was marked so before. */
export async function markComplete(session: Session, steps: readonly BuiltStep[], now: () => Date): Promise<boolean> {
	const mark = completeMark(steps)
	const [before] = await session.all<{ mark: string }>('select mark from tieout.complete')
	if (before?.mark === mark) return false
	await session.transaction(async () => {
		await session.run('delete from tieout.complete')
		await session.run('insert into tieout.complete values ($1, $2)', [mark, now()])
	})
	return true
}

/** Throws `data` when nothing was built yet, or the last build did not finish: its tables are of different moments. */
export async function completeBuild(session: Session): Promise<void> {
	const [row] = await session.all<{ mark: string }>('select mark from tieout.complete')
	if (row) return
	if ((await builtNames(session)).size === 0)
		throw new TieoutError('data', 'build.none', 'nothing has been built yet', {
			next: '`tieout run` reads, builds, checks and publishes; `tieout build` builds from what was read',
		})
	throw new TieoutError(
		'data',
		'build.incomplete',
		'the last build did not finish, so its tables are of different moments',
		{
			next: 'run `tieout build` again: it goes on where it stopped',
		},
	)
}

/** What was built before and is still there, by name. */
export async function builtSteps(session: Session): Promise<Map<string, BuiltStep>> {
	const there = await builtNames(session)
	const rows = await session.all<BuiltStep>(
		'select name, fingerprint, rows, seconds, built_at as "builtAt", reads, sql, marks, clocks from tieout.steps',
	)
	return new Map(rows.filter(({ name }) => there.has(name)).map((row) => [row.name, row]))
}

/** Kinds of sources of which staging models were built. */
export function builtKinds(steps: ReadonlyMap<string, BuiltStep>): Set<string | undefined> {
	return new Set([...steps.keys()].map(stagedKind))
}

/** All that builds made, marked or not. */
export async function builtNames(session: Session): Promise<Map<string, Kind>> {
	const of = (kind: Kind) =>
		`select schema_name || '.' || ${kind}_name as name, '${kind}' as kind from duckdb_${kind}s()
		where database_name = current_database() and schema_name in ('staging', 'canonical', 'intermediate', 'marts')`
	const rows = await session.all<{ name: string; kind: Kind }>(`${of('table')} union all ${of('view')}`)
	return new Map(rows.map(({ name, kind }) => [name, kind]))
}

/** Drops what the plan no longer has: a model that was removed, a source that is no longer in use. */
export async function dropLeftovers(session: Session, steps: readonly Step[]): Promise<string[]> {
	const wanted = new Set(steps.map((step) => step.name))
	const leftovers = [...(await builtNames(session))].filter(([name]) => !wanted.has(name))
	for (const [name, kind] of leftovers) await session.run(`drop ${kind} ${qualifiedName(name)}`)
	return leftovers.map(([name]) => name)
}

function completeMark(steps: readonly BuiltStep[]): string {
	const marks = steps.map((step) => [step.name, step.fingerprint])
	return createHash('sha256').update(JSON.stringify(marks)).digest('hex')
}
