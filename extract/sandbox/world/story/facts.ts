import type { Product } from '../company/catalogue.ts'
import type { Currency, EntityCode, LedgerAccount } from '../company/entities.ts'
import type { ErpCustomer } from '../company/parties.ts'
import type { Versions } from './timeline.ts'

/**
 * What happened, as whoever laid it out knows it: each document with its states, and who belongs to whom, whatever the
 * records' references say. Amounts are minor units, quantities millionths, prices 1e-8, rates 1e-10, discounts 1e-4 %.
 */
export type Story = {
	deals: Deal[]
	orders: Order[]
	invoices: Invoice[]
	credits: Credit[]
	payments: Payment[]
	plans: Plan[]
	journals: Journal[]
}

export type Stage = 'Prospecting' | 'Qualification' | 'Proposal' | 'Negotiation' | 'Closed Won' | 'Closed Lost'

export type Deal = {
	id: string
	number: number
	name: string
	kind: string
	owner: number
	createdAt: number
	versions: Versions<DealState>
}

export type DealState = {
	account: number
	stage: Stage
	amount: bigint
	currency: Currency
	closeDate: string
	/** Null: the deal takes its account's. */
	entity: EntityCode | null
	channel: string
	orderNumber: string | null
	isDeleted: boolean
	/** Who made this version: a user's id. */
	by: string
	lines: DealLine[]
}

export type DealLine = {
	id: string
	kind: 'item' | 'tax' | 'freight'
	product: Product
	quantity: bigint
	/** As written in the CRM; may be a word that no unit table has. */
	unit: string
	price: bigint
	listPrice: bigint
	discount: bigint
	amount: bigint
	start: string | null
	end: string | null
}

/** A sales order. */
export type Order = {
	id: string
	number: string
	createdAt: number
	/** The deals to which the references lead, each from the moment on at which they do. */
	deals: { deal: Deal; from: number }[]
	versions: Versions<OrderState>
}

export type OrderStatus = 'pending' | 'approved' | 'partly_billed' | 'billed' | 'closed' | 'cancelled'

export type OrderState = DocumentState & {
	status: OrderStatus
	lines: SalesLine[]
	otherNumber: string | null
}

/** What the header of every sales document has. */
export type DocumentState = {
	customer: ErpCustomer
	billTo: ErpCustomer | null
	entity: EntityCode
	currency: Currency
	date: string
	/** Units of the entity's currency per 1 of the document's. */
	rate: bigint
	/** The text that names deals. */
	reference: string | null
	channel: string
	/** Net of tax. */
	net: bigint
	tax: bigint
	/** Hard deletes have no state of their own: the version is null. */
	memo: string | null
}

export type SalesLine = {
	/** NetSuite's line id in the document. */
	id: number
	kind: 'item' | 'freight' | 'discount' | 'subtotal'
	/** A discount line: the line it reduces; null: the whole document. */
	reduces: number | null
	product: Product | null
	quantity: bigint
	unit: string
	price: bigint
	/** Charged amounts are positive, discounts negative. */
	amount: bigint
	account: LedgerAccount
	/** The deal line that it names, and in which form. */
	dealLine: string | null
	isClosed: boolean
	quantityBilled: bigint
	/** Quantity times price, where the amount is another one: in a system whose lines have their discount, or fewer decimals, in them. */
	gross?: bigint
	/** On invoices: the order line that it bills; on credit notes: the invoice line that it gives back. Null: nothing says which. */
	orderLine: number | null
	/** On invoices of several orders: the one whose line it bills. */
	order?: Order
	/** On credit notes of several invoices: the one that it gives back of. */
	invoice?: Invoice
	plan: Plan | null
	/** The kit that it is a component of, and how many of it; which of its lines stand together in every document. */
	kit?: { product: Product; quantity: bigint }
	/** Over how many months its revenue is spread, where that is not its product's usual term. */
	months?: number
}

export type Invoice = {
	id: string
	number: string
	createdAt: number
	/** None: made without an order. */
	orders: Order[]
	/** Deals that an invoice without order names. */
	deals: { deal: Deal; from: number }[]
	/** Of an invoice with an order of several deals: those that it is for; without it, all. */
	billedDeals?: Deal[]
	/** Bills again what was credited. */
	isRebill: boolean
	versions: Versions<InvoiceState>
}

export type InvoiceState = DocumentState & {
	period: string
	status: 'draft' | 'open' | 'paid' | 'voided'
	dueDate: string
	closeDate: string | null
	unpaid: bigint
	lines: SalesLine[]
}

export type Credit = {
	id: string
	number: string
	createdAt: number
	/** At least one. */
	invoices: Invoice[]
	versions: Versions<CreditState>
}

export type CreditState = DocumentState & { period: string; applied: bigint; lines: SalesLine[] }

export type Payment = {
	id: string
	number: string
	createdAt: number
	versions: Versions<PaymentState>
}

export type PaymentState = {
	customer: ErpCustomer
	entity: EntityCode
	currency: Currency
	date: string
	rate: bigint
	period: string
	amount: bigint
	applied: { invoice: Invoice; amount: bigint }[]
	memo: string | null
}

/** How the revenue of one invoice line is spread over months. */
export type Plan = {
	elementId: string
	id: string
	invoice: Invoice
	line: number
	product: Product
	createdAt: number
	/** Of the invoice line, in the invoice's currency. */
	lineAmount: bigint
	currency: Currency
	rate: bigint
	entity: EntityCode
	customer: ErpCustomer
	quantity: bigint
	/** In the entity's currency: what the plan comes to, and its rows. */
	versions: Versions<{ amount: bigint }>
	rows: PlanRow[]
	/** A forecast plan stands beside it and posts nothing. */
	hasForecast: boolean
}

export type PlanRow = {
	id: string
	month: string
	amount: bigint
	/** The journal that posted it; null: not yet by the end of the story. */
	journal: Journal | null
	/** Removed at this moment, when the subscription was cancelled. */
	removedAt: number | null
}

/** A journal: of a recognition run (`rows`), or by hand (`manual`). */
export type Journal = {
	id: string
	number: string
	entity: EntityCode
	date: string
	period: string
	createdAt: number
	stamp: number
	/** The planned rows it posts, in the order of its income lines. */
	rows: { plan: Plan; row: PlanRow }[]
	manual: {
		account: LedgerAccount
		against: LedgerAccount
		amount: bigint
		memo: string
		customer: ErpCustomer | null
	} | null
}
