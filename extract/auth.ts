import { randomUUID } from 'node:crypto'
import { importPKCS8, SignJWT } from 'jose'
import { TieoutError } from '../models/error.ts'
import type { Tokens } from './state.ts'

/** A credential in force: headers to send (for signing schemes, made anew for each request), and where to send requests to. */
export type Grant = {
	headers(request: { method: string; url: URL }): Record<string, string>
	/** The address that the vendor named for this account, if it did. */
	origin?: string | undefined
	secret?: string | undefined
	/** When it ends by the machine's clock (epoch ms), where the vendor said how long it lives: it is renewed shortly before. */
	expiresAt?: number
	/** It was kept from before and may have ended since: that the vendor refuses it says nothing about the credentials. */
	isKept?: boolean
}

/**
 * What a strategy may use: a form post to the token endpoint (guarded, answers JSON), durable tokens, the machine's clock (epoch ms).
 * `refused`: the secret of the grant that the vendor refused last, if it did.
 */
export type AuthContext = {
	post(
		url: string,
		form: Record<string, string>,
		headers?: Record<string, string>,
	): Promise<{ status: number; json: Record<string, unknown> }>
	refused: string | null
	tokens(): Promise<Tokens | null>
	/** Resolves when the tokens are on the disk. */
	saveTokens(tokens: Tokens): Promise<void>
	machineNow(): number
}

/** A way to get a credential. Called at the start, and again after the vendor refused one; never twice at once. */
export type Auth = (context: AuthContext) => Promise<Grant>

/** Headers that never change: API keys, `token key:secret`, basic. */
export function staticHeaders(headers: Record<string, string>): Auth {
	return async () => ({ headers: () => headers })
}

/** A user name and a password, or a key and its secret, in the basic scheme (RFC 7617, UTF-8). */
export function basicAuth(user: string, password: string): Auth {
	const token = Buffer.from(`${user}:${password}`, 'utf8').toString('base64')
	return async () => ({ headers: () => ({ authorization: `Basic ${token}` }), secret: token })
}

/** Who asks a token endpoint. `isBasic`: the vendor wants the id and the secret in a header, not in the form (RFC 6749, section 2.3.1). */
export type ClientOptions = { tokenUrl: string; clientId: string; clientSecret?: string; isBasic?: boolean }

/** OAuth 2.0 client credentials with a secret. */
export function clientCredentials(options: ClientOptions & { clientSecret: string; scope?: string }): Auth {
	return async ({ post }) => {
		const form = { grant_type: 'client_credentials', ...(options.scope && { scope: options.scope }) }
		return bearer(await postAsClient(post, options, form), options.tokenUrl)
	}
}

/** What a signed assertion says. `key` is a PKCS#8 PEM; `lifetime` in seconds. */
export type AssertionOptions = {
	tokenUrl: string
	key: string
	algorithm: 'RS256' | 'PS256' | 'ES256'
	keyId?: string
	issuer: string
	subject?: string
	audience: string
	lifetime: number
	claims?: Record<string, unknown>
}

/**
 * JWT bearer (RFC 7523, section 2.1): the assertion is the grant. No refresh token: a new one is signed each time. `client`: who hands it
 * in, where that is told apart from it.
 */
export function jwtBearer(
	options: AssertionOptions & { scope?: string; client?: Omit<ClientOptions, 'tokenUrl'> },
): Auth {
	const { tokenUrl, scope, client } = options
	return async ({ post, machineNow }) => {
		const assertion = await signedAssertion(options, machineNow())
		const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
		const form = { ...grant, ...(scope && { scope }) }
		return bearer(await (client ? postAsClient(post, { tokenUrl, ...client }, form) : post(tokenUrl, form)), tokenUrl)
	}
}

/** Client credentials with a signed assertion in place of a secret (RFC 7523, section 2.2). */
export function privateKeyJwt(options: AssertionOptions): Auth {
	return async ({ post, machineNow }) => {
		const form = {
			grant_type: 'client_credentials',
			client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
			client_assertion: await signedAssertion(options, machineNow()),
		}
		return bearer(await post(options.tokenUrl, form), options.tokenUrl)
	}
}

/** What stands in place of a refresh token in the configuration when `tieout connect` gets it. */
export const byConsent = 'consent'

/**
 * A refresh token. Where it rotates, the new one is on the disk before the access token that came with it is used: a lost rotation
 * ends the connection. `initial` counts until the first rotation, and again when a person entered another one; `consent` is none: what
 * a person's consent gave is taken. An access token that says how long it lives is kept, so that runs shortly after each other, and
 * connections that share a login, don't rotate for each. Throws `auth.no_consent`.
 */
export function refreshToken(options: ClientOptions & { initial: string }): Auth {
	return async ({ post, tokens, saveTokens, machineNow, refused }) => {
		const stored = await tokens()
		const origin = fingerprint(options.initial)
		const kept = stored?.origin === origin ? stored : null
		if (kept?.accessToken && kept.accessToken !== refused && (kept.expiresAt ?? 0) > machineNow() + 120_000)
			return { ...grantOf(kept.accessToken), isKept: true, expiresAt: kept.expiresAt! }
		const current = kept?.refreshToken ?? (options.initial === byConsent ? missingConsent() : options.initial)
		const form = { grant_type: 'refresh_token', refresh_token: current }
		const answer = await postAsClient(post, options, form)
		const { refresh_token: rotated, access_token: access, expires_in: lifetime } = answer.json
		const isRotated = typeof rotated === 'string' && rotated !== current
		const expiresAt = machineNow() + Number(lifetime ?? Number.NaN) * 1000
		const isKept = typeof access === 'string' && isRotated && Number.isFinite(expiresAt)
		const newest = isRotated ? rotated : kept?.refreshToken
		if (answer.status < 300)
			await saveTokens({
				...(newest && { refreshToken: newest }),
				...{ origin, ...endsOf(answer.json, machineNow()) },
				...(isKept && { accessToken: access, expiresAt }),
			})
		// One that lives for a minute or two is used until it is refused.
		return { ...bearer(answer, options.tokenUrl), ...(Number(lifetime) > 180 && { expiresAt }) }
	}
}

