import type { DeletesReading, Stream } from '../../source.ts'
import { listRequest, siteTime, utcText } from './request.ts'
import { parentOf } from './streams.ts'

/** Documents that book into the general ledger: what they booked goes with them. */
const vouchers = ['Sales Invoice', 'Payment Entry', 'Journal Entry']

/** So much of the list is read again: deletions are stamped before their commit too, and an hour comes twice in autumn. */
const overlap = (2 * 3600 + 60) * 1000

const pageSize = 1000

/**
 * The documents that `Deleted Document` lists since a moment (epoch ms). Child rows and ledger entries are not in it; they go with their
 * document. One that was restored is alive again.
 */
export function erpnextDeletes(stream: Stream, since: number, zone: string): DeletesReading {
	const types = stream.name === 'gl_entries' ? vouchers : [parentOf[stream.name] ?? stream.object]
	const page = (after: string | null) =>
		listRequest('Deleted Document', {
			fields: ['name', 'deleted_doctype', 'deleted_name', 'restored', 'creation'],
			filters: [
				['deleted_doctype', 'in', types],
				['creation', '>=', siteTime(since - overlap, zone)],
				...(after === null ? [] : [['name', '>', after] as [string, string, string]]),
			],
			orderBy: 'name asc',
			size: pageSize,
		})
	const { request, records } = page(null)
	return {
		first: request,
		records,
		pageSize,
		permission: 'read on Deleted Document',
		next: ({ rows, lastRecord }) => (rows < pageSize ? null : page(String(lastRecord!['name'])).request),
		read: ({ deleted_name: key, creation, restored }) =>
			String(restored) === '1' ? null : { key: String(key), at: utcText(String(creation), zone) },
	}
}
