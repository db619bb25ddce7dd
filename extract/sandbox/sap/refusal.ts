import type { VendorAnswer } from '../vendor-server.ts'

/** An error on the way to an answer, in the form of the version that was asked. */
export class SapRefusal extends Error {
	override name = 'SapRefusal'
	status: number
	code: string

	constructor(status: number, code: string, message: string) {
		super(message)
		this.status = status
		this.code = code
	}
}

/** The body of an error: V2 has its message in a language, V4 as it is. */
export function refusalAnswer({ status, code, message }: SapRefusal, version: 'V2' | 'V4'): VendorAnswer {
	const innererror = {
		application: { component_id: '', service_id: '' },
		transactionid: '5F8A0A0A1D2B0060E0069B0F3B7D7F0C',
	}
	const error =
		version === 'V2' ? { code, message: { lang: 'en', value: message }, innererror } : { code, message, innererror }
	return { status, headers: { 'content-type': 'application/json;charset=utf-8' }, body: JSON.stringify({ error }) }
}

/** A missing or wrong credential is answered by the server itself, with a page. */
export function loginPage(): VendorAnswer {
	return {
		status: 401,
		headers: {
			'content-type': 'text/html; charset=utf-8',
			'www-authenticate': 'Basic realm="SAP NetWeaver Application Server [S4H/100]"',
		},
		body: '<html><head><title>Logon Error Message</title></head><body><h1>Anmeldung fehlgeschlagen</h1><p>Logon failed.</p></body></html>',
	}
}
