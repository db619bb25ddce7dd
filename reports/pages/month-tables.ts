import { addressOf } from '../address.ts'
import { breakCodeWords } from '../break-codes.ts'
import { stepColumn } from '../catalogue/billings-roll-forward.ts'
import { certificates as certificateReport } from '../catalogue/certificates.ts'
import { closingColumn, rollForwardPlace } from '../catalogue/roll-forward.ts'
import { amountColumn, periodColumn } from '../columns.ts'
import type { PageContext } from '../context.ts'
import { addDecimals, compareDecimals, isZeroDecimal, subtractDecimals } from '../decimal.ts'
import { FileLinks } from '../file-links.ts'
import { countOf, countText, signedAmountText } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { Column } from '../report.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'
import type { Month, UnexplainedGroup } from './month-data.ts'

type Properties = { month: Month; context: PageContext }

/** What is said of a period in which nothing can agree, because there is nothing. */
export const nothingMoved = 'Nothing was booked, billed or recognised in this period.'

/** Whether the period has no cell of what the page is narrowed to: its zeros agree with nothing. */
export function isBare({ byCurrency, codes }: Pick<Month, 'byCurrency' | 'codes'>): boolean {
	const hasMoved = byCurrency.some((of) => ![of.bookings, of.billings, of.revenue].every(isZeroDecimal))
	return !hasMoved && codes.every(({ count }) => count === 0)
}

/** Breaks of the period by code: what the code means, how many, how much, since when. */
export function CodeTable({ month, context }: Properties): Html {
	const period_id = month.period.period_id
	const present = month.codes.filter((group) => group.count > 0)
	const unpriced = present.reduce((count, group) => count + group.unpricedCount, 0)
	const columns: Column[] = [
		{ name: 'code', title: 'Code', kind: 'code' },
		{ name: 'count', title: 'Breaks', kind: 'count' },
		{ name: 'newCount', title: 'New', kind: 'count', description: 'Opened in this period' },
		{
			name: 'olderCount',
			title: 'Older',
			kind: 'count',
			description: 'Opened before this period, carried or cleared in it',
		},
		amountColumn('amount', 'Amount', 'reporting'),
		amountColumn('previousAmount', 'Last period', 'reporting'),
		{ name: 'oldestDate', title: 'Oldest', kind: 'date', missing: '–' },
		{ name: 'meaning', title: 'Meaning', kind: 'text', isLong: true },
	]
	const rows = present.map((group) => ({
		...group,
		olderCount: group.count - group.newCount,
		meaning: breakCodeWords(group.code, context.systems).meaning,
	}))
	const total = {
		label: 'Total: variance',
		amount: addDecimals(['0.0000', ...present.map((group) => group.amount)]),
		previousAmount: addDecimals(['0.0000', ...month.codes.map((group) => group.previousAmount)]),
	}
	return html`<${Table} id="by-code" caption="Breaks by code" context=${{ ...context, reportingCurrency: month.currency }} columns=${columns} rows=${rows} foot=${[total]}
		note=${unpriced > 0 ? `${countText(unpriced)} without a valid rate are counted and not in the amounts` : null}
		files=${html`Breaks: <${FileLinks} of="Breaks" href=${addressOf(['breaks.csv'], { period_id, ...month.filter })} />`}
		rowHref=${(row: { code: string }) => addressOf(['breaks'], { period_id, code: row.code, ...month.filter })}
		empty=${isBare(month) ? nothingMoved : 'No breaks in this period: bookings and revenue agree to the cent in every cell.'} />`
}

/** Whether a period's unexplained breaks stay within materiality; `no rate` breaks are never within it. */
export function unexplainedStatus(
	group: Pick<UnexplainedGroup, 'amount' | 'unpricedCount'> | undefined,
	materiality: string | null,
): { status: 'pass' | 'warn' | 'fail'; word: string } {
	if (!group) return { status: 'pass', word: 'nothing unexplained' }
	const isAbove = group.unpricedCount > 0 || compareDecimals(group.amount, materiality ?? '0') > 0
	return isAbove ? { status: 'fail', word: 'above materiality' } : { status: 'warn', word: 'within materiality' }
}

