import type { Answer, Verdict } from '../../source.ts'

/** What Xero's answers mean: by the limit that was met, by the word in `Detail`, then by status (developer.xero.com, "Response codes"). */
export function xeroVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300 || status === 304) return { action: 'ok' }
	const { code, message } = said(text, status)
	const after = Number(headers['retry-after']) || undefined
	const verdict = (action: Exclude<Verdict['action'], 'ok'>, next?: string): Verdict => ({
		action,
		code,
		message,
		...(after !== undefined && { after }),
		...(next !== undefined && { next }),
	})
	if (status === 429) {
		const problem = headers['x-rate-limit-problem'] ?? ''
		if (!/day/i.test(problem) && headers['x-daylimit-remaining'] !== '0') return verdict('retry')
		return { action: 'quota', code: 'day limit', message, until: untilText(after) }
	}
	// Asking for a new token does not help: the one in use never had the scope.
	if (status === 401 && code === 'AuthorizationUnsuccessful') return verdict('denied', scopes)
	if (status === 401) return verdict('auth')
	if (status === 403) return verdict('denied', code === 'AuthenticationUnsuccessful' ? tenants : scopes)
	if (status === 400 || status === 404 || status === 412) return verdict('drift')
	if (status === 408 || (status >= 500 && status !== 501)) return verdict('retry')
	return verdict('config')
}

const scopes =
	'add it to the app, or where the app is of before March 2026 the broader one, and consent again (docs/systems/xero.md lists them)'
const tenants =
	'`tieout doctor` lists the organisations that this login reaches; correct tenant_id in tieout.yml, or connect the organisation again'

/** When the day's requests are there again; Xero says it in seconds. */
function untilText(seconds: number | undefined): string {
	if (seconds === undefined) return 'in up to 24 hours'
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.ceil((seconds % 3600) / 60)]
	return `in ${hours > 0 ? `${hours} h ` : ''}${minutes} min`
}

/** The API's own errors have `Type` and `Message`, the gateway's `Title` and `Detail` (either case); an edge sends a page, or nothing. */
function said(text: string, status: number): { code: string; message: string } {
	try {
		const parsed = JSON.parse(text) as Record<string, unknown>
		const given = (name: string) => textOf(parsed[name]) ?? textOf(parsed[name.toLowerCase()])
		const detail = given('Detail')
		const code = given('Type') ?? /^\w+/.exec(detail ?? '')?.[0] ?? given('Title') ?? `HTTP ${status}`
		return { code, message: [given('Message') ?? detail ?? '', ...validations(parsed['Elements'])].join(' ').trim() }
	} catch {
		return { code: `HTTP ${status}`, message: text.trim() === '' ? 'an empty answer' : 'an answer that is not JSON' }
	}
}

function validations(elements: unknown): string[] {
	if (!Array.isArray(elements)) return []
	return elements
		.flatMap((element) => (element as { ValidationErrors?: { Message?: string }[] }).ValidationErrors ?? [])
		.map(({ Message }) => Message ?? '')
		.slice(0, 5)
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null
}
