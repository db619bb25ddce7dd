import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { commonFaults, type FaultKind, type Faults } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { EntityCode } from '../world/company/entities.ts'
import { changesAnswer, queryAnswer } from './answers.ts'
import { createQuickbooksLimits, type QuickbooksLimits } from './limits.ts'
import { consentPath, createQuickbooksOauth, tokenPath } from './oauth.ts'
import { rateAnswer } from './rates.ts'
import { faultRefusal, gatewayRefusal, QuickbooksRefusal, queryRefusal, throttleRefusal } from './refusal.ts'
import { reportAnswer } from './reports.ts'

export type QuickbooksServerOptions = {
	entities: readonly EntityCode[]
	tokenLifetimeSeconds: number
	rotatesRefreshTokens: boolean
	limits: QuickbooksLimits
	serviceMilliseconds: number
}

/** The lowest minor version that is still answered (Intuit ended the older ones in August 2025). */
const leastMinorVersion = 75

/** QuickBooks Online: the token endpoint, and `query`, `cdc` and `exchangerate` of four companies. */
export function createQuickbooks(parts: SandboxParts, options: QuickbooksServerOptions): Vendor {
	const { tokenLifetimeSeconds: lifetimeSeconds, rotatesRefreshTokens: rotates } = options
	const oauth = createQuickbooksOauth({ entities: options.entities, lifetimeSeconds, rotates })
	const limits = createQuickbooksLimits(options.limits)

	async function answer(request: VendorRequest): Promise<VendorAnswer> {
		const { method, url, headers } = request
		if (url.pathname === tokenPath && method === 'POST') return oauth.logIn(request)
		if (url.pathname === consentPath && method === 'GET') return oauth.consentPage(request)
		try {
			const realm = oauth.realmOf(headers.authorization)
			if (!realm) throw gatewayRefusal(401, 'AuthenticationFailed', '3200', 'AUTHENTICATION')
			const [, asked, resource = ''] = /^\/v3\/company\/([^/]+)\/(.+)$/.exec(url.pathname) ?? []
			// Another company, or one of the other environment, is the same to the gateway.
			if (asked !== realm) throw gatewayRefusal(403, 'ApplicationAuthorizationFailed', '3100', 'AUTHORIZATION')
			const done = limits.begin(realm)
			try {
				await delay(options.serviceMilliseconds)
				return resourceAnswer(parts, request, realm, resource)
			} finally {
				done()
			}
		} catch (error) {
			if (error instanceof QuickbooksRefusal) return error.answer
			throw error
		}
	}

	return {
		system: 'quickbooks',
		// A bare 429 asks for a minute's wait, which no test has: its own limits give it.
		faultKinds: [
			...commonFaults.filter((kind) => kind !== 'too-many-requests-bare'),
			'unexpected-error',
			'expired-token',
		],
		serviceMilliseconds: 0,
		answer: async (request) => withTid(await answer(request)),
		route: (_, path) => path.replace(/^\/v3\/company\/\d+/, '/v3/company/{realmId}'),
		broken: (message) => systemFault(message).answer,
		faultAnswer: (kind) => withTid(faultAnswer(kind, parts.faults)),
		expireTokens: oauth.expireAll,
	}
}

function resourceAnswer(parts: SandboxParts, request: VendorRequest, realm: string, resource: string): VendorAnswer {
	const { method, url, headers, traffic } = request
	const given = url.searchParams
	if (method !== 'GET') {
		traffic.writes.push(`${method} ${url.pathname}`)
		throw gatewayRefusal(403, 'ApplicationAuthorizationFailed', '3201', 'AUTHORIZATION')
	}
	if (!/\bjson\b/.test(String(headers.accept ?? '')))
		return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlAnswer }
	if (Number(given.get('minorversion') ?? leastMinorVersion) < leastMinorVersion)
		throw faultRefusal(400, 'ValidationFault', '2010', 'Unsupported minor version', 'minorversion')
	if (resource === 'query') return queryAnswer(parts, realm, given.get('query') ?? '')
	if (resource === 'cdc') return changesAnswer(parts, realm, given)
	if (resource.startsWith('reports/')) return reportAnswer(parts, realm, resource.slice('reports/'.length), given)
	if (resource === 'exchangerate') return rateAnswer(parts, realm, given)
	throw queryRefusal(`Unsupported operation ${resource}`)
}

const xmlAnswer = '<?xml version="1.0" encoding="UTF-8"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3"/>'

function withTid(answer: VendorAnswer): VendorAnswer {
	return { ...answer, headers: { intuit_tid: `1-${randomUUID()}`, ...answer.headers } }
}

function systemFault(detail: string): QuickbooksRefusal {
	return faultRefusal(
		500,
		'SystemFault',
		'10000',
		'An application error has occurred while processing your request',
		detail,
	)
}

function faultAnswer(kind: FaultKind, faults: Faults): VendorAnswer {
	const html = { 'content-type': 'text/html; charset=utf-8' }
	if (kind === 'unavailable')
		return { status: 503, headers: html, body: '<html><body>Service Unavailable</body></html>' }
	if (kind === 'html')
		return { status: 200, headers: html, body: '<html><body>QuickBooks is being updated.</body></html>' }
	if (kind === 'unexpected-error') return systemFault('System Failure Error').answer
	// A proxy on the way may say when to come again; Intuit does not.
	const { answer } = throttleRefusal()
	return { ...answer, headers: { 'retry-after': String(faults.retryAfterSeconds()) } }
}
