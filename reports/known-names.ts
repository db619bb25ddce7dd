import { TieoutError } from '../models/error.ts'
import type { Address } from './address.ts'

/**
 * Throws `usage` for a name in the query string that the page doesn't take: a filter that is ignored would show more than was asked
 * for, in silence.
 */
export function requireKnownNames({ path, query }: Address, names: readonly string[]): void {
	const unknown = [...query.keys()].find((name) => !names.includes(name))
	if (unknown === undefined) return
	throw new TieoutError('usage', 'page.address', `${path} takes no "${unknown}"`, {
		where: `${path}?${unknown}`,
		allowed: [...names],
		next: 'correct the address, or open the page without its query string',
	})
}
