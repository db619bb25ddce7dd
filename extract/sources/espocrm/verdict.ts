import type { Answer, Verdict } from '../../source.ts'

/**
 * EspoCRM says why in the header `X-Status-Reason`; the body is mostly empty (Core/Api/ErrorOutput.php). A 403 without a reason whose type
 * is a page's came before the API was reached: the lock-out after wrong keys from this address, which also meets good ones, for about a
 * minute (seen on 9.2.7). One whose type is JSON is a permission that the code says nothing of (Tools/Currency/RateService.php).
 */
export function espocrmVerdict({ status, headers }: Answer): Verdict {
	if (status < 300) return { action: 'ok' }
	const reason = headers['x-status-reason']
	const code = `${status}`
	const message = reason ?? `it answered ${status} and gave no reason`
	if (status === 401)
		return {
			action: 'config',
			code,
			message,
			next:
				reason === 'second-step-required'
					? 'use an API user: this one has two-factor authentication'
					: 'check the API key, and the secret key if requests are signed; stop first: ten wrong tries lock this address out',
		}
	if (status === 403 && /max size/i.test(reason ?? '')) return { action: 'smaller', code: 'max_size', message }
	if (status === 403 && !reason && !headers['content-type']?.startsWith('application/json'))
		return { action: 'retry', code: 'locked_out', message: 'this address is locked out after wrong keys', after: 65 }
	if (status === 403) return { action: 'denied', code, message }
	if (status === 404)
		return {
			action: 'drift',
			code,
			message,
			next: 'check the url; a site before version 9.3 has no dated rates: write its base_currency, or with one currency switch the stream currency_rates off',
		}
	if (status === 400) return { action: 'drift', code, message }
	if (status === 409) return { action: 'data', code, message }
	if (status === 429 || status >= 500) {
		const after = Number(headers['retry-after'])
		return { action: 'retry', code, message, ...(after >= 0 && { after }) }
	}
	return { action: 'config', code, message }
}
