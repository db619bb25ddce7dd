import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import type { Grant } from './auth.ts'
import type { Transport } from './http.ts'
import type { Connection, Source } from './source.ts'
import type { ExtractState } from './state.ts'
import { loginOf, takeLogin, tokenEndpoint } from './token-endpoint.ts'

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
	const login = loginOf(source, connection)
	let refusedSecret: string | null = null
	let current: Promise<Grant> | null = null
	let held: Grant | null = null
	let neverAccepted = 0
	let isAccepted = false
	/** How far this machine's clock is from the token endpoint's; not a number where that does not tell. */
	let secondsApart = Number.NaN

	const post = tokenEndpoint({
		...{ source, connection, transport, addSecret, redact },
		date: (text) => {
			secondsApart = Math.round((machineNow() - Date.parse(text ?? '')) / 1000)
		},
	})

	/** One at a time over all processes: of two that rotate the same token one would end the other's. */
	async function renew(): Promise<Grant> {
		const lock = await takeLogin(state, source, connection, sleep)
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
