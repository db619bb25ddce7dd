/** A number without loss: `over` divided by `under`, which is above 0. */
export type Fraction = { readonly over: bigint; readonly under: bigint }

/** Parts of a whole by the id of who gets them; they add up to 1. */
export type Ratios = ReadonlyMap<string, Fraction>

/** Money is whole numbers of this many decimals, as `decimal(38, 4)`. */
const moneyDigits = 4

export const zero: Fraction = { over: 0n, under: 1n }
export const one: Fraction = { over: 1n, under: 1n }

/** In lowest terms. */
export function fraction(over: bigint, under: bigint): Fraction {
	const divisor = greatestDivisor(over < 0n ? -over : over, under < 0n ? -under : under) || 1n
	const sign = under < 0n ? -1n : 1n
	return { over: (sign * over) / divisor, under: (sign * under) / divisor }
}

export const times = (...factors: readonly Fraction[]): Fraction =>
	factors.reduce((product, { over, under }) => fraction(product.over * over, product.under * under), one)

export const divided = (one: Fraction, by: Fraction): Fraction => fraction(one.over * by.under, one.under * by.over)

export const plus = (...terms: readonly Fraction[]): Fraction =>
	terms.reduce((sum, { over, under }) => fraction(sum.over * under + over * sum.under, sum.under * under), zero)

export const minus = (one: Fraction, other: Fraction): Fraction => plus(one, { over: -other.over, under: other.under })

/** Below 0, 0 or above 0, as `one` is to `other`. */
export const compare = (one: Fraction, other: Fraction): bigint => one.over * other.under - other.over * one.under

export const equal = (one: Fraction, other: Fraction): boolean => compare(one, other) === 0n

/** A number as a column of `digits` decimals holds it; `1.005` is read as it is written. */
export function decimal(text: string, digits: number): Fraction {
	const [, sign, whole, decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!
	const written = fraction(BigInt(`${sign}${whole}${decimals}`), 10n ** BigInt(decimals.length))
	return rounded(written, digits)
}

/** Half away from zero. */
export function rounded({ over, under }: Fraction, digits: number): Fraction {
	const scale = 10n ** BigInt(digits)
	const magnitude = over < 0n ? -over : over
	const whole = (magnitude * scale * 2n + under) / (under * 2n)
	return fraction(over < 0n ? -whole : whole, scale)
}

/** As whole numbers of four decimals. */
export function money(value: Fraction, minorDigits = moneyDigits): bigint {
	const { over, under } = rounded(value, minorDigits)
	return (over * 10n ** BigInt(moneyDigits)) / under
}

/** Of money in four decimals as a whole number. */
export const ofMoney = (amount: bigint): Fraction => fraction(amount, 10n ** BigInt(moneyDigits))

/** One minor unit of a currency with so many digits, as money. */
export const minorUnit = (minorDigits: number): bigint => 10n ** BigInt(moneyDigits - minorDigits)

/** In proportion to weights, whatever their sign; where they come to nothing, in equal parts. */
export function inProportion(weights: ReadonlyMap<string, Fraction>): Ratios {
	const total = plus(...[...weights.values()].map(absolute))
	const share = (weight: Fraction) =>
		total.over === 0n ? fraction(1n, BigInt(weights.size)) : divided(absolute(weight), total)
	return new Map([...weights].map(([id, weight]) => [id, share(weight)]))
}

/**
 * A number shared out: each product rounded, and what rounding leaves with the largest ratio, the lowest id among equals.
 */
export function sharedOut(amount: Fraction, ratios: Ratios, digits: number): Map<string, Fraction> {
	const shares = new Map([...ratios].map(([id, ratio]) => [id, rounded(times(amount, ratio), digits)] as const))
	const [largest] = [...ratios].sort(([id, ratio], [otherId, other]) => {
		const larger = compare(other, ratio)
		return larger === 0n ? (id < otherId ? -1 : 1) : larger > 0n ? 1 : -1
	})
	if (largest) shares.set(largest[0], plus(shares.get(largest[0])!, minus(amount, plus(...shares.values()))))
	return shares
}

/** Money shared out, in four decimals as whole numbers. */
export function moneyShared(amount: bigint, ratios: Ratios, minorDigits: number): Map<string, bigint> {
	const shares = sharedOut(ofMoney(amount), ratios, minorDigits)
	return new Map([...shares].map(([id, share]) => [id, money(share)]))
}

export const absolute = ({ over, under }: Fraction): Fraction => ({ over: magnitude(over), under })

export const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, amount) => sum + amount, 0n)

/** Without the sign. */
export const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount)

function greatestDivisor(one: bigint, other: bigint): bigint {
	return other === 0n ? one : greatestDivisor(other, one % other)
}
