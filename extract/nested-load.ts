import { TieoutError } from '../models/error.ts'
import { identifier, literal } from '../models/sql-text.ts'
import type { Database } from '../models/warehouse.ts'
import { exactAmount } from './load.ts'
import type { NestedShape } from './nested.ts'
import { elementCount, elementRows } from './nested-sql.ts'
import { ensureRawTable, plausibleRow, rawTable, type SliceShape, systemColumns } from './raw-table.ts'
import type { LandedPart, StreamRun } from './state.ts'

/** Where records with lists in them were just loaded to, by which run, and from which parts, if from any. `loadedAt` in epoch ms. */
export type NestedTarget = { kind: string; run: StreamRun; shape: SliceShape; loadedAt: number; parts?: LandedPart[] }

/** What a load did to the elements of the records that it changed: how many those have, how many are in force, and their money. */
export type NestedTotals = {
	landed: number
	loaded: number
	appended: number
	deleted: number
	money: Record<string, string>
}

/** Which records, and how sure it is that their elements are good and new. `which`: a SQL condition on the record's table. */
export type NestedLoad = { which: string; isFresh?: boolean; isInspected?: boolean }

/** How records were parted, by the column of their lists: several lists may lie in one. */
type Portions = Map<string, string[]>

/** `mostLength`: all the text that the lists can have, where that is known. */
type VersionLoad = NestedLoad & { mostLength?: number | undefined; portions?: Portions }

/**
 * Makes the tables of the lists inside a stream's records. One that is new gets the elements of every version that the records have
 * had, so that a list declared later has its history; `isNew`: the connection has no records yet, and so no history. Answers whether a table
 * that was there was altered, or one was filled.
 */
export async function ensureNested(database: Database, target: NestedTarget, isNew = false): Promise<boolean> {
	const { kind, shape } = target
	let isChanged = false
	for (const nested of shape.nested ?? [])
		await database.transaction(async () => {
			const done = await ensureRawTable(database, kind, nested.stream)
			if (done === 'altered') isChanged = true
			if (done === 'there' || isNew) return
			if (await fillHistory(database, target, nested)) isChanged = true
		})
	return isChanged
}

/**
 * Brings the elements of the records that this run changed in line with the newest version of each: what differs is appended, what is
 * no longer in the list, or in a deleted record, gets a tombstone. In the caller's transaction. Twice is as once. Throws `load.doubt`
 * when a value needs a closer look.
 */
export async function loadNested(
	database: Database,
	target: NestedTarget,
	load: NestedLoad,
): Promise<Record<string, NestedTotals>> {
	const totals: Record<string, NestedTotals> = {}
	const { run, shape } = target
	if (!shape.nested || shape.nested.length === 0) return totals
	const at = moment(run.window.until)
	const later = load.isFresh ? [] : await laterMoments(database, target, load.which)
	const mostLength = target.parts?.reduce((sum, { bytes }) => sum + bytes, 0)
	const portions: Portions = new Map()
	for (const nested of shape.nested) {
		totals[nested.stream.name] = await loadVersion(database, target, nested, at, { ...load, mostLength, portions })
		// A run that was decided about, or a record replayed, after newer versions came: those are compared again with what is new now.
		for (const one of later) await loadVersion(database, target, nested, one, { ...load, isInspected: true })
	}
	return totals
}

/** Every record, for lists that are declared later than their records were loaded. */
const everything = 'true'

/** Answers whether there was any. */
async function fillHistory(database: Database, target: NestedTarget, nested: NestedShape): Promise<boolean> {
	const { kind, run, shape } = target
	const moments = await database.all<{ at: string }>(
		`select distinct cast(_extracted_at as varchar) as at from ${rawTable(kind, shape.stream)} where _connection = $1 order by 1`,
		[run.connection],
	)
	for (const { at } of moments)
		await loadVersion(database, target, nested, `timestamp ${literal(at)}`, { which: everything, isInspected: true })
	return moments.length > 0
}

async function laterMoments(database: Database, { kind, run, shape }: NestedTarget, which: string): Promise<string[]> {
	const table = rawTable(kind, shape.stream)
	const until = moment(run.window.until)
	const keys = `select _key from ${table} where _connection = $1 and _extracted_at = ${until} and _run_id = $2 and (${which})`
	const rows = await database.all<{ at: string }>(
		`select distinct cast(_extracted_at as varchar) as at from ${table}
		where _connection = $1 and _extracted_at > ${until} and _key in (${keys}) order by 1`,
		[run.connection, run.runId],
	)
	return rows.map(({ at }) => `timestamp ${literal(at)}`)
}

