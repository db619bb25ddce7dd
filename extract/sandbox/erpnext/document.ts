import { inForce, tableName } from '../store.ts'
import type { Doctype } from './doctypes.ts'
import { fieldsNow, isWithheld, type ListParts, type Sight } from './list.ts'
import { notFound, outside } from './refusal.ts'
import { valueJson } from './value-json.ts'

/** One document with its child tables, without the fields that are empty, as JSON. Throws 404, and 403 for another company's. */
export function documentJson(parts: ListParts, doctype: Doctype, name: string, user: string, sight: Sight): string {
	const [row] = rowsOf(parts, doctype, 'name', name)
	if (!row) throw notFound(doctype.name, name)
	const company = doctype.name === 'Company' ? row['name'] : row['company']
	if (sight.company !== null && typeof company === 'string' && company !== sight.company)
		throw outside(user, doctype.name, name)
	const tables = parts.doctypes.flatMap((child) =>
		child.parents.filter(([of]) => of === doctype.name).map(([, field]) => ({ child, field })),
	)
	const lists = tables.map(({ child, field }) => {
		const rows = rowsOf(parts, child, 'parent', name).filter(
			({ parenttype }) => parenttype === null || parenttype === doctype.name,
		)
		rows.sort((one, other) => Number(one['idx']) - Number(other['idx']))
		const defaults = { parent: name, parentfield: field, parenttype: doctype.name }
		return `"${field}":[${rows.map((each) => objectJson(parts, child, { ...each, ...defaults })).join(',')}]`
	})
	return objectJson(parts, doctype, row, lists)
}

function objectJson(parts: ListParts, doctype: Doctype, row: Record<string, unknown>, more: string[] = []): string {
	const fields = fieldsNow(parts, doctype)
		.filter((field) => row[field.name] !== null && !isWithheld(parts, doctype, field))
		.map(({ name, type }) => `"${name}":${valueJson(row[name], type)}`)
	const constants = ['"owner":"Administrator"', `"doctype":${JSON.stringify(doctype.name)}`]
	return `{${[...fields, ...constants, ...more].join(',')}}`
}

function rowsOf({ store, clock }: ListParts, { name }: Doctype, column: 'name' | 'parent', value: string) {
	const sql = `select r.* from ${tableName('erpnext', name)} r where r."${column}" = ? and ${inForce('r')}`
	return store.database.prepare(sql).all({ now: clock.now() }, value) as Record<string, unknown>[]
}
