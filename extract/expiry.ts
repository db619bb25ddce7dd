import { X509Certificate } from 'node:crypto'
import type { Connection, Ending, Source } from './source.ts'
import type { Tokens } from './state.ts'

/** Days before an end at which people are told. */
const noticeDays = 30

const day = 86_400_000

/** Something that ends, and how near that is: `near` within 30 days, `past` when it has ended. `days`: whole days left. */
export type Nearing = Ending & { status: 'far' | 'near' | 'past'; days: number }

/**
 * What of a connection ends, the nearest first: what its source declares of its secrets, certificates and API version, and its refresh token
 * where the vendor said when that ends. `now` by the machine's clock (epoch ms): vendors don't live in the company's.
 */
export function endings(source: Source, connection: Connection, tokens: Tokens | null, now: number): Nearing[] {
	const declared = source.expiry?.(connection.options, tokens, now) ?? []
	return [...declared, ...toldEndings(tokens, declared)]
		.map((ending) => ({ ...ending, status: statusOf(ending.at - now), days: Math.floor((ending.at - now) / day) }))
		.sort((one, other) => one.at - other.at)
}

/** A sentence of what ends, and when. */
export function endingText({ what, at, days, status }: Nearing): string {
	const date = new Date(at).toISOString().slice(0, 10)
	if (status === 'past') return `${what} ended on ${date}`
	return `${what} ends on ${date}, in ${days} ${days === 1 ? 'day' : 'days'}`
}

/** When the certificate of a PEM ends; null where there is none to read (a bare key has no date). */
export function certificateEnd(pem: string | undefined): number | null {
	const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(pem ?? '') ?? []
	if (!certificate) return null
	try {
		return Date.parse(new X509Certificate(certificate).validTo)
	} catch {
		return null
	}
}

/** The end of a certificate as a source declares it; nothing where there is none. */
export function certificateEnding(what: string, pem: string | undefined, next: string): Ending[] {
	const at = certificateEnd(pem)
	return at === null ? [] : [{ what, at, next }]
}

/** A refresh token that ends when it was not used for so many days, counted from its last use. */
export function idleEnding(tokens: Tokens | null, idleDays: number, next: string): Ending[] {
	if (tokens?.usedAt === undefined) return []
	return [{ what: unused, at: tokens.usedAt + idleDays * day, next }]
}

const unused = 'the refresh token, if it is not used'

const connectAgain = 'tieout connect NAME with the name of the connection (or a new refresh token), before that day'

function toldEndings(tokens: Tokens | null, declared: readonly Ending[]): Ending[] {
	const hasIdle = declared.some(({ what }) => what === unused)
	return [
		...(tokens?.idleEndsAt && !hasIdle
			? [
					{
						what: unused,
						at: tokens.idleEndsAt,
						next: 'read the connection before that day',
					},
				]
			: []),
		...(tokens?.hardEndsAt ? [{ what: 'the refresh token', at: tokens.hardEndsAt, next: connectAgain }] : []),
	]
}

function statusOf(left: number): Nearing['status'] {
	if (left <= 0) return 'past'
	return left <= noticeDays * day ? 'near' : 'far'
}
