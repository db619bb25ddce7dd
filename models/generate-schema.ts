import type { Session } from './session.ts'

/** A published table's columns with DuckDB's types; `isNullable` as the file's rows have it. */
type TableColumns = { table: string; columns: { name: string; type: string }[] }

/**
 * The text of a TypeScript file with Kysely's types of every `marts.*` and `tieout.*` table of an open published (or built) file:
 * what `Database.all` gives for each column. Decimals, dates and timestamps are text; a BIGINT is text, an INTEGER a number. Any
 * column may be null: DuckDB does not know which cannot, and the models' keys say no more.
 */
export async function generateSchema(session: Session): Promise<string> {
	const tables = await publishedTables(session)
	const entries = tables.map(({ table }) => `\t'${table}': ${typeName(table)}`)
	return [
		'// Generated from a built file by models/generate-schema.ts; `test/models/schema.test.ts` fails when it is stale.\n',
		'/** The tables of a published generation, as Kysely reads them. Columns and their meaning: docs/architecture.md, "marts". */',
		`export type Schema = {\n${entries.join('\n')}\n}`,
		...tables.map(tableType),
		'',
	].join('\n')
}

/**
 * Where a hand-written or older list of columns (`columns` by table) differs from an open file: one line per table or column that
 * only one of them has. Empty: they agree.
 */
export async function schemaDifferences(
	session: Session,
	columns: Record<string, readonly string[]>,
): Promise<string[]> {
	const built = new Map(
		(await publishedTables(session)).map(({ table, columns }) => [table, columns.map(({ name }) => name)]),
	)
	const names = [...new Set([...built.keys(), ...Object.keys(columns)])].sort()
	return names.flatMap((table) => {
		const actual = built.get(table)
		const listed = columns[table]
		if (!actual) return [`${table}: listed, not built`]
		if (!listed) return [`${table}: built, not listed`]
		return [
			...listed.filter((name) => !actual.includes(name)).map((name) => `${table}.${name}: listed, not built`),
			...actual.filter((name) => !listed.includes(name)).map((name) => `${table}.${name}: built, not listed`),
		]
	})
}

/** What is published: the marts, and the history tables without the bookkeeping of the copy. */
async function publishedTables(session: Session): Promise<TableColumns[]> {
	const rows = await session.all<{ table: string; name: string; type: string }>(
		`select schema_name || '.' || table_name as "table", column_name as name, data_type as type from duckdb_columns()
		where database_name = current_database() and not internal
			and (schema_name = 'marts' or (schema_name = 'tieout' and table_name not in ('contents', 'steps', 'results', 'complete')))
		order by schema_name, table_name, column_index`,
	)
	const byTable = Map.groupBy(rows, (row) => row.table)
	return [...byTable].map(([table, columns]) => ({ table, columns: columns.map(({ name, type }) => ({ name, type })) }))
}

function tableType({ table, columns }: TableColumns): string {
	const lines = columns.map(
		({ name, type }) => `\t${/^[a-z_][a-z0-9_]*$/.test(name) ? name : `'${name}'`}: ${valueType(type)} | null`,
	)
	return `\n/** \`${table}\`. */\nexport type ${typeName(table)} = {\n${lines.join('\n')}\n}`
}

/** `marts.bookings_vs_revenue` is BookingsVsRevenueTable. */
function typeName(table: string): string {
	const words = table.slice(table.indexOf('.') + 1).split('_')
	return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Table`
}

/** As `getRowsJson` gives it (see `Session.all`). */
function valueType(type: string): string {
	if (type === 'BOOLEAN') return 'boolean'
	if (/^U?(TINYINT|SMALLINT|INTEGER)$/.test(type)) return 'number'
	if (type.endsWith('[]'))
		return `${/ /.test(valueType(type.slice(0, -2))) ? 'unknown' : valueType(type.slice(0, -2))}[]`
	if (/^(BIGINT|UBIGINT|HUGEINT|UHUGEINT|DECIMAL|DATE|TIME|TIMESTAMP|VARCHAR|UUID)/.test(type)) return 'string'
	return 'unknown'
}
