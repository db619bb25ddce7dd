import { z } from 'zod'
import type { BreakCode } from '../../models/break-code.ts'
import { addressOf } from '../address.ts'
import { breakCodes } from '../break-codes.ts'
import {
	amountColumn,
	currencyColumn,
	customerColumn,
	customerIdColumn,
	entityColumn,
	fileColumn,
	periodColumn,
	reportingAmountColumn,
} from '../columns.ts'
import { defineReport } from '../report.ts'

const codes = Object.keys(breakCodes) as BreakCode[]

/** Bookings, billings and revenue of every cell, with one column per break code. */
export const cells = defineReport({
	name: 'bookings-vs-revenue',
	title: 'Bookings against revenue',
	question: 'What was booked, billed and recognised, for whom, in which currency and legal entity?',
	reader: 'controller',
	shows:
		'One row per cell: period, customer, currency and legal entity. Variance is bookings less revenue; the break columns add up to it.',
	leavesOut: 'Cells in which nothing was booked, billed or recognised.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.bookings_vs_revenue').selectAll(),
	columns: [
		customerColumn,
		periodColumn,
		entityColumn,
		currencyColumn,
		amountColumn('bookings_amount', 'Bookings'),
		amountColumn('billings_amount', 'Billings'),
		amountColumn('revenue_amount', 'Revenue'),
		amountColumn('variance_amount', 'Variance'),
		reportingAmountColumn('variance_reporting_amount', 'Variance'),
		amountColumn('unexplained_amount', 'Unexplained'),
		...codes
			.filter((code) => code !== 'unexplained')
			.map((code) => amountColumn(`${code}_amount`, breakCodes[code].title, 'currency', { isFileOnly: true, code })),
		reportingAmountColumn('bookings_reporting_amount', 'Bookings', { isFileOnly: true }),
		reportingAmountColumn('billings_reporting_amount', 'Billings', { isFileOnly: true }),
		reportingAmountColumn('revenue_reporting_amount', 'Revenue', { isFileOnly: true }),
		fileColumn('reporting_currency', 'Reporting currency'),
		fileColumn('policy_rate', 'Policy rate', 'quantity'),
		fileColumn('is_validated', 'Has a valid rate'),
		fileColumn('memo_rate', 'Memo: the CRM’s rate', 'quantity'),
		...(['bookings', 'billings', 'revenue', 'variance'] as const).map((measure) =>
			reportingAmountColumn(`${measure}_memo_amount`, `Memo: ${measure} at the CRM’s rate`, { isFileOnly: true }),
		),
		customerIdColumn,
	],
	key: ['period_id', 'customer_id', 'currency', 'legal_entity'],
	sort: ['-variance_reporting_amount'],
	facets: ['period_id', 'legal_entity', 'currency', 'is_validated'],
	filters: ['customer_id'],
	search: ['customer_name', 'customer_id'],
	totals: {
		currency: 'currency',
		amounts: ['bookings_amount', 'billings_amount', 'revenue_amount', 'variance_amount', 'unexplained_amount'],
		reporting: (['bookings', 'billings', 'revenue', 'variance'] as const).map(
			(measure) => `${measure}_reporting_amount`,
		),
	},
	rowHref: (row) =>
		addressOf(['breaks'], {
			period_id: String(row['period_id']),
			customer_id: String(row['customer_id']),
			currency: String(row['currency']),
			legal_entity: String(row['legal_entity']),
		}),
	empty: 'Nothing was booked, billed or recognised in the periods that are loaded.',
})
