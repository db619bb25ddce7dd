/**
 * A decimal number, exact: `digits` of which `scale` stand behind the point. Never a float, so no cent is lost however long it is.
 */
export type Decimal = { digits: bigint; scale: number }

/** Reads `-12.50`; null when the text is no plain decimal number. Digits are kept as they are. */
export function decimalOf(text: string): Decimal | null {
	const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
	if (!match || (match[2] === '' && (match[3] ?? '') === '')) return null
	const fraction = match[3] ?? ''
	const digits = BigInt(`${match[2]}${fraction}` || '0')
	return { digits: match[1] === '-' ? -digits : digits, scale: fraction.length }
}

/** `-12.50`: all digits behind the point, none added. */
export function decimalText({ digits, scale }: Decimal): string {
	const sign = digits < 0n ? '-' : ''
	const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
	return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** a + b, exact. */
export function add(a: Decimal, b: Decimal): Decimal {
	const scale = Math.max(a.scale, b.scale)
	return { digits: widened(a, scale) + widened(b, scale), scale }
}

/** a − b, exact. */
export function subtract(a: Decimal, b: Decimal): Decimal {
	return add(a, negate(b))
}

/** −a. */
export function negate({ digits, scale }: Decimal): Decimal {
	return { digits: -digits, scale }
}

/** a × b, exact. */
export function multiply(a: Decimal, b: Decimal): Decimal {
	return { digits: a.digits * b.digits, scale: a.scale + b.scale }
}

/** a less `percent` percent of it, exact. */
export function lessPercent(a: Decimal, percent: Decimal): Decimal {
	return multiply(a, subtract({ digits: 1n, scale: 0 }, { digits: percent.digits, scale: percent.scale + 2 }))
}

/** To `scale` digits behind the point, half away from zero; a shorter number is left as it is. */
export function round(a: Decimal, scale: number): Decimal {
	if (a.scale <= scale) return a
	return { digits: divide(a.digits, 10n ** BigInt(a.scale - scale)), scale }
}

/** amount × part / whole, to `scale` digits, half away from zero. `whole` must not be zero. */
export function share(amount: Decimal, part: Decimal, whole: Decimal, scale: number): Decimal {
	const at = Math.max(part.scale, whole.scale)
	const numerator = amount.digits * widened(part, at) * 10n ** BigInt(scale)
	return { digits: divide(numerator, widened(whole, at) * 10n ** BigInt(amount.scale)), scale }
}

/** Less than, equal to or greater than zero: −1, 0, 1. */
export function sign({ digits }: Decimal): -1 | 0 | 1 {
	return digits < 0n ? -1 : digits > 0n ? 1 : 0
}

/** The number without its sign. */
export function absolute(a: Decimal): Decimal {
	return a.digits < 0n ? negate(a) : a
}

/** Zero, to start a sum with. */
export const zero: Decimal = { digits: 0n, scale: 0 }

function widened({ digits, scale }: Decimal, to: number): bigint {
	return digits * 10n ** BigInt(to - scale)
}

/** Half away from zero. */
function divide(numerator: bigint, denominator: bigint): bigint {
	const isNegative = numerator < 0n !== denominator < 0n
	const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator]
	const rounded = (2n * n + d) / (2n * d)
	return isNegative ? -rounded : rounded
}
