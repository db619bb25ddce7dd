import { portableFunctions, portableSpelling } from './functions.ts'
import type { TreeNode } from './parse-tree.ts'

/** What is wrong with a call, an operator or a window function, with the portable spelling; undefined when it is portable. */
export function functionProblem(node: TreeNode, ancestors: readonly TreeNode[]): string | undefined {
	const name = String(node['function_name']).toLowerCase()
	const children = (node['children'] ?? []) as TreeNode[]
	if (isIntervalSugar(node)) return undefined
	const rule = argumentRules[name]
	if (rule)
		return rule(
			children,
			node,
			ancestors.findLast((ancestor) => ancestor['class'] !== undefined),
		)
	if (portableFunctions.has(name)) return undefined
	const instead = portableSpelling[name]
	return `${name}: ${instead ? `write ${instead}` : 'not on the list of functions both engines share (models/functions.ts)'}`
}

/** `interval '3' day`: the parser writes it as to_days(cast(trunc(cast('3' as double)) as integer)). */
export function isIntervalSugar(node: TreeNode): boolean {
	if (!/^to_(years|months|weeks|days|hours|minutes|seconds)$/.test(String(node['function_name']))) return false
	const cast = (node['children'] as TreeNode[])[0]
	const trunc = cast?.['child'] as TreeNode | undefined
	const number = (trunc?.['children'] as TreeNode[] | undefined)?.[0]?.['child'] as TreeNode | undefined
	return (
		trunc?.['function_name'] === 'trunc' &&
		(number?.['value'] as { type: { id: string } } | undefined)?.type.id === 'VARCHAR'
	)
}

type Rule = (children: TreeNode[], node: TreeNode, parent: TreeNode | undefined) => string | undefined

/** Functions that both engines have, with arguments on which they agree. */
const argumentRules: Record<string, Rule> = {
	'/': (children, _, parent) => divisionProblem(children, parent),
	'+': (children, _, parent) => dateArithmetic(children, parent),
	'-': (children, _, parent) =>
		children.length === 2 && children.every(isDateColumn)
			? "date - date: write date_diff('day', a, b)"
			: dateArithmetic(children, parent),
	'||': (children) => (children.some(isNumber) ? "'a' || 1 is an error elsewhere: cast(x as varchar)" : undefined),
	date_part: (children, node) =>
		node['schema'] === 'main' &&
		['year', 'month', 'quarter', 'day', 'hour', 'minute'].includes(String(textOf(children[0])).toLowerCase())
			? undefined
			: 'date_part and days of the week differ: extract(year from x), also month, quarter, day, hour, minute',
	date_trunc: (_, __, parent) =>
		isCastTo(parent, 'DATE')
			? undefined
			: "date_trunc gives a date on one engine and a timestamp on the other: cast(date_trunc('month', x) as date)",
	date_diff: (children) =>
		textOf(children[0]) === 'second' || (textOf(children[0]) === 'day' && !children.slice(1).some(isMoment))
			? undefined
			: "date_diff counts boundaries on one engine and whole units on the other: 'day' of two dates, or 'second' of timestamps in whole seconds",
	timezone: (children, node) =>
		node['schema'] === 'main' && isCastTo(children[1], 'TIMESTAMP WITH TIME ZONE')
			? undefined
			: 'at time zone shifts a plain timestamp the other way: only on cast(.. as timestamp with time zone)',
	split_part: (_, __, parent) =>
		parent?.['function_name'] === 'nullif' ? undefined : "split_part gives '' or null: nullif(split_part(..), '')",
	greatest: (children) => notNull('greatest', children),
	least: (children) => notNull('least', children),
	trim: (children) => (children.length === 1 ? undefined : 'trim with characters: trim(x), or replace'),
}

/**
 * A ratio of two doubles, made a decimal or rounded at once. Divided by zero it is infinite on one engine and an error on the other;
 * cast to a decimal it is an error on both.
 */
function divisionProblem(children: TreeNode[], parent: TreeNode | undefined): string | undefined {
	const isCast = isCastTo(parent, 'DECIMAL') && !parent?.['try_cast']
	const isRounded = parent?.['function_name'] === 'round' && isGuarded(children[1])
	if (children.every(isDouble) && (isCast || isRounded)) return undefined
	return '"/": money is never divided, and 7 / 2 differs; for a share cast(cast(a as double) / cast(nullif(b, 0) as double) as decimal(38, 15)); for percent * 0.01'
}

function dateArithmetic(children: TreeNode[], parent: TreeNode | undefined): string | undefined {
	if (children.some(isDateColumn) && children.some(isNumber))
		return "date + number: write cast(d + interval '1' day as date)"
	const hasInterval = children.some((child) => /^to_/.test(String(child['function_name'])))
	if (!hasInterval || isCastTo(parent, 'DATE') || isCastTo(parent, 'TIMESTAMP') || children.some(isMoment))
		return undefined
	return "a date and an interval give a date on one engine and a timestamp on the other: cast(d + interval '1' month as date)"
}

function notNull(name: string, children: TreeNode[]): string | undefined {
	const isSafe = (child: TreeNode): boolean =>
		child['type'] === 'OPERATOR_COALESCE' ||
		child['class'] === 'CONSTANT' ||
		(child['class'] === 'CAST' && isSafe(child['child'] as TreeNode))
	return children.every(isSafe) ? undefined : `${name} of a null differs: coalesce every argument first, or a case`
}

function isDouble(node: TreeNode | undefined): boolean {
	if (node?.['function_name'] === 'nullif') return isDouble((node['children'] as TreeNode[])[0])
	const isLiteral = node?.['class'] === 'CONSTANT' && (node['value'] as { type: { id: string } }).type.id === 'DOUBLE'
	return isLiteral || isCastTo(node, 'DOUBLE')
}

/** `nullif(cast(x as double), 0)` or `cast(nullif(x, 0) as double)`. */
function isGuarded(node: TreeNode | undefined): boolean {
	return (
		node?.['function_name'] === 'nullif' || (node?.['child'] as TreeNode | undefined)?.['function_name'] === 'nullif'
	)
}

function isCastTo(node: TreeNode | undefined, type: string): boolean {
	return node?.['class'] === 'CAST' && (node['cast_type'] as { id: string }).id === type
}

function isDateColumn(node: TreeNode): boolean {
	return node['class'] === 'COLUMN_REF' && /_date$/.test((node['column_names'] as string[]).at(-1)!)
}

function isMoment(node: TreeNode): boolean {
	const isColumn = node['class'] === 'COLUMN_REF' && /_at$/.test((node['column_names'] as string[]).at(-1)!)
	return isColumn || isCastTo(node, 'TIMESTAMP')
}

function isNumber(node: TreeNode): boolean {
	return (
		node['class'] === 'CONSTANT' &&
		['INTEGER', 'BIGINT', 'DECIMAL'].includes((node['value'] as { type: { id: string } }).type.id)
	)
}

function textOf(node: TreeNode | undefined): unknown {
	return node?.['class'] === 'CONSTANT' ? (node['value'] as { value: unknown }).value : undefined
}
