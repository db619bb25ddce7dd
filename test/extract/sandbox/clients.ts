import { importPKCS8, SignJWT } from 'jose'
import { netsuiteCredentials } from '../../../extract/sandbox/netsuite/credentials.ts'
import { salesforceCredentials } from '../../../extract/sandbox/salesforce/credentials.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'

/** An answer: its status, headers, text, and that as JSON (undefined if it is none). */
// biome-ignore lint/suspicious/noExplicitAny: what a vendor answers is looked at by each test
export type Answer = { status: number; headers: Headers; text: string; json: any }

/** Sends a request and reads the whole answer. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
	const response = await fetch(url, init)
	const text = await response.text()
	return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

/** A logged-in Salesforce client: `get` takes a path below the version, or from the root if it begins with `/services`. */
export async function salesforceClient(sandboxes: Sandboxes) {
	const { clientId, clientSecret } = salesforceCredentials
	const url = sandboxes.url('salesforce')
	const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
	const logIn = async () => (await salesforceToken(url, form)).json.access_token as string
	const session = { token: await logIn() }
	const send = (path: string, init: RequestInit = {}) => {
		const full = path.startsWith('/services') ? path : `/services/data/v66.0/${path}`
		return ask(url + full, {
			...init,
			headers: { authorization: `Bearer ${session.token}`, ...init.headers },
		})
	}
	return {
		send,
		get: send,
		query: (soql: string, headers: Record<string, string> = {}) =>
			send(`query?q=${encodeURIComponent(soql)}`, { headers }),
		queryAll: (soql: string) => send(`queryAll?q=${encodeURIComponent(soql)}`),
		logIn: async () => {
			session.token = await logIn()
		},
	}
}

/** Posts a form to Salesforce's token endpoint. */
export function salesforceToken(url: string, form: Record<string, string>): Promise<Answer> {
	return ask(`${url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
}

/** What an assertion for NetSuite may say otherwise than it should. */
export type AssertionChanges = {
	algorithm?: string
	key?: string
	keyId?: string
	issuer?: string
	audience?: string
	issuedAt?: number
	lifetime?: number
	scope?: string[]
}

/** A signed assertion for the NetSuite sandbox. Times are seconds. */
export async function netsuiteAssertion(sandboxes: Sandboxes, changes: AssertionChanges = {}): Promise<string> {
	const {
		algorithm = 'ES256',
		key = netsuiteCredentials.privateKey,
		keyId = netsuiteCredentials.certificateId,
	} = changes
	const issuedAt = changes.issuedAt ?? Math.floor(Date.now() / 1000)
	return new SignJWT({ scope: changes.scope ?? ['rest_webservices'] })
		.setProtectedHeader({ typ: 'JWT', alg: algorithm, kid: keyId })
		.setIssuer(changes.issuer ?? netsuiteCredentials.clientId)
		.setAudience(changes.audience ?? `${sandboxes.url('netsuite')}/services/rest/auth/oauth2/v1/token`)
		.setIssuedAt(issuedAt)
		.setExpirationTime(issuedAt + (changes.lifetime ?? 600))
		.sign(await importPKCS8(key, algorithm))
}

/** Posts an assertion to NetSuite's token endpoint. */
export function netsuiteToken(sandboxes: Sandboxes, assertion: string): Promise<Answer> {
	const form = {
		grant_type: 'client_credentials',
		client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
		client_assertion: assertion,
	}
	return ask(`${sandboxes.url('netsuite')}/services/rest/auth/oauth2/v1/token`, {
		method: 'POST',
		body: new URLSearchParams(form),
	})
}

/** A logged-in NetSuite client. */
export async function netsuiteClient(sandboxes: Sandboxes) {
	const logIn = async () =>
		(await netsuiteToken(sandboxes, await netsuiteAssertion(sandboxes))).json.access_token as string
	const session = { token: await logIn() }
	const send = (path: string, init: RequestInit = {}) =>
		ask(`${sandboxes.url('netsuite')}/services/rest/${path}`, {
			...init,
			headers: { authorization: `Bearer ${session.token}`, ...init.headers },
		})
	return {
		send,
		query: (q: string, page = '') =>
			send(`query/v1/suiteql${page}`, {
				method: 'POST',
				headers: { prefer: 'transient', 'content-type': 'application/json' },
				body: JSON.stringify({ q }),
			}),
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text)
	} catch {
		return undefined
	}
}
