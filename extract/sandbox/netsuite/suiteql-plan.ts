import type { SQLInputValue } from 'node:sqlite'
import type { AccountTime } from './account-time.ts'
import { type ExpressionContext, expressionSql } from './expression-plan.ts'
import { hasAggregate } from './function-plan.ts'
import { itemSql, type OutputColumn } from './item-json.ts'
import { unsupportedSearch } from './refusal.ts'
import { bodySql, sourcesOf } from './suiteql-body.ts'
import type { Order, Select, SelectItem } from './suiteql-syntax.ts'
import type { NetsuiteTable } from './tables.ts'

/** A query ready for SQLite. */
export type SuiteqlPlan = {
	/** The rows, each as the one text of its JSON, in the order asked for. */
	sql: string
	/** Their number, as `n`, counted no further than one beyond the most that a query gives. */
	countSql: string
	/** The number of places in the order that several rows share, as `n`; null: the order is unique by its columns. */
	tiesSql: string | null
	parameters: Record<string, SQLInputValue>
}

/** A query gives no more rows than these, however many there are: Oracle's limit without SuiteAnalytics Connect. */
export const mostRows = 100_000

/** What a query is planned against. */
export type PlanContext = {
	/** A table as the role sees it; throws if it does not. */
	tableOf(name: string): NetsuiteTable
	/** The company's moment: epoch milliseconds, and UTC text. */
	now: number
	nowText: string
	time: AccountTime
	/** May the role see the notes of others? */
	seesNotes: boolean
	/** The record type (`scriptid`) whose deletions `deletedrecord` does not tell. */
	uncoveredDeletes: string
}

/** Checks every table, column and type of a query and turns it into SQL over the versions in force. Throws NetsuiteRefusal. */
export function planSuiteql(select: Select, context: PlanContext): SuiteqlPlan {
	const parameters: Record<string, SQLInputValue> = { now: context.now }
	const scope = scopeOf(select, context, binder(parameters))
	const columns = outputColumns(select, scope)
	const body = bodySql(select, scope, context, columns)
	const orders = select.orderBy.map((order) => orderColumn(order, columns, scope))
	const orderBy = orders.length > 0 ? ` order by ${orders.map(({ sql }) => sql).join(', ')}` : ''
	const list = columns.map(({ sql, name }) => `${sql} as "${name}"`).join(', ')
	const isPlain = select.groupBy.length === 0 && !columns.some(({ isAggregate }) => isAggregate)
	const rows = select.isDistinct ? `select distinct ${list} ${body}` : `select ${isPlain ? '1' : list} ${body}`
	const distinctColumns = columns.map((column) => ({ ...column, sql: `"${column.name}"` }))
	return {
		sql: select.isDistinct
			? `select ${itemSql(distinctColumns)} from (${rows})${distinctOrder(orders)}`
			: `select ${itemSql(columns)} ${body}${orderBy}`,
		countSql: `select count(*) as n from (${rows} limit ${mostRows + 1})`,
		tiesSql: isUnique(select, scope, orders) ? null : tiesSql(select, orders, body, rows),
		parameters,
	}
}

type OrderColumn = { sql: string; value: string; output: string | null; direction: string }

/** Binds each value once, so that equal expressions have equal SQL. */
function binder(parameters: Record<string, SQLInputValue>): (value: SQLInputValue) => string {
	const names = new Map<SQLInputValue, string>()
	return (value) => {
		const name = names.get(value) ?? `p${names.size}`
		names.set(value, name)
		parameters[name] = value
		return `:${name}`
	}
}

function scopeOf(select: Select, context: PlanContext, bind: ExpressionContext['bind']): ExpressionContext {
	return {
		sources: sourcesOf(select, context),
		now: context.nowText,
		time: context.time,
		bind,
		subquery: (inner) => {
			const scope = scopeOf(inner, context, bind)
			const columns = outputColumns(inner, scope)
			const [column] = columns
			if (!column || columns.length > 1) throw unsupportedSearch('IN over a query of several columns')
			return { sql: `(select ${column.sql} ${bodySql(inner, scope, context, columns)})`, type: column.type }
		},
	}
}

