import { amountOf, byDate, type Chain, millionths, type Part, quantityOf } from './chain.ts'
import { compare, plus } from './exact.ts'
import { counts } from './links.ts'
import type { DocumentLine, Records } from './records.ts'
import { canCompare, measuredIn } from './units.ts'

/**
 * The lines of invoices without an order that bill again what was credited: with the chain's earlier ones they exceed the deal's
 * quantity, brought into its unit (its amount, where there is none, one can't be brought into it, or the deal is invoiced in parts; in another currency every one after
 * the first does), and credits up to their date come to all that so exceeds from the first credit on.
 */
export function billedAgainWithoutOrder(
	records: Records,
	{ deal, line, booked, ordered, credited }: Chain,
	isInParts: boolean,
): Set<DocumentLine> {
	const parts = ordered.filter(({ order }) => order.isInvoice && counts(order)).sort(byDate)
	const measured = parts.map((part) => measuredIn(records, line?.unit ?? null, part))
	const exceeds = (part: Part, at: number) => {
		const soFar = measured.slice(0, at + 1)
		if (!isInParts && line?.quantity && canCompare(soFar))
			return compare(quantityOf(soFar), plus(line.quantity, millionths(soFar.length))) > 0n
		return part.document.currency !== deal.currency || amountOf(parts.slice(0, at + 1)) > booked
	}
	const isAfterCredit = (part: Part) => credited.some(({ document }) => document.date <= part.document.date)
	const over = parts.filter((part, at) => at > 0 && isAfterCredit(part) && exceeds(part, at))
	const isCovered = (part: Part, at: number) => {
		const before = credited.filter(({ document }) => document.date <= part.document.date)
		return amountOf(over.slice(0, at + 1)) <= amountOf(before)
	}
	return new Set(over.filter(isCovered).map((part) => part.line))
}

/** The chain's order parts that are compared: of orders neither cancelled nor pending, without what is billed again. */
export function comparedParts(chain: Chain, billedAgain: ReadonlySet<DocumentLine>): Chain['ordered'] {
	return chain.ordered.filter(
		({ order, document, line }) => counts(order) && !billedAgain.has(line) && document.currency === chain.currency,
	)
}
