import type { VendorAnswer } from '../vendor-server.ts'

/** What EspoCRM answers in place of data: a status, a reason in a header or none, and no body. */
export class Refusal extends Error {
	readonly status: number
	readonly reason: string | null
	readonly isPage: boolean
	/** `isPage`: before the API was reached, so the content type is a page's. */
	constructor(status: number, reason: string | null, isPage = false) {
		super(reason ?? String(status))
		this.status = status
		this.reason = reason
		this.isPage = isPage
	}
}

export function refusalAnswer({ status, reason, isPage }: Refusal): VendorAnswer {
	return {
		status,
		headers: {
			'content-type': isPage ? 'text/html; charset=UTF-8' : 'application/json',
			...(reason !== null && { 'x-status-reason': reason }),
			...(status === 401 && { 'www-authenticate': 'Basic realm=""' }),
		},
		body: '',
	}
}
