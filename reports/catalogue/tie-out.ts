import { z } from 'zod'
import { addressOf } from '../address.ts'
import { breakable, type CellContext } from '../cell.ts'
import { amountColumn, currencyColumn, fileColumn, periodColumn } from '../columns.ts'
import { compareDecimals, isZeroDecimal, roundDecimal } from '../decimal.ts'
import { Amount } from '../format.ts'
import { type Html, html } from '../html.ts'
import { type Column, defineReport, type Row } from '../report.ts'
import { Status } from '../status.ts'

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
		'What no system adds up and no file brings. A part that a report leaves out is *: receivables have no period. A CRM’s aggregate goes by the legal entity that the deal itself names.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.tie_out').selectAll(),
	columns: [
		{ name: 'measure', title: 'Measure', kind: 'word' },
		{ name: 'state', title: 'State', kind: 'word', show: (row) => StateOf(row) },
		periodColumn,
		partColumn('legal_entity', 'Entity'),
		partColumn('account', 'Account'),
		partColumn('due_month', 'Due'),
		{ ...currencyColumn, show: (row) => CurrencyOf(row) },
		roundedColumn('reported_amount', 'Its report'),
		roundedColumn('recorded_amount', 'Its records'),
		roundedColumn('difference_amount', 'Difference'),
		{ name: 'reported_count', title: 'Records in it', kind: 'count', missing: '–', needs: ['reported_counts'] },
		{ name: 'recorded_count', title: 'Records here', kind: 'count', missing: 'none' },
		fileColumn('scope', 'System'),
		fileColumn('of_currency', 'Currency of the records'),
		fileColumn('tolerance_amount', 'Tolerance', 'amount', { currency: 'currency' }),
		fileColumn('reported_at', 'Reported at', 'moment'),
	],
	key: ['scope', 'measure', 'period_id', 'legal_entity', 'account', 'due_month', 'of_currency', 'currency'],
	sort: ['state', '-difference_amount', '-period_id'],
	facets: ['state', 'measure', 'period_id', 'legal_entity', 'account', 'currency', 'scope'],
	totals: {
		currency: 'currency',
		amounts: ['reported_amount', 'recorded_amount', 'difference_amount'],
		within: { reported_amount: ['measure'], recorded_amount: ['measure'], difference_amount: ['measure'] },
	},
	rowHref: (row) => recordsOf(row),
	empty:
		'No report to compare with: none of the systems adds up by itself, and no file of totals is mapped (docs/tie-out.md).',
})

/** A part that a report may leave out: `*` in files. */
function partColumn(name: string, title: string): Column {
	const show = (row: Row) => (row[name] === '*' ? html`<span class="none">–</span>` : breakable(String(row[name])))
	return { name, title, kind: 'text', show }
}

/** Reports that convert each deal have more decimals than the currency: on the page rounded, all of them on hover and in files. */
function roundedColumn(name: string, title: string): Column {
	const show = (row: Row, { minorDigits }: CellContext) => {
		const value = String(row[name])
		const digits = minorDigits(String(row['currency'])) ?? 2
		const rounded = roundDecimal(value, digits)
		if (isZeroDecimal(rounded) && !isZeroDecimal(value))
			return html`<span title=${value}>under ${digits === 0 ? '1' : `0.${'0'.repeat(digits - 1)}1`}</span>`
		const shown = html`<${Amount} value=${rounded} digits=${digits} />`
		return compareDecimals(rounded, value) === 0 ? shown : html`<span title=${value}>${shown}</span>`
	}
	return amountColumn(name, title, 'currency', { show })
}

/** A report that converts says of which currency's deals it is. */
function CurrencyOf({ currency, of_currency: of }: Row): Html {
	return of === '*' || of === currency ? String(currency) : html`${currency} <span class="muted">of ${of}</span>`
}

function StateOf({ state }: Row): Html {
	const status = ({ ties: 'pass', differs: 'fail' } as Record<string, string>)[String(state)] ?? 'warn'
	return html`<${Status} status=${status} word=${String(state)} />`
}

/** The records behind a line. */
function recordsOf(row: Row): string {
	const part = (name: string) => (row[name] === '*' ? undefined : String(row[name]))
	const isBookings = row['measure'] === 'bookings'
	// A system's own aggregate goes by what each record names; a file's totals go by where it stands.
	const entity = row['scope'] === '*' ? 'legal_entity' : 'own_legal_entity'
	return addressOf(['reports', 'records'], {
		object: objects[String(row['measure'])],
		is_counted: 'true',
		source: part('scope'),
		period_id: part('period_id'),
		[entity]: part('legal_entity'),
		account: part('account'),
		due_month: part('due_month'),
		...(isBookings && { currency: String(row['of_currency']) }),
		...(row['measure'] === 'receivables' && { currency: String(row['currency']) }),
	})
}
