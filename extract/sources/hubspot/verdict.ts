import type { Answer, Verdict } from '../../source.ts'

type Problem = {
	category?: string
	subCategory?: string
	message?: string
	errorType?: string
	policyName?: string
	errors?: { context?: { requiredGranularScopes?: string[]; requiredScopes?: string[] } }[]
}

/** What HubSpot's answers mean: by limit and category, then by status (HubSpot's usage guidelines and error handling pages). */
export function hubspotVerdict({ status, headers, text }: Answer): Verdict {
	// 207 is a part of what was asked for; the reading looks at what is missing.
	if (status < 300) return { action: 'ok' }
	const problem = problemOf(text)
	const code = problem?.policyName ?? problem?.subCategory ?? problem?.category ?? `HTTP ${status}`
	const message = problem?.message ?? (text.trim() === '' ? 'an empty answer' : 'an answer that is not JSON')
	const after = Number(headers['retry-after']) || undefined
	const verdict = (action: Exclude<Verdict['action'], 'ok'>, next?: string): Verdict => ({
		action,
		code,
		message,
		...(after !== undefined && { after }),
		...(next !== undefined && { next }),
	})
	if (status === 429) {
		const isDaily = problem?.policyName === 'DAILY' || /daily limit/i.test(message)
		return isDaily
			? { action: 'quota', code, message, until: 'after midnight in the account’s zone' }
			: verdict('retry')
	}
	if (status === 401) return verdict('auth')
	if (status === 530)
		return verdict('config', 'the access token is malformed: copy it again from the private app, without spaces')
	if (status === 403)
		return verdict('denied', `give the app the scopes ${scopesOf(problem) || 'that docs/systems/hubspot.md lists'}`)
	// 423: locked by another operation; 477: the account is moving to another data centre.
	if (status === 408 || status === 423 || status === 477 || status >= 500) return verdict('retry')
	if (status === 413) return verdict('smaller')
	if (status === 414)
		return verdict('config', 'name fewer properties: HubSpot takes addresses of about 16,000 characters')
	if (status === 400 || status === 404 || status === 410) return verdict('drift')
	return verdict('config')
}

/** The scopes that a refusal asks for. */
function scopesOf(problem: Problem | null): string {
	const asked = (problem?.errors ?? []).flatMap(
		({ context }) => context?.requiredGranularScopes ?? context?.requiredScopes ?? [],
	)
	return [...new Set(asked)].join(', ')
}

/** Edge servers send a page or nothing. The token endpoint has words of its own. */
function problemOf(text: string): Problem | null {
	try {
		const parsed = JSON.parse(text) as Problem
		return typeof parsed === 'object' && parsed !== null && typeof parsed.message === 'string' ? parsed : null
	} catch {
		return null
	}
}
