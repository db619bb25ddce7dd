import { randomBytes } from 'node:crypto'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { knownRefreshToken, quickbooksApp, refreshTokenOf } from './credentials.ts'

export const tokenPath = '/oauth2/v1/tokens/bearer'

const day = 86_400_000

/**
 * `POST /oauth2/v1/tokens/bearer`. The value of the refresh token changes a day after it was first used (`rotates`: at every use); an
 * older one is refused for good. What a sandbox that was ended has given out, the next one takes.
 */
export function createQuickbooksOauth({
	lifetimeSeconds,
	rotates = false,
	now = Date.now,
}: {
	lifetimeSeconds: number
	rotates?: boolean
	now?: () => number
}) {
	const sessions = new Map<string, { realm: string; endsAt: number }>()
	const newest = new Map<string, { number: number; since: number }>()

	function logIn(request: VendorRequest): VendorAnswer {
		if (!isApp(request)) return refused(401, 'invalid_client')
		const form = new URLSearchParams(request.body)
		if (form.get('grant_type') !== 'refresh_token') return refused(400, 'unsupported_grant_type')
		const known = knownRefreshToken(form.get('refresh_token') ?? '')
		const held = known && (newest.get(known.realm) ?? { number: known.number, since: now() })
		if (!known || !held || known.number < held.number)
			return refused(400, 'invalid_grant', 'Incorrect or invalid refresh token')
		const isNewer = known.number > held.number
		const current = isNewer ? { number: known.number, since: now() } : held
		const isOver = rotates || current.since + day <= now()
		const next = isOver ? { number: current.number + 1, since: now() } : current
		newest.set(known.realm, next)
		request.traffic.tokensIssued++
		const token = randomBytes(24).toString('base64url')
		sessions.set(token, { realm: known.realm, endsAt: now() + lifetimeSeconds * 1000 })
		const body = {
			access_token: token,
			refresh_token: refreshTokenOf(known.realm, next.number),
			token_type: 'bearer',
			expires_in: lifetimeSeconds,
			x_refresh_token_expires_in: 8_640_000,
			x_refresh_token_hard_expires_in: 157_680_000,
		}
		return { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) }
	}

	return {
		logIn,
		/** The company that an `Authorization` header opens; null when there is none in force. */
		realmOf(header: string | undefined): string | null {
			const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
			const found = token === undefined ? undefined : sessions.get(token)
			return found && found.endsAt > now() ? found.realm : null
		},
		expireAll: () => sessions.clear(),
	}
}

/** The app sends both in the header, form-encoded there. */
function isApp({ headers }: VendorRequest): boolean {
	const basic = /^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
	const [id, secret] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent)
	return id === quickbooksApp.clientId && secret === quickbooksApp.clientSecret
}

function refused(status: number, error: string, description?: string): VendorAnswer {
	const body = { error, ...(description && { error_description: description }) }
	return { status, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) }
}
