import type { Session } from '../models/warehouse.ts'

/** A raw table as the open file has it: its columns, and the note at it (null: none). */
export type KnownTable = { columns: Set<string>; note: string | null }

/**
 * What each open file has in `raw`, by table. DuckDB lists all columns of all tables whatever is asked for, so they are asked for once:
 * nobody else can change a file while it is open here. Whoever changes a table notes it here; what was rolled back must be forgotten.
 */
const open = new WeakMap<Session, Map<string, KnownTable>>()

/** The tables of schema `raw`, by name. Change the map with the tables. */
export async function knownTables(session: Session): Promise<Map<string, KnownTable>> {
	const known = open.get(session)
	if (known) return known
	const columns = await session.all<{ table: string; name: string }>(
		`select table_name as table, column_name as name from duckdb_columns()
		where schema_name = 'raw' and database_name = current_database()`,
	)
	const notes = await session.all<{ name: string; note: string }>(
		`select table_name as name, comment as note from duckdb_tables()
		where schema_name = 'raw' and database_name = current_database() and comment is not null`,
	)
	const tables = new Map<string, KnownTable>()
	for (const { table, name } of columns) {
		if (!tables.has(table)) tables.set(table, { columns: new Set(), note: null })
		tables.get(table)!.columns.add(name)
	}
	for (const { name, note } of notes) tables.get(name)!.note = note
	open.set(session, tables)
	return tables
}

/** After a transaction that changed tables was rolled back, or when something else changed them: the next one asks again. */
export function forgetTables(session: Session): void {
	open.delete(session)
}
