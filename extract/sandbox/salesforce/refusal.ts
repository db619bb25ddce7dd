import type { VendorAnswer } from '../vendor-server.ts'

/** An error as Salesforce's REST API answers it: a status and an array with one message and code. */
export class SalesforceRefusal extends Error {
	override name = 'SalesforceRefusal'
	status: number
	errorCode: string

	constructor(status: number, errorCode: string, message: string) {
		super(message)
		this.status = status
		this.errorCode = errorCode
	}
}

/** The answer that carries a refusal. */
export function refusalAnswer({ status, errorCode, message }: SalesforceRefusal): VendorAnswer {
	return { status, body: JSON.stringify([{ message, errorCode }]) }
}

/** A refusal of a query, with the place in it as Salesforce draws it: the text around, a caret below, row and column. */
export function queryRefusal(errorCode: string, query: string, at: number, message: string): SalesforceRefusal {
	const before = Math.max(0, at - 40)
	const around = query.slice(before, at + 40).replaceAll('\n', ' ')
	const caret = `${' '.repeat(at - before)}^`
	const row = query.slice(0, at).split('\n').length
	const column = at - query.lastIndexOf('\n', at - 1)
	return new SalesforceRefusal(
		400,
		errorCode,
		`\n${around}\n${caret}\nERROR at Row:${row}:Column:${column}\n${message}`,
	)
}

/** The refusal of a field that the object does not have, or that the user may not see. */
export function noSuchColumn(query: string, at: number, field: string, object: string): SalesforceRefusal {
	return queryRefusal(
		'INVALID_FIELD',
		query,
		at,
		`No such column '${field}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
	)
}

/** The refusal of an object that does not exist, or that the user may not see: Salesforce does not tell which. */
export function noSuchObject(query: string, at: number, object: string): SalesforceRefusal {
	return queryRefusal(
		'INVALID_TYPE',
		query,
		at,
		`sObject type '${object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
	)
}

/** The refusal of a path that leads nowhere. */
export function notFound(): SalesforceRefusal {
	return new SalesforceRefusal(404, 'NOT_FOUND', 'The requested resource does not exist')
}
