import { originsIn } from './origins.ts'
import type { Deal, Document, Records } from './records.ts'

/** An order as docs/definitions.md has it: a sales order that is linked to a deal, or an invoice that has no order. */
export type Order = { document: Document; deals: Deal[]; isInvoice: boolean; isTwin: boolean }

const day = 24 * 60 * 60 * 1000

/** Neither cancelled nor pending approval. */
export const counts = ({ document }: Order): boolean => !document.isCancelled && !document.isPending

/** Orders by their document's id. Those that belong to no deal are none. */
export function linkOrders({ deals, orders, invoices }: Records): Map<string, Order> {
	const { ofDocument } = originsIn(orders)
	const alone = invoices.filter((invoice) => invoice.isPosted && ofDocument(invoice).length === 0)
	const linked = [
		...orders.map((document) => ({ document, deals: dealsOf(document, deals), isInvoice: false })),
		...alone.map((document) => ({ document, deals: dealsOf(document, deals), isInvoice: true })),
	].filter((order) => order.deals.length > 0)
	const followed = linked.map((order) => ({ ...order, isTwin: linked.some((first) => isTwinOrder(order, first)) }))
	return new Map(followed.map((order) => [order.document.id, order]))
}

/** The deals that a document names; else those that name its number; else those whose lines its lines name. Lowest id first. */
function dealsOf({ names, number, lines }: Document, deals: readonly Deal[]): Deal[] {
	const rules: ((deal: Deal) => boolean)[] = [
		({ id }) => names.some((name) => id === `salesforce:${name}`),
		(deal) => deal.names === number,
		(deal) => deal.lines.some(({ id }) => lines.some((line) => line.names === id)),
	]
	const found = rules.map((rule) => deals.filter(rule)).find(({ length }) => length > 0) ?? []
	return found.sort((one, other) => (one.id < other.id ? -1 : 1))
}

type Linked = Pick<Order, 'document' | 'deals' | 'isInvoice'>

function isTwinOrder({ document, deals, isInvoice }: Linked, first: Linked): boolean {
	const other = first.document
	return (
		isInvoice === first.isInvoice &&
		deals.map(({ id }) => id).join() === first.deals.map(({ id }) => id).join() &&
		document.currency === other.currency &&
		document.total === other.total &&
		!document.isCancelled &&
		!other.isCancelled &&
		isMadeSoonAfter(document, other)
	)
}

/** Deals of the same account, amount, currency and close date as one that was made at most a day before, without an order. */
export function twinDeals({ deals }: Records, orders: ReadonlyMap<string, Order>): Set<string> {
	const ordered = new Set([...orders.values()].flatMap((order) => order.deals.map(({ id }) => id)))
	const isTwin = (deal: Deal) =>
		!ordered.has(deal.id) &&
		deals.some(
			(first) =>
				first.customer === deal.customer &&
				first.amount === deal.amount &&
				first.currency === deal.currency &&
				first.closed === deal.closed &&
				isMadeSoonAfter(deal, first),
		)
	return new Set(deals.filter(isTwin).map(({ id }) => id))
}

/** Invoices of no order and no deal, as another that was made at most a day before. */
export function twinInvoices(
	{ invoices, orders: salesOrders }: Records,
	orders: ReadonlyMap<string, Order>,
): Set<string> {
	const posted = invoices.filter(({ isPosted }) => isPosted)
	const { ofDocument } = originsIn(salesOrders)
	const alone = posted.filter((invoice) => ofDocument(invoice).length === 0 && !orders.has(invoice.id))
	const isTwin = (invoice: Document) =>
		posted.some(
			(first) =>
				first.customer === invoice.customer &&
				first.currency === invoice.currency &&
				first.total === invoice.total &&
				contentOf(first) === contentOf(invoice) &&
				isMadeSoonAfter(invoice, first),
		)
	return new Set(alone.filter(isTwin).map(({ id }) => id))
}

function contentOf({ lines }: Document): string {
	return lines
		.map(({ product, quantity, amount }) => `${product} ${quantity?.over}/${quantity?.under} ${amount}`)
		.sort()
		.join()
}

/** Of two that were made at the same moment the one with the lower id is the first. */
function isMadeSoonAfter(one: { id: string; created: number | null }, first: typeof one): boolean {
	if (one.created === null || first.created === null || one.id === first.id) return false
	const after = one.created - first.created
	return (after > 0 || (after === 0 && one.id > first.id)) && after <= day
}
