import { decimalText } from '../../company/exact.ts'

/** A JSON number whose digits are written as they are: a float would lose cents. */
export type Digits = { digits: string }
export type Json = string | boolean | null | Digits | Json[] | { [member: string]: Json | undefined }

/** JSON text; members that are undefined are left out. */
export function jsonText(value: Json): string {
	if (value === null || typeof value !== 'object') return JSON.stringify(value)
	if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
	if (isDigits(value)) return value.digits
	const members = Object.entries(value).filter(([, member]) => member !== undefined)
	return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member!)}`).join(',')}}`
}

/** A number in parts of 10^-places. */
export function digits(value: bigint, places: number): Digits {
	return { digits: decimalText(value, places) }
}

/** Midnight UTC of a date (`YYYY-MM-DD`), as Xero writes dates in JSON. */
export function msDate(date: string): string {
	return `/Date(${Date.parse(`${date}T00:00:00Z`)}+0000)/`
}

/** `Date` and `DateString`: both stand in most documents. */
export function bothDates(name: string, date: string): { [member: string]: Json } {
	return { [`${name}String`]: `${date}T00:00:00`, [name]: msDate(date) }
}

/** Is it a number with its digits, and no object of the vendor's? */
export function isDigits(value: object): value is Digits {
	return 'digits' in value && typeof value.digits === 'string' && Object.keys(value).length === 1
}
