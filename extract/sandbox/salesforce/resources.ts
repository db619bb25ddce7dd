import { inForce, tableName } from '../store.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { describeGlobal, describeObject, versionResources } from './describe.ts'
import type { JobResource } from './jobs.ts'
import { apiVersion, type SalesforceObject } from './objects.ts'
import { largestPage, type QueryResource } from './query.ts'
import { notFound, SalesforceRefusal } from './refusal.ts'
import { deletedRecords, updatedRecords } from './replication.ts'
import type { SalesforceOptions, SalesforceParts } from './server.ts'

/** The use of the day's requests. */
export type Usage = { used: number; limit: number }

/** Answers a request of a session that is in force. Throws SalesforceRefusal. */
export function resource(
	request: VendorRequest,
	parts: SalesforceParts,
	options: SalesforceOptions,
	{ queries, jobs }: { queries: QueryResource; jobs: JobResource },
	usage: Usage,
): VendorAnswer {
	const { method, url } = request
	const [, version = '', path] = /^\/services\/data\/v(\d+\.\d)\/?(.*)$/.exec(url.pathname) ?? []
	if (path?.startsWith('jobs/query')) return jobs.answer(request, version, path)
	if (path === undefined || version !== apiVersion) throw notFound()
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

/** An answer of JSON. */
export function json(value: unknown, status = 200): VendorAnswer {
	return { status, body: JSON.stringify(value) }
}
