import type { CompanyClock } from '../clock.ts'
import type { FaultKind, Faults } from '../faults.ts'
import { inForce, type Store, tableName } from '../store.ts'
import { createTokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { Visibility } from '../visibility.ts'
import { describeGlobal, describeObject, versionResources } from './describe.ts'
import { createOauth, type SalesforceApp } from './oauth.ts'
import { apiVersion, type SalesforceObject } from './objects.ts'
import { createQueries, largestPage, type QueryResource } from './query.ts'
import { notFound, refusalAnswer, SalesforceRefusal } from './refusal.ts'
import { deletedRecords, updatedRecords } from './replication.ts'

export type SalesforceOptions = {
	app: SalesforceApp
	seed: number
	/** Most rows in a page, up to 2,000. */
	pageSize: number
	/** Requests in 24 hours; what the org's other clients have used already. */
	dailyRequests: { limit: number; usedByOthers: number }
	/** Most requests at once. */
	concurrency: number
	tokenLifetimeSeconds: number
	/** How far back `/deleted/` tells. */
	deletedDays: number
}

/** What the server stands on. */
export type SalesforceParts = {
	store: Store
	objects: SalesforceObject[]
	clock: CompanyClock
	visibility: Visibility
	faults: Faults
}

/** Salesforce's REST API and token endpoint over the store. */
export function createSalesforce(parts: SalesforceParts, options: SalesforceOptions): Vendor {
	const tokens = createTokens(options.tokenLifetimeSeconds)
	const logIn = createOauth(options.app, tokens, parts.clock)
	const queries = createQueries(parts.store, parts.objects, parts.clock, parts.visibility, options)
	const usage = { requests: 0 }
	const answer = async (request: VendorRequest): Promise<VendorAnswer> => {
		const { pathname } = request.url
		if (pathname === '/services/oauth2/token' && request.method === 'POST') return logIn(request)
		if (pathname === '/services/data' || pathname === '/services/data/')
			return json([{ label: "Spring '26", url: `/services/data/v${apiVersion}`, version: apiVersion }])
		if (uriAndHeaderBytes(request) > 16_384)
			return { status: request.target.length > 16_384 ? 414 : 431, headers: html, body: htmlPage('URI Too Long') }
		if (!tokens.accepts(request.headers.authorization?.replace(/ 00D\w{15}!/, ' '))) {
			return refusalAnswer(new SalesforceRefusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid'))
		}
		const used = options.dailyRequests.usedByOthers + ++usage.requests
		const { limit } = options.dailyRequests
		const headers = { 'sforce-limit-info': `api-usage=${Math.min(used, limit)}/${limit}` }
		try {
			if (used > limit) throw new SalesforceRefusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
			if (request.inFlight > options.concurrency) {
				throw new SalesforceRefusal(
					403,
					'REQUEST_LIMIT_EXCEEDED',
					'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
				)
			}
			const given = resource(request, parts, options, queries, { used, limit })
			return { ...given, headers: { ...headers, ...given.headers } }
		} catch (error) {
			if (error instanceof SalesforceRefusal) return { ...refusalAnswer(error), headers }
			throw error
		}
	}
	return {
		system: 'salesforce',
		serviceMilliseconds: 0,
		answer,
		route: (_, path) => path.replace(/01g\w{15}-\d+$/, '{locator}').replace(/\/[A-Za-z0-9]{18}$/, '/{id}'),
		broken: (message) =>
			refusalAnswer(new SalesforceRefusal(500, 'UNKNOWN_EXCEPTION', `An unexpected error occurred: ${message}`)),
		faultAnswer: (kind) => faultAnswer(kind, parts.faults),
		expireTokens: tokens.expireAll,
	}
}

type Usage = { used: number; limit: number }

function resource(
	request: VendorRequest,
	parts: SalesforceParts,
	options: SalesforceOptions,
	queries: QueryResource,
	usage: Usage,
): VendorAnswer {
	const { method, url } = request
	const [, path] = new RegExp(`^/services/data/v${apiVersion.replace('.', '\\.')}/?(.*)$`).exec(url.pathname) ?? []
	if (path === undefined) throw notFound()
	if (method !== 'GET' && method !== 'HEAD') return written(request, path, queries)
	if (path === '') return json(versionResources())
	if (/^query(All)?\/?$/.test(path)) return firstPage(request, queries, path.startsWith('queryAll'))
	const locator = /^query(?:All)?\/(.+)$/.exec(path)?.[1]
	if (locator) return queries.more(locator)
	if (path === 'limits' || path === 'limits/') return json(limitsAnswer(usage))
	if (path === 'limits/recordCount') return json(recordCounts(parts, queries, url.searchParams))
	if (path === 'sobjects' || path === 'sobjects/') return json(describeGlobal(visibleObjects(parts, queries)))
	return objectResource(request, path, parts, options, queries)
}

function objectResource(
	request: VendorRequest,
	path: string,
	parts: SalesforceParts,
	options: SalesforceOptions,
	queries: QueryResource,
): VendorAnswer {
	const [, name = '', what] = /^sobjects\/(\w+)\/(describe|deleted|updated)\/?$/.exec(path) ?? []
	const object = queries.visibleObject(name)
	if (!what || !object) throw notFound()
	const { store, clock, visibility } = parts
	const query = request.url.searchParams
	if (what === 'deleted') return json(deletedRecords(object, store, clock.now(), query, options))
	if (what === 'updated') return json(updatedRecords(object, store, clock.now(), query))
	const described = json(describeObject(object, store, clock.now()))
	const event = visibility.lastChange('salesforce', object.name)
	if (event === null) return described
	// HTTP dates have whole seconds, and the first description is older than every schema event.
	const changed = Math.floor(Math.max(event, Date.UTC(2025, 0, 1)) / 1000) * 1000
	const headers = { 'last-modified': new Date(changed).toUTCString() }
	if (Date.parse(request.headers['if-modified-since'] ?? '') >= changed) return { status: 304, headers }
	return { ...described, headers }
}

function firstPage(request: VendorRequest, queries: QueryResource, includesDeleted: boolean): VendorAnswer {
	const soql = request.url.searchParams.get('q')
	if (!soql) throw new SalesforceRefusal(400, 'MALFORMED_QUERY', 'A query string has to be specified')
	const wish = /batchSize\s*=\s*(\d+)/i.exec(String(request.headers['sforce-query-options'] ?? ''))?.[1]
	const batchSize = wish ? Math.min(largestPage, Math.max(200, Number(wish))) : null
	return queries.query(soql, { includesDeleted, batchSize })
}

/** Writes are counted and answered as if they had been done; nothing is changed. */
function written(request: VendorRequest, path: string, queries: QueryResource): VendorAnswer {
	request.traffic.writes.push(`${request.method} /${path}`)
	const [, name = '', id] = /^sobjects\/(\w+)(?:\/(\w+))?\/?$/.exec(path) ?? []
	if (!queries.visibleObject(name)) throw notFound()
	if (request.method === 'POST' && !id) return json({ id: '000000000000000AAA', success: true, errors: [] }, 201)
	if (id && (request.method === 'PATCH' || request.method === 'DELETE')) return { status: 204 }
	throw new SalesforceRefusal(
		405,
		'METHOD_NOT_ALLOWED',
		`HTTP Method '${request.method}' not allowed. Allowed are HEAD,GET,PATCH,DELETE`,
	)
}

function limitsAnswer({ used, limit }: Usage): unknown {
	return {
		ConcurrentAsyncGetReportInstances: { Max: 200, Remaining: 200 },
		DailyApiRequests: { Max: limit, Remaining: Math.max(0, limit - used) },
		DailyBulkV2QueryFileStorageMB: { Max: 976_562, Remaining: 976_562 },
		DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10_000 },
	}
}

function recordCounts(
	{ objects, store, clock }: SalesforceParts,
	queries: QueryResource,
	query: URLSearchParams,
): unknown {
	const asked = query.get('sObjects')?.split(',') ?? objects.map(({ name }) => name)
	const counted = asked.map((name) => queries.visibleObject(name)?.name).filter((name) => name !== undefined)
	const count = (name: string) =>
		(
			store.database
				.prepare(`select count(*) as n from ${tableName('salesforce', name)} t where ${inForce('t')}`)
				.get({ now: clock.now() }) as { n: number }
		).n
	return { sObjects: counted.map((name) => ({ count: count(name), name })) }
}

function visibleObjects({ objects }: SalesforceParts, queries: QueryResource): SalesforceObject[] {
	return objects.map(({ name }) => queries.visibleObject(name)).filter((object) => object !== null)
}

function uriAndHeaderBytes(request: VendorRequest): number {
	return (
		request.target.length +
		Object.entries(request.headers).reduce((sum, [name, value]) => sum + name.length + String(value).length + 4, 0)
	)
}

const html = { 'content-type': 'text/html;charset=UTF-8' }

function htmlPage(title: string): string {
	return `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
}

function faultAnswer(kind: FaultKind, faults: Faults): VendorAnswer {
	if (kind === 'unavailable') return { status: 503, headers: html, body: htmlPage('Service Unavailable') }
	if (kind === 'html') return { status: 200, headers: html, body: htmlPage('We are down for maintenance') }
	if (kind === 'not-acceptable') return { status: 406 }
	const headers: Record<string, string> =
		kind === 'too-many-requests' ? { 'retry-after': String(faults.retryAfterSeconds()) } : {}
	return {
		...refusalAnswer(new SalesforceRefusal(429, 'REQUEST_LIMIT_EXCEEDED', 'Too many requests. Try again later.')),
		headers,
	}
}

function json(value: unknown, status = 200): VendorAnswer {
	return { status, body: JSON.stringify(value) }
}
