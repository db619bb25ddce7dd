import { randomUUID } from 'node:crypto'
import type { SQLInputValue } from 'node:sqlite'
import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { XeroEndpoint } from './endpoints.ts'
import { parseExactly, recordText, type XeroRow } from './record-json.ts'
import { apiRefusal } from './refusal.ts'
import { whereCondition } from './where.ts'
import { xmlText } from './xml.ts'

/** `GET /api.xro/2.0/<endpoint>` of one organisation. What it does not know, and what it can't read, it passes over without a word. */
export function listAnswer(
	parts: SandboxParts,
	endpoint: XeroEndpoint,
	tenant: string,
	request: VendorRequest,
): VendorAnswer {
	const given = request.url.searchParams
	const page = endpoint.paging === 'whole' ? null : wholeNumber(given.get('page'))
	const size = pageSize(endpoint, given, page)
	const { sql, values } = conditions(endpoint, tenant, request)
	const database = parts.store.database
	const from = `from ${tableName('xero', endpoint.name)} as r where ${sql}`
	const order = orderOf(endpoint, given.get('order'))
	const now = parts.clock.now()
	const count = database.prepare(`select count(*) as n ${from}`).get({ now }, ...values) as { n: number }
	const limit = size === null ? '' : ` limit ${size} offset ${(page! - 1) * size}`
	const rows = database
		.prepare(`select id, reference, updated, body ${from} order by ${order}${limit}`)
		.all({ now }, ...values) as XeroRow[]
	const shown = {
		isPaged: page !== null || endpoint.paging === 'whole',
		isSummary: given.get('summaryOnly') === 'true' && endpoint.summary !== null,
		hasFourDecimals: given.get('unitdp') === '4',
		hidden: hiddenMembers(parts, endpoint),
	}
	const records = rows.map((row) => recordText(endpoint, row, shown))
	if (!/\bjson\b/.test(String(request.headers.accept ?? '')))
		return {
			status: 200,
			headers: { 'content-type': 'text/xml; charset=utf-8' },
			body: xmlText(endpoint.list, records.map(parseExactly)),
		}
	const pagination =
		page !== null && endpoint.paging === 'sized'
			? `"pagination":{"page":${page},"pageSize":${size},"pageCount":${Math.ceil(count.n / size!)},"itemCount":${count.n}},`
			: ''
	const head = `"Id":"${randomUUID()}","Status":"OK","ProviderName":"Sandbox","DateTimeUTC":"/Date(${now})/"`
	return { status: 200, body: `{${head},${pagination}"${endpoint.list}":[${records.join(',')}]}` }
}

/** `If-Modified-Since` counts as `YYYY-MM-DDTHH:mm:ss` and in no other form. */
function conditions(
	endpoint: XeroEndpoint,
	tenant: string,
	{ url, headers }: VendorRequest,
): { sql: string; values: SQLInputValue[] } {
	const given = url.searchParams
	const sql = [inForce('r'), 'tenant = ?']
	const values: SQLInputValue[] = [tenant]
	const since = headers['if-modified-since']
	const isRead = endpoint.hasModifiedSince && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(since ?? '')
	if (isRead && !(endpoint.orderBreaksFilter && given.has('order'))) {
		sql.push('updated >= ?')
		values.push(since!)
	}
	if (endpoint.archived && given.get('includeArchived') !== 'true') {
		sql.push(`coalesce(status, '') <> ?`)
		values.push(endpoint.archived)
	}
	const where = given.get('where')
	if (where) {
		const condition = whereCondition(where, endpoint.filters, endpoint.list)
		sql.push(condition.sql)
		values.push(...condition.values)
	}
	return { sql: sql.join(' and '), values }
}

function pageSize({ paging }: XeroEndpoint, given: URLSearchParams, page: number | null): number | null {
	if (page === null) return null
	if (page < 1) throw apiRefusal(400, 20, 'BadRequestException', 'The page parameter must be 1 or more.')
	if (paging === 'fixed') return 100
	const size = wholeNumber(given.get('pageSize')) ?? 100
	if (size >= 1 && size <= 1000) return size
	throw apiRefusal(400, 20, 'BadRequestException', 'The pageSize parameter must be between 1 and 1000.')
}

/** Anything that is no number is passed over. */
function wholeNumber(text: string | null): number | null {
	return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null
}

function orderOf({ id }: XeroEndpoint, order: string | null): string {
	const [property, direction] = (order ?? '').split(/\s+/)
	const way = /^desc/i.test(direction ?? '') ? 'desc' : 'asc'
	if (property?.toLowerCase() === id.toLowerCase()) return `id ${way}`
	if (property === 'UpdatedDateUTC') return `updated ${way}, _version`
	if (property && order !== null)
		throw apiRefusal(400, 16, 'QueryParseException', `sandbox: order by ${property} is more than it reads`)
	return '_version'
}

function hiddenMembers({ visibility }: SandboxParts, { name, reference }: XeroEndpoint): string[] {
	// A few members are enough to see what a client does when one is gone.
	return ['Name', 'Status', 'Total', ...(reference ? [reference] : [])].filter(
		(member) => visibility.fieldNow('xero', name, member) === 'hidden',
	)
}
