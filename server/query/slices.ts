import type { Session } from '../../models/warehouse.ts'

/** A result that can be read in slices of positions, each a SELECT of its own. `all` reads everything; `close` drops what was made. */
export type SlicedSource = {
	/** One more than the last position. */
	rows: number
	parameters: readonly unknown[]
	all: string
	/** Other connections to the file can read it too. */
	isShared: boolean
	between(from: number, to: number): string
	close(): Promise<void>
}

type TreeNode = { [name: string]: unknown }

/**
 * Makes a SELECT readable in slices. One table with at most a filter is read where it lies, by row number, so that the first bytes
 * come at once and nothing is copied; anything else (sorted, joined, grouped) becomes a temporary table first.
 */
export async function slicedSource(
	session: Session,
	sql: string,
	parameters: readonly unknown[],
): Promise<SlicedSource> {
	return (await inPlace(session, sql, parameters)) ?? (await asTemporaryTable(session, sql, parameters))
}

async function asTemporaryTable(session: Session, sql: string, parameters: readonly unknown[]): Promise<SlicedSource> {
	await session.run('drop table if exists temp.main.export_rows')
	await session.run(`create temp table export_rows as ${sql}`, parameters)
	const [row] = await session.all<{ rows: string }>('select count(*) as rows from temp.main.export_rows')
	return {
		rows: Number(row!.rows),
		parameters: [],
		all: 'select * from temp.main.export_rows',
		isShared: false,
		between: (from, to) => `select * from temp.main.export_rows where rowid >= ${from} and rowid < ${to}`,
		close: () => session.run('drop table if exists temp.main.export_rows'),
	}
}

async function inPlace(
	session: Session,
	sql: string,
	parameters: readonly unknown[],
): Promise<SlicedSource | undefined> {
	const tree = await parsed(session, sql)
	const node = (tree?.['statements'] as { node: TreeNode }[] | undefined)?.[0]?.node
	if (!tree || !node || !isPlainScan(node)) return undefined
	const table = node['from_table'] as TreeNode
	const name = `"${table['schema_name']}"."${table['table_name']}"`
	const columns = await session.all<{ type: string }>(
		`select table_type as type from information_schema.tables where table_schema = $1 and table_name = $2`,
		[String(table['schema_name']), String(table['table_name'])],
	)
	if (columns[0]?.type !== 'BASE TABLE') return undefined
	const [row] = await session.all<{ rows: string | null }>(`select max(rowid) + 1 as rows from ${name}`)
	const template = await sliceTemplate(session, tree, node)
	return {
		rows: Number(row!.rows ?? 0),
		parameters,
		all: sql,
		isShared: true,
		between: (from, to) => template.replace('111111111111111', String(from)).replace('222222222222222', String(to)),
		close: async () => {},
	}
}

/** A SELECT of columns and expressions from one table with a filter, without anything that looks at several rows. */
function isPlainScan(node: TreeNode): boolean {
	const table = node['from_table'] as TreeNode | undefined
	if (node['type'] !== 'SELECT_NODE' || table?.['type'] !== 'BASE_TABLE' || !table['schema_name']) return false
	const empty = ['modifiers', 'group_expressions', 'group_sets'].every((part) => lengthOf(node[part]) === 0)
	if (!empty || node['having'] || node['qualify'] || node['sample'] || table['sample']) return false
	if (lengthOf((node['cte_map'] as TreeNode | undefined)?.['map']) > 0) return false
	const text = JSON.stringify([node['select_list'], node['where_clause'] ?? null])
	return !/"class":"(WINDOW|SUBQUERY)"|"function_name":"(unnest|random|uuid)"/.test(text) && !hasAggregate(text)
}

/** Aggregates look like other functions in the tree: any function but these few makes the query go the other way. */
function hasAggregate(text: string): boolean {
	const names = [...text.matchAll(/"function_name":"([^"]*)"/g)].map((match) => match[1]!.toLowerCase())
	return names.some((name) => !rowFunctions.has(name))
}

const rowFunctions = new Set(
	'+ - * || ~~ !~~ ~~* lower upper trim substr substring concat coalesce replace round abs strftime contains starts_with'.split(
		' ',
	),
)

async function sliceTemplate(session: Session, tree: TreeNode, node: TreeNode): Promise<string> {
	const between = await parsed(session, 'select 1 where rowid >= 111111111111111 and rowid < 222222222222222')
	const condition = (between!['statements'] as { node: TreeNode }[])[0]!.node['where_clause'] as TreeNode
	const own = node['where_clause']
	node['where_clause'] = own ? { ...condition, children: [own, ...(condition['children'] as unknown[])] } : condition
	const [row] = await session.all<{ sql: string }>('select json_deserialize_sql(cast($1 as json)) as sql', [
		JSON.stringify(tree),
	])
	return row!.sql
}

async function parsed(session: Session, sql: string): Promise<TreeNode | undefined> {
	const [row] = await session.all<{ tree: string }>('select json_serialize_sql($1::varchar) as tree', [sql])
	const tree = JSON.parse(row!.tree.replaceAll(noLocation, '0'), keepDigits) as TreeNode & { statements: unknown[] }
	return tree['error'] || tree.statements.length !== 1 ? undefined : tree
}

/** The parser's "nowhere", which it does not read back itself. */
const noLocation = '18446744073709551615'

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/** Constants such as amounts beyond 2^53 keep their digits on the way through JavaScript. */
function keepDigits(_: string, value: unknown, context?: { source?: string }): unknown {
	return typeof value === 'number' && context?.source && String(value) !== context.source
		? rawJSON(context.source)
		: value
}

function lengthOf(value: unknown): number {
	return Array.isArray(value) ? value.length : 0
}
