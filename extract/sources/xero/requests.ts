import { TieoutError } from '../../../models/error.ts'
import { msDate } from '../../column-type.ts'
import type { Ask, Page, Query, Reading, SourceCount, SourceRequest } from '../../source.ts'
import { endpoints } from './streams.ts'
import type { XeroOptions } from './xero.ts'

/** Below the origin. */
export const base = '/api.xro/2.0'

/** Endpoints without `pageSize` have pages of 100. */
const fixedPage = 100

const day = 86_400_000

/**
 * All pages of an endpoint. In the order of the identifier, which never changes: in the order of the stamp a record that is edited
 * meanwhile moves to the end, all others move up by one, and one is passed over.
 */
export function xeroReading(query: Query<XeroOptions>): Reading {
	const { paging } = endpoints[query.stream.object]!
	const size = paging === 'sized' ? Math.min(query.pageSize ?? query.options.page_size, 1000) : fixedPage
	return {
		first: xeroRequest(query, size),
		records: query.stream.object === 'Organisation' ? 'Organisations' : query.stream.object,
		...(paging === 'sized' && { pageSize: size }),
		requests: (rows) => {
			if (paging === 'whole') return 1
			// Where no total comes, a page that is not full tells the end.
			return paging === 'fixed' ? Math.floor(rows / size) + 1 : Math.max(1, Math.ceil(rows / size))
		},
		next: (page, request) => {
			refuseUnfiltered(query, page)
			return paging === 'whole' ? null : nextPage(page, request, size)
		},
		total: (envelope) => itemCount(envelope),
	}
}

/** Xero's own count with the same filters, from a page of one record. */
export async function xeroCount(query: Query<XeroOptions>, ask: Ask): Promise<SourceCount> {
	const { stream } = query
	if (!endpoints[stream.object]) return { rows: null, reason: 'Xero counts no lines of a report' }
	if (endpoints[stream.object]!.paging !== 'sized')
		return { rows: null, reason: `Xero has no count of ${stream.object}: its list is not paged, or without a total` }
	// What changed comes in one page, whose own total proves it: a second question would ask the same.
	if (stream.cursor && query.window.since !== null && !query.isLive) return { rows: null }
	const { json } = await ask(xeroRequest(query, 1))
	const money = stream.money && 'money: Xero adds nothing up'
	return { rows: itemCount(json), ...(money && { reason: money }) }
}

/** The first page. Xero reads `If-Modified-Since` in UTC and to the second; in any other form it is passed over without a word. */
function xeroRequest(query: Query<XeroOptions>, size: number): SourceRequest {
	const { stream, window, options, isLive } = query
	const { paging, order, query: more } = endpoints[stream.object]!
	return {
		method: 'GET',
		path: `${base}/${stream.object}`,
		query: {
			...(paging !== 'whole' && { page: '1' }),
			...(paging === 'sized' && { pageSize: String(size) }),
			...(order && { order: `${order} ASC` }),
			...(stream.filter && { where: stream.filter }),
			...more,
			// For the keys alone the lines need not come.
			...(isLive && ['Contacts', 'Invoices'].includes(stream.object) && { summaryOnly: 'true' }),
		},
		headers: {
			...tenantHeader(options),
			...(stream.cursor && window.since !== null && { 'if-modified-since': modifiedSince(window.since) }),
		},
	}
}

/** The one organisation that is meant; a custom connection has only one, and may leave it out. */
export function tenantHeader({ tenant_id: tenant, refresh_token: token }: XeroOptions): Record<string, string> {
	if (!tenant && token)
		throw new TieoutError('configuration', 'xero.no_tenant', 'the connection names no organisation', {
			where: 'tenant_id',
			next: '`tieout connect NAME` with the name of the connection lists those that the login reaches: write the one that is meant as tenant_id in tieout.yml',
		})
	return tenant ? { 'xero-tenant-id': tenant } : {}
}

/** `YYYY-MM-DDTHH:mm:ss`, UTC, without zone and fraction. */
export function modifiedSince(at: number): string {
	return new Date(at).toISOString().slice(0, 19)
}

/** Where the envelope tells of pages it is believed; else a page that is not full is the last, but for one of a hundred: `pageSize` may not have been read. */
function nextPage({ rows, envelope }: Page, request: SourceRequest, size: number): SourceRequest | null {
	const asked = Number(request.query!['page'])
	const told = (envelope as { pagination?: Record<string, string> } | null)?.pagination
	if (rows > size) throw ignored(request, `a page has ${rows} records, ${size} were asked for`)
	if (told && Number(told['page']) !== asked) throw ignored(request, `page ${told['page']} came for page ${asked}`)
	const isLast = told?.['pageCount'] ? asked >= Number(told['pageCount']) : rows < size && rows !== fixedPage
	return isLast ? null : { ...request, query: { ...request.query, page: String(asked + 1) } }
}

/** A record far older than asked for: the filter was not read. A day of grace, because Xero's stamp need not be what it filters by. */
function refuseUnfiltered({ stream, window }: Query<XeroOptions>, { last }: Page) {
	if (!stream.cursor || window.since === null) return
	const stamp = msDate(last?.[stream.cursor.column] ?? '')
	if (stamp === null || stamp >= window.since - day) return
	const header = `If-Modified-Since: ${modifiedSince(window.since)}`
	throw ignored(
		{ method: 'GET', path: `${base}/${stream.object}` },
		`a record of ${new Date(stamp).toISOString()} came for ${header}`,
	)
}

function ignored({ path }: SourceRequest, message: string): TieoutError {
	return new TieoutError('vendor', 'filter.ignored', `Xero passed over what was asked: ${message}`, {
		where: path,
		next: 'nothing of this page was taken; run it again, and if it stays so, please report it with the Xero-Correlation-Id of the answer',
	})
}

/** 304 has no envelope: nothing has changed. */
function itemCount(envelope: unknown): number | null {
	if (envelope === null) return 0
	const count = (envelope as { pagination?: { itemCount?: string } } | null)?.pagination?.itemCount
	return count === undefined || Number.isNaN(Number(count)) ? null : Number(count)
}
