import { decimalPattern } from './decimal.ts'

/** How a value is kept and compared. `integer` is for record ids and counts, `number` for exact decimals kept as text. */
export type ValueKind = 'integer' | 'text' | 'number' | 'boolean' | 'date' | 'datetime'

/** A vendor's words for true and false. */
export type BooleanWords = readonly [string, string]

/**
 * The stored form of a value: decimals and dates as their own text, datetimes without the `Z`, booleans as the vendor's
 * own word (`true`/`false` or `T`/`F`), integers as numbers. Null when the value does not fit the kind.
 */
export function storedValue(
	kind: ValueKind,
	value: string | boolean,
	words: BooleanWords = ['true', 'false'],
): string | number | null {
	if (kind === 'boolean') return booleanWord(value, words)
	if (typeof value === 'boolean') return null
	if (kind === 'text') return value
	if (kind === 'number') return decimalPattern.test(value) ? value : null
	if (kind === 'date') return datePattern.test(value) ? value : null
	if (kind === 'datetime') return datetimePattern.test(value) ? value.slice(0, -1) : null
	return /^-?\d{1,15}$/.test(value) ? Number(value) : null
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/
const datetimePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

function booleanWord(value: string | boolean, words: BooleanWords): string | null {
	const isTrue = value === true || value === 'T' || value === 'true'
	if (!isTrue && value !== false && value !== 'F' && value !== 'false') return null
	return isTrue ? words[0] : words[1]
}
