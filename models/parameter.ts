import { TieoutError } from './error.ts'

/** What crosses to DuckDB, also between processes: text is cast by the engine to the type of what it is compared with. */
export type BoundValue = string | number | boolean | null

/**
 * A parameter as DuckDB may bind it without losing anything: bigint, timestamp (UTC) and decimal text as text, safe integers as
 * they are. Refuses a number with a fraction or beyond 2^53: DuckDB would bind it as a binary float.
 */
export function boundValue(value: unknown): BoundValue {
	if (value === null || value === undefined) return null
	if (typeof value === 'string' || typeof value === 'boolean') return value
	if (typeof value === 'bigint') return value.toString()
	if (typeof value === 'number' && Number.isSafeInteger(value)) return value
	if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().replace('T', ' ').slice(0, 23)
	throw new TieoutError('broken', 'warehouse.parameter', `a SQL parameter is ${describe(value)}`, {
		allowed: ['text', 'a safe integer', 'bigint', 'boolean', 'a valid Date', 'null'],
		next: 'pass money and other decimals as text',
	})
}

function describe(value: unknown): string {
	return typeof value === 'number' ? `the number ${value}` : `a value of type ${Object.prototype.toString.call(value)}`
}
