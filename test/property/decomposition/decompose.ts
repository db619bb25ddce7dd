import { billedAgain, withoutAgain } from './billed-again.ts'
import { amountOf, type Chain, type Followed } from './chain.ts'
import { followChains } from './chains.ts'
import { type Fraction, magnitude, money, ofMoney, one, times, total } from './exact.ts'
import { breaksOfInvoices } from './invoices.ts'
import { counts } from './links.ts'
import { crmRate, erpRate } from './rates.ts'
import { readRecords } from './read-records.ts'
import type { Deal, Entry, Records, World } from './records.ts'
import { breaksOfTerms, compareTerms, type Terms, tolerance } from './terms.ts'

/** `amount`: money in four decimals as a whole number, so 12.5 is 125000. */
export type Break = {
	item: string
	code: string
	period: string
	customer: string
	entity: string
	currency: string
	amount: bigint
}

/** A break without its item and place: those of the chain's booking, unless it says otherwise. */
export type Step = { code: string; amount: bigint } & Partial<
	Pick<Break, 'period' | 'currency' | 'customer' | 'entity'>
>

/**
 * The decomposition of docs/definitions.md ("Chains", "Breaks"), written from its words and not from the models, of what a `Book` can
 * express and without a scope. Breaks are added up by item, code and cell; those of zero are left out.
 */
export function decompose(world: World): Break[] {
	const records = readRecords(world)
	const followed = followChains(records)
	const terms = termsOf(records, followed)
	const breaks = [
		...followed.chains.flatMap((chain) => {
			const { customer, entity, currency, period } = chain.deal
			const steps = stepsOf(records, followed, chain, terms)
			return steps.map((step): Break => ({ item: chain.id, customer, entity, currency, period, ...step }))
		}),
		...followed.outside.map(
			({ entry, amount, code }): Break => ({
				item: entry.document ?? entry.id,
				...postingOf({ ...entry, amount }, code),
			}),
		),
	]
	return addedUp(breaks)
}

function postingOf({ amount, period, customer, entity, currency }: Entry, code: string): Required<Step> {
	return { code, amount: -amount, period, customer, entity, currency }
}

function addedUp(breaks: readonly Break[]): Break[] {
	const keyOf = ({ amount: _, ...where }: Break) => JSON.stringify(Object.entries(where).sort())
	return [...Map.groupBy(breaks, keyOf).values()]
		.map((same) => ({ ...same[0]!, amount: total(same.map(({ amount }) => amount)) }))
		.filter(({ amount }) => amount !== 0n)
}

function stepsOf(records: Records, followed: Followed, chain: Chain, terms: ReadonlyMap<Chain, Terms>): Step[] {
	const nothing = nothingToCompare(records, followed, chain)
	if (nothing) {
		const posted = chain.recognised.map(({ entry, amount }) => postingOf({ ...entry, amount }, nothing))
		return [{ code: nothing, amount: chain.booked }, ...posted]
	}
	const own = terms.get(chain)!
	return [
		...own.conversion,
		...[
			...breaksOfTerms(own, arePricesWithTax(followed, chain, terms)),
			...breaksOfInvoices(records, followed, own),
		].map((step) => ({ currency: own.currency, ...step })),
	]
}

/** Step 1: the code of a chain that has nothing to be compared with. */
function nothingToCompare(records: Records, followed: Followed, chain: Chain): string | null {
	const { deal, kind, ordered } = chain
	if (followed.isTwin(deal)) return 'duplicate'
	if (kind === 'rest') return codeOfRest(records, followed, chain)
	const orders = kind === 'charges' ? followed.ordersOf(deal) : ordered.map(({ order }) => order)
	if (orders.length === 0) return 'not_ordered'
	const alive = orders.filter(({ document }) => !document.isCancelled)
	if (alive.length === 0) return 'cancelled_or_credited'
	return alive.some(counts) ? null : 'awaiting_approval'
}

function codeOfRest({ minorDigits }: Records, followed: Followed, { deal, booked }: Chain): string {
	const orders = followed.ordersOf(deal).filter(({ document }) => !document.isCancelled)
	if (booked === total(orders.map(({ document }) => document.tax))) return 'tax_or_freight'
	if (magnitude(booked) <= tolerance(deal.lines.length, minorDigits(deal.currency))) return 'rounding'
	return booked === total(orders.map(({ document }) => document.wholeDiscount)) ? 'discount' : 'unexplained'
}

/** Steps 2 and 3 of every chain that is compared. */
function termsOf(records: Records, followed: Followed): Map<Chain, Terms> {
	const compared = followed.chains.filter((chain) => nothingToCompare(records, followed, chain) === null)
	return new Map(compared.map((chain) => [chain, chainTerms(records, followed, chain)]))
}

function chainTerms(records: Records, followed: Followed, chain: Chain): Terms {
	const isInParts =
		records.invoicesBillParts &&
		followed
			.ordersOf(chain.deal)
			.filter(counts)
			.every(({ isInvoice }) => isInvoice)
	const again = billedAgain(records, chain, isInParts)
	const parts = chain.ordered
		.filter(({ order, document }) => counts(order) && document.currency === chain.currency)
		.map((part) => withoutAgain(part, again.get(part.line)))
		.filter((part) => part !== null)
	const { deal, booked, currency } = chain
	const counting = followed.ordersOf(deal).filter(counts)
	const orders = parts.length > 0 ? parts.map(({ order }) => order) : counting
	const first = orders.map(({ document }) => document).sort((one, other) => (one.date < other.date ? -1 : 1))[0]!
	const digits = records.minorDigits(currency)
	const shared = { chain, parts, again, currency, digits, isInParts, tax: taxOf(orders) }
	if (currency === deal.currency) return compareTerms(records, { ...shared, value: booked, rate: one, conversion: [] })
	const atRate = (rate: Fraction) => money(times(ofMoney(booked), rate), digits)
	const crm = crmRate(records.rates, deal.currency, currency, deal.closed)
	const erp = (parts.length > 0 ? erpRate(records.rates, deal.currency, first) : null) ?? crm ?? one
	const arrived = crm ? atRate(crm) : amountOf(parts)
	const value = crm ? atRate(erp) : arrived
	const conversion = [
		{ code: 'currency_mismatch', amount: booked },
		{ code: 'currency_mismatch', amount: -arrived, currency },
		{ code: 'exchange_rate', amount: arrived - value, currency },
	]
	return compareTerms(records, { ...shared, value, rate: erp, conversion })
}

const taxOf = (orders: Followed['chains'][number]['ordered'][number]['order'][]): bigint =>
	total([...new Set(orders.map(({ document }) => document))].map(({ tax }) => tax))

/**
 * Whether a deal's lines that are compared together exceed the order's by its tax, within their tolerances, none below it, all in the
 * same currency and without a break of quantity or unit.
 */
function arePricesWithTax(followed: Followed, { deal, kind }: Chain, terms: ReadonlyMap<Chain, Terms>): boolean {
	const tax = dealTax(followed, deal)
	if (kind !== 'line' || tax <= 0n) return false
	const lines = [...terms.values()].filter(({ chain }) => chain.kind === 'line' && chain.deal === deal)
	const isLike = (own: Terms) => own.currency === deal.currency && own.value >= own.ordered && own.hasSameQuantity
	const over = total(lines.map(({ value, ordered }) => value - ordered)) - tax
	return lines.every(isLike) && magnitude(over) <= total(lines.map(({ tolerance }) => tolerance))
}

const dealTax = (followed: Followed, deal: Deal): bigint => taxOf(followed.ordersOf(deal).filter(counts))
