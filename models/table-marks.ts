import { createHash } from 'node:crypto'
import { type TreeNode, walkTree } from './parse-tree.ts'
import type { Step } from './plan.ts'

/**
 * What a table's contents are known by: `base` is the fingerprint with which it was last made or got other rows, `columns` those with
 * which single columns changed since, all rows staying.
 */
export type TableMarks = { base: string; columns: Record<string, string> }

/**
 * The part of a table's marks that a step depends on: a column that stands nowhere in its text and in none of its own columns (`*`
 * hands columns on by their names) is none of it. Undefined marks, of a table nobody built, stay undefined.
 */
export function marksFor(step: Step, read: TableMarks | undefined, ownColumns: readonly string[]): unknown {
	if (!read) return undefined
	const words = Object.keys(read.columns).length > 0 ? wordsOf(step, ownColumns) : undefined
	const changed = Object.entries(read.columns).filter(
		([column]) => !words || !isPlain.test(column) || words.has(column),
	)
	return [read.base, changed.sort(([a], [b]) => (a < b ? -1 : 1))]
}

/** What a step made: everything is new, or the columns that differ while all rows stayed. */
export function marksAfter(fingerprint: string, before?: TableMarks, columns?: readonly string[]): TableMarks {
	if (!before || !columns) return { base: fingerprint, columns: {} }
	return {
		base: before.base,
		columns: { ...before.columns, ...Object.fromEntries(columns.map((c) => [c, fingerprint])) },
	}
}

/** A union hands its tables' rows on, column by column under the same names: what moved in one of them moved in it, and nothing else. */
export function marksOfUnion(step: Step, built: ReadonlyMap<string, TableMarks>): TableMarks {
	const reads = step.reads.map((name) => [name, built.get(name)] as const)
	const columns = new Set(reads.flatMap(([, marks]) => Object.keys(marks?.columns ?? {})))
	const marksOf = (column: string) => reads.map(([name, marks]) => [name, marks?.columns[column]])
	return {
		base: hashOf([step.sql, reads.map(([name, marks]) => [name, marks?.base])]),
		columns: Object.fromEntries([...columns].sort().map((column) => [column, hashOf(marksOf(column))])),
	}
}

function hashOf(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

const isPlain = /^[a-z_][a-z0-9_]*$/

/** Every word of the text and every column that it hands on; undefined when whole rows matter to it, so that every column does. */
function wordsOf(step: Step, ownColumns: readonly string[]): Set<string> | undefined {
	if (step.model && comparesRows(step.model.tree)) return undefined
	return new Set([...(step.sql.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []), ...ownColumns])
}

/**
 * Whether a column may matter without being named: rows compared as wholes (`distinct *`, set operations, natural joins, a row as a
 * value), and columns that are handed on by their place instead of their name.
 */
function comparesRows(tree: TreeNode): boolean {
	let isFound = false
	const tables = new Set<string>()
	const references = new Set<string>()
	walkTree(tree, (node) => {
		if (takesWholeRows(node) || takesByPlace(node)) isFound = true
		if ('sample' in node && !('select_list' in node))
			tables.add(String(node['alias'] || node['table_name'] || '').toLowerCase())
		const names = node['class'] === 'COLUMN_REF' ? (node['column_names'] as string[]) : []
		if (names.length === 1) references.add(names[0]!.toLowerCase())
	})
	return isFound || [...references].some((name) => tables.has(name))
}

function takesWholeRows(node: TreeNode): boolean {
	if (node['type'] === 'RECURSIVE_CTE_NODE' || node['type'] === 'PIVOT') return true
	if (node['ref_type'] === 'NATURAL' || node['ref_type'] === 'POSITIONAL') return true
	if (node['class'] === 'STAR' && node['columns'] === true) return true
	if (!hasStar(node)) return false
	const modifiers = (node['modifiers'] as TreeNode[] | undefined) ?? []
	const groups = (node['group_expressions'] as unknown[] | undefined) ?? []
	if (groups.length > 0 || node['aggregate_handling'] !== 'STANDARD_HANDLING') return true
	return modifiers.some(({ type }) => type === 'DISTINCT_MODIFIER')
}

function takesByPlace(node: TreeNode): boolean {
	for (const list of [node['column_name_alias'], node['aliases']])
		if (Array.isArray(list) && list.length > 0) return true
	if (node['type'] === 'SET_OPERATION_NODE') {
		const sides = [node['left'], node['right'], ...((node['children'] as unknown[] | undefined) ?? [])]
		return node['setop_type'] !== 'UNION' || node['setop_all'] !== true || sides.some(hasStar)
	}
	const isList = node['class'] === 'SUBQUERY' && node['subquery_type'] !== 'EXISTS'
	return isList && hasStar((node['subquery'] as TreeNode | undefined)?.['node'])
}

function hasStar(node: unknown): boolean {
	const list = (node as TreeNode | undefined)?.['select_list']
	return Array.isArray(list) && list.some((item) => (item as TreeNode)['class'] === 'STAR')
}
