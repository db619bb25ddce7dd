import path from 'node:path'
import { identifier, literal } from '../models/sql-text.ts'
import type { Database } from '../models/warehouse.ts'
import { lineProblem } from './inspect.ts'
import { landedLines } from './landing.ts'
import { isDoubt, isFirstRun, sqlMoment } from './load.ts'
import { loadNested } from './nested-load.ts'
import { largestRecord, rawTable, type SliceShape, sliceQuery, systemColumns } from './raw-table.ts'
import type { DeletesReading } from './source.ts'
import type { LandedPart, StreamRun } from './state.ts'

/** Where tombstones go, and which run they belong to. `loadedAt` in epoch ms. */
export type DeletesTarget = { kind: string; run: StreamRun; shape: SliceShape; folder: string; loadedAt: number }

/**
 * Appends a tombstone for each live record that the source's list names as deleted after its newest version; the list is read from
 * its landed parts. Doing it twice changes nothing. Answers how many were appended.
 */
export async function loadListedDeletes(
	database: Database,
	target: DeletesTarget,
	parts: LandedPart[],
	reading: DeletesReading,
): Promise<number> {
	const keys: string[] = []
	const moments: string[] = []
	for (const part of parts) {
		for (const line of part.file === '' ? [] : await landedLines(target.folder, part.file, part.sha256)) {
			const gone = reading.read(JSON.parse(line.toString('utf8')))
			if (!gone) continue
			keys.push(gone.key)
			moments.push(gone.at)
		}
	}
	if (keys.length === 0) return 0
	await database.run('create or replace temp table gone (key varchar, deleted_at varchar)')
	for (let start = 0; start < keys.length; start += 10_000) {
		const end = start + 10_000
		await database.run('insert into gone select unnest($1::varchar[]), unnest($2::varchar[])', [
			keys.slice(start, end),
			moments.slice(start, end),
		])
	}
	const columns = target.shape.stream.deletedBy ?? ['_key']
	const match = columns.map((column) => `newest.${identifier(column)} = gone.key`)
	// A record that came back after its deletion has a newer stamp than the list's.
	return await bury(database, target, {
		from: `newest join (select key, max(deleted_at) as deleted_at from gone group by key) as gone
			on (${match.join(' or ')}) and (gone.deleted_at >= newest._cursor or newest._cursor = '')`,
		at: 'max(deleted_at)',
		// The cost follows what was deleted, not what there is.
		only: columns.map((column) => `${identifier(column)} in (select key from gone)`).join(' or '),
	})
}

/**
 * What was missing. `source`: its keys; `live`: ours before; `unknown`: theirs that are not live here. `isHeld`: too many, nothing was
 * done. `nameless`: records of which nobody knows whose they are; with one of them nothing is known to be missing, and nothing was done.
 */
export type MissingDeletes = {
	deleted: number
	source: number
	live: number
	unknown: number
	isHeld: boolean
	nameless: number
}

/** Fewer records left than this share, and so many gone at once: a person must look before they are deleted. */
const heldBelow = 0.7
const heldFrom = 20

/** Is so much of what was asked for gone at once that a person must look? */
export function isMassDeletion(before: number, now: number): boolean {
	return before - now >= heldFrom && now < before * heldBelow
}

/** Of a short list less than this share is too little: one that is empty now, a company's subsidiaries of which one is left. */
const heldOfShort = 0.5

/** Is a whole list so much shorter than before that a person must look? One that may be empty may well end so. */
export function isFarShorter(before: number, now: number, mayBeEmpty = false): boolean {
	return isMassDeletion(before, now) || (!mayBeEmpty && now < before * heldOfShort)
}

/**
 * Appends a tombstone for each live record of the connection that is not among the landed ones: a full read (`sweep` false) or the
 * keys of all (`sweep`; what the run itself brought is not judged by it). Doing it twice changes nothing. Of a sweep that would delete
 * very much nothing is done, unless a person said so (`isConfirmed`). `keys`: how many different ones landed, all of them live now, if
 * somebody has counted: where no more are live none is missing, and nothing is read again.
 */
export async function loadMissingDeletes(
	database: Database,
	target: DeletesTarget,
	parts: LandedPart[],
	{
		sweep = false,
		isConfirmed = false,
		keys = null,
		mayBeEmpty = false,
	}: { sweep?: boolean; isConfirmed?: boolean; keys?: number | null; mayBeEmpty?: boolean | undefined } = {},
): Promise<MissingDeletes> {
	const { kind, run, shape } = target
	const none = { deleted: 0, unknown: 0, isHeld: false, nameless: 0 }
	if (await isFirstRun(database, target)) return { ...none, source: 0, live: 0 }
	if (keys !== null && keys === (await liveRows(database, target, run.window.until)))
		return { ...none, source: keys, live: keys }
	const nameless = await noteKeys(database, target, parts, sweep ? largestRecord.usual : largestRecord.utmost)
	const until = `timestamp ${literal(sqlMoment(run.window.until))}`
	const table = rawTable(kind, shape.stream)
	const mine = `_connection = ${literal(run.connection)} and _extracted_at <= ${until}`
	await database.run(
		`create or replace temp table live as select _key, max(_extracted_at) as newest_at from ${table}
		where ${mine} and _key not in (${deadKeys(table, mine)}) group by _key`,
	)
	await database.run(
		`create or replace temp table gone as select _key as key from live
		where ${sweep ? `newest_at < ${until} and` : ''} not exists (select 1 from seen where seen._key = live._key)`,
	)
	const [counts] = await database.all<{ source: string; live: string; gone: string; unknown: string }>(
		`select (select count(*) from seen) as source, (select count(*) from live) as live, (select count(*) from gone) as gone,
			(select count(*) from seen where not exists (select 1 from live where live._key = seen._key)) as unknown`,
	)
	const [live, gone, unknown] = [Number(counts!.live), Number(counts!.gone), Number(counts!.unknown)]
	const isHeld = sweep && !isConfirmed && nameless === 0 && isFarShorter(live, live - gone, mayBeEmpty)
	const deleted =
		gone === 0 || isHeld || nameless > 0
			? 0
			: await bury(database, target, {
					from: 'newest',
					at: 'max(newest._cursor)',
					only: '_key in (select key from gone)',
				})
	await database.run('drop table if exists gone; drop table seen; drop table live')
	return { deleted, source: Number(counts!.source), live, unknown, isHeld, nameless }
}

