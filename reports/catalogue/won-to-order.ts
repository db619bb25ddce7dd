import { z } from 'zod'
import { amountColumn, currencyColumn, customerColumn, customerIdColumn, fileColumn, periodColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** How long each won deal took to become an order. */
export const wonToOrder = defineReport({
	name: 'won-to-order',
	title: 'Won to order',
	question: 'Which won deals took more than an hour to become an order, or have none yet?',
	reader: 'RevOps',
	shows: 'Won deal lines with the moment of winning, the moment of the order and the time between, in clock time.',
	leavesOut: 'Deals whose stage history is not loaded have no moment of winning: they read "n/a".',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.chain').selectAll(),
	columns: [
		{ name: 'deal_name', title: 'Deal', kind: 'text' },
		customerColumn,
		{ name: 'won_at', title: 'Won', kind: 'moment' },
		{ name: 'order_number', title: 'Order', kind: 'text', missing: 'none' },
		{ name: 'ordered_at', title: 'Ordered', kind: 'moment', missing: 'not yet' },
		{ name: 'won_to_order_minutes', title: 'Took', kind: 'minutes', missing: '–' },
		{ name: 'won_to_order_bucket', title: 'Within', kind: 'text' },
		amountColumn('booked_amount', 'Booked'),
		currencyColumn,
		{ ...periodColumn, isFileOnly: true },
		customerIdColumn,
		fileColumn('chain_id', 'Chain id', 'id'),
		fileColumn('opportunity_id', 'Opportunity id', 'id'),
	],
	key: ['chain_id'],
	sort: ['-won_to_order_minutes'],
	facets: ['won_to_order_bucket', 'period_id'],
	filters: ['customer_id', 'opportunity_id'],
	search: ['deal_name', 'customer_name', 'order_number'],
	totals: { currency: 'currency', amounts: ['booked_amount'] },
	empty: 'No won deals are loaded.',
})
