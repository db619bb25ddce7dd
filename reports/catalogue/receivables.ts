import { z } from 'zod'
import { addressOf } from '../address.ts'
import { customerIdColumn, erpRecordColumn, fileColumn, reportingAmountColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** What customers owe. */
export const receivables = defineReport({
	name: 'receivables',
	title: 'Receivables',
	question: 'Who owes us, and how much of it is overdue?',
	reader: 'controller',
	shows:
		'Customers with open invoices, in the reporting currency; overdue is the part past its due date. At the newest period’s rate, or, while that has none, at the one before it.',
	leavesOut:
		'Customers who owe nothing; credits and payments that are not applied to an invoice. Open invoices without a valid rate are in no amount; they are counted.',
	needs: ['receivables'],
	parameters: z.object({}),
	query: (db) =>
		db
			.selectFrom('marts.customer_360')
			.selectAll()
			.where((customer) =>
				customer.or([
					customer('open_amount', '<>', '0'),
					customer('overdue_amount', '<>', '0'),
					customer('open_invoices_without_rate', '>', '0'),
				]),
			),
	columns: [
		{ name: 'customer_name', title: 'Customer', kind: 'text' },
		reportingAmountColumn('open_amount', 'Open'),
		reportingAmountColumn('overdue_amount', 'Overdue'),
		{ name: 'open_invoices_without_rate', title: 'Open, no rate', kind: 'count' },
		reportingAmountColumn('revenue_amount', 'Revenue'),
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		{ name: 'country', title: 'Country', kind: 'text' },
		{ name: 'erp_last_activity_date', title: 'Last activity in ERP', kind: 'date' },
		{ ...erpRecordColumn, needs: ['erp_customer_pages'] },
		customerIdColumn,
		fileColumn('erp_customer_ids', 'ERP customers', 'id'),
		fileColumn('reporting_currency', 'Reporting currency'),
	],
	key: ['customer_id'],
	sort: ['-overdue_amount', '-open_amount'],
	facets: ['owner_name', 'country'],
	search: ['customer_name', 'customer_id', 'erp_customer_ids'],
	totals: { reporting: ['open_amount', 'overdue_amount'] },
	rowHref: (row) => addressOf(['customer', String(row['customer_id'])]),
	empty: 'Nobody owes anything: every invoice is settled.',
})
