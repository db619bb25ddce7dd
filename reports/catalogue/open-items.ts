import { z } from 'zod'
import { addressOf } from '../address.ts'
import {
	amountColumn,
	currencyColumn,
	customerColumn,
	customerIdColumn,
	entityColumn,
	fileColumn,
	periodColumn,
} from '../columns.ts'
import { defineReport } from '../report.ts'

/** Every item that is open at the end of each period. */
export const openItems = defineReport({
	name: 'open-items',
	title: 'Open items at the period’s end',
	question: 'Which items make up what was open at the end of a period?',
	reader: 'controller',
	shows:
		'Every item with its balance at the end of each period in which it was open, and its age then. They add up to the ageing and to the closing of the roll-forward.',
	leavesOut: 'Codes that are not carried: they are new and cleared in their own period.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.open_items').selectAll(),
	columns: [
		{ ...customerColumn, href: undefined },
		{ name: 'code', title: 'Code', kind: 'code' },
		periodColumn,
		amountColumn('amount', 'Open'),
		currencyColumn,
		{ name: 'opened_date', title: 'Opened', kind: 'date', missing: '–' },
		{ name: 'age_days', title: 'Age, days', kind: 'count', missing: '–' },
		{ name: 'bucket', title: 'Age', kind: 'text' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		{ name: 'document_number', title: 'Document', kind: 'text', missing: '–' },
		entityColumn,
		fileColumn('step', 'Step', 'word'),
		fileColumn('bucket_number', 'Bucket', 'count'),
		fileColumn('deal_name', 'Deal'),
		fileColumn('item_id', 'Item id', 'id'),
		fileColumn('break_id', 'Break id', 'id'),
		customerIdColumn,
	],
	key: ['period_id', 'item_id', 'code', 'currency', 'legal_entity'],
	sort: ['-period_id', '-amount'],
	facets: ['period_id', 'code', 'bucket', 'currency', 'legal_entity', 'owner_name', 'step'],
	filters: ['customer_id', 'item_id'],
	search: ['customer_name', 'deal_name', 'document_number', 'item_id'],
	totals: { currency: 'currency', amounts: ['amount'], within: { amount: ['period_id'] } },
	rowHref: (row) => addressOf(['break', String(row['break_id'])]),
	empty: 'Nothing was open at the end of any period.',
})
