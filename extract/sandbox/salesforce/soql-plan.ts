import type { SQLInputValue } from 'node:sqlite'
import { inForce, tableName } from '../store.ts'
import type { SalesforceField } from './field.ts'
import type { SalesforceObject } from './objects.ts'
import { lineSql, type Member, recordSql } from './record-json.ts'
import { noSuchColumn, queryRefusal, SalesforceRefusal } from './refusal.ts'
import { filterSql } from './soql-filter.ts'
import type { Name, Selected, Soql } from './soql-parser.ts'

/** A query ready for SQLite. */
export type Plan = {
	/** The rows, each as the one text of its JSON, or its line of CSV. */
	sql: string
	/** Their number, as `n`. */
	countSql: string
	/** The names of what is selected. */
	fields: string[]
	parameters: Record<string, SQLInputValue>
}

/** What a query is planned against: the object as the user sees it now, the moment, and whether deleted records count. */
export type PlanContext = {
	query: string
	object: SalesforceObject
	now: number
	includesDeleted: boolean
	/** Whether the org has rates by date. */
	hasDatedRates: boolean
	isCsv?: boolean
}

/** Checks every name and value of a query and turns it into SQL over the versions in force. Throws SalesforceRefusal. */
export function planSoql(soql: Soql, context: PlanContext): Plan {
	const { query, object, now } = context
	const parameters: Record<string, SQLInputValue> = { now }
	const fieldOf = (name: Name) => {
		const field = object.fields.find((each) => each.name.toLowerCase() === name.text.toLowerCase())
		if (!field) throw noSuchColumn(query, name.at, name.text, object.name)
		return field
	}
	const bind = (value: SQLInputValue) => {
		const name = `p${Object.keys(parameters).length}`
		parameters[name] = value
		return `:${name}`
	}
	const isAggregate = soql.groupBy.length > 0 || soql.select.some(({ kind }) => kind === 'aggregate')
	const selected = soql.isCount
		? []
		: isAggregate
			? aggregateColumns(soql, context, fieldOf)
			: plainColumns(soql.select, fieldOf)
	const source = `from ${tableName('salesforce', object.name)} t where ${conditions(soql, context, fieldOf, bind)}`
	const groups = soql.groupBy.map((name) => `t."${fieldOf(name).name}"`)
	const grouping = groups.length > 0 ? ` group by ${groups.join(', ')}` : ''
	const limits = limitSql(soql)
	const record = context.isCsv ? lineSql(selected) : recordSql(isAggregate ? null : object.name, selected)
	const counted = isAggregate ? selected.map(({ sql }) => sql).join(', ') : '1'
	return {
		sql: `select ${record} ${source}${grouping}${orderSql(soql, fieldOf)}${limits}`,
		countSql: `select count(*) as n from (select ${counted || '1'} ${source}${grouping}${limits})`,
		fields: selected.map(({ name }) => name),
		parameters,
	}
}

function plainColumns(select: Selected[], fieldOf: (name: Name) => SalesforceField): Member[] {
	const columns: Member[] = []
	for (const one of select) {
		const field = fieldOf(one.field)
		if (columns.some((column) => column.name === field.name)) {
			throw new SalesforceRefusal(400, 'MALFORMED_QUERY', `duplicate field selected: ${field.name}`)
		}
		columns.push({ name: field.name, kind: field.kind, sql: `t."${field.name}"` })
	}
	return columns
}

