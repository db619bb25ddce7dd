import { TieoutError } from '../../../models/error.ts'
import type { Page, Reading } from '../../source.ts'
import { ratesReading } from './rates.ts'
import { largestPage, momentText, type OracleQuery, pageRequest } from './request.ts'
import { smallPages } from './streams.ts'

/**
 * Pages behind the last key, never by offset: there `hasMore` and `totalResults` are wrong (Oracle Doc ID 2728432.1, as others report
 * it). The end is a page that says so and is not full, or an empty one.
 */
export function oracleReading(query: OracleQuery): Reading {
	if (query.stream.object === 'currencyRates') return ratesReading(query)
	const asked = query.pageSize ?? query.options.page_size
	const size = Math.min(query.isLive ? largestPage : asked, smallPages[query.stream.object] ?? largestPage)
	return {
		first: pageRequest(query, size, query.after),
		records: 'items',
		ignore: ['links', '@context'],
		pageSize: size,
		next: (page) => {
			refuseMisread(query, page, size)
			const { hasMore, limit } = envelopeOf(page)
			if (page.rows === 0 || !page.last) {
				if (hasMore) throw broken('page.empty', 'an empty page says that more records follow', query.stream.object)
				return null
			}
			const isFull = page.rows >= Math.min(size, limit ?? size)
			return hasMore || isFull ? pageRequest(query, size, page.last) : null
		},
	}
}

/** What a page says of itself. */
function envelopeOf({ envelope }: Page): { hasMore: boolean; limit: number | null } {
	const { hasMore, limit } = (envelope ?? {}) as { hasMore?: boolean | string; limit?: string | number }
	return { hasMore: String(hasMore) === 'true', limit: limit === undefined ? null : Number(limit) }
}

/** Parameters that Fusion does not know, or not there, are passed over: everything comes, or the first page again. */
function refuseMisread({ stream, window, after }: OracleQuery, page: Page, size: number): void {
	if (page.rows > size)
		throw broken('page.long', `${page.rows} records came where ${size} were asked for`, stream.object)
	if (!page.last) return
	const stamp = stream.cursor ? page.last[stream.cursor.column] : null
	if (stamp) {
		const at = Date.parse(stamp.includes('T') ? stamp : `${stamp.replace(' ', 'T')}Z`)
		const isOutside = at > window.until + 1000 || (window.since !== null && at < window.since - 1000)
		if (isOutside) {
			const from = window.since === null ? 'the beginning' : momentText(window.since)
			const asked = `${from} to ${momentText(window.until)} was asked for`
			throw broken('page.outside', `a record of ${stamp} came where ${asked}: the filter was ignored`, stream.object)
		}
	}
	const [first] = stream.key
	const [before, now] = [after?.[first!], page.last[first!]]
	if (
		stream.key.length === 1 &&
		before &&
		now &&
		/^\d+$/.test(before) &&
		/^\d+$/.test(now) &&
		BigInt(now) <= BigInt(before)
	)
		throw broken('page.outside', `record ${now} came again: the filter by key was ignored`, stream.object)
}

function broken(code: string, message: string, where: string): TieoutError {
	return new TieoutError('vendor', code, message, { where })
}
