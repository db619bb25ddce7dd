import { createHash } from 'node:crypto'
import type { VendorAnswer } from '../vendor-server.ts'

/** What an error says besides its message and category. */
export type RefusalMore = {
	subCategory?: string
	context?: Record<string, string[]>
	errors?: unknown[]
	errorType?: string
	policyName?: string
	retryAfter?: number
}

/** An error as HubSpot's API answers it. */
export class HubspotRefusal extends Error {
	override name = 'HubspotRefusal'
	status: number
	category: string
	more: RefusalMore

	constructor(status: number, category: string, message: string, more: RefusalMore = {}) {
		super(message)
		this.status = status
		this.category = category
		this.more = more
	}
}

/** The answer that carries a refusal. */
export function refusalAnswer({ status, category, message, more }: HubspotRefusal): VendorAnswer {
	const { retryAfter, ...rest } = more
	const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
	const correlationId = correlationOf(message)
	return { status, headers, body: JSON.stringify({ status: 'error', message, correlationId, category, ...rest }) }
}

/** What a person would give HubSpot's support. */
export function correlationOf(text: string): string {
	const hash = createHash('sha1').update(text).digest('hex')
	return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-')
}

export function invalid(message: string, context?: Record<string, string[]>): HubspotRefusal {
	return new HubspotRefusal(400, 'VALIDATION_ERROR', message, context && { context })
}

export function notFound(what = 'resource'): HubspotRefusal {
	return new HubspotRefusal(404, 'OBJECT_NOT_FOUND', `${what} not found`)
}

export function missingScopes(scopes: string[]): HubspotRefusal {
	return new HubspotRefusal(
		403,
		'MISSING_SCOPES',
		"This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
		{
			errors: [
				{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: scopes } },
			],
		},
	)
}
