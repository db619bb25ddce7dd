import { html } from '../html.ts'
import type { PageResult } from '../page-request.ts'

/** An error as the one shape of all interfaces has it. */
export type Failure = { code: string; message: string; where?: string; allowed?: string[]; next?: string }

/** The page of an error: what failed, where, what is allowed, what to do next. */
export function failurePage(failure: Failure, status: number): PageResult {
	const { message, where, allowed, next } = failure
	const title = status === 404 ? 'Not found' : status < 500 ? 'This address does not work' : 'Something broke'
	return {
		title,
		section: null,
		schema: 'tieout.error/1',
		status,
		data: { error: failure },
		content: () => html`<h1>${title}</h1><p class="why">${message}</p>
			${where && html`<p class="muted">Where: <code>${where}</code></p>`}
			${allowed && allowed.length > 0 && html`<p>Allowed: ${allowed.map((one, index) => html`${index > 0 && ', '}<code>${one}</code>`)}</p>`}
			${next && html`<p>Next: ${next}</p>`}
			<p class="muted">${status} · ${failure.code} · <a href="/">back to the month</a></p>`,
	}
}
