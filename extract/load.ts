import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TieoutError } from '../models/error.ts'
import { identifier, literal } from '../models/sql-text.ts'
import type { Database } from '../models/warehouse.ts'
import { adoptFields } from './adopt.ts'
import { badRecord, type GoodLine, inspectPart, lineProblem } from './inspect.ts'
import { forgetTables } from './known-tables.ts'
import { diskError } from './landing.ts'
import { ensureNested, loadNested, type NestedTotals } from './nested-load.ts'
import {
	ensureRawTable,
	isFlat,
	largestRecord,
	plausibleRow,
	rawTable,
	type SliceShape,
	sliceQuery,
	systemColumns,
} from './raw-table.ts'
import type { LandedPart, QuarantinedRecord, StreamRun } from './state.ts'

/** A batch of landed parts of one run, and where it goes. `loadedAt` in epoch ms. */
export type Slice = {
	kind: string
	run: StreamRun
	shape: SliceShape
	parts: LandedPart[]
	/** The landing folder. */
	folder: string
	loadedAt: number
	/** The stream was read to its end before, so this is not its first run; nobody need look. */
	isRead?: boolean
}

/** What a load did. `appended`: new versions. `proved`: keys of the slice whose version is now in the warehouse. `isFirst`: before it, nothing of the connection but of its run was there. */
export type Loaded = {
	isFirst: boolean
	appended: number
	proved: number
	/** Records that shared their key with a newer one of the slice. */
	duplicates: number
	quarantined: QuarantinedRecord[]
	money: Record<string, string>
	/** By the name of each list inside the records. */
	nested: Record<string, NestedTotals>
}

/**
 * Loads landed parts into their raw table: a version is appended only when it differs from the one in force. Loading the same parts
 * twice changes nothing. What can't be loaded comes back as `quarantined`; the caller keeps it before it counts the parts as loaded.
 * All in one transaction, which stands in the log until the file is closed (`warehouse-turn.ts`).
 */
export async function loadSlice(database: Database, slice: Slice): Promise<Loaded> {
	const there = await prepareTables(database, slice)
	const files = slice.parts.map((part) => path.join(slice.folder, part.file))
	const expected = slice.parts.reduce((sum, part) => sum + part.rows, 0)
	const isFirst = there !== null && there.others === 0
	if (expected === 0) return { ...nothing, isFirst, quarantined: [] }
	const load = (from: string[], rows: number, way: Way) =>
		database.transaction(() =>
			way.isNew ? appendAll(database, slice, from, rows, there!) : appendChanged(database, slice, from, rows, way),
		)
	const isDoubtful = slice.parts.some((part) => part.isDoubtful)
	for (const isNew of isDoubtful ? [] : isFirst ? [true, false] : [false]) {
		try {
			return { ...(await load(files, expected, { isNew })), isFirst, quarantined: [] }
		} catch (error) {
			if (!isDoubt(error)) throw error
			if (error.code !== 'load.known') break
		}
	}
	const inspected = await inspectedFiles(slice, database, async (cleaned, rows, longest) =>
		rows === 0 ? nothing : await load(cleaned, rows, { isNew: false, longest }),
	)
	return { ...inspected, isFirst }
}

/** Makes and changes the tables that a slice goes to; answers what is in its own. What was altered or rewritten does not stay in the log. */
async function prepareTables(database: Database, slice: Slice): Promise<There | null> {
	const { kind, shape, run } = slice
	try {
		const done = await ensureRawTable(database, kind, shape.stream)
		const there = done === 'made' ? nobody : slice.isRead ? null : await whatIsThere(database, slice)
		const isNew = there?.mine === 0
		if (done === 'altered') await database.checkpoint()
		if (await adoptFields(database, { kind, connection: run.connection, shape, isNew })) await database.checkpoint()
		if (await ensureNested(database, slice, isNew)) await database.checkpoint()
		return there
	} catch (error) {
		forgetTables(database)
		throw error
	}
}

/** Rows of a raw table: all, the connection's, and those of them that another run than this one brought. Null where nobody need know. */
type There = { rows: number; mine: number; others: number }

