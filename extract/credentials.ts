import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import type { Grant } from './auth.ts'
import { guardedUrl } from './guard.ts'
import type { Exchange, Transport } from './http.ts'
import { quoteNumbers } from './page-scan.ts'
import type { Connection, Source } from './source.ts'
import type { ExtractState } from './state.ts'

/** What the credentials of one account need. `addSecret` keeps a value out of all messages. */
export type CredentialParts = {
	source: Source
	connection: Connection
	state: ExtractState
	transport: Transport
	addSecret(secret: string): void
	redact(text: string): string
	machineNow(): number
	/** Real time, also where a test does not wait for the vendor. */
	sleep?: (milliseconds: number) => Promise<unknown>
}

/** Milliseconds for which a renewal waits for another one of the same login. */
const longestTurn = 60_000

/** A credential that ends within so many milliseconds is renewed before it is used. */
const endsSoon = 60_000

/** One credential for all streams; one renewal at a time. Three in a row that the vendor never accepted are enough. */
export function createCredentials({
	source,
	connection,
	state,
	transport,
	addSecret,
	redact,
	machineNow,
	sleep = delay,
}: CredentialParts) {
	const auth = source.auth(connection.options)
	const login = source.login?.(connection.options) ?? connection.name
	let refusedSecret: string | null = null
	let current: Promise<Grant> | null = null
	let held: Grant | null = null
	let neverAccepted = 0
	let isAccepted = false
	/** How far this machine's clock is from the token endpoint's; not a number where that does not tell. */
	let secondsApart = Number.NaN

	/** One at a time over all processes: of two that rotate the same token one would end the other's. */
	async function renew(): Promise<Grant> {
		const lock = await takeTurn()
		try {
			const grant = await auth({
				post,
				machineNow,
				refused: refusedSecret,
				tokens: () => state.tokens(login),
				saveTokens: (tokens) => state.saveTokens(login, tokens),
			})
			if (grant.secret) addSecret(grant.secret)
			isAccepted = false
			held = grant
			return grant
		} catch (error) {
			throw withClock(error, secondsApart)
		} finally {
			await lock.release()
		}
	}

	async function takeTurn() {
		for (let waited = 0; ; waited += 100) {
			const lock = await state.lock(`login ${login}`)
			if (!('holder' in lock)) return lock
			if (waited >= longestTurn)
				throw new TieoutError('busy', 'auth.busy', `${lock.holder} has been renewing the login for a minute`, {
					where: connection.name,
					next: 'look whether that process hangs; nothing is lost by waiting',
				})
			await sleep(100)
		}
	}

	async function post(address: string, form: Record<string, string>, more: Record<string, string> = {}) {
		const path = new URL(address)
		const url = guardedUrl(
			{ method: 'POST', path: address },
			path.origin,
			source.origins(connection.options),
			source.allow,
		)
		const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...more }
		const answer = await transport.send({ method: 'POST', url, headers, body: new URLSearchParams(form).toString() })
		secondsApart = Math.round((machineNow() - Date.parse(answer.headers['date'] ?? '')) / 1000)
		if (
			answer.status >= 500 ||
			answer.status === 429 ||
			answer.status === 406 ||
			isHtml(answer) ||
			answer.body.length === 0
		)
			throw new TieoutError('vendor', 'auth.unavailable', `the token endpoint answered ${answer.status}`, {
				where: address,
			})
		const json = parseAnswer(answer.body) as Record<string, unknown>
		for (const name of ['access_token', 'refresh_token']) if (typeof json[name] === 'string') addSecret(json[name])
		const said = json['error_description']
		return {
			status: answer.status,
			json: typeof said === 'string' ? { ...json, error_description: redact(said) } : json,
		}
	}

	return {
		current(): Promise<Grant> {
			if (held?.expiresAt !== undefined && machineNow() > held.expiresAt - endsSoon) held = current = null
			current ??= renew().catch((error) => {
				current = null
				throw error
			})
			return current
		},
		accepted(grant: Grant) {
			if (grant !== held) return
			isAccepted = true
			neverAccepted = 0
		},
		/** The next `current()` gets a new credential, unless another request has seen to that already. */
		refused(grant: Grant, failure: TieoutError) {
			if (grant !== held) return
			if (!isAccepted && !grant.isKept) neverAccepted++
			refusedSecret = grant.secret ?? null
			if (neverAccepted >= 3) throw failure
			held = null
			current = null
		},
	}
}

/** A signed login holds for minutes: of a refusal by a vendor whose clock is another one, the clock is the likely reason. */
function withClock(error: unknown, secondsApart: number): unknown {
	if (!(error instanceof TieoutError) || error.code !== 'auth.rejected' || !(Math.abs(secondsApart) > 60)) return error
	const way = secondsApart > 0 ? 'ahead of' : 'behind'
	const message = `${error.message}; this machine's clock is ${Math.abs(secondsApart)} s ${way} the vendor's`
	return new TieoutError('configuration', 'auth.rejected', message, {
		...(error.where && { where: error.where }),
		next: 'set the clock (NTP: timedatectl set-ntp true), then run it again; if it is refused still, check the credentials',
		cause: error,
	})
}

/** A small JSON answer, its numbers as text. Throws `page.not_json`. */
export function parseAnswer(body: Buffer): unknown {
	try {
		return JSON.parse(quoteNumbers(body.toString('utf8')))
	} catch (cause) {
		throw new TieoutError('vendor', 'page.not_json', `the answer is not JSON: ${(cause as Error).message}`, { cause })
	}
}

/** Is the answer a web page, whatever its status says? */
export function isHtml({ headers, body }: Exchange): boolean {
	if (headers['content-type']?.includes('html')) return true
	const first = body.subarray(0, 64).toString('latin1').trimStart()
	return first.startsWith('<')
}
