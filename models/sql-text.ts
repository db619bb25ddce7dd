/** `name` as a SQL identifier, in double quotes: `a"b` becomes `"a""b"`. */
export function identifier(name: string): string {
	return `"${name.replaceAll('"', '""')}"`
}

/** `schema.table` with both parts quoted. Throws nothing; a name without a schema is quoted as it is. */
export function qualifiedName(name: string): string {
	const dot = name.indexOf('.')
	return dot < 0 ? identifier(name) : `${identifier(name.slice(0, dot))}.${identifier(name.slice(dot + 1))}`
}

/** `text` as a SQL string literal, or `null`. */
export function literal(text: string | null): string {
	return text === null ? 'null' : `'${text.replaceAll("'", "''")}'`
}
