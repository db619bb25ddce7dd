import { createHash, randomBytes } from 'node:crypto'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'

/** An app: `tenants` are the organisations that it reaches. A custom connection has one of its own, and no refresh token. */
export type XeroApp = { clientId: string; clientSecret: string; tenants: string[]; refreshToken: string | null }

/** What a token opens. */
export type Session = { tenants: string[]; isCustom: boolean }

export const tokenPath = '/connect/token'
export const consentPath = '/identity/connect/authorize'

/** Seconds for which the code of a consent is good, once. */
const codeSeconds = 300

type Code = { app: XeroApp; redirectUri: string; challenge: string | null; endsAt: number }

/**
 * `POST /connect/token`. A refresh token is good once; for `graceSeconds` after that it may be used again, for a client that never got
 * the answer (Xero gives 30 minutes; the sandbox none, so that a client which keeps the old one is found out).
 */
export function createXeroOauth(
	apps: XeroApp[],
	{
		lifetimeSeconds,
		graceSeconds = 0,
		now = Date.now,
	}: { lifetimeSeconds: number; graceSeconds?: number; now?: () => number },
) {
	const sessions = new Map<string, { session: Session; endsAt: number }>()
	const refreshTokens = new Map<string, { app: XeroApp; usedAt: number | null }>()
	const codes = new Map<string, Code>()
	for (const app of apps) if (app.refreshToken) refreshTokens.set(app.refreshToken, { app, usedAt: null })

	function logIn(request: VendorRequest): VendorAnswer {
		const form = new URLSearchParams(request.body)
		const app = clientOf(apps, request, form)
		if (!app) return refused('invalid_client')
		const grant = form.get('grant_type')
		if (grant === 'client_credentials')
			return app.refreshToken ? refused('unauthorized_client') : issued(request, app, null)
		if (grant === 'authorization_code') return exchange(request, app, form)
		if (grant !== 'refresh_token') return refused('unsupported_grant_type')
		const found = refreshTokens.get(form.get('refresh_token') ?? '')
		if (found?.app !== app || (found.usedAt !== null && found.usedAt < now() - graceSeconds * 1000))
			return refused('invalid_grant')
		if (found.usedAt !== null && graceSeconds === 0) return refused('invalid_grant')
		found.usedAt ??= now()
		return issued(request, app, newRefreshToken(app))
	}

	/** A code is good once, for the address that it was sent to, and for whoever knows what its challenge was made from. */
	function exchange(request: VendorRequest, app: XeroApp, form: URLSearchParams): VendorAnswer {
		const given = form.get('code') ?? ''
		const code = codes.get(given)
		codes.delete(given)
		const verifier = form.get('code_verifier')
		const challenge = verifier === null ? null : createHash('sha256').update(verifier).digest('base64url')
		const isGood = code?.app === app && code.endsAt > now() && code.redirectUri === form.get('redirect_uri')
		if (!isGood || code.challenge !== challenge) return refused('invalid_grant')
		return issued(request, app, newRefreshToken(app))
	}

	function newRefreshToken(app: XeroApp): string {
		const refreshToken = randomBytes(24).toString('base64url')
		refreshTokens.set(refreshToken, { app, usedAt: null })
		return refreshToken
	}

	/** `GET /identity/connect/authorize`: the page on which a person permits the app, or does not. Wrong questions get an error page. */
	function consentPage({ url }: VendorRequest): VendorAnswer {
		const asked = consentQuestion(url.searchParams, apps)
		if (typeof asked === 'string')
			return { status: 400, headers: html, body: `<html><body>Error: ${asked}</body></html>` }
		const code = randomBytes(24).toString('base64url')
		codes.set(code, { ...asked, endsAt: now() + codeSeconds * 1000 })
		const back = (parameters: Record<string, string>) =>
			`${asked.redirectUri}?${new URLSearchParams({ ...parameters, state: url.searchParams.get('state') ?? '' })}`
		const links = [
			`<a id="allow" href="${escaped(back({ code, scope: url.searchParams.get('scope') ?? '' }))}">Allow access</a>`,
			`<a id="cancel" href="${escaped(back({ error: 'access_denied' }))}">Cancel</a>`,
		]
		return {
			status: 200,
			headers: html,
			body: `<html><body>tieout wants access to ${asked.app.tenants.length} organisations. ${links.join(' ')}</body></html>`,
		}
	}

	function issued(request: VendorRequest, app: XeroApp, refreshToken: string | null): VendorAnswer {
		request.traffic.tokensIssued++
		const token = randomBytes(24).toString('base64url')
		const session = { tenants: app.tenants, isCustom: app.refreshToken === null }
		sessions.set(token, { session, endsAt: now() + lifetimeSeconds * 1000 })
		const body = {
			access_token: token,
			expires_in: lifetimeSeconds,
			token_type: 'Bearer',
			...(refreshToken && { refresh_token: refreshToken }),
			scope:
				'accounting.invoices.read accounting.payments.read accounting.contacts.read accounting.settings.read offline_access',
		}
		return { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) }
	}

	return {
		logIn,
		consentPage,
		/** The session of an `Authorization` header; null when there is none in force. */
		sessionOf(header: string | undefined): Session | null {
			const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
			const found = token === undefined ? undefined : sessions.get(token)
			return found && found.endsAt > now() ? found.session : null
		},
		expireAll: () => sessions.clear(),
	}
}

const html = { 'content-type': 'text/html; charset=utf-8' }

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** What a consent is asked for; or why not, in the words of Xero's error page. Plain http is for localhost alone. */
function consentQuestion(given: URLSearchParams, apps: XeroApp[]): Omit<Code, 'endsAt'> | string {
	const app = apps.find(({ clientId }) => clientId === given.get('client_id'))
	if (!app?.refreshToken) return 'unauthorized_client: Unknown client or client not enabled'
	const redirectUri = given.get('redirect_uri') ?? ''
	const back = URL.parse(redirectUri)
	if (!back || (back.protocol !== 'https:' && back.hostname !== 'localhost'))
		return 'invalid_request: Invalid redirect_uri'
	if (given.get('response_type') !== 'code') return 'unsupported_response_type'
	const scopes = (given.get('scope') ?? '').split(' ')
	const strange = scopes.find(
		(scope) => scope !== 'offline_access' && !/^accounting\.([a-z]+|reports\.[a-z]+)\.read$/.test(scope),
	)
	if (strange !== undefined || !scopes.includes('offline_access')) return 'invalid_scope'
	const challenge = given.get('code_challenge')
	if (challenge !== null && given.get('code_challenge_method') !== 'S256')
		return 'invalid_request: code challenge method'
	return { app, redirectUri, challenge }
}

/** An app with a secret must send both in the header, form-encoded there. */
function clientOf(apps: XeroApp[], { headers }: VendorRequest, form: URLSearchParams): XeroApp | null {
	const basic = /^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1]
	const [id = '', secret = ''] = basic
		? Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent)
		: [form.get('client_id') ?? '', form.get('client_secret') ?? '']
	return apps.find((app) => app.clientId === id && app.clientSecret === secret) ?? null
}

function refused(error: string): VendorAnswer {
	return { status: 400, headers: { 'cache-control': 'no-store' }, body: JSON.stringify({ error }) }
}
