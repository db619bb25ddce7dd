import { nearestName } from '../nearest.ts'
import { allowedFunctions, allowedTableFunctions, boundedArguments } from './functions.ts'
import type { Refusal } from './refusal.ts'

/** A node of DuckDB's serialised parse tree, or any object inside one. */
type TreeNode = { [name: string]: unknown }

/** Kinds of expression (`class`). What is not here is refused: parameters, default values, and what an upgrade adds. */
const allowedClasses = new Set([
	'BETWEEN',
	'CASE',
	'CAST',
	'COLLATE',
	'COLUMN_REF',
	'COMPARISON',
	'CONJUNCTION',
	'CONSTANT',
	'FUNCTION',
	'LAMBDA',
	'LAMBDA_REF',
	'OPERATOR',
	'POSITIONAL_REFERENCE',
	'STAR',
	'SUBQUERY',
	'WINDOW',
])

/** Kinds of everything else: queries, what stands in FROM, modifiers, orders. */
const allowedTypes = new Set([
	'SELECT_NODE',
	'SET_OPERATION_NODE',
	'RECURSIVE_CTE_NODE',
	'BASE_TABLE',
	'EMPTY',
	'EXPRESSION_LIST',
	'JOIN',
	'PIVOT',
	'SHOW_REF',
	'SUBQUERY',
	'TABLE_FUNCTION',
	'DISTINCT_MODIFIER',
	'LIMIT_MODIFIER',
	'LIMIT_PERCENT_MODIFIER',
	'ORDER_MODIFIER',
	'ASCENDING',
	'DESCENDING',
	'ORDER_DEFAULT',
	// What a value's type is made of: every decimal number carries its width and scale, a list and a structure what is in them.
	'DECIMAL_TYPE_INFO',
	'LIST_TYPE_INFO',
	'STRUCT_TYPE_INFO',
])

/** Views of `information_schema` that say what the file offers, and nothing else. */
export const allowedSystemViews: ReadonlySet<string> = new Set([
	'information_schema.columns',
	'information_schema.schemata',
	'information_schema.tables',
])

/**
 * The first thing in the parse tree of one SELECT that is not on a list, or undefined. `tables` are the published ones, lower case,
 * `schema.name`. Every object of the tree is looked at, since subqueries hide in ORDER BY, LIMIT, FILTER, lambdas and CTEs.
 */
export function refusalIn(tree: unknown, tables: ReadonlySet<string>): Refusal | undefined {
	return visit(tree, new Set(), tables)
}

function visit(value: unknown, scope: ReadonlySet<string>, tables: ReadonlySet<string>): Refusal | undefined {
	if (Array.isArray(value)) return firstOf(value, (item) => visit(item, scope, tables))
	if (!isNode(value)) return undefined
	const own = kindRefusal(value) ?? functionRefusal(value) ?? tableRefusal(value, scope, tables) ?? showRefusal(value)
	if (own) return own
	const { inner, refusal } = visitCommonTables(value, scope, tables)
	if (refusal) return refusal
	return firstOf(Object.entries(value), ([name, child]) =>
		name === 'cte_map' ? undefined : visit(child, inner, tables),
	)
}

/** A CTE is seen by the ones after it and by its own query; by itself only when it is recursive. */
function visitCommonTables(node: TreeNode, scope: ReadonlySet<string>, tables: ReadonlySet<string>) {
	const list = ((node['cte_map'] as TreeNode | undefined)?.['map'] ?? []) as { key: string; value: TreeNode }[]
	let inner = scope
	for (const { key, value } of list) {
		const query = (value['query'] as TreeNode | undefined)?.['node'] as TreeNode | undefined
		const withSelf = new Set([...inner, key.toLowerCase()])
		const refusal = visit(value, query?.['type'] === 'RECURSIVE_CTE_NODE' ? withSelf : inner, tables)
		if (refusal) return { inner, refusal }
		inner = withSelf
	}
	return { inner, refusal: undefined }
}

function kindRefusal(node: TreeNode): Refusal | undefined {
	const kind = node['class'] ?? node['type']
	if (typeof kind !== 'string') return undefined
	const allowed = 'class' in node ? allowedClasses : allowedTypes
	if (allowed.has(kind)) return undefined
	if (kind === 'PARAMETER')
		return { code: 'parameter', message: 'a parameter has no value here', ...at(node), next: 'write the value itself' }
	return { code: 'construct', message: `${kind.toLowerCase().replaceAll('_', ' ')} is not allowed here`, ...at(node) }
}

