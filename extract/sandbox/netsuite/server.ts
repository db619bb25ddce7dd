import { type CompanyClock, momentText } from '../clock.ts'
import { commonFaults, type FaultKind, type Faults } from '../faults.ts'
import type { Store } from '../store.ts'
import { createTokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { Visibility } from '../visibility.ts'
import { catalog, recordSchema } from './catalog.ts'
import { createOauth, type NetsuiteIntegration, tokenPath } from './oauth.ts'
import { NetsuiteRefusal, refusalAnswer, unsupportedSearch } from './refusal.ts'
import { createSuiteql, type SuiteqlResource } from './suiteql.ts'
import type { NetsuiteTable } from './tables.ts'
import { createTokenCheck } from './token-auth.ts'

export type NetsuiteOptions = {
	integration: NetsuiteIntegration
	seed: number
	/** Most requests at once, of all clients of the account. */
	concurrency: number
	/** The account's IANA zone. */
	timeZone: string
	tokenLifetimeSeconds: number
	/** The least that an answer takes: without it requests would never meet, and the limit of concurrency never show. */
	serviceMilliseconds: number
	/** The record type (`scriptid`) whose deletions `deletedrecord` does not tell. */
	uncoveredDeletes: string
}

/** What the server stands on. */
export type NetsuiteParts = {
	store: Store
	tables: NetsuiteTable[]
	clock: CompanyClock
	visibility: Visibility
	faults: Faults
}

/** NetSuite's SuiteTalk REST (token, SuiteQL, metadata catalogue, system) over the store. */
export function createNetsuite(parts: NetsuiteParts, options: NetsuiteOptions): Vendor {
	const tokens = createTokens(options.tokenLifetimeSeconds)
	const logIn = createOauth(options.integration, tokens, parts.clock)
	const refusedToken = createTokenCheck(options.integration.token, parts.clock)
	const suiteql = createSuiteql(parts.store, parts.tables, parts.clock, parts.visibility, options)
	const answer = async (request: VendorRequest): Promise<VendorAnswer> => {
		if (request.url.pathname === tokenPath && request.method === 'POST') return logIn(request)
		try {
			const isSigned = /^OAuth /i.test(request.headers.authorization ?? '')
			if (isSigned ? refusedToken(request) !== null : !tokens.accepts(request.headers.authorization))
				throw new NetsuiteRefusal(
					401,
					'INVALID_LOGIN',
					'Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI.',
				)
			if (request.inFlight > options.concurrency) throw tooMany()
			return resource(request, parts, options, suiteql)
		} catch (error) {
			if (error instanceof NetsuiteRefusal) return refusalAnswer(error)
			throw error
		}
	}
	return {
		system: 'netsuite',
		faultKinds: [...commonFaults, 'unexpected-error', 'expired-token'],
		serviceMilliseconds: options.serviceMilliseconds,
		answer,
		route: (_, path) => path.replace(/(\/record\/v1\/(?!metadata-catalog)\w+)\/[^/]+/, '$1/{id}'),
		broken: (message) =>
			refusalAnswer(
				new NetsuiteRefusal(500, 'UNEXPECTED_ERROR', `An unexpected error occurred. Error ID: sandbox (${message})`),
			),
		faultAnswer: (kind) => faultAnswer(kind, parts.faults),
		expireTokens: tokens.expireAll,
	}
}

function resource(
	request: VendorRequest,
	parts: NetsuiteParts,
	options: NetsuiteOptions,
	suiteql: SuiteqlResource,
): VendorAnswer {
	const { method, url } = request
	const path = url.pathname.replace(/\/$/, '')
	const base = `http://${request.headers.host}`
	if (path === '/services/rest/query/v1/suiteql') return suiteqlAnswer(request, suiteql, `${base}${path}`)
	if (method !== 'GET') return written(request, path)
	if (path === '/services/rest/system/v1/serverTime')
		return json({ serverTime: `${momentText(parts.clock.now())}.000Z` })
	if (path === '/services/rest/system/v1/governanceLimits')
		return json({
			accountConcurrencyLimit: options.concurrency,
			accountUnallocatedConcurrencyLimit: options.concurrency,
		})
	const [, type] = /^\/services\/rest\/record\/v1\/metadata-catalog(?:\/(\w+))?$/.exec(path) ?? []
	if (path.startsWith('/services/rest/record/v1/metadata-catalog')) {
		const tables = visibleTables(parts, suiteql)
		return type ? json(recordSchema(type, tables), 'application/schema+json') : json(catalog(tables, base))
	}
	throw new NetsuiteRefusal(404, 'NONEXISTENT_ID', `The requested resource does not exist: ${path}`)
}

/** https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_157909186990.html */
function suiteqlAnswer(request: VendorRequest, suiteql: SuiteqlResource, self: string): VendorAnswer {
	if (request.method !== 'POST')
		throw new NetsuiteRefusal(405, 'METHOD_NOT_ALLOWED', `The method ${request.method} is not allowed.`)
	const preferences = String(request.headers['prefer'] ?? '')
		.toLowerCase()
		.split(/[,;]\s*/)
	if (!preferences.includes('transient'))
		throw new NetsuiteRefusal(
			400,
			'INVALID_HEADER',
			'Required header Prefer: transient is missing or has another value.',
		)
	const limit = pageParameter(request, 'limit', 1000)
	const offset = pageParameter(request, 'offset', 0)
	if (limit < 1 || limit > 1000)
		throw new NetsuiteRefusal(
			400,
			'INVALID_PARAMETER',
			`Invalid limit ${limit}: it must be between 1 and 1000.`,
			'limit',
		)
	if (offset % limit !== 0)
		throw new NetsuiteRefusal(
			400,
			'INVALID_PARAMETER',
			`Invalid offset ${offset}: it must be divisible by the limit ${limit}.`,
			'offset',
		)
	const text = queryText(request.body)
	const [verb = ''] = text.trim().split(/\s+/)
	if (!/^(select|with)$/i.test(verb)) {
		request.traffic.writes.push(`SuiteQL ${verb}`)
		throw unsupportedSearch(`${verb} is not SELECT`)
	}
	return suiteql.query(text, { limit, offset }, self)
}

function queryText(body: string): string {
	try {
		const { q } = JSON.parse(body) as { q?: unknown }
		if (typeof q === 'string' && q.trim() !== '') return q
	} catch {
		throw new NetsuiteRefusal(400, 'INVALID_CONTENT', 'Error while parsing the JSON of the request body.')
	}
	throw new NetsuiteRefusal(400, 'INVALID_PARAMETER', 'The query parameter q is missing.', 'q')
}

function pageParameter(request: VendorRequest, name: string, initial: number): number {
	const text = request.url.searchParams.get(name)
	if (text === null) return initial
	if (/^\d{1,9}$/.test(text)) return Number(text)
	throw new NetsuiteRefusal(400, 'INVALID_PARAMETER', `Invalid query parameter ${name}: ${text}`, name)
}

/** Writes are counted and refused: the sandbox's role may only read. */
function written(request: VendorRequest, path: string): VendorAnswer {
	request.traffic.writes.push(`${request.method} ${path}`)
	throw new NetsuiteRefusal(
		403,
		'INSUFFICIENT_PERMISSION',
		'Permission Violation: You need a higher level of permission to access this page. Please contact your account administrator.',
	)
}

function visibleTables({ tables, visibility }: NetsuiteParts, suiteql: SuiteqlResource): NetsuiteTable[] {
	return tables.filter(({ name }) => visibility.seesObject('netsuite', name)).map(({ name }) => suiteql.tableOf(name))
}

function tooMany(): NetsuiteRefusal {
	return new NetsuiteRefusal(429, 'CONCURRENCY_LIMIT_EXCEEDED', 'Concurrent request limit exceeded. Request blocked.')
}

function faultAnswer(kind: FaultKind, faults: Faults): VendorAnswer {
	const html = { 'content-type': 'text/html;charset=utf-8' }
	if (kind === 'unavailable')
		return { status: 503, headers: html, body: '<html><body>NetSuite is temporarily unavailable.</body></html>' }
	if (kind === 'html')
		return { status: 200, headers: html, body: '<html><body>Your data center is being moved.</body></html>' }
	if (kind === 'unexpected-error')
		return refusalAnswer(
			new NetsuiteRefusal(500, 'UNEXPECTED_ERROR', 'An unexpected error occurred. Error ID: sandbox'),
		)
	const answer = refusalAnswer(tooMany())
	if (kind === 'too-many-requests-bare') return answer
	return { ...answer, headers: { ...answer.headers, 'retry-after': String(faults.retryAfterSeconds()) } }
}

function json(value: unknown, type = 'application/vnd.oracle.resource+json'): VendorAnswer {
	return { status: 200, headers: { 'content-type': type }, body: JSON.stringify(value) }
}
