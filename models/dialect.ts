import {
	type CompiledQuery,
	type DatabaseConnection,
	type DatabaseIntrospector,
	type Dialect,
	type Driver,
	type Kysely,
	PostgresAdapter,
	PostgresQueryCompiler,
	type QueryResult,
	sql,
	type TableMetadata,
} from 'kysely'
import { boundValue } from './parameter.ts'

/** Runs one statement and gives its rows as `Database.all` does. In this process, or in a query process over IPC. */
export type Execute = (sql: string, parameters: readonly unknown[]) => Promise<{ rows: Record<string, unknown>[] }>

/**
 * A Kysely dialect over any way of running a statement. Parameters are reduced to text, safe integers, booleans and null before
 * `execute` sees them, so they can cross to another process and never become a binary float.
 * It reads: `db.transaction()` throws, since a pool of query processes has no connection to hold.
 */
export function duckdbDialect(execute: Execute): Dialect {
	return {
		createDriver: () => new DuckDBDriver(execute),
		createQueryCompiler: () => new PostgresQueryCompiler(),
		createAdapter: () => new DuckDBAdapter(),
		createIntrospector: (db) => new DuckDBIntrospector(db),
	}
}

class DuckDBDriver implements Driver {
	#connection: DatabaseConnection

	constructor(execute: Execute) {
		this.#connection = new DuckDBConnection(execute)
	}

	async init() {}
	async acquireConnection() {
		return this.#connection
	}
	async beginTransaction() {
		throw new Error('the reporting connection only reads: use Database.transaction')
	}
	async commitTransaction() {}
	async rollbackTransaction() {}
	async releaseConnection() {}
	async destroy() {}
}

class DuckDBConnection implements DatabaseConnection {
	#execute: Execute

	constructor(execute: Execute) {
		this.#execute = execute
	}

	async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
		const { rows } = await this.#execute(query.sql, query.parameters.map(boundValue))
		return { rows: rows as R[] }
	}

	// biome-ignore lint/correctness/useYield: Kysely wants a generator, and this one only says what to use instead
	async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
		throw new Error('reports are not streamed through Kysely: use exportFile, or Session.stream')
	}
}

class DuckDBAdapter extends PostgresAdapter {
	override async acquireMigrationLock() {}
	override async releaseMigrationLock() {}
}

type ColumnRow = {
	schema: string
	table: string
	is_view: boolean
	name: string
	type: string
	nullable: boolean
	comment: string
}

class DuckDBIntrospector implements DatabaseIntrospector {
	// biome-ignore lint/suspicious/noExplicitAny: an introspector serves every schema type
	#db: Kysely<any>

	// biome-ignore lint/suspicious/noExplicitAny: as above
	constructor(db: Kysely<any>) {
		this.#db = db
	}

	async getSchemas() {
		const { rows } = await sql<{ name: string }>`
			select distinct schema_name as name from duckdb_schemas()
			where database_name = current_database() and not internal order by name`.execute(this.#db)
		return rows
	}

	async getTables(): Promise<TableMetadata[]> {
		const { rows } = await sql<ColumnRow>`
			select schema_name as schema, table_name as "table",
				table_name in (select view_name from duckdb_views() where schema_name = c.schema_name) as is_view,
				column_name as name, data_type as type, is_nullable as nullable, comment
			from duckdb_columns() as c
			where database_name = current_database() and not internal
			order by schema_name, table_name, column_index`.execute(this.#db)
		const groups = Map.groupBy(rows, (row) => `${row.schema}.${row.table}`)
		return [...groups.values()].map((columns) => ({
			name: columns[0]!.table,
			schema: columns[0]!.schema,
			isView: columns[0]!.is_view,
			isForeign: false,
			columns: columns.map((column) => ({
				name: column.name,
				dataType: column.type,
				isNullable: column.nullable,
				isAutoIncrementing: false,
				hasDefaultValue: false,
				...(column.comment && { comment: column.comment }),
			})),
		}))
	}
}
