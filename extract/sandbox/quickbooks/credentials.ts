import { createHash } from 'node:crypto'
import { type EntityCode, entityCodes } from '../world/company/entities.ts'
import { realmOf } from '../world/records/quickbooks/identifiers.ts'

/** The app that all four companies consented to. Known to everyone; it opens nothing but a sandbox. */
export const quickbooksApp = {
	clientId: 'sandbox-quickbooks-client',
	clientSecret: 'sandbox-quickbooks-secret-opens-nothing-else',
}

/** The refresh token from a company's consent. */
export function firstRefreshToken(entity: EntityCode): string {
	return refreshTokenOf(realmOf(entity), 0)
}

/** The n-th refresh token of a company. It can be told from a made-up one without being kept, so that a new sandbox knows an old one's. */
export function refreshTokenOf(realm: string, number: number): string {
	const seal = createHash('sha256').update(`sandbox-quickbooks ${realm} ${number}`).digest('hex').slice(0, 24)
	return `RT1-${number}-${realm}-${seal}`
}

/** Whose refresh token it is, and which one; null for a made-up one. */
export function knownRefreshToken(token: string): { realm: string; number: number } | null {
	const [, number, realm] = /^RT1-(\d{1,6})-(\d+)-[0-9a-f]{24}$/.exec(token) ?? []
	if (number === undefined || realm === undefined) return null
	const isOurs = entityCodes.some((entity) => realmOf(entity) === realm)
	return isOurs && refreshTokenOf(realm, Number(number)) === token ? { realm, number: Number(number) } : null
}