const nobody: There = { rows: 0, mine: 0, others: 0 }

async function whatIsThere(database: Database, { kind, run, shape }: Slice): Promise<There> {
	const [there] = await database.all<Record<keyof There, string>>(
		`select count(*) as rows, count(*) filter (where _connection = $1) as mine,
			count(*) filter (where _connection = $1 and _run_id <> $2) as others from ${rawTable(kind, shape.stream)}`,
		[run.connection, run.runId],
	)
	return { rows: Number(there!.rows), mine: Number(there!.mine), others: Number(there!.others) }
}

/** How records are loaded: `isNew`, when none of their keys was seen before. `longest`: bytes, where each was looked at by itself. */
type Way = { isNew: boolean; longest?: number }

const nothing = { appended: 0, proved: 0, duplicates: 0, money: {}, nested: {} }

/** Is there nothing of this connection in the table but what this run brought? */
export async function isFirstRun(
	database: Database,
	{ kind, run, shape }: Pick<Slice, 'kind' | 'run' | 'shape'>,
): Promise<boolean> {
	const others = await database.all(
		`select 1 from ${rawTable(kind, shape.stream)} where _connection = $1 and _run_id <> $2 limit 1`,
		[run.connection, run.runId],
	)
	return others.length === 0
}

/** The first read of a stream: straight from the files into the table. Throws when something needs a closer look; nothing stays then. */
async function appendAll(database: Database, slice: Slice, files: string[], expected: number, there: There) {
	const { kind, shape, run } = slice
	const table = rawTable(kind, shape.stream)
	const rows = `(${sliceQuery(files, shape, largestRecord.usual)})`
	// DuckDB takes a record with members below the top apart once more for every condition: these are judged in the table instead.
	await insertRows(database, slice, isFlat(shape) ? `${rows} where ${plausibleRow(shape)}` : rows)
	const added = `rowid >= ${there.rows}`
	const good = isFlat(shape) ? 'count(*)' : `count(*) filter (where ${plausibleRow(shape)})`
	const [counts] = await database.all<{ rows: string; keys: string; good: string }>(
		`select count(*) as rows, count(distinct _key) as keys, ${good} as good from ${table} where ${added}`,
	)
	if (Number(counts!.rows) !== expected || Number(counts!.good) !== expected) throw doubt()
	const again =
		there.mine === 0
			? []
			: await database.all(
					`select 1 from ${table} where rowid < ${there.rows} and _connection = $1
						and _key in (select _key from ${table} where ${added}) limit 1`,
					[run.connection],
				)
	if (again.length > 0 || counts!.keys !== counts!.rows) throw known()
	const money = await moneyOf(database, slice, table, added)
	const nested = await loadNested(database, slice, { which: added, isFresh: true })
	return { appended: expected, proved: expected, duplicates: 0, money, nested }
}

