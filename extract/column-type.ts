/**
 * What a declared column may hold. Decimal types are those of the warehouse (docs/definitions.md, "Numbers"): `amount` 4 decimals,
 * `price` 8, `quantity` 6, `rate` 10. `datetime` has its offset or is UTC; `local_datetime` is in the source's zone and lands in UTC.
 * `ms_datetime` and `ms_date` are `/Date(1552326816230)/` or `/Date(1552326816230+0000)/`: milliseconds in UTC, to which the offset is never
 * added; they land as a moment in UTC and as its date. `offset_datetime` has its offset, which may change (daylight saving), and lands in UTC,
 * to the second, so that its texts sort like its moments. `zoned_date` is a moment that stands for a day on the source's clock; it lands as that
 * day. `json` is the text of an object or a list, its numbers in quotes.
 */
export const columnTypes = [
	'text',
	'boolean',
	'integer',
	'amount',
	'price',
	'quantity',
	'rate',
	'currency',
	'date',
	'datetime',
	'local_datetime',
	'offset_datetime',
	'ms_date',
	'ms_datetime',
	'zoned_date',
	'json',
] as const

/** One of {@link columnTypes}. */
export type ColumnType = (typeof columnTypes)[number]

/** Digits before and behind the point that the warehouse holds exactly. */
const decimals: Partial<Record<ColumnType, { whole: number; scale: number }>> = {
	amount: { whole: 34, scale: 4 },
	price: { whole: 30, scale: 8 },
	quantity: { whole: 12, scale: 6 },
	rate: { whole: 8, scale: 10 },
	integer: { whole: 18, scale: 0 },
}

/** Currencies of ISO 4217, present and past, as this Node's ICU knows them. */
const currencies = new Set(Intl.supportedValuesOf('currency'))

/**
 * A cheap condition, true for every value of the type that is surely right; `x` is a SQL expression of text. What it doubts is looked
 * at one by one by {@link columnProblem}. Null: any text will do.
 */
export function plausible(type: ColumnType, x: string): string | null {
	const held = decimals[type]
	if (held) {
		// One pattern is a fifth of the cost of a cast and the looks at what the cast would have let through.
		const behind = `[0-9]{1,${held.scale}}0*`
		if (held.scale === 0) return `regexp_matches(${x}, '^-?[0-9]{1,${held.whole}}$')`
		return `regexp_matches(${x}, '^-?([0-9]{1,${held.whole}}([.]${behind})?|[.]${behind})$')`
	}
	if (type === 'boolean') return `${x} in ('true', 'false', 'T', 'F')`
	if (type === 'currency') return `${x} in (${[...currencies].map((code) => `'${code}'`).join(', ')})`
	if (type === 'date')
		return `(length(${x}) = 10 and try_cast(${x} as date) between date '1900-01-01' and date '9999-12-31')`
	if (type === 'datetime' || type === 'local_datetime' || type === 'offset_datetime')
		return `(length(${x}) >= 19 and try_cast(${x} as timestamptz) between timestamptz '1900-01-01 00:00:00+00' and timestamptz '9999-12-31 23:59:59+00')`
	if (type === 'json') return `(left(${x}, 1) in ('[', '{') and json_valid(${x}))`
	return null
}

/** Why the text can't be a value of the type: a code and a sentence; null if it can. */
export function columnProblem(type: ColumnType, text: string): { code: string; reason: string } | null {
	const held = decimals[type]
	if (held) return decimalProblem(text, held)
	if (type === 'boolean') {
		return /^(true|false|T|F)$/.test(text) ? null : problem('not_boolean', `${quoted(text)} is neither true nor false`)
	}
	if (type === 'currency') {
		return currencies.has(text) ? null : problem('unknown_currency', `${quoted(text)} is no currency of ISO 4217`)
	}
	if (type === 'ms_date' || type === 'ms_datetime') {
		return msDate(text) !== null
			? null
			: problem('impossible_date', `${quoted(text)} is no /Date(milliseconds)/ from 1900 on`)
	}
	if (type === 'date') {
		return isDate(text) ? null : problem('impossible_date', `${quoted(text)} is no date (YYYY-MM-DD, from 1900 on)`)
	}
	if (type === 'zoned_date' && isDate(text)) return null
	if (type === 'datetime' || type === 'local_datetime' || type === 'offset_datetime' || type === 'zoned_date') {
		return isDatetime(text)
			? null
			: problem('impossible_date', `${quoted(text)} is no date and time (ISO 8601, from 1900 on)`)
	}
	if (type === 'json') return isJson(text) ? null : problem('not_json', 'the text is no JSON object or list')
	return null
}

/** The moment (epoch ms) that a `/Date(…)/` means; null if it is none, or lies outside of 1900 to 9999. */
export function msDate(text: string): number | null {
	const match = /^\/Date\((-?\d{1,15})([+-]\d{4})?\)\/$/.exec(text)
	const at = match ? Number(match[1]) : Number.NaN
	return at >= Date.UTC(1900, 0, 1) && at < Date.UTC(10_000, 0, 1) ? at : null
}

function decimalProblem(text: string, { whole, scale }: { whole: number; scale: number }) {
	const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
	if (!match || (match[2] === '' && (match[3] ?? '') === ''))
		return problem('not_a_number', `${quoted(text)} is no number`)
	const exponent = Number(match[4] ?? 0)
	const fraction = (match[3] ?? '').replace(/0+$/, '')
	const behind = Math.max(0, fraction.length - exponent)
	if (behind > scale)
		return problem('too_many_decimals', `${quoted(text)} has ${behind} decimals; ${scale} are held exactly`)
	const before = (match[2] ?? '').replace(/^0+/, '').length + Math.max(0, exponent)
	return before > whole
		? problem('too_large', `${quoted(text)} has ${before} digits before the point; ${whole} are held`)
		: null
}

function isDate(text: string): boolean {
	const match = /^(19\d\d|[2-9]\d\d\d)-(\d\d)-(\d\d)$/.exec(text)
	if (!match) return false
	const at = new Date(`${text}T00:00:00Z`)
	return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

function isDatetime(text: string): boolean {
	const match = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?$/.exec(text)
	return match !== null && isDate(match[1]!)
}

function problem(code: string, reason: string) {
	return { code, reason }
}

/** A value for a message: of a long one the beginning, and how long it is. */
function quoted(text: string): string {
	return text.length <= longestQuoted ? `"${text}"` : `"${text.slice(0, longestQuoted)}…" (${text.length} characters)`
}

/** Characters of a value that a message repeats. */
const longestQuoted = 240

function isJson(text: string): boolean {
	try {
		const value = JSON.parse(text)
		return typeof value === 'object' && value !== null
	} catch {
		return false
	}
}
