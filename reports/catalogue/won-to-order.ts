import { z } from 'zod'
import {
	amountColumn,
	currencyColumn,
	customerColumn,
	customerIdColumn,
	fileColumn,
	orderNumberColumn,
	periodColumn,
} from '../columns.ts'
import { defineReport } from '../report.ts'

/** How long each won deal took to become an order. */
export const wonToOrder = defineReport({
	name: 'won-to-order',
	title: 'Won to order',
	question: 'Which won deals took more than an hour to become an order, or have none yet?',
	reader: 'RevOps',
	shows: 'Won deal lines with the moment of winning, the moment of the order and the time between, in clock time.',
	leavesOut: 'Deals whose stage history is not loaded have no moment of winning: they read "n/a".',
	needs: ['stage_history'],
	without: {
		orders: {
			title: 'Won to invoice',
			question: 'Which won deals took more than an hour to be invoiced, or have no invoice yet?',
			shows: 'Won deals with the moment of winning, the moment of the invoice and the time between, in clock time.',
		},
		order_moment: {
			question: 'Which won deals have no invoice yet, and when did the others get theirs?',
			shows: 'Won deals with the moment of winning and the date of their first invoice.',
			sort: ['-won_at'],
		},
	},
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.chain').selectAll(),
	columns: [
		{ name: 'deal_name', title: 'Deal', kind: 'text' },
		customerColumn,
		{ name: 'won_at', title: 'Won', kind: 'moment' },
		orderNumberColumn,
		{
			name: 'ordered_at',
			title: 'Ordered',
			kind: 'moment',
			missing: 'not yet',
			needs: ['order_moment'],
			without: { orders: { title: 'Invoiced' } },
		},
		{
			name: 'first_invoice_date',
			title: 'First invoice',
			kind: 'date',
			missing: 'not yet',
			isFileOnly: true,
			without: { order_moment: { isFileOnly: false } },
		},
		{ name: 'won_to_order_minutes', title: 'Took', kind: 'minutes', missing: '–', needs: ['order_moment'] },
		{ name: 'won_to_order_bucket', title: 'Within', kind: 'text', needs: ['order_moment'] },
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
