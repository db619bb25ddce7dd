import type { Step } from './plan.ts'
import type { Session } from './session.ts'
import { qualifiedName } from './sql-text.ts'

/** What the build file remembers of a table that was built: `seconds` it took, `builtAt` UTC. */
export type BuiltStep = { name: string; fingerprint: string; rows: string; seconds: string; builtAt: string }

const schemas = ['raw', 'staging', 'canonical', 'intermediate', 'marts', 'tieout']

/** Makes the schemas and the memory of a build file, where they aren't there. */
export async function prepareBuildFile(session: Session): Promise<void> {
	const rows = await session.all<{ name: string }>(
		`select schema_name as name from duckdb_schemas() where database_name = current_database()`,
	)
	const missing = schemas.filter((schema) => !rows.some(({ name }) => name === schema))
	if (missing.length === 0) return
	await session.run(missing.map((schema) => `create schema ${schema}`).join(';'))
	await session.run(`create table if not exists tieout.steps (
		name varchar, fingerprint varchar, rows bigint, seconds decimal(18, 3), built_at timestamp)`)
}

/** What was built before and still has its table, by name. */
export async function builtSteps(session: Session): Promise<Map<string, BuiltStep>> {
	const rows = await session.all<BuiltStep>(
		`select steps.name, fingerprint, rows, seconds, built_at as "builtAt" from tieout.steps as steps
		inner join duckdb_tables() as tables on tables.database_name = current_database()
			and tables.schema_name || '.' || tables.table_name = steps.name`,
	)
	return new Map(rows.map((row) => [row.name, row]))
}

/** Drops the tables that the plan no longer has: a model that was removed, a source that is no longer in use. */
export async function dropLeftovers(session: Session, steps: readonly Step[]): Promise<string[]> {
	const wanted = new Set(steps.map((step) => step.name))
	const rows = await session.all<{ name: string }>(
		`select schema_name || '.' || table_name as name from duckdb_tables()
		where database_name = current_database() and schema_name in ('staging', 'canonical', 'intermediate', 'marts')`,
	)
	const leftovers = rows.map(({ name }) => name).filter((name) => !wanted.has(name))
	for (const name of leftovers) await session.run(`drop table ${qualifiedName(name)}`)
	return leftovers
}
