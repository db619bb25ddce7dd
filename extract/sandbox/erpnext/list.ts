import type { SQLInputValue } from 'node:sqlite'
import type { CompanyClock } from '../clock.ts'
import { inForce, type Store, tableName } from '../store.ts'
import type { Visibility } from '../visibility.ts'
import type { Filter, ListArguments } from './arguments.ts'
import type { Doctype, Field } from './doctypes.ts'
import { broken, unknownField } from './refusal.ts'
import { valueJson } from './value-json.ts'

/** What lists stand on. `company`: the only one whose rows the user sees, null for all. */
export type ListParts = { store: Store; clock: CompanyClock; visibility: Visibility; doctypes: Doctype[] }
export type Sight = { company: string | null }

type Column = { sql: string; name: string; type: string }

/** Gives SQLite `folded(text)`: texts are compared without case and accents, as MariaDB does by default. */
export function addFolding({ database }: Store): void {
	database.function('folded', { deterministic: true }, (value) =>
		value === null ? null : String(value).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(),
	)
}

/** The rows of a list, each as JSON. */
export function listRows(parts: ListParts, doctype: Doctype, asked: ListArguments, sight: Sight): string[] {
	const join = new Map<string, Doctype>()
	const columns = asked.fields.flatMap((field) => columnsOf(parts, doctype, field, join))
	// Of fields that all are kept from the user nothing can be selected (frappe/frappe pull request 24591).
	if (columns.length === 0) return []
	const values: SQLInputValue[] = []
	const conditions = [
		inForce('r'),
		...[...join.values()].map((_, at) => inForce(`c${at}`)),
		...asked.filters.map((filter) => condition(parts, doctype, filter, values)),
	]
	if (asked.orFilters.length > 0)
		conditions.push(`(${asked.orFilters.map((filter) => condition(parts, doctype, filter, values)).join(' or ')})`)
	const kept = sightCondition(parts, doctype, sight, values)
	if (kept) conditions.push(kept)
	const joins = [...join.values()]
		.map((child, at) => `left join ${tableName('erpnext', child.name)} c${at} on c${at}.parent = r.name`)
		.join(' ')
	const isGrouped = asked.groupBy !== null
	const isCount = columns.some(({ sql }) => /^(count|decimal_sum)\(/.test(sql)) && !isGrouped
	const sql = `select ${columns.map(({ sql }, at) => `${sql} as v${at}`).join(', ')}
		from ${tableName('erpnext', doctype.name)} r ${joins} where ${conditions.join(' and ')}
		${
			isGrouped
				? `group by ${asked
						.groupBy!.split(',')
						.map((field) => fieldSql(parts, doctype, field.trim()))
						.join(', ')}`
				: ''
		}
		${isCount ? '' : `order by ${order(parts, doctype, asked.orderBy)}`}
		limit ${asked.limit === 0 ? -1 : asked.limit} offset ${asked.start}`
	// SQLite numbers the question marks of the text in their order; the moment has its name.
	const rows = parts.store.database.prepare(sql).all({ now: parts.clock.now() }, ...values) as Record<string, unknown>[]
	return rows.map(
		(row) =>
			`{${columns.map(({ name, type }, at) => `${JSON.stringify(name)}:${valueJson(row[`v${at}`], type)}`).join(',')}}`,
	)
}

/**
 * The fields that the DocType has now, with their labels. One of a permission level that the user's role does not read is among them:
 * it is described, it may be asked for, and lists and documents leave it out without a word (frappe's `validate_fields` and
 * `apply_fieldlevel_read_permissions`; frappe/frappe issue 42640).
 */
export function fieldsNow({ visibility }: ListParts, { name, fields }: Doctype): Field[] {
	return fields.flatMap((field) => {
		if (visibility.isWithheld('erpnext', name, field.name)) return [field]
		const now = visibility.fieldNow('erpnext', name, field.name)
		if (now === 'hidden') return []
		return now === 'declared' ? [field] : [{ ...field, label: now.label }]
	})
}

/** Is the field of a permission level that the user's role does not read? */
export function isWithheld({ visibility }: ListParts, { name }: Doctype, field: Field): boolean {
	return visibility.isWithheld('erpnext', name, field.name)
}

/** One field of a list, or all (`*`), an aggregate, a member of a child table (`items.qty as quantity`). */
function columnsOf(parts: ListParts, doctype: Doctype, text: string, join: Map<string, Doctype>): Column[] {
	const [expression = '', alias] = text.split(/\s+as\s+/i).map((part) => part.trim().replaceAll('`', ''))
	if (expression === '*')
		return fieldsNow(parts, doctype)
			.filter((field) => !isWithheld(parts, doctype, field))
			.map(({ name, type }) => ({ sql: `r."${name}"`, name, type }))
	const [, aggregate, inner] = /^(count|sum|max|min)\((\*|\w+)\)$/i.exec(expression) ?? []
	if (aggregate) {
		const isOfField = aggregate.toLowerCase() !== 'count'
		if (isOfField && isWithheld(parts, doctype, fieldOf(parts, doctype, inner!))) return []
		return [aggregated(parts, doctype, aggregate.toLowerCase(), inner!, alias ?? expression)]
	}
	const [table, member] = expression.split('.') as [string, string?]
	if (member === undefined || table === `tab${doctype.name}`) {
		const field = fieldOf(parts, doctype, member ?? table)
		if (isWithheld(parts, doctype, field)) return []
		return [{ sql: `r."${field.name}"`, name: alias ?? field.name, type: field.type }]
	}
	const child = parts.doctypes.find((one) => one.parents.some(([of, name]) => of === doctype.name && name === table))
	if (!child) throw unknownField(expression)
	join.set(table, child)
	const at = [...join.keys()].indexOf(table)
	const field = fieldOf(parts, child, member)
	if (isWithheld(parts, child, field)) return []
	return [{ sql: `c${at}."${field.name}"`, name: alias ?? field.name, type: field.type }]
}

function aggregated(parts: ListParts, doctype: Doctype, name: string, inner: string, alias: string): Column {
	if (name === 'count') return { sql: 'count(*)', name: alias, type: 'Int' }
	const field = fieldOf(parts, doctype, inner)
	if (name === 'sum') return { sql: `decimal_sum(r."${field.name}")`, name: alias, type: 'Float' }
	return { sql: `${name}(r."${field.name}")`, name: alias, type: field.type }
}

function fieldOf(parts: ListParts, doctype: Doctype, name: string): Field {
	const found = fieldsNow(parts, doctype).find((field) => field.name === name)
	if (!found) throw unknownField(name)
	return found
}

function fieldSql(parts: ListParts, doctype: Doctype, text: string): string {
	return `r."${fieldOf(parts, doctype, text.replaceAll('`', '').split('.').at(-1)!).name}"`
}

/** Texts without case and accents, but for names that are all of one case and stamps, whose index counts. */
function comparable(doctype: Doctype, { name, kind, type }: Field): (sql: string) => string {
	if (kind === 'number') return (sql) => `cast(${sql} as real)`
	const isPlain =
		kind !== 'text' || type === 'Datetime' || (doctype.names === 'plain' && name === 'name') || name === 'parent'
	return isPlain ? (sql) => sql : (sql) => `folded(${sql})`
}

const operators = ['=', '!=', '<', '<=', '>', '>=']

function condition(parts: ListParts, doctype: Doctype, filter: Filter, values: SQLInputValue[]): string {
	const { operator, value } = filter
	const field = fieldOf(parts, doctype, filter.field)
	const as = comparable(doctype, field)
	const bound = (one: unknown) => {
		values.push(boundValue(field, one))
		return as('?')
	}
	// Nothing counts as empty where that could be meant; never as greater than anything.
	const empty = field.kind === 'integer' || field.kind === 'number' ? '0' : "''"
	const column = as(/^[!=<]|^not|^in$/.test(operator) ? `coalesce(r."${field.name}", ${empty})` : `r."${field.name}"`)
	const indexed = as(`r."${field.name}"`)
	if (operator === 'in' || operator === 'not in') {
		const list = Array.isArray(value) ? value : String(value).split(',')
		return `${column} ${operator} (${list.map(bound).join(', ')})`
	}
	if (operator === 'is') return `coalesce(r."${field.name}", '') ${value === 'set' ? '<>' : '='} ''`
	if (operator === 'like' || operator === 'not like') return `${column} ${operator} ${bound(value)}`
	if (operator === 'between') {
		const [low, high] = value as unknown[]
		return `${indexed} between ${bound(low)} and ${bound(high)}`
	}
	if (!operators.includes(operator)) throw broken('ValidationError', `Operator must be one of ${operators.join(', ')}`)
	const isKey = field.name === 'name' || field.type === 'Datetime'
	return `${isKey ? indexed : column} ${operator === '!=' ? '<>' : operator} ${bound(value)}`
}

/** A zone or offset behind a moment is thrown away. */
function boundValue({ type, kind }: Field, value: unknown): SQLInputValue {
	if (value === null || value === undefined) return kind === 'text' ? '' : 0
	if (kind === 'number' || kind === 'integer') return Number(value)
	const text = String(value)
	return type === 'Datetime' ? text.replace('T', ' ').replace(/(Z|[+-]\d\d:?\d\d)$/, '') : text
}

/** Without an order, none is promised: rows come as they like. A sort by what is no field is the database's error. */
function order(parts: ListParts, doctype: Doctype, text: string | null): string {
	if (text === null) return 'random()'
	return text
		.split(',')
		.map((part) => {
			const [expression = '', direction = 'asc'] = part.trim().split(/\s+(?=asc$|desc$)/i)
			const name = expression.replaceAll('`', '').split('.').at(-1)!
			const field = fieldsNow(parts, doctype).find((one) => one.name === name)
			if (!field || !/^(asc|desc)$/i.test(direction))
				throw broken('OperationalError', `(1054, "Unknown column '${expression}' in 'ORDER BY'")`)
			return `${comparable(doctype, field)(`r."${field.name}"`)} ${direction}`
		})
		.join(', ')
}

/** User Permissions on a company: rows of others are left out, without a word. */
function sightCondition(
	{ doctypes }: ListParts,
	{ name, fields, parents }: Doctype,
	{ company }: Sight,
	values: SQLInputValue[],
): string | null {
	if (company === null) return null
	const owner = name === 'Company' ? 'name' : fields.some((field) => field.name === 'company') ? 'company' : null
	if (owner) {
		values.push(company)
		return `r."${owner}" = ?`
	}
	const parent = doctypes.find(
		(one) => one.name === parents[0]?.[0] && one.fields.some((field) => field.name === 'company'),
	)
	if (!parent) return null
	values.push(company)
	return `r.parent in (select p.name from ${tableName('erpnext', parent.name)} p where ${inForce('p')} and p.company = ?)`
}