/** Makes the table `seen` of the landed keys; answers how many records have none. What DuckDB can't read is read line by line. */
async function noteKeys(
	database: Database,
	{ shape, folder }: DeletesTarget,
	parts: LandedPart[],
	largest: number,
): Promise<number> {
	const landed = parts.filter((part) => part.file !== '')
	const files = landed.map((part) => path.join(folder, part.file))
	await database.run('create or replace temp table seen (_key varchar)')
	if (files.length === 0) return 0
	try {
		await database.run(`insert into seen select distinct _key from (${sliceQuery(files, keyShape(shape), largest)})`)
	} catch (error) {
		if (!isDoubt(error)) throw error
		for (const part of landed) await noteLines(database, await landedLines(folder, part.file, part.sha256), shape)
	}
	const [nameless] = await database.all<{ rows: string }>(
		"select count(*) as rows from seen where coalesce(_key, '') = ''",
	)
	await database.run("delete from seen where coalesce(_key, '') = ''")
	return Number(nameless!.rows)
}

async function noteLines(database: Database, lines: Buffer[], shape: SliceShape) {
	const keys = lines.map((line) => lineProblem(line, shape).key)
	for (let start = 0; start < keys.length; start += 10_000)
		await database.run('insert into seen select unnest($1::varchar[])', [keys.slice(start, start + 10_000)])
}

/**
 * SQL of the keys whose newest version is a tombstone. Only those that ever had one are looked at: the newest version of every key
 * would take memory that grows with the table.
 */
function deadKeys(table: string, mine: string): string {
	return `select _key from ${table} where ${mine} and _key in (select _key from ${table} where ${mine} and _deleted)
		group by _key having arg_max(_deleted, (_extracted_at, _cursor, _loaded_at))`
}

/** How many records of the connection are live in the raw table, or were by what was read up to a moment (epoch ms). */
export async function liveRows(
	database: Database,
	{ kind, run, shape }: Pick<DeletesTarget, 'kind' | 'run' | 'shape'>,
	asOf?: number,
): Promise<number> {
	const table = rawTable(kind, shape.stream)
	const upTo = asOf === undefined ? '' : ` and _extracted_at <= timestamp ${literal(sqlMoment(asOf))}`
	const mine = `_connection = ${literal(run.connection)}${upTo}`
	const [row] = await database.all<{ rows: string }>(
		`select (select count(*) from (select distinct _key from ${table} where ${mine}))
			- (select count(*) from (${deadKeys(table, mine)})) as rows`,
	)
	return Number(row!.rows)
}

/** Appends a tombstone for each live record that `from` names (aliased `newest`), stamped `at`; `only` narrows what is looked at. */
export async function bury(
	database: Database,
	target: DeletesTarget,
	{ from, at, only }: { from: string; at: string; only: string },
): Promise<number> {
	const { kind, run, shape, loadedAt } = target
	const table = rawTable(kind, shape.stream)
	const columns = Object.keys(shape.stream.columns).map((name) => identifier(name))
	const names = [...columns, ...systemColumns.map(([name]) => name)].join(', ')
	// As of the run: when an old one is loaded again, what came later is none of its business.
	const newest = `with newest as (select * from ${table} where _connection = ${literal(run.connection)}
			and (${only}) and _extracted_at <= timestamp ${literal(sqlMoment(run.window.until))}
		qualify row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) = 1)`
	return await database.transaction(async () => {
		await database.run(
			`create or replace temp table buried as ${newest}, live as (select * from newest where not _deleted)
			select newest._key as key, ${at} as at from ${from.replace(/^newest/, 'live as newest')} group by newest._key`,
		)
		const [count] = await database.all<{ rows: string }>('select count(*) as rows from buried')
		if (count!.rows !== '0')
			await database.run(
				`insert into ${table} (${names}) ${newest}
				select ${columns.map((column) => `newest.${column}`).join(', ')}, newest._extra, newest._connection, newest._key,
					md5(newest._hash || ':deleted'), buried.at, ${literal(run.runId)},
					timestamp ${literal(sqlMoment(run.window.until))}, timestamp ${literal(sqlMoment(loadedAt))}, true
				from newest join buried on buried.key = newest._key`,
			)
		if (count!.rows !== '0') await loadNested(database, target, { which: '_key in (select key from buried)' })
		await database.run('drop table buried; drop table if exists gone')
		return Number(count!.rows)
	})
}

/** The shape with nothing but the key, so that a sweep reads no more than it needs. */
function keyShape(shape: SliceShape): SliceShape {
	const columns = Object.fromEntries(shape.stream.key.map((name) => [name, shape.stream.columns[name]!]))
	const fields = Object.fromEntries(shape.stream.key.map((name) => [name, shape.fields[name] ?? null]))
	const { deletedWhen: _, ...stream } = shape.stream
	return { ...shape, fields, hasExtra: false, stream: { ...stream, columns, cursor: null } }
}
