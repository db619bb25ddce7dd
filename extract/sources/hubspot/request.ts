import type { Query, SourceRequest } from '../../source.ts'
import type { HubspotOptions } from './hubspot.ts'
import { paths } from './paths.ts'

export type HubspotQuery = Query<HubspotOptions>

/** Records of one page: of a list, of a search. */
export const pageSizes = { list: 100, search: 200 }

type Filter = { propertyName: string; operator: 'GTE' | 'LTE' | 'GT'; value: string }

/** A page of all records of an object, or of its archived ones, by id. `after` is the place that the page before named. */
export function listRequest(
	query: HubspotQuery,
	{ isArchived = false, after, size = pageSizes.list }: { isArchived?: boolean; after?: string; size?: number } = {},
): SourceRequest {
	const path = paths(query.options.api_version).list(query.stream.object)
	const place: Record<string, string> = after === undefined ? {} : { after }
	const common = { limit: String(size), archived: String(isArchived), ...place }
	return { method: 'GET', path, query: { ...common, properties: propertiesOf(query).join(',') } }
}

/**
 * A page of what was changed within the window, behind an id. Each page is a search of its own by id: a search ends at its 10,000th
 * record, and its places shift when records change meanwhile.
 */
export function searchRequest(
	query: HubspotQuery,
	{ after, size = pageSizes.search }: { after?: string | null | undefined; size?: number } = {},
): SourceRequest {
	const filters = [...bounds(query), ...(after ? [{ propertyName: id, operator: 'GT' as const, value: after }] : [])]
	return {
		method: 'POST',
		path: paths(query.options.api_version).search(query.stream.object),
		body: {
			filterGroups: filters.length > 0 ? [{ filters }] : [],
			sorts: [{ propertyName: id, direction: 'ASCENDING' }],
			properties: propertiesOf(query),
			limit: size,
		},
	}
}

/** One search for nothing but its total. */
export function countRequest(query: HubspotQuery): SourceRequest {
	return searchRequest({ ...query, fields: { [id]: id }, extra: {} }, { size: 1 })
}

/** Records asked for by their ids: links from them to another object, or the history of some of their properties. */
export function keysRequest({ stream, keys = [], options }: HubspotQuery): SourceRequest {
	const inputs = keys.map((key) => ({ id: key }))
	const at = paths(options.api_version)
	const [from = '', to] = stream.object.split('/')
	if (to) return { method: 'POST', path: at.links(from, to), body: { inputs } }
	const propertiesWithHistory = ['dealstage', 'amount', 'closedate']
	return {
		method: 'POST',
		path: at.batch(from),
		query: { archived: 'false' },
		body: { inputs, properties: [id], propertiesWithHistory },
	}
}

/** The property that is an object's key. */
export const id = 'hs_object_id'

/** Nothing that isn't asked for comes, and what HubSpot doesn't know it leaves out in silence (`describe` has looked before). */
function propertiesOf({ fields, extra = {} }: HubspotQuery): string[] {
	const declared = Object.values(fields).filter((field) => field !== null && field !== '') as string[]
	return [...new Set([...declared, ...Object.keys(extra)])]
}

/** Milliseconds; anything finer is ignored. */
function bounds({ stream, window }: HubspotQuery): Filter[] {
	if (!stream.cursor) return []
	const propertyName = stream.columns[stream.cursor.column]!.field
	const until: Filter = { propertyName, operator: 'LTE', value: String(window.until) }
	return window.since === null
		? [until]
		: [{ propertyName, operator: 'GTE', value: String(Math.max(1, window.since)) }, until]
}
