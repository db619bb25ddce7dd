import { z } from 'zod'
import { addressOf } from '../address.ts'
import { amountColumn, currencyColumn, customerColumn, customerIdColumn, entityColumn, fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Every item that was carried: when it opened, when it was cleared, how old it is. */
export const carriedItems = defineReport({
	name: 'carried-items',
	title: 'Items carried forward',
	question: 'Which items are open, since when, and when were the others cleared?',
	reader: 'controller',
	shows:
		'Every item that was ever carried under a code: the period in which it first counted, the one that cleared it, what is open now and its age in days (of cleared ones: at the end of the period that cleared them).',
	leavesOut: 'Breaks that are new and cleared in their own period.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.carried_items').selectAll(),
	columns: [
		{ ...customerColumn, href: undefined },
		{ name: 'code', title: 'Code', kind: 'code' },
		amountColumn('open_amount', 'Open'),
		amountColumn('largest_amount', 'At most'),
		currencyColumn,
		{ name: 'opened_date', title: 'Opened', kind: 'date', missing: '–' },
		{ name: 'opened_period_id', title: 'First in', kind: 'period' },
		{ name: 'cleared_period_id', title: 'Cleared in', kind: 'period', missing: 'open' },
		{ name: 'age_days', title: 'Age, days', kind: 'count', missing: '–' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		{ name: 'document_number', title: 'Document', kind: 'text', missing: '–' },
		entityColumn,
		fileColumn('is_open', 'Open now'),
		fileColumn('deal_name', 'Deal'),
		fileColumn('item_id', 'Item id', 'id'),
		fileColumn('break_id', 'Break id', 'id'),
		customerIdColumn,
	],
	key: ['item_id', 'code', 'currency', 'legal_entity'],
	sort: ['-open_amount'],
	facets: ['is_open', 'code', 'opened_period_id', 'cleared_period_id', 'currency', 'legal_entity', 'owner_name'],
	filters: ['customer_id', 'item_id'],
	search: ['customer_name', 'deal_name', 'document_number', 'item_id'],
	totals: { currency: 'currency', amounts: ['open_amount'] },
	rowHref: (row) => addressOf(['break', String(row['break_id'])]),
	empty: 'Nothing was ever carried.',
})
