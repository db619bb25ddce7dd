import type { SystemRecords } from '../records.ts'
import { emitCredit, emitInvoice } from './billing.ts'
import { sapIdentifiers } from './identifiers.ts'
import { emitJournal, emitPayment } from './journal.ts'
import { emitOrder } from './orders.ts'
import { emitCustomers } from './parties.ts'
import { emitSetup } from './setup.ts'

/*
 * The company's SAP S/4HANA. What it can't hold of the story:
 *
 * - Rates have five decimals of what is quoted; yen are quoted the other way round (`quoted_rates`).
 * - An order that is closed before anything was billed has all its items rejected, like a cancelled one (`closed_orders`).
 * - An item of an invoice that bills no item of its order: what was used beyond an order is billed from a debit memo request (`loose_lines`).
 * - Consolidation rates: there are daily ones only.
 * - When an order was approved, people's names, list prices of their own, credit limits, segments, contacts.
 *
 * And what it holds in its own form:
 *
 * - A discount is a condition of the item that it reduces, and posted with it (`discount_postings`); one on the whole document is shared over the items as docs/definitions.md says.
 * - What is added to an order later is an item more; its number leaves the next one out.
 * - A kit is a set whose components have the prices (category group LUMF): its own item has none, names the deal's line, and is not billed.
 * - Freight is an item of its own. Quantities have three decimals.
 * - Documents of sales and accounting are numbered in one range; what the story calls `SO100200` is `91100200`.
 * - An invoice that has no order comes from a debit memo request, a credit memo from a credit memo request.
 * - An invoice is voided by a second document that cancels it and is posted on the same day in the books.
 * - A deferred line is billed on its income account; event-based revenue recognition takes that back on an adjustment account at once and
 *   adds it again month by month, assigned to the sales document's item.
 * - A document that comes after its month's closing keeps its date and is posted on the first day of the next month.
 */

/** How SAP S/4HANA keeps the company. */
export const sapRecords: SystemRecords = {
	lacks: ['loose_freight', 'quoted_rates', 'closed_orders', 'loose_lines', 'discount_postings'],
	identifiers: sapIdentifiers,
	// The custom fields stand inside the records, on headers and items.
	references: {
		A_BusinessPartner: ['body'],
		A_SalesOrder: ['body'],
		SalesOrder: ['body'],
		A_BillingDocument: ['body'],
	},
	setup: emitSetup,
	party: (emit, _, account) => emitCustomers(emit, account),
	story: (emit, _, story) => {
		for (const order of story.orders) emitOrder(emit, order)
		for (const invoice of story.invoices) emitInvoice(emit, story, invoice)
		for (const credit of story.credits) emitCredit(emit, credit)
		for (const journal of story.journals) if (journal.manual) emitJournal(emit, journal)
		for (const payment of story.payments) emitPayment(emit, payment)
	},
}
