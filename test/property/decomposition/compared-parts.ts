import { amountOf, byDate, type Chain, isSameUnit, millionths, type Part, quantityOf } from './chain.ts'
import { compare, plus } from './exact.ts'
import { counts } from './links.ts'
import type { DocumentLine } from './records.ts'

/**
 * The lines of invoices without an order that bill again what was credited: with the chain's earlier ones they exceed the deal's
 * quantity (its amount, where there is none or the units differ; in another currency every one after the first does), and credits up to
 * their date come to all that so exceeds.
 */
export function billedAgainWithoutOrder({ deal, line, booked, ordered, credited }: Chain): Set<DocumentLine> {
	const parts = ordered.filter(({ order }) => order.isInvoice && counts(order)).sort(byDate)
	const exceeds = (part: Part, at: number) => {
		const soFar = parts.slice(0, at + 1)
		const { quantity, unit } = line ?? {}
		if (quantity && isSameUnit(unit, part.line.unit) && soFar.some((one) => one.quantity))
			return compare(quantityOf(soFar), plus(quantity, millionths(soFar.length))) > 0n
		return part.document.currency !== deal.currency || amountOf(soFar) > booked
	}
	const over = parts.filter((part, at) => at > 0 && exceeds(part, at))
	const isCovered = (part: Part, at: number) => {
		const before = credited.filter(({ document }) => document.date <= part.document.date)
		return before.length > 0 && amountOf(over.slice(0, at + 1)) <= amountOf(before)
	}
	return new Set(over.filter(isCovered).map((part) => part.line))
}

/** The chain's order parts that are compared: of orders neither cancelled nor pending, without what is billed again. */
export function comparedParts(chain: Chain, billedAgain: ReadonlySet<DocumentLine>): Chain['ordered'] {
	return chain.ordered.filter(
		({ order, document, line }) => counts(order) && !billedAgain.has(line) && document.currency === chain.currency,
	)
}
