import { Temporal } from 'temporal-polyfill'

/** A posting period of the company; both dates belong to it. */
export type Period = { periodId: string; startDate: string; endDate: string }

/** Calendar months from `from` to `to`, both `YYYY-MM` and included. */
export function monthsBetween(from: string, to: string): Period[] {
	const last = Temporal.PlainYearMonth.from(to)
	const periods: Period[] = []
	for (
		let month = Temporal.PlainYearMonth.from(from);
		Temporal.PlainYearMonth.compare(month, last) <= 0;
		month = month.add({ months: 1 })
	) {
		periods.push({
			periodId: month.toString(),
			startDate: month.toPlainDate({ day: 1 }).toString(),
			endDate: month.toPlainDate({ day: month.daysInMonth }).toString(),
		})
	}
	return periods
}

/** The company's date at `now`, `YYYY-MM-DD`, in its own time zone. */
export function companyDate(now: Date, timeZone: string): string {
	return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}
