import type { Answer, Verdict } from '../../source.ts'

/** What QuickBooks Online's answers mean: by the code of its first fault, then by status (developer.intuit.com, "Error codes"). */
export function quickbooksVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300) return isFault(text) ? judged(status, headers, text) : { action: 'ok' }
	return judged(status, headers, text)
}

/** Seconds: there is no header that says when a limit ends, and a minute is its length. */
const throttled = 60

function judged(status: number, headers: Answer['headers'], text: string): Verdict {
	const { code, type, message } = said(text, status)
	const tid = headers['intuit_tid']
	const verdict = (
		action: Exclude<Verdict['action'], 'ok'>,
		more: { after?: number; until?: string; next?: string } = {},
	) => ({ action, code, message: tid ? `${message} (intuit_tid ${tid})` : message, ...more }) as Verdict
	if (status === 429 || code === '3001') {
		// The limit of a month has the same status as that of a minute: only the words tell.
		if (/month|core ?plus|quota/i.test(message)) return verdict('quota', { until: 'next month', next: monthly })
		return verdict('retry', { after: waitOf(headers['retry-after']) })
	}
	if (code === '3100') return verdict('config', { next: environments })
	if (code === '3201' || code === '5020') return verdict('denied', { next: rights })
	if (code === '3200') return verdict('auth')
	if (status === 401) return verdict('auth')
	if (status === 403) return verdict('denied', { next: rights })
	if (code === '6000' && /multi ?currency/i.test(message)) return verdict('config', { next: oneCurrency })
	if (['6000', '10000'].includes(code) || /^SystemFault$/i.test(type)) return verdict('retry')
	if (status === 404) return verdict('config', { next: realms })
	if (/^validationfault$/i.test(type) || status === 400) return verdict('drift')
	if (status === 408 || (status >= 500 && status !== 501)) return verdict('retry')
	return verdict('config')
}

const environments =
	'production and sandbox companies have hosts and keys of their own: correct `url`, or the app’s keys'
const rights =
	'let a company admin connect the app again with the scope com.intuit.quickbooks.accounting; what the company’s plan lacks is left out by streams: { <name>: { enabled: false } }'
const realms = 'correct `realm_id` in tieout.yml: it comes with the redirect of the consent'
const oneCurrency =
	'the company has multicurrency switched off, and no rates: take `currencies` and `rates_from` out of the connection’s options'
const monthly = 'the app has used what its tier allows for this month; raise the tier at developer.intuit.com, or wait'

function waitOf(header: string | undefined): number {
	const seconds = Number(header)
	return header === undefined || !Number.isFinite(seconds) ? throttled : seconds
}

/** A fault may come with status 200. Only the beginning is looked at: an answer that was read has no text. */
function isFault(text: string): boolean {
	return /^\s*\{\s*"fault"\s*:/i.test(text)
}

/** `Fault` with `Error`, both in either case; codes may have zeros before them; an edge sends a page, or nothing. */
function said(text: string, status: number): { code: string; type: string; message: string } {
	try {
		const fault = member(JSON.parse(text), 'Fault')
		const [first] = (member(fault, 'Error') as unknown[] | undefined) ?? []
		const message = [member(first, 'Message'), member(first, 'Detail')].map(textOf).filter((part) => part !== '')
		const code = (/errorCode=(\d+)/.exec(message.join(' '))?.[1] ?? textOf(member(first, 'code'))).replace(
			/^0+(?=\d)/,
			'',
		)
		return {
			code: code || `HTTP ${status}`,
			type: textOf(member(fault, 'type')),
			message: [...new Set(message)].join(': ') || `an answer without a fault (HTTP ${status})`,
		}
	} catch {
		return {
			code: `HTTP ${status}`,
			type: '',
			message: text.trim() === '' ? 'an empty answer' : 'an answer that is not JSON',
		}
	}
}

function member(value: unknown, name: string): unknown {
	if (typeof value !== 'object' || value === null) return undefined
	const found = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase())
	return found === undefined ? undefined : (value as Record<string, unknown>)[found]
}

function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
