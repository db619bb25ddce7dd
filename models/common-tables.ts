import { nodeOffset, type TreeNode } from './parse-tree.ts'

/** A text and its parse tree, if it was parsed. */
type Parsed = { sql: string; tree?: TreeNode | undefined }

type CommonTable = { key: string; value: { query: { node: TreeNode } } }

/**
 * A model's text as DuckDB is given it: what its query names first (`with`) and only picks rows and columns of tables is marked
 * `not materialized`. Else DuckDB 1.5 writes out all that is named more than once, with every column that anyone reads of it, and above its
 * memory on the disk. The mark changes no row, stands on the line of its name, and is not in the model's own text: other engines have none.
 */
export function statementOf({ sql, tree }: Parsed): string {
	const named = (tree?.['cte_map'] as { map: CommonTable[] } | undefined)?.map ?? []
	return named
		.map(({ key, value }) => ({ key, query: value.query.node }))
		.filter(({ query }) => onlyPicks(query))
		.reduceRight((text, { key, query }) => marked(text, key, firstTable(query)), sql)
}

/** Whether a query reads a table (or several, one below the other), and does no more with its rows than to leave some out. */
function onlyPicks(query: TreeNode): boolean {
	if (!isBare(query)) return false
	if (query['type'] === 'SET_OPERATION_NODE') return query['setop_type'] === 'UNION' && sides(query).every(onlyPicks)
	const { from_table: from, select_list: columns, where_clause: where } = query
	return (from as TreeNode | null)?.['type'] === 'BASE_TABLE' && [columns, where].every(isPlain)
}

/** Neither sorted, cut, made distinct nor grouped, and with no `with` of its own. A `union` without `all` sorts out twins. */
function isBare(query: TreeNode): boolean {
	const isAll = query['type'] === 'SELECT_NODE' || query['setop_all'] === true
	const lists = [query['modifiers'], (query['cte_map'] as { map: unknown[] }).map, query['group_expressions'] ?? []]
	return isAll && lists.every((list) => (list as unknown[]).length === 0) && !query['having'] && !query['qualify']
}

/** Columns, constants, casts, cases and operators. What a function, a window or a query costs or counts is not worked out twice. */
function isPlain(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return true
	if (Array.isArray(value)) return value.every(isPlain)
	const node = value as TreeNode
	if (node['class'] === 'WINDOW' || node['class'] === 'SUBQUERY') return false
	if (node['class'] === 'FUNCTION' && node['is_operator'] !== true) return false
	return Object.values(node).every(isPlain)
}

function sides(union: TreeNode): TreeNode[] {
	return [union['left'] as TreeNode, union['right'] as TreeNode]
}

function firstTable(query: TreeNode): TreeNode {
	return query['type'] === 'SET_OPERATION_NODE' ? firstTable(sides(query)[0]!) : (query['from_table'] as TreeNode)
}

/** The mark goes to the name's last `name as (` at the begin of a line before the table that it reads. Text that is laid out otherwise stays. */
function marked(sql: string, name: string, table: TreeNode): string {
	const before = Buffer.from(sql)
		.subarray(0, nodeOffset(table) ?? 0)
		.toString()
	const heads = [...before.matchAll(/^(?:with )?(\w+) as (?=\()/gm)].filter((head) => head[1] === name)
	const head = heads.at(-1)
	if (!head || isInText(before.slice(head.index))) return sql
	const end = head.index + head[0].length
	return `${sql.slice(0, end)}not materialized ${sql.slice(end)}`
}

/** Whether a text ends within quotes, or has a comment, in which quotes mean nothing. */
function isInText(sql: string): boolean {
	return sql.includes('--') || sql.includes('/*') || sql.split("'").length % 2 === 0
}
