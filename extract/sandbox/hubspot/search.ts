import type { SQLInputValue } from 'node:sqlite'
import { inForce, type Store, tableName } from '../store.ts'
import { type HubspotObject, id, type Property } from './objects.ts'
import { recordSql } from './record-json.ts'
import { HubspotRefusal, invalid } from './refusal.ts'

type Filter = { propertyName?: string; operator?: string; value?: string; highValue?: string; values?: string[] }

/** A search as it is sent. */
export type Search = {
	filterGroups?: { filters?: Filter[] }[]
	sorts?: (string | { propertyName: string; direction?: string })[]
	properties?: string[]
	limit?: number
	after?: string | number
}

/** A search goes no further than this record. */
const furthest = 10_000

/** Rows stamped a little before what was asked for come too. */
const slack = 1000

/**
 * `POST objects/{object}/search`. The index is `lag` seconds behind: it has what was so then, but never what is archived or gone by now.
 * A page is a place in the order of now: rows that change meanwhile shift those behind them.
 */
export function searchPage(object: HubspotObject, store: Store, now: number, search: Search, lag: number): string {
	const { filterGroups = [], properties = [], limit = 10 } = search
	if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw invalid('limit must be between 1 and 200')
	const after = Number(search.after ?? 0)
	if (!Number.isInteger(after) || after < 0) throw invalid(`Invalid paging cursor: ${search.after}`)
	if (after + limit > furthest && after >= furthest)
		throw invalid(`The paging 'after' parameter may not exceed ${furthest}.`)
	const parameters: Record<string, SQLInputValue> = { now: now - lag * 1000, today: now }
	const condition = filterSql(object, filterGroups, parameters)
	const table = tableName('hubspot', object.name)
	const isAlive = `exists (select 1 from ${table} a where a."${id}" = t."${id}" and a._from <= :today and a._until > :today
		and a._gone = 0 and a."archived" = 'false')`
	const found = `from ${table} t where ${inForce('t')} and t."archived" = 'false' and ${isAlive}${condition}`
	const { total } = store.database.prepare(`select count(*) as total ${found}`).get(parameters) as { total: number }
	const size = Math.min(limit, furthest - after)
	const rows = store.database
		.prepare(
			`select ${recordSql(object, properties)} as record ${found}${orderSql(object, search)} limit ${size} offset ${after}`,
		)
		.all(parameters) as { record: string }[]
	const next = after + rows.length
	const paging = next < total && rows.length > 0 ? `,"paging":{"next":{"after":"${next}"}}` : ''
	return `{"total":${total},"results":[${rows.map(({ record }) => record).join(',')}]${paging}}`
}

function filterSql(
	object: HubspotObject,
	groups: NonNullable<Search['filterGroups']>,
	parameters: Record<string, SQLInputValue>,
) {
	const all = groups.flatMap(({ filters = [] }) => filters)
	if (groups.length > 5 || all.length > 25 || groups.some(({ filters = [] }) => filters.length > 10))
		throw invalid('There are too many filters: at most 5 groups of 10, and 25 in all.')
	if (all.length === 0) return ''
	const conditions = groups.map(
		({ filters = [] }) => `(${filters.map((filter) => oneSql(object, filter, parameters)).join(' and ') || 'true'})`,
	)
	return ` and (${conditions.join(' or ')})`
}

const signs: Record<string, string> = { EQ: '=', NEQ: '<>', LT: '<', LTE: '<=', GT: '>', GTE: '>=' }

function oneSql(object: HubspotObject, filter: Filter, parameters: Record<string, SQLInputValue>): string {
	const { propertyName = '', operator = '', value, highValue, values = [] } = filter
	const property = object.properties.find(({ name }) => name === propertyName)
	if (!property)
		throw invalid(`There was a problem with the request. Property '${propertyName}' does not exist.`, {
			propertyName: [propertyName],
		})
	const column = columnSql(property)
	const bind = (text: string | undefined, moved = 0) => {
		const name = `p${Object.keys(parameters).length}`
		parameters[name] = comparable(property, text, moved)
		return `:${name}`
	}
	const isMoment = property.type === 'datetime'
	if (operator === 'HAS_PROPERTY') return `coalesce(t."${propertyName}", '') <> ''`
	if (operator === 'NOT_HAS_PROPERTY') return `coalesce(t."${propertyName}", '') = ''`
	if (operator === 'IN') return `${column} in (${values.map((one) => bind(one)).join(', ')})`
	if (operator === 'BETWEEN') return `${column} between ${bind(value, isMoment ? -slack : 0)} and ${bind(highValue)}`
	const sign = signs[operator]
	if (!sign) throw invalid(`Invalid input JSON: '${operator}' is not an operator.`)
	const isLower = isMoment && (operator === 'GTE' || operator === 'GT')
	return `${column} ${sign} ${bind(value, isLower ? -slack : 0)}`
}

/** Ids are whole numbers already; moments are text of one length, and sort as they are. */
function columnSql({ name, type }: Property): string {
	return type === 'number' && name !== id ? `cast(t."${name}" as real)` : `t."${name}"`
}

function comparable({ type, name }: Property, text: string | undefined, moved: number): SQLInputValue {
	if (text === undefined) throw invalid('A filter needs a value.')
	if (type === 'number') {
		if (!/^-?\d+(\.\d+)?$/.test(text)) throw invalid(`${text} was not a valid number.`)
		return name === id ? BigInt(text) : Number(text)
	}
	if (type !== 'datetime') return text
	const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
	if (Number.isNaN(at)) throw invalid(`${text} was not a valid date.`)
	if (at === 0) throw new HubspotRefusal(500, 'INTERNAL_ERROR', 'There was a problem with the request.')
	return new Date(at + moved).toISOString()
}

function orderSql(object: HubspotObject, { sorts = [] }: Search): string {
	if (sorts.length > 1) throw invalid('Only one sort is supported.')
	const [sort] = sorts
	if (sort === undefined) return ` order by t."createdate", t."${id}"`
	const name = typeof sort === 'string' ? sort : sort.propertyName
	const property = object.properties.find((one) => one.name === name)
	if (!property) throw invalid(`Property '${name}' does not exist.`)
	const isDescending = typeof sort !== 'string' && /^DESC/.test(sort.direction ?? '')
	// Rows of one value come in no order that could be relied on.
	return ` order by ${columnSql(property)}${isDescending ? ' desc' : ''}, (t."${id}" * 7919) % 10007`
}
