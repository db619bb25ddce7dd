import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { TieoutError } from '../../models/error.ts'
import { addDecimalFunctions } from './decimal.ts'
import { type BooleanWords, storedValue, type ValueKind } from './stored-value.ts'
import type { RecordVersion, System } from './world/world.ts'

/** What the store has to know of an object: its columns, those that identify a record, and the one that dates its last change. */
export type StoredObject = {
	system: System
	name: string
	columns: { name: string; kind: ValueKind }[]
	key: string[]
	stamp: string | null
	/** The vendor's words for true and false; `true` and `false`, if absent. */
	booleans?: BooleanWords
}

/** Every record version of the company, in SQLite: one table per object. Moments are text, UTC, `YYYY-MM-DDTHH:MM:SS`. */
export type Store = {
	database: DatabaseSync
	/** Was the file already loaded with the same fingerprint? Then there is nothing to load. */
	isLoaded: boolean
	/** Loads all versions and builds the indexes. Throws TieoutError at a value or field that was not declared. */
	load(versions: Iterable<RecordVersion>): void
	/** Takes all rows of an object out of sight (a role to which rules by record show none), or gives them back. Throws RangeError. */
	setEmpty(system: System, object: string, isEmpty: boolean): void
	/** How often rows went out of sight or came back: whoever keeps results of queries reads them anew. */
	changes(): number
	close(): void
}

/** The quoted name of an object's table. */
export function tableName(system: System, object: string): string {
	return `"${system}_${object}"`
}

/** The condition that leaves the versions in force at the moment bound to `:now`; `alias` names the table in the query. */
export function inForce(alias: string): string {
	return `${alias}._from <= :now and ${alias}._until > :now and ${alias}._gone = 0`
}

/** Opens a store in memory, or in the file `path`, which is loaded anew unless it bears the same fingerprint. */
export function openStore(objects: StoredObject[], { path = ':memory:', fingerprint = '' } = {}): Store {
	const database = new DatabaseSync(path)
	database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -131072')
	// A company too large for memory is not sorted in memory either.
	database.exec(`pragma temp_store = ${path === ':memory:' ? 'memory' : 'file'}`)
	addDecimalFunctions(database)
	const isLoaded = fingerprint !== '' && fingerprint === loadedFingerprint(database)
	if (!isLoaded) createTables(database, objects)
	let changes = 0
	return {
		database,
		isLoaded,
		load: (versions) => {
			insertVersions(database, objects, versions)
			for (const object of objects) finishTable(database, object)
			database.prepare('insert into _loaded values (?)').run(fingerprint)
		},
		setEmpty: (system, object, isEmpty) => {
			emptyTable(database, objects, { system, object, isEmpty })
			changes++
		},
		changes: () => changes,
		close: () => database.close(),
	}
}

/** Later than every moment of the company. */
const forever = Number.MAX_SAFE_INTEGER

const versionsPerTransaction = 50_000

function loadedFingerprint(database: DatabaseSync): string | null {
	database.exec('create table if not exists _loaded (fingerprint text)')
	const row = database.prepare('select fingerprint from _loaded').get() as { fingerprint: string } | undefined
	return row?.fingerprint ?? null
}

function createTables(database: DatabaseSync, objects: StoredObject[]): void {
	database.exec('drop table if exists _loaded; create table _loaded (fingerprint text)')
	for (const { system, name, columns } of objects) {
		const declared = columns.map((column) => `"${column.name}" ${column.kind === 'integer' ? 'integer' : 'text'}`)
		database.exec(
			`drop table if exists ${tableName(system, name)};
			create table ${tableName(system, name)} (_version integer primary key, _id text, _from integer, _until integer, _gone integer, ${declared.join(', ')})`,
		)
	}
}

type EmptyTable = { system: System; object: string; isEmpty: boolean }

