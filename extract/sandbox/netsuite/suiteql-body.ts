import { inForce, tableName } from '../store.ts'
import { conditionSql, type ExpressionContext, expressionSql } from './expression-plan.ts'
import { hasAggregate } from './function-plan.ts'
import type { OutputColumn } from './item-json.ts'
import { unsupportedSearch } from './refusal.ts'
import type { PlanContext } from './suiteql-plan.ts'
import type { Expression, Select, Source } from './suiteql-syntax.ts'
import { refuseSlowNotes, systemNoteTable } from './system-notes.ts'

/** The tables of a query under their aliases. Throws NetsuiteRefusal at a table that does not exist or may not be seen. */
export function sourcesOf(select: Select, context: PlanContext): ExpressionContext['sources'] {
	const real = select.sources.filter(({ table }) => table !== 'dual')
	if (real.length !== select.sources.length && select.sources.length > 1) throw unsupportedSearch('a join with dual')
	const sources = real.map(({ alias, table }) => ({ alias, table: context.tableOf(table) }))
	const twice = sources.find(({ alias }, index) => sources.findIndex((other) => other.alias === alias) !== index)
	if (twice) throw unsupportedSearch(`two tables named "${twice.alias}"`)
	return sources
}

/** Everything of a query from FROM to HAVING, over the versions in force. Throws NetsuiteRefusal. */
export function bodySql(
	select: Select,
	scope: ExpressionContext,
	context: PlanContext,
	columns: OutputColumn[],
): string {
	checkGrouping(select, scope, columns)
	refuseSlowNotes(
		select,
		columns.some(({ isAggregate }) => isAggregate),
	)
	const [first, ...joined] = select.sources.filter(({ table }) => table !== 'dual')
	const filter = select.where ? [conditionSql(select.where, scope)] : []
	if (!first) return filter.length > 0 ? `from (select 1) where ${filter[0]}` : 'from (select 1)'
	const joins = joined.map((source) => joinSql(source, scope, context)).join('')
	const where = [present(first, scope, context), ...filter.map((sql) => `(${sql})`)].join(' and ')
	const groups = select.groupBy.map((group) => expressionSql(group, scope).sql).join(', ')
	const grouping = groups ? ` group by ${groups}` : ''
	const having = select.having ? ` having ${conditionSql(select.having, scope)}` : ''
	return `from ${named(first)}${joins} where ${where}${grouping}${having}`
}

function joinSql(source: Source, scope: ExpressionContext, context: PlanContext): string {
	const on = conditionSql(source.on as Expression, scope)
	return ` ${source.isOuter ? 'left' : 'inner'} join ${named(source)} on ${present(source, scope, context)} and (${on})`
}

function named({ table, alias }: Source): string {
	return `${tableName('netsuite', table)} as "${alias}"`
}

function present({ table, alias }: Source, scope: ExpressionContext, context: PlanContext): string {
	const inside = inForce(`"${alias}"`)
	if (table === systemNoteTable && !context.seesNotes) return `${inside} and false`
	if (table !== 'deletedrecord') return inside
	return `${inside} and lower("${alias}"."scriptid") <> ${scope.bind(context.uncoveredDeletes.toLowerCase())}`
}

/** With GROUP BY or an aggregate, everything selected is grouped, aggregated or constant. */
function checkGrouping(select: Select, scope: ExpressionContext, columns: OutputColumn[]): void {
	if (select.groupBy.length === 0 && !columns.some(({ isAggregate }) => isAggregate)) return
	const groups = select.groupBy.map((group) => expressionSql(group, scope).sql)
	for (const item of select.items) {
		if (item.kind === 'all') throw unsupportedSearch('* beside GROUP BY')
		if (!isGrouped(item.value, groups, scope))
			throw unsupportedSearch('a selected column is neither grouped nor aggregated')
	}
}

function isGrouped(expression: Expression, groups: string[], scope: ExpressionContext): boolean {
	if (expression.kind === 'string' || expression.kind === 'number' || expression.kind === 'null') return true
	if (expression.kind === 'call' && hasAggregate(expression) && !expression.values.some(hasAggregate)) return true
	if (groups.includes(expressionSql(expression, scope).sql)) return true
	const within = (parts: Expression[]) => parts.every((part) => isGrouped(part, groups, scope))
	switch (expression.kind) {
		case 'call':
			return expression.values.length > 0 && within(expression.values)
		case 'binary':
			return within([expression.left, expression.right])
		case 'negative':
		case 'not':
		case 'null-test':
			return within([expression.value])
		case 'case':
			return (
				within(expression.branches.flatMap(({ when, result }) => [when, result])) &&
				(expression.otherwise === null || within([expression.otherwise]))
			)
		default:
			return false
	}
}
