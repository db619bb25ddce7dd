import { amountColumn } from '../../columns.ts'
import type { PageContext } from '../../context.ts'
import { countOf } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column } from '../../report.ts'
import { Status } from '../../status.ts'
import { Table } from '../../table.ts'
import { paperPath } from './words.ts'

/** What late changes did to a signed period, by cause. Amounts are text in `currency`. */
export type Restatement = {
	paper: string
	periodId: string
	cause: string
	measure: string
	currency: string
	from: string
	to: string
	difference: string
	records: number
	isAccepted: boolean
}

/** `/restatement`: what late changes did to signed periods, per period and cause. `signed`: papers that were compared. */
export function RestatementView({ rows, signed, problems, context }: RestatementPage & { context: PageContext }): Html {
	return html`<div class="heading"><h1>Restatement</h1><p class="question">What did late changes do to signed periods?</p></div>
		${problems.map(({ paper, problem }) => html`<p class="banner warn" role="note"><a href=${paperPath(paper)}>${paper}</a> can’t be compared: ${problem}</p>`)}
		<${Table} caption="By period and cause" isTitled columns=${columns} rows=${rows} context=${context}
			rowHref=${(row: Restatement) => `${paperPath(row.paper)}/changes`}
			note=${`${countOf(signed, 'signed paper')} compared with what was signed, in the reporting currency`}
			empty=${signed === 0 ? 'No paper is signed yet.' : 'Every signed period has the figures that were signed.'} />
		<p class="muted">What later-dated documents cleared is no restatement: it stands on each paper under “Cleared since”.</p>`
}

export type RestatementPage = {
	rows: readonly Restatement[]
	signed: number
	problems: readonly { paper: string; problem: string }[]
}

const causeWords: Record<string, string> = {
	record: 'records changed',
	rate: 'another exchange rate',
	elsewhere: 'moved to another customer or legal entity',
	other: 'another cause: a mapping, a setting or a model',
}

const columns: Column[] = [
	{ name: 'paper', title: 'Paper', kind: 'text' },
	{
		name: 'cause',
		title: 'Cause',
		kind: 'text',
		show: (row) => causeWords[String(row['cause'])] ?? String(row['cause']),
	},
	{ name: 'measure', title: 'Figure', kind: 'word' },
	amountColumn('from', 'As signed', 'currency'),
	amountColumn('to', 'Now', 'currency'),
	amountColumn('difference', 'Difference', 'currency'),
	{ name: 'currency', title: 'Currency', kind: 'text' },
	{ name: 'records', title: 'Records', kind: 'count' },
	{
		name: 'isAccepted',
		title: 'Accepted',
		kind: 'text',
		show: (row) =>
			html`<${Status} status=${row['isAccepted'] ? 'pass' : 'fail'} word=${row['isAccepted'] ? 'accepted' : 'not accepted'} />`,
	},
]
