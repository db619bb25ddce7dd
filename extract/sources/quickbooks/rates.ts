import type { Query, Reading } from '../../source.ts'
import type { QuickbooksOptions } from './quickbooks.ts'
import { queryRequest } from './statement.ts'

const day = 86_400_000

/**
 * Rates of the connection's `currencies`, one request for each day: QuickBooks has no list of them, only what holds on a day. With
 * `rate_days: month_end` the last day of each month that is over; with `daily` every day up to yesterday.
 */
export function ratesReading(query: Query<QuickbooksOptions>): Reading {
	const { options, window } = query
	const first = window.since === null ? Date.parse(options.rates_from!) : window.since
	const days = rateDays(first, window.until, options.rate_days)
	const codes = options.currencies!.split(/[\s,]+/).map((code) => `'${code}'`)
	const page = (at: string) =>
		queryRequest(
			options,
			`select * from ExchangeRate where SourceCurrencyCode in (${codes.join(', ')}) and AsOfDate = '${at}'`,
		)
	return {
		first: page(days[0]!),
		records: 'QueryResponse.ExchangeRate',
		mayLackList: true,
		mayBeEmpty: true,
		ignore: ['domain', 'sparse', 'SyncToken', 'MetaData'],
		next: (_, request) => {
			const asked = /AsOfDate = '([\d-]+)'/.exec(request.query!['query']!)![1]!
			const next = days[days.indexOf(asked) + 1]
			return next === undefined ? null : page(next)
		},
	}
}

/**
 * The days to ask for, oldest first: those that are over, which are the same whenever they are asked for; at least the last one. Dates
 * `YYYY-MM-DD`.
 */
export function rateDays(since: number, until: number, which: QuickbooksOptions['rate_days']): string[] {
	const today = dateOf(until)
	const isWanted = (at: number) => which === 'daily' || dateOf(at + day).slice(0, 7) !== dateOf(at).slice(0, 7)
	const days: string[] = []
	for (let at = Math.min(since, until); dateOf(at) < today; at += day) if (isWanted(at)) days.push(dateOf(at))
	if (days.length > 0) return days
	let last = until - day
	while (!isWanted(last)) last -= day
	return [dateOf(last)]
}

function dateOf(at: number): string {
	return new Date(at).toISOString().slice(0, 10)
}
