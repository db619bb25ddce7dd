/** Names of what is a moment, in every document. */
const momentName = /(^|_)(at|until|since|watermark)$|^as_of$/

/** A moment as the warehouse gives it: UTC, without a word of it. */
const warehouseMoment = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/

/** For `JSON.stringify`: a moment says that it is UTC (`2026-11-04T09:00:00Z`), as it does in a CSV file. */
export function zonedMoments(name: string, value: unknown): unknown {
	const isMoment = typeof value === 'string' && momentName.test(name) && warehouseMoment.test(value)
	return isMoment ? `${value.replace(' ', 'T')}Z` : value
}
