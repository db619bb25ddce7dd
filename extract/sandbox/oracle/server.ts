import { commonFaults, type FaultKind } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import { createTokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { describeAnswer, listAnswer } from './list.ts'
import { createTokenEndpoint, isLoggedIn, tokenPath } from './login.ts'
import { Refusal, refusalAnswer } from './refusal.ts'
import type { Resource } from './resources.ts'

export type OracleParts = SandboxParts & { resources: Resource[] }
export type OracleServerOptions = { tokenLifetimeSeconds: number; serviceMilliseconds: number }

const faultKinds = [...commonFaults, 'unexpected-error', 'expired-token'] as const
const versions = { default: 1, highest: 9 }

/** Fusion's REST resources, and the identity domain that gives tokens for them, over the store. */
export function createOracle(parts: OracleParts, options: OracleServerOptions): Vendor {
	const tokens = createTokens(options.tokenLifetimeSeconds)
	const giveToken = createTokenEndpoint(tokens, parts.clock)
	return {
		system: 'oracle',
		faultKinds,
		serviceMilliseconds: options.serviceMilliseconds,
		route: (_, path) => path.replace(/\/\d{10,}(?=\/|$)/g, '/{id}'),
		answer: (request) => {
			const asked = Number(request.headers['rest-framework-version'] ?? versions.default)
			try {
				if (request.url.pathname === tokenPath && request.method === 'POST') return giveToken(request)
				if (!isLoggedIn(request, tokens)) throw new Refusal(401, 'Unauthorized')
				if (!(asked >= 1 && asked <= versions.highest))
					throw new Refusal(406, `The framework version ${request.headers['rest-framework-version']} is not supported.`)
				return resourceAnswer(request, parts, asked)
			} catch (error) {
				if (error instanceof Refusal) return refusalAnswer(error, asked)
				throw error
			}
		},
		broken: (message) => refusalAnswer(new Refusal(500, message, { code: 'JBO-27122' }), 1),
		faultAnswer: (kind) => faultAnswer(kind, parts),
		expireTokens: tokens.expireAll,
	}
}

function resourceAnswer(request: VendorRequest, parts: OracleParts, version: number): VendorAnswer {
	if (request.method !== 'GET') {
		request.traffic.writes.push(`${request.method} ${request.target}`)
		throw new Refusal(403, 'The user is not authorized to perform this action.')
	}
	const [, application, release, name, rest] =
		/^\/(\w+)\/resources\/([\w.]+)\/(\w+)(?:\/(.*))?$/.exec(request.url.pathname) ?? []
	const resource = parts.resources.find((one) => one.name === name && one.application === application)
	const isKnown = resource && (release === '11.13.18.05' || release === 'latest')
	if (!isKnown) throw new Refusal(404, 'Not Found')
	if (!parts.visibility.seesObject('oracle', resource.name)) throw new Refusal(403, 'Forbidden')
	if (rest === 'describe') return describeAnswer(parts, resource)
	if (rest) throw new Refusal(404, `The resource item with key ${rest} is not found.`)
	return listAnswer(parts, resource, request.url.searchParams, version)
}

function faultAnswer(kind: FaultKind, { faults }: SandboxParts): VendorAnswer {
	const html = { 'content-type': 'text/html' }
	if (kind === 'unavailable') return { status: 503, headers: html, body: '<html><h1>Service Unavailable</h1></html>' }
	if (kind === 'html') return { status: 200, headers: html, body: '<html><head><title>Sign In</title></head></html>' }
	if (kind === 'unexpected-error')
		return refusalAnswer(new Refusal(500, 'SQL error during statement preparation.', { code: 'JBO-27122' }), 1)
	const wait: Record<string, string> =
		kind === 'too-many-requests' ? { 'retry-after': String(faults.retryAfterSeconds()) } : {}
	return { status: 429, headers: { 'content-type': 'text/plain', ...wait }, body: 'Too Many Requests' }
}