function outputColumns(select: Select, scope: ExpressionContext): OutputColumn[] {
	let unnamed = 0
	const columns = select.items.flatMap((item): OutputColumn[] => {
		if (item.kind === 'all') return allColumns(scope)
		const { sql, type } = expressionSql(item.value, scope)
		const name = item.alias ?? (item.value.kind === 'column' ? item.value.name : `expr${++unnamed}`)
		return [{ name, sql, type, isAggregate: hasAggregate(item.value) }]
	})
	const twice = columns.find(({ name }, index) => columns.findIndex((other) => other.name === name) !== index)
	if (twice) throw unsupportedSearch(`two columns named "${twice.name}"`)
	return columns
}

function allColumns({ sources }: ExpressionContext): OutputColumn[] {
	return sources.flatMap(({ alias, table }) =>
		table.columns.map(({ name, kind }) => ({ name, sql: `"${alias}"."${name}"`, type: kind, isAggregate: false })),
	)
}

/** A name or number of a selected column stands for it. Oracle puts rows without a value last, descending first. */
function orderColumn({ value, isDescending }: Order, columns: OutputColumn[], scope: ExpressionContext): OrderColumn {
	const selected =
		value.kind === 'number'
			? columns[Number(value.text) - 1]
			: value.kind === 'column' && value.alias === null
				? columns.find(({ name }) => name === value.name)
				: undefined
	const { sql, type } = selected ?? expressionSql(value, scope)
	const isNeverNull = scope.sources.some(({ alias, table }) =>
		[...table.key, table.stamp].some((name) => sql === `"${alias}"."${name}"`),
	)
	const nulls = isNeverNull ? '' : isDescending ? ' nulls first' : ' nulls last'
	const direction = `${isDescending ? ' desc' : ''}${nulls}`
	const ordered = type === 'number' ? `cast(${sql} as real)${direction}, ${sql}${direction}` : `${sql}${direction}`
	return { sql: ordered, value: sql, output: selected?.name ?? null, direction }
}

function distinctOrder(orders: OrderColumn[]): string {
	if (orders.some(({ output }) => output === null))
		throw unsupportedSearch('SELECT DISTINCT ordered by what is not selected')
	return orders.length > 0
		? ` order by ${orders.map(({ output, direction }) => `"${output}"${direction}`).join(', ')}`
		: ''
}

/** Can the order be seen to be unique from its columns alone? */
function isUnique(select: Select, scope: ExpressionContext, orders: OrderColumn[]): boolean {
	if (select.isDistinct) return false
	const ordered = orders.map(({ value }) => value)
	if (select.groupBy.length > 0)
		return select.groupBy.every((group) => ordered.includes(expressionSql(group, scope).sql))
	if (select.items.some((item: SelectItem) => item.kind === 'expression' && hasAggregate(item.value))) return true
	const [source, ...joined] = scope.sources
	if (!source) return true
	return joined.length === 0 && source.table.key.every((name) => ordered.includes(`"${source.alias}"."${name}"`))
}

function tiesSql(select: Select, orders: OrderColumn[], body: string, rows: string): string {
	// Without any order every place is shared, if there are two rows.
	if (orders.length === 0) return `select count(*) > 1 as n from (${rows})`
	const values = orders
		.map(({ value, output }, index) => `${select.isDistinct ? `"${output}"` : value} as "o${index}"`)
		.join(', ')
	const places = orders.map((_, index) => `"o${index}"`).join(', ')
	const ordered = select.isDistinct ? `select ${values} from (${rows})` : `select ${values} ${body}`
	return `select count(*) as n from (select 1 from (${ordered}) group by ${places} having count(*) > 1)`
}
