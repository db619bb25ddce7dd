import { z } from 'zod'
import { addressOf } from '../address.ts'
import { amountColumn, currencyColumn, entityColumn, fileColumn, periodColumn } from '../columns.ts'
import { defineReport, type Row } from '../report.ts'

/** Which records each measure is made of, by the name that marts.records has for them. */
const objects: Readonly<Record<string, string>> = {
	revenue: 'revenue_entry',
	receivables: 'invoice',
	bookings: 'opportunity',
}

/** What the systems' own reports say against what was read of them. */
export const tieOut = defineReport({
	name: 'tie-out',
	title: 'Tie-out to the systems’ own reports',
	question: 'Do our totals equal what the ERP and the CRM report themselves?',
	reader: 'controller',
	shows:
		'Revenue per account, period and legal entity against the ERP’s trial balance; open invoices by the month due against its receivables; won deals per period and currency against the CRM’s own aggregate. The difference is the report’s amount less ours.',
	leavesOut:
		'What no system adds up and no file brings. A part that a report leaves out is *: receivables have no period, a CRM’s aggregate has no legal entity.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.tie_out').selectAll(),
	columns: [
		{ name: 'measure', title: 'Measure', kind: 'word' },
		periodColumn,
		entityColumn,
		{ name: 'account', title: 'Account', kind: 'text' },
		{ name: 'due_month', title: 'Due', kind: 'text' },
		currencyColumn,
		amountColumn('reported_amount', 'Its report'),
		amountColumn('recorded_amount', 'Its records'),
		amountColumn('difference_amount', 'Difference'),
		{ name: 'reported_count', title: 'Records in it', kind: 'count', missing: '–' },
		{ name: 'recorded_count', title: 'Records here', kind: 'count', missing: 'none' },
		{ name: 'state', title: 'State', kind: 'word' },
		fileColumn('scope', 'System'),
		fileColumn('of_currency', 'Currency of the records'),
		fileColumn('tolerance_amount', 'Tolerance', 'amount', { currency: 'currency' }),
		fileColumn('reported_at', 'Reported at', 'moment'),
	],
	key: ['scope', 'measure', 'period_id', 'legal_entity', 'account', 'due_month', 'of_currency', 'currency'],
	sort: ['state', '-difference_amount', '-period_id'],
	facets: ['state', 'measure', 'period_id', 'legal_entity', 'account', 'currency', 'scope'],
	totals: { currency: 'currency', amounts: ['reported_amount', 'recorded_amount', 'difference_amount'] },
	rowHref: (row) => recordsOf(row),
	empty:
		'No report to compare with: none of the systems adds up by itself, and no file of totals is mapped (docs/tie-out.md).',
})

/** The records behind a line. */
function recordsOf(row: Row): string {
	const part = (name: string) => (row[name] === '*' ? undefined : String(row[name]))
	const isBookings = row['measure'] === 'bookings'
	return addressOf(['reports', 'records'], {
		object: objects[String(row['measure'])],
		is_counted: 'true',
		source: part('scope'),
		period_id: part('period_id'),
		legal_entity: part('legal_entity'),
		account: part('account'),
		...(isBookings && { currency: String(row['of_currency']) }),
		...(row['measure'] === 'receivables' && { currency: String(row['currency']) }),
	})
}
