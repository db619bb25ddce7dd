import { z } from 'zod'
import { addressOf } from '../address.ts'
import { defineReport } from '../report.ts'

/** Shared fields whose copy differs from their owner's value. */
export const fieldDrift = defineReport({
	name: 'field-drift',
	title: 'Field drift',
	question: 'Which shared fields differ between the two systems, and which side is right?',
	reader: 'integration owner',
	shows: "Each shared field of a linked customer whose copy differs from its owner's value beyond the tolerance.",
	leavesOut: 'Fields without an owner in the configuration.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.field_drift').selectAll(),
	columns: [
		{ name: 'customer_id', title: 'Customer', kind: 'id' },
		{ name: 'source_customer_id', title: 'Record', kind: 'id' },
		{ name: 'field', title: 'Field', kind: 'word' },
		{ name: 'owner', title: 'Owner', kind: 'text' },
		{ name: 'owner_value', title: "Owner's value", kind: 'text', missing: 'empty' },
		{ name: 'copy_value', title: 'Copy', kind: 'text', missing: 'empty' },
		{ name: 'owner_changed_at', title: 'Owner changed', kind: 'moment' },
		{ name: 'copy_changed_at', title: 'Copy changed', kind: 'moment' },
	],
	key: ['customer_id', 'source_customer_id', 'field'],
	sort: ['-owner_changed_at'],
	facets: ['field', 'owner'],
	filters: ['customer_id'],
	search: ['customer_id', 'owner_value', 'copy_value'],
	rowHref: (row) => addressOf(['customer', String(row['customer_id'])]),
	empty: 'No drift: every copy follows its owner.',
})