function aggregateColumns(soql: Soql, context: PlanContext, fieldOf: (name: Name) => SalesforceField): Member[] {
	let unnamed = 0
	return soql.select.map((one) => {
		const field = fieldOf(one.field)
		if (one.kind === 'field') {
			const isGrouped = soql.groupBy.some((name) => fieldOf(name) === field)
			if (isGrouped) return { name: field.name, kind: field.kind, sql: `t."${field.name}"` }
			throw queryRefusal(
				'MALFORMED_QUERY',
				context.query,
				one.field.at,
				`Field must be grouped or aggregated: ${field.name}`,
			)
		}
		const name = one.alias ?? `expr${unnamed++}`
		if (one.calculate === 'COUNT') return { name, kind: 'number', sql: `count(t."${field.name}")` }
		if (one.calculate === 'COUNT_DISTINCT') return { name, kind: 'number', sql: `count(distinct t."${field.name}")` }
		if (one.calculate === 'SUM' && field.kind !== 'number') {
			throw queryRefusal(
				'MALFORMED_QUERY',
				context.query,
				one.field.at,
				`field ${field.name} does not support aggregate operator SUM`,
			)
		}
		const inner = field.type === 'currency' ? corporateSql(context, field) : `t."${field.name}"`
		const prefix = field.kind === 'number' ? 'decimal_' : ''
		return { name, kind: field.kind, sql: `${prefix}${one.calculate.toLowerCase()}(${inner})` }
	})
}

/**
 * In an org with several currencies an aggregate of amounts comes in the org's default currency, whatever it is grouped
 * by. Opportunities use the dated rate of their close date where the org has any, everything else the currency's own.
 * https://developer.salesforce.com/docs/platform/salesforce-soql-sosl/guide/sforce-api-calls-soql-querying-currency-fields.html
 */
function corporateSql({ object, hasDatedRates }: PlanContext, field: SalesforceField): string {
	const has = (wanted: string) => object.fields.some(({ name }) => name === wanted)
	if (!has('CurrencyIsoCode')) return `t."${field.name}"`
	const rate = (table: string, extra: string) =>
		`(select r."ConversionRate" from ${tableName('salesforce', table)} r where ${inForce('r')} and r."IsoCode" = t."CurrencyIsoCode"${extra} limit 1)`
	const plain = rate('CurrencyType', '')
	const dated = rate(
		'DatedConversionRate',
		' and r."StartDate" <= t."CloseDate" and (r."NextStartDate" is null or r."NextStartDate" > t."CloseDate")',
	)
	return `corporate_amount(t."${field.name}", ${hasDatedRates && has('CloseDate') ? `coalesce(${dated}, ${plain})` : plain})`
}

function conditions(
	soql: Soql,
	context: PlanContext,
	fieldOf: (name: Name) => SalesforceField,
	bind: (value: SQLInputValue) => string,
): string {
	const { object, includesDeleted, query } = context
	const hasBin = object.fields.some(({ name }) => name === 'IsDeleted')
	const notDeleted = hasBin && !includesDeleted ? [`t."IsDeleted" = 'false'`] : []
	const filter = soql.where ? [`(${filterSql(soql.where, { query, fieldOf, bind })})`] : []
	return [inForce('t'), ...notDeleted, ...filter].join(' and ')
}

/** Without a direction ascending; without NULLS … fields without a value come first, ascending and descending. */
function orderSql(soql: Soql, fieldOf: (name: Name) => SalesforceField): string {
	const parts = soql.orderBy.map(({ field: name, isDescending, nulls }) => {
		const field = fieldOf(name)
		const column = `t."${field.name}"`
		const direction = `${isDescending ? ' desc' : ''}${isDescending || nulls === 'LAST' ? ` nulls ${nulls.toLowerCase()}` : ''}`
		if (field.kind === 'number') return `cast(${column} as real)${direction}, ${column}${direction}`
		const isCaseless = field.kind === 'text' && field.type !== 'id' && field.type !== 'reference'
		return `${column}${isCaseless ? ' collate nocase' : ''}${direction}`
	})
	return parts.length > 0 ? ` order by ${parts.join(', ')}` : ''
}

function limitSql({ limit, offset }: Soql): string {
	if (offset !== null && offset > 2000) {
		throw new SalesforceRefusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000')
	}
	if (limit === null && offset === null) return ''
	return ` limit ${limit ?? -1} offset ${offset ?? 0}`
}
