import type { Setting } from '../../company/setting.ts'
import type { SystemRecords } from '../records.ts'
import { emitPayment } from './applications.ts'
import { createGeneralLedger, type GeneralLedger } from './general-ledger.ts'
import { oracleIdentifiers } from './identifiers.ts'
import { emitJournal } from './journals.ts'
import { emitOrder } from './orders.ts'
import { emitCustomers } from './parties.ts'
import { emitSetup } from './setup.ts'
import { emitCredit, emitInvoice } from './transactions.ts'

/*
 * The company's Oracle Fusion. What it can't hold of the story:
 *
 * - a credit memo of several invoices, and which of its lines gives back what: it names one invoice, or was applied to one (`collective_credits`, `credit_lines`);
 * - the customer of a journal by hand: the general ledger names none (`journal_customers`);
 * - the run that recognised revenue: a satisfaction event is known by its invoice line alone (`recognition_runs`);
 * - orders that were closed before anything of them was billed: all their lines are cancelled, and so are they (`closed_orders`).
 *
 * The rest it holds in its own form:
 *
 * - A discount is part of the price of the line that it reduces, and posted with it (`discount_postings`); the company keeps the price before it in a field of its own
 *   (`unitListPrice`). One on the whole document is shared over the lines as docs/definitions.md says. Freight is an item.
 * - Orders have revisions: the latest that was submitted counts. Lines that are added make another one; an invoice names the lines of the
 *   revision that counted when it was made. What was used beyond an order is billed with the order's number and no line of it. A first revision may lie beside it as a reference, a later one as a draft.
 * - A kit is a model whose options have the prices: the model's line names the deal's line, its options hang on it. The invoice has the options alone.
 * - Invoices with subscriptions are accounted for by Revenue Management: their distributions go to a clearing account, and what is
 *   recognised, month by month or at once, are satisfaction events of a contract. All others are revenue by their distributions.
 * - A partly billed order is closed by cancelling what is left of its lines.
 * - Receivables and Revenue Management transfer to the general ledger every day at nine what their documents posted, in sums by account.
 * - An invoice is voided by a transaction type that neither owes nor posts anything (`Void Invoice`).
 * - A document that comes after its month was closed keeps its date and is accounted for on the day of its entry.
 * - Credit memos that were not applied name their invoice in a field of the company's own (`creditedInvoice`).
 * - There are no consolidation rates; contacts, users, credit limits and payment terms are not read.
 */

/** What was posted so far in a telling of the company, which has a setting of its own. */
const ledgers = new WeakMap<Setting, GeneralLedger>()

/** How Oracle Fusion keeps the company. */
export const oracleRecords: SystemRecords = {
	lacks: [
		'collective_credits',
		'credit_lines',
		'journal_customers',
		'recognition_runs',
		'closed_orders',
		'discount_postings',
	],
	identifiers: oracleIdentifiers,
	references: {
		hubOrganizations: ['OrganizationDEO_CrmAccountId_c'],
		salesOrdersForOrderHub: ['OrigSystemDocumentReference'],
		'salesOrdersForOrderHub.lines': ['OrigSystemDocumentLineReference'],
		'receivablesInvoices.receivablesInvoiceDFF': ['crmOpportunity'],
		'receivablesInvoices.receivablesInvoiceLines.receivablesInvoiceLineDFF': ['crmLine'],
	},
	setup: emitSetup,
	party: (emit, _, account) => emitCustomers(emit, account),
	story: (emit, setting, story) => {
		const general = ledgers.get(setting) ?? createGeneralLedger()
		ledgers.set(setting, general)
		for (const order of story.orders) emitOrder(emit, setting, order)
		for (const invoice of story.invoices) emitInvoice(emit, invoice, story.plans, general)
		for (const credit of story.credits) emitCredit(emit, credit, general)
		for (const journal of story.journals) if (journal.manual) emitJournal(emit, journal, journal.manual)
		for (const payment of story.payments) emitPayment(emit, payment)
	},
	end: (emit, setting) => ledgers.get(setting)?.write(emit),
}
