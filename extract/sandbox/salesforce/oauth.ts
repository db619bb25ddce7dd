import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { jwtVerify } from 'jose'
import type { CompanyClock } from '../clock.ts'
import type { Tokens } from '../tokens.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { organisation } from '../world/company/identifiers.ts'
import { integrationUser } from '../world/company/people.ts'

/** The one app that may log in, and its integration user. */
export type SalesforceApp = {
	clientId: string
	clientSecret: string
	username: string
	/** The first refresh token of the app. */
	refreshToken: string
	/** The public half of the key that signs JWT bearer assertions; asked for when one arrives. */
	publicKey(): KeyObject
	/** Does a refresh hand out a new refresh token and end the old one? */
	rotatesRefreshTokens: boolean
}

/** `POST /services/oauth2/token`. Assertions may be dated by the machine's clock or the company's, which both are "now" here. */
export function createOauth(app: SalesforceApp, tokens: Tokens, clock: CompanyClock, { now = Date.now } = {}) {
	const refresh = { current: app.refreshToken }
	return async (request: VendorRequest): Promise<VendorAnswer> => {
		const form = new URLSearchParams(request.body)
		const grant = form.get('grant_type') ?? ''
		const base = `http://${request.headers.host}`
		const extra: Record<string, string> = {}
		const problem = await grantProblem()
		if (problem) return refused(...problem)
		request.traffic.tokensIssued++
		return {
			status: 200,
			headers: { 'cache-control': 'no-store' },
			body: JSON.stringify({ ...session(tokens, base, now()), ...extra }),
		}

		async function grantProblem(): Promise<[string, string] | null> {
			if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer')
				return assertionProblem(app, form.get('assertion') ?? '', base, [now(), clock.now()])
			if (grant !== 'client_credentials' && grant !== 'refresh_token')
				return ['unsupported_grant_type', 'grant type not supported']
			const client = clientOf(form, request.headers.authorization)
			if (client.id !== app.clientId) return ['invalid_client_id', 'client identifier invalid']
			if (client.secret !== app.clientSecret) return ['invalid_client', 'invalid client credentials']
			if (grant === 'client_credentials') return null
			if (form.get('refresh_token') !== refresh.current) return ['invalid_grant', 'expired access/refresh token']
			if (app.rotatesRefreshTokens) extra['refresh_token'] = refresh.current = randomBytes(24).toString('base64url')
			return null
		}
	}
}

function session(tokens: Tokens, base: string, now: number) {
	const id = `${base}/id/${organisation}/${integrationUser}`
	const issued = String(now)
	const signature = createHash('sha256').update(`${id}${issued}`).digest('base64')
	// No `expires_in`: Salesforce leaves it out, and a client has to go by the 401.
	return {
		access_token: `${organisation}!${tokens.issue()}`,
		signature,
		scope: 'api',
		instance_url: base,
		id,
		token_type: 'Bearer',
		issued_at: issued,
	}
}

/** RS256 only, `exp` within three minutes: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm */
async function assertionProblem(
	app: SalesforceApp,
	assertion: string,
	base: string,
	moments: number[],
): Promise<[string, string] | null> {
	const audience = [
		'https://login.salesforce.com',
		'https://test.salesforce.com',
		base,
		`${base}/services/oauth2/token`,
	]
	let reason = 'invalid assertion'
	for (const moment of moments) {
		try {
			const currentDate = new Date(moment)
			const { payload } = await jwtVerify(assertion, app.publicKey(), {
				algorithms: ['RS256'],
				issuer: app.clientId,
				audience,
				currentDate,
				requiredClaims: ['exp', 'sub'],
			})
			if (payload.sub !== app.username) return ['invalid_grant', "user hasn't approved this consumer"]
			if ((payload.exp ?? 0) * 1000 - moment <= 180_000) return null
			reason = 'expiration is too far in the future'
		} catch (error) {
			reason = error instanceof Error ? error.message : String(error)
		}
	}
	return ['invalid_grant', `invalid assertion: ${reason}`]
}

function clientOf(
	form: URLSearchParams,
	authorization: string | undefined,
): { id: string | null; secret: string | null } {
	const basic = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1]
	if (!basic) return { id: form.get('client_id'), secret: form.get('client_secret') }
	const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':')
	return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) }
}

function refused(error: string, description: string): VendorAnswer {
	return {
		status: 400,
		headers: { 'cache-control': 'no-store' },
		body: JSON.stringify({ error, error_description: description }),
	}
}
