import { columns, snakeCase } from '../../columns.ts'
import type { Query, Stream } from '../../source.ts'

/** An aggregate query answers no more groups than these, and has no further pages. */
export const mostGroups = 2000

/**
 * What Salesforce itself adds up of won opportunities. In an org with several currencies the sums come in the corporate currency,
 * converted at the rates of the close dates, whatever they are grouped by.
 */
export const bookingTotals: Stream = {
	name: 'booking_totals',
	object: 'Opportunity',
	key: ['close_date', 'currency_iso_code'],
	columns: columns('CloseDate:date CurrencyIsoCode:currency total:price dealCount:integer', snakeCase),
	cursor: null,
	freshness: { warn: 60, error: 240 },
	priority: 1,
}

/** Is it sums that the stream is made of? */
export function isTotals({ stream }: Pick<Query<unknown>, 'stream'>): boolean {
	return stream.name === bookingTotals.name
}

/** The sums behind a group, in the order of the groups; what lies in the recycle bin is in no report. */
export function totalsQuery(after?: Record<string, string | null>): string {
	const date = after?.['close_date']
	const behind = date
		? ` and (CloseDate > ${date} or (CloseDate = ${date} and CurrencyIsoCode > '${after!['currency_iso_code']}'))`
		: ''
	return `select CloseDate, CurrencyIsoCode, SUM(Amount) total, COUNT(Id) dealCount from Opportunity where IsWon = true and IsDeleted = false${behind} group by CloseDate, CurrencyIsoCode order by CloseDate asc, CurrencyIsoCode asc limit ${mostGroups}`
}
