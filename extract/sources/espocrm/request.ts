import type { Query, SourceRequest } from '../../source.ts'
import type { EspocrmOptions } from './espocrm.ts'

export type EspocrmQuery = Query<EspocrmOptions>

/** Where the API begins. */
export const api = '/api/v1/'

type Where = { type: string; attribute?: string; value: string | string[] | Where[] }

/** A page of an entity's list, or its total. `size`: records of the page. */
export function listRequest(
	query: EspocrmQuery,
	{ size, fields, after }: { size: number; fields?: string[]; after?: Record<string, string | null> },
): SourceRequest {
	const { stream } = query
	const declared = Object.values(query.fields).filter((field) => field !== null)
	const selected = fields ?? [...new Set([...declared, ...Object.keys(query.extra ?? {})])]
	const where = conditions(query, after)
	const parameters = {
		maxSize: size,
		// The server adds `id` to the order by itself (seen on 9.2.7).
		orderBy: stream.cursor ? 'modifiedAt' : 'id',
		order: 'asc',
		select: selected,
		...(where.length > 0 && { where }),
	}
	return { method: 'GET', path: `${api}${stream.object}`, query: { searchParams: JSON.stringify(parameters) } }
}

function conditions({ stream, window }: EspocrmQuery, after?: Record<string, string | null>): Where[] {
	if (!stream.cursor) return after ? [{ type: 'greaterThan', attribute: 'id', value: after['id']! }] : []
	const bounds: Where[] = [{ type: 'lessThanOrEquals', attribute: 'modifiedAt', value: stampText(window.until) }]
	if (window.since !== null)
		bounds.push({ type: 'greaterThanOrEquals', attribute: 'modifiedAt', value: stampText(window.since) })
	if (!after) return bounds
	const stamp = after['modified_at']!
	const same: Where[] = [
		{ type: 'equals', attribute: 'modifiedAt', value: stamp },
		{ type: 'greaterThan', attribute: 'id', value: after['id']! },
	]
	const behind: Where[] = [
		{ type: 'greaterThan', attribute: 'modifiedAt', value: stamp },
		{ type: 'and', value: same },
	]
	return [...bounds, { type: 'or', value: behind }]
}

/** A moment as EspoCRM compares it: UTC, to the second, no zone. Any other form is taken without a word and misread. */
export function stampText(at: number): string {
	return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
