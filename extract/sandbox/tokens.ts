import { randomBytes } from 'node:crypto'

/** The access tokens that a vendor has given out. */
export type Tokens = {
	/** A new token. */
	issue(): string
	/** Is this the `Authorization` header of a token still in force? */
	accepts(header: string | undefined): boolean
	/** Ends all tokens given out so far. */
	expireAll(): void
	lifetimeSeconds: number
}

/** Tokens that live `lifetimeSeconds` of real time: the company's clock stands still, a session does not. */
export function createTokens(lifetimeSeconds: number, { now = Date.now } = {}): Tokens {
	const endsAt = new Map<string, number>()
	return {
		lifetimeSeconds,
		issue: () => {
			const token = randomBytes(24).toString('base64url')
			endsAt.set(token, now() + lifetimeSeconds * 1000)
			return token
		},
		accepts: (header) => {
			const token = /^(?:Bearer|OAuth) (\S+)$/i.exec(header ?? '')?.[1]
			return token !== undefined && (endsAt.get(token) ?? 0) > now()
		},
		expireAll: () => endsAt.clear(),
	}
}