/** A view of this connection stands before the table of that name; the file, which others may read, stays as it is. */
function emptyTable(database: DatabaseSync, objects: StoredObject[], { system, object, isEmpty }: EmptyTable): void {
	const own = objects.filter((one) => one.system === system).map(({ name }) => name)
	if (!own.includes(object)) throw new RangeError(`${system} has no ${object}; it has ${own.join(', ')}`)
	const table = tableName(system, object)
	database.exec(`drop view if exists temp.${table}`)
	if (isEmpty) database.exec(`create temp view ${table} as select * from main.${table} where 0`)
}

function insertVersions(database: DatabaseSync, objects: StoredObject[], versions: Iterable<RecordVersion>): void {
	const inserts = new Map<string, { object: StoredObject; statement: StatementSync }>()
	for (const object of objects) {
		const places = object.columns.map(() => ', ?').join('')
		const statement = database.prepare(
			`insert into ${tableName(object.system, object.name)} values (null, ?, ?, ${forever}, ?${places})`,
		)
		inserts.set(`${object.system}_${object.name}`, { object, statement })
	}
	database.exec('begin')
	let count = 0
	for (const version of versions) {
		const insert = inserts.get(`${version.system}_${version.object}`)
		if (!insert) throw undeclared(version, version.object, [...inserts.keys()])
		insert.statement.run(version.id, version.from, version.values ? 0 : 1, ...columnValues(insert.object, version))
		if (++count % versionsPerTransaction === 0) database.exec('commit; begin')
	}
	database.exec('commit')
}

function columnValues(object: StoredObject, version: RecordVersion): SQLInputValue[] {
	const { columns, key } = object
	const { values } = version
	if (!values) return columns.map(() => null)
	let found = 0
	const row = columns.map(({ name, kind }): SQLInputValue => {
		const value = values[name]
		if (value !== undefined) found++
		else if (key.length === 1 && name === key[0]) return storedValue(kind, version.id, object.booleans)
		if (value === undefined || value === null) return null
		const stored = storedValue(kind, value, object.booleans)
		if (stored === null) throw unfit(version, name, kind, value)
		return stored
	})
	if (found === Object.keys(values).length) return row
	const names = columns.map((column) => column.name)
	const stranger = Object.keys(values).find((name) => !names.includes(name))
	throw undeclared(version, `${version.object}.${stranger}`, names)
}

/** A version ends where the next one of its id begins; of two at one moment the later in the list holds. */
function finishTable(database: DatabaseSync, { system, name, key, stamp }: StoredObject): void {
	const table = tableName(system, name)
	const quoted = key.map((column) => `"${column}"`).join(', ')
	// With the validity and the stamp in it, the index alone tells how many records follow a key.
	const validity = ['_until', '_from', '_gone', ...(stamp ? [`"${stamp}"`] : [])]
	database.exec(`
		update ${table} set _until = later._from from (
			select * from (select _version, lead(_from) over (partition by _id order by _from, _version) as _from from ${table})
			where _from is not null
		) as later where later._version = ${table}._version;
		create index "${system}_${name}_key" on ${table} (${[quoted, ...validity].join(', ')});
		${stamp ? `create index "${system}_${name}_stamp" on ${table} ("${stamp}", ${quoted});` : ''}`)
}

function undeclared(version: RecordVersion, what: string, allowed: string[]): TieoutError {
	return new TieoutError(
		'broken',
		'sandbox.undeclared',
		`the sample company wrote ${what}, which the ${version.system} sandbox does not declare`,
		{
			where: `${version.system} ${version.object} ${version.id}`,
			allowed,
			next: `declare it in extract/sandbox/${version.system}`,
		},
	)
}

function unfit(version: RecordVersion, field: string, kind: ValueKind, value: unknown): TieoutError {
	return new TieoutError(
		'broken',
		'sandbox.value',
		`${version.object}.${field} is ${JSON.stringify(value)}, which is no ${kind}`,
		{
			where: `${version.system} ${version.object} ${version.id}`,
			next: 'correct the sample company: decimals as plain digits, dates YYYY-MM-DD, datetimes YYYY-MM-DDTHH:MM:SSZ',
		},
	)
}
