import { TieoutError } from './error.ts'
import type { Session } from './session.ts'

/** A node of DuckDB's parse tree (`json_serialize_sql`), or any object inside one. */
export type TreeNode = { [name: string]: unknown }

/** A table that a query reads, as written; `schema` is empty for a bare name. `offset` counts bytes of the text, from 0. */
export type TableRead = { catalog: string; schema: string; name: string; offset: number | undefined }

/** The file a text came from, and the line of its first character (from 1). */
export type TextPlace = { file: string; line: number }

/** Parses one SELECT with DuckDB's own parser. Throws `configuration` with file and line for anything else. */
export async function parseSelect(session: Session, sql: string, place: TextPlace): Promise<TreeNode> {
	const [tree] = await parseSelects(session, [{ sql, ...place }])
	return tree!
}

/** Trees of the texts that this process parsed last: a run reads its models three times, a server for as long as it lives. */
let parsed: ReadonlyMap<string, TreeNode> = new Map()

/**
 * The same for many texts in one query, in their order; the first one at fault throws. A text that was among the last ones asked for is
 * not parsed again: nobody changes a tree.
 */
export async function parseSelects(
	session: Session,
	texts: readonly ({ sql: string } & TextPlace)[],
): Promise<TreeNode[]> {
	const before = parsed
	const unknown = texts.filter(({ sql }) => !before.has(sql))
	const rows = await session.all<{ tree: string }>(
		'select json_serialize_sql(text) as tree from (select unnest($1) as text, unnest(range(len($1))) as place) order by place',
		[unknown.map(({ sql }) => sql)],
	)
	const added = new Map(
		rows.map((row, index) => [unknown[index]!.sql, selectNode(JSON.parse(row.tree), unknown[index]!)]),
	)
	const trees = texts.map(({ sql }) => before.get(sql) ?? added.get(sql)!)
	// Of other texts none is kept, unless a lone one is asked for in between.
	parsed = texts.length > 1 ? new Map(texts.map(({ sql }, index) => [sql, trees[index]!])) : before
	return trees
}

type Serialized = { error: boolean; error_message?: string; position?: string; statements: { node: TreeNode }[] }

function selectNode(tree: Serialized, text: { sql: string } & TextPlace): TreeNode {
	if (tree.error) {
		const offset = tree.position === undefined ? undefined : Number(tree.position)
		throw placedError('model.syntax', String(tree.error_message), text.sql, offset, text)
	}
	if (tree.statements.length === 1) return tree.statements[0]!.node
	throw placedError(
		'model.statements',
		`one SELECT is expected, ${tree.statements.length} came`,
		text.sql,
		undefined,
		text,
	)
}

const readsByTree = new WeakMap<TreeNode, readonly TableRead[]>()

/** Every table the tree reads outside its own CTEs, each read in text order, a table read twice twice. */
export function tablesRead(tree: TreeNode): readonly TableRead[] {
	const known = readsByTree.get(tree)
	if (known) return known
	const reads: TableRead[] = []
	collectReads(tree, new Set(), reads)
	readsByTree.set(tree, reads)
	return reads
}

/** Calls `visit` for every object of the tree, parents first, with its ancestors (nearest last). */
export function walkTree(tree: TreeNode, visit: (node: TreeNode, ancestors: readonly TreeNode[]) => void): void {
	const ancestors: TreeNode[] = []
	function enter(value: unknown): void {
		if (typeof value !== 'object' || value === null) return
		if (Array.isArray(value)) {
			for (const item of value) enter(item)
			return
		}
		const node = value as TreeNode
		visit(node, ancestors)
		ancestors.push(node)
		for (const name in node) enter(node[name])
		ancestors.pop()
	}
	enter(tree)
}

/** Where a node stands: bytes from the start of the text; undefined when the parser does not say. */
export function nodeOffset(node: TreeNode): number | undefined {
	const location = node['query_location']
	return typeof location === 'number' && location < 2 ** 53 ? location : undefined
}

/** An error about a place in a model: `where` is `file:line`. `offset` counts bytes of `sql`. */
export function placedError(
	code: string,
	message: string,
	sql: string,
	offset: number | undefined,
	place: TextPlace,
	next?: string,
): TieoutError {
	const where = `${place.file}:${lineAt(sql, offset, place)}`
	return new TieoutError('configuration', code, `${where}: ${message}`, { where, ...(next && { next }) })
}

/** The line of the file (from 1) on which byte `offset` of `sql` stands. */
export function lineAt(sql: string, offset: number | undefined, place: TextPlace): number {
	if (offset === undefined) return place.line
	return place.line + Buffer.from(sql).subarray(0, offset).toString().split('\n').length - 1
}

type CommonTables = { map: { key: string; value: { query: { node: TreeNode } } }[] }

/** CTEs are seen by what follows them in their query and by all inside it; a recursive one by itself. */
function collectReads(value: unknown, scope: ReadonlySet<string>, reads: TableRead[]): void {
	if (typeof value !== 'object' || value === null) return
	if (Array.isArray(value)) {
		for (const item of value) collectReads(item, scope, reads)
		return
	}
	const node = value as TreeNode
	let inner = scope
	const tables = node['cte_map'] as CommonTables | undefined
	for (const { key, value: table } of tables?.map ?? []) {
		const query = table.query.node
		const own = query['type'] === 'RECURSIVE_CTE_NODE' ? new Set([...inner, key.toLowerCase()]) : inner
		collectReads(query, own, reads)
		inner = new Set([...inner, key.toLowerCase()])
	}
	if (node['type'] === 'BASE_TABLE') addRead(node, inner, reads)
	for (const name in node) if (name !== 'cte_map') collectReads(node[name], inner, reads)
}

function addRead(node: TreeNode, scope: ReadonlySet<string>, reads: TableRead[]): void {
	const read = {
		catalog: String(node['catalog_name'] ?? ''),
		schema: String(node['schema_name'] ?? ''),
		name: String(node['table_name']),
		offset: nodeOffset(node),
	}
	if (read.schema === '' && read.catalog === '' && scope.has(read.name.toLowerCase())) return
	reads.push(read)
}
