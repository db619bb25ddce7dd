import { z } from 'zod'
import { addressOf } from '../address.ts'
import { amountColumn, currencyColumn, entityColumn, fileColumn, periodColumn } from '../columns.ts'
import { isZeroDecimal } from '../decimal.ts'
import { type Column, defineReport, type Row } from '../report.ts'

const steps: Readonly<Record<string, string>> = {
	bookings: 'Bookings',
	backlog: 'Backlog',
	billings: 'Billings',
	deferred_revenue: 'Deferred revenue',
	revenue: 'Revenue',
}

/** The step in words; files have its name. */
export const stepColumn: Column = {
	name: 'step',
	title: 'Step',
	kind: 'text',
	show: (row) => steps[String(row['step'])] ?? String(row['step']),
}

/** From bookings to revenue, each step with what came and went. */
export const billingsRollForward = defineReport({
	name: 'billings-roll-forward',
	title: 'From bookings to revenue',
	question: 'How did bookings become backlog, billings, deferred revenue and revenue?',
	reader: 'controller',
	shows:
		'Per step, period, legal entity and currency: opening + additions − reductions − differences = closing. Bookings, billings and revenue are to date. The backlog closes with what its open items add up to, deferred revenue with what its invoices do.',
	leavesOut:
		'Records outside the calendar. Differences are breaks that no invoice will clear, and what was invoiced without a booking.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.billings_roll_forward').selectAll(),
	columns: [
		stepColumn,
		periodColumn,
		entityColumn,
		currencyColumn,
		amountColumn('opening_amount', 'Opening'),
		amountColumn('addition_amount', 'Additions'),
		amountColumn('reduction_amount', 'Reductions'),
		amountColumn('difference_amount', 'Differences'),
		amountColumn('closing_amount', 'Closing'),
		amountColumn('unbilled_amount', 'Of which unbilled', 'currency', {
			description: 'Revenue before its invoice (a contract asset): by so much the deferred revenue itself is larger',
			missing: '–',
		}),
		{ name: 'item_count', title: 'Open items', kind: 'count', missing: '–' },
		fileColumn('step_number', 'Step number', 'count'),
	],
	key: ['step', 'period_id', 'legal_entity', 'currency'],
	sort: ['-period_id', 'currency', 'legal_entity', 'step_number'],
	facets: ['step', 'period_id', 'legal_entity', 'currency'],
	totals: {
		currency: 'currency',
		amounts: ['opening_amount', 'addition_amount', 'reduction_amount', 'difference_amount', 'closing_amount'],
		within: {
			opening_amount: ['step', 'period_id'],
			addition_amount: ['step'],
			reduction_amount: ['step'],
			difference_amount: ['step'],
			closing_amount: ['step', 'period_id'],
		},
	},
	rowHref: (row) => rowPlace(row),
	empty: 'Nothing was booked, billed or recognised.',
})

/** What stands behind a step: the open items of the backlog, else the cells; nowhere when nothing came or went. */
function rowPlace(row: Row): string | null {
	const [period_id, legal_entity, currency] = ['period_id', 'legal_entity', 'currency'].map((name) => String(row[name]))
	if (row['step'] === 'backlog')
		return Number(row['item_count']) > 0
			? addressOf(['reports', 'open-items'], { period_id, legal_entity, currency, step: 'backlog' })
			: null
	if (['addition_amount', 'reduction_amount'].every((name) => isZeroDecimal(String(row[name])))) return null
	return addressOf(['reports', 'bookings-vs-revenue'], { period_id, legal_entity, currency })
}
