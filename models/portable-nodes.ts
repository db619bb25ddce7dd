import type { TreeNode } from './parse-tree.ts'
import { functionProblem, isIntervalSugar } from './portable-functions.ts'

/** What is wrong with one node of the tree, with the portable spelling; undefined when it is portable. */
export function nodeProblem(node: TreeNode, ancestors: readonly TreeNode[]): string | undefined {
	if (ancestors.some(isIntervalSugar)) return undefined
	const type = node['type']
	if (typeof type !== 'string') return undefined
	return shapeProblem(node, type) ?? expressionProblem(node, ancestors)
}

const shapes = new Set([
	...[
		'SELECT_NODE',
		'SET_OPERATION_NODE',
		'RECURSIVE_CTE_NODE',
		'BASE_TABLE',
		'JOIN',
		'SUBQUERY',
		'EXPRESSION_LIST',
		'EMPTY',
	],
	...['ORDER_MODIFIER', 'LIMIT_MODIFIER', 'DISTINCT_MODIFIER', 'ORDER_DEFAULT', 'ASCENDING', 'DESCENDING'],
])

const shapeRules: Record<string, (node: TreeNode) => string | undefined> = {
	SELECT_NODE: selectProblem,
	SET_OPERATION_NODE: (node) =>
		String(node['setop_type']).endsWith('BY_NAME') ? 'union by name: list the columns in one order' : undefined,
	JOIN: joinProblem,
	BASE_TABLE: (node) =>
		node['at_clause'] || node['sample'] ? 'a sample or a version of a table: read the table' : undefined,
	LIMIT_MODIFIER: (node) =>
		node['offset'] ? 'limit with offset is spelt otherwise on each engine: row_number() in a subquery' : undefined,
	DISTINCT_MODIFIER: (node) =>
		isFilled(node['distinct_on_targets']) ? 'distinct on: row_number() in a subquery, where version = 1' : undefined,
}

function shapeProblem(node: TreeNode, type: string): string | undefined {
	if (node['class'] !== undefined) return undefined
	if (type.endsWith('_TYPE_INFO')) return undefined
	if (!shapes.has(type)) return `${type.toLowerCase().replaceAll('_', ' ')} is not on the list of what both engines run`
	return shapeRules[type]?.(node)
}

function selectProblem(node: TreeNode): string | undefined {
	if (node['qualify']) return 'qualify: row_number() in a subquery, then where version = 1'
	if (node['sample']) return 'a sample: read the table'
	if (node['aggregate_handling'] === 'FORCE_AGGREGATES') return 'group by all: list the expressions'
	const aliases = ((node['select_list'] ?? []) as TreeNode[])
		.filter((item) => item['class'] !== 'COLUMN_REF' && item['alias'])
		.map((item) => String(item['alias']))
	const byAlias = ((node['group_expressions'] ?? []) as TreeNode[]).find((item) => {
		const names = item['column_names'] as string[] | undefined
		return names?.length === 1 && aliases.includes(names[0]!)
	})
	return (
		byAlias && `group by the alias "${(byAlias['column_names'] as string[])[0]}": repeat the expression, or its number`
	)
}

function joinProblem(node: TreeNode): string | undefined {
	if (!['INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER'].includes(String(node['join_type'])))
		return `${String(node['join_type']).toLowerCase()} join: where exists, or where not exists`
	if (!['REGULAR', 'CROSS'].includes(String(node['ref_type'])))
		return `${String(node['ref_type']).toLowerCase()} join: name the columns, or join on a range`
	return undefined
}

const classes = new Set([
	'COLUMN_REF',
	'CONSTANT',
	'FUNCTION',
	'CAST',
	'OPERATOR',
	'COMPARISON',
	'CONJUNCTION',
	'CASE',
	'BETWEEN',
	'WINDOW',
	'SUBQUERY',
	'STAR',
])
const operators = new Set([
	'OPERATOR_IS_NULL',
	'OPERATOR_IS_NOT_NULL',
	'OPERATOR_NOT',
	'COMPARE_IN',
	'COMPARE_NOT_IN',
	'OPERATOR_COALESCE',
	'GROUPING_FUNCTION',
])
const clocks = ['current_date', 'current_timestamp', 'localtimestamp', 'current_time', 'localtime']

