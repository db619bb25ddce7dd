import type { CheckResult } from './check.ts'
import type { Session } from './session.ts'
import { identifier } from './sql-text.ts'

/** Columns and SQL types of the `tieout.*` tables of a published file (docs/architecture.md). */
export const historyTables = {
	generation: {
		generation: 'bigint',
		built_at: 'timestamp',
		loaded_until: 'timestamp',
		extracted_until: 'timestamp',
		content_hash: 'varchar',
	},
	runs: {
		run_id: 'varchar',
		trigger: 'varchar',
		outcome: 'varchar',
		started_at: 'timestamp',
		finished_at: 'timestamp',
		generation: 'bigint',
		rows_landed: 'bigint',
		rows_loaded: 'bigint',
		rows_quarantined: 'bigint',
		error: 'varchar',
		next_step: 'varchar',
	},
	certificates: {
		run_id: 'varchar',
		connection: 'varchar',
		stream: 'varchar',
		verdict: 'varchar',
		reason: 'varchar',
		source_rows: 'bigint',
		landed_rows: 'bigint',
		loaded_rows: 'bigint',
		quarantined_rows: 'bigint',
		money: 'varchar',
		certified_at: 'timestamp',
	},
	freshness: {
		connection: 'varchar',
		stream: 'varchar',
		watermark: 'timestamp',
		age_minutes: 'bigint',
		warn_minutes: 'bigint',
		error_minutes: 'bigint',
		status: 'varchar',
		owner: 'varchar',
		within: 'varchar',
		outcome: 'varchar',
		problem: 'varchar',
		next_step: 'varchar',
		feeds: 'varchar',
		is_read: 'boolean',
		is_empty: 'boolean',
	},
	checks: {
		check_name: 'varchar',
		owner: 'varchar',
		severity: 'varchar',
		is_blocking: 'boolean',
		status: 'varchar',
		problem_count: 'bigint',
		explanation: 'varchar',
		sample: 'varchar',
		sql: 'varchar',
		checked_at: 'timestamp',
	},
	models: {
		name: 'varchar',
		layer: 'varchar',
		one_row_per: 'varchar',
		key: 'varchar',
		owner: 'varchar',
		columns: 'varchar',
		reads: 'varchar',
		sql: 'varchar',
		row_count: 'bigint',
		built_at: 'timestamp',
	},
	entities: {
		connection: 'varchar',
		kind: 'varchar',
		title: 'varchar',
		role: 'varchar',
		entity: 'varchar',
		columns: 'varchar',
		kinds: 'varchar',
		has_page: 'boolean',
	},
} as const

export type HistoryTable = keyof typeof historyTables

/** `tieout.freshness` for a `from`, of a generation of any release: what an earlier one does not say is empty. */
export const freshnessOfAnyRelease = `(select * from tieout.freshness union all by name select ${Object.entries(
	historyTables.freshness,
)
	.map(([name, type]) => `cast(null as ${type}) as ${name}`)
	.join(', ')} where false)`
/** Rows by column; what a row leaves out is null. Numbers whole, timestamps UTC text. */
export type HistoryRow = Record<string, string | number | boolean | null | undefined>

/** Creates `tieout.<name>` in the open file with these rows, in their order. */
export async function writeHistory(session: Session, name: HistoryTable, rows: readonly HistoryRow[]): Promise<void> {
	const columns = Object.entries(historyTables[name])
	await session.run(
		`create table tieout.${name} (${columns.map(([column, type]) => `${identifier(column)} ${type}`).join(', ')})`,
	)
	if (rows.length === 0) return
	const values = columns.map(([, type], index) => `unnest(cast($${index + 1} as ${type}[]))`)
	const parameters = columns.map(([column]) => rows.map((row) => textOf(row[column])))
	await session.run(`insert into tieout.${name} select ${values.join(', ')}`, parameters)
}

/** The checks' results as rows of `tieout.checks`. */
export function checkRows(results: readonly CheckResult[]): HistoryRow[] {
	return results.map((result) => ({
		check_name: result.name,
		owner: result.owner,
		severity: result.severity,
		is_blocking: result.isBlocking,
		status: result.status,
		problem_count: result.problemCount,
		explanation: result.explanation,
		sample: result.sample.length > 0 ? JSON.stringify(result.sample) : null,
		sql: result.sql,
		checked_at: result.checkedAt,
	}))
}

function textOf(value: HistoryRow[string]): string | null {
	return value === null || value === undefined ? null : String(value)
}
