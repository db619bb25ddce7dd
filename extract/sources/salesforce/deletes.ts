import type { DeletesReading, Query } from '../../source.ts'
import type { SalesforceOptions } from './salesforce.ts'

const minute = 60_000

/** `/deleted/` tells of 15 days, and refuses a start of more than 30. */
const longest = 15 * 24 * 60 * minute

/**
 * The records that `/deleted/` lists since a moment. Seconds are ignored by Salesforce, and the span must hold a minute at least.
 * The next start is `latestDateCovered`, not the end that was asked for.
 */
export function salesforceDeletes(
	{ stream, window }: Query<SalesforceOptions>,
	since: number,
	base: string,
): DeletesReading {
	const end = Math.floor(window.until / minute) * minute
	const start = Math.min(Math.max(Math.floor(since / minute) * minute, end - longest), end - 2 * minute)
	const path = `${base}/sobjects/${stream.object}/deleted/`
	return {
		first: { method: 'GET', path, query: { start: new Date(start).toISOString(), end: new Date(end).toISOString() } },
		records: 'deletedRecords',
		next: () => null,
		read: ({ id, deletedDate }) => ({ key: String(id), at: String(deletedDate) }),
		covered: (envelope) => {
			const { earliestDateAvailable, latestDateCovered } = envelope as Record<string, string>
			const earliest = Date.parse(earliestDateAvailable!)
			const isWhole = start <= since && earliest <= start
			return { isComplete: isWhole, until: Date.parse(latestDateCovered!) }
		},
		// More than 600,000 ids.
		isTooLong: (code) => code === 'EXCEEDED_ID_LIMIT',
	}
}
