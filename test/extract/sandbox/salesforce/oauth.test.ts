import { importPKCS8, SignJWT } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { salesforceCredentials } from '../../../../extract/sandbox/salesforce/credentials.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { ask, salesforceToken } from '../clients.ts'

let sandboxes: Sandboxes
afterEach(() => sandboxes.close())

async function start(options: Parameters<typeof startSandboxes>[0] = {}) {
	sandboxes = await startSandboxes({ versions: [], ...options })
	return { url: sandboxes.url('salesforce'), ...salesforceCredentials }
}

function limits(url: string, token: string) {
	return ask(`${url}/services/data/v66.0/limits`, { headers: { authorization: `Bearer ${token}` } })
}

async function assertion(
	claims: { iss: string; sub: string; aud: string },
	{ lifetime = 120, issuedAt = Date.now() / 1000, key = '' } = {},
) {
	const { privateKey } = salesforceCredentials
	return new SignJWT({})
		.setProtectedHeader({ alg: 'RS256' })
		.setIssuer(claims.iss)
		.setSubject(claims.sub)
		.setAudience(claims.aud)
		.setExpirationTime(Math.floor(issuedAt + lifetime))
		.sign(await importPKCS8(key || privateKey(), 'RS256'))
}

const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

test('client credentials give a session and the address to send to', async () => {
	const { url, clientId, clientSecret } = await start()
	const { json } = await salesforceToken(url, {
		grant_type: 'client_credentials',
		client_id: clientId,
		client_secret: clientSecret,
	})
	expect(json).toMatchObject({ instance_url: url, token_type: 'Bearer', scope: 'api' })
	expect(json).not.toHaveProperty('expires_in')
	expect((await limits(url, json.access_token)).status).toBe(200)
})

test.each([
	[{ client_id: 'nobody' }, 'invalid_client_id'],
	[{ client_secret: 'wrong' }, 'invalid_client'],
	[{ grant_type: 'password' }, 'unsupported_grant_type'],
])('a token is refused for %j', async (wrong, error) => {
	const { url, clientId, clientSecret } = await start()
	const answer = await salesforceToken(url, {
		grant_type: 'client_credentials',
		client_id: clientId,
		client_secret: clientSecret,
		...wrong,
	})
	expect([answer.status, answer.json.error]).toEqual([400, error])
	expect(sandboxes.requests().salesforce.tokensIssued).toBe(0)
})

test('a signed assertion gives a session, dated by the machine or by the company', async () => {
	const { url, clientId, username } = await start()
	const claims = { iss: clientId, sub: username, aud: 'https://login.salesforce.com' }
	for (const issuedAt of [Date.now() / 1000, sandboxes.now() / 1000]) {
		const { json } = await salesforceToken(url, {
			grant_type: bearer,
			assertion: await assertion(claims, { issuedAt }),
		})
		expect((await limits(url, json.access_token)).status).toBe(200)
	}
})

test('an assertion is refused for a wrong issuer, user, audience or key, and outside its three minutes', async () => {
	const { url, clientId, username } = await start()
	const right = { iss: clientId, sub: username, aud: 'https://login.salesforce.com' }
	const other = await crypto.subtle.generateKey(
		{ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
		true,
		['sign', 'verify'],
	)
	const pem = Buffer.from(await crypto.subtle.exportKey('pkcs8', other.privateKey)).toString('base64')
	const wrong = await Promise.all([
		assertion({ ...right, iss: 'nobody' }),
		assertion({ ...right, sub: 'nobody@sandbox.example' }),
		assertion({ ...right, aud: 'https://example.com' }),
		assertion(right, { lifetime: -10 }),
		assertion(right, { lifetime: 600 }),
		assertion(right, { key: `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----` }),
	])
	for (const each of [...wrong, 'no.assertion.atall']) {
		const answer = await salesforceToken(url, { grant_type: bearer, assertion: each })
		expect([answer.status, answer.json.error]).toEqual([400, 'invalid_grant'])
	}
})

test('a refresh token rotates, and the old one is refused', async () => {
	const { url, clientId, clientSecret, refreshToken } = await start({ rotatesRefreshTokens: true })
	const refresh = (token: string) =>
		salesforceToken(url, {
			grant_type: 'refresh_token',
			client_id: clientId,
			client_secret: clientSecret,
			refresh_token: token,
		})
	const first = await refresh(refreshToken)
	expect(first.json.refresh_token).not.toBe(refreshToken)
	expect((await refresh(refreshToken)).json).toEqual({
		error: 'invalid_grant',
		error_description: 'expired access/refresh token',
	})
	expect((await refresh(first.json.refresh_token)).status).toBe(200)
})

test('a refresh token that does not rotate is good again', async () => {
	const { url, clientId, clientSecret, refreshToken } = await start()
	const form = {
		grant_type: 'refresh_token',
		client_id: clientId,
		client_secret: clientSecret,
		refresh_token: refreshToken,
	}
	expect((await salesforceToken(url, form)).json).not.toHaveProperty('refresh_token')
	expect((await salesforceToken(url, form)).status).toBe(200)
})

test('a session ends after its lifetime', async () => {
	const { url, clientId, clientSecret } = await start({ tokenLifetimeSeconds: 0.2 })
	const { json } = await salesforceToken(url, {
		grant_type: 'client_credentials',
		client_id: clientId,
		client_secret: clientSecret,
	})
	expect((await limits(url, json.access_token)).status).toBe(200)
	await new Promise((resolve) => setTimeout(resolve, 250))
	expect((await limits(url, json.access_token)).status).toBe(401)
})
