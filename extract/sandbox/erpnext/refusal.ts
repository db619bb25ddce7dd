import type { VendorAnswer } from '../vendor-server.ts'

/** What frappe answers when it can't or won't: its status, the exception's type and path, and what it tells people. */
export class Refusal extends Error {
	status: number
	type: string
	/** With its module, as tracebacks name it; null: frappe keeps the traceback to itself. */
	exception: string | null
	/** For people, as HTML. */
	told: string | null
	errorMessage: string | null

	constructor(
		status: number,
		type: string,
		{
			exception = null,
			told = null,
			errorMessage = null,
		}: Partial<Pick<Refusal, 'exception' | 'told' | 'errorMessage'>>,
	) {
		super(told ?? exception ?? type)
		this.status = status
		this.type = type
		this.exception = exception
		this.told = told
		this.errorMessage = errorMessage
	}
}

/** The user's role doesn't read the DocType. A DocType that does not exist is one that the user may not read about (`hasTrace` false). */
export function notPermitted(user: string, doctype: string, hasTrace = true): Refusal {
	return new Refusal(403, 'PermissionError', {
		exception: hasTrace ? 'frappe.exceptions.PermissionError' : null,
		told: `User <strong>${user}</strong> does not have doctype access via role permission for document <strong>${doctype}</strong>`,
		errorMessage: `No permission for ${doctype}`,
	})
}

/** A document that User Permissions keep from the user. */
export function outside(user: string, doctype: string, name: string): Refusal {
	return new Refusal(403, 'PermissionError', {
		exception: 'frappe.exceptions.PermissionError',
		told: `Not allowed for ${doctype}: ${name}<br>User <strong>${user}</strong> does not have access to this document: ${doctype} - ${name}`,
	})
}

/** 417: a field that the DocType doesn't have, or that is no field. */
export function unknownField(field: string): Refusal {
	const message = `Field not permitted in query: ${field}`
	return new Refusal(417, 'DataError', { exception: `frappe.exceptions.DataError: ${message}`, told: message })
}

/** 404: no document of that name. */
export function notFound(doctype: string, name: string): Refusal {
	return new Refusal(404, 'DoesNotExistError', { told: `${doctype} ${name} not found` })
}

/** 500: what Python itself complains of. */
export function broken(type: string, message: string): Refusal {
	const module = { JSONDecodeError: 'json.decoder.', OperationalError: 'pymysql.err.' }[type] ?? ''
	return new Refusal(500, type, { exception: `${module}${type}: ${message}` })
}

/** frappe's body. */
export function refusalAnswer({ status, type, exception, told, errorMessage }: Refusal): VendorAnswer {
	const trace =
		exception &&
		`Traceback (most recent call last):\n  File "apps/frappe/frappe/app.py", in application\n${exception}\n`
	const message = told && { message: told, title: 'Message', indicator: 'red', raise_exception: 1 }
	const body = {
		...(exception && { exception }),
		exc_type: type,
		...(trace && { exc: JSON.stringify([trace]) }),
		...(message && { _server_messages: JSON.stringify([JSON.stringify(message)]) }),
		...(errorMessage && { _error_message: errorMessage }),
	}
	return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
