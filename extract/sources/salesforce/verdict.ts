import type { Answer, Verdict } from '../../source.ts'

/** What Salesforce's answers mean, by error code before status (docs: REST API, "Status Codes and Error Responses"). */
export function salesforceVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300) return { action: 'ok' }
	const { code, message } = firstError(text, status)
	const after = Number(headers['retry-after']) || undefined
	const verdict = (action: Exclude<Verdict['action'], 'ok'>, next?: string): Verdict => ({
		action,
		code,
		message,
		...(after !== undefined && { after }),
		...(next !== undefined && { next }),
	})
	if (code === 'REQUEST_LIMIT_EXCEEDED') {
		if (status === 429 || /concurrent/i.test(message)) return verdict('retry')
		return { action: 'quota', code, message, until: 'when the rolling 24 hours have room again' }
	}
	// Salesforce answers so for ever: refreshing the token would loop (jsforce/jsforce#1291, #1774).
	if (/not valid for use with the REST API|not attached to Agent/i.test(message))
		return verdict('config', 'let an administrator give the integration user API access')
	if (status === 401 || code === 'INVALID_SESSION_ID') return verdict('auth')
	if (code === 'TXN_SECURITY_METERING_ERROR')
		return verdict(
			'config',
			'a transaction security policy of the org stops the integration user: let an administrator except it',
		)
	if (code === 'QUERY_TIMEOUT') return verdict('smaller')
	if (['INVALID_FIELD', 'MALFORMED_QUERY', 'INVALID_TYPE', 'INVALID_QUERY_LOCATOR'].includes(code))
		return verdict('drift')
	if (['INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY', 'API_DISABLED_FOR_ORG', 'NOT_FOUND'].includes(code))
		return verdict('denied')
	if (status === 429 || status === 406 || status === 420 || status >= 500) return verdict('retry')
	return verdict('config')
}

/** The first error of the list that Salesforce sends; edge servers send a page or nothing. */
function firstError(text: string, status: number): { code: string; message: string } {
	try {
		const parsed = JSON.parse(text)
		const error = Array.isArray(parsed) ? parsed[0] : parsed
		const code = error?.errorCode ?? error?.error
		if (typeof code === 'string')
			return {
				code,
				message: String(error.message ?? error.error_description ?? '')
					.trim()
					.replace(/\s*\n\s*/g, ' '),
			}
	} catch {
		// Not JSON: the status has to do.
	}
	return { code: `HTTP ${status}`, message: text.trim() === '' ? 'an empty answer' : 'an answer that is not JSON' }
}
