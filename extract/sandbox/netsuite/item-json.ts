import { unsupportedSearch } from './refusal.ts'
import { localSql, type SqlType } from './typed-sql.ts'

/** A column of the answer: its key, its SQL and what that yields. */
export type OutputColumn = { name: string; sql: string; type: SqlType; isAggregate: boolean }

/**
 * The SQL that writes a row as an item of the answer: all values are strings, what is null is left out, and dates that
 * nothing converts come in the user's format, without a time.
 */
export function itemSql(columns: OutputColumn[]): string {
	const members = columns.map(({ name, sql, type }) => memberSql(`,"${name}":`, sql, type))
	return `concat('{"links":[]'${members.map((member) => `, ${member}`).join('')}, '}')`
}

function memberSql(name: string, sql: string, type: SqlType): string {
	switch (type) {
		case 'null':
			return `''`
		case 'condition':
			throw unsupportedSearch('a condition is selected')
		case 'integer':
		case 'number':
		case 'boolean':
			return `'${name}"' || ${sql} || '"'`
		case 'text':
			// `json_quote` makes the word null of a null; of the text "null" it makes a word in quotes.
			return `'${name}' || nullif(json_quote(${sql}), 'null')`
		default:
			return `'${name}"' || user_date(${localSql({ sql, type }).sql}) || '"'`
	}
}
