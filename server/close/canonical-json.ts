import { createHash } from 'node:crypto'

/**
 * JSON with one spelling per value: keys sorted by their UTF-16 units, no spaces, what is undefined left out. Amounts must be text:
 * throws a TypeError for a number that isn't a whole one, since two programs may print it differently.
 */
export function canonicalJson(value: unknown): string {
	if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
	if (typeof value === 'number') {
		if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no whole number: write it as text`)
		return String(value)
	}
	if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(',')}]`
	if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON`)
	const entries = Object.entries(value)
		.filter(([, one]) => one !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1))
	return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
}

/** sha256 of a text's UTF-8, as hex. */
export function sha256(text: string): string {
	return createHash('sha256').update(text, 'utf8').digest('hex')
}
