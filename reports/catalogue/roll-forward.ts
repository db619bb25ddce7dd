import { z } from 'zod'
import { addressOf } from '../address.ts'
import { amountColumn, currencyColumn, periodColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** What was open, what came, what went, what is open. */
export const rollForward = defineReport({
	name: 'roll-forward',
	title: 'Roll-forward of reconciling items',
	question: 'What was open at the start, what came, what was cleared, what is open at the end?',
	reader: 'controller',
	shows: 'Per period, code and currency: opening + new − cleared = closing.',
	leavesOut: 'Nothing. Codes that are not carried open and clear in their own period.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.roll_forward').selectAll(),
	columns: [
		{ name: 'code', title: 'Code', kind: 'code' },
		periodColumn,
		currencyColumn,
		amountColumn('opening_amount', 'Opening'),
		amountColumn('new_amount', 'New'),
		amountColumn('cleared_amount', 'Cleared'),
		amountColumn('closing_amount', 'Closing'),
		{ name: 'item_count', title: 'Open items', kind: 'count' },
		{ name: 'oldest_date', title: 'Oldest', kind: 'date', missing: '–' },
	],
	key: ['period_id', 'code', 'currency'],
	sort: ['-period_id', '-closing_amount'],
	facets: ['period_id', 'code', 'currency'],
	totals: { currency: 'currency', amounts: ['opening_amount', 'new_amount', 'cleared_amount', 'closing_amount'] },
	rowHref: (row) =>
		addressOf(['breaks'], {
			period_id: String(row['period_id']),
			code: String(row['code']),
			currency: String(row['currency']),
		}),
	empty: 'Nothing was ever open.',
})
