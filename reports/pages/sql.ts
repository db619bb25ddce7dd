import { sql } from 'kysely'
import { fileFormats } from '../file-links.ts'
import { countOf, countText } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { PageRequest, PageResult } from '../page-request.ts'
import { DataTabs } from './health-tabs.ts'

/** What came of a question: an answer, or why there is none. */
export type SqlOutcome =
	| {
			answer: {
				columns: { name: string; type: string }[]
				rows: (string | null)[][]
				isCut: boolean
				milliseconds: number
			}
	  }
	| { error: { message: string; where?: string; allowed?: string[]; next?: string } }

/** The limits that are told beside the question. */
export type SqlLimits = { rows: number; seconds: number }

type TableColumn = { table_schema: string; table_name: string; column_name: string; data_type: string }

/** `/sql`: my question, the official numbers. A question in the address is only put into the form: asking takes the button. */
export async function sqlPage(
	{ db, context }: PageRequest,
	question: string,
	limits: SqlLimits,
	outcome?: SqlOutcome,
): Promise<PageResult> {
	const columns = context.generation ? await readColumns(db) : []
	return {
		title: 'SQL',
		section: 'Data',
		schema: 'tieout.sql/1',
		data: { question, ...outcome },
		content:
			() => html`<${DataTabs} current="SQL" /><div class="heading"><h1>SQL</h1><p class="question">Your question, the official numbers.</p></div>
			<div class="sql-page"><div>
				<form class="sql-form" method="post" action="/sql">
					<label for="question">One SELECT over the published tables</label>
					<textarea id="question" name="q" rows="8" spellcheck="false" aria-keyshortcuts="Control+Enter" aria-invalid=${outcome && 'error' in outcome ? 'true' : undefined}>${question}</textarea>
					<p><button type="submit">Run</button> ${fileFormats.map(([ending, title]) => html` <button type="submit" formaction=${`/sql.${ending}`}>Download all as ${title}</button>`)}
					<span class="muted">at most ${countText(limits.rows)} rows here and ${limits.seconds} s; a download has all rows</span></p>
				</form>
				${outcome ? html`<${Outcome} outcome=${outcome} generation=${context.generation?.generation ?? ''} />` : question === '' && html`<${Examples} />`}
			</div><${Columns} columns=${columns} /></div>`,
	}
}

async function readColumns(db: PageRequest['db']): Promise<TableColumn[]> {
	const { rows } = await sql<TableColumn>`
		select schema_name as table_schema, table_name, column_name, data_type from duckdb_columns()
		where database_name = current_database() and not internal
		order by schema_name, table_name, column_index`.execute(db)
	return rows
}

function Outcome({ outcome, generation }: { outcome: SqlOutcome; generation: string }): Html {
	if ('error' in outcome) {
		const { message, where, allowed, next } = outcome.error
		return html`<div class="banner bad" role="alert"><p>${message}</p>${where && html`<pre>${where}</pre>`}
			${allowed && allowed.length > 0 && html`<p>Allowed: ${allowed.join(', ')}</p>`}${next && html`<p>Next: ${next}</p>`}</div>`
	}
	const { columns, rows, isCut, milliseconds } = outcome.answer
	const count = isCut
		? `the first ${countText(rows.length)} rows, there are more: download all`
		: countOf(rows.length, 'row')
	const isNumber = columns.map(({ type }) => /^(DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT|DOUBLE|FLOAT)/.test(type))
	return html`<section class="table" aria-label="Answer"><div class="caption"><h2>Answer</h2><p>${count} · ${milliseconds} ms · generation ${generation}</p></div>
		${
			rows.length === 0
				? html`<div class="empty">The question is answered: no row fits it.</div>`
				: html`<div class=${rows.length > 25 ? 'scroll tall' : 'scroll'} tabindex="0" role="region" aria-label="Answer, table"><table><caption class="vh">Answer</caption>
			<thead><tr>${columns.map(({ name, type }, index) => html`<th scope="col" class=${isNumber[index] ? 'n' : undefined} title=${type}>${name}</th>`)}</tr></thead>
			<tbody>${rows.map((row) => html`<tr>${row.map((value, index) => html`<td class=${isNumber[index] ? 'n' : undefined}>${value ?? html`<span class="none">null</span>`}</td>`)}</tr>`)}</tbody>
		</table></div>`
		}</section>`
}

function Columns({ columns }: { columns: TableColumn[] }): Html {
	const tables = [...Map.groupBy(columns, (column) => `${column.table_schema}.${column.table_name}`)]
	return html`<aside aria-label="Tables"><h2>Tables</h2>${tables.length === 0 && html`<p class="muted">None: nothing is published yet.</p>`}${tables.map(
		([name, own]) =>
			html`<details><summary><code>${name}</code></summary><ul>${own.map((column) => html`<li><code>${column.column_name}</code> <span class="muted">${column.data_type.toLowerCase()}</span></li>`)}</ul></details>`,
	)}</aside>`
}

function Examples(): Html {
	return html`<section aria-label="Examples"><h2>Examples</h2><ul class="examples">${examples.map(
		([title, question]) => html`<li><a href=${`/sql?${new URLSearchParams({ q: question })}`}>${title}</a></li>`,
	)}</ul></section>`
}

const examples: [string, string][] = [
	[
		'Bookings and revenue by month, in the reporting currency',
		'select period_id, sum(bookings_reporting_amount) as bookings, sum(revenue_reporting_amount) as revenue\nfrom marts.cells\nwhere is_validated\ngroup by period_id\norder by period_id',
	],
	[
		'What the variance of each month consists of',
		'select period_id, code, count(*) as breaks, sum(reporting_amount) as amount\nfrom marts.breaks\ngroup by period_id, code\norder by period_id, code',
	],
	[
		'Won deals without an order after an hour',
		'select deal_name, customer_name, won_at, won_to_order_minutes\nfrom marts.chain\nwhere order_id is null or won_to_order_minutes > 60\norder by won_at',
	],
	[
		'Customers with the largest overdue amounts',
		'select customer_name, open_amount, overdue_amount\nfrom marts.customer_360\nwhere overdue_amount > 0\norder by overdue_amount desc\nlimit 50',
	],
	[
		'How customers were matched',
		'select tier, count(*) as records\nfrom marts.customer_links\ngroup by tier\norder by records desc',
	],
]
