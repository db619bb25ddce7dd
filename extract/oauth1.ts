import { createHmac, randomBytes } from 'node:crypto'
import type { Auth } from './auth.ts'

/** What a request is signed with (RFC 5849, HMAC-SHA256). `realm` is sent and not signed. */
export type TokenSecrets = {
	consumerKey: string
	consumerSecret: string
	token: string
	tokenSecret: string
	realm?: string
}

/** What makes each signature another one: the machine's clock (epoch ms) and a number used once. */
export type SigningEffects = { machineNow?: () => number; nonce?: () => string }

/**
 * OAuth 1.0a with tokens that a person made (NetSuite calls it token-based authentication). Every attempt is signed anew: the vendor
 * refuses a nonce that it has seen.
 */
export function signedRequests(
	secrets: TokenSecrets,
	{ nonce = () => randomBytes(16).toString('hex') }: SigningEffects = {},
): Auth {
	return async ({ machineNow }) => ({
		headers: (request) => ({ authorization: signedHeader(request, secrets, { machineNow, nonce }) }),
		secret: secrets.tokenSecret,
	})
}

/** The `Authorization` header of one request. */
export function signedHeader(
	request: { method: string; url: URL },
	secrets: TokenSecrets,
	{ machineNow = Date.now, nonce = () => randomBytes(16).toString('hex') }: SigningEffects = {},
): string {
	const parameters: Record<string, string> = {
		oauth_consumer_key: secrets.consumerKey,
		oauth_nonce: nonce(),
		oauth_signature_method: 'HMAC-SHA256',
		oauth_timestamp: String(Math.floor(machineNow() / 1000)),
		oauth_token: secrets.token,
		oauth_version: '1.0',
	}
	const signature = signatureOf(request, parameters, secrets)
	const pairs = Object.entries({ ...parameters, oauth_signature: signature })
	const sent = pairs.map(([name, value]) => `${name}="${encode(value)}"`).join(', ')
	return `OAuth ${secrets.realm === undefined ? '' : `realm="${encode(secrets.realm)}", `}${sent}`
}

/** The signature over the method, the address without its query, and all parameters of query and header (RFC 5849, section 3.4). */
export function signatureOf(
	{ method, url }: { method: string; url: URL },
	parameters: Record<string, string>,
	{ consumerSecret, tokenSecret }: Pick<TokenSecrets, 'consumerSecret' | 'tokenSecret'>,
): string {
	const all = [...url.searchParams, ...Object.entries(parameters)].map(([name, value]) => [encode(name), encode(value)])
	// Sorted by bytes, by name and then by value.
	const sorted = (all as [string, string][]).sort(
		([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue),
	)
	const joined = sorted.map(([name, value]) => `${name}=${value}`).join('&')
	const base = [method.toUpperCase(), `${url.origin}${url.pathname}`, joined].map(encode).join('&')
	return createHmac('sha256', `${encode(consumerSecret)}&${encode(tokenSecret)}`)
		.update(base)
		.digest('base64')
}

function order(left: string, right: string): number {
	return left < right ? -1 : left > right ? 1 : 0
}

/** RFC 3986: more signs are encoded than JavaScript does by itself. */
function encode(text: string): string {
	return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
