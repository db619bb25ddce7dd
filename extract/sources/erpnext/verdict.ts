import type { Answer, Verdict } from '../../source.ts'

type Action = Exclude<Verdict['action'], 'ok'>

/** What the exceptions of frappe mean when something is read (frappe/exceptions.py; seen on ERPNext 15.70). */
const byException: Record<string, Action> = {
	RateLimitExceededError: 'retry',
	TooManyRequestsError: 'retry',
	SessionStopped: 'retry',
	InReadOnlyMode: 'retry',
	QueryDeadlockError: 'retry',
	QueryTimeoutError: 'smaller',
	// Nothing rotates with key and secret: the renewed header is the same, and its second refusal ends the run. A bearer is renewed.
	AuthenticationError: 'auth',
	PermissionError: 'denied',
	DataError: 'drift',
	FieldNotFoundError: 'drift',
	DoesNotExistError: 'data',
	PageDoesNotExistError: 'data',
	DoctypeNotFoundError: 'drift',
	InvalidColumnName: 'drift',
	JSONDecodeError: 'config',
}

/** What ERPNext's answers mean: by the exception's type, then by status. A traceback (`exc`) is never told on: it may hold anything. */
export function erpnextVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300) return { action: 'ok' }
	const { code, message } = whatItSays(text, status)
	const after = Number(headers['retry-after']) || undefined
	const next = nextStep(status, message)
	return {
		action: actionOf(status, code, message, text),
		code,
		message,
		...(after !== undefined && { after }),
		...(next !== undefined && { next }),
	}
}

function actionOf(status: number, code: string, message: string, text: string): Action {
	if (status === 429 || status === 502 || status === 503 || status === 504) return 'retry'
	// Without a header, or with one that a proxy took away, frappe answers as it would a visitor of the site.
	if (isGuest(message)) return 'config'
	if (code === 'DoesNotExistError' && /\bDocType\b/.test(message)) return 'drift'
	// Version 16: a visible skip, since the records themselves can be read.
	if (isOlderFunction(message)) return 'denied'
	const known = byException[code]
	if (known) return known
	if (isUnknownColumn(message, text)) return 'drift'
	if (status === 401) return 'auth'
	// A page in place of JSON is a proxy's refusal, not frappe's.
	if (status === 403) return isPage(text) ? 'config' : 'denied'
	if (status === 404) return isPage(text) ? 'config' : 'data'
	if (status === 417) return 'drift'
	if (status === 408 || status === 425 || status >= 500) return 'retry'
	return status === 413 ? 'smaller' : 'config'
}

function nextStep(status: number, message: string): string | undefined {
	if (isOlderFunction(message))
		return 'this is ERPNext 16 or newer: write functions: object under the options of the connection'
	if (isGuest(message))
		return 'the token did not arrive: check api_key, and whether a proxy takes the Authorization header'
	if (status === 401)
		return 'make a new API secret for the user (User, Settings, API Access), and check that it is enabled'
	return undefined
}

function isGuest(message: string): boolean {
	return /User Guest does not have|Login to access/.test(message)
}

/** frappe 16: `SQL functions are not allowed as strings in SELECT: COUNT(name) AS total_count` (frappe/crm issue 1566). */
function isOlderFunction(message: string): boolean {
	return /functions are not allowed as strings/i.test(message)
}

/** The database's own complaint of a column: `(1054, "Unknown column 'x' in 'order clause'")`. */
function isUnknownColumn(message: string, text: string): boolean {
	return /Unknown column|\b1054\b/.test(message) || /Unknown column '[^']*' in/.test(text)
}

function isPage(text: string): boolean {
	return /^\s*<(!doctype|html)/i.test(text)
}

/** The exception's type and what it tells people; edge servers send a page or nothing. */
function whatItSays(text: string, status: number): { code: string; message: string } {
	try {
		const body = JSON.parse(text) as Record<string, unknown>
		const exception = firstLine(body['exception'])
		const named = /(?:^|\.)(\w+)(?::|$)/.exec(exception.split(':')[0] ?? '')?.[1]
		const code = String(body['exc_type'] ?? body['error'] ?? named ?? `HTTP ${status}`)
		const said = serverMessage(body['_server_messages']) || firstLine(body['_error_message'])
		const message = said || exception || firstLine(body['error_description']) || firstLine(body['message']) || code
		return { code, message }
	} catch {
		const said = /<p>([^<]*)<\/p>|Request Line is too large[^<]*/i.exec(text)
		return { code: `HTTP ${status}`, message: said ? plain(said[0]) : emptyOr(text) }
	}
}

function emptyOr(text: string): string {
	return text.trim() === '' ? 'an empty answer' : 'an answer that is not JSON'
}

/** `_server_messages` is JSON within JSON: a list of texts, each an object. */
function serverMessage(value: unknown): string {
	try {
		const [first] = JSON.parse(String(value)) as string[]
		return firstLine((JSON.parse(first!) as { message?: unknown }).message)
	} catch {
		return ''
	}
}

function firstLine(value: unknown): string {
	return typeof value === 'string' ? (plain(value).split('\n')[0] ?? '').slice(0, 300) : ''
}

function plain(html: string): string {
	return html
		.replace(/<br\s*\/?>/gi, ' ')
		.replace(/<[^>]*>/g, '')
		.replaceAll('&gt;', '>')
		.replaceAll('&lt;', '<')
		.replaceAll('&amp;', '&')
		.trim()
}
