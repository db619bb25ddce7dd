import { amountOf, byDate, type Chain, millionths, type Part, quantityOf } from './chain.ts'
import { compare, money, ofMoney, plus, times } from './exact.ts'
import { counts } from './links.ts'
import { crmRate, erpRate } from './rates.ts'
import type { DocumentLine, Records } from './records.ts'
import { canCompare, measuredIn } from './units.ts'

/**
 * The lines of invoices without an order that bill again what was credited: with the chain's earlier ones they exceed the deal's
 * quantity, brought into its unit (its amount in their currency, where there is none, one can't be brought into it, or the deal is invoiced in parts; without
 * a rate every one after the first does), and credits up to their date come to all that so exceeds from the first credit on.
 */
export function billedAgainWithoutOrder(records: Records, chain: Chain, isInParts: boolean): Set<DocumentLine> {
	const { line, ordered, credited, currency } = chain
	const ofCurrency = ordered
		.filter(({ order, document }) => counts(order) && document.currency === currency)
		.sort(byDate)
	const value = bookedIn(records, chain, ofCurrency[0])
	const parts = ofCurrency.filter(({ order }) => order.isInvoice)
	const measured = parts.map((part) => measuredIn(records, line?.unit ?? null, part))
	const exceeds = (at: number) => {
		const soFar = measured.slice(0, at + 1)
		if (!isInParts && line?.quantity && canCompare(soFar))
			return compare(quantityOf(soFar), plus(line.quantity, millionths(soFar.length))) > 0n
		return value === null || amountOf(parts.slice(0, at + 1)) > value
	}
	const isAfterCredit = (part: Part) => credited.some(({ document }) => document.date <= part.document.date)
	const over = parts.filter((part, at) => at > 0 && isAfterCredit(part) && exceeds(at))
	const isCovered = (part: Part, at: number) => {
		const before = credited.filter(({ document }) => document.date <= part.document.date)
		return amountOf(over.slice(0, at + 1)) <= amountOf(before)
	}
	return new Set(over.filter(isCovered).map((part) => part.line))
}

/** The booked amount in the chain's currency, at the ERP's rate of the first part's day, else at the CRM's; null: the CRM has no rate. */
function bookedIn({ rates, minorDigits }: Records, { deal, booked, currency }: Chain, first?: Part): bigint | null {
	if (currency === deal.currency) return booked
	const crm = crmRate(rates, deal.currency, currency, deal.closed)
	const rate = (first && erpRate(rates, deal.currency, first.document)) ?? crm
	return crm && rate ? money(times(ofMoney(booked), rate), minorDigits(currency)) : null
}

/** The chain's order parts that are compared: of orders neither cancelled nor pending, without what is billed again. */
export function comparedParts(chain: Chain, billedAgain: ReadonlySet<DocumentLine>): Chain['ordered'] {
	return chain.ordered.filter(
		({ order, document, line }) => counts(order) && !billedAgain.has(line) && document.currency === chain.currency,
	)
}
