import type { Answer, Verdict } from './source.ts'

/**
 * What an answer means for a vendor that goes by HTTP's own statuses: 401 renews the credential, 403 is no permission, 408, 425, 429
 * and 5xx are asked again (after `Retry-After`, where it says), 404, 410 and 422 no longer fit the question, 413 is asked in smaller
 * pages; anything else from 400 on a person must look at. The message is the member `message` or `error` of a JSON answer.
 */
export function statusVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 400) return { action: 'ok' }
	const after = Number(headers['retry-after']) || undefined
	return {
		action: actionOf(status),
		code: `HTTP ${status}`,
		message: messageOf(text),
		...(after !== undefined && { after }),
	}
}

function actionOf(status: number): Exclude<Verdict['action'], 'ok'> {
	if (status === 401) return 'auth'
	if (status === 403) return 'denied'
	if (status === 413) return 'smaller'
	if ([404, 410, 422].includes(status)) return 'drift'
	return [408, 425, 429].includes(status) || status >= 500 ? 'retry' : 'config'
}

function messageOf(text: string): string {
	if (text.trim() === '') return 'an empty answer'
	try {
		const { message, error } = JSON.parse(text) as { message?: unknown; error?: unknown }
		const nested = (error as { message?: unknown } | undefined)?.message
		const said = [message, nested, error].find((part) => typeof part === 'string')
		return String(said ?? text).slice(0, 500)
	} catch {
		return 'an answer that is not JSON'
	}
}
