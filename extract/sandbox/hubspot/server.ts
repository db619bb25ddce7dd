import { commonFaults, type FaultKind } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import { createTokens, type Tokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { type BatchRead, batchRead } from './batch.ts'
import { hubspotCredentials } from './credentials.ts'
import { createLimits, type HubspotLimits, type Limits } from './limits.ts'
import { readLinks } from './links.ts'
import { listPage } from './list.ts'
import type { HubspotObject } from './objects.ts'
import { correlationOf, HubspotRefusal, invalid, missingScopes, notFound, refusalAnswer } from './refusal.ts'
import { type Search, searchPage } from './search.ts'
import { accountDetails, dailyUsage, exchangeRates, ownersPage, pipelines, propertiesOf } from './settings.ts'

export type HubspotServerOptions = {
	limits: HubspotLimits
	tokenLifetimeSeconds: number
	/** How far the search index is behind, in seconds. */
	searchLag: number
	/** The account's currencies, the company's first. */
	currencies: readonly string[]
}

export type HubspotParts = SandboxParts & { objects: HubspotObject[] }

/** HubSpot's CRM API, numbered and dated versions alike, and its token endpoint over the store. */
export function createHubspot(parts: HubspotParts, options: HubspotServerOptions): Vendor {
	const tokens = createTokens(options.tokenLifetimeSeconds)
	const limits = createLimits(options.limits)
	const answer = (request: VendorRequest): VendorAnswer => {
		const { pathname } = request.url
		if (pathname === '/oauth/v1/token' && request.method === 'POST') return logIn(request, tokens)
		if (request.target.length > 16_384) return { status: 414, headers: html, body: page('414 Request-URI Too Large') }
		const token = request.headers.authorization ?? ''
		// The edge doesn't let a token through that has no form of one.
		if (/^Bearer .*[^\w.-]/.test(token)) return { status: 530, headers: html, body: page('Error 1016') }
		let headers: Record<string, string> = {}
		try {
			const isPrivate = authenticate(token, tokens)
			headers = limits.begin(pathname.endsWith('/search'), isPrivate)
			const given = resource(request, parts, options, limits)
			return { ...given, headers: { ...headers, ...given.headers } }
		} catch (error) {
			if (!(error instanceof HubspotRefusal)) throw error
			const refused = refusalAnswer(error)
			return { ...refused, headers: { ...headers, ...refused.headers } }
		}
	}
	return {
		system: 'hubspot',
		faultKinds: [...commonFaults, 'unexpected-error', 'expired-token'],
		serviceMilliseconds: 0,
		answer,
		route: (_, path) => path.replace(/\/20\d\d-\d\d(?=\/|$)/, ''),
		broken: (message) => refusalAnswer(new HubspotRefusal(500, 'INTERNAL_ERROR', `internal error: ${message}`)),
		faultAnswer: (kind) => faultAnswer(kind, parts),
		expireTokens: tokens.expireAll,
	}
}

/** Whether the app is a private one, which has a limit of its own a day. Throws the 401. */
function authenticate(header: string, tokens: Tokens): boolean {
	if (header === `Bearer ${hubspotCredentials.accessToken}`) return true
	if (tokens.accepts(header)) return false
	if (header === '')
		throw new HubspotRefusal(
			401,
			'INVALID_AUTHENTICATION',
			'Authentication credentials not found. This API supports OAuth 2.0 authentication.',
		)
	if (header.startsWith('Bearer pat-'))
		throw new HubspotRefusal(401, 'INVALID_AUTHENTICATION', 'The private app access token is not valid.')
	throw new HubspotRefusal(401, 'EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired.')
}

/** The refresh token stays what it was. */
function logIn({ body, traffic }: VendorRequest, tokens: Tokens): VendorAnswer {
	const form = new URLSearchParams(body)
	const { clientId, clientSecret, refreshToken } = hubspotCredentials
	const refused = (status: string, message: string): VendorAnswer => ({
		status: 400,
		body: JSON.stringify({ status, message, correlationId: correlationOf(message) }),
	})
	if (form.get('grant_type') !== 'refresh_token') return refused('BAD_GRANT_TYPE', 'missing or unknown grant type')
	if (form.get('client_id') !== clientId) return refused('BAD_CLIENT_ID', 'missing or unknown client id')
	if (form.get('client_secret') !== clientSecret)
		return refused('BAD_CLIENT_SECRET', 'missing or invalid client secret')
	if (form.get('refresh_token') !== refreshToken)
		return refused('BAD_REFRESH_TOKEN', 'missing or invalid refresh token')
	traffic.tokensIssued++
	const token = { token_type: 'bearer', refresh_token: refreshToken, access_token: tokens.issue() }
	return json({ ...token, expires_in: tokens.lifetimeSeconds })
}

function resource(
	request: VendorRequest,
	parts: HubspotParts,
	{ searchLag, currencies }: HubspotServerOptions,
	limits: Limits,
): VendorAnswer {
	const { store, clock } = parts
	const { method, url } = request
	const now = clock.now()
	const [area = '', ...rest] = areaOf(url.pathname)
	const route = `${method} ${area}${rest.length > 0 ? `/${rest.length}` : ''}`
	const last = rest.slice(1).join('/')
	if (route === 'GET objects/1') return text(listPage(seen(parts, rest[0]!), store, now, url.searchParams))
	if (method === 'POST' && area === 'objects' && last === 'search')
		return text(searchPage(seen(parts, rest[0]!), store, now, bodyOf<Search>(request), searchLag))
	if (method === 'POST' && area === 'objects' && last === 'batch/read')
		return batchRead(seen(parts, rest[0]!), store, now, bodyOf<BatchRead>(request))
	if (method === 'POST' && area === 'associations' && rest.slice(2).join('/') === 'batch/read') {
		for (const name of rest.slice(0, 2)) seen(parts, name)
		return readLinks(rest[0]!, rest[1]!, store, now, bodyOf(request))
	}
	if (route === 'GET properties/1') return json(propertiesOf(seen(parts, rest[0]!)))
	if (route === 'GET pipelines/1' && rest[0] === 'deals') return json(pipelines(store, now))
	if (route === 'GET owners') return json(ownersPage(store, now, permitted(parts, 'owners', url.searchParams)))
	if (route === 'GET currencies/1' && rest[0] === 'exchange-rates')
		return text(exchangeRates(store, now, permitted(parts, 'exchange_rates', url.searchParams)))
	if (route === 'GET account-info/1' && rest[0] === 'details') return json(accountDetails(currencies))
	if (method === 'GET' && area === 'account-info' && rest.join('/') === 'api-usage/daily/private-apps')
		return json(dailyUsage(limits, now))
	if (method === 'GET') throw notFound()
	return written(request)
}

/** The resource and what follows it, without the version: `/crm/v3/objects/deals` and `/crm/objects/2026-03/deals` are the same. */
function areaOf(path: string): string[] {
	const isVersion = (part: string) => /^(v\d|20\d\d-\d\d)$/.test(part)
	const parts = path.split('/').slice(1)
	const [root = '', ...rest] = parts
	if (parts.filter(isVersion).length !== 1) throw notFound()
	const named = rest.filter((part) => !isVersion(part))
	if (root === 'crm' || root === 'settings') return named
	return [root, ...named]
}

/** Writes are counted and answered as if they had been done; nothing is changed. */
function written(request: VendorRequest): VendorAnswer {
	request.traffic.writes.push(`${request.method} ${request.url.pathname}`)
	if (request.method === 'DELETE') return { status: 204 }
	return json({ id: '1', properties: {}, archived: false }, request.method === 'POST' ? 201 : 200)
}

/** The object as the app sees it now. Throws the 403 of a scope that was not given, the 404 of an object that there isn't. */
function seen({ objects, visibility }: HubspotParts, name: string): HubspotObject {
	const object = objects.find((one) => one.name === name || one.singular === name)
	if (!object) throw notFound(`Unable to infer object type from: ${name},`)
	if (!visibility.seesObject('hubspot', object.name)) throw missingScopes([object.scope])
	const properties = object.properties.flatMap((property) => {
		const now = visibility.fieldNow('hubspot', object.name, property.name)
		if (now === 'hidden') return []
		return [now === 'declared' ? property : { ...property, label: now.label, type: retyped[now.type] }]
	})
	return { ...object, properties }
}

const retyped = {
	string: 'string',
	double: 'number',
	currency: 'number',
	boolean: 'bool',
	date: 'date',
	picklist: 'enumeration',
} as const

function permitted<T>({ visibility }: HubspotParts, name: string, value: T): T {
	if (visibility.seesObject('hubspot', name)) return value
	throw missingScopes([name === 'owners' ? 'crm.objects.owners.read' : 'settings.currencies.read'])
}

function bodyOf<T>({ body }: VendorRequest): T {
	try {
		const parsed = JSON.parse(body)
		if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as T
	} catch {
		// Told like any other body that is no object.
	}
	throw invalid('Invalid input JSON on line 1, column 1')
}

const html = { 'content-type': 'text/html;charset=UTF-8' }

function page(title: string): string {
	return `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
}

function json(value: unknown, status = 200): VendorAnswer {
	return { status, body: JSON.stringify(value) }
}

function text(body: string): VendorAnswer {
	return { status: 200, body }
}

function faultAnswer(kind: FaultKind, { faults }: HubspotParts): VendorAnswer {
	if (kind === 'unavailable') return { status: 502, headers: html, body: page('502 Bad Gateway') }
	if (kind === 'html') return { status: 200, headers: html, body: page('HubSpot is down for maintenance') }
	if (kind === 'unexpected-error') return refusalAnswer(new HubspotRefusal(500, 'INTERNAL_ERROR', 'internal error'))
	return refusalAnswer(
		new HubspotRefusal(429, 'RATE_LIMITS', 'You have reached your ten_secondly_rolling limit.', {
			errorType: 'RATE_LIMIT',
			policyName: 'TEN_SECONDLY_ROLLING',
			...(kind === 'too-many-requests' && { retryAfter: faults.retryAfterSeconds() }),
		}),
	)
}
