import type { BuiltStep } from './build-file.ts'
import type { Entity } from './canonical.ts'
import { TieoutError } from './error.ts'
import { entityColumns, type Step } from './plan.ts'
import type { Session } from './session.ts'
import { literal, qualifiedName } from './sql-text.ts'

/** Builds one table with its comment, inside the caller's transaction. Errors name the model's file and line. */
export async function buildStep(
	session: Session,
	step: Step,
	fingerprint: string,
	now: () => Date,
): Promise<BuiltStep> {
	const started = performance.now()
	try {
		const rows = await createTable(session, step)
		const seconds = ((performance.now() - started) / 1000).toFixed(3)
		const builtAt = now().toISOString().replace('T', ' ').slice(0, 19)
		return { name: step.name, fingerprint, rows, seconds, builtAt, reads: step.reads.join(', '), sql: step.sql }
	} catch (error) {
		throw modelError(step.model ?? step, error)
	}
}

/**
 * Creates or replaces the step's table from its SQL, with the header as its comment; gives its number of rows. A canonical one must
 * have the contract's types.
 */
export async function createTable(session: Session, step: Step): Promise<string> {
	if (!step.model) await checkColumns(session, step)
	const [created] = await session.all<{ Count: string }>(
		`create or replace table ${qualifiedName(step.name)} as\n${step.sql}`,
	)
	if (step.model)
		await session.run(`comment on table ${qualifiedName(step.name)} is ${literal(step.model.description)}`)
	else await checkTypes(session, step)
	return created!.Count
}

/**
 * An error of DuckDB about a model's SQL, with the model's file and line in front. `linesBefore` stand before its text in the
 * statement. Others, and what leaves the instance unusable, pass as they are.
 */
export function modelError(
	model: { name: string; file?: string; line?: number },
	error: unknown,
	linesBefore = 1,
): unknown {
	if (!(error instanceof TieoutError) || !error.code.startsWith('duckdb.')) return error
	if (error.code === 'duckdb.fatal' || error.code === 'duckdb.interrupt') return error
	if (error.code === 'duckdb.out_of_memory') return memoryError(model.name, error)
	const lineInStatement = Number(/\nLINE (\d+):/.exec(error.message)?.[1] ?? linesBefore + 1)
	const where = model.file ? `${model.file}:${(model.line ?? 1) + lineInStatement - linesBefore - 1}` : model.name
	return new TieoutError('configuration', 'model.failed', `${where}: ${error.message.split('\n\nLINE')[0]}`, {
		where,
		next: 'repair the model and build again; the last published generation stays in service',
		cause: error,
	})
}

/** Names the staging model that lacks a column of its entity: the union's own text is nobody's. */
async function checkColumns(session: Session, step: Step): Promise<void> {
	const wanted = entityColumns(entityOf(step))
	for (const name of step.reads) {
		const { columns } = await session.describe(`select * from ${qualifiedName(name)}`)
		const given = new Set(columns.map((column) => column.name))
		const missing = wanted.filter((column) => !given.has(column.name))
		if (missing.length === 0) continue
		throw new TieoutError(
			'configuration',
			'model.canonical_columns',
			`${name} lacks ${missing.map((column) => column.name).join(', ')} of ${step.name}`,
			{
				where: name,
				allowed: wanted.map((column) => `${column.name} ${column.type}`),
				next: `add ${missing.map((column) => `cast(null as ${column.type}) as ${column.name}`).join(', ')}, or what the source has for it`,
			},
		)
	}
}

function memoryError(name: string, error: TieoutError): TieoutError {
	return new TieoutError(
		'refused',
		'build.memory',
		`${name} needs more memory than a build may have: ${error.message}`,
		{
			where: name,
			next: 'raise build.memory in tieout.yml, and build again: it goes on where it stopped',
			cause: error,
		},
	)
}

async function checkTypes(session: Session, step: Step): Promise<void> {
	const { columns } = await session.describe(`select * from ${qualifiedName(step.name)}`)
	for (const [index, wanted] of entityColumns(entityOf(step)).entries()) {
		const given = columns[index]?.type.toLowerCase()
		if (given === wanted.type.replaceAll(' ', '')) continue
		throw new TieoutError(
			'configuration',
			'model.canonical_type',
			`${step.name}.${wanted.name} comes as ${given}, not as ${wanted.type}`,
			{
				where: step.reads.join(', '),
				next: `cast the column to ${wanted.type} in ${step.reads.join(' or ')}`,
			},
		)
	}
}

function entityOf(step: Step): Entity {
	return step.name.slice('canonical.'.length) as Entity
}
