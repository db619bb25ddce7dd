import { accountOf, type ErpCustomer } from '../../company/parties.ts'
import type { Setting } from '../../company/setting.ts'
import type { Story } from '../../story/facts.ts'
import type { Emit } from '../emit.ts'
import { asTheStoryHasThem } from '../identifiers.ts'
import type { SystemRecords } from '../records.ts'
import { emitCredit, emitInvoice, emitJournal, emitPayment } from './documents.ts'
import { emitCopy, emitCustomer } from './parties.ts'
import { emitQuickbooksSetup } from './setup.ts'

/**
 * The company's QuickBooks Online: four companies (realms), one per legal entity. What it can't hold of the story:
 *
 * - sales orders, their approval, cancelling and closing: only their invoices are there, and name the deals themselves (in `PrivateNote`,
 *   which holds more than the 31 characters of a custom field);
 * - which deal line, order line or invoice line a line stands for (a credit memo names its invoice);
 * - a credit memo of several invoices: it has one `InvoiceRef` (`collective_credits`);
 * - units of measure (the unit is a word in the description);
 * - recognition: the company has no Advanced plan, and lines of subscriptions are booked to income when they are invoiced;
 * - the third decimal of dinars: every line's amount, tax and payment is rounded to two, half away from zero;
 * - a price beside another amount than quantity times it: the price is what fits the amount, with as many decimals as that takes (Intuit
 *   states no number; yen stay whole, as the company rounds them);
 * - posting periods: a document that came late bears the first day of the month in which it was posted in place of its own date;
 * - drafts: an invoice is there from its approval on, and that is when it was created;
 * - amounts of voided invoices: everything is zero, and the reference has gone with the private note;
 * - subtotals: the form's own one is a line without Id, one in between is a mere description;
 * - daily rates are one question each: the sample's connections read those of month ends, and there are no consolidation rates;
 * - customers' numbers, which the online product has no field for (the company writes them as a suffix of the name), credit limits, segments, sales representatives and parents; users and employees;
 * - one customer for two companies: a document in another legal entity than the customer's has a copy of the customer there, with an id of
 *   its own, and the id of the account to which the customer is linked (links by number or tax number don't reach it).
 *
 * Discounts of a line are lines of their own behind it, of a discount item, with a negative amount; one of the whole is the form's discount
 * line. A kit is a bundle, whose line holds those of its components; with discounts between these they stand alone. Each company counts its own ids; the sample's differ all the same, so that an id in the CRM means one customer.
 *
 * Where the company has one currency, multicurrency is off: forms and payments name no currency, journals, customers and accounts name the
 * home one, and nothing has a rate.
 */
export const quickbooksRecords: SystemRecords = {
	lacks: [
		'line_references',
		'collective_credits',
		'credit_lines',
		'units',
		'orders',
		'recognition',
		'third_decimal',
		'erp_rates',
	],
	identifiers: asTheStoryHasThem,
	references: { Customer: ['reference'], Invoice: ['reference'] },
	setup: emitQuickbooksSetup,
	party: (emit, _, account) => {
		for (const customer of account.customers) emitCustomer(emit, account, customer)
	},
	story: (emit, setting, story) => {
		emitCopies(emit, setting, story)
		for (const invoice of story.invoices) emitInvoice(emit, setting, invoice)
		for (const credit of story.credits) emitCredit(emit, setting, credit)
		for (const journal of story.journals) emitJournal(emit, setting, journal)
		for (const payment of story.payments) emitPayment(emit, setting, payment)
	},
}

/** A customer for each that has a document, or a line of a journal, in a company that is not its own. */
function emitCopies(emit: Emit, setting: Setting, story: Story): void {
	const documents = [...story.invoices, ...story.credits, ...story.payments]
	const states = documents.flatMap(({ versions }) => versions.flatMap(({ state }) => state ?? []))
	for (const entity of setting.entities) {
		const named = story.journals.flatMap((journal) =>
			journal.entity === entity && journal.manual?.customer ? [journal.manual.customer] : [],
		)
		const customers = new Set<ErpCustomer>([
			...states.filter((state) => state.entity === entity).map(({ customer }) => customer),
			...named,
		])
		for (const customer of customers)
			if (customer.subsidiaries[0] !== entity) emitCopy(emit, accountOf(setting, customer.account), customer, entity)
	}
}
