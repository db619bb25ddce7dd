import type { PageContext } from '../../context.ts'
import { countOf } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column } from '../../report.ts'
import { Status } from '../../status.ts'
import { Table } from '../../table.ts'
import type { PaperSummary } from './paper-data.ts'
import { ChangedSince, PaperStatus, paperPath, paperTitle } from './words.ts'

/** `/close`: every paper, how far it is, and who has it. `today`: `YYYY-MM-DD`. */
export function PaperList({ papers, hasPeople, today, context }: PaperListProperties): Html {
	const rows = [...papers].reverse().map((one) => ({
		...one,
		title: paperTitle(one),
		since: one.changes === undefined ? null : 'signed',
		isLate: one.state !== 'locked' && one.dueDate !== null && one.dueDate < today,
	}))
	const locked = papers.filter(({ state }) => state === 'locked').length
	return html`<div class="heading"><h1>Close</h1><p class="question">Which periods are signed, which wait for whom?</p></div>
		${!hasPeople && html`<${NoPeople} />`}
		<${Table} caption="Papers" isTitled columns=${columns} rows=${rows} context=${context} rowHref=${(row: PaperSummary) => paperPath(row.paper)}
			note=${`${countOf(papers.length, 'paper')}, ${locked} locked`} empty="The calendar has no period yet: run tieout run." />
		<p class="muted">See also: <a href="/restatement">what late changes did to signed periods</a> · <a href="/journal">the journal of every decision</a></p>`
}

type PaperListProperties = { papers: readonly PaperSummary[]; hasPeople: boolean; today: string; context: PageContext }

/** Without a named person nothing is signed. */
export function NoPeople(): Html {
	return html`<p class="banner warn" role="note">Nobody has an account: papers can be read, and nothing can be signed. The first person is added on the machine: <code>tieout user add ana --name "Ana Lima" --role reviewer --admin</code></p>`
}

const columns: Column[] = [
	{ name: 'title', title: 'Paper', kind: 'text' },
	{ name: 'state', title: 'State', kind: 'text', show: (row) => PaperStatus(row as PaperSummary) },
	{
		name: 'since',
		title: 'Since signing',
		kind: 'text',
		missing: 'not signed',
		show: (row) => ChangedSince({ paper: row as PaperSummary }),
	},
	{
		name: 'dueDate',
		title: 'Due',
		kind: 'date',
		missing: 'none',
		show: (row) => html`${row['dueDate']}${row['isLate'] && html` <${Status} status="warn" word="late" />`}`,
	},
	{ name: 'preparer', title: 'Prepared by', kind: 'text', missing: 'nobody yet' },
	{ name: 'reviewer', title: 'Reviewed by', kind: 'text', missing: 'nobody yet' },
	{ name: 'overrides', title: 'Overrides', kind: 'count', description: 'Blocking reasons that were signed over, ever' },
	{
		name: 'marks',
		title: 'Reopened before',
		kind: 'count',
		description: 'Earlier papers that were opened again since this one was signed',
	},
]