function functionRefusal(node: TreeNode): Refusal | undefined {
	if (node['type'] === 'TABLE_FUNCTION') return tableFunctionRefusal(node)
	const name = node['function_name']
	if (typeof name !== 'string' || node['class'] === undefined) return undefined
	const bare = name.toLowerCase()
	if (!allowedFunctions.has(bare)) {
		const nearest = nearestName(bare, [...allowedFunctions])
		return {
			code: 'function',
			message: `the function ${name} is not allowed here`,
			...at(node),
			next: nearest
				? `${nearest} is allowed; so are the other functions listed under Data: SQL`
				: 'the functions listed under Data: SQL are allowed',
		}
	}
	return boundedRefusal(bare, node)
}

function tableFunctionRefusal(node: TreeNode): Refusal | undefined {
	const call = node['function'] as TreeNode | undefined
	const name = String(call?.['function_name'] ?? '')
	if (call?.['class'] === 'FUNCTION' && allowedTableFunctions.has(name.toLowerCase())) return undefined
	return {
		code: 'table_function',
		message: `${name || 'this'} is not allowed in FROM`,
		...at(node),
		allowed: [...allowedTableFunctions],
		next: 'read the published tables: show tables',
	}
}

function boundedRefusal(name: string, node: TreeNode): Refusal | undefined {
	const bound = boundedArguments.get(name)
	if (!bound) return undefined
	const argument = (node['children'] as TreeNode[] | undefined)?.[bound.argument]
	const value = (argument?.['value'] as TreeNode | undefined)?.['value']
	if (argument?.['class'] === 'CONSTANT' && typeof value === 'number' && value <= bound.maximum) return undefined
	return {
		code: 'length',
		message: `${name} needs its length as a number up to ${bound.maximum}`,
		...at(node),
		next: `write a number from 0 to ${bound.maximum}`,
	}
}

function tableRefusal(node: TreeNode, scope: ReadonlySet<string>, tables: ReadonlySet<string>): Refusal | undefined {
	if (node['type'] !== 'BASE_TABLE') return undefined
	const [catalog, schema, name] = ['catalog_name', 'schema_name', 'table_name'].map((part) => String(node[part] ?? ''))
	if (!catalog && !schema && scope.has(name!.toLowerCase())) return undefined
	const qualified = `${schema}.${name}`.toLowerCase()
	if (!catalog && (tables.has(qualified) || allowedSystemViews.has(qualified))) return undefined
	const written = [catalog, schema, name].filter(Boolean).join('.')
	const nearest = schema ? nearestName(qualified, [...tables]) : nearestBare(name!, tables)
	return {
		code: 'table',
		message: `${written} is not a published table`,
		...at(node),
		allowed: [...tables],
		next: nearest ? `write ${nearest}` : 'show tables lists them',
	}
}

function nearestBare(name: string, tables: ReadonlySet<string>): string | undefined {
	const byName = new Map([...tables].map((table) => [table.slice(table.indexOf('.') + 1), table]))
	const nearest = nearestName(name, [...byName.keys()])
	return nearest && byName.get(nearest)
}

/** DESCRIBE and SUMMARIZE carry their query inside, which is visited; a bare SHOW names what it shows. */
function showRefusal(node: TreeNode): Refusal | undefined {
	if (node['type'] !== 'SHOW_REF' || node['query'] !== undefined) return undefined
	if (node['show_type'] === 'SHOW_UNQUALIFIED' && node['table_name'] === '"tables"') return undefined
	const what = String(node['table_name'] ?? '').replaceAll('"', '')
	return {
		code: 'show',
		message: `show ${what} is not allowed here`,
		allowed: ['show tables', 'describe schema.table'],
	}
}

function at(node: TreeNode): { offset?: number } {
	const location = node['query_location']
	return typeof location === 'number' && location < 2 ** 31 ? { offset: location } : {}
}

function firstOf<T>(items: readonly T[], refusal: (item: T) => Refusal | undefined): Refusal | undefined {
	for (const item of items) {
		const found = refusal(item)
		if (found) return found
	}
	return undefined
}

function isNode(value: unknown): value is TreeNode {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}
