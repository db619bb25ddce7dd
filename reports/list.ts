import { type Kysely, type RawBuilder, type SelectQueryNode, sql } from 'kysely'
import type { Schema } from '../models/schema.ts'
import { emptyFilter, type ListRequest } from './list-request.ts'
import type { Report, ReportQuery, Row } from './report.ts'

/** How many rows a page has. */
export const pageSize = 100

/** One page of a report, with what is true of all rows of the filter. */
export type List = {
	rows: Row[]
	/** Number of the page's first row, from 1; 0 when there is none. */
	firstRow: number
	rowCount: number
	totals: ListTotal[]
	ownTotals: OwnTotal[]
	facets: Facet[]
	/** For no rows at all: how many there would be without each of the active filters. */
	without: { filter: string; rowCount: number }[]
}

/**
 * Sums of one currency (null: the report has no currency column). `sums` are decimal texts by column name; `unpriced` counts nulls.
 * `apart`: by amount that has no sum, the columns of which the rows have several values, such as balances of several periods.
 */
export type ListTotal = {
	currency: string | null
	rowCount: number
	sums: Record<string, string | null>
	unpriced: Record<string, number>
	apart: Record<string, string[]>
}

/**
 * The sum of one amount in one value of its own currency column, a decimal text, over the rows that have it; null where these have several
 * values of the columns `apart`.
 */
export type OwnTotal = {
	column: string
	currency: string | null
	rowCount: number
	sum: string | null
	apart: string[]
}

/** A filter's values with the rows that each would show, most first. */
export type Facet = { column: string; values: { value: string; rowCount: number }[] }

/** Reads one page of a report, its totals and its filters' counts, from one generation. */
export async function readList(db: Kysely<Schema>, report: Report, request: ListRequest): Promise<List> {
	const [rows, totals, ownTotals, facets] = await Promise.all([
		pageRows(db, report, request).execute(),
		readTotals(db, report, request),
		Promise.all((report.totals?.own ?? []).map((name) => readOwnTotals(db, report, request, name))),
		Promise.all((report.facets ?? []).map((column) => readFacet(db, report, request, column))),
	])
	const result = { rows, totals, ownTotals: ownTotals.flat(), facets }
	const rowCount = result.totals.reduce((count, total) => count + total.rowCount, 0)
	const firstRow = result.rows.length > 0 ? (request.page - 1) * pageSize + 1 : 0
	return { ...result, firstRow, rowCount, without: rowCount === 0 ? await readWithout(db, report, request) : [] }
}

/**
 * All rows of the filter: what a file holds. Without an order asked for they come in the published table's own, so that the export can
 * read the table where it lies.
 */
export function fileRows(db: Kysely<Schema>, report: Report, request: ListRequest): ReportQuery {
	const rows = filtered(db, report, request).select(request.columns.map((column) => column.name))
	return request.isOwnOrder ? rows : ordered(rows, report, request)
}

function pageRows(db: Kysely<Schema>, report: Report, request: ListRequest): ReportQuery {
	const rows = filtered(db, report, request).select(request.columns.map((column) => column.name))
	return ordered(rows, report, request)
		.limit(pageSize)
		.offset((request.page - 1) * pageSize)
}

/** The report's query with the filters on top, all but the one named in `except`; nothing is selected yet. */
function filtered(db: Kysely<Schema>, report: Report, request: ListRequest, except?: string): ReportQuery {
	let query = asSource(db, report.query(db, request.parameters))
	for (const [name, value] of Object.entries(request.filters)) {
		if (name === except) continue
		query = query.where(value === emptyFilter ? sql<boolean>`${column(name)} is null` : equals(name, value))
	}
	if (request.words && except !== 'q') query = query.where(containsWords(report, request.words))
	return query
}

/** One table with at most conditions is read as it is; a query that selects, groups or joins becomes a subquery. */
function asSource(db: Kysely<Schema>, query: ReportQuery): ReportQuery {
	const node = query.toOperationNode() as SelectQueryNode
	const isWhole = node.selections?.length === 1 && node.selections[0]?.selection.kind === 'SelectAllNode'
	const isPlain = isWhole && !node.groupBy && !node.joins && !node.limit && !node.orderBy && !node.with
	return isPlain ? query.clearSelect() : (db.selectFrom(query.as('report')) as unknown as ReportQuery)
}

function ordered(query: ReportQuery, report: Report, request: ListRequest): ReportQuery {
	const keys = report.key.filter((name) => !request.sort.some((entry) => entry.column.name === name))
	let result = query
	for (const { column: by, isDescending } of request.sort) {
		const value = by.kind === 'amount' ? sql`abs(${column(by.name)})` : column(by.name)
		result = result.orderBy(isDescending ? sql`${value} desc nulls last` : sql`${value} asc nulls last`)
	}
	for (const name of keys) result = result.orderBy(sql`${column(name)} asc nulls last`)
	return result
}

