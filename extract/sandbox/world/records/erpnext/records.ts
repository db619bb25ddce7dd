import { erpIdentifiers } from '../identifiers.ts'
import type { SystemRecords } from '../records.ts'
import { emitCredit, emitInvoice } from './invoices.ts'
import { emitOrder } from './orders.ts'
import { emitCustomers } from './parties.ts'
import { emitJournal, emitPayment } from './payments.ts'
import { emitSetup } from './setup.ts'
import { documentName, lineName } from './site.ts'

/*
 * The company's ERPNext. A line that was entered by hand into an invoice names no order (`loose_lines`): what was used beyond an order is
 * billed by an invoice without one. A return is of one invoice (`collective_credits`). What an invoice of several orders charges is one row, and no
 * order's (`charge_orders`). The rest of the story it holds in its own form:
 *
 * - All documents are numbered in one series: what the story calls `SO100200` is `HI-100200`. A customer's name is its number, `C20123`.
 * - A discount is part of the line that it reduces (`discount_percentage`, `net_amount`), and posted with it (`discount_postings`); one on the whole document is shared over the
 *   lines as docs/definitions.md says.
 * - Freight is no line but a charge beside the taxes, on an income account.
 * - What is recognised month by month is entries of the ledger whose voucher is the invoice; the story's journal is the Process Deferred
 *   Accounting that booked them.
 * - There is no posting period: a document that comes after its month's closing is posted on the day it is entered.
 * - A return that gives back something deferred has the deferred account on its line.
 * - There are no consolidation rates: what was posted is shown in the reporting currency at the daily rate of the period's end.
 * - An invoice is voided by cancelling it: its amounts stay, its entries in the ledger are marked and reversed.
 */

/** How ERPNext keeps the company. */
export const erpnextRecords: SystemRecords = {
	lacks: ['collective_credits', 'charge_orders', 'loose_lines', 'discount_postings'],
	identifiers: {
		id: idOf,
		// What people know an order by is its name here.
		text: (text) => {
			const told = customersAndOthers.text(text)
			return (told === null ? null : told.replace(/\b[A-Z]{2,4}\d{6,}\b/g, documentName)) as typeof text
		},
	},
	references: {
		Customer: ['crm_account_id'],
		'Sales Order': ['crm_opportunity_id'],
		'Sales Invoice': ['crm_opportunity_id'],
		'Sales Order Item': ['crm_line_id'],
		'Sales Invoice Item': ['crm_line_id'],
	},
	setup: emitSetup,
	party: (emit, _, account) => emitCustomers(emit, account),
	story: (emit, _, story) => {
		for (const order of story.orders) emitOrder(emit, order)
		for (const invoice of story.invoices) emitInvoice(emit, invoice, story.plans)
		for (const credit of story.credits) emitCredit(emit, credit)
		for (const journal of story.journals) if (journal.manual) emitJournal(emit, journal, journal.manual)
		for (const payment of story.payments) emitPayment(emit, payment)
	},
}

/** A customer's or document's name, or a line's: all follow from the story's ids. */
function idOf(object: string, id: string): string {
	if (object === 'customer') return `C${Number(id) - 21_000}`
	const [document = '', line] = id.split(':')
	const name = documentName(String(Number(document) - 1_000_000))
	return line === undefined ? name : lineName(name, line)
}

const customersAndOthers = erpIdentifiers(idOf)
