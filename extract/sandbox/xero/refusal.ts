import { randomUUID } from 'node:crypto'
import type { VendorAnswer } from '../vendor-server.ts'

/** An answer that is an error, as an exception on the way to it. */
export class XeroRefusal extends Error {
	override name = 'XeroRefusal'
	answer: VendorAnswer

	constructor(answer: VendorAnswer) {
		super(answer.body ?? '')
		this.answer = answer
	}
}

/** The gateway's errors: the credential, the tenant, the scope. */
export function gatewayRefusal(status: number, title: string, detail: string): XeroRefusal {
	const body = { Type: null, Title: title, Status: status, Detail: detail, Instance: randomUUID(), Extensions: {} }
	return new XeroRefusal({ status, body: JSON.stringify(body) })
}

/** The API's own errors. 10 is a validation, 16 a query that can't be read, 17 no access, 20 a parameter that is wrong. */
export function apiRefusal(status: number, number: number, type: string, message: string): XeroRefusal {
	const body = { ErrorNumber: number, Type: type, Message: message, ...(number === 10 && { Elements: [] }) }
	return new XeroRefusal({ status, body: JSON.stringify(body) })
}

/** 429: which limit was met is said in a header, and so is when to come again (seconds). */
export function limitRefusal(problem: 'concurrent' | 'minute' | 'day', seconds: number | null): XeroRefusal {
	return new XeroRefusal({
		status: 429,
		headers: {
			'x-rate-limit-problem': problem,
			...(seconds !== null && { 'retry-after': String(seconds) }),
			'content-type': 'text/html; charset=utf-8',
		},
		body: `oauth_problem=rate limit exceeded&oauth_problem_advice=please wait before retrying the xero api (${problem})`,
	})
}