const classRules: Record<string, (node: TreeNode, ancestors: readonly TreeNode[]) => string | undefined> = {
	FUNCTION: functionProblem,
	WINDOW: windowProblem,
	CAST: castProblem,
	STAR: (node) =>
		node['columns']
			? 'order by all or columns(..): list the columns'
			: ['exclude_list', 'replace_list', 'rename_list', 'qualified_exclude_list'].some((list) => isFilled(node[list]))
				? '* with exclude, replace or rename: list the columns'
				: undefined,
	OPERATOR: (node) =>
		operators.has(String(node['type']))
			? undefined
			: `${String(node['type']).toLowerCase().replaceAll('_', ' ')}: models have plain columns, no lists or structs`,
	COLUMN_REF: (node) =>
		clocks.includes((node['column_names'] as string[]).join('.').toLowerCase())
			? 'the time of the machine: a model knows raw.as_of'
			: undefined,
	CONSTANT: (node, ancestors) =>
		isShare(ancestors) ? undefined : constantProblem(node['value'] as { type: { id: string } }),
}

function expressionProblem(node: TreeNode, ancestors: readonly TreeNode[]): string | undefined {
	const kind = node['class']
	if (typeof kind !== 'string') return undefined
	if (!classes.has(kind))
		return `${kind.toLowerCase().replaceAll('_', ' ')} is not on the list of what both engines run`
	return classRules[kind]?.(node, ancestors)
}

function constantProblem(value: { type: { id: string } }): string | undefined {
	if (['VARCHAR', 'INTEGER', 'BIGINT', 'DECIMAL', 'BOOLEAN', 'NULL'].includes(value.type.id)) return undefined
	return `a literal of type ${value.type.id.toLowerCase()}: no exponents and no doubles in models`
}

function windowProblem(node: TreeNode): string | undefined {
	if (node['filter_expr']) return 'filter in a window: sum(case when .. then 1 else 0 end) over (..)'
	if (node['ignore_nulls']) return 'ignore nulls is spelt otherwise on each engine: filter first'
	if (node['distinct'] || isFilled(node['arg_orders']))
		return 'distinct or order by inside a window function: a step before'
	if (node['exclude_clause'] !== 'NO_OTHER') return 'exclude in a window frame: leave it out'
	return functionProblem(node, [])
}

const castTypes = [
	'VARCHAR',
	'BOOLEAN',
	'INTEGER',
	'BIGINT',
	'DATE',
	'TIMESTAMP',
	'TIMESTAMP WITH TIME ZONE',
	'DECIMAL',
]

function castProblem(node: TreeNode, ancestors: readonly TreeNode[]): string | undefined {
	const type = String((node['cast_type'] as { id: string }).id)
	const child = node['child'] as TreeNode
	if (type === 'DOUBLE')
		return isShare(ancestors) ? undefined : 'a double outside a share: amounts, prices and rates are decimals'
	if (!castTypes.includes(type))
		return `cast to ${type.toLowerCase()}: use one of ${castTypes.join(', ').toLowerCase()}`
	const isColumn = child['class'] === 'COLUMN_REF'
	if (node['try_cast'] && isColumn && type === 'DATE')
		return 'text with a time is null elsewhere: try_cast(substr(x, 1, 10) as date)'
	if (node['try_cast'] && isColumn && type.startsWith('TIMESTAMP'))
		return "text with a T or a zone is null elsewhere: try_cast(replace(substr(x, 1, 19), 'T', ' ') as timestamp)"
	if (type === 'VARCHAR' && isColumn && /_at$/.test((child['column_names'] as string[]).at(-1)!))
		return 'a timestamp as text differs: substr(cast(cast(x as date) as varchar), 1, 10), or format it in the report'
	return undefined
}

/** A double may stand on either side of a division, `nullif(.., 0)` between; `portable-functions.ts` looks at the division. */
function isShare(ancestors: readonly TreeNode[]): boolean {
	const above = ancestors.filter((node) => node['class'] !== undefined)
	const parent = above.at(-1)
	const division = parent?.['function_name'] === 'nullif' ? above.at(-2) : parent
	return division?.['function_name'] === '/'
}

function isFilled(value: unknown): boolean {
	return Array.isArray(value) && value.length > 0
}
