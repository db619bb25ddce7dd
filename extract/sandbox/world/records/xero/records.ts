import { legalEntities } from '../../company/entities.ts'
import type { ErpCustomer } from '../../company/parties.ts'
import type { Setting } from '../../company/setting.ts'
import type { Story } from '../../story/facts.ts'
import type { Emit } from '../emit.ts'
import type { SystemRecords } from '../records.ts'
import { emitCredit, emitInvoice, emitManualJournal, emitPayment } from './documents.ts'
import { xeroIdentifiers } from './identifiers.ts'
import { emitContact, emitCopy } from './parties.ts'
import { emitXeroSetup } from './setup.ts'

/**
 * The company's Xero: four organisations, one per legal entity. What it can't hold of the story:
 *
 * - sales orders, their approval, cancelling and closing: only their invoices are there, and name the deals themselves (`Reference`);
 * - which deal line, order line or invoice line a line stands for (credit notes name their invoice by allocation and reference);
 * - units of measure (the unit is a word in the description);
 * - recognition: lines of subscriptions are booked to income when they are invoiced;
 * - the customer of a manual journal;
 * - the third decimal of dinars: every line's net amount, reduction, tax and payment is rounded to two, half away from zero;
 * - prices and quantities beyond four decimals;
 * - rates beyond six decimals of document currency per 1 of the organisation's: 150.12 yen a dollar are 0.006661;
 * - when a document was entered: only its date and its last change;
 * - posting periods: a document that came late bears the first day of the month in which it was posted in place of its own date;
 * - discount lines: one of a line is in the line (a percentage of two decimals, or an amount), none on credit notes, whose lines are net;
 *   one of the whole document is a line without item, with a negative amount;
 * - daily and consolidation rates: each document has its own rate, and there are no others;
 * - customers' credit limits, segments, sales representatives and parents; employees that are no users of that organisation;
 * - amounts of voided invoices: they keep what they said, and their status says that it does not count;
 * - currencies, in a company that has one: its plan has no others, so that documents name it without a rate, and contacts have no default;
 * - one contact for two organisations: a document in another legal entity than the customer's has a copy of the contact there, with an
 *   id of its own, and the id of the account to which the customer is linked (links by number or tax number don't reach it).
 */
export const xeroRecords: SystemRecords = {
	lacks: [
		'collective_credits',
		'credit_lines',
		'line_references',
		'units',
		'orders',
		'recognition',
		'journal_customers',
		'entry_times',
		'discount_lines',
		'long_prices',
		'third_decimal',
		'erp_rates',
	],
	identifiers: xeroIdentifiers,
	references: { Contacts: ['reference'], Invoices: ['reference'] },
	setup: emitXeroSetup,
	party: (emit, setting, account) => {
		for (const customer of account.customers) emitContact(emit, setting, customer)
	},
	story: (emit, setting, story) => {
		emitCopies(emit, setting, story)
		for (const invoice of story.invoices) emitInvoice(emit, setting, story, invoice)
		for (const credit of story.credits) emitCredit(emit, setting, credit)
		for (const journal of story.journals) emitManualJournal(emit, journal, legalEntities[journal.entity].currency)
		for (const payment of story.payments) emitPayment(emit, setting, payment)
	},
}

/** A contact for each customer that has a document in an organisation that is not its own. */
function emitCopies(emit: Emit, setting: Setting, story: Story): void {
	const documents = [...story.invoices, ...story.credits, ...story.payments]
	const states = documents.flatMap(({ versions }) => versions.flatMap(({ state }) => state ?? []))
	for (const entity of setting.entities) {
		const customers = new Set<ErpCustomer>(
			states.filter((state) => state.entity === entity).map(({ customer }) => customer),
		)
		for (const customer of customers) if (customer.subsidiaries[0] !== entity) emitCopy(emit, setting, customer, entity)
	}
}
