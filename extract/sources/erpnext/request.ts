import { Temporal } from 'temporal-polyfill'
import { TieoutError } from '../../../models/error.ts'
import type { Page, SourceRequest } from '../../source.ts'

/** A condition of frappe: field, operator, value. Conditions of one list are ANDed. */
export type Condition = [field: string, operator: string, value: unknown]

/** A field, or a function of one: a text, or an object from version 16 on. */
export type FieldAsked = string | Record<string, string>

/** What a list is asked for. `parent`: the DocType whose child table it is; without it frappe refuses a child DocType. */
export type List = {
	fields: FieldAsked[]
	filters: Condition[]
	/** One of these must hold beside all of `filters`. */
	orFilters?: Condition[] | undefined
	orderBy?: string
	groupBy?: string
	/** Rows; 0 is all of them (frappe's default is 20). */
	size: number
	parent?: string | undefined
}

/** The list by POST, which has no bound on its length. */
export const listMethod = '/api/method/frappe.client.get_list'

/** gunicorn ends a request line at 4,094 bytes; a name to start behind (140 characters, 9 bytes each when encoded) must still fit. */
const longestLine = 4094 - 140 * 9

/**
 * A list's request: `GET /api/resource/{DocType}`, or, where the line would be too long, the same list as a POST of JSON. The records
 * stand under `data` in the first, under `message` in the second.
 */
export function listRequest(doctype: string, list: List): { request: SourceRequest; records: 'data' | 'message' } {
	const path = `/api/resource/${encodeURIComponent(doctype)}`
	const query = {
		fields: JSON.stringify(list.fields),
		...(list.filters.length > 0 && { filters: JSON.stringify(list.filters) }),
		...(list.orFilters && list.orFilters.length > 0 && { or_filters: JSON.stringify(list.orFilters) }),
		...(list.groupBy && { group_by: list.groupBy }),
		...(list.orderBy && { order_by: list.orderBy }),
		...(list.parent && { parent: list.parent }),
		limit_page_length: String(list.size),
	}
	const line = `GET ${path}?${new URLSearchParams(query)} HTTP/1.1`
	if (line.length <= longestLine) return { request: { method: 'GET', path, query }, records: 'data' }
	const body = {
		doctype,
		fields: list.fields,
		filters: list.filters,
		...(list.orFilters && { or_filters: list.orFilters }),
		...(list.groupBy && { group_by: list.groupBy }),
		...(list.orderBy && { order_by: list.orderBy }),
		...(list.parent && { parent: list.parent }),
		limit_page_length: list.size,
	}
	return { request: { method: 'POST', path: listMethod, body }, records: 'message' }
}

const parameters = ['fields', 'filters', 'or_filters', 'group_by', 'order_by', 'parent', 'limit_page_length']
const aggregate = /^(count\(name\) as rows_counted|sum\([a-z][a-z0-9_]*\) as (total|credits|debits))$/
const plainField = /^[a-z][a-z0-9_]*$/i

/**
 * Why a request is not a plain list, or null. With other parameters frappe runs code on a GET (`run_method`, `cmd`), and a field may be
 * any expression of SQL.
 */
export function notAPlainList({ method, query = {}, body }: SourceRequest): string | null {
	const given = method === 'GET' ? query : ((body ?? {}) as Record<string, unknown>)
	const allowed = method === 'GET' ? parameters : ['doctype', ...parameters]
	const stranger = Object.keys(given).find((name) => !allowed.includes(name))
	if (stranger !== undefined) return `the parameter ${stranger} is none of a list's`
	const fields = listed(given['fields'])
	const odd = fields?.find(
		(field) => !(typeof field === 'string' && plainField.test(field)) && !aggregate.test(asText(field)),
	)
	if (!fields || odd !== undefined) return `${JSON.stringify(odd ?? given['fields'])} is no field`
	const grouped = given['group_by']
	if (grouped !== undefined && !/^[a-z][a-z0-9_]*(, [a-z][a-z0-9_]*)*$/i.test(String(grouped)))
		return 'the group is no field'
	const sorted = given['order_by']
	return sorted === undefined || /^[a-z][a-z0-9_]*( (asc|desc))?$/i.test(String(sorted))
		? null
		: 'the order is no field'
}

/** How a role reads a field of a higher permission level. */
export function readLevel(doctype: string): string {
	return `Role Permissions Manager, ${doctype}: give the role read at the permission level of the field (Customize Form shows it)`
}

/** The fields that a list is asked for, each once. */
export function askedFields(fields: Record<string, string | null>): string[] {
	return [...new Set(Object.values(fields).filter((field) => field !== null))]
}

/**
 * Refuses a page whose rows lack a field that was asked for: frappe leaves fields of a permission level that the user's role does not read
 * out of a list without a word, though the DocType's description has them (frappe/frappe pull request 19533, `validate_fields` and
 * `apply_fieldlevel_read_permissions`). A field that is empty comes as null. `asked`: names of members.
 */
export function refuseWithheld(doctype: string, asked: readonly string[], { lastRecord }: Page): void {
	if (lastRecord === null) return
	const withheld = asked.filter((name) => !(name in lastRecord))
	if (withheld.length === 0) return
	throw new TieoutError(
		'vendor',
		'fields.withheld',
		`${doctype}: the rows come without ${withheld.join(', ')}, which the user may not read`,
		{
			where: doctype,
			next: `${readLevel(doctype)}: ${withheld.join(', ')}`,
		},
	)
}

/** A function in the words of either version as the older one's text. */
function asText(field: unknown): string {
	if (typeof field === 'string') return field
	const { as, ...rest } = (field ?? {}) as Record<string, unknown>
	const [[name, inner] = ['', ''], ...more] = Object.entries(rest)
	return more.length === 0 ? `${name.toLowerCase()}(${inner}) as ${as}` : ''
}

function listed(fields: unknown): unknown[] | null {
	if (Array.isArray(fields)) return fields
	try {
		const parsed = JSON.parse(String(fields))
		return Array.isArray(parsed) ? parsed : null
	} catch {
		return null
	}
}

/** A moment (epoch ms) on the site's clock, as frappe keeps and compares it: `YYYY-MM-DD HH:MM:SS.ffffff`, without a zone. */
export function siteTime(at: number, zone: string, micros = '000'): string {
	const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime()
	return `${local.toString({ fractionalSecondDigits: 3 }).replace('T', ' ')}${micros}`
}

/** A stamp of the site's clock as it lands: UTC, whole seconds. Of the repeated hour in autumn the second is meant, as in the load. */
export function utcText(local: string, zone: string): string {
	const moment = Temporal.PlainDateTime.from(local.replace(' ', 'T')).toZonedDateTime(zone, { disambiguation: 'later' })
	return moment.toInstant().toString({ smallestUnit: 'second' }).slice(0, 19).replace('T', ' ')
}
