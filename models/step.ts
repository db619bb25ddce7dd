import type { Kind } from './build-file.ts'
import type { Entity } from './canonical.ts'
import { statementOf } from './common-tables.ts'
import { TieoutError } from './error.ts'
import { type Merged, mergeTable, withFresh } from './merge.ts'
import { changedVersions, type View, versionedTable, versionKey } from './newest-versions.ts'
import { entityColumns, type Step } from './plan.ts'
import type { Clocks } from './raw-views.ts'
import type { Session } from './session.ts'
import { qualifiedName } from './sql-text.ts'
import { type Room, withRoom } from './with-room.ts'

/** What came of a step: its number of rows, and how they moved (undefined: it was made anew). */
export type Made = { kind: Kind; rows: string; moved: Merged | undefined }

/**
 * How a step is made. `before`: what stands there now. `view`: what gives its rows without copying them. `merge`: it was made by the
 * same text from what is still there, so a table may be brought to its new contents by its key, and one of newest versions by those
 * that came `since`. `isAsked`: knowing what moved may spare more than the comparison costs.
 */
export type How = {
	before: Kind | undefined
	view: View | undefined
	merge: boolean
	since: Clocks | undefined
	isAsked: boolean
}

/** Makes one table or view; what its marks said is forgotten by then, so what is killed in between is made again. Errors name the model's file and line. */
export async function makeStep(session: Session, step: Step, how: How, room: Room): Promise<Made> {
	try {
		if (how.before && how.before !== (how.view ? 'view' : 'table'))
			await session.run(`drop ${how.before} ${qualifiedName(step.name)}`)
		if (how.view) return moved(await createView(session, step, how.view), how)
		return await withRoom(session, room, () => makeTable(session, step, how))
	} catch (error) {
		throw modelError(step.model ?? step, error)
	}
}

/** All of it or nothing. */
async function makeTable(session: Session, step: Step, how: How): Promise<Made> {
	if (!how.merge || how.before !== 'table') return moved(await createTable(session, step), how)
	return await session.transaction(async () => {
		const merged = how.since && (await mergeVersions(session, step, how.since))
		return merged ?? (how.isAsked ? await merge(session, step) : moved(await createTable(session, step), how))
	})
}

async function createView(session: Session, step: Step, { select, rows }: View): Promise<Made> {
	try {
		await session.run(`create or replace view ${qualifiedName(step.name)} as\n${select}`)
	} catch (error) {
		if (!step.model) await checkColumns(session, step)
		throw error
	}
	if (!step.model) await checkTypes(session, step)
	return { kind: 'view', rows, moved: undefined }
}

/** Nobody compared: whatever reads it finds out for itself what is new. */
function moved(made: Made, { merge }: How): Made {
	return merge ? { ...made, moved: 'rows' } : made
}

async function merge(session: Session, step: Step): Promise<Made> {
	const key = step.model?.key ?? []
	if (key.length === 0) return createTable(session, step)
	return withFresh(session, statementOf(step.model ?? step), async (fresh) => {
		const moved = await mergeTable(session, step.name, fresh, key)
		if (!moved) return createTable(session, step, `select * from ${fresh.name}`)
		return { kind: 'table', rows: String(fresh.rows), moved }
	})
}

/** Undefined where so many keys have new versions that the whole costs no more. */
async function mergeVersions(session: Session, step: Step, since: Clocks): Promise<Made | undefined> {
	const changed = await changedVersions(session, versionedTable(step)!, since)
	if (!changed) return undefined
	const before = await rowCount(session, step)
	if (changed.keys > 1_000 && changed.keys > before / 5) return undefined
	const moved = await withFresh(session, changed.sql, (fresh) =>
		mergeTable(session, step.name, fresh, versionKey, 'temp.build_keys'),
	)
	return moved && { kind: 'table', rows: String(await rowCount(session, step)), moved }
}

async function rowCount(session: Session, step: Step): Promise<number> {
	const [counted] = await session.all<{ rows: string }>(`select count(*) as rows from ${qualifiedName(step.name)}`)
	return Number(counted!.rows)
}

/** Creates or replaces the step's table from its SQL (or `select`, which gives the same). A canonical one must have the contract's types. */
export async function createTable(
	session: Session,
	step: Step,
	select = statementOf(step.model ?? step),
): Promise<Made> {
	if (!step.model) await checkColumns(session, step)
	const [created] = await session.all<{ Count: string }>(
		`create or replace table ${qualifiedName(step.name)} as\n${select}`,
	)
	if (!step.model) await checkTypes(session, step)
	return { kind: 'table', rows: created!.Count, moved: undefined }
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
