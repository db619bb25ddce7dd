import { isDigits, type Json } from '../world/records/xero/json.ts'

/** The answer to a client that does not ask for JSON. */
export function xmlText(list: string, records: Json[]): string {
	const rows = records.map((record) => element(list.replace(/s$/, ''), record)).join('')
	return `<Response xmlns:xsd="http://www.w3.org/2001/XMLSchema"><Status>OK</Status><${list}>${rows}</${list}></Response>`
}

function element(name: string, value: Json | undefined): string {
	if (value === null || value === undefined) return ''
	return `<${name}>${content(name, value)}</${name}>`
}

function content(name: string, value: Json): string {
	if (value === null) return ''
	if (typeof value !== 'object') return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
	if (Array.isArray(value)) return value.map((one) => element(name.replace(/s$/, ''), one)).join('')
	if (isDigits(value)) return value.digits
	return Object.entries(value)
		.map(([member, one]) => element(member, one))
		.join('')
}