/** Any other read: only what differs from the version in force, and of several records with one key the newest. */
async function appendChanged(database: Database, slice: Slice, files: string[], expected: number, { longest }: Way) {
	const { kind, shape, run } = slice
	const table = rawTable(kind, shape.stream)
	const isInspected = longest !== undefined
	const largest = Math.max(largestRecord.usual, (longest ?? 0) + 1024)
	await database.run(`create or replace temp table slice as ${sliceQuery(files, shape, largest)}`)
	const [counts] = await database.all<{ rows: string; keys: string; doubtful: string }>(
		`select count(*) as rows, count(distinct _key) as keys,
			count(*) filter (where (${isInspected ? "_key <> ''" : plausibleRow(shape)}) is not true) as doubtful from slice`,
	)
	if (Number(counts!.rows) !== expected || counts!.doubtful !== '0') throw doubt()
	const duplicates = Number(counts!.rows) - Number(counts!.keys)
	if (duplicates > 0) await database.run(keepNewest)
	const at = `timestamp ${literal(sqlMoment(run.window.until))}`
	await database.run(
		`create or replace temp table known as select _key, _hash, _extracted_at = ${at} as is_same_moment,
			row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) = 1 as is_in_force
		from ${table} where _connection = $1 and _extracted_at <= ${at} and _key in (select _key from slice)`,
		[run.connection],
	)
	const isNew = `not exists (select 1 from known where known._key = slice._key and known._hash = slice._hash
		and (known.is_in_force or known.is_same_moment))`
	const [changed] = await database.all<{ rows: string }>(`select count(*) as rows from slice where ${isNew}`)
	const isHeld = `exists (select 1 from ${table} as held where held._connection = ${literal(run.connection)}
		and held._key = slice._key and held._hash = slice._hash)`
	let proved = counts!.keys
	if (changed!.rows !== '0') {
		await insertRows(database, slice, `slice where ${isNew}`)
		const [found] = await database.all<{ rows: string }>(`select count(*) as rows from slice where ${isHeld}`)
		proved = found!.rows
	}
	// Where nothing is new every version was found in the table already.
	const money = await moneyOf(database, slice, 'slice', changed!.rows === '0' ? 'true' : isHeld)
	const nested = await loadNested(database, slice, { which: '_key in (select _key from slice)', isInspected })
	await database.run('drop table slice; drop table known')
	return { appended: Number(changed!.rows), proved: Number(proved), duplicates, money, nested }
}

const keepNewest = `delete from slice where rowid not in (
	select last(rowid order by _cursor, _hash, rowid) from slice group by _key)`

async function insertRows(database: Database, { kind, run, shape, loadedAt }: Slice, from: string) {
	const columns = Object.keys(shape.stream.columns).map((name) => identifier(name))
	const names = [...columns, ...systemColumns.map(([name]) => name)].join(', ')
	await database.run(
		`insert into ${rawTable(kind, shape.stream)} (${names})
		select ${columns.join(', ')}, _extra, ${literal(run.connection)}, _key, _hash, _cursor, ${literal(run.runId)},
			timestamp ${literal(sqlMoment(run.window.until))}, timestamp ${literal(sqlMoment(loadedAt))}, _deleted
		from ${from}`,
	)
}

/** SQL of a column's exact amount. A cast to a wide decimal is slow, and to a narrow one enough for nearly every amount. */
export function exactAmount(column: string): string {
	const amount = identifier(column)
	return `coalesce(cast(try_cast(${amount} as decimal(18, 4)) as decimal(38, 4)), try_cast(${amount} as decimal(38, 4)))`
}

/** Exact totals by currency of the rows that are not deleted. */
async function moneyOf(
	database: Database,
	{ shape }: Slice,
	source: string,
	condition: string,
): Promise<Record<string, string>> {
	const { money } = shape.stream
	if (!money || !shape.fields[money.amount]) return {}
	const currency = money.currency === null ? 'null' : `nullif(${identifier(money.currency)}, '')`
	const rows = await database.all<{ currency: string | null; total: string }>(
		`select ${currency} as currency, cast(coalesce(sum(${exactAmount(money.amount)}), 0) as varchar) as total
		from ${source} where (${condition}) and not _deleted group by 1`,
	)
	return Object.fromEntries(rows.map((row) => [row.currency ?? '(none)', row.total]))
}

type Loadable = Omit<Loaded, 'quarantined' | 'isFirst'>

/**
 * Loads copies of the parts without their bad records. What DuckDB refuses although nothing was found wrong with it is found by halves,
 * so that no record ever keeps the others from being loaded.
 */
async function inspectedFiles(
	slice: Slice,
	database: Database,
	work: (files: string[], rows: number, longest: number) => Promise<Loadable>,
): Promise<Omit<Loaded, 'isFirst'>> {
	const folder = await mkdtemp(path.join(tmpdir(), 'tieout-load-'))
	const load = async (search: Search) => {
		const { files, rows, longest, quarantined } = await cleanedFiles(slice, folder, search)
		return { ...(await work(files, rows, longest)), quarantined }
	}
	try {
		return await load(async () => []).catch((error) => {
			if (!isDoubt(error)) throw error
			return load((lines) => refusedLines(database, slice, lines, path.join(folder, 'refused.ndjson')))
		})
	} finally {
		await rm(folder, { recursive: true, force: true })
	}
}

