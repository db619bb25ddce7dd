/** Sum of decimal texts, exact, with the most decimals any of them has; of none: `0`. */
export function addDecimals(values: readonly string[]): string {
	const scale = Math.max(0, ...values.map(scaleOf))
	return decimalText(
		values.reduce((sum, value) => sum + unscaled(value, scale), 0n),
		scale,
	)
}

/** `a - b`, exact. */
export function subtractDecimals(a: string, b: string): string {
	return addDecimals([a, negateDecimal(b)])
}

/** The same amount with the other sign; zero has none. */
export function negateDecimal(value: string): string {
	if (isZeroDecimal(value)) return value.replace('-', '')
	return value.startsWith('-') ? value.slice(1) : `-${value}`
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export function compareDecimals(a: string, b: string): number {
	const scale = Math.max(scaleOf(a), scaleOf(b))
	const difference = unscaled(a, scale) - unscaled(b, scale)
	return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The amount with so many decimals, half away from zero. */
export function roundDecimal(value: string, digits: number): string {
	const scale = scaleOf(value)
	if (scale <= digits) return addDecimals([value, decimalText(0n, digits)])
	const unit = 10n ** BigInt(scale - digits)
	const exact = unscaled(absoluteDecimal(value), scale)
	const rounded = decimalText((exact + unit / 2n) / unit, digits)
	return value.startsWith('-') ? negateDecimal(rounded) : rounded
}

/** The amount without its sign. */
export function absoluteDecimal(value: string): string {
	return value.startsWith('-') ? value.slice(1) : value
}

/** Whether every digit is zero. */
export function isZeroDecimal(value: string): boolean {
	return !/[1-9]/.test(value)
}

function scaleOf(value: string): number {
	const point = value.indexOf('.')
	return point < 0 ? 0 : value.length - point - 1
}

function unscaled(value: string, scale: number): bigint {
	if (!/^-?\d+(\.\d+)?$/.test(value)) throw new RangeError(`"${value}" is no decimal number`)
	const [whole = '0', fraction = ''] = absoluteDecimal(value).split('.')
	const digits = BigInt(whole + fraction.padEnd(scale, '0'))
	return value.startsWith('-') ? -digits : digits
}

function decimalText(digits: bigint, scale: number): string {
	const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
	const whole = text.slice(0, text.length - scale)
	const fraction = scale > 0 ? `.${text.slice(-scale)}` : ''
	return `${digits < 0n ? '-' : ''}${whole}${fraction}`
}
