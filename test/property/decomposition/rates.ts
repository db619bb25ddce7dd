import { divided, type Fraction, one, rounded, times } from './exact.ts'
import type { Document, Rate } from './records.ts'

const rateDigits = 10

/** The CRM's rate of a date, by itself or through the corporate currency; null: none. */
export function crmRate(rates: readonly Rate[], from: string, to: string, date: string): Fraction | null {
	const crm = rates.filter(({ kind }) => kind === 'crm')
	const base = corporateCurrency(crm)
	return latest(crm, from, to, date) ?? through(base, from, to, (one, other) => eitherWay(crm, one, other, date))
}

/** The ERP's rate of the order's date through the currency of its legal entity; null: none. */
export function erpRate(rates: readonly Rate[], from: string, order: Document): Fraction | null {
	const erp = rates.filter(({ kind }) => kind === 'erp')
	return through(order.entityCurrency, from, order.currency, (one, other) =>
		other === order.entityCurrency
			? eitherWay(erp, one, other, order.date)
			: inverse(eitherWay(erp, other, one, order.date)),
	)
}

/** The one to which most others have a rate. */
function corporateCurrency(rates: readonly Rate[]): string {
	const others = (to: string) => new Set(rates.filter((rate) => rate.to === to).map(({ from }) => from)).size
	const currencies = [...new Set(rates.map(({ to }) => to))].sort()
	return currencies.sort((one, other) => others(other) - others(one))[0] ?? ''
}

function through(
	base: string,
	from: string,
	to: string,
	rateOf: (from: string, to: string) => Fraction | null,
): Fraction | null {
	const [first, second] = [
		[from, base],
		[base, to],
	].map(([one_, other]) => (one_ === other ? one : rateOf(one_!, other!)))
	return first && second ? rounded(times(first, second), rateDigits) : null
}

function eitherWay(rates: readonly Rate[], from: string, to: string, date: string): Fraction | null {
	return latest(rates, from, to, date) ?? inverse(latest(rates, to, from, date))
}

const inverse = (rate: Fraction | null): Fraction | null => rate && rounded(divided(one, rate), rateDigits)

/** The latest not after the date; one of 0 or below is none. */
function latest(rates: readonly Rate[], from: string, to: string, date: string): Fraction | null {
	const found = rates
		.filter((rate) => rate.from === from && rate.to === to && rate.start <= date && rate.rate.over > 0n)
		.sort((one, other) => (one.start < other.start ? 1 : -1))
	return found[0]?.rate ?? null
}