/** Loads the elements of the records' versions of one moment (`at`, SQL). */
async function loadVersion(
	database: Database,
	target: NestedTarget,
	nested: NestedShape,
	at: string,
	load: VersionLoad,
): Promise<NestedTotals> {
	const step = await stepOf(database, target, nested, at, load)
	let landed = 0
	for (const { records } of step.portions)
		landed += Number((await database.all<Counted>(elementCount(nested, records)))[0]!.rows)
	// Of a record that was never here no element is: they come and go in one transaction.
	return {
		landed,
		...(load.isFresh ? await appendAll(database, step, load) : await appendChanged(database, step, load)),
	}
}

type Counted = { rows: string }

/** One list, one moment: SQL of the records, of them and their elements in portions, and of the insert. */
type Step = {
	nested: NestedShape
	table: string
	connection: string
	mine: string
	at: string
	records: string
	portions: { records: string; rows: string }[]
	into: string
	stamps: string
}

async function stepOf(
	database: Database,
	target: NestedTarget,
	nested: NestedShape,
	at: string,
	load: VersionLoad,
): Promise<Step> {
	const { kind, run, shape, loadedAt } = target
	const table = rawTable(kind, nested.stream)
	const connection = literal(run.connection)
	const mine = `_connection = ${connection}`
	const own = `_run_id = ${literal(run.runId)} and (${load.which})`
	const isFresh = load.isFresh ?? false
	const all = `${mine} and _extracted_at = ${at} and ${touched()}`
	const records = versions(target, nested, all, isFresh)
	const { column } = nested.stream.within!
	const isOne = (load.mostLength ?? portionLength + 1) <= portionLength
	const parted = isOne
		? ['true']
		: (load.portions?.get(column) ?? (await portionsOf(database, target, nested, all, isFresh)))
	load.portions?.set(column, parted)
	const portions = parted.map((some) => {
		const ofSome = versions(target, nested, `${all} and ${some}`, isFresh)
		return { records: ofSome, rows: elementRows(nested, shape, ofSome, shape.nested!) }
	})
	const columns = Object.keys(nested.stream.columns).map((name) => identifier(name))
	const into = `insert into ${table} (${[...columns, ...systemColumns.map(([name]) => name), '_parent'].join(', ')})`
	return { nested, table, connection, mine, at, records, portions, into, stamps: `${at}, ${moment(loadedAt)}` }

	function touched(): string {
		if (load.which === everything) return 'true'
		if (at === moment(run.window.until)) return own
		return `_key in (select _key from ${rawTable(kind, shape.stream)} where ${mine} and ${own})`
	}
}

/**
 * Characters of lists that are taken apart by one statement. DuckDB keeps what it parsed of 2,048 rows until it is done with them, and that
 * takes some 20 times their text: 1,450 billing documents with 13 MB of items did not fit into 256 MB.
 */
const portionLength = 4 << 20

/** SQL conditions that part the records (`all` says which) into portions of about that length: by their place, or by keys where a record has versions. */
async function portionsOf(
	database: Database,
	{ kind, shape }: NestedTarget,
	{ stream }: NestedShape,
	all: string,
	isFresh: boolean,
): Promise<string[]> {
	const from = `${rawTable(kind, shape.stream)} where ${all}`
	// A list that was declared after its record was loaded is among what was not declared then.
	const length = `coalesce(strlen(${identifier(stream.within!.column)}), strlen(_extra), 0)`
	const [sum] = await database.all<{ length: string }>(`select coalesce(sum(${length}), 0) as length from ${from}`)
	const count = Math.ceil(Number(sum!.length) / portionLength)
	if (count <= 1) return ['true']
	if (!isFresh) return Array.from({ length: count }, (_, place) => `hash(_key) % ${count} = ${place}`)
	const places = await database.all<{ first: string; last: string }>(
		`select min(place) as first, max(place) as last from (
			select rowid as place, sum(${length}) over (order by rowid) // ${portionLength} as portion from ${from}
		) group by portion order by 1`,
	)
	return places.map(({ first, last }) => `rowid between ${first} and ${last}`)
}

function selected({ nested, stamps, connection }: Step): string {
	const columns = Object.keys(nested.stream.columns).map((name) => identifier(name))
	return `select ${columns.join(', ')}, _extra, ${connection}, _key, _hash, _cursor, _run_id, ${stamps}, _deleted, _parent`
}

