import { z } from 'zod'
import { addressOf } from '../address.ts'
import { amountColumn, currencyColumn, periodColumn } from '../columns.ts'
import { isZeroDecimal } from '../decimal.ts'
import { type Column, defineReport, type Row } from '../report.ts'

/** What was open at the period's end; leads to the items that it is made of. */
export const closingColumn: Column = amountColumn('closing_amount', 'Closing', 'currency', {
	href: (row) => itemsPlace(row),
})

/** Where a line of the roll-forward leads: what moved in the period, or else what stays open. */
export function rollForwardPlace(row: Row): string | null {
	const hasMoved = ['new_amount', 'cleared_amount'].some((name) => !isZeroDecimal(String(row[name])))
	return hasMoved ? placeOf(['breaks'], row) : itemsPlace(row)
}

function itemsPlace(row: Row): string | null {
	return Number(row['item_count']) > 0 ? placeOf(['reports', 'open-items'], row) : null
}

function placeOf(path: string[], row: Row): string {
	const [period_id, code, currency] = ['period_id', 'code', 'currency'].map((name) => String(row[name]))
	return addressOf(path, { period_id, code, currency })
}

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
		closingColumn,
		{ name: 'item_count', title: 'Open items', kind: 'count' },
		{ name: 'oldest_date', title: 'Oldest', kind: 'date', missing: '–' },
	],
	key: ['period_id', 'code', 'currency'],
	sort: ['-period_id', '-closing_amount'],
	facets: ['period_id', 'code', 'currency'],
	totals: {
		currency: 'currency',
		amounts: ['opening_amount', 'new_amount', 'cleared_amount', 'closing_amount'],
		within: { opening_amount: ['period_id'], closing_amount: ['period_id'] },
	},
	rowHref: rollForwardPlace,
	empty: 'Nothing was ever open.',
})