/** Finds what DuckDB can't read of lines in which nothing wrong was found. */
type Search = (lines: GoodLine[]) => Promise<RefusedLine[]>

async function cleanedFiles(slice: Slice, folder: string, search: Search) {
	const { connection, stream, runId } = slice.run
	const cleaned = { files: [] as string[], rows: 0, longest: 0, quarantined: [] as QuarantinedRecord[] }
	for (const [index, part] of slice.parts.entries()) {
		const { good, bad } = await inspectPart(slice.folder, part, slice.shape)
		const refused = await search(good)
		const gone = new Set(refused.map(({ line }) => line))
		const kept = good.filter(({ line }) => !gone.has(line))
		const found = [...bad, ...refused.map((one) => refusedRecord(part.file, one, slice))]
		cleaned.quarantined.push(...found.map((record) => ({ connection, stream, runId, ...record })))
		if (kept.length === 0) continue
		const file = path.join(folder, `${index}.ndjson`)
		await writeLines(file, kept)
		cleaned.files.push(file)
		cleaned.rows += kept.length
		cleaned.longest = kept.reduce((most, { bytes }) => Math.max(most, bytes.length), cleaned.longest)
	}
	return cleaned
}

type RefusedLine = GoodLine & { why: string }

/** The lines of these that DuckDB can't read, found by halves through `file`. */
async function refusedLines(database: Database, slice: Slice, lines: GoodLine[], file: string): Promise<RefusedLine[]> {
	if (lines.length === 0) return []
	const longest = lines.reduce((most, { bytes }) => Math.max(most, bytes.length), 0)
	const largest = Math.max(largestRecord.usual, longest + 1024)
	await writeLines(file, lines)
	const why = await database
		.all<{ rows: string }>(`select count(_hash) as rows from (${sliceQuery([file], slice.shape, largest)})`)
		.then(([counted]) => (counted!.rows === String(lines.length) ? null : 'it is not one record'))
		.catch((error) => {
			if (isDoubt(error)) return error.message
			throw error
		})
	if (why === null) return []
	if (lines.length === 1) return [{ ...lines[0]!, why: why.split('\n')[0]!.slice(0, 300) }]
	const half = lines.length >> 1
	const first = await refusedLines(database, slice, lines.slice(0, half), file)
	return [...first, ...(await refusedLines(database, slice, lines.slice(half), file))]
}

function refusedRecord(file: string, { line, bytes, why }: RefusedLine, { shape }: Slice) {
	const { key, money } = lineProblem(bytes, shape)
	return badRecord({ file, line, bytes, key, money, code: 'malformed', reason: `DuckDB can't read the record: ${why}` })
}

async function writeLines(file: string, lines: readonly GoodLine[]) {
	await writeFile(file, Buffer.concat(lines.flatMap(({ bytes }) => [bytes, newline]))).catch((cause) => {
		throw diskError(cause, file)
	})
}

const newline = Buffer.from('\n')

/** A moment (epoch ms) as a timestamp of the warehouse, UTC. */
export function sqlMoment(at: number): string {
	return new Date(at).toISOString().replace('T', ' ').slice(0, -1)
}

function doubt(): TieoutError {
	return new TieoutError('data', 'load.doubt', 'a record of the slice needs a closer look')
}

/** A key that is there already, or comes twice: the versions must be compared. */
function known(): TieoutError {
	return new TieoutError('data', 'load.known', 'a record of the slice is not the only one with its key')
}

/** Ours, or DuckDB's refusal of a line that is no record: each line wants a look. */
export function isDoubt(error: unknown): error is TieoutError {
	if (!(error instanceof TieoutError)) return false
	return (
		['load.doubt', 'load.known'].includes(error.code) ||
		/JSON|invalid unicode|unicode|Malformed|maximum_object_size/i.test(error.message)
	)
}
