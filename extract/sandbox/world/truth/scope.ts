import { monthOf } from '../company/calendar.ts'
import { type Currency, legalEntities, scope } from '../company/entities.ts'
import { chained, convert, inverse, minorUnits, RATE } from '../company/exact.ts'
import { crmRate, erpRate, homeRate, quotedRate } from '../company/rates.ts'
import type { Lack } from '../projection.ts'
import type { DealState, OrderState } from '../story/facts.ts'

/** The first reason for which a deal lies outside of what the two systems share; null: none. A deal without a rate is inside. */
export function reasonOutOfScope(state: DealState, lacks: ReadonlySet<Lack>): string | null {
	const rate = dealRate(state.currency, scope.minimumCurrency, state.closeDate, lacks)
	const dollars = rate === undefined ? null : convert(state.amount, rate, state.currency, scope.minimumCurrency)
	return reason(state.closeDate, dollars, state.channel)
}

/** The same for a journal that names no document: only its date counts. */
export function reasonJournalOutOfScope(date: string): string | null {
	return date < scope.goLive ? 'before the go-live' : null
}

/** The same for an order or an invoice that has no deal: by its own date, net amount and channel. */
export function reasonDocumentOutOfScope(
	state: Pick<OrderState, 'date' | 'net' | 'currency' | 'entity' | 'channel'>,
	lacks: ReadonlySet<Lack>,
): string | null {
	const rate = orderRate(state.currency, scope.minimumCurrency, legalEntities[state.entity].currency, state.date, lacks)
	const dollars = rate === undefined ? null : convert(state.net, rate, state.currency, scope.minimumCurrency)
	return reason(state.date, dollars, state.channel)
}

/** The CRM's rate at a date, through the corporate currency; undefined: one of the two has none. */
export function dealRate(from: Currency, to: Currency, date: string, lacks: ReadonlySet<Lack>): bigint | undefined {
	if (from === to) return RATE
	if (lacks.has('exact_rates')) {
		const [toDollars, fromDollars] = [homeRate(from, monthOf(date)), homeRate(to, monthOf(date))]
		if (toDollars === undefined || fromDollars === undefined) return undefined
		return chained(toDollars, inverse(fromDollars))
	}
	const [first, second] = [crmRate(from, monthOf(date)), crmRate(to, monthOf(date))]
	if (first === undefined || second === undefined) return undefined
	return chained(from === 'USD' ? RATE : inverse(first), second)
}

/** The ERP's rate at a date, through the currency of the order's legal entity; undefined: it has no table of rates. */
export function orderRate(
	from: Currency,
	to: Currency,
	base: Currency,
	date: string,
	lacks: ReadonlySet<Lack>,
): bigint | undefined {
	if (from === to) return RATE
	if (lacks.has('erp_rates')) return undefined
	const rateOf = lacks.has('quoted_rates') ? quotedRate : erpRate
	const first = rateOf(from, base, date)
	return to === base ? first : chained(first, inverse(rateOf(to, base, date)))
}

function reason(date: string, dollars: bigint | null, channel: string): string | null {
	if (date < scope.goLive) return 'before the go-live'
	if (dollars !== null && dollars < scope.minimumAmount * minorUnits(scope.minimumCurrency))
		return 'below the minimum amount'
	return channel === scope.excludedChannel ? 'excluded channel' : null
}
