import { decodeProtectedHeader, jwtVerify } from 'jose'
import type { CompanyClock } from '../clock.ts'
import type { Tokens } from '../tokens.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { oracleAssertionKey, oracleCredentials } from './credentials.ts'

/** Path of the identity domain's token endpoint. */
export const tokenPath = '/oauth2/v1/token'

const audience = 'https://identity.oraclecloud.com/'
const assertionGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Is this the integration user's name and password, or a token in force? */
export function isLoggedIn({ headers }: VendorRequest, tokens: Tokens): boolean {
	const header = headers.authorization
	return header === basic(oracleCredentials.username, oracleCredentials.password) || tokens.accepts(header)
}

/** The identity domain: client credentials, and assertions of a user that the application signs. The client says who it is in both. */
export function createTokenEndpoint(tokens: Tokens, clock: CompanyClock, { now = Date.now } = {}) {
	return async (request: VendorRequest): Promise<VendorAnswer> => {
		const form = new URLSearchParams(request.body)
		const { clientId, clientSecret, scope } = oracleCredentials
		if (request.headers.authorization !== basic(clientId, clientSecret))
			return refused(401, 'invalid_client', 'Client authentication failed.')
		const grant = form.get('grant_type')
		if (grant !== 'client_credentials' && grant !== assertionGrant)
			return refused(400, 'unsupported_grant_type', 'The grant type is not supported.')
		if (form.get('scope') !== scope) return refused(400, 'invalid_scope', 'The scope is not valid for the client.')
		if (grant === assertionGrant) {
			const problem = await assertionProblem(form.get('assertion') ?? '', [now(), clock.now()])
			if (problem) return refused(400, 'invalid_grant', problem)
		}
		request.traffic.tokensIssued++
		const body = { access_token: tokens.issue(), token_type: 'Bearer', expires_in: tokens.lifetimeSeconds }
		return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
	}
}

async function assertionProblem(assertion: string, moments: number[]): Promise<string | null> {
	let reason = 'The assertion is not valid.'
	for (const moment of moments) {
		try {
			if (decodeProtectedHeader(assertion).kid !== oracleCredentials.keyId) return 'The certificate is not known.'
			const { payload } = await jwtVerify(assertion, oracleAssertionKey().publicKey, {
				algorithms: ['RS256'],
				issuer: oracleCredentials.clientId,
				audience,
				currentDate: new Date(moment),
				requiredClaims: ['sub', 'exp', 'iat'],
				clockTolerance: 5,
			})
			return payload.sub === oracleCredentials.username ? null : 'The user is not known.'
		} catch (error) {
			reason = error instanceof Error ? error.message : String(error)
		}
	}
	return reason
}

function basic(user: string, password: string): string {
	return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function refused(status: number, error: string, description: string): VendorAnswer {
	return {
		status,
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ error, error_description: description }),
	}
}
