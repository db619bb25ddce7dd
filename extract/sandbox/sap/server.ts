import { commonFaults, type FaultKind, type Faults } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import { createTokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { sapCredentials } from './credentials.ts'
import { listAnswer } from './list.ts'
import { metadataText } from './metadata.ts'
import { loginPage, refusalAnswer, SapRefusal } from './refusal.ts'
import { ratesService, type SapSet, sapSets } from './sets.ts'
import { trialBalanceAnswer, trialBalanceService } from './trial-balance.ts'

/** `hasNoEntryView`: journal entries of revenue recognition are in the universal journal alone. */
export type SapServerOptions = {
	tokenLifetimeSeconds: number
	serviceMilliseconds: number
	hasNoEntryView: boolean
	/** The company has one currency, and published no view of rates. */
	hasNoRates: boolean
}

const tokenPath = '/sap/bc/sec/oauth2/token'
const rootV2 = '/sap/opu/odata/sap/'
const rootV4 = '/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/salesorder/0001'

/** SAP S/4HANA's gateway: OData V2 and V4 over the store, and the token endpoint. */
export function createSap(parts: SandboxParts, options: SapServerOptions): Vendor {
	const tokens = createTokens(options.tokenLifetimeSeconds)
	return {
		system: 'sap',
		faultKinds: [...commonFaults, 'unexpected-error', 'expired-token'],
		serviceMilliseconds: options.serviceMilliseconds,
		route: (_, path) => path.replace(/\(.*\)/, '({key})'),
		answer: (request) => {
			const version = request.url.pathname.startsWith('/sap/opu/odata4') ? 'V4' : 'V2'
			try {
				if (request.url.pathname === tokenPath && request.method === 'POST') return logIn(request, tokens)
				const client = request.url.searchParams.get('sap-client')
				if (!isKnown(request.headers.authorization, tokens) || (client !== null && client !== sapCredentials.client))
					return loginPage()
				return resource(request, parts, version, options)
			} catch (error) {
				if (error instanceof SapRefusal) return refusalAnswer(error, version)
				throw error
			}
		},
		broken: (message) =>
			refusalAnswer(new SapRefusal(500, 'RAISE_SHORTDUMP', `An exception was raised: ${message}`), 'V2'),
		faultAnswer: (kind) => faultAnswer(kind, parts.faults),
		expireTokens: tokens.expireAll,
	}
}

function logIn({ body, headers }: VendorRequest, tokens: ReturnType<typeof createTokens>): VendorAnswer {
	const { clientId, clientSecret } = sapCredentials
	const isKnownClient = headers.authorization === `Basic ${base64(`${clientId}:${clientSecret}`)}`
	if (!isKnownClient) return json({ error: 'invalid_client', error_description: 'Client authentication failed' }, 401)
	if (new URLSearchParams(body).get('grant_type') !== 'client_credentials')
		return json({ error: 'unsupported_grant_type' }, 400)
	return json({ access_token: tokens.issue(), token_type: 'Bearer', expires_in: String(tokens.lifetimeSeconds) }, 200)
}

function isKnown(header: string | undefined, tokens: ReturnType<typeof createTokens>): boolean {
	const { user, password } = sapCredentials
	return header === `Basic ${base64(`${user}:${password}`)}` || tokens.accepts(header)
}

function resource(
	request: VendorRequest,
	parts: SandboxParts,
	version: SapSet['version'],
	{ hasNoEntryView, hasNoRates }: SapServerOptions,
): VendorAnswer {
	const { method, url } = request
	const path = decodeURIComponent(url.pathname)
	const [service = '', name = '', last = ''] =
		version === 'V4' ? ['', ...path.slice(rootV4.length + 1).split('/')] : path.slice(rootV2.length).split('/')
	const isKnownRoot = version === 'V4' ? path.startsWith(rootV4) : path.startsWith(rootV2)
	if (service === trialBalanceService && method === 'GET')
		return trialBalanceAnswer(parts, name, last, url.searchParams)
	const isPublished = !(hasNoRates && service === ratesService)
	const sets = sapSets.filter((set) => isPublished && set.version === version && set.service === service)
	if (method !== 'GET' && method !== 'HEAD') {
		request.traffic.writes.push(`${method} ${url.pathname}`)
		throw new SapRefusal(403, '/IWFND/CM_CONSUMER/101', 'CSRF token validation failed')
	}
	if (!isKnownRoot || sets.length === 0)
		throw new SapRefusal(403, '/IWFND/MED/170', `No service found for namespace '', name '${service}', version '0001'`)
	const hiddenOf = (set: SapSet) =>
		new Set(
			[...Object.keys(set.properties)].filter(
				(property) => parts.visibility.fieldNow('sap', set.name, property) === 'hidden',
			),
		)
	if (name === '$metadata')
		return {
			status: 200,
			headers: { 'content-type': 'application/xml', 'odata-version': version === 'V4' ? '4.0' : '2.0' },
			body: metadataText(sets, hiddenOf),
		}
	const set = sets.find((one) => one.name === name)
	if (!set) throw new SapRefusal(404, '005056A509B11EE1B9A8FEC11C21578E', `Resource not found for segment '${name}'`)
	if (!parts.visibility.seesObject('sap', set.name))
		throw new SapRefusal(403, '/IWFND/CM_CONSUMER/101', `No authorization to access service '${service}'`)
	return listAnswer({
		parts,
		set,
		request,
		isCount: last === '$count',
		hasNoEntryView,
		hidden: hiddenOf(set),
		root: version === 'V4' ? rootV4 : `${rootV2}${service}`,
	})
}

function faultAnswer(kind: FaultKind, faults: Faults): VendorAnswer {
	const html = { 'content-type': 'text/html; charset=utf-8' }
	if (kind === 'unavailable')
		return { status: 503, headers: html, body: '<html><body>Service cannot be reached</body></html>' }
	if (kind === 'html')
		return { status: 200, headers: html, body: '<html><body>The system is being maintained.</body></html>' }
	if (kind === 'unexpected-error')
		return refusalAnswer(
			new SapRefusal(500, '/IWFND/CM_BEC/026', 'RFC Error: the connection to the backend was closed'),
			'V2',
		)
	const seconds = kind === 'too-many-requests' ? { 'retry-after': String(faults.retryAfterSeconds()) } : undefined
	return { status: 429, headers: { ...html, ...seconds }, body: 'Too many requests' }
}

function json(value: unknown, status: number): VendorAnswer {
	return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64')
}