/** Every period's unexplained breaks against materiality: each is judged by itself. */
export function UnexplainedTable({ month, context }: Properties): Html {
	const { materiality, reportingCurrency } = context
	const digits = context.minorDigits(reportingCurrency)
	const rows = month.unexplainedPeriods.map((group) => ({
		...group,
		state: unexplainedStatus(group, materiality),
		ends: group.isComplete ? 'ended' : 'still open',
	}))
	const columns: Column[] = [
		{ ...periodColumn, name: 'period_id' },
		{ name: 'ends', title: 'State', kind: 'text' },
		{ name: 'count', title: 'Breaks', kind: 'count' },
		amountColumn('amount', 'Size', 'reporting', { description: 'The breaks added up whatever their sign' }),
		amountColumn('netAmount', 'Net', 'reporting', { description: 'What the breaks are in the variance' }),
		{ name: 'unpricedCount', title: 'Without a rate', kind: 'count' },
		{
			name: 'state',
			title: 'Against materiality',
			kind: 'status',
			show: (row) => html`<${Status} ...${row['state']} />`,
		},
	]
	return html`<${Table} id="unexplained" caption="Unexplained by period" context=${context} columns=${columns} rows=${rows}
		note=${html`materiality ${materiality === null ? 'is not set: nothing unexplained is immaterial' : `${signedAmountText(materiality, digits)} ${reportingCurrency} per period, against the breaks' size`}. Of all legal entities and currencies.`}
		isSum=${(row: UnexplainedGroup) => row.period_id === month.period.period_id}
		rowHref=${(row: UnexplainedGroup) => addressOf(['breaks'], { period_id: row.period_id, code: 'unexplained' })}
		empty="Nothing is unexplained in any period." />`
}

/** Opening + new − cleared = closing, per code and currency, each line proved. */
export function RollForward({ month, context }: Properties): Html {
	const moving = month.rollForward.filter(
		({ opening_amount, new_amount, cleared_amount, closing_amount, item_count }) =>
			Number(item_count) > 0 || ![opening_amount, new_amount, cleared_amount, closing_amount].every(isZeroDecimal),
	)
	const still = month.rollForward.length - moving.length
	const rows = moving.map((row) => {
		const expected = subtractDecimals(addDecimals([row.opening_amount, row.new_amount]), row.cleared_amount)
		return { ...row, proof: isZeroDecimal(subtractDecimals(expected, row.closing_amount)) ? 'pass' : 'fail' }
	})
	const failing = rows.filter((row) => row.proof === 'fail').length
	const columns: Column[] = [
		{ name: 'code', title: 'Code', kind: 'code' },
		{ name: 'currency', title: 'Currency', kind: 'text' },
		amountColumn('opening_amount', 'Opening'),
		amountColumn('new_amount', 'New'),
		amountColumn('cleared_amount', 'Cleared'),
		closingColumn,
		{ name: 'item_count', title: 'Open items', kind: 'count' },
		{ name: 'oldest_date', title: 'Oldest', kind: 'date', missing: '–' },
		{ name: 'proof', title: 'Adds up', kind: 'status' },
	]
	const period_id = month.period.period_id
	const ofEntity = month.filter.legal_entity ? ' Of all legal entities.' : ''
	return html`<${Table} id="roll-forward" caption="Roll-forward" isFolded=${failing === 0 && rows.length > 0} context=${context} columns=${columns} rows=${rows}
		note=${html`<${Status} status=${failing === 0 ? 'pass' : 'fail'} word=${failing === 0 ? 'adds up' : `${failing} lines do not add up`} /> opening + new − cleared = closing.${ofEntity}${still > 0 && ` ${countOf(still, 'line')} of zeros only in the file.`}`}
		files=${html`<${FileLinks} of="Roll-forward" href=${addressOf(['reports', 'roll-forward.csv'], { period_id, currency: month.filter.currency })} />`}
		rowHref=${rollForwardPlace}
		empty="Nothing is carried: no break was open at the start or the end of this period." />`
}

