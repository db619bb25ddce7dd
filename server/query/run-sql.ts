import type { Session } from '../../models/warehouse.ts'
import type { SqlAnswer } from './messages.ts'

/**
 * Runs one statement that passed the gate. Values are text as DuckDB prints them, exact; reading stops at the limits, and the
 * answer says so.
 */
export async function runSql(
	session: Session,
	sql: string,
	limits: { rows: number; bytes: number },
): Promise<SqlAnswer> {
	const { columns, batches } = await session.stream(sql)
	const rows: (string | null)[][] = []
	let bytes = 0
	for await (const batch of batches) {
		for (const values of batch) {
			if (rows.length === limits.rows || bytes > limits.bytes) return { columns, rows, isCut: true }
			const row = values.map(valueText)
			for (const value of row) bytes += value?.length ?? 4
			rows.push(row)
		}
	}
	return { columns, rows, isCut: false }
}

function valueText(value: unknown): string | null {
	if (value === null || value === undefined) return null
	return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
