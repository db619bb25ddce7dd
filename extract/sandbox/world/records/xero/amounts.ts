import { type Currency, type EntityCode, legalEntities } from '../../company/entities.ts'
import { divide, inverse, minorUnits } from '../../company/exact.ts'
import type { Setting } from '../../company/setting.ts'
import { type Digits, digits } from './json.ts'

/** An amount in hundredths: Xero has two decimals for every currency, so that dinars lose their third. */
export function hundredths(amount: bigint, currency: Currency): bigint {
	return divide(amount * 100n, minorUnits(currency))
}

/** `1234.50`. */
export function money(inHundredths: bigint): Digits {
	return digits(inHundredths, 2)
}

/**
 * Units of the document's currency per 1 of the organisation's, with six decimals: the inverse of what the story has. A plan without several
 * currencies has none.
 */
export function currencyRate(
	{ currencies }: Setting,
	currency: Currency,
	entity: EntityCode,
	rate: bigint,
): Digits | undefined {
	if (currencies.length === 1) return undefined
	if (currency === legalEntities[entity].currency) return { digits: '1.000000' }
	return digits(divide(inverse(rate), 10_000n), 6)
}

/** A total shared out in proportion to weights, by largest remainder, so that the shares add up to it. */
export function shared(total: bigint, weights: bigint[]): bigint[] {
	const all = weights.reduce((sum, weight) => sum + weight, 0n)
	if (all === 0n) return weights.map((_, at) => (at === 0 ? total : 0n))
	const shares = weights.map((weight) => (total * weight) / all)
	const order = weights
		.map((weight, at) => ({ at, rest: absolute((total * weight) % all) }))
		.sort((left, right) => (left.rest === right.rest ? left.at - right.at : left.rest < right.rest ? 1 : -1))
	let left = total - shares.reduce((sum, share) => sum + share, 0n)
	const step = left < 0n ? -1n : 1n
	for (const { at } of order) {
		if (left === 0n) break
		shares[at]! += step
		left -= step
	}
	return shares
}

function absolute(value: bigint): bigint {
	return value < 0n ? -value : value
}
