import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as base64url. */
export function randomSecret(): string {
	return randomBytes(32).toString('base64url')
}

/** What is kept of a secret of 256 random bits: its sha256, as hex. Nothing slow is needed, nobody guesses those. */
export function digestOf(secret: string): string {
	return createHash('sha256').update(secret).digest('hex')
}

/** The token that every form of a session carries: known only to who has the session's id. */
export function formTokenOf(sessionId: string): string {
	return createHmac('sha256', sessionId).update('tieout form').digest('base64url')
}

/** Whether two texts are the same, in a time that does not tell how far. */
export function isSameSecret(a: string, b: string): boolean {
	return timingSafeEqual(Buffer.from(digestOf(a)), Buffer.from(digestOf(b)))
}
