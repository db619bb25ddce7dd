import type { PageContext } from '../../context.ts'
import { countText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import { type LinkFacet, LinkFacets } from '../../link-facets.ts'
import type { Column } from '../../report.ts'
import { Status } from '../../status.ts'
import { Paging, Table } from '../../table.ts'
import { Hash, paperPath } from './words.ts'

/** A line of the journal as it is stored. */
export type JournalLine = {
	seq: number
	at: string
	kind: string
	paper: string | null
	item: string | null
	actor: string
	actor_name: string
	body: string
	previous_hash: string
	hash: string
}

/** What the page of the journal shows; `firstBad`: where the chain breaks. */
export type JournalPage = {
	lines: readonly JournalLine[]
	lineCount: number
	page: number
	verdict: { lines: number; head: string; firstBad?: { seq: number; problem: string } }
	facets: { name: string; values: LinkFacet['values'] }[]
}

/** Lines of one page. */
export const journalPageSize = 100

/** `/journal`: every decision, newest first, each line chained to the one before it. */
export function JournalView({ page, context }: { page: JournalPage; context: PageContext }): Html {
	const { lines, lineCount, verdict } = page
	const facets = page.facets.map((facet) => ({ ...facet, title: facetTitles[facet.name] ?? facet.name }))
	const firstRow = (page.page - 1) * journalPageSize + 1
	return html`<div class="heading"><h1>Journal</h1><p class="question">Who decided what, when? Nothing in it can be changed or taken out.</p></div>
		${
			verdict.firstBad
				? html`<div class="banner bad" role="alert"><p><${Status} status="fail" word="broken" /> The chain breaks at line ${verdict.firstBad.seq}: ${verdict.firstBad.problem}.</p><p>Next: restore the state file from a backup and compare; nothing is signed on a broken journal.</p></div>`
				: html`<p class="why"><${Status} status="pass" word="whole" /> ${countText(verdict.lines)} lines, each chained to the one before it; the last has the hash <code>${verdict.head}</code></p>`
		}
		<${LinkFacets} facets=${facets} address=${context.address} />
		<${Table} caption="Lines" isTitled columns=${columns} rows=${lines} context=${context} note=${lines.length > 0 && 'newest first'}
			empty=${context.address.query.size > 0 ? 'No line fits these filters.' : 'Nothing was decided yet.'} />
		<${Paging} address=${context.address} page=${page.page} pageCount=${Math.max(1, Math.ceil(lineCount / journalPageSize))} firstRow=${firstRow} rowsShown=${lines.length} rowCount=${lineCount} />`
}

const facetTitles: Record<string, string> = { kind: 'What', paper: 'Paper', actor: 'Who' }

const columns: Column[] = [
	{ name: 'seq', title: 'Line', kind: 'count' },
	{ name: 'hash', title: 'Hash', kind: 'text', show: (row) => Hash({ value: String(row['hash']) }) },
	{ name: 'at', title: 'When', kind: 'moment' },
	{
		name: 'actor_name',
		title: 'Who',
		kind: 'text',
		show: (row) => html`${row['actor_name']} <code>${row['actor']}</code>`,
	},
	{ name: 'kind', title: 'What', kind: 'text' },
	{
		name: 'paper',
		title: 'Paper',
		kind: 'text',
		missing: '',
		href: (row) => (row['paper'] ? paperPath(String(row['paper'])) : null),
	},
	{ name: 'item', title: 'Item', kind: 'id', missing: '' },
	{ name: 'body', title: 'Said', kind: 'text', isLong: true, show: (row) => Body({ text: String(row['body']) }) },
]

/** What a line says: words as they are, everything longer folded up. */
function Body({ text }: { text: string }): Html {
	const body = JSON.parse(text) as Record<string, unknown>
	const entries = Object.entries(body)
	if (entries.length === 0) return html`<span class="none">–</span>`
	const said = ['reason', 'text', 'comment', 'statement', 'status', 'owner', 'role', 'name', 'user_id'].flatMap(
		(name) =>
			typeof body[name] === 'string' && body[name] !== '' ? [`${name.replaceAll('_', ' ')}: ${body[name]}`] : [],
	)
	return html`${said.join('; ')}<details><summary>all</summary><pre>${JSON.stringify(body, null, 2)}</pre></details>`
}
