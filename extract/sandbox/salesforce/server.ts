import type { CompanyClock } from '../clock.ts'
import { commonFaults, type FaultKind, type Faults } from '../faults.ts'
import type { Store } from '../store.ts'
import { createTokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { Visibility } from '../visibility.ts'
import { createJobs, type JobOptions } from './jobs.ts'
import { createOauth, type SalesforceApp } from './oauth.ts'
import { apiVersion, type SalesforceObject } from './objects.ts'
import { createQueries } from './query.ts'
import { refusalAnswer, SalesforceRefusal } from './refusal.ts'
import { json, resource } from './resources.ts'

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
	jobs: JobOptions
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
	const jobs = createJobs(queries, parts.clock, options.jobs)
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
			const given = resource(request, parts, options, { queries, jobs }, { used, limit })
			return { ...given, headers: { ...headers, ...given.headers } }
		} catch (error) {
			if (error instanceof SalesforceRefusal) return { ...refusalAnswer(error), headers }
			throw error
		}
	}
	return {
		system: 'salesforce',
		faultKinds: [...commonFaults, 'not-acceptable', 'expired-token'],
		serviceMilliseconds: 0,
		answer,
		route: (_, path) => path.replace(/01g\w{15}-\d+$/, '{locator}').replace(/\/[A-Za-z0-9]{18}$/, '/{id}'),
		broken: (message) =>
			refusalAnswer(new SalesforceRefusal(500, 'UNKNOWN_EXCEPTION', `An unexpected error occurred: ${message}`)),
		faultAnswer: (kind) => faultAnswer(kind, parts.faults),
		expireTokens: tokens.expireAll,
	}
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