/** Bookings, backlog, billings, deferred revenue, revenue: what came and went of each, each line proved. */
export function Steps({ month, context }: Properties): Html {
	const rows = month.steps
		.filter(
			({ opening, additions, reductions, closing }) => ![opening, additions, reductions, closing].every(isZeroDecimal),
		)
		.map((row) => {
			const expected = subtractDecimals(
				subtractDecimals(addDecimals([row.opening, row.additions]), row.reductions),
				row.differences,
			)
			return { ...row, proof: isZeroDecimal(subtractDecimals(expected, row.closing)) ? 'pass' : 'fail' }
		})
	const failing = rows.filter((row) => row.proof === 'fail').length
	const columns: Column[] = [
		stepColumn,
		{ name: 'currency', title: 'Currency', kind: 'text' },
		amountColumn('opening', 'Opening'),
		amountColumn('additions', 'Additions'),
		amountColumn('reductions', 'Reductions'),
		amountColumn('differences', 'Differences', 'currency', {
			description: 'Breaks that no invoice will clear, and what was invoiced without a booking',
		}),
		amountColumn('closing', 'Closing'),
		{ name: 'proof', title: 'Adds up', kind: 'status' },
	]
	const shared = { period_id: month.period.period_id, ...month.filter }
	return html`<${Table} id="steps" caption="From bookings to revenue, step by step" isFolded=${failing === 0 && rows.length > 0} context=${context} columns=${columns} rows=${rows}
		note=${html`<${Status} status=${failing === 0 ? 'pass' : 'fail'} word=${failing === 0 ? 'adds up' : `${failing} lines do not add up`} /> opening + additions − reductions − differences = closing. Bookings, billings and revenue are to date.`}
		files=${html`<${FileLinks} of="From bookings to revenue" href=${addressOf(['reports', 'billings-roll-forward.csv'], shared)} />`}
		rowHref=${(row: { step: string; currency: string }) => addressOf(['reports', 'billings-roll-forward'], { ...shared, step: row.step, currency: row.currency })}
		empty="Nothing was booked, billed or recognised up to this period." />`
}

/** How many checks passed, with links to those that did not. */
export function CheckCounts({ month }: Properties): Html {
	const { checks } = month
	return html`<section class="table" id="checks"><div class="caption"><h2>Checks</h2><p><a href="/checks">All checks</a></p></div>
		${
			checks.length === 0
				? html`<div class="empty">No check has run on this generation: nothing here is proved. Run <code>tieout check</code>.</div>`
				: html`<p class="counts">${checks.map(
						({ status, count }) =>
							html`<a href=${addressOf(['checks'], { status })}><${Status} status=${status} word=${`${countText(count)} ${status}`} /></a>`,
					)}</p>`
		}</section>`
}

/** Streams that are proved, and those that no source can prove; null where one is neither, or there are none. */
export function verdictsInOrder(certificates: readonly { verdict: string }[]): Html | null {
	const proved = certificates.filter(({ verdict }) => verdict === 'proved').length
	const unverifiable = certificates.filter(({ verdict }) => verdict === 'unverifiable').length
	if (certificates.length === 0 || proved + unverifiable < certificates.length) return null
	return html`<${Status} status=${unverifiable === 0 ? 'pass' : 'notice'} word=${`${proved} proved${unverifiable > 0 ? `, ${unverifiable} unverifiable` : ''}`} />`
}

/** The newest certificate of each stream: what the source said it had against what was loaded. */
export function CertificateTable({ month, context }: Properties): Html {
	const names = [
		'stream',
		'connection',
		'verdict',
		'source_rows',
		'landed_rows',
		'loaded_rows',
		'quarantined_rows',
		'certified_at',
		'reason',
	]
	const columns = names.map((name) => certificateReport.columns.find((column) => column.name === name)!)
	const fine = verdictsInOrder(month.certificates)
	return html`<${Table} id="certificates" caption="Completeness" isFolded=${fine !== null} note=${html`${fine && html`${fine} `}The newest certificate of each stream`} context=${context} columns=${columns} rows=${month.certificates}
		files=${html`<${FileLinks} of="Certificates" href="/reports/certificates.csv" />`}
		rowHref=${(row: { run_id: string }) => addressOf(['runs', row.run_id])}
		empty="No certificates: it is not known whether everything was loaded. Run tieout run." />`
}
