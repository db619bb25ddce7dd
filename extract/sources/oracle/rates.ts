import { TieoutError } from '../../../models/error.ts'
import type { Page, Reading, SourceRequest } from '../../source.ts'
import { largestPage, type OracleQuery, resourceRequest } from './request.ts'

const dayMs = 86_400_000

/** Days in one request: a rate a day, so that a page holds them all. */
const daysAtOnce = 490

/** Rates are entered a few days ahead at most. */
const daysAhead = 7

/** A stretch of days of one pair. `pair` counts in the connection's list. */
type Stretch = { pair: number; from: number; to: number }

/**
 * The daily rates, pair by pair and stretch by stretch: `currencyRates` answers only to its finder, which wants both currencies, the type
 * of rate and the days. Rates have no id and no stamp; whatever is corrected later shows as another rate of the same day.
 */
export function ratesReading(query: OracleQuery): Reading {
	const { options, stream } = query
	const pairs = (options.currency_pairs ?? '').split(/[\s,]+/)
	const last = toMoment(dateText(query.window.until + daysAhead * dayMs))
	const start = toMoment(options.rates_from)
	const stretch = (pair: number, from: number): Stretch => {
		return { pair, from, to: Math.min(last, from + (daysAtOnce - 1) * dayMs) }
	}
	const request = ({ pair, from, to }: Stretch): SourceRequest => {
		const [source, target] = pairs[pair]!.split('/')
		const days = `startDate=${dateText(from)},endDate=${dateText(to)}`
		const finder = `CurrencyRatesFinder;fromCurrency=${source},toCurrency=${target},userConversionType=${options.rate_type},${days}`
		return resourceRequest(stream, options, { finder, onlyData: 'true', limit: String(largestPage) })
	}
	const following = ({ pair, to }: Stretch): Stretch | null => {
		if (to < last) return stretch(pair, to + dayMs)
		return pair + 1 < pairs.length ? stretch(pair + 1, start) : null
	}
	return {
		first: request(stretch(query.after ? pairOf(query.after, pairs) : 0, start)),
		records: 'items',
		ignore: ['links', '@context'],
		mayBeEmpty: true,
		requests: () => pairs.length * Math.ceil(((last - start) / dayMs + 1) / daysAtOnce),
		next: (page, asked) => {
			const place = placeOf(asked, pairs)
			refuseMisread(page, place, `${stream.object} ${pairs[place.pair]}`)
			const next = following(place)
			return next && request(next)
		},
	}
}

/** The pair in which a run goes on: from its beginning, as nothing says in which order rates come. */
function pairOf(after: Record<string, string | null>, pairs: readonly string[]): number {
	return Math.max(0, pairs.indexOf(`${after['from_currency']}/${after['to_currency']}`))
}

/** A finder with a mistake in it, or one that was passed over, shows in rates of other days, or in too many. */
function refuseMisread({ rows, envelope, last }: Page, { from, to }: Stretch, where: string): void {
	const { hasMore } = (envelope ?? {}) as { hasMore?: boolean | string }
	if (rows > daysAtOnce || String(hasMore) === 'true')
		throw new TieoutError('vendor', 'page.long', `${rows} rates came for ${daysAtOnce} days`, { where })
	const date = last?.['conversion_date']
	if (date && (date < dateText(from) || date > dateText(to)))
		throw new TieoutError('vendor', 'page.outside', `a rate of ${date} came: the finder was ignored`, { where })
}

/** What a request asked for: it is kept as plain data, and everything follows from it. */
function placeOf({ query }: SourceRequest, pairs: readonly string[]): Stretch {
	const asked = /fromCurrency=(\w+),toCurrency=(\w+),.*startDate=([\d-]+),endDate=([\d-]+)/.exec(query!['finder']!)!
	const [, source, target, from, to] = asked
	return { pair: pairs.indexOf(`${source}/${target}`), from: toMoment(from!), to: toMoment(to!) }
}

function toMoment(date: string): number {
	return Date.parse(`${date}T00:00:00Z`)
}

function dateText(at: number): string {
	return new Date(at).toISOString().slice(0, 10)
}