/** Each word must stand in one of the search columns. */
function containsWords(report: Report, words: string): RawBuilder<boolean> {
	const texts = (report.search ?? []).map((name) => sql`lower(coalesce(cast(${column(name)} as varchar), ''))`)
	const each = words
		.toLowerCase()
		.split(/\s+/)
		.map(
			(word) =>
				sql`(${sql.join(
					texts.map((text) => sql`contains(${text}, cast(${word} as varchar))`),
					sql` or `,
				)})`,
		)
	return sql<boolean>`${sql.join(each, sql` and `)}`
}

async function readTotals(db: Kysely<Schema>, report: Report, request: ListRequest): Promise<ListTotal[]> {
	const { currency, amounts = [], reporting = [], within = {} } = report.totals ?? {}
	const names = [...amounts, ...reporting]
	const sums = names.flatMap((name) => [
		sql<string | null>`sum(${column(name)})`.as(`sum_${name}`),
		sql<string>`count(*) - count(${column(name)})`.as(`unpriced_${name}`),
	])
	const parts = [...new Set(Object.values(within).flat())].map(valuesOf)
	const query = filtered(db, report, request).select([sql<string>`count(*)`.as('row_count'), ...sums, ...parts])
	const rows = currency
		? await query.select(`${currency} as currency`).groupBy(currency).orderBy('currency').execute()
		: await query.execute()
	return rows.map((row) => {
		const several = (name: string) => severalOf(row, within[name])
		const apart = Object.fromEntries(names.flatMap((name) => (several(name).length > 0 ? [[name, several(name)]] : [])))
		return {
			currency: (row['currency'] as string | null | undefined) ?? null,
			rowCount: Number(row['row_count']),
			sums: Object.fromEntries(names.map((name) => [name, apart[name] ? null : (row[`sum_${name}`] as string | null)])),
			unpriced: Object.fromEntries(names.map((name) => [name, Number(row[`unpriced_${name}`])])),
			apart,
		}
	})
}

/** How many values a column has, as `values_<column>`. */
function valuesOf(name: string) {
	return sql<string>`count(distinct coalesce(cast(${column(name)} as varchar), ''))`.as(`values_${name}`)
}

/** Those of `parts` of which the rows have several values. */
function severalOf(row: Row, parts: readonly string[] = []): string[] {
	return parts.filter((part) => Number(row[`values_${part}`]) > 1)
}

async function readOwnTotals(
	db: Kysely<Schema>,
	report: Report,
	request: ListRequest,
	name: string,
): Promise<OwnTotal[]> {
	const currency = report.columns.find((one) => one.name === name)!.currency!
	const within = report.totals?.within?.[name] ?? []
	const rows = await filtered(db, report, request)
		.select([
			sql<string | null>`${column(currency)}`.as('currency'),
			sql<string>`count(${column(name)})`.as('row_count'),
			sql<string>`sum(${column(name)})`.as('sum'),
			...within.map(valuesOf),
		])
		.where(sql<boolean>`${column(name)} is not null`)
		.groupBy(currency)
		.orderBy('currency')
		.execute()
	return rows.map((row) => {
		const apart = severalOf(row, within)
		return {
			column: name,
			currency: row['currency'] as string | null,
			rowCount: Number(row['row_count']),
			sum: apart.length > 0 ? null : String(row['sum']),
			apart,
		}
	})
}

async function readFacet(db: Kysely<Schema>, report: Report, request: ListRequest, name: string): Promise<Facet> {
	const rows = await filtered(db, report, request, name)
		.select([sql<string | null>`cast(${column(name)} as varchar)`.as('value'), sql<string>`count(*)`.as('row_count')])
		.groupBy(sql`1`)
		.orderBy(sql`2 desc, 1 nulls last`)
		.execute()
	return {
		column: name,
		values: rows.map((row) => ({
			value: (row['value'] as string | null) ?? emptyFilter,
			rowCount: Number(row['row_count']),
		})),
	}
}

/** How many rows the filter has. */
export async function countRows(
	db: Kysely<Schema>,
	report: Report,
	request: ListRequest,
	except?: string,
): Promise<number> {
	const [row] = await filtered(db, report, request, except).select(sql<string>`count(*)`.as('row_count')).execute()
	return Number(row?.['row_count'] ?? 0)
}

/** How many rows there would be without each of the active filters. */
export async function readWithout(db: Kysely<Schema>, report: Report, request: ListRequest): Promise<List['without']> {
	const active = [...Object.keys(request.filters), ...(request.words ? ['q'] : [])]
	return await Promise.all(
		active.map(async (filter) => ({ filter, rowCount: await countRows(db, report, request, filter) })),
	)
}

function equals(name: string, value: string): RawBuilder<boolean> {
	return sql<boolean>`cast(${column(name)} as varchar) = cast(${value} as varchar)`
}

function column(name: string) {
	return sql.ref(name)
}
