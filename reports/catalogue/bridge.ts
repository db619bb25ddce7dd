import { type ExpressionBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../../models/schema.ts'
import { addressOf } from '../address.ts'
import { amountColumn, fileColumn, periodColumn, reportingAmountColumn } from '../columns.ts'
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
	parameters: z.object({
		entity: z.string().optional().describe('Only breaks of this legal entity'),
		in_currency: z.string().optional().describe('Only breaks of this currency; files then have the amounts in it, too'),
	}),
	query: (db, { entity, in_currency }) => {
		let breaks = db.selectFrom('marts.breaks')
		if (entity) breaks = breaks.where('legal_entity', '=', entity)
		if (in_currency) breaks = breaks.where('currency', '=', in_currency)
		const own = sql<string | null>`sum(case when ${in_currency !== undefined} then amount end)`
		return breaks
			.select((all) => [
				'period_id',
				'code',
				...sums(all),
				own.as('amount'),
				sql<string | null>`cast(${in_currency ?? null} as varchar)`.as('currency'),
				sql<string | null>`cast(${entity ?? null} as varchar)`.as('legal_entity'),
			])
			.groupBy(['period_id', 'code'])
	},
	columns: [
		{ name: 'code', title: 'Code', kind: 'code' },
		periodColumn,
		{ name: 'break_count', title: 'Breaks', kind: 'count' },
		{ name: 'unpriced_count', title: 'No rate', kind: 'count' },
		reportingAmountColumn('reporting_amount', 'Amount'),
		{ name: 'oldest_date', title: 'Oldest', kind: 'date', missing: '–' },
		fileColumn('reporting_currency', 'Reporting currency'),
		amountColumn('amount', 'In the currency asked for', 'currency', { onlyWith: 'in_currency' }),
		{ name: 'currency', title: 'Currency', kind: 'text', onlyWith: 'in_currency' },
		fileColumn('legal_entity', 'Legal entity asked for', 'text', { onlyWith: 'entity' }),
	],
	key: ['period_id', 'code'],
	sort: ['-period_id', '-reporting_amount'],
	facets: ['period_id', 'code'],
	totals: { reporting: ['reporting_amount'] },
	rowHref: (row) =>
		addressOf(['breaks'], {
			period_id: String(row['period_id']),
			code: String(row['code']),
			currency: row['currency'] as string | null,
			legal_entity: row['legal_entity'] as string | null,
		}),
	empty: 'No breaks: bookings and revenue agree to the cent in every cell.',
})

function sums(breaks: ExpressionBuilder<Schema, 'marts.breaks'>) {
	return [
		breaks.fn.countAll<string>().as('break_count'),
		sql<string>`count(*) - count(reporting_amount)`.as('unpriced_count'),
		breaks.fn.sum<string>('reporting_amount').as('reporting_amount'),
		breaks.fn.min('opened_date').as('oldest_date'),
		breaks.fn.max('reporting_currency').as('reporting_currency'),
	] as const
}
