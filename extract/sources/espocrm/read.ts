import { TieoutError } from '../../../models/error.ts'
import type { Page, Reading } from '../../source.ts'
import { type EspocrmQuery, listRequest, stampText } from './request.ts'

/** Pages behind the last stamp and id: edits in between move no record past us. */
export function espocrmReading(query: EspocrmQuery): Reading {
	const size = query.pageSize ?? query.options.page_size
	const page = (after?: Record<string, string | null>) => listRequest(query, { size, ...(after && { after }) })
	return {
		first: page(query.after),
		records: 'list',
		// Names of linked records come along unasked; so do ids that were not selected.
		ignore: ['accountName', 'assignedUserName', 'createdByName', 'modifiedByName', 'createdById', 'isStarred'],
		pageSize: size,
		requests: (rows) => Math.floor(rows / size) + 1,
		next: (answered) => {
			refuseMisread(query, answered, size)
			return answered.rows < size || !answered.last ? null : page(answered.last)
		},
		total: (envelope) => {
			const total = Number((envelope as { total?: string }).total ?? Number.NaN)
			return query.after || !(total >= 0) ? null : total
		},
	}
}

/** A bad filter is answered with everything, and 200. */
function refuseMisread({ stream, window, after }: EspocrmQuery, page: Page, size: number) {
	if (page.rows > size)
		throw broken('page.long', `${page.rows} records came where ${size} were asked for`, stream.object)
	if (!stream.cursor || !page.last) return
	const stamp = page.last['modified_at']
	if (!stamp && window.since !== null)
		throw broken('page.outside', 'a record without the stamp that was asked for came', stream.object)
	if (!stamp) return
	const since = window.since === null ? '' : stampText(window.since)
	if (stamp < since || stamp > stampText(window.until))
		throw broken('page.outside', `a record of ${stamp} came, outside of what was asked for`, stream.object)
	// Which of two ids is the greater one the database says, which may pass over their case.
	const [from, id] = [after?.['modified_at'], page.last['id']]
	if (from && (stamp < from || (stamp === from && id === after!['id'])))
		throw broken('page.outside', `record ${id} came again`, stream.object)
}

function broken(code: string, message: string, where: string): TieoutError {
	return new TieoutError('vendor', code, message, { where })
}
