import { z } from 'zod'
import { fiscalYearOf, monthPeriods, type Period, type WeekCalendar, weekdays, weekPeriods } from './calendar.ts'

/** The mark that the editor's schema turns into "text or number": YAML numbers reach us as their digits. */
const digits = { digits: true }
const date = z.iso.date('a date such as 2026-10-31')
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-10')
const year = z
	.string()
	.regex(/^\d{4}$/, 'a fiscal year such as 2026')
	.meta(digits)
const numberTo12 = (expected: string) =>
	z
		.string()
		.regex(/^(0?[1-9]|1[0-2])$/, expected)
		.meta(digits)
		.transform(Number)
const namedBy = z
	.enum(['start', 'end'])
	.optional()
	.describe('the calendar year that gives a fiscal year its number: the one in which it ends (the default), or starts')
const periodId = z
	.string()
	.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'letters, digits, - and _, at most 32, such as 2026-P01')

const months = z.strictObject({
	from: month,
	to: month.optional().describe('default: the month after the current one'),
	fiscal_year_start: numberTo12('a month from 1 to 12').optional().describe('the month in which a fiscal year starts'),
	named_by: namedBy,
})

const weeks = z.strictObject({
	weeks: z.enum(['4-4-5', '4-5-4', '5-4-4']).describe('weeks of the three periods of a quarter'),
	year_end: z
		.strictObject({
			weekday: z.enum(weekdays),
			month: numberTo12('a month from 1 to 12'),
			rule: z
				.enum(['last', 'nearest'])
				.default('last')
				.describe('the last such day of the month, or the one nearest to its last day'),
		})
		.describe('the day on which every fiscal year ends'),
	from: year.describe('the first fiscal year'),
	to: year.optional().describe('the last one; default: that of the period after the current one'),
	named_by: namedBy,
	long_period: numberTo12('a period from 1 to 12')
		.default(12)
		.describe('the period that gets the 53rd week of a year that has one'),
})

const list = z.strictObject({
	periods: z
		.array(z.strictObject({ id: periodId, start: date, end: date, year: z.string().min(1).meta(digits).optional() }))
		.min(1)
		.describe('ids must sort as text in the order of their dates'),
})

/** `calendar:` of `tieout.yml`. */
export const calendarSchema = z
	.union([months, weeks, list])
	.describe('posting periods: calendar months, fiscal years of weeks (4-4-5 and others), or a list')

export type CalendarValues = z.output<typeof calendarSchema>

/**
 * The periods of the calendar in their order. Months run to the month after `today` (`YYYY-MM-DD`), weeks to the end of the fiscal
 * year of the period after the current one, unless an end is configured.
 */
export function calendarPeriods(values: CalendarValues, today: string): Period[] {
	if ('periods' in values) return values.periods.map(listedPeriod)
	if ('weeks' in values) return periodsOfWeeks(values, today)
	return monthPeriods({
		from: values.from,
		to: values.to ?? monthAfter(today),
		yearStart: values.fiscal_year_start ?? 1,
		namedBy: values.named_by ?? 'end',
	})
}

function listedPeriod({ id, start, end, year }: z.output<typeof list>['periods'][number]): Period {
	return { periodId: id, startDate: start, endDate: end, year: year ?? null, quarter: null, number: null }
}

function periodsOfWeeks(values: z.output<typeof weeks>, today: string): Period[] {
	const { weekday, month, rule } = values.year_end
	const calendar: WeekCalendar = {
		...{ weeks: values.weeks, weekday, month, rule },
		namedBy: values.named_by ?? 'end',
		longPeriod: values.long_period,
	}
	if (values.to) return weekPeriods(calendar, Number(values.from), Number(values.to))
	const current = fiscalYearOf(calendar, today)
	const periods = weekPeriods(calendar, Number(values.from), Math.max(current, Number(values.from)) + 1)
	const next = periods.findIndex((period) => today <= period.endDate) + 1
	const last = periods[next]?.year
	return periods.filter((period) => last === undefined || Number(period.year) <= Number(last))
}

function monthAfter(today: string): string {
	const [year, monthNumber] = today.split('-').map(Number) as [number, number]
	return monthNumber === 12 ? `${year + 1}-01` : `${year}-${String(monthNumber + 1).padStart(2, '0')}`
}
