import { chance, choose } from './chance.ts'
import type { System } from './world/world.ts'

/** What can go wrong on the way, as seen by a client. */
export const faultKinds = [
	'too-many-requests', // 429 with Retry-After
	'too-many-requests-bare', // 429 without it
	'unavailable', // 503, HTML
	'unexpected-error', // a 500 of the vendor's own, which NetSuite also gives for a bad field
	'not-acceptable', // 406 without a body, from Salesforce's edge
	'reset', // the connection breaks before an answer
	'truncated', // the answer promises more bytes than it has
	'slow', // the right answer, late
	'html', // an error page with status 200
	'expired-token', // every token that was given out ends
] as const

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number]

/** The faults of connections and proxies, which every vendor knows. */
export const commonFaults = [
	'too-many-requests',
	'too-many-requests-bare',
	'unavailable',
	'reset',
	'truncated',
	'slow',
	'html',
] as const satisfies readonly FaultKind[]

/**
 * `rate` from 0 (none) to 1; `kinds` narrows what goes wrong, `only` where: in requests whose method, target and body have this text,
 * which then may go wrong for ever. Delays are real time.
 */
export type FaultOptions = {
	rate?: number
	kinds?: readonly FaultKind[]
	only?: string
	slowMilliseconds?: number
	retryAfterSeconds?: number
}

/** A vendor, and the faults that it is known for. */
type FaultyVendor = { system: System; faultKinds: readonly FaultKind[] }

/** Decides, by seed, what goes wrong; can be set anew while running. */
export type Faults = {
	/** The fault that this request meets, if any. */
	next(vendor: FaultyVendor, request: string): FaultKind | null
	set(options: FaultOptions): void
	slowMilliseconds(): number
	retryAfterSeconds(): number
}

/** A request that met this many faults in a row gets its answer: nothing is impossible for ever, unless that is asked for. */
const longestStreak = 2

/** Chance hangs on the seed, the request's own text and how often it was sent, not on the order in which requests arrive. */
export function createFaults(seed: number, initial: FaultOptions = {}): Faults {
	let options = initial
	const sent = new Map<string, { times: number; streak: number }>()
	const next = ({ system, faultKinds }: FaultyVendor, request: string): FaultKind | null => {
		const kinds = faultKinds.filter((kind) => !options.kinds || options.kinds.includes(kind))
		if (!options.rate || kinds.length === 0) return null
		if (options.only && !request.includes(options.only)) return null
		const name = `${system} ${request}`
		const history = sent.get(name) ?? { times: 0, streak: 0 }
		sent.set(name, history)
		const attempt = history.times++
		const mayGoOn = Boolean(options.only) || history.streak < longestStreak
		const isFault = mayGoOn && chance(seed, 'fault', name, attempt) < options.rate
		history.streak = isFault ? history.streak + 1 : 0
		return isFault ? choose(kinds, seed, 'kind', name, attempt) : null
	}
	return {
		next,
		set: (changed) => {
			options = { ...options, ...changed }
		},
		slowMilliseconds: () => options.slowMilliseconds ?? 300,
		retryAfterSeconds: () => options.retryAfterSeconds ?? 1,
	}
}
