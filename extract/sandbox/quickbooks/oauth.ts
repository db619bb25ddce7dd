import { randomBytes } from 'node:crypto'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { EntityCode } from '../world/company/entities.ts'
import { realmOf } from '../world/records/quickbooks/identifiers.ts'
import { knownRefreshToken, quickbooksApp, refreshTokenOf } from './credentials.ts'

export const tokenPath = '/oauth2/v1/tokens/bearer'
export const consentPath = '/connect/oauth2'

const day = 86_400_000

/**
 * `GET /connect/oauth2`, where a person chooses a company, and `POST /oauth2/v1/tokens/bearer`. The value of the refresh token changes a day after it was first used (`rotates`: at every use); an
 * older one is refused for good. What a sandbox that was ended has given out, the next one takes.
 */
export function createQuickbooksOauth({
	entities,
	lifetimeSeconds,
	rotates = false,
	now = Date.now,
}: {
	/** The companies that a person can choose. */
	entities: readonly EntityCode[]
	lifetimeSeconds: number
	rotates?: boolean
	now?: () => number
}) {
	const sessions = new Map<string, { realm: string; endsAt: number }>()
	const newest = new Map<string, { number: number; since: number }>()
	/** Good once, for one address to come back to. */
	const codes = new Map<string, { realm: string; redirectUri: string }>()

	/** The page on which a person chooses the company that the app may see. */
	function consentPage({ url: { searchParams: given } }: VendorRequest): VendorAnswer {
		const redirectUri = given.get('redirect_uri') ?? ''
		if (given.get('client_id') !== quickbooksApp.clientId || !URL.canParse(redirectUri))
			return page(400, 'Sorry, but undefined didn’t connect')
		if (given.get('scope') !== 'com.intuit.quickbooks.accounting') return page(400, 'invalid_scope')
		const links = entities.map((entity) => {
			const code = randomBytes(24).toString('base64url')
			codes.set(code, { realm: realmOf(entity), redirectUri })
			const back = new URLSearchParams({ code, state: given.get('state') ?? '', realmId: realmOf(entity) })
			return `<a id="${entity}" href="${`${redirectUri}?${back}`.replaceAll('&', '&amp;')}">Halvorsen ${entity}</a>`
		})
		return page(200, links.join(' '))
	}

	/** What a consent's code is exchanged for: the company's next refresh token. */
	function exchanged(request: VendorRequest, form: URLSearchParams): VendorAnswer {
		const code = codes.get(form.get('code') ?? '')
		codes.delete(form.get('code') ?? '')
		if (!code || code.redirectUri !== form.get('redirect_uri')) return refused(400, 'invalid_grant')
		const number = (newest.get(code.realm)?.number ?? 0) + 1
		newest.set(code.realm, { number, since: now() })
		return issued(request, code.realm, number)
	}

	function logIn(request: VendorRequest): VendorAnswer {
		if (!isApp(request)) return refused(401, 'invalid_client')
		const form = new URLSearchParams(request.body)
		if (form.get('grant_type') === 'authorization_code') return exchanged(request, form)
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
		return issued(request, known.realm, next.number)
	}

	function issued(request: VendorRequest, realm: string, number: number): VendorAnswer {
		request.traffic.tokensIssued++
		const token = randomBytes(24).toString('base64url')
		sessions.set(token, { realm, endsAt: now() + lifetimeSeconds * 1000 })
		const body = {
			access_token: token,
			refresh_token: refreshTokenOf(realm, number),
			token_type: 'bearer',
			expires_in: lifetimeSeconds,
			x_refresh_token_expires_in: 8_640_000,
			x_refresh_token_hard_expires_in: 157_680_000,
		}
		return { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) }
	}

	return {
		logIn,
		consentPage,
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

function page(status: number, text: string): VendorAnswer {
	return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: `<html><body>${text}</body></html>` }
}

function refused(status: number, error: string, description?: string): VendorAnswer {
	const body = { error, ...(description && { error_description: description }) }
	return { status, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) }
}
