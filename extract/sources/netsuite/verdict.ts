import type { Answer, Verdict } from '../../source.ts'

/** What NetSuite's answers mean: by `o:errorCode` and its text, then by status (vendor's REST error pages; airbyte, salto). */
export function netsuiteVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300) return { action: 'ok' }
	const { code, message } = firstDetail(text, status)
	const after = Number(headers['retry-after']) || undefined
	const verdict = (action: Exclude<Verdict['action'], 'ok'>): Verdict => ({
		action,
		code,
		message,
		...(after !== undefined && { after }),
	})
	if (status === 429 || code === 'SSS_REQUEST_LIMIT_EXCEEDED' || code === 'CONCURRENCY_LIMIT_EXCEEDED')
		return verdict('retry')
	if (status === 401 || code === 'INVALID_LOGIN') return verdict('auth')
	if (code === 'INSUFFICIENT_PERMISSION' || status === 403) return verdict('denied')
	if (/unknown identifier|invalid search type|not found|invalid or unsupported search/i.test(message))
		return verdict('drift')
	if (code === 'NONEXISTENT_FIELD' || code === 'INVALID_PARAMETER') return verdict('drift')
	if (status === 503) return verdict('retry')
	if (status >= 500 || status === 408) return { ...verdict('retry'), isTooSlow: true } as Verdict
	return verdict(code === 'NONEXISTENT_ID' || code === 'USER_ERROR' ? 'data' : 'config')
}

/** The field that a refusal names, or null. */
export function unknownIdentifier(message: string): string | null {
	return /Unknown identifier '([^']+)'|Field '([^']+)'[^']*not found/i.exec(message)?.slice(1).find(Boolean) ?? null
}

function firstDetail(text: string, status: number): { code: string; message: string } {
	try {
		const parsed = JSON.parse(text) as {
			title?: string
			'o:errorDetails'?: { detail?: string; 'o:errorCode'?: string }[]
		}
		const detail = parsed['o:errorDetails']?.[0]
		return { code: detail?.['o:errorCode'] ?? `HTTP ${status}`, message: detail?.detail ?? parsed.title ?? '' }
	} catch {
		return { code: `HTTP ${status}`, message: text.trim() === '' ? 'an empty answer' : 'an answer that is not JSON' }
	}
}
