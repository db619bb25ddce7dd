import type { Model } from './model.ts'
import { lineAt, nodeOffset, type TreeNode, walkTree } from './parse-tree.ts'
import { nodeProblem } from './portable-nodes.ts'

/** One thing in a model that another engine would refuse or answer otherwise, `file:line` first. */
export type PortabilityProblem = string

/**
 * What keeps a model's text from running as it stands on DuckDB and on Trino, or from giving the same answer there: the parse tree
 * against an allow-list of node types and functions, and the text for what the tree does not show. Empty: portable.
 */
export function portabilityProblems(model: Pick<Model, 'sql' | 'tree' | 'file' | 'line'>): PortabilityProblem[] {
	const problems = new Set<string>()
	const add = (offset: number | undefined, message: string) =>
		problems.add(`${model.file}:${lineAt(model.sql, offset, model)}: ${message}`)
	let offset: number | undefined
	walkTree(model.tree, (node, ancestors) => {
		offset = nodeOffset(node) ?? nearestOffset(ancestors) ?? offset
		const message = nodeProblem(node, ancestors)
		if (message) add(offset, message)
	})
	for (const { at, message } of textProblems(model.sql)) add(at, message)
	return [...problems]
}

/** What the house style asks of a model's shape (STYLE.md, "SQL"), `file:line` first. Checks may be a bare SELECT. */
export function styleProblems(model: Pick<Model, 'sql' | 'tree' | 'file' | 'line' | 'layer'>): string[] {
	const problems: string[] = []
	const lastLine = model.sql.split('\n').at(-1)!
	const end = `${model.file}:${lineAt(model.sql, Buffer.byteLength(model.sql), model)}`
	const last = /^select \* from ([a-z_0-9]+)$/.exec(lastLine)?.[1]
	const hasTables = (model.tree['cte_map'] as CommonTables).map.length > 0
	if (hasTables && !last && model.layer !== 'checks')
		problems.push(`${end}: the last line is "${lastLine}", not "select * from <cte>"`)
	if (!hasTables && model.layer !== 'checks') problems.push(`${end}: no CTE: import CTEs first, one step per CTE`)
	if (model.layer === 'marts' && last && listsStar(model.tree, last))
		problems.push(`${end}: "${last}" selects *: a mart lists its columns`)
	walkTree(model.tree, (node) => {
		const column = oneSidedCondition(node)
		if (column)
			problems.push(
				`${model.file}:${lineAt(model.sql, nodeOffset(column) ?? 0, model)}: a left join's condition says nothing of the table that is joined: put it into a case, there or where the value is chosen, or DuckDB compares every row with every row`,
			)
	})
	if (model.layer === 'staging')
		for (const { at, value } of wideCasts(model.sql))
			problems.push(
				`${model.file}:${lineAt(model.sql, at, model)}: ${value} is cast to a wide decimal alone, which takes a hundred times as long as a narrow one: coalesce(cast(try_cast(${value} as decimal(18, n)) as decimal(38, n)), try_cast(${value} as decimal(38, n)))`,
			)
	for (const { at, word } of upperCaseWords(model.sql))
		problems.push(`${model.file}:${lineAt(model.sql, at, model)}: "${word}" is not lower case`)
	return problems
}

/** Texts that are cast to a decimal of 38 digits and nowhere in the model to one of 18, which nearly every amount fits. */
function wideCasts(sql: string): { at: number; value: string }[] {
	return [...sql.matchAll(/try_cast\(([a-z_0-9]+\.[a-z_0-9]+) as decimal\(38, \d+\)\)/g)]
		.map((found) => ({ at: found.index, value: found[1]! }))
		.filter(({ value }) => !sql.includes(`try_cast(${value} as decimal(18, `))
}

/** A column of a left join's condition on whose side the joined table does not appear. */
function oneSidedCondition(node: TreeNode): TreeNode | undefined {
	if (node['type'] !== 'JOIN' || node['join_type'] !== 'LEFT' || !node['condition']) return undefined
	const { alias, table_name: name } = node['right'] as TreeNode
	const joined = String(alias || name)
	for (const condition of conjuncts(node['condition'] as TreeNode)) {
		const columns = columnsOf(condition)
		if (columns.length > 0 && !columns.some((column) => (column['column_names'] as string[])[0] === joined))
			return columns[0]
	}
	return undefined
}

function conjuncts(node: TreeNode): TreeNode[] {
	return node['type'] === 'CONJUNCTION_AND' ? (node['children'] as TreeNode[]).flatMap(conjuncts) : [node]
}

function columnsOf(node: TreeNode): TreeNode[] {
	const found: TreeNode[] = []
	walkTree(node, (one) => {
		if (one['class'] === 'COLUMN_REF') found.push(one)
	})
	return found
}

type CommonTables = { map: { key: string; value: { query: { node: TreeNode } } }[] }

function listsStar(tree: TreeNode, name: string): boolean {
	const table = (tree['cte_map'] as CommonTables).map.find(({ key }) => key === name)
	const sides = (node: TreeNode | undefined): TreeNode[] =>
		node?.['left'] && node['type'] !== 'JOIN'
			? [...sides(node['left'] as TreeNode), ...sides(node['right'] as TreeNode)]
			: node
				? [node]
				: []
	return sides(table?.value.query.node).some((node) =>
		((node['select_list'] ?? []) as TreeNode[]).some((item) => item['class'] === 'STAR'),
	)
}

/** The words of each rule that the tree does not show; `at` counts bytes. */
const textRules: { pattern: RegExp; message: string }[] = [
	{ pattern: /::/g, message: '"::" is DuckDB and PostgreSQL only: write cast(x as type)' },
	{ pattern: /\bvarchar\s*\(/g, message: 'varchar with a length is cut on one engine only: write varchar' },
	{ pattern: /(?:^|\()\s*from\b/g, message: '"from" without "select": write select * from t' },
	{ pattern: /,\s*(?=(?:from|where|group|order|having)\b|\))/g, message: 'a trailing comma: leave it out' },
	{ pattern: /\?|\$\d/g, message: 'a parameter: a model has none, a column is missing' },
]

function textProblems(sql: string): { at: number; message: string }[] {
	const bare = blankLiterals(sql)
	return textRules.flatMap(({ pattern, message }) =>
		[...bare.matchAll(pattern)].map((match) => ({ at: Buffer.byteLength(sql.slice(0, match.index)), message })),
	)
}

function upperCaseWords(sql: string): { at: number; word: string }[] {
	const words = blankLiterals(sql).matchAll(/\b[a-z_]*[A-Z][A-Za-z_]*\b/g)
	return [...words].map((match) => ({ at: Buffer.byteLength(sql.slice(0, match.index)), word: match[0] }))
}

/** Comments as blanks, texts and quoted names as underscores, so that positions stay. */
function blankLiterals(sql: string): string {
	return sql.replace(/--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|\/\*[\s\S]*?\*\//g, (text) =>
		text.replace(/[^\n]/g, text.startsWith('-') || text.startsWith('/') ? ' ' : '_'),
	)
}

function nearestOffset(ancestors: readonly TreeNode[]): number | undefined {
	return ancestors.findLast((node) => nodeOffset(node) !== undefined)?.['query_location'] as number | undefined
}
