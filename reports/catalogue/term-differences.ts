import { z } from 'zod'
import { customerColumn, customerIdColumn, entityColumn, fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Terms that differ between deal, order and invoice and move no amount. */
export const termDifferences = defineReport({
	name: 'term-differences',
	title: 'Differences of terms',
	question: 'Which deals, orders and invoices differ in something other than an amount?',
	reader: 'controller',
	shows:
		'Every order and invoice of a won deal whose customer, bill-to, place of delivery, legal entity, due date, dates, tax or tax area differ from the record before it.',
	leavesOut: 'What moves an amount: that is a break. Deals out of scope, cancelled orders, twins and voided invoices.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.term_differences').selectAll(),
	columns: [
		{ name: 'field', title: 'Term', kind: 'word' },
		{ ...customerColumn, href: undefined },
		{ name: 'deal_name', title: 'Deal', kind: 'text', missing: '–' },
		{ name: 'document_number', title: 'Document', kind: 'text', missing: '–' },
		{ name: 'document_date', title: 'Date', kind: 'date' },
		{ name: 'agreed_in', title: 'Agreed in', kind: 'text' },
		{ name: 'agreed_value', title: 'Agreed', kind: 'text', missing: 'empty' },
		{ name: 'found_in', title: 'Found in', kind: 'text' },
		{ name: 'found_value', title: 'Found', kind: 'text', missing: 'empty' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		entityColumn,
		{ name: 'explanation', title: 'Why', kind: 'text', isLong: true },
		customerIdColumn,
		fileColumn('difference_id', 'Difference id', 'id'),
		fileColumn('opportunity_id', 'Opportunity id', 'id'),
		fileColumn('order_id', 'Order id', 'id', { without: { orders: { title: 'Id of the invoice compared' } } }),
		fileColumn('invoice_id', 'Invoice id', 'id'),
	],
	key: ['difference_id'],
	sort: ['-document_date'],
	facets: ['field', 'agreed_in', 'found_in', 'legal_entity', 'owner_name'],
	filters: ['customer_id', 'opportunity_id', 'order_id', 'invoice_id'],
	search: ['customer_name', 'deal_name', 'document_number', 'agreed_value', 'found_value'],
	empty: 'No differences of terms: customers, entities, due dates, dates and tax agree from deal to invoice.',
})
