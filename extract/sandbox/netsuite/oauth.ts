import { createHash, type KeyObject } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import type { CompanyClock } from '../clock.ts'
import type { Tokens } from '../tokens.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { NetsuiteToken } from './token-auth.ts'

/** The integration that may log in, with the certificates that its assertions may be signed by. */
export type NetsuiteIntegration = {
	clientId: string
	/** The public key of a certificate id (the assertion's `kid`), null if there is none. */
	certificate(id: string): KeyObject | null
	/** The token that signs requests itself. */
	token: NetsuiteToken
}

/** Path of the token endpoint. */
export const tokenPath = '/services/rest/auth/oauth2/v1/token'

/**
 * The token endpoint of OAuth 2.0 client credentials with a signed assertion, used once. Assertions may be dated by the
 * machine's clock or the company's, which both are "now" here.
 * https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_162755359851.html
 */
export function createOauth(
	integration: NetsuiteIntegration,
	tokens: Tokens,
	clock: CompanyClock,
	{ now = Date.now } = {},
) {
	const used = new Set<string>()
	return async (request: VendorRequest): Promise<VendorAnswer> => {
		const form = new URLSearchParams(request.body)
		const type = form.get('client_assertion_type')
		if (form.get('grant_type') !== 'client_credentials')
			return refused('unsupported_grant_type', 'grant_type must be client_credentials')
		if (type !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
			return refused('invalid_request', 'client_assertion_type is missing or unknown')
		const assertion = form.get('client_assertion') ?? ''
		const audience = `http://${request.headers.host}${tokenPath}`
		const problem = await assertionProblem(assertion, integration, audience, [now(), clock.now()])
		if (problem) return refused('invalid_grant', problem)
		const fingerprint = createHash('sha256').update(assertion).digest('hex')
		if (used.has(fingerprint)) return refused('invalid_grant', 'the client assertion was used before')
		used.add(fingerprint)
		request.traffic.tokensIssued++
		const body = { access_token: tokens.issue(), expires_in: String(tokens.lifetimeSeconds), token_type: 'bearer' }
		return { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) }
	}
}

async function assertionProblem(
	assertion: string,
	integration: NetsuiteIntegration,
	audience: string,
	moments: number[],
): Promise<string | null> {
	const key = certificateOf(assertion, integration)
	if (!key) return 'no certificate with the key id of the assertion'
	let reason = ''
	for (const moment of moments) {
		try {
			const { payload } = await jwtVerify(assertion, key, {
				algorithms: ['PS256', 'ES256', 'ES384', 'ES512'],
				issuer: integration.clientId,
				audience,
				currentDate: new Date(moment),
				requiredClaims: ['iat', 'exp'],
				clockTolerance: 5,
			})
			if ((payload.exp ?? 0) - (payload.iat ?? 0) > 3600) return 'the assertion lives longer than an hour'
			if (![payload['scope']].flat().includes('rest_webservices')) return 'the scope rest_webservices is missing'
			if ((payload.iat ?? 0) * 1000 <= moment + 60_000) return null
			reason = 'the assertion was issued in the future'
		} catch (error) {
			reason = error instanceof Error ? error.message : String(error)
		}
	}
	return reason
}

function certificateOf(assertion: string, integration: NetsuiteIntegration): KeyObject | null {
	try {
		return integration.certificate(decodeProtectedHeader(assertion).kid ?? '')
	} catch {
		return null
	}
}

/** NetSuite names the kind of refusal only; why is in its login audit trail. The sandbox says it, under a name of its own. */
function refused(error: string, reason: string): VendorAnswer {
	return {
		status: 400,
		headers: { 'cache-control': 'no-store' },
		body: JSON.stringify({ error, 'sandbox:reason': reason }),
	}
}
