import { TieoutError } from '../../../models/error.ts'
import type { Ask, Page, Query, Reading, SourceCount, SourceRequest } from '../../source.ts'
import type { SapOptions } from './sap.ts'
import { type EntitySet, entityOf } from './sets.ts'

/** V4 writes decimals as numbers, which a float would cut, unless it is asked for text. */
const acceptV4 = { accept: 'application/json;odata.metadata=minimal;IEEE754Compatible=true' }

/**
 * All pages of a set, in the order of its key: first what the server hands on by itself (`__next`, `@odata.nextLink`), then what lies
 * behind the last key. Keys stay, so that rows never move between pages.
 */
export function sapReading(query: Query<SapOptions>): Reading {
	const entity = entityOf(query.stream)
	const size = query.pageSize ?? query.options.page_size
	const page = (after?: Record<string, string | null>) =>
		listRequest({ ...query, ...(after && { after }) }, entity, size)
	return {
		first: page(query.after),
		records: entity.version === 'V2' ? 'd.results' : 'value',
		ignore: ['__metadata'],
		ignoreInside: ['__metadata'],
		pageSize: size,
		next: (answered, request) => {
			const link = linkOf(answered.envelope)
			refuseMisread(query, entity, answered, size)
			if (link !== null) return followed(link, request, entity)
			// Pages that the server handed on by itself were parts of the one that was asked for: whether that was full, nothing says.
			const isPart = request.query?.['$skiptoken'] !== undefined
			return answered.rows === 0 || (answered.rows < size && !isPart) ? null : page(answered.last!)
		},
		total: (envelope) => totalOf(envelope),
		requests: (rows) => Math.floor(rows / size) + 1,
	}
}

/** The vendor's own count with the same filter. A list without any bound is never counted: on sales orders that can fail (KBA 3616518). */
export async function sapCount(query: Query<SapOptions>, ask: Ask): Promise<SourceCount> {
	const entity = entityOf(query.stream)
	const filter = filterOf(query, entity)
	const { json } = await ask({
		method: 'GET',
		path: `${entity.root}/${entity.set}/$count`,
		query: { ...(filter && { $filter: filter }), ...systemQuery(query.options) },
		headers: { accept: 'text/plain' },
	})
	const rows = Number(json)
	if (!Number.isInteger(rows)) return { rows: null, reason: `${entity.set}/$count answered no number` }
	return { rows, ...(query.stream.money && { reason: 'money: SAP’s services add nothing up' }) }
}

function listRequest(query: Query<SapOptions>, entity: EntitySet, size: number): SourceRequest {
	const { fields, after } = query
	const wanted = [...new Set(Object.values(fields).filter((field) => field !== null))]
	const expand = entity.expand.filter((path) => wanted.some((field) => field.startsWith(path.split('/')[0]!)))
	const plain = wanted.filter((field) => !entity.expand.some((path) => field.startsWith(path.split('/')[0]!)))
	const isV4 = entity.version === 'V4'
	const filter = [filterOf(query, entity), behind(query, entity, after)].filter((part) => part !== null).join(' and ')
	return {
		method: 'GET',
		path: `${entity.root}/${entity.set}`,
		query: {
			...(filter && { $filter: filter }),
			$select: [...plain, ...(isV4 ? [] : expand)].join(','),
			...(expand.length > 0 && { $expand: isV4 ? nested(expand) : expand.join(',') }),
			$orderby: entity.keys.join(','),
			$top: String(size),
			...(!after && (isV4 ? { $count: 'true' } : { $inlinecount: 'allpages' })),
			...(!isV4 && { $format: 'json' }),
			...systemQuery(query.options),
		},
		...(isV4 && { headers: acceptV4 }),
	}
}

/** `_Item($expand=_ItemPricingElement),_Partner`. */
function nested(paths: string[]): string {
	const inside = (outer: string) =>
		paths.filter((path) => path.startsWith(`${outer}/`)).map((path) => path.slice(outer.length + 1))
	return paths
		.filter((path) => !path.includes('/'))
		.map((outer) => (inside(outer).length > 0 ? `${outer}($expand=${inside(outer).join(',')})` : outer))
		.join(',')
}

