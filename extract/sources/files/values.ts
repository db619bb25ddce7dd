import { Temporal } from 'temporal-polyfill'
import type { ColumnType } from '../../../models/canonical.ts'
import type { FileFormat } from './options.ts'

/** A cell's text as its canonical column wants it, or why it can't be that. */
export type Converted = { text: string } | { reason: string }

/** What a cell is read by: how its file writes numbers and dates, and the zone of times that name none. */
export type Reading = { format: FileFormat; zone: string }

/**
 * Turns a cell's text into the text of a canonical type: numbers with a point and no grouping, their digits untouched; dates
 * `YYYY-MM-DD`, the day in `zone`; timestamps UTC; booleans `true` and `false`.
 */
export function converted(type: ColumnType, text: string, { format, zone }: Reading): Converted {
	if (type === 'text') return { text }
	if (type === 'boolean') return booleanText(text)
	if (type === 'date' || type === 'timestamp') return momentText(type, text, format.dates ?? 'iso', zone)
	const number = numberText(text, format.decimal ?? '.')
	if ('reason' in number || type !== 'integer') return number
	return { text: number.text.replace(/\.0+$/, '') }
}

function booleanText(text: string): Converted {
	if (/^(true|t|yes|y|1|1\.0)$/i.test(text)) return { text: 'true' }
	if (/^(false|f|no|n|0|0\.0)$/i.test(text)) return { text: 'false' }
	return { reason: `"${text}" is neither true nor false; say what it means with map: or when:` }
}

/** `1.234,56`, `1 234,56`, `(12.50)` and `12.50-` are what spreadsheets and ledgers write. */
function numberText(text: string, decimal: '.' | ','): Converted {
	const isNegative = /^\(.*\)$|^-|-$/.test(text)
	const body = text.replace(/^\((.*)\)$/, '$1').replace(/^[+-]|-$/g, '')
	const grouped = decimal === '.' ? /^\d{1,3}([,'’  ]\d{3})+(\.\d*)?$/ : /^\d{1,3}([.'’  ]\d{3})+(,\d*)?$/
	const plain = decimal === '.' ? /^(\d+(\.\d*)?|\.\d+)$/ : /^(\d+(,\d*)?|,\d+)$/
	if (!grouped.test(body) && !plain.test(body)) {
		const other = decimal === '.' ? ',' : '.'
		const hint = /^[\d.,'’  ]+$/.test(body) ? `; if ${other} stands before the cents, write decimal: "${other}"` : ''
		return { reason: `"${text}" is no number${hint}` }
	}
	const [whole, fraction] = body.split(decimal)
	const digits = `${whole!.replaceAll(/\D/g, '') || '0'}${fraction ? `.${fraction}` : ''}`
	return { text: isNegative ? `-${digits}` : digits }
}

function momentText(type: 'date' | 'timestamp', text: string, form: string, zone: string): Converted {
	const iso = isoText(text, form)
	if (iso === null)
		return { reason: `"${text}" is no date${form === 'iso' ? ' such as 2026-10-31' : ` (dates: ${form})`}` }
	try {
		const hasTime = /[T ]\d/.test(iso)
		const hasOffset = /(Z|[+-]\d\d:?\d\d)$/i.test(iso.slice(10))
		if (type === 'date' && !hasOffset)
			return { text: Temporal.PlainDate.from(iso.slice(0, 10), { overflow: 'reject' }).toString() }
		const instant = hasOffset
			? Temporal.Instant.from(iso.replace(' ', 'T'))
			: Temporal.PlainDateTime.from(hasTime ? padded(iso) : iso, { overflow: 'reject' })
					.toZonedDateTime(zone)
					.toInstant()
		if (type === 'date') return { text: instant.toZonedDateTimeISO(zone).toPlainDate().toString() }
		return { text: instant.toString({ smallestUnit: 'microsecond' }).replace('T', ' ').replace('Z', '') }
	} catch {
		return { reason: `"${text}" is a day or an hour that doesn't exist` }
	}
}

/** The hour of a time is not padded everywhere: `1:59:39`. */
function padded(iso: string): string {
	return iso.replace(' ', 'T').replace(/T(\d):/, 'T0$1:')
}

/** The text with its date as `YYYY-MM-DD` in front; null when it has none in this form. */
function isoText(text: string, form: string): string | null {
	if (form === 'excel') return excelDay(text)
	if (/^\d{4}-\d\d-\d\d([T ]|$)/.test(text)) return text
	if (form === 'iso') return null
	const match = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[T ,]+(.*))?$/.exec(text)
	if (!match) return null
	const [, first, second, year, time] = match
	const [day, month] = form === 'day-month-year' ? [first!, second!] : [second!, first!]
	return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${time ? `T${time}` : ''}`
}

/** Days since 1899-12-30, which is how a spreadsheet counts (from March 1900 on). */
function excelDay(text: string): string | null {
	if (!/^\d{2,6}(\.0*)?$/.test(text)) return null
	return Temporal.PlainDate.from('1899-12-30')
		.add({ days: Number.parseInt(text, 10) })
		.toString()
}