async function appendAll(database: Database, step: Step, { isInspected }: NestedLoad) {
	const { nested, table, portions, into } = step
	const before = await counted(database, table)
	for (const { rows } of portions) await database.run(`${into} ${selected(step)} from (${rows})`)
	const { rows, money } = await looked(database, nested, `${table} where rowid >= ${before}`, isInspected)
	return { loaded: rows, appended: rows, deleted: 0, money }
}

async function appendChanged(database: Database, step: Step, { isInspected }: NestedLoad) {
	const { nested, records, portions, into } = step
	for (const [place, { rows }] of portions.entries())
		await database.run(
			`${place === 0 ? 'create or replace temp table nested_slice as' : 'insert into nested_slice'} ${rows}`,
		)
	if (!isInspected) await looked(database, nested, 'nested_slice')
	await database.run(`create or replace temp table nested_known as ${inForce(step)}`)
	const changed = `nested_slice where not exists (
		select 1 from nested_known as known where known._key = nested_slice._key and known._hash = nested_slice._hash)`
	const appended = await counted(database, changed)
	if (appended > 0) await database.run(`${into} ${selected(step)} from ${changed}`)
	const gone = `nested_known as known join (${records}) as touched on touched._key = known._parent
		where not known._deleted and known._key not in (select _key from nested_slice)`
	const deleted = await counted(database, gone)
	if (deleted > 0) await database.run(`${into} ${tombstones(step)} from ${gone}`)
	const held = `(${inForce(step)}) as held where exists (
		select 1 from nested_slice where nested_slice._key = held._key and nested_slice._hash = held._hash)`
	const { rows: loaded, money } = await looked(database, nested, held, true)
	await database.run('drop table nested_slice; drop table nested_known')
	return { loaded, appended, deleted, money }
}

function tombstones({ nested, stamps, connection }: Step): string {
	const columns = Object.keys(nested.stream.columns).map((name) => `known.${identifier(name)}`)
	return `select ${columns.join(', ')}, known._extra, ${connection}, known._key, md5(known._hash || ':deleted'),
		touched._cursor, touched._run_id, ${stamps}, true, known._parent`
}

/** The newest version that each record has at the moment; of a fresh load there is one. */
function versions({ kind, shape }: NestedTarget, { stream }: NestedShape, which: string, isFresh: boolean): string {
	const list = identifier(stream.within!.column)
	const member = shape.fields[stream.within!.column]
	// A list that was declared after its record was loaded is among what was not declared then.
	const kept =
		!isFresh && member && !member.includes('.')
			? `* replace (coalesce(${list}, cast(json_extract(_extra, ${literal(`$."${member}"`)}) as varchar)) as ${list})`
			: '*'
	const newest = isFresh
		? ''
		: ' qualify row_number() over (partition by _key order by _cursor desc, _loaded_at desc) = 1'
	return `select ${kept} from ${rawTable(kind, shape.stream)} where ${which}${newest}`
}

/** The versions of the records' elements that are in force at the moment. */
function inForce({ table, mine, at, records }: Step): string {
	return `select * from ${table} where ${mine} and _extracted_at <= ${at} and _parent in (select _key from (${records}))
		qualify row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) = 1`
}

/** How many elements there are and what those add up to that are not deleted. Throws `load.doubt` unless they were `isInspected`. */
async function looked(database: Database, { stream, fields }: NestedShape, from: string, isInspected = false) {
	const { money } = stream
	const fit = isInspected ? 'true' : plausibleRow({ stream, fields, zone: 'UTC', hasExtra: true })
	const total = money ? `cast(sum(${exactAmount(money.amount)}) filter (where not _deleted) as varchar)` : 'null'
	const found = await database.all<{ currency: string | null; rows: string; doubtful: string; total: string | null }>(
		`select ${money?.currency ? identifier(money.currency) : 'null'} as currency, count(*) as rows,
			count(*) filter (where (${fit}) is not true) as doubtful, ${total} as total
		from ${from} group by 1`,
	)
	if (found.some(({ doubtful }) => doubtful !== '0'))
		throw new TieoutError('data', 'load.doubt', `an element of ${stream.name} needs a closer look`)
	const totals = found.flatMap((one) => (one.total === null ? [] : [[one.currency ?? '(none)', one.total]]))
	return { rows: found.reduce((sum, { rows }) => sum + Number(rows), 0), money: Object.fromEntries(totals) }
}

async function counted(database: Database, from: string): Promise<number> {
	const [row] = await database.all<{ rows: string }>(`select count(*) as rows from ${from}`)
	return Number(row!.rows)
}

function moment(at: number): string {
	return `timestamp ${literal(new Date(at).toISOString().replace('T', ' ').slice(0, -1))}`
}
