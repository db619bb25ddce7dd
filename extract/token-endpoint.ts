import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import type { AuthContext } from './auth.ts'
import { guardedUrl } from './guard.ts'
import type { Exchange, Transport } from './http.ts'
import { quoteNumbers } from './page-scan.ts'
import type { Connection, Source } from './source.ts'
import type { ExtractState, StreamLock } from './state.ts'

/** Milliseconds for which a renewal waits for another one of the same login. */
const longestTurn = 60_000

/** What the tokens of a connection are kept under: several may share one login. */
export function loginOf(source: Source, connection: Connection): string {
	return source.login?.(connection.options) ?? connection.name
}

/** The turn at a login's tokens: of two who rotate the same one, one would end the other's. Throws `auth.busy` after a minute. */
export async function takeLogin(
	state: Pick<ExtractState, 'lock'>,
	source: Source,
	connection: Connection,
	sleep: (milliseconds: number) => Promise<unknown> = delay,
): Promise<StreamLock> {
	for (let waited = 0; ; waited += 100) {
		const lock = await state.lock(`login ${loginOf(source, connection)}`)
		if (!('holder' in lock)) return lock
		if (waited >= longestTurn)
			throw new TieoutError('busy', 'auth.busy', `${lock.holder} has been renewing the login for a minute`, {
				where: connection.name,
				next: 'look whether that process hangs; nothing is lost by waiting',
			})
		await sleep(100)
	}
}

/** What asking a token endpoint needs. `date` gets the endpoint's own time, as its header says. */
export type TokenEndpoint = {
	source: Source
	connection: Connection
	transport: Transport
	addSecret(secret: string): void
	redact(text: string): string
	date?(text: string | undefined): void
}

/** Posts forms to the token endpoint, past the guard; what it gives is kept out of all messages. Throws `auth.unavailable`. */
export function tokenEndpoint(endpoint: TokenEndpoint): AuthContext['post'] {
	const { source, connection, transport, addSecret, redact } = endpoint
	return async (address, form, more = {}) => {
		const { origin } = new URL(address)
		const origins = source.origins(connection.options)
		const url = guardedUrl({ method: 'POST', path: address }, origin, origins, source.allow)
		const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...more }
		const answer = await transport.send({ method: 'POST', url, headers, body: new URLSearchParams(form).toString() })
		endpoint.date?.(answer.headers['date'])
		if (isUnavailable(answer))
			throw new TieoutError('vendor', 'auth.unavailable', `the token endpoint answered ${answer.status}`, {
				where: address,
			})
		const json = parseAnswer(answer.body) as Record<string, unknown>
		for (const name of ['access_token', 'refresh_token', 'id_token'])
			if (typeof json[name] === 'string') addSecret(json[name])
		const said = json['error_description']
		return {
			status: answer.status,
			json: typeof said === 'string' ? { ...json, error_description: redact(said) } : json,
		}
	}
}

function isUnavailable(answer: Exchange): boolean {
	const { status, body } = answer
	return status >= 500 || status === 429 || status === 406 || isHtml(answer) || body.length === 0
}

/** A small JSON answer, its numbers as text; XML (a description) as it came. Throws `page.not_json`. */
export function parseAnswer(body: Buffer): unknown {
	const text = body.toString('utf8')
	if (text.trimStart().startsWith('<')) return text
	try {
		return JSON.parse(quoteNumbers(text))
	} catch (cause) {
		throw new TieoutError('vendor', 'page.not_json', `the answer is not JSON: ${(cause as Error).message}`, { cause })
	}
}

/** Is the answer a web page, whatever its status says? */
export function isHtml({ headers, body }: Exchange): boolean {
	const type = headers['content-type'] ?? ''
	if (type.includes('html')) return true
	if (type.includes('xml')) return false
	const first = body.subarray(0, 64).toString('latin1').trimStart()
	return first.startsWith('<')
}
