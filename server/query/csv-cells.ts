import { identifier } from '../../models/sql-text.ts'
import type { ResultColumn } from '../../models/warehouse.ts'

/** A column as a cell of a CSV file: only text can be taken for a formula; what isn't a plain type is written as its text. */
export function csvCell({ name, type }: ResultColumn, isRaw: boolean): string {
	const column = identifier(name)
	if (isText(type)) return isRaw ? column : `${safeText(column)} as ${column}`
	if (isPlain(type)) return column
	return `${isRaw ? `cast(${column} as varchar)` : safeText(`cast(${column} as varchar)`)} as ${column}`
}

/** Text as it is stored. */
export function isText(type: string): boolean {
	return type === 'VARCHAR' || type.startsWith('ENUM')
}

/** A type with one way to write it. */
export function isPlain(type: string): boolean {
	if (type.endsWith(']')) return false
	return /^(DECIMAL|DATE|TIMESTAMP|TIME|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|UUID)/.test(
		type,
	)
}

/** True for text that a spreadsheet would take for a formula. Not `in (...)`: DuckDB makes a join of that, and the rows would lose their order. */
export function isFormula(expression: string): string {
	return `${expression} <> '' and strpos('=+-@' || chr(9) || chr(13), substr(${expression}, 1, 1)) > 0`
}

function safeText(expression: string): string {
	return `case when ${isFormula(expression)} then '''' || ${expression} else ${expression} end`
}
