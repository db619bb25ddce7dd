import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { commonFaults, type FaultKind, type Faults } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { entityCodes } from '../world/company/entities.ts'
import { tenantOf } from '../world/records/xero/identifiers.ts'
import { xeroEndpoints } from './endpoints.ts'
import { createLimits, type XeroLimits } from './limits.ts'
import { listAnswer } from './list.ts'
import { consentPath, createXeroOauth, type Session, tokenPath, type XeroApp } from './oauth.ts'
import { profitAndLossAnswer, profitAndLossName } from './profit-and-loss.ts'
import { apiRefusal, gatewayRefusal, limitRefusal, XeroRefusal } from './refusal.ts'

export type XeroServerOptions = {
	apps: XeroApp[]
	tokenLifetimeSeconds: number
	limits: XeroLimits
	/** Requests of the day that others have had. */
	usedByOthers: number
	serviceMilliseconds: number
	/** Seconds for which a used refresh token is good again. */
	graceSeconds?: number
}

const base = '/api.xro/2.0/'

/** Xero: the token endpoint, `/connections`, and the lists of the Accounting API 2.0 of four organisations. */
export function createXero(parts: SandboxParts, options: XeroServerOptions): Vendor {
	const { apps, graceSeconds } = options
	const lifetimeSeconds = options.tokenLifetimeSeconds
	const oauth = createXeroOauth(apps, { lifetimeSeconds, ...(graceSeconds !== undefined && { graceSeconds }) })
	const limits = createLimits(options.limits, options.usedByOthers)

	async function answer(request: VendorRequest): Promise<VendorAnswer> {
		const { method, url, headers } = request
		if (url.pathname === tokenPath && method === 'POST') return oauth.logIn(request)
		if (url.pathname === consentPath && method === 'GET') return oauth.consentPage(request)
		try {
			const session = oauth.sessionOf(headers.authorization)
			if (!session) throw expired()
			if (url.pathname === '/connections' && method === 'GET') return connections(session)
			const tenant = tenantOfRequest(session, headers['xero-tenant-id'])
			const { left, done } = limits.begin(tenant)
			try {
				// So that requests to one organisation meet there, and the limit of those at once shows.
				await delay(options.serviceMilliseconds)
				return withHeaders(resource(parts, request, tenant), left)
			} catch (error) {
				if (error instanceof XeroRefusal) return withHeaders(error.answer, left)
				throw error
			} finally {
				done()
			}
		} catch (error) {
			if (error instanceof XeroRefusal) return error.answer
			throw error
		}
	}

	return {
		system: 'xero',
		faultKinds: [...commonFaults, 'unexpected-error', 'expired-token'],
		serviceMilliseconds: 0,
		answer,
		route: (_, path) => path.replace(/\/[0-9a-f]{8}-[0-9a-f-]{27}/, '/{id}'),
		broken: (message) => apiRefusal(500, 500, 'SandboxException', `An error occurred: ${message}`).answer,
		faultAnswer: (kind) => faultAnswer(kind, parts.faults),
		expireTokens: oauth.expireAll,
	}
}

function resource(parts: SandboxParts, request: VendorRequest, tenant: string): VendorAnswer {
	const { method, url } = request
	const name = url.pathname.startsWith(base) ? url.pathname.slice(base.length).replace(/\/$/, '') : ''
	const endpoint = xeroEndpoints.find((one) => one.name === name)
	if (method !== 'GET' && method !== 'HEAD') {
		request.traffic.writes.push(`${method} ${url.pathname}`)
		throw gatewayRefusal(401, 'Unauthorized', 'AuthorizationUnsuccessful')
	}
	if (!endpoint && name !== profitAndLossName)
		throw new XeroRefusal({
			status: 404,
			headers: html,
			body: '<html><body>The resource you are looking for does not exist.</body></html>',
		})
	// A scope that was never given is a 401, and no new token helps.
	if (!parts.visibility.seesObject('xero', name)) throw gatewayRefusal(401, 'Unauthorized', 'AuthorizationUnsuccessful')
	if (!endpoint) return profitAndLossAnswer(parts, tenant, request)
	return listAnswer(parts, endpoint, tenant, request)
}

/** A custom connection is for one organisation and may leave it out; any other token must name one that it reaches. */
function tenantOfRequest({ tenants, isCustom }: Session, header: string | string[] | undefined): string {
	if (isCustom && (header === undefined || header === '')) return tenants[0]!
	if (typeof header === 'string' && tenants.includes(header)) return header
	throw gatewayRefusal(403, 'Forbidden', 'AuthenticationUnsuccessful')
}

function connections({ tenants }: Session): VendorAnswer {
	const list = entityCodes
		.filter((entity) => tenants.includes(tenantOf(entity)))
		.map((entity) => ({
			id: randomUUID(),
			authEventId: randomUUID(),
			tenantId: tenantOf(entity),
			tenantType: 'ORGANISATION',
			tenantName: `Halvorsen ${entity}`,
			createdDateUtc: '2026-03-09T08:00:00.0000000',
			updatedDateUtc: '2026-03-09T08:00:00.0000000',
		}))
	return { status: 200, body: JSON.stringify(list) }
}

function expired(): XeroRefusal {
	return gatewayRefusal(401, 'Unauthorized', `TokenExpired: token expired at ${new Date(0).toISOString()}`)
}

const html = { 'content-type': 'text/html; charset=utf-8' }

function withHeaders(answer: VendorAnswer, headers: Record<string, string>): VendorAnswer {
	return { ...answer, headers: { 'xero-correlation-id': randomUUID(), ...headers, ...answer.headers } }
}

function faultAnswer(kind: FaultKind, faults: Faults): VendorAnswer {
	if (kind === 'unavailable')
		return { status: 503, headers: html, body: '<html><body>The Xero API is offline for maintenance.</body></html>' }
	if (kind === 'html') return { status: 200, headers: html, body: '<html><body>Xero is being updated.</body></html>' }
	if (kind === 'unexpected-error')
		return apiRefusal(
			500,
			500,
			'InternalServerError',
			'An error occurred in Xero. Check the API Status page for current status.',
		).answer
	return limitRefusal('minute', kind === 'too-many-requests' ? faults.retryAfterSeconds() : null).answer
}
