import { type Html, html } from './html.ts'
import { Status } from './status.ts'

/** The four answers to "can this be trusted?", decided in one place (`models/trust.ts`). */
export type Verdict = 'trusted' | 'trusted with warnings' | 'not trusted' | 'no data'

/** The verdict with its reasons, worst first. `path` is the page where a reason can be looked at. */
export type Trust = { verdict: Verdict; reasons: { text: string; isBlocking: boolean; path?: string }[] }

/** The verdict and its first reasons as one line that leads to Health; the rest is counted. */
export function TrustLine({ trust, shown = 2 }: { trust: Trust; shown?: number }): Html {
	const rest = trust.reasons.length - shown
	return html`<a class="verdict" href="/checks"><${Status} status=${trust.verdict} /></a>
		${trust.reasons
			.slice(0, shown)
			.map(
				(reason) =>
					html`<span class="reason">${reason.path ? html`<a href=${reason.path}>${reason.text}</a>` : reason.text}</span>`,
			)}
		${rest > 0 && html`<a class="reason" href="/checks">${rest} more</a>`}`
}
