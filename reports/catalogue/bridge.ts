import { type ExpressionBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../../models/schema.ts'
import { addressOf } from '../address.ts'
import { periodColumn, reportingAmountColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** The bridge of each period from bookings to revenue, by break code. */
export const bridge = defineReport({
	name: 'bridge',
	title: 'Bridge by code',
	question: 'How do we get from bookings to revenue?',
	reader: 'controller',
	shows:
		'The breaks of each period summed by code, in the reporting currency: together they are bookings less revenue.',
	leavesOut: 'Breaks without a valid rate are counted in "No rate" and not in the amount.',
	parameters: z.object({}),
	query: (db) =>
		db
			.selectFrom('marts.breaks')
			.select((breaks) => ['period_id', 'code', ...sums(breaks)])
			.groupBy(['period_id', 'code']),
	columns: [
		{ name: 'code', title: 'Code', kind: 'code' },
		periodColumn,
		{ name: 'break_count', title: 'Breaks', kind: 'count' },
		{ name: 'unpriced_count', title: 'No rate', kind: 'count' },
		reportingAmountColumn('reporting_amount', 'Amount'),
		{ name: 'oldest_date', title: 'Oldest', kind: 'date', missing: '–' },
	],
	key: ['period_id', 'code'],
	sort: ['-period_id', '-reporting_amount'],
	facets: ['period_id', 'code'],
	totals: { reporting: ['reporting_amount'] },
	rowHref: (row) => addressOf(['breaks'], { period_id: String(row['period_id']), code: String(row['code']) }),
	empty: 'No breaks: bookings and revenue agree to the cent in every cell.',
})

function sums(breaks: ExpressionBuilder<Schema, 'marts.breaks'>) {
	return [
		breaks.fn.countAll<string>().as('break_count'),
		sql<string>`count(*) - count(reporting_amount)`.as('unpriced_count'),
		breaks.fn.sum<string>('reporting_amount').as('reporting_amount'),
		breaks.fn.min('opened_date').as('oldest_date'),
	] as const
}
