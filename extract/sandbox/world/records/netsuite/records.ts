import { asTheStoryHasThem } from '../identifiers.ts'
import type { SystemRecords } from '../records.ts'
import { emitCredit, emitInvoice, emitOrder, emitPayment } from './documents.ts'
import { emitCustomers } from './parties.ts'
import { emitJournal, emitPlan } from './recognition.ts'
import { emitErpSetup } from './setup.ts'

/**
 * The company's NetSuite. It holds everything that the story has but two: an invoice is of one order and a credit memo of one invoice, since both are
 * created from one document (`collective_invoices`, `collective_credits`); no line of a credit memo names the one that it gives back (`credit_lines`). Lines that are added to an order follow its tax line. What was used beyond an
 * order is billed by an invoice that was created from the order, on lines without a link to one of the order's. A
 * kit is an item group: its own line names the deal's line, its members are priced, and a line of the item 0 ends it.
 */
export const netsuiteRecords: SystemRecords = {
	lacks: ['collective_invoices', 'collective_credits', 'credit_lines'],
	identifiers: asTheStoryHasThem,
	references: {
		customer: ['custentity_crm_id'],
		transaction: ['custbody_crm_opportunity'],
		transactionline: ['custcol_crm_line'],
	},
	setup: emitErpSetup,
	party: (emit, _, account) => emitCustomers(emit, account),
	story: (emit, setting, story) => {
		for (const order of story.orders) emitOrder(emit, order)
		for (const invoice of story.invoices) emitInvoice(emit, setting, invoice)
		for (const credit of story.credits) emitCredit(emit, setting, credit)
		for (const plan of story.plans) emitPlan(emit, plan)
		for (const journal of story.journals) emitJournal(emit, journal)
		for (const payment of story.payments) emitPayment(emit, setting, payment)
	},
}
