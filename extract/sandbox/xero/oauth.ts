import { randomBytes } from 'node:crypto'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'

/** An app: `tenants` are the organisations that it reaches. A custom connection has one of its own, and no refresh token. */
export type XeroApp = { clientId: string; clientSecret: string; tenants: string[]; refreshToken: string | null }

/** What a token opens. */
export type Session = { tenants: string[]; isCustom: boolean }

export const tokenPath = '/connect/token'

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
	for (const app of apps) if (app.refreshToken) refreshTokens.set(app.refreshToken, { app, usedAt: null })

	function logIn(request: VendorRequest): VendorAnswer {
		const form = new URLSearchParams(request.body)
		const app = clientOf(apps, request, form)
		if (!app) return refused('invalid_client')
		const grant = form.get('grant_type')
		if (grant === 'client_credentials')
			return app.refreshToken ? refused('unauthorized_client') : issued(request, app, null)
		if (grant !== 'refresh_token') return refused('unsupported_grant_type')
		const found = refreshTokens.get(form.get('refresh_token') ?? '')
		if (found?.app !== app || (found.usedAt !== null && found.usedAt < now() - graceSeconds * 1000))
			return refused('invalid_grant')
		if (found.usedAt !== null && graceSeconds === 0) return refused('invalid_grant')
		found.usedAt ??= now()
		const refreshToken = randomBytes(24).toString('base64url')
		refreshTokens.set(refreshToken, { app, usedAt: null })
		return issued(request, app, refreshToken)
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
		/** The session of an `Authorization` header; null when there is none in force. */
		sessionOf(header: string | undefined): Session | null {
			const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
			const found = token === undefined ? undefined : sessions.get(token)
			return found && found.endsAt > now() ? found.session : null
		},
		expireAll: () => sessions.clear(),
	}
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
