import { chmodSync, closeSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Kysely, SqliteDialect } from 'kysely'
import { TieoutError } from '../models/error.ts'
import type { ExtractTables } from './migrations/001-extract.ts'

/**
 * The tables of `data/state.sqlite`. A migration that adds tables adds their types here, beside its own code:
 * `declare module '../state.ts' { interface StateSchema { alerts: AlertTable } }`.
 */
export interface StateSchema extends ExtractTables {
	migrations: { name: string; applied_at: string }
}

/** An open state database. `close()` is the opener's duty; moments in it are ISO 8601 text in UTC. */
export type State = { db: Kysely<StateSchema>; path: string; close(): Promise<void> }

/**
 * Opens (and makes, mode 0600) the state database and brings it to the newest migration. `folder` is where the numbered
 * migrations lie: each file exports `up(db)` and runs once, in a transaction, in the order of its number.
 * Throws `state.newer` if a newer release of tieout wrote the file, `state.cannot_open` if SQLite can't read it.
 */
export async function openState(
	file: string,
	{ now = Date.now, folder = `${import.meta.dirname}/migrations` }: { now?: () => number; folder?: string } = {},
): Promise<State> {
	const sqlite = openFile(file)
	const db = new Kysely<StateSchema>({ dialect: new SqliteDialect({ database: adapt(sqlite) }) })
	const close = async () => {
		await db.destroy()
		if (sqlite.isOpen) sqlite.close()
	}
	try {
		await migrate(db, sqlite, folder, now)
	} catch (error) {
		await close()
		throw error
	}
	return { db, path: file, close }
}

function openFile(file: string) {
	try {
		mkdirSync(path.dirname(file), { recursive: true })
		// Made before SQLite opens it: the write-ahead log beside it takes over this file's mode.
		closeSync(openSync(file, 'a', 0o600))
		chmodSync(file, 0o600)
		const sqlite = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 30_000 })
		// synchronous = full: a commit is on the disk when it returns; tokens and cursors must survive a power cut.
		sqlite.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;')
		return sqlite
	} catch (cause) {
		throw new TieoutError(
			'broken',
			'state.cannot_open',
			`the state database can't be opened: ${(cause as Error).message}`,
			{
				where: file,
				next: 'check that the disk has room and that this user may write the file; restore it from a backup if it is damaged',
				cause,
			},
		)
	}
}

/** Statements that stay prepared: a run repeats some dozens of them hundreds of times, and preparing one takes longer than running it. */
const mostPrepared = 200

/** Kysely's SQLite dialect speaks to better-sqlite3; this is the same shape over Node's own SQLite. */
function adapt(sqlite: DatabaseSync) {
	const prepared = new Map<string, Prepared>()
	return {
		close: () => sqlite.close(),
		prepare(sql: string): Prepared {
			const statement = prepared.get(sql) ?? prepareStatement(sqlite, sql)
			// The one longest not asked for stands first, and makes room.
			prepared.delete(sql)
			prepared.set(sql, statement)
			const [oldest] = prepared.keys()
			if (prepared.size > mostPrepared) prepared.delete(oldest!)
			return statement
		},
	}
}

type Prepared = ReturnType<typeof prepareStatement>

function prepareStatement(sqlite: DatabaseSync, sql: string) {
	// Every transaction here writes. A deferred one that starts by reading would fail at once, without waiting, when another process writes.
	const text = sql === 'begin' ? 'begin immediate' : sql
	const statement = named(sqlite, () => sqlite.prepare(text))
	return {
		reader: statement.columns().length > 0,
		all: (parameters: readonly unknown[]) => named(sqlite, () => statement.all(...parameters.map(toSqlite))),
		run: (parameters: readonly unknown[]) => {
			// A full disk ends a transaction by itself; to roll it back again would hide why.
			if (sql === 'rollback' && !sqlite.isTransaction) return { changes: 0, lastInsertRowid: 0 }
			return named(sqlite, () => statement.run(...parameters.map(toSqlite)))
		},
		// Rows are read while other statements run: such a reading has a statement of its own.
		iterate: (parameters: readonly unknown[]) =>
			sqlite.prepare(text).iterate(...parameters.map(toSqlite)) as IterableIterator<unknown>,
	}
}

/** SQLite's own words for a full disk, and for one that fails otherwise, say neither where nor what to do. */
function named<T>(sqlite: DatabaseSync, work: () => T): T {
	try {
		return work()
	} catch (cause) {
		const code = (cause as { errcode?: number }).errcode
		// SQLITE_IOERR (10, with the operation above its lowest byte) and SQLITE_FULL (13).
		const isFull = code === 13
		if (!isFull && (code === undefined || (code & 0xff) !== 10)) throw cause
		const what = isFull ? 'the disk is full' : `the disk fails (${(cause as Error).message})`
		const error = ['state.cannot_write', `${what}: the state database can't be written`] as const
		throw new TieoutError('broken', ...error, {
			where: sqlite.location() ?? 'the state database',
			next: 'free some space, then start it again: it goes on from what was last written, and the published generation stays in service',
			cause,
		})
	}
}

function toSqlite(value: unknown): SQLInputValue {
	if (typeof value === 'boolean') return value ? 1 : 0
	return (value ?? null) as SQLInputValue
}

type Migration = { up(db: Kysely<StateSchema>): Promise<void> }

async function migrate(db: Kysely<StateSchema>, sqlite: DatabaseSync, folder: string, now: () => number) {
	named(sqlite, () =>
		sqlite.exec('create table if not exists migrations (name text primary key, applied_at text not null) strict'),
	)
	const names = readdirSync(folder)
		.filter((name) => /^\d{3}-.*\.ts$/.test(name))
		.sort()
	const applied = new Set((await db.selectFrom('migrations').select('name').execute()).map(({ name }) => name))
	refuseNewer(applied, names)
	for (const name of names) if (!applied.has(name)) await apply(db, path.join(folder, name), name, now)
}

/** Runs one migration, unless another process was faster. */
async function apply(db: Kysely<StateSchema>, file: string, name: string, now: () => number) {
	const { up } = (await import(pathToFileURL(file).href)) as Migration
	await db.transaction().execute(async (transaction) => {
		const done = await transaction.selectFrom('migrations').select('name').where('name', '=', name).execute()
		if (done.length > 0) return
		await up(transaction)
		await transaction
			.insertInto('migrations')
			.values({ name, applied_at: new Date(now()).toISOString() })
			.execute()
	})
}

function refuseNewer(applied: ReadonlySet<string>, names: string[]) {
	const unknown = [...applied].filter((name) => !names.includes(name))
	if (unknown.length === 0) return
	throw new TieoutError(
		'configuration',
		'state.newer',
		`the state database was written by a newer release: ${unknown.join(', ')}`,
		{
			next: 'start the release that wrote it, or restore the backup made before the upgrade',
		},
	)
}
