import type { Reason, Verdict } from '../models/trust.ts'
import { addressOf } from './address.ts'
import { type Html, html } from './html.ts'
import { Status } from './status.ts'

/**
 * The verdict with its reasons, the blocking ones first, as `models/trust.ts` decides it; and the streams that the configuration
 * switches off although a mart stands on them, each with what comes of it, and up to when it was read before (null: it never was).
 */
export type Trust = {
	verdict: Verdict
	reasons: Reason[]
	switchedOff?: { subject: string; feeds: string | null; watermark: string | null }[]
}

/** What the manifest of a file says: the verdict, with what speaks against it, and the streams that are not read by configuration. */
export function exportTrust({ verdict, reasons, switchedOff = [] }: Trust): {
	verdict: Verdict
	reasons: string[]
	switched_off?: string[]
} {
	return {
		verdict,
		reasons: reasons.filter(({ blocks }) => blocks).map(({ text }) => text),
		...(switchedOff.length > 0 && { switched_off: switchedOff.map(({ subject }) => subject) }),
	}
}

/** The verdict and its first reasons as one line that leads to Health; the rest is counted. */
export function TrustLine({ trust, shown = 1 }: { trust: Trust; shown?: number }): Html {
	const rest = trust.reasons.length - shown
	return html`<a class="verdict" href="/checks"><${Status} status=${trust.verdict} /></a>
		${trust.reasons.slice(0, shown).map((reason) => html`<a class="reason" href=${reasonPath(reason)} title=${reason.text}>${reason.text}</a>`)}
		${rest > 0 && html`<a class="more" href="/checks">${rest} more</a>`}`
}

/** The page where a reason can be looked at. */
export function reasonPath({ kind, subject, period }: Reason): string {
	if (kind === 'check') return addressOf(['checks', subject])
	if (kind === 'freshness' || kind === 'empty') return addressOf(['reports', 'freshness'])
	if (kind === 'certificate') return addressOf(['reports', 'certificates'])
	if (kind === 'quarantine') return '/runs'
	if (kind === 'unexplained') return addressOf(['breaks'], { code: 'unexplained', period_id: period })
	return '/runs'
}
