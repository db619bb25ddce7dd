import type { VendorAnswer } from '../vendor-server.ts'

/** What Fusion answers in place of data: a status, what it says, and the framework's own code where there is one. */
export class Refusal extends Error {
	readonly status: number
	readonly code: string | null
	readonly path: string | null

	constructor(
		status: number,
		message: string,
		{ code = null, path = null }: Partial<Pick<Refusal, 'code' | 'path'>> = {},
	) {
		super(message)
		this.status = status
		this.code = code
		this.path = path
	}
}

/** A parameter that can't be meant as it stands. */
export function badParameter(name: string): Refusal {
	return new Refusal(400, `URL request parameter ${name} cannot be used in this context.`, { path: name })
}

/** Plain text below version 4 of the framework; from there on JSON with details. */
export function refusalAnswer({ status, message, code, path }: Refusal, frameworkVersion: number): VendorAnswer {
	if (frameworkVersion < 4) {
		const body = code === null ? message : `${code}: ${message}`
		return { status, headers: { 'content-type': 'text/plain' }, body }
	}
	const detail = { detail: message, ...(code && { 'o:errorCode': code }), ...(path && { 'o:errorPath': path }) }
	const body = { title: titles[status] ?? 'Error', status: String(status), 'o:errorDetails': [detail] }
	return {
		status,
		headers: { 'content-type': 'application/vnd.oracle.adf.error+json' },
		body: JSON.stringify(body),
	}
}

const titles: Record<number, string> = {
	400: 'Bad Request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	406: 'Not Acceptable',
	500: 'Internal Server Error',
}
