import type { Row } from '../../model-cases/book.ts'
import type { Fraction, Ratios } from './exact.ts'

/** Rows by table, as `Book` writes them. */
export type World = ReadonlyMap<string, readonly Row[]>

/** `kind`: item, tax or freight. */
export type DealLine = {
	id: string
	kind: string
	code: string | null
	quantity: Fraction | null
	unit: string | null
	price: Fraction | null
	/** What is left of 1 after the discount. */
	kept: Fraction
	amount: bigint
}

/** Won and not deleted. `closed` is a date, `period` its month, `created` in milliseconds. */
export type Deal = {
	id: string
	customer: string
	entity: string
	currency: string
	amount: bigint
	closed: string
	period: string
	created: number | null
	/** The order number that the deal names. */
	names: string | null
	lines: DealLine[]
}

/** `kind`: item or freight. */
export type DocumentLine = {
	id: string
	kind: string
	product: string | null
	code: string | null
	quantity: Fraction | null
	unit: string | null
	price: Fraction | null
	/** With the discounts that reduce it. */
	amount: bigint
	/** Quantity times price, before discounts. */
	gross: bigint
	/** The deal line that it names. */
	names: string | null
	/** The order line that an invoice line names, or the invoice line that a credit note line does. */
	of: string | null
	reduces: string | null
	isClosed: boolean
}

/** An order, an invoice or a credit note. */
export type Document = {
	id: string
	number: string
	/** The id of the document before. */
	of: string | null
	/** Deals' ids, as they stand there. */
	names: string[]
	customer: string
	entity: string
	entityCurrency: string
	currency: string
	date: string
	period: string
	created: number | null
	total: bigint
	tax: bigint
	/** Neither void nor deleted. */
	isPosted: boolean
	isCancelled: boolean
	isPending: boolean
	isClosed: boolean
	/** Of kind item and freight. */
	lines: DocumentLine[]
	/** Of the discounts that reduce the whole. */
	wholeDiscount: bigint
	/** By the id of a discount line, the lines that it reduces. */
	reduced: ReadonlyMap<string, Ratios>
}

/** A posting to an income account; `document` and `line` are the invoice's or the credit note's. */
export type Entry = {
	id: string
	kind: string
	document: string | null
	line: string | null
	customer: string
	entity: string
	currency: string
	period: string
	amount: bigint
}

/** Units of `to` per 1 of `from`, from `start` until the next one of its kind and pair. */
export type Rate = { kind: string; from: string; to: string; start: string; rate: Fraction }

export type Records = {
	deals: Deal[]
	orders: Document[]
	invoices: Document[]
	credits: Document[]
	entries: Entry[]
	rates: Rate[]
	/** Base units per unit, by product code and unit. */
	unitFactor: (code: string | null, unit: string | null) => Fraction | null
	/** Whether a product has a table of units. */
	hasUnits: (code: string | null) => boolean
	minorDigits: (currency: string) => number
	/** `links[].invoices: parts`: what invoices without an order bill of their deal is a part of it. */
	invoicesBillParts: boolean
}
