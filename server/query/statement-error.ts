import { TieoutError } from '../../models/error.ts'
import { placeOf } from '../sql-gate/refusal.ts'

/** The engine's own refusals of a statement, as the fault of the statement; its death and interrupts stay what they are. */
export function statementError(error: unknown, sql: string): unknown {
	if (!(error instanceof TieoutError) || !error.code.startsWith('duckdb.')) return error
	const kind = error.code.slice('duckdb.'.length)
	if (['fatal', 'interrupt', 'internal', 'io'].includes(kind)) return error
	const offset = caretOffset(error.message, sql)
	return new TieoutError('usage', `sql.${kind}`, error.message.replace(/\n\nLINE \d+:[\s\S]*$/, ''), {
		...(offset !== undefined && { where: placeOf(sql, offset) }),
		next:
			kind === 'out_of_memory'
				? 'read fewer columns or rows, or group before joining'
				: 'correct the statement; describe marts.breaks shows a table’s columns',
		cause: error,
	})
}

/** DuckDB prints the line and a caret under the place: `LINE 2: select x` and spaces up to `^`. Undefined when it was shortened. */
function caretOffset(message: string, sql: string): number | undefined {
	const found = /LINE (\d+): (.*)\n( *)\^/.exec(message)
	if (!found) return undefined
	const line = sql.split('\n')[Number(found[1]) - 1]
	if (line === undefined || line !== found[2]) return undefined
	const column = found[3]!.length - `LINE ${found[1]}: `.length
	return Buffer.byteLength([...sql.split('\n').slice(0, Number(found[1]) - 1), line.slice(0, column)].join('\n'))
}
