import { z } from 'zod'
import { addressOf } from '../address.ts'
import { customerIdColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Which source customers are one customer, and by what evidence. */
export const crosswalk = defineReport({
	name: 'crosswalk',
	title: 'Customer crosswalk',
	question: 'Which records of the two systems are the same customer, and how do we know?',
	reader: 'auditor',
	shows: 'One row per customer record of either system, with the tier of its link and the evidence.',
	leavesOut: 'Nothing: a record without a link is its own customer.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.customer_links').selectAll(),
	columns: [
		{ name: 'name', title: 'Name', kind: 'text' },
		{ name: 'source', title: 'Source', kind: 'text' },
		{ name: 'number', title: 'Number', kind: 'text', missing: '–' },
		{ name: 'source_customer_id', title: 'Record', kind: 'id' },
		{ name: 'legal_entity', title: 'Legal entity', kind: 'text', missing: '–' },
		{ name: 'role', title: 'Role', kind: 'word', missing: '–' },
		{ name: 'tier', title: 'Linked by', kind: 'word', missing: 'not linked' },
		{ name: 'evidence', title: 'Evidence', kind: 'text', missing: '–' },
		{ name: 'since', title: 'Since', kind: 'moment', missing: '–' },
		{ name: 'crm_url', title: 'Open', kind: 'record', missing: '–' },
		customerIdColumn,
	],
	key: ['source_customer_id'],
	sort: ['name'],
	facets: ['source', 'tier', 'role', 'legal_entity'],
	filters: ['customer_id'],
	search: ['name', 'number', 'source_customer_id', 'customer_id', 'evidence'],
	rowHref: (row) => addressOf(['customer', String(row['customer_id'])]),
	empty: 'No customers are loaded from either system.',
})
