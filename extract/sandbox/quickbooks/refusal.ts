import type { VendorAnswer } from '../vendor-server.ts'

/** An answer that is an error, as an exception on the way to it. */
export class QuickbooksRefusal extends Error {
	override name = 'QuickbooksRefusal'
	answer: VendorAnswer

	constructor(answer: VendorAnswer) {
		super(answer.body ?? '')
		this.answer = answer
	}
}

/** The service's own faults: a question that it can't read, a property that it does not filter by. */
export function faultRefusal(
	status: number,
	type: string,
	code: string,
	message: string,
	detail: string,
	{ now = Date.now } = {},
): QuickbooksRefusal {
	const fault = { Error: [{ Message: message, Detail: detail, code }], type }
	return refusalOf(status, { Fault: fault, time: new Date(now()).toISOString() })
}

/** What the gateway before it says: lower case, and a code with zeros before it. */
export function gatewayRefusal(
	status: number,
	word: string,
	code: string,
	type: string,
	{ now = Date.now } = {},
): QuickbooksRefusal {
	const message = `message=${word}; errorCode=${code.padStart(6, '0')}; statusCode=${status}`
	const fault = { error: [{ message, detail: word, code: code.padStart(6, '0') }], type }
	return refusalOf(status, { fault, requestId: null, time: now() })
}

/** The query can't be read. `at` counts characters from 0. */
export function parseRefusal(what: string, at: number): QuickbooksRefusal {
	const detail = `QueryParserError: Encountered " <IDENT> "${what} "" at line 1, column ${at + 1}.`
	return faultRefusal(400, 'ValidationFault', '4000', 'Error parsing query', detail)
}

/** The query asks for what can't be asked. */
export function queryRefusal(detail: string): QuickbooksRefusal {
	return faultRefusal(400, 'ValidationFault', '4001', 'Invalid query', `QueryValidationError: ${detail}`)
}

/** 429: nothing says when to come again. */
export function throttleRefusal(): QuickbooksRefusal {
	return gatewayRefusal(429, 'ThrottleExceeded', '3001', 'THROTTLE')
}

function refusalOf(status: number, body: object): QuickbooksRefusal {
	return new QuickbooksRefusal({ status, body: JSON.stringify(body) })
}