/**
 * Exchanges the code that a person's consent gave (RFC 6749, section 4.1.3; `verifier`: RFC 7636) and keeps the tokens where
 * `refreshToken` finds them, before anybody uses them. Throws `auth.rejected`, and `auth.no_refresh_token` when none came.
 */
export async function exchangeCode(
	options: ClientOptions,
	{ code, verifier, redirectUri }: { code: string; verifier: string | null; redirectUri: string },
	{ post, saveTokens, machineNow }: Pick<AuthContext, 'post' | 'saveTokens' | 'machineNow'>,
): Promise<void> {
	const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
	const answer = await postAsClient(post, options, { ...form, ...(verifier && { code_verifier: verifier }) })
	bearer(answer, options.tokenUrl)
	const { refresh_token: refresh, access_token: accessToken, expires_in: lifetime } = answer.json
	if (typeof refresh !== 'string' || refresh === '')
		throw new TieoutError(
			'vendor',
			'auth.no_refresh_token',
			'the consent was given, but no refresh token came with it',
			{
				where: options.tokenUrl,
				next: 'permit the app to have refresh tokens (offline access) at the vendor, then connect again',
			},
		)
	const expiresAt = machineNow() + Number(lifetime ?? Number.NaN) * 1000
	await saveTokens({
		...{ refreshToken: refresh, origin: fingerprint(byConsent), ...endsOf(answer.json, machineNow()) },
		...(Number.isFinite(expiresAt) && { accessToken: accessToken as string, expiresAt }),
	})
}

/** What a token endpoint may say of a refresh token's own life, in seconds: there is no standard name for it. */
const endMembers = {
	idleEndsAt: ['x_refresh_token_expires_in', 'refresh_token_expires_in', 'refresh_expires_in'],
	hardEndsAt: ['x_refresh_token_hard_expires_in'],
}

/** When the refresh token was last used and, where the vendor says it, when it ends if it is not used again, and in any case. */
function endsOf(json: Record<string, unknown>, now: number): Pick<Tokens, 'usedAt' | 'idleEndsAt' | 'hardEndsAt'> {
	const ends = Object.entries(endMembers).flatMap(([name, members]) => {
		const seconds = Number(members.map((member) => json[member]).find((value) => value !== undefined) ?? 0)
		return seconds > 0 ? [[name, now + seconds * 1000]] : []
	})
	return { usedAt: now, ...Object.fromEntries(ends) }
}

function missingConsent(): never {
	throw new TieoutError('configuration', 'auth.no_consent', 'nobody has consented to this connection yet', {
		next: 'tieout connect NAME with the name of the connection, and open the address that it prints',
	})
}

async function postAsClient(post: AuthContext['post'], options: ClientOptions, form: Record<string, string>) {
	const { tokenUrl, clientId, clientSecret, isBasic } = options
	if (!isBasic)
		return await post(tokenUrl, { ...form, client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) })
	const pair = [clientId, clientSecret ?? ''].map(encodeURIComponent).join(':')
	return await post(tokenUrl, form, { authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
}

/** Tells one configured token from another without keeping it. */
function fingerprint(token: string): string {
	let hash = 5381n
	for (const byte of Buffer.from(token)) hash = (hash * 33n + BigInt(byte)) % (1n << 61n)
	return hash.toString(36)
}

async function signedAssertion(options: AssertionOptions, now: number): Promise<string> {
	const issuedAt = Math.floor(now / 1000)
	const key = await importPKCS8(options.key, options.algorithm).catch((cause) => {
		throw new TieoutError('configuration', 'auth.bad_key', `the private key can't be read: ${cause.message}`, {
			allowed: ['a PEM that begins with -----BEGIN PRIVATE KEY----- (PKCS#8)'],
			next: 'convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pkcs8.pem',
			cause,
		})
	})
	const header = { alg: options.algorithm, typ: 'JWT', ...(options.keyId && { kid: options.keyId }) }
	const token = new SignJWT({ ...options.claims })
		.setProtectedHeader(header)
		.setIssuer(options.issuer)
		.setAudience(options.audience)
		.setIssuedAt(issuedAt)
		.setExpirationTime(issuedAt + options.lifetime)
		.setJti(randomUUID())
	if (options.subject) token.setSubject(options.subject)
	return await token.sign(key)
}

/** The grant of a token endpoint's answer. Throws `auth.rejected` with the vendor's own words, never with what was sent. */
function bearer({ status, json }: { status: number; json: Record<string, unknown> }, tokenUrl: string): Grant {
	const token = json['access_token']
	if (status >= 300 || typeof token !== 'string') {
		const said = [json['error'], json['error_description']].filter((part) => typeof part === 'string').join(': ')
		throw new TieoutError('vendor', 'auth.rejected', `the credentials were refused (${status}${said && `, ${said}`})`, {
			where: tokenUrl,
			next: 'check the client id, the secret or key and the permissions of the connection; then run `tieout doctor`',
		})
	}
	const origin = typeof json['instance_url'] === 'string' ? json['instance_url'] : undefined
	return { ...grantOf(token), origin }
}

function grantOf(token: string): Grant {
	return { headers: () => ({ authorization: `Bearer ${token}` }), secret: token }
}
