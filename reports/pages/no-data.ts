import { html } from '../html.ts'
import type { PageRequest, PageResult } from '../page-request.ts'

/** The page while nothing is published, or what is published has no cell: why it is empty and what to do. */
export function noData({ context }: Pick<PageRequest, 'context'>): PageResult {
	const reason = context.generation
		? `Generation ${context.generation.generation} is published, but no period of it has a booking or an invoice.`
		: 'Nothing is published yet: no extract has been loaded, built and checked.'
	const next = context.generation
		? html`<p>Look at <a href="/checks">the checks</a> for streams that brought nothing, or extract again:</p><pre>tieout run</pre>`
		: html`<p>Load both systems, build and publish:</p><pre>tieout run</pre><p>To look at the sample company instead: <code>tieout demo</code>.</p>`
	return {
		title: 'No data yet',
		section: 'Month',
		schema: 'tieout.no_data/1',
		data: { reason, next: 'tieout run' },
		content: () => html`<h1>No data yet</h1><p>${reason}</p>${next}`,
	}
}
