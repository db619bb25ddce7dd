import { TieoutError } from '../../../models/error.ts'
import type { Page, Reading, SourceRequest } from '../../source.ts'
import { paths } from './paths.ts'
import { type HubspotQuery, id, keysRequest, listRequest, pageSizes, searchRequest } from './request.ts'
import { isObject } from './streams.ts'

/** Members that HubSpot adds around the properties; the properties say the same. */
const transport = ['id', 'createdAt', 'updatedAt', 'archived', 'archivedAt', 'url', 'objectWriteTraceId']

/** How a stream is read: objects by list when everything is wanted, by search when only what changed; all else by its own resource. */
export function hubspotReading(query: HubspotQuery): Reading {
	if (query.keys) return byKeys(query)
	if (!isObject(query.stream)) return small(query)
	return query.window.since === null ? list(query) : search(query)
}

/** The whole of an object. The place after a page is a plain id, so it never expires. */
function list(query: HubspotQuery): Reading {
	const size = query.pageSize ?? pageSizes.list
	const start = query.after?.[id]
	return {
		first: listRequest(query, { size, ...(start && { after: start }) }),
		records: 'results',
		unwrap: 'properties',
		ignore: transport,
		pageSize: size,
		next: (page) => {
			refuseLonger(page, size, query)
			const after = placeOf(page)
			return after === null ? null : listRequest(query, { size, after })
		},
	}
}

/** What was changed within the window. */
function search(query: HubspotQuery): Reading {
	const size = query.pageSize ?? pageSizes.search
	return {
		first: searchRequest(query, { size, after: query.after?.[id] }),
		records: 'results',
		unwrap: 'properties',
		ignore: transport,
		pageSize: size,
		next: (page, request) => {
			refuseLonger(page, size, query)
			refuseUnfiltered(page, request, query)
			const left = totalOf(page.envelope) - page.rows
			if (left <= 0) return null
			if (page.last) return searchRequest(query, { size, after: page.last[id] })
			throw broken('page.empty', `no record came, and ${left} were promised`, query)
		},
		total: (envelope) => (query.after ? null : totalOf(envelope)),
	}
}

/** What belongs to records that are known: their links, or their history. */
function byKeys(query: HubspotQuery): Reading {
	return {
		first: keysRequest(query),
		records: 'results',
		...(query.stream.object.includes('/') ? {} : { ignore: ['properties', ...transport.slice(1)] }),
		next: ({ envelope }) => {
			refusePartial(envelope, query)
			return null
		},
	}
}

/** Small lists: pipelines with their stages, rates, owners (those who left are a list of their own); and the account itself. */
function small(query: HubspotQuery): Reading {
	const at = paths(query.options.api_version)
	const { object } = query.stream
	const owners = (isArchived: boolean, after?: string): SourceRequest => ({
		method: 'GET',
		path: at.owners,
		query: { limit: '100', archived: String(isArchived), ...(after !== undefined && { after }) },
	})
	const rates = (after?: string): SourceRequest => ({
		method: 'GET',
		path: at.exchangeRates,
		query: { limit: '100', ...(after !== undefined && { after }) },
	})
	if (object === 'pipelines')
		return { first: { method: 'GET', path: at.pipelines('deals') }, records: 'results', next: () => null }
	if (object === 'owners')
		return {
			first: owners(false),
			records: 'results',
			mayBeEmpty: true,
			requests: (rows) => Math.max(1, Math.ceil(rows / 100)) + 1,
			next: (page, request) => {
				const isArchived = request.query!['archived'] === 'true'
				const after = placeOf(page)
				if (after !== null) return owners(isArchived, after)
				return isArchived ? null : owners(true)
			},
		}
	if (object === 'account')
		return {
			first: { method: 'GET', path: at.account },
			records: '',
			lines: (page) => accountLines(page, query),
			next: () => null,
		}
	return {
		first: rates(),
		records: 'results',
		next: (page) => {
			const after = placeOf(page)
			return after === null ? null : rates(after)
		},
	}
}

/** The account as its one record; its other currencies as one text. */
function accountLines(page: unknown, query: HubspotQuery): Record<string, string | null>[] {
	const { additionalCurrencies, ...rest } = (page ?? {}) as Record<string, string> & { additionalCurrencies?: unknown }
	if (!rest['portalId'] || !rest['companyCurrency'] || !Array.isArray(additionalCurrencies))
		throw broken('page.no_records', 'the answer names no account with its currencies', query)
	return [{ ...rest, additionalCurrencies: additionalCurrencies.join(' ') }]
}

/** The place of the next page; null after the last one. */
export function placeOf({ envelope }: Pick<Page, 'envelope'>): string | null {
	return (envelope as { paging?: { next?: { after?: string } } }).paging?.next?.after ?? null
}

function totalOf(envelope: unknown): number {
	return Number((envelope as { total?: string }).total ?? 0)
}

/** A misspelt parameter is ignored in silence, and a page of HubSpot's own length comes. */
function refuseLonger({ rows }: Page, size: number, query: HubspotQuery) {
	if (rows > size) throw broken('page.too_long', `${rows} records came where ${size} were asked for`, query)
}

/** A filter that was not understood lets everything through. A record may be stamped a little before what was asked for. */
function refuseUnfiltered({ last }: Page, { body }: SourceRequest, query: HubspotQuery) {
	if (!last) return
	const stamp = Date.parse(last[query.stream.cursor!.column] ?? '')
	const { since } = query.window
	if (since !== null && stamp < since - 60_000)
		throw broken(
			'page.unfiltered',
			`a record of ${new Date(stamp).toISOString()} came, long before what was asked for`,
			query,
		)
	const { filterGroups } = body as { filterGroups: { filters: { operator: string; value: string }[] }[] }
	const behind = filterGroups[0]?.filters.find(({ operator }) => operator === 'GT')?.value
	if (behind !== undefined && BigInt(last[id]!) <= BigInt(behind))
		throw broken('page.unfiltered', `record ${last[id]} came again`, query)
}

/**
 * An answer of 207 is a part: what has no links, and what does not exist (any more), is among its errors and is no fault. Anything
 * else that kept a record from coming is asked again: it must not count as deleted.
 */
function refusePartial(envelope: unknown, query: HubspotQuery) {
	const { errors = [] } = envelope as { errors?: { category?: string; subCategory?: string; message?: string }[] }
	const strange = errors.find(({ category }) => category !== 'OBJECT_NOT_FOUND')
	if (!strange) return
	throw broken(
		'page.partial',
		`not all were answered: ${strange.category ?? 'no category'}: ${strange.message ?? ''}`,
		query,
	)
}

function broken(code: string, message: string, { stream }: HubspotQuery): TieoutError {
	return new TieoutError('vendor', code, message, { where: stream.object })
}
