/**
 * Exact arithmetic on whole numbers of small parts: amounts in minor units of their currency, quantities in millionths,
 * unit prices in 1e-8, rates in 1e-10, discounts in 1e-4 percent.
 */
export const QUANTITY = 1_000_000n
export const PRICE = 100_000_000n
export const RATE = 10_000_000_000n
export const PERCENT = 10_000n
const WHOLE = 100n * PERCENT

/** ISO 4217 minor digits of the company's currencies. */
export const minorDigits: Record<string, number> = { USD: 2, EUR: 2, GBP: 2, JPY: 0, KWD: 3 }

const powers = [1n, 10n, 100n, 1000n]

/** Minor units in one unit of the currency. */
export function minorUnits(currency: string): bigint {
	return powers[minorDigits[currency]!]!
}

/** numerator / denominator, half away from zero. */
export function divide(numerator: bigint, denominator: bigint): bigint {
	if (denominator < 0n) return divide(-numerator, -denominator)
	const doubled = 2n * (numerator < 0n ? -numerator : numerator) + denominator
	const rounded = doubled / (2n * denominator)
	return numerator < 0n ? -rounded : rounded
}

/** quantity × price in minor units of the currency, rounded once. */
export function extend(quantity: bigint, price: bigint, currency: string): bigint {
	return divide(quantity * price * minorUnits(currency), QUANTITY * PRICE)
}

/** What is left of an amount after a discount, rounded once. */
export function lessPercent(amount: bigint, discount: bigint): bigint {
	return divide(amount * (WHOLE - discount), WHOLE)
}

/** quantity × price less a discount, rounded once at the end. */
export function extendLess(quantity: bigint, price: bigint, discount: bigint, currency: string): bigint {
	return divide(quantity * price * (WHOLE - discount) * minorUnits(currency), QUANTITY * PRICE * WHOLE)
}

/** An amount of one currency in another at units of the second per 1 of the first (in 1e-10), rounded once. */
export function convert(amount: bigint, rate: bigint, from: string, to: string): bigint {
	return divide(amount * rate * minorUnits(to), RATE * minorUnits(from))
}

/** The inverse of a rate, to 10 places. */
export function inverse(rate: bigint): bigint {
	return divide(RATE * RATE, rate)
}

/** The product of two rates, to 10 places. */
export function chained(first: bigint, second: bigint): bigint {
	return divide(first * second, RATE)
}

export function absolute(value: bigint): bigint {
	return value < 0n ? -value : value
}

/** Exact decimal text with a fixed number of digits after the point: 12345n, 2 -> '123.45'. */
export function decimalText(value: bigint, digits: number): string {
	if (digits === 0) return value.toString()
	const text = absolute(value)
		.toString()
		.padStart(digits + 1, '0')
	return `${value < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** The same without trailing zeros after the point, but for `least` digits. */
export function shortText(value: bigint, digits: number, least = 0): string {
	const text = decimalText(value, digits)
	let end = text.length
	const stop = text.length - digits + least
	while (end > stop && text[end - 1] === '0') end--
	return text[end - 1] === '.' ? text.slice(0, end - 1) : text.slice(0, end)
}

export function amountText(amount: bigint, currency: string): string {
	return decimalText(amount, minorDigits[currency]!)
}

export function quantityText(quantity: bigint): string {
	return shortText(quantity, 6)
}

export function priceText(price: bigint): string {
	return shortText(price, 8, 2)
}

export function rateText(rate: bigint): string {
	return shortText(rate, 10)
}

/** The digits of a decimal number as parts of 10^-places; what lies behind is cut off. */
export function partsOf(text: string, places: number): bigint {
	const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
	const magnitude = BigInt(`${whole}${fraction.padEnd(places, '0').slice(0, places)}`)
	return text.startsWith('-') ? -magnitude : magnitude
}
