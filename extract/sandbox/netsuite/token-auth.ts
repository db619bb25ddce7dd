import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CompanyClock } from '../clock.ts'
import type { VendorRequest } from '../vendor-server.ts'

/** The integration and the token that a person made for it. `realm` is the account id as NetSuite writes it: upper case, with `_`. */
export type NetsuiteToken = {
	consumerKey: string
	consumerSecret: string
	token: string
	tokenSecret: string
	realm: string
}

/** How far a timestamp may be off, in seconds. */
const tolerance = 300

/**
 * Token-based authentication (OAuth 1.0a, HMAC-SHA256): the signature is made again from what came, byte by byte as RFC 5849 says;
 * a nonce counts once. Answers why a request is refused, null if it is not. Made apart from the client's code on purpose.
 * https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_1534941295.html
 */
export function createTokenCheck(known: NetsuiteToken, clock: CompanyClock, { now = Date.now } = {}) {
	const seen = new Set<string>()
	return (request: VendorRequest): string | null => {
		const given = headerParameters(String(request.headers.authorization ?? ''))
		if (!given) return 'the header is no OAuth 1.0 header'
		const { realm, oauth_signature: signature = '', ...signed } = given
		if (realm !== known.realm) return `the realm must be ${known.realm}`
		if (signed['oauth_signature_method'] !== 'HMAC-SHA256') return 'the signature method must be HMAC-SHA256'
		if (signed['oauth_version'] !== undefined && signed['oauth_version'] !== '1.0') return 'the version must be 1.0'
		if (signed['oauth_consumer_key'] !== known.consumerKey) return 'the consumer key is unknown'
		if (signed['oauth_token'] !== known.token) return 'the token is unknown'
		const at = Number(signed['oauth_timestamp'])
		if (![now(), clock.now()].some((moment) => Math.abs(moment / 1000 - at) <= tolerance))
			return 'the timestamp is more than 5 minutes off'
		const nonce = `${at} ${signed['oauth_nonce']}`
		if (!signed['oauth_nonce'] || seen.has(nonce)) return 'the nonce was used before'
		seen.add(nonce)
		const expected = Buffer.from(expectedSignature(request, signed, known))
		const got = Buffer.from(signature)
		return expected.length === got.length && timingSafeEqual(expected, got) ? null : 'the signature is wrong'
	}
}

function headerParameters(header: string): Record<string, string> | null {
	if (!/^OAuth /i.test(header)) return null
	const pairs = [...header.slice(6).matchAll(/([a-z_]+)="([^"]*)"/gi)]
	return Object.fromEntries(pairs.map(([, name, value]) => [name!, decodeURIComponent(value!)]))
}

function expectedSignature(request: VendorRequest, signed: Record<string, string>, known: NetsuiteToken): string {
	const [path = '', query = ''] = request.target.split('?')
	const parameters = query === '' ? [] : query.split('&').map((pair) => pair.split('=') as [string, string?])
	const lines = [
		...parameters.map(([name, value = '']) => [decoded(name), decoded(value)]),
		...Object.entries(signed),
	].map(([name, value]) => `${percent(name!)}=${percent(value!)}`)
	lines.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
	const base = `${request.method}&${percent(`http://${request.headers.host}${path}`)}&${percent(lines.join('&'))}`
	const key = `${percent(known.consumerSecret)}&${percent(known.tokenSecret)}`
	return createHmac('sha256', key).update(base).digest('base64')
}

function decoded(text: string): string {
	return decodeURIComponent(text.replaceAll('+', ' '))
}

/** Every byte but letters, digits, `-._~` as `%XX` (RFC 5849, section 3.6). */
function percent(text: string): string {
	let result = ''
	for (const byte of Buffer.from(text, 'utf8')) {
		const sign = String.fromCharCode(byte)
		result += /[A-Za-z0-9\-._~]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
	}
	return result
}
