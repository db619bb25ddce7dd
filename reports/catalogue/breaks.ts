import { sql } from 'kysely'
import { z } from 'zod'
import { addressOf } from '../address.ts'
import {
	amountColumn,
	crmRecordColumn,
	currencyColumn,
	customerColumn,
	customerIdColumn,
	entityColumn,
	erpRecordColumn,
	fileColumn,
	periodColumn,
	reportingAmountColumn,
} from '../columns.ts'
import { defineReport } from '../report.ts'

/** Every break: the lines of the difference between bookings and revenue. */
export const breaks = defineReport({
	name: 'breaks',
	path: '/breaks',
	title: 'Breaks',
	question: 'Which lines make up the difference, and whose are they?',
	reader: 'controller',
	shows:
		'Every break of every period: positive where bookings exceed revenue. In each cell they add up to the variance.',
	leavesOut: 'Chains in which booking and revenue agree in the same period: they have no break.',
	parameters: z.object({
		minimum: z
			.string()
			.regex(/^\d+(\.\d{1,4})?$/, 'write an amount such as 1000 or 1000.50')
			.optional()
			.describe('Only breaks of at least this size in the reporting currency, whatever their sign'),
	}),
	query: (db, { minimum }) => {
		const all = db.selectFrom('marts.breaks').selectAll()
		const isLarge = sql<boolean>`abs(reporting_amount) >= cast(${minimum ?? null} as decimal(38, 4))`
		return minimum === undefined ? all : all.where(isLarge)
	},
	columns: [
		{ ...customerColumn, href: undefined },
		{ name: 'code', title: 'Code', kind: 'code' },
		amountColumn('amount', 'Amount'),
		currencyColumn,
		reportingAmountColumn('reporting_amount', 'Reporting amount'),
		periodColumn,
		{ name: 'age_days', title: 'Age, days', kind: 'count', missing: '–' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		entityColumn,
		{ name: 'document_number', title: 'Document', kind: 'text', missing: '–' },
		{ ...crmRecordColumn, needs: ['deal_pages'] },
		{ ...erpRecordColumn, needs: ['document_pages'] },
		{ name: 'explanation', title: 'Why', kind: 'sentence', currency: 'currency', isLong: true },
		fileColumn('reporting_currency', 'Reporting currency'),
		fileColumn('cause', 'Cause', 'word'),
		fileColumn('evidence', 'Evidence', 'sentence'),
		fileColumn('break_id', 'Break id', 'id'),
		fileColumn('item_id', 'Item id', 'id'),
		customerIdColumn,
		fileColumn('is_carried', 'Carried'),
		fileColumn('opened_date', 'Opened', 'date'),
		fileColumn('crm_value', 'CRM value'),
		fileColumn('erp_value', 'ERP value'),
		fileColumn('deal_name', 'Deal'),
		fileColumn('opportunity_id', 'Opportunity id', 'id'),
		fileColumn('opportunity_line_id', 'Opportunity line id', 'id', { needs: ['deal_lines'] }),
		fileColumn('order_id', 'Order id', 'id', { without: { orders: { title: 'Id of the invoice compared' } } }),
		fileColumn('invoice_id', 'Invoice id', 'id'),
		fileColumn('document_id', 'Document id', 'id'),
	],
	key: ['break_id'],
	sort: ['-reporting_amount'],
	facets: ['period_id', 'code', 'cause', 'legal_entity', 'currency', 'owner_name', 'is_carried'],
	filters: ['customer_id', 'item_id', 'opportunity_id', 'order_id', 'invoice_id', 'document_number'],
	search: ['customer_name', 'deal_name', 'document_number', 'opportunity_id', 'order_id', 'invoice_id', 'explanation'],
	totals: { currency: 'currency', amounts: ['amount'], reporting: ['reporting_amount'] },
	rowHref: (row) => addressOf(['break', String(row['break_id'])]),
	empty: 'No breaks: bookings and revenue agree to the cent in every cell.',
})
