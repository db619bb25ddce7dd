import { Temporal } from 'temporal-polyfill'

/**
 * A posting period of the company; both dates belong to it. `year` is the fiscal year's number, `number` counts the periods of the
 * year from 1, both null where the calendar is a list that doesn't say.
 */
export type Period = {
	periodId: string
	startDate: string
	endDate: string
	year: string | null
	quarter: number | null
	number: number | null
}

/** Calendar months `YYYY-MM`, both included, and the month (1 to 12) in which the fiscal year starts. */
export type MonthCalendar = { from: string; to: string; yearStart?: number; namedBy?: 'start' | 'end' }

/**
 * Fiscal years of whole weeks: four quarters of 13 weeks in the order of `weeks`. The year ends on the last `weekday` of `month`, or
 * on the one nearest to the month's last day, which may lie in the next month. The 53rd week goes to period `longPeriod`.
 */
export type WeekCalendar = {
	weeks: '4-4-5' | '4-5-4' | '5-4-4'
	weekday: (typeof weekdays)[number]
	month: number
	rule: 'last' | 'nearest'
	namedBy: 'start' | 'end'
	longPeriod: number
}

/** In the order of ISO 8601. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

/** Calendar months, each with its fiscal year: that in which the year ends, unless it is named by its start. */
export function monthPeriods({ from, to, yearStart = 1, namedBy = 'end' }: MonthCalendar): Period[] {
	const last = Temporal.PlainYearMonth.from(to)
	const periods: Period[] = []
	for (
		let month = Temporal.PlainYearMonth.from(from);
		Temporal.PlainYearMonth.compare(month, last) <= 0;
		month = month.add({ months: 1 })
	) {
		const first = month.subtract({ months: yearStart - 1 })
		const crosses = yearStart > 1 && namedBy === 'end' ? 1 : 0
		periods.push({
			periodId: month.toString(),
			startDate: month.toPlainDate({ day: 1 }).toString(),
			endDate: month.toPlainDate({ day: month.daysInMonth }).toString(),
			year: String(first.year + crosses),
			quarter: Math.ceil(first.month / 3),
			number: first.month,
		})
	}
	return periods
}

/** The twelve periods `2026-P01` to `2026-P12` of each fiscal year from `firstYear` to `lastYear`, by the years' numbers. */
export function weekPeriods(calendar: WeekCalendar, firstYear: number, lastYear: number): Period[] {
	const years = Array.from({ length: Math.max(0, lastYear - firstYear + 1) }, (_, index) => firstYear + index)
	return years.flatMap((year) => periodsOfYear(calendar, year))
}

/** The number of the fiscal year in which a date lies. */
export function fiscalYearOf(calendar: WeekCalendar, date: string): number {
	const day = Temporal.PlainDate.from(date)
	const candidates = [day.year - 2, day.year - 1, day.year, day.year + 1]
	return candidates.find((year) => Temporal.PlainDate.compare(day, yearEnd(calendar, year)) <= 0)!
}

/** The company's date at `now`, `YYYY-MM-DD`, in its own time zone. */
export function companyDate(now: Date, timeZone: string): string {
	return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

/** The first moment of a date in a zone, ISO 8601 in UTC. */
export function startOfDay(date: string, timeZone: string): string {
	return Temporal.PlainDate.from(date).toZonedDateTime(timeZone).toInstant().toString()
}

/** The first moment after a date in a zone, ISO 8601 in UTC. */
export function endOfDay(date: string, timeZone: string): string {
	return startOfDay(dayAfter(date), timeZone)
}

/** The day after, `YYYY-MM-DD`. */
export function dayAfter(date: string): string {
	return Temporal.PlainDate.from(date).add({ days: 1 }).toString()
}

function periodsOfYear(calendar: WeekCalendar, year: number): Period[] {
	const end = yearEnd(calendar, year)
	let start = yearEnd(calendar, year - 1).add({ days: 1 })
	const isLong = start.until(end, { largestUnit: 'days' }).days + 1 === 53 * 7
	const lengths = [1, 2, 3, 4].flatMap(() => calendar.weeks.split('-').map(Number))
	return lengths.map((weeks, index) => {
		const days = (weeks + (isLong && index + 1 === calendar.longPeriod ? 1 : 0)) * 7
		const period = {
			periodId: `${year}-P${String(index + 1).padStart(2, '0')}`,
			startDate: start.toString(),
			endDate: start.add({ days: days - 1 }).toString(),
			year: String(year),
			quarter: Math.floor(index / 3) + 1,
			number: index + 1,
		}
		start = start.add({ days })
		return period
	})
}

/** The last day of the fiscal year with that number. A year that ends in December has one number, however it is named. */
function yearEnd({ weekday, month, rule, namedBy }: WeekCalendar, year: number): Temporal.PlainDate {
	const inYear = namedBy === 'start' && month < 12 ? year + 1 : year
	const inMonth = Temporal.PlainYearMonth.from({ year: inYear, month })
	const lastDay = inMonth.toPlainDate({ day: inMonth.daysInMonth })
	const back = (lastDay.dayOfWeek - (weekdays.indexOf(weekday) + 1) + 7) % 7
	return rule === 'nearest' && back > 3 ? lastDay.add({ days: 7 - back }) : lastDay.subtract({ days: back })
}
