/**
 * SQL of a row's SHA-256 over the texts of these columns, in hexadecimal. Not DuckDB's `hash()`, which is made for joins: of a text it
 * lets every eighth byte reach eight bits of the result only, so that one in 256 changes of two such bytes leaves it as it was, and 0 and
 * -0.0001 of a wide decimal have the same.
 */
export function rowHash(columns: readonly string[]): string {
	const texts = columns.map((column) => `coalesce(cast(${column} as varchar), chr(0))`)
	return `sha256(concat_ws(chr(31), ${texts.join(', ')}))`
}

/** SQL of how many rows there are, and the sum of the first 60 bits of their hashes: rows in any order have one sum. */
export function rowSum(columns: readonly string[]): string {
	return `count(*) || ':' || sum(cast('0x' || left(${rowHash(columns)}, 15) as bigint))`
}