/** On private and on-premise systems: which client, and texts in English. */
export function systemQuery({ sap_client: client }: SapOptions): Record<string, string> {
	return client ? { 'sap-client': client, 'sap-language': 'EN' } : {}
}

const dayLength = 86_400_000

/**
 * The bounds of a run: what changed, or everything that was made up to the day after the upper bound; and the part that is read. Dates are
 * those of the system's own zone (ABAP Keyword Documentation, "System Time Zone and User Time Zone"), which may be a day ahead of UTC: what
 * was made this morning would else be missing from all that there is, and count as deleted. A count of what changed since (`isLive`) leaves
 * out what is open and did not change.
 */
export function filterOf(query: Query<SapOptions>, entity: EntitySet): string | null {
	const { stream, window, options, isLive } = query
	const isIncome = stream.name === 'income_items' || stream.name === 'journal_items'
	const parts = [stream.filter ?? null, isIncome ? ranges(options.income_accounts) : null]
	if (stream.name === 'journal_items') parts.push(`Ledger eq '${options.ledger}'`)
	if (stream.name === 'exchange_rates') parts.push(`ExchangeRateType eq '${options.exchange_rate_type}'`)
	if (stream.name === 'units') parts.push(`Language eq 'EN'`)
	const isWhole = window.since === null
	if (entity.created && isWhole) parts.push(`${entity.created} le ${dateLiteral(window.until + dayLength, entity)}`)
	if (entity.changes && !isWhole)
		parts.push(changedSince(isLive ? { ...entity, open: undefined } : entity, window.since!, window.until))
	const given = parts.filter((part) => part !== null)
	return given.length === 0
		? null
		: given.map((part) => (given.length > 1 && part.includes(' or ') ? `(${part})` : part)).join(' and ')
}

function changedSince(entity: EntitySet, since: number, until: number): string {
	const day = dateLiteral(since, entity)
	switch (entity.changes) {
		case 'partner':
			// A partner that was never changed has no date of a change; date and time stand apart.
			return `LastChangeDate gt ${day} or (LastChangeDate eq ${day} and LastChangeTime ge ${timeLiteral(since)}) or CreationDate ge ${day}`
		case 'receivable':
			return `${entity.created} ge ${day} or LastChangeDate ge ${day} or ClearingCreationDate ge ${day}`
		case 'entry':
			return `${entity.created} ge ${day} or LastChangeDate ge ${day}`
		default: {
			const changed = `LastChangeDateTime ge ${momentLiteral(since, entity)} and LastChangeDateTime le ${momentLiteral(until, entity)}`
			return entity.open ? `(${changed}) or ${entity.open.property} ne '${entity.open.done}'` : changed
		}
	}
}

/** `a-b, c`: accounts between two, or single ones. */
export function ranges(accounts: string): string {
	return accounts
		.split(',')
		.map((range) => range.trim().split(/\s*-\s*/))
		.map(([from, to]) =>
			to === undefined ? `GLAccount eq '${from}'` : `(GLAccount ge '${from}' and GLAccount le '${to}')`,
		)
		.join(' or ')
}

/** What lies behind a record in the order of the key: the same first parts and a larger next one. */
function behind(
	{ stream, fields }: Query<SapOptions>,
	entity: EntitySet,
	after: Record<string, string | null> | undefined,
): string | null {
	if (!after) return null
	const values = entity.keys.map((property) => {
		const column = Object.keys(fields).find((name) => fields[name] === property)!
		return literalOf(after[column] ?? '', stream.columns[column]?.type ?? 'text')
	})
	const steps = entity.keys.map((property, at) => {
		const same = entity.keys.slice(0, at).map((name, index) => `${name} eq ${values[index]}`)
		const step = [...same, `${property} gt ${values[at]}`].join(' and ')
		return at === 0 ? step : `(${step})`
	})
	return steps.length === 1 ? steps[0]! : `(${steps.join(' or ')})`
}

