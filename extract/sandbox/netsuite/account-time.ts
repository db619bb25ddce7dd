import type { DatabaseSync } from 'node:sqlite'
import { unsupportedSearch } from './refusal.ts'

/** Converts between UTC and an account's local time, both as text `YYYY-MM-DDTHH:MM:SS`. */
export type AccountTime = {
	toLocal(utc: string): string
	/** Of an hour that comes twice, the first; an hour that does not exist is taken as if the clock had not been put forward. */
	toUtc(local: string): string
}

/** Conversion for an IANA zone. Offsets are looked up once for each quarter of an hour. */
export function createAccountTime(timeZone: string): AccountTime {
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	})
	const offsets = new Map<number, number>()
	const offsetAt = (moment: number): number => {
		const quarter = Math.floor(moment / quarterHour)
		const known = offsets.get(quarter)
		if (known !== undefined) return known
		const parts = Object.fromEntries(
			format.formatToParts(quarter * quarterHour).map(({ type, value }) => [type, Number(value)]),
		)
		const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
		const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter * quarterHour
		offsets.set(quarter, offset)
		return offset
	}
	return {
		toLocal: (utc) => {
			const moment = Date.parse(`${utc}Z`)
			return text(moment + offsetAt(moment))
		},
		toUtc: (local) => {
			const asUtc = Date.parse(`${local}Z`)
			const before = asUtc - offsetAt(asUtc - dayLength)
			if (offsetAt(before) === offsetAt(asUtc - dayLength)) return text(before)
			const after = asUtc - offsetAt(asUtc + dayLength)
			return text(offsetAt(after) === offsetAt(asUtc + dayLength) ? after : before)
		},
	}
}

const quarterHour = 900_000
const dayLength = 86_400_000

/** Gives SQLite `local_time(utc)`, `format_time(local, format)` and `user_date(local)`, which is the user's own format M/D/YYYY. */
export function addTimeFunctions(database: DatabaseSync, time: AccountTime): void {
	const nullable = (convert: (value: string, format: string) => string) => (value: unknown, format: unknown) =>
		value === null ? null : convert(String(value), String(format))
	database.function('local_time', { deterministic: true }, (value) => nullable(time.toLocal)(value, null))
	database.function('user_date', { deterministic: true }, (value) => nullable(userDate)(value, null))
	database.function('format_time', { deterministic: true }, (value, format) => nullable(formatTime)(value, format))
}

/** A local text in one of Oracle's formats: YYYY, MM, DD, HH24, MI, SS, punctuation and quoted text. Throws at others. */
export function formatTime(local: string, format: string): string {
	return elementsOf(format)
		.map((element) =>
			element in places ? local.slice(...(places[element] as [number, number])) : element.replaceAll('"', ''),
		)
		.join('')
}

/** The local text `YYYY-MM-DDTHH:MM:SS` that a text in one of Oracle's formats tells; what the format leaves out is midnight. Null if it does not fit. */
export function parseTime(value: string, format: string): string | null {
	const found: Record<string, string> = { MM: '01', DD: '01', HH24: '00', MI: '00', SS: '00' }
	let at = 0
	for (const element of elementsOf(format)) {
		const length = element in places ? (element === 'YYYY' ? 4 : 2) : element.replaceAll('"', '').length
		const part = value.slice(at, at + length)
		if (element in places ? !/^\d+$/.test(part) || part.length !== length : part !== element.replaceAll('"', ''))
			return null
		if (element in places) found[element] = part
		at += length
	}
	const local = `${found['YYYY']}-${found['MM']}-${found['DD']}T${found['HH24']}:${found['MI']}:${found['SS']}`
	const isReal = !Number.isNaN(Date.parse(`${local}Z`)) && text(Date.parse(`${local}Z`)) === local
	return at === value.length && isReal ? local : null
}

/** A date in the user's format, M/D/YYYY, as local midnight. Null if the text is none. */
export function parseUserDate(value: string): string | null {
	const [, month = '', day = '', year = ''] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(value) ?? []
	return year === '' ? null : parseTime(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`, 'YYYY-MM-DD')
}

const places: Record<string, [number, number]> = {
	YYYY: [0, 4],
	MM: [5, 7],
	DD: [8, 10],
	HH24: [11, 13],
	MI: [14, 16],
	SS: [17, 19],
}

const formats = new Map<string, string[]>()

function elementsOf(format: string): string[] {
	const known = formats.get(format)
	if (known) return known
	const elements = format.match(/YYYY|MM|DD|HH24|MI|SS|"[^"]*"|[-/:., ]/gi) ?? []
	if (elements.join('') !== format) throw unsupportedSearch(`the date format '${format}'`)
	const upper = elements.map((element) => (element.startsWith('"') ? element : element.toUpperCase()))
	formats.set(format, upper)
	return upper
}

function userDate(local: string): string {
	return `${Number(local.slice(5, 7))}/${Number(local.slice(8, 10))}/${local.slice(0, 4)}`
}

function text(moment: number): string {
	return new Date(moment).toISOString().slice(0, 19)
}
