import type { Story } from '../../story/facts.ts'
import { erpIdentifiers } from '../identifiers.ts'
import type { SystemRecords } from '../records.ts'
import { emitCredit, emitInvoice } from './invoices.ts'
import { emitOrder } from './orders.ts'
import { emitCustomers } from './parties.ts'
import { emitJournal, emitPayment } from './payments.ts'
import { emitSetup } from './setup.ts'

/*
 * The company's ERPNext. It holds the whole story, in its own form:
 *
 * - A document's name is the number that the story gives it (`SO100123`), a customer's the number `C20123`. The story's ids of
 *   documents do not occur: `documentNames` says which name each has.
 * - A discount is part of the line that it reduces (`discount_percentage`, `net_amount`); one on the whole document is shared over the
 *   lines as docs/definitions.md says. Where several chains have a share of a discounted line, gross and discount are shared out
 *   together and not one by one: a cent can lie in another chain.
 * - Freight is no line but a charge beside the taxes, on an income account.
 * - What is recognised month by month is entries of the ledger whose voucher is the invoice (Process Deferred Accounting), not journals.
 * - There is no posting period: a document that comes after its month's closing is posted on the day it is entered.
 * - A return that gives back something deferred has the deferred account on its line.
 * - There are no consolidation rates: what was posted is shown in the reporting currency at the daily rate of the period's end.
 * - An invoice is voided by cancelling it: its amounts stay, its entries in the ledger are marked and reversed.
 */

/** How ERPNext keeps the company. */
export const erpnextRecords: SystemRecords = {
	lacks: [],
	// Customers are numbered in the order of their ids: the name is the number.
	identifiers: erpIdentifiers((object, id) => (object === 'customer' ? customerName(id) : id)),
	references: {
		Customer: ['crm_account_id'],
		'Sales Order': ['crm_opportunity_id'],
		'Sales Invoice': ['crm_opportunity_id'],
		'Sales Order Item': ['crm_line_id'],
		'Sales Invoice Item': ['crm_line_id'],
	},
	setup: (emit) => emitSetup(emit),
	party: (emit, _, account) => emitCustomers(emit, account),
	story: (emit, _, story) => {
		for (const order of story.orders) emitOrder(emit, order)
		for (const invoice of story.invoices) emitInvoice(emit, invoice, story.plans)
		for (const credit of story.credits) emitCredit(emit, credit)
		for (const journal of story.journals) if (journal.manual) emitJournal(emit, journal, journal.manual)
		for (const payment of story.payments) emitPayment(emit, payment)
	},
}

function customerName(id: string): string {
	return `C${Number(id) - 21_000}`
}

/** The name under which a story's documents stand in ERPNext, by the story's id. A recognition's document is its invoice. */
export function documentNames({ orders, invoices, credits, payments, journals }: Story): Map<string, string> {
	const names = new Map<string, string>()
	for (const { id, number } of [...orders, ...invoices, ...credits, ...payments]) names.set(id, number)
	for (const { id, number, rows } of journals) names.set(id, rows[0]?.plan.invoice.number ?? number)
	return names
}
