import type { ValueKind } from '../stored-value.ts'
import { apiVersion } from './objects.ts'

/** The path of an object's records; an id follows. */
export function recordPath(object: string): string {
	return `/services/data/v${apiVersion}/sobjects/${object}/`
}

/** One member of a record's JSON: its name, and the SQL of its value. */
export type Member = { name: string; sql: string; kind: ValueKind }

/**
 * The SQL that writes a row as the JSON of a record: twice as fast as building it in JavaScript, and numbers are the
 * stored digits, which never pass through a float. `type` null: a row of aggregates.
 */
export function recordSql(type: string | null, members: Member[]): string {
	const attributes =
		type === null
			? [literal('{"attributes":{"type":"AggregateResult"}')]
			: [literal(`{"attributes":{"type":"${type}","url":"${recordPath(type)}`), 't."Id"', literal('"}')]
	const parts = members.flatMap(({ name, sql, kind }) => [literal(`,${JSON.stringify(name)}:`), valueSql(sql, kind)])
	return `concat(${[...attributes, ...parts, literal('}')].join(', ')})`
}

/** The SQL that writes a row as a line of CSV, as Bulk API does: every value in quotes, null like nothing, moments with a `Z`. */
export function lineSql(members: Member[]): string {
	const values = members.map(({ sql, kind }) => {
		const text = kind === 'datetime' ? `${sql} || '.000Z'` : `replace(${sql}, '"', '""')`
		return `'"' || coalesce(${text}, '') || '"'`
	})
	return values.join(` || ',' || `)
}

/** The answer's form of a stored datetime, such as `2022-01-02T17:38:59.000+0000`. */
export function wireMoment(stored: string): string {
	return `${stored}${zone}`
}

const zone = '.000+0000'

function valueSql(sql: string, kind: ValueKind): string {
	if (kind === 'number' || kind === 'boolean') return `coalesce(${sql}, 'null')`
	if (kind === 'datetime') return `json_quote(${sql} || '${zone}')`
	return `json_quote(${sql})`
}

function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`
}
