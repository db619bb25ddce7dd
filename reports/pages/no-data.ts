import { addressOf } from '../address.ts'
import { Moment } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { Section } from '../page.ts'
import type { PageRequest, PageResult } from '../page-request.ts'
import type { Run } from '../run-history.ts'
import { Status } from '../status.ts'

/** The page while nothing is published, or what is published has no cell: why it is empty, what ran last, and what to do. */
export async function noData({ context, runs }: Pick<PageRequest, 'context' | 'runs'>): Promise<PageResult> {
	const [last] = await runs.runs(1)
	const reason = context.generation
		? `Generation ${context.generation.generation} is published, but no period of it has a booking or an invoice.`
		: last
			? 'Nothing is published yet: no run has come to its end.'
			: 'Nothing is published yet: nothing has been run.'
	const next = last?.next_step ?? (last || context.generation ? 'tieout run' : 'tieout doctor')
	return {
		title: 'No data yet',
		section: sections[context.address.path.split('/')[1] ?? ''] ?? 'Month',
		schema: 'tieout.no_data/1',
		data: { reason, next },
		content: () => html`<h1>No data yet</h1><p>${reason}</p>
			${last && html`<${LastRun} last=${last} />`}
			${context.generation && html`<p>Look at <a href="/checks">the checks</a> for streams that brought nothing.</p>`}
			<${Steps} hasRun=${last !== undefined} />`,
	}
}

const sections: Record<string, Section> = {
	breaks: 'Breaks',
	break: 'Breaks',
	customers: 'Customers',
	customer: 'Customers',
	reports: 'Reports',
	checks: 'Health',
	models: 'Data',
}

function LastRun({ last }: { last: Run }): Html {
	return html`<div class=${`banner ${last.outcome === 'running' ? '' : 'bad'}`} role="note">
		<p>The last run <a href=${addressOf(['runs', last.run_id])}>${last.run_id}</a> <${Status} status=${last.outcome} /> since <${Moment} at=${last.started_at} />${last.error && html`: ${last.error}`}</p>
		${last.next_step && html`<p>Next: ${last.next_step}</p>`}</div>`
}

function Steps({ hasRun }: { hasRun: boolean }): Html {
	return html`${!hasRun && html`<p>See whether both systems can be read:</p><pre>tieout doctor</pre>`}
		<p>Read both systems, build, check and publish:</p><pre>tieout run</pre>
		<p>${hasRun && html`<a href="/runs">All runs</a> and <a href="/alerts">alerts</a>. `}To look at the sample company instead: <code>tieout demo</code>.</p>`
}
