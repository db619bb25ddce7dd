import { type Fraction, fraction, plus, type Ratios, total, zero } from './exact.ts'
import type { Order } from './links.ts'
import type { Deal, DealLine, Document, DocumentLine, Entry } from './records.ts'

/** What a chain gets of a document's line. `gross`: before discount lines; `ratios`: what all chains have of the line. */
export type Part = {
	chainId: string
	ratios: Ratios
	document: Document
	line: DocumentLine
	quantity: Fraction | null
	amount: bigint
	gross: bigint
}

export type Chain = {
	id: string
	/** line: a deal line; whole: a deal without lines; own: an order line that has no deal line. */
	kind: 'line' | 'whole' | 'rest' | 'charges' | 'own'
	deal: Deal
	line: DealLine | null
	booked: bigint
	/** What it was ordered in: the deal's currency if one of its orders has it, else the first by name. */
	currency: string
	/** Of the orders that are followed, those cancelled and pending too. */
	ordered: (Part & { order: Order })[]
	invoiced: Part[]
	credited: Part[]
	/** What is invoiced and credited in another currency, and not followed. */
	invoicedElsewhere: Part[]
	creditedElsewhere: Part[]
	recognised: { entry: Entry; amount: bigint }[]
}

export type Followed = {
	chains: Chain[]
	/** Orders of each deal, no twins among them. */
	ordersOf: (deal: Deal) => Order[]
	isTwin: (deal: Deal) => boolean
	/** Postings, or what of them belongs to no chain, each with its code. */
	outside: { entry: Entry; amount: bigint; code: string }[]
}

/** By id. */
export type Chains = Map<string, Chain>

/** Decimals of a quantity. */
export const quantityDigits = 6

/** Shares of quantities are rounded to a millionth: what differs by no more than that for each line is the same. */
export const millionths = (lineCount: number): Fraction => fraction(BigInt(lineCount), 10n ** BigInt(quantityDigits))

/** Those without a quantity left out. */
export const quantityOf = (parts: readonly Pick<Part, 'quantity'>[]): Fraction =>
	plus(...parts.map(({ quantity }) => quantity ?? zero))

/** Money, in four decimals as a whole number. */
export const amountOf = (parts: readonly Part[]): bigint => total(parts.map(({ amount }) => amount))

/** A line that names no unit has that of the other. */
export const isSameUnit = (one: string | null | undefined, other: string | null): boolean =>
	!one || !other || one === other

/** By the document's date, then by id. */
export const byDate = ({ document: one, line }: Part, { document: other, line: otherLine }: Part): number => {
	const keys = [one.date, one.id, line.id].join(' ')
	const others = [other.date, other.id, otherLine.id].join(' ')
	return keys < others ? -1 : keys > others ? 1 : 0
}
