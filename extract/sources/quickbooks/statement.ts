import { TieoutError } from '../../../models/error.ts'
import type { Ask, Page, Query, Reading, SourceCount, SourceRequest } from '../../source.ts'
import type { QuickbooksOptions } from './quickbooks.ts'
import { entities } from './streams.ts'

/** Fixes the form of the answers; Intuit takes no older ones since August 2025. */
const minorVersion = '75'

/** So many come where `maxresults` is not read: such a page is not taken for the last one. */
const usualPage = 100

/** A record this much older than asked for says that the filter was not read. */
const grace = 3_600_000

/**
 * All pages of an entity in the order of its Id, which never changes: in the order of the stamp a record that is edited meanwhile moves to
 * the end, and another slips through. For the same reason there is no upper bound: what is edited would leave the list, and all behind it
 * would move up. What is deleted does leave it: so each page begins with the last record of the one before, and where it doesn't, the list is
 * read again from its first page. Positions count from 1.
 */
export function quickbooksReading(query: Query<QuickbooksOptions>): Reading {
	const { object } = query.stream
	// Of a page of one record nothing new would come.
	const size = Math.max(2, Math.min(query.pageSize ?? query.options.page_size, 1000))
	const most = Math.min(size + 1, 1000)
	const page = (start: number) =>
		queryRequest(
			query.options,
			`select * from ${object}${whereClause(query)} orderby Id startposition ${start} maxresults ${start === 1 ? size : most}`,
		)
	return {
		first: page(1),
		overlap: (request) => (startOf(request) === 1 ? null : 'id'),
		records: `QueryResponse.${object}`,
		mayLackList: true,
		ignore: ['domain', 'sparse'],
		next: (found, request) => {
			refuseUnfiltered(query, found)
			const start = startOf(request)
			const wanted = start === 1 ? size : most - 1
			if (found.rows > wanted) throw passedOver(request, `a page has ${found.rows} records, ${wanted} were asked for`)
			refuseOtherPlace(found, request, start)
			const came = found.rows + (start === 1 ? 0 : 1)
			return found.rows < wanted && came !== usualPage ? null : page(start === 1 ? found.rows : start + found.rows)
		},
		// A page that is not full is all there is: its own count is the source's.
		total: (envelope, request) => totalOf(envelope, startOf(request) === 1 ? size : most),
	}
}

/**
 * QuickBooks' own count. Of what is read whole it counts what was there at the run's upper bound: later ones may have come too. What changed
 * comes mostly in one page, whose own count proves it.
 */
export async function quickbooksCount(query: Query<QuickbooksOptions>, ask: Ask): Promise<SourceCount> {
	const { stream, window, isLive, options } = query
	if (!entities[stream.object]) return { rows: null, reason: 'QuickBooks counts no lines of a report' }
	if (stream.object === 'ExchangeRate') return { rows: null, reason: 'QuickBooks has no list of rates to count' }
	if (stream.cursor === null && !isLive) return { rows: null, reason: 'one record' }
	if (stream.cursor && window.since !== null && !isLive) return { rows: null, reason: 'more than one page of changes' }
	const isBounded = !isLive
	const { json } = await ask(
		queryRequest(options, `select count(*) from ${stream.object}${whereClause(query, isBounded)}`),
	)
	const total = Number((json as { QueryResponse?: { totalCount?: string } }).QueryResponse?.totalCount ?? Number.NaN)
	const money = stream.money ? 'money: QuickBooks adds nothing up' : undefined
	return Number.isNaN(total)
		? { rows: null, reason: 'QuickBooks counted nothing' }
		: { rows: total, ...(money && { reason: money }), ...(isBounded && { isLeast: true }) }
}

/** A statement in QuickBooks' query language, as a `GET`. */
export function queryRequest(options: QuickbooksOptions, statement: string): SourceRequest {
	return companyRequest(options, 'query', { query: statement })
}

/** A resource of the company that the connection reads. */
export function companyRequest(
	{ realm_id: realm }: QuickbooksOptions,
	resource: string,
	query: Record<string, string>,
): SourceRequest {
	return {
		method: 'GET',
		path: `/v3/company/${realm}/${resource}`,
		query: { ...query, minorversion: minorVersion },
		headers: { accept: 'application/json' },
	}
}

/** Why a request to `query` may not be sent: the language has no writes, and nothing but these two forms is ours. */
export function notAnEntityQuery({ query }: SourceRequest): string | null {
	const statement = query?.['query'] ?? ''
	const match = /^select (?:\*|count\(\*\)) from ([A-Za-z]+)(?: where [^;]*| orderby [^;]*)?$/.exec(statement)
	if (!match) return 'the query is not one SELECT of one entity'
	return Object.hasOwn(entities, match[1]!) ? null : `${match[1]} is not one of the entities that are read`
}

/** A moment as the query language takes it, in UTC. */
export function momentText(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** Inactive records of lists are hidden unless both are asked for. */
function whereClause({ stream, window }: Query<QuickbooksOptions>, isBounded = false): string {
	const conditions: string[] = []
	if (entities[stream.object]!.isList) conditions.push('Active in (true, false)')
	if (stream.cursor && window.since !== null)
		conditions.push(`MetaData.LastUpdatedTime >= '${momentText(window.since)}'`)
	if (isBounded) conditions.push(`MetaData.LastUpdatedTime <= '${momentText(window.until)}'`)
	return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
}

function startOf({ query }: SourceRequest): number {
	return Number(/startposition (\d+)/.exec(query!['query']!)![1])
}

function refuseUnfiltered({ stream, window }: Query<QuickbooksOptions>, { lastRecord }: Page) {
	if (!stream.cursor || window.since === null || lastRecord === null) return
	const stamp = (lastRecord['MetaData'] as { LastUpdatedTime?: string } | undefined)?.LastUpdatedTime
	const at = Date.parse(stamp ?? '')
	if (Number.isNaN(at) || at >= window.since - grace) return
	throw passedOver(
		{ method: 'GET', path: stream.object },
		`a record of ${stamp} came for MetaData.LastUpdatedTime >= '${momentText(window.since)}'`,
	)
}

/** Where the answer says from which position it goes, it must be the one that was asked for. */
function refuseOtherPlace({ envelope }: Page, request: SourceRequest, start: number) {
	const told = (envelope as { QueryResponse?: { startPosition?: string } } | null)?.QueryResponse?.startPosition
	if (told !== undefined && Number(told) !== start)
		throw passedOver(request, `records from position ${told} came, ${start} was asked for`)
}

function passedOver({ path }: SourceRequest, message: string): TieoutError {
	return new TieoutError('vendor', 'filter.ignored', `QuickBooks passed over what was asked: ${message}`, {
		where: path,
		next: 'nothing of this page was taken; run it again, and if it stays so, please report it with the intuit_tid of the answer',
	})
}

function totalOf(envelope: unknown, size: number): number | null {
	const answer = (envelope as { QueryResponse?: { startPosition?: string; maxResults?: string } } | null)?.QueryResponse
	if (!answer) return null
	const [start, came] = [Number(answer.startPosition ?? 1), Number(answer.maxResults ?? 0)]
	return came < size && came !== usualPage ? start - 1 + came : null
}