/** A value of a record as a literal: V2's dates come as milliseconds. */
function literalOf(value: string, type: string): string {
	const milliseconds = type === 'ms_date' ? /^\/Date\((-?\d+)/.exec(value)?.[1] : undefined
	if (milliseconds !== undefined)
		return `datetime'${new Date(Number(milliseconds)).toISOString().slice(0, 10)}T00:00:00'`
	return `'${value.replaceAll("'", "''")}'`
}

function momentLiteral(at: number, { version }: EntitySet): string {
	const text = `${new Date(at).toISOString().slice(0, 19)}Z`
	return version === 'V2' ? `datetimeoffset'${text}'` : text
}

function dateLiteral(at: number, { version }: EntitySet): string {
	const text = new Date(at).toISOString().slice(0, 10)
	return version === 'V2' ? `datetime'${text}T00:00:00'` : text
}

function timeLiteral(at: number): string {
	const [hours, minutes, seconds] = new Date(at).toISOString().slice(11, 19).split(':')
	return `time'PT${hours}H${minutes}M${seconds}S'`
}

function linkOf(envelope: unknown): string | null {
	const page = envelope as { d?: { __next?: unknown }; '@odata.nextLink'?: unknown } | null
	const link = page?.d?.__next ?? page?.['@odata.nextLink']
	return typeof link === 'string' && link !== '' ? link : null
}

function totalOf(envelope: unknown): number | null {
	const page = envelope as { d?: { __count?: unknown }; '@odata.count'?: unknown } | null
	const count = page?.d?.__count ?? page?.['@odata.count']
	return count === undefined || count === null || Number.isNaN(Number(count)) ? null : Number(count)
}

/**
 * The page that the server names. It may call itself by a host that only it knows, or leave the address relative: path and query count.
 * What a link leaves out of the question is put back: some forget the filter.
 */
export function followed(
	link: string,
	request: SourceRequest,
	{ root, set }: Pick<EntitySet, 'root' | 'set'>,
): SourceRequest {
	const url = new URL(link, `https://gateway.invalid${root}/`)
	if (decodeURIComponent(url.pathname) !== `${root}/${set}`)
		throw new TieoutError('vendor', 'page.link', `the next page is said to be ${url.pathname}, which is another list`, {
			where: request.path,
			next: 'nothing of it was asked; run it again, and if it stays so, please report it',
		})
	const given = Object.fromEntries(url.searchParams)
	const kept = Object.entries(request.query ?? {}).filter(([name]) => name !== '$skiptoken' && name !== '$skip')
	return { ...request, query: { ...Object.fromEntries(kept), ...given } }
}

/** A page longer than asked for, or a record older than asked for: something of the question was passed over. */
function refuseMisread(
	{ stream, window, isLive }: Query<SapOptions>,
	entity: EntitySet,
	{ rows, last }: Page,
	size: number,
): void {
	if (rows > size) throw passedOver(entity, `${rows} records came where ${size} were asked for`)
	if (entity.changes !== 'stamp' || entity.open || window.since === null || isLive) return
	const at = Date.parse(isoOf(last?.[stream.cursor!.column] ?? ''))
	if (Number.isNaN(at) || at >= window.since - 1000) return
	throw passedOver(entity, `a record of ${new Date(at).toISOString()} came, older than was asked for`)
}

function isoOf(stamp: string): string {
	const milliseconds = /^\/Date\((-?\d+)/.exec(stamp)?.[1]
	return milliseconds === undefined ? stamp : new Date(Number(milliseconds)).toISOString()
}

function passedOver({ set }: EntitySet, message: string): TieoutError {
	return new TieoutError('vendor', 'filter.ignored', `SAP passed over what was asked: ${message}`, {
		where: set,
		next: 'nothing of this page was taken; run it again, and if it stays so, please report it',
	})
}
