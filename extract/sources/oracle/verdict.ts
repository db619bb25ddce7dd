import type { Answer, Verdict } from '../../source.ts'

type Action = Exclude<Verdict['action'], 'ok'>

/** What Fusion's answers mean. Below version 4 of the framework its errors are plain text; from 4 on they are JSON with codes. */
export function oracleVerdict({ status, headers, text }: Answer): Verdict {
	if (status < 300) return { action: 'ok' }
	const { code, message } = whatItSays(text, status)
	const after = Number(headers['retry-after'])
	const next = nextSteps[status]
	return {
		action: actionOf(status, text, message),
		code,
		message,
		...(after >= 0 && headers['retry-after'] !== undefined && { after }),
		...(next !== undefined && { next }),
	}
}

function actionOf(status: number, text: string, message: string): Action {
	// A load balancer or a login page in between, which is no refusal of Fusion's.
	const isPage = /^\s*<(!doctype|html)/i.test(text)
	if (status === 401) return 'auth'
	if (status === 403) return isPage ? 'config' : 'denied'
	if (status === 404) return isOneRecord(message) ? 'data' : isPage ? 'config' : 'drift'
	if (status === 413 || status === 414 || status === 431) return 'smaller'
	if (status === 400) return /too (long|large|many)|JBO-27\d{3}.*timeout/i.test(message) ? 'smaller' : 'drift'
	if (status === 408 || status === 425 || status === 429 || status >= 500) return 'retry'
	return 'config'
}

const nextSteps: Record<number, string> = {
	401: 'check the user and the password (or the client, its secret and its scope), and whether the account is locked or its password expired',
	406: 'this pod does not know the pinned REST-Framework-Version: ask for a newer tieout, or the release of the pod',
}

/** Of one record that is not there any more, not of a resource that the release lacks. */
function isOneRecord(message: string): boolean {
	return /\b(row|record|item|key|id)\b.*(not|no longer)|JBO-2(5020|6041)/i.test(message)
}

/** `{title, status, o:errorCode, o:errorDetails}`, or plain text, in which the framework's own code may stand (`JBO-25058`). */
function whatItSays(text: string, status: number): { code: string; message: string } {
	const otherwise = `HTTP ${status}`
	try {
		const body = JSON.parse(text) as {
			title?: string
			'o:errorCode'?: string
			'o:errorDetails'?: { detail?: string; 'o:errorCode'?: string; 'o:errorPath'?: string }[]
		}
		const [first] = body['o:errorDetails'] ?? []
		const where = first?.['o:errorPath'] ? ` (${first['o:errorPath']})` : ''
		const message = `${first?.detail ?? body.title ?? otherwise}${where}`
		return { code: String(first?.['o:errorCode'] ?? body['o:errorCode'] ?? otherwise), message: oneLine(message) }
	} catch {
		if (/^\s*</.test(text)) return { code: otherwise, message: 'a page came in place of an answer' }
		const message = oneLine(text) || 'an empty answer'
		return { code: /\b(JBO|ORA|FND|AR)-\d{3,}\b/.exec(text)?.[0] ?? otherwise, message }
	}
}

function oneLine(text: string): string {
	return (text.trim().split('\n')[0] ?? '').slice(0, 300)
}
