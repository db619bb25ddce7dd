import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** A row: its values in the order of the query's columns. */
export type Row = (string | number | null)[]

/** The rows of one query, read page by page; a page asked for again is answered again. */
export type Result = {
	/** Up to `count` rows from position `offset`. */
	read(offset: number, count: number): Row[]
}

/** Results that stay open between the requests of a client: the most recently used ones, by name. */
export type KeptResults = {
	/** The open result of that name, or a new one. */
	open(name: string, sql: string, parameters: Record<string, SQLInputValue>): Result
}

/** Keeps up to `limit` results of a database open; the least recently used one goes first and is read anew when asked for. */
export function keepResults(database: DatabaseSync, limit = 32): KeptResults {
	const results = new Map<string, Result & { close(): void }>()
	return {
		open: (name, sql, parameters) => {
			const result = results.get(name) ?? openResult(database, sql, parameters)
			results.delete(name)
			results.set(name, result)
			if (results.size > limit) {
				const [oldest, stale] = results.entries().next().value as [string, { close(): void }]
				stale.close()
				results.delete(oldest)
			}
			return result
		},
	}
}

/** Going on where the last page ended costs only the page; going back runs the query from its start. */
function openResult(
	database: DatabaseSync,
	sql: string,
	parameters: Record<string, SQLInputValue>,
): Result & { close(): void } {
	const statement = database.prepare(sql)
	statement.setReturnArrays(true)
	statement.setAllowUnknownNamedParameters(true)
	let rows = statement.iterate(parameters)
	let position = 0
	let last: { offset: number; count: number; rows: Row[] } | null = null
	const take = (count: number): Row[] => {
		const taken: Row[] = []
		while (taken.length < count) {
			const next = rows.next()
			if (next.done) break
			taken.push(next.value as unknown as Row)
		}
		position += taken.length
		return taken
	}
	const close = () => rows.return?.()
	const read = (offset: number, count: number): Row[] => {
		if (last?.offset === offset && last.count === count) return last.rows
		if (offset < position) {
			close()
			rows = statement.iterate(parameters)
			position = 0
		}
		while (position < offset) if (take(Math.min(offset - position, 10_000)).length === 0) return []
		const page = take(count)
		last = { offset, count, rows: page }
		return page
	}
	return { read, close }
}

/** The number that a query gives as `n`. */
export function countRows(database: DatabaseSync, sql: string, parameters: Record<string, SQLInputValue>): number {
	const statement = database.prepare(sql)
	statement.setAllowUnknownNamedParameters(true)
	return (statement.get(parameters) as { n: number }).n
}
