import type { VendorAnswer } from '../vendor-server.ts'

/** An error as SuiteTalk REST answers it. */
export class NetsuiteRefusal extends Error {
	override name = 'NetsuiteRefusal'
	status: number
	errorCode: string
	queryParameter: string | undefined

	constructor(status: number, errorCode: string, detail: string, queryParameter?: string) {
		super(detail)
		this.status = status
		this.errorCode = errorCode
		this.queryParameter = queryParameter
	}
}

/** The answer that carries a refusal. */
export function refusalAnswer({ status, errorCode, message, queryParameter }: NetsuiteRefusal): VendorAnswer {
	const [title, type] = titles[status] ?? ['Bad Request', 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1']
	const parameter = queryParameter ? { 'o:errorQueryParam': queryParameter } : {}
	const details = [{ detail: message, ...parameter, 'o:errorCode': errorCode }]
	return {
		status,
		headers: { 'content-type': 'application/vnd.oracle.resource+json; type=error' },
		body: JSON.stringify({ type, title, status, 'o:errorDetails': details }),
	}
}

/** The refusal of a query. `reason` follows the sentence with which NetSuite begins all of them. */
export function queryRefusal(reason: string): NetsuiteRefusal {
	const detail = `Invalid search query. Detailed unprocessed description follows. ${reason}`
	return new NetsuiteRefusal(400, 'INVALID_PARAMETER', detail, 'q')
}

/** The refusal of a column that no table in the query has. `sources` are the tables by alias. */
export function unknownIdentifier(name: string, sources: { alias: string; table: string }[]): NetsuiteRefusal {
	const available = sources.map(({ alias, table }) => `${alias}=${table}`).join(', ')
	return queryRefusal(`Search error occurred: Unknown identifier '${name}'. Available identifiers are: {${available}}.`)
}

/** The refusal of a query that is no SuiteQL, or more of it than the sandbox imitates; `remark` says which. */
export function unsupportedSearch(remark: string): NetsuiteRefusal {
	return queryRefusal(`Search error occurred: Invalid or unsupported search. (sandbox: ${remark})`)
}

const titles: Record<number, [title: string, type: string]> = {
	401: ['Unauthorized', 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.2'],
	403: ['Forbidden', 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.4'],
	404: ['Not Found', 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5'],
	405: ['Method Not Allowed', 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.6'],
	429: ['Too Many Requests', 'https://www.rfc-editor.org/rfc/rfc6585.html#section-4'],
	500: ['Internal Server Error', 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.1'],
}
