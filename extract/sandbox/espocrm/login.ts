import { createHmac } from 'node:crypto'
import type { VendorRequest } from '../vendor-server.ts'
import { espocrmCredentials } from './credentials.ts'
import { Refusal } from './refusal.ts'

/** Wrong tries from one address within this many milliseconds lock it out (`authFailedAttemptsPeriod`), good keys too. */
const period = 60_000
const allowedFailures = 10

/** Refuses a request without a right key or signature; after too many wrong ones, every request for a while. */
export function createLogin({ now = Date.now } = {}) {
	let failures: number[] = []
	return {
		check(request: VendorRequest): void {
			failures = failures.filter((at) => at > now() - period)
			if (failures.length > allowedFailures) throw new Refusal(403, null, true)
			const key = request.headers['x-api-key']
			const signed = request.headers['x-hmac-authorization']
			if (key === undefined && signed === undefined) throw new Refusal(401, null, true)
			if (key === espocrmCredentials.apiKey || (signed !== undefined && isSigned(String(signed), request))) return
			failures.push(now())
			throw new Refusal(401, null, true)
		},
		/** Wrong keys are forgotten: what `expired-token` does to others, this vendor has not. */
		forget: () => {
			failures = []
		},
	}
}

/** `base64(key:hash)`; the hash is over method and path without query and `api/v1`, in hexadecimal (since 8.4.1) or raw. */
function isSigned(header: string, { method, url }: VendorRequest): boolean {
	const bytes = Buffer.from(header, 'base64')
	const colon = bytes.indexOf(0x3a)
	if (bytes.subarray(0, colon).toString() !== espocrmCredentials.hmacKey) return false
	const text = `${method} /${url.pathname.replace(/^\/api\/v1\//, '')}`
	const hash = createHmac('sha256', espocrmCredentials.secretKey).update(text).digest()
	const given = bytes.subarray(colon + 1)
	return given.toString() === hash.toString('hex') || given.equals(hash)
}
