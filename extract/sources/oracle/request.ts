import type { Query, SourceRequest, Stream } from '../../source.ts'
import type { OracleOptions } from './oracle.ts'
import { applications, expansions } from './streams.ts'

export type OracleQuery = Query<OracleOptions>

/**
 * The version of the REST framework, pinned: 2 reads `q` as an expression and gives expanded lists whole. From 3 on they are collections
 * that may end early ("Set the REST Framework Version", docs.oracle.com/en/cloud/saas/sales/faaps/Set_the_REST_Framework_Version.html).
 */
export const frameworkVersion = '2'

/** The most records that are given at once; asked for 500, Fusion says wrongly how many there are. */
export const largestPage = 499

/** A request for a resource's list, or for what belongs to it. */
export function resourceRequest(
	{ object }: Pick<Stream, 'object'>,
	{ version }: OracleOptions,
	query: Record<string, string>,
	rest = '',
): SourceRequest {
	const path = `/${applications[object] ?? 'fscmRestApi'}/resources/${version}/${object}${rest}`
	return { method: 'GET', path, query, headers: { 'rest-framework-version': frameworkVersion } }
}

/** One page: the next `size` records behind `after` in the order of their keys, which never change, so that none moves between pages. */
export function pageRequest(query: OracleQuery, size: number, after?: Record<string, string | null>): SourceRequest {
	const { stream, options } = query
	const keys = stream.key.map((column) => stream.columns[column]!.field)
	const expand = query.isLive ? undefined : expansions[stream.object]
	const stamp = stampField(stream)
	const conditions = [...bounds(query), ...(after ? [behind(stream, after)] : [])]
	return resourceRequest(stream, options, {
		...(conditions.length > 0 && { q: conditions.join(' and ') }),
		...(expand !== undefined && { expand }),
		...(query.isLive && { fields: [...keys, ...(stamp ? [stamp] : [])].join(',') }),
		onlyData: 'true',
		orderBy: keys.map((field) => `${field}:asc`).join(','),
		limit: String(size),
	})
}

/** Asks how many there are. Only without an offset is the answer any good. */
export function countRequest(query: OracleQuery): SourceRequest {
	const { stream, options } = query
	const conditions = bounds(query)
	return resourceRequest(stream, options, {
		...(conditions.length > 0 && { q: conditions.join(' and ') }),
		fields: stream.columns[stream.key[0]!]!.field,
		onlyData: 'true',
		totalResults: 'true',
		limit: '1',
	})
}

/** The vendor's field that stamps a stream's records. */
export function stampField({ cursor, columns }: Stream): string | undefined {
	return cursor ? columns[cursor.column]!.field : undefined
}

function bounds({ stream, window, options }: OracleQuery): string[] {
	const conditions = stream.filter ? [stream.filter] : []
	if (stream.object === 'itemsV2' && options.item_organization)
		conditions.push(`OrganizationCode = ${quoted(options.item_organization)}`)
	const stamp = stampField(stream)
	if (!stamp) return conditions
	if (window.since !== null) conditions.push(`${stamp} >= ${quoted(momentText(window.since))}`)
	return [...conditions, `${stamp} <= ${quoted(momentText(window.until))}`]
}

/** Behind a record in the order of the key. Keys of several parts are compared part by part. */
function behind({ key, columns }: Stream, after: Record<string, string | null>): string {
	const parts = key.map((column) => {
		const value = after[column] ?? ''
		return { field: columns[column]!.field, value: /^\d+$/.test(value) ? value : quoted(value) }
	})
	const either = parts.map(({ field, value }, at) => {
		const same = parts.slice(0, at).map((one) => `${one.field} = ${one.value}`)
		return [...same, `${field} > ${value}`].join(' and ')
	})
	return either.length === 1 ? either[0]! : `(${either.map((one) => `(${one})`).join(' or ')})`
}

/** A moment (epoch ms) as Fusion compares it: to the second, with its offset. */
export function momentText(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19)}+00:00`
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", "''")}'`
}
