import { z } from 'zod'
import { addressOf } from '../address.ts'
import {
	amountColumn,
	currencyColumn,
	customerColumn,
	customerIdColumn,
	fileColumn,
	orderNumberColumn,
} from '../columns.ts'
import { defineReport } from '../report.ts'

/** Deals and orders that have no partner, with the records that they may belong to. */
export const linkCandidates = defineReport({
	name: 'link-candidates',
	title: 'Candidates of links',
	question: 'Which deals and orders have no partner, and which may belong together?',
	reader: 'RevOps',
	shows:
		'Won deals without an order and orders without a won deal, each with up to five records that fit: the same customer and about the date, or the same amount. What names fit several, and what people rejected.',
	leavesOut: 'Deals out of scope and cancelled orders. Nothing here counts as a link until a person says so.',
	without: {
		orders: {
			question: 'Which deals and invoices have no partner, and which may belong together?',
			shows:
				'Won deals without an invoice and invoices without a won deal, each with up to five records that fit: the same customer and about the date, or the same amount. What names fit several, and what people rejected.',
			leavesOut: 'Deals out of scope. Nothing here counts as a link until a person says so.',
		},
	},
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.link_candidates').selectAll(),
	columns: [
		{ name: 'state', title: 'State', kind: 'word' },
		{ name: 'deal_name', title: 'Deal', kind: 'text', missing: 'none' },
		{ name: 'close_date', title: 'Close date', kind: 'date', missing: '–' },
		{ ...customerColumn, missing: '–' },
		{ ...currencyColumn, missing: '–' },
		amountColumn('booked_amount', 'Booked', 'currency', { missing: '–' }),
		orderNumberColumn,
		{
			name: 'order_date',
			title: 'Order date',
			kind: 'date',
			missing: '–',
			without: { orders: { title: 'Invoice date' } },
		},
		{
			name: 'order_customer_name',
			title: 'Customer of the order',
			kind: 'text',
			missing: '–',
			without: { orders: { title: 'Customer of the invoice' } },
		},
		amountColumn('ordered_amount', 'Ordered', 'order_currency', {
			missing: '–',
			without: { orders: { title: 'Invoiced' } },
		}),
		{ name: 'evidence', title: 'Why', kind: 'text', isLong: true },
		{ name: 'choice', title: 'Choice', kind: 'word', missing: '–' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		customerIdColumn,
		fileColumn('order_currency', 'Currency of the order', 'text', {
			without: { orders: { title: 'Currency of the invoice' } },
		}),
		fileColumn('order_customer_id', 'Id of the order’s customer', 'id', {
			without: { orders: { title: 'Id of the invoice’s customer' } },
		}),
		fileColumn('document', 'Document', 'word'),
		fileColumn('opportunity_id', 'Opportunity id', 'id'),
		fileColumn('order_id', 'Order id', 'id', { without: { orders: { title: 'Id of the invoice' } } }),
		fileColumn('candidate_id', 'Candidate id', 'id'),
	],
	key: ['candidate_id'],
	sort: ['state', '-order_date'],
	facets: ['choice', 'state', 'owner_name'],
	filters: ['choice', 'customer_id', 'opportunity_id', 'order_id', 'candidate_id'],
	search: ['deal_name', 'customer_name', 'order_number', 'order_customer_name', 'opportunity_id', 'order_id'],
	rowHref: (row) =>
		row['opportunity_id'] && row['order_id']
			? addressOf(['links'], { crm: String(row['opportunity_id']), erp: String(row['order_id']) })
			: addressOf(['links'], { record: String(row['opportunity_id'] ?? row['order_id']) }),
	empty: 'Every won deal has its order, and every order its deal.',
})
