import type { Answer, Verdict } from '../../source.ts'

/** What the gateway's answers mean: by the error code that is named, then by status. */
export function sapVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300) return { action: 'ok' }
	const { code, message } = said(text, status)
	const after = Number(headers['retry-after']) || undefined
	const verdict = (action: Exclude<Verdict['action'], 'ok'>, next?: string): Verdict => ({
		action,
		code,
		message,
		...(after !== undefined && { after }),
		...(next !== undefined && { next }),
	})
	if (status === 401) return verdict('auth')
	if (code.startsWith('/IWFND/MED/')) return verdict('denied', message.includes(rateView) ? noRates : inactive)
	if (status === 403) return verdict('denied', arrangement)
	if (status === 408 || status === 429) return verdict('retry')
	if (status === 413 || status === 414 || status === 504) return verdict('smaller')
	if (status === 500 && tooMuch.test(`${code} ${message}`)) return verdict('smaller')
	if (status === 501) return verdict('config')
	if (status >= 500) return verdict('retry')
	if (status === 400 || status === 404) return verdict('drift')
	return verdict('config')
}

/** Short dumps and messages of a statement that took too long or too much memory. */
const tooMuch = /time.?out|DBIF_RSQL|TSV_TNEW_PAGE_ALLOC_FAILED|TSV_TNEW_BLOCKS|SYSTEM_NO_ROLL|MEMORY_NO_MORE_PAGING/i

const arrangement =
	'add the communication scenario of this service to the arrangement of the communication user (docs/systems/sap.md lists them), or the service to its role'
const inactive =
	'activate the service (transaction /IWFND/MAINT_SERVICE, or the communication arrangement); docs/systems/sap.md lists all that are read'

const rateView = 'YY1_TIEOUT_EXCHANGERATES'
const noRates =
	'publish the view of rates as docs/systems/sap.md says; where everything is in one currency write exchange_rates: false under the connection’s options'

/** V2 has the message in a language, V4 as it is; logins and proxies send pages. */
function said(text: string, status: number): { code: string; message: string } {
	try {
		const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } }
		const told = error?.message
		const message = typeof told === 'object' && told !== null ? (told as { value?: unknown }).value : told
		return { code: String(error?.code || `HTTP ${status}`), message: String(message ?? '') }
	} catch {
		return { code: `HTTP ${status}`, message: plainText(text) }
	}
}

/** A page's words, or those of an error in XML. */
function plainText(text: string): string {
	const words = text
		.replace(/<(style|script|title)[\s\S]*?<\/\1>/gi, ' ')
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim()
	return words === '' ? 'an empty answer' : words.slice(0, 300)
}
