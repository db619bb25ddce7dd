import type { DeletesReading } from '../../source.ts'
import { placeOf } from './read.ts'
import { type HubspotQuery, id, listRequest } from './request.ts'

/** Archived records are kept for about 90 days (not in HubSpot's reference; airbytehq/airbyte#60787). */
const kept = 85 * 24 * 3_600_000

/**
 * The archived records of an object. They leave every search at once and their stamp does not move, so the whole list is read each time;
 * only what was archived since is taken.
 */
export function hubspotDeletes(query: HubspotQuery, since: number): DeletesReading {
	const bare = { ...query, fields: { [id]: id }, extra: {} }
	return {
		first: listRequest(bare, { isArchived: true }),
		records: 'results',
		ignore: ['properties'],
		next: (page) => {
			const after = placeOf(page)
			return after === null ? null : listRequest(bare, { isArchived: true, after })
		},
		read: ({ id: key, archivedAt }) => {
			const at = Date.parse(String(archivedAt))
			if (Number.isNaN(at) || at < since) return null
			// Stamps have a fraction or none: without one the text sorts behind all of its second.
			return { key: String(key), at: `${new Date(at).toISOString().slice(0, 19)}Z` }
		},
		covered: () => ({ isComplete: query.window.until - since < kept, until: null }),
	}
}
