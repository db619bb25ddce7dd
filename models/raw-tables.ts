import { createHash } from 'node:crypto'
import { type ConfigurationSet, configurationSets } from './configuration-sets.ts'
import { TieoutError } from './error.ts'
import { identifier } from './sql-text.ts'
import type { Database } from './warehouse.ts'

/** The rows of one `raw.tieout__<name>` set: its columns in order, and rows of text. */
export type ConfigurationRows = {
	name: string
	columns: readonly string[]
	rows: readonly (readonly (string | null)[])[]
}

/**
 * Appends each set whose rows differ from the set in force, whatever their order, to its `raw.tieout__<name>` table, and gives the
 * names of those that did. `_loaded_at` is `now`, or just after the newest set's if the clock went back: the newest is in force.
 * A set that became empty is written as one row of nulls, so that the older one is no longer in force.
 */
export async function writeConfiguration(
	warehouse: Database,
	sets: readonly ConfigurationRows[],
	{ now = () => new Date() }: { now?: () => Date } = {},
): Promise<string[]> {
	for (const set of sets) checkColumns(set)
	await warehouse.run('create schema if not exists raw')
	const changed: string[] = []
	for (const set of sets) if (await writeSet(warehouse, set, now())) changed.push(set.name)
	if (changed.length > 0) await warehouse.checkpoint()
	return changed
}

/** The connections of the configuration in force; none before the first. */
export async function connectionNames(warehouse: Database): Promise<string[]> {
	const [known] = await warehouse.all<{ found: string }>(
		`select count(*) as found from information_schema.tables where table_schema = 'raw' and table_name = 'tieout__connections'`,
	)
	if (known!.found === '0') return []
	const rows = await warehouse.all<{ connection: string }>(
		`select connection from raw.tieout__connections where connection is not null
			and _loaded_at = (select max(_loaded_at) from raw.tieout__connections) order by connection`,
	)
	return rows.map(({ connection }) => connection)
}

async function writeSet(warehouse: Database, set: ConfigurationRows, now: Date): Promise<boolean> {
	const table = `raw.${identifier(`tieout__${set.name}`)}`
	const columns = set.columns.map(identifier)
	await warehouse.run(
		`create table if not exists ${table} (${columns.map((column) => `${column} varchar, `).join('')}_set varchar, _loaded_at timestamp)`,
	)
	// A set that a newer release has given more columns.
	for (const column of columns) await warehouse.run(`alter table ${table} add column if not exists ${column} varchar`)
	const mark = setMark(set)
	const [newest] = await warehouse.all<{ _set: string; at: string }>(
		`select _set, cast(_loaded_at as varchar) as at from ${table} order by _loaded_at desc limit 1`,
	)
	if (newest?._set === mark || (!newest && set.rows.length === 0)) return false
	const rows = set.rows.length > 0 ? set.rows : [set.columns.map(() => null)]
	const loadedAt = `greatest(cast($${columns.length + 2} as timestamp), cast($${columns.length + 3} as timestamp) + interval 1 microsecond)`
	const insert = `insert into ${table} (${columns.join(', ')}, _set, _loaded_at)
		select ${columns.map((_, index) => `unnest($${index + 1})`).join(', ')}, $${columns.length + 1}, ${loadedAt}`
	const byColumn = columns.map((_, index) => rows.map((row) => row[index] ?? null))
	await warehouse.run(insert, [...byColumn, mark, now, newest?.at ?? '1970-01-01 00:00:00'])
	return true
}

/** Equal for equal rows in any order. */
function setMark(set: ConfigurationRows): string {
	const rows = set.rows.map((row) => JSON.stringify(row)).sort()
	return createHash('sha256')
		.update(JSON.stringify([set.columns, rows]))
		.digest('hex')
		.slice(0, 32)
}

function checkColumns(set: ConfigurationRows): void {
	const known = Object.hasOwn(configurationSets, set.name)
	const columns: readonly string[] = known ? configurationSets[set.name as ConfigurationSet] : []
	if (known && columns.join() === set.columns.join()) return
	throw new TieoutError('broken', 'configuration.set', `the set "${set.name}" has columns ${set.columns.join(', ')}`, {
		allowed: known ? [...columns] : Object.keys(configurationSets),
		next: 'models read these columns: change models/configuration-sets.ts and the staging model together',
	})
}
