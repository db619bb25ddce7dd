import type { Credit, Invoice, Order, SalesLine } from './facts.ts'

/** The order that a line of an invoice bills. Null: there is none, or nothing says which of several it is. */
export function orderOf({ orders }: Invoice, { order }: SalesLine): Order | null {
	return order ?? (orders.length === 1 ? orders[0]! : null)
}

/** The invoice that a line of a credit note gives back of. */
export function invoiceOf({ invoices }: Credit, { invoice }: SalesLine): Invoice {
	return invoice ?? invoices[0]!
}
