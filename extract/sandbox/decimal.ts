import type { DatabaseSync } from 'node:sqlite'

/** An exact decimal number: `digits` × 10 to the power of −`scale`. */
type Decimal = { digits: bigint; scale: number }

/** What a vendor's number may look like; anything else in a number column is refused when the store is loaded. */
export const decimalPattern = /^-?\d+(\.\d+)?$/

/** Quotient of two decimal texts, to `places` places, half away from zero. */
export function divide(dividend: string, divisor: string, places: number): string {
	const [left, right] = [parse(dividend), parse(divisor)]
	const shifted = left.digits * 10n ** BigInt(places + 1 + right.scale)
	return text(round({ digits: shifted / (right.digits * 10n ** BigInt(left.scale)), scale: places + 1 }, places))
}

/** A decimal text rounded to `places` places, half away from zero. */
export function roundTo(value: string, places: number): string {
	return text(round(parse(value), places))
}

/** Negative, zero or positive, as `left` is smaller than, equal to or larger than `right`. */
export function compare(left: string, right: string): number {
	const [a, b] = align(parse(left), parse(right))
	return a < b ? -1 : a > b ? 1 : 0
}

/** Gives SQLite exact decimals: `decimal_compare`, `_add`, `_subtract`, `_multiply`, and the aggregates `_sum`, `_min`, `_max`. */
export function addDecimalFunctions(database: DatabaseSync): void {
	const arithmetic = {
		decimal_compare: (left: string, right: string) => compare(left, right),
		decimal_add: (left: string, right: string) => add(left, right, 1n),
		decimal_subtract: (left: string, right: string) => add(left, right, -1n),
		decimal_multiply: (left: string, right: string) => multiply(left, right),
	}
	for (const [name, calculate] of Object.entries(arithmetic)) {
		database.function(name, { deterministic: true }, (left, right) =>
			left === null || right === null ? null : calculate(String(left), String(right)),
		)
	}
	database.aggregate('decimal_sum', {
		start: null as unknown as string,
		step: (sum: string | null, value: unknown) =>
			value === null ? sum : sum === null ? String(value) : add(sum, String(value), 1n),
	} as never)
	for (const [name, sign] of [['decimal_min', -1] as const, ['decimal_max', 1] as const]) {
		database.aggregate(name, {
			start: null as unknown as string,
			step: (best: string | null, value: unknown) => {
				if (value === null) return best
				return best === null || Math.sign(compare(String(value), best)) === sign ? String(value) : best
			},
		} as never)
	}
}

function add(left: string, right: string, sign: bigint): string {
	const [a, b] = [parse(left), parse(right)]
	const [x, y] = align(a, b)
	return text({ digits: x + sign * y, scale: Math.max(a.scale, b.scale) })
}

function multiply(left: string, right: string): string {
	const [a, b] = [parse(left), parse(right)]
	return text({ digits: a.digits * b.digits, scale: a.scale + b.scale })
}

function parse(value: string): Decimal {
	const point = value.indexOf('.')
	if (point < 0) return { digits: BigInt(value), scale: 0 }
	return { digits: BigInt(value.slice(0, point) + value.slice(point + 1)), scale: value.length - point - 1 }
}

function align(left: Decimal, right: Decimal): [bigint, bigint] {
	const scale = Math.max(left.scale, right.scale)
	return [left.digits * 10n ** BigInt(scale - left.scale), right.digits * 10n ** BigInt(scale - right.scale)]
}

function round(value: Decimal, places: number): Decimal {
	if (value.scale <= places) return value
	const unit = 10n ** BigInt(value.scale - places)
	const half = value.digits < 0n ? -unit / 2n : unit / 2n
	return { digits: (value.digits + half) / unit, scale: places }
}

function text({ digits, scale }: Decimal): string {
	if (scale === 0) return String(digits)
	const unsigned = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
	const sign = digits < 0n ? '-' : ''
	return `${sign}${unsigned.slice(0, -scale)}.${unsigned.slice(-scale)}`
}
