import { broken } from './refusal.ts'

/** A condition: the DocType where it is named, field, operator, value. */
export type Filter = { doctype: string | null; field: string; operator: string; value: unknown }

/** What a list is asked for, as frappe understands it. `limit` 0: everything. */
export type ListArguments = {
	fields: string[]
	filters: Filter[]
	orFilters: Filter[]
	groupBy: string | null
	orderBy: string | null
	start: number
	limit: number
	parent: string | null
}

/** Reads a list's arguments, from a query string (texts of JSON) or a body of JSON. Throws what Python throws. */
export function listArguments(given: Record<string, unknown>): ListArguments {
	const fields = parsed(given['fields'])
	return {
		fields: Array.isArray(fields) ? fields.map(String) : typeof fields === 'string' ? fields.split(',') : ['name'],
		filters: filtersOf(parsed(given['filters'])),
		orFilters: filtersOf(parsed(given['or_filters'])),
		groupBy: textOf(given['group_by']),
		orderBy: textOf(given['order_by']),
		start: wholeNumber(given['limit_start'] ?? given['start'], 0),
		limit: limitOf(given['limit_page_length'] ?? given['limit']),
		parent: textOf(given['parent']),
	}
}

/** JSON, where it looks like it; frappe tries texts that begin with a bracket only. */
function parsed(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value
	try {
		return JSON.parse(value)
	} catch {
		throw broken('JSONDecodeError', 'Expecting value: line 1 column 3 (char 2)')
	}
}

function filtersOf(given: unknown): Filter[] {
	if (given === undefined || given === null) return []
	if (!Array.isArray(given)) return Object.entries(given as object).map(([field, value]) => byName(field, value))
	if (given.length > 0 && typeof given[0] === 'string') return [filterOf(given)]
	return given.map((one) => filterOf(one as unknown[]))
}

/** `{field: value}` or `{field: [operator, value]}`. */
function byName(field: string, value: unknown): Filter {
	const [operator, operand] = Array.isArray(value) ? value : ['=', value]
	return { doctype: null, field, operator: String(operator).toLowerCase(), value: operand }
}

function filterOf(parts: unknown[]): Filter {
	if (parts.length === 2) return byName(String(parts[0]), parts[1])
	const [doctype, field, operator, value] = parts.length >= 4 ? parts : [null, ...parts]
	return {
		doctype: doctype === null ? null : String(doctype),
		field: String(field),
		operator: String(operator).toLowerCase(),
		value,
	}
}

/** Twenty rows unless asked otherwise; what is no number is no limit; a negative one is the database's error. */
function limitOf(given: unknown): number {
	if (given === undefined) return 20
	const limit = wholeNumber(given, 0)
	if (limit < 0) throw broken('ProgrammingError', `(1064, "You have an error in your SQL syntax near '${limit}'")`)
	return limit
}

function wholeNumber(given: unknown, otherwise: number): number {
	const text = String(given ?? '')
	return /^-?\d+$/.test(text) ? Number(text) : otherwise
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null
}
