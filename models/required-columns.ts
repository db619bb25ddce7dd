import { breakCodes } from './break-code.ts'

/**
 * Columns of the published tables that are never null, by table: every model gives them in every row, and reports rely on it
 * (models/schema.ts). DuckDB does not know which columns these are; `test/examples/halden.test.ts` looks at rows.
 */
export const requiredColumns: Readonly<Record<string, readonly string[]>> = {
	'marts.periods': ['period_id', 'start_date', 'end_date', 'is_complete'],
	'marts.period_closes': [
		'period_id',
		'legal_entity',
		'start_date',
		'end_date',
		'time_zone',
		'ends_at',
		'has_ended',
		'due_date',
	],
	'marts.cells': cellColumns(),
	'marts.bookings_vs_revenue': [...cellColumns(), ...breakCodes.map((code) => `${code}_amount`)],
	'marts.breaks': [
		'break_id',
		'item_id',
		'code',
		'explanation',
		'period_id',
		'customer_id',
		'customer_name',
		'currency',
		'legal_entity',
		'amount',
		'is_carried',
	],
	'marts.roll_forward': [
		'period_id',
		'code',
		'currency',
		'opening_amount',
		'new_amount',
		'cleared_amount',
		'closing_amount',
		'item_count',
	],
	'marts.chain': ['chain_id', 'customer_id', 'customer_name', 'legal_entity'],
	'marts.customer_360': ['customer_id', 'customer_name', 'reporting_currency', 'problem_count'],
	'marts.customer_links': ['customer_id', 'source_customer_id', 'source'],
	'marts.exceptions': ['exception_id', 'kind', 'subject_id', 'explanation'],
	'marts.coverage': ['measure'],
	'marts.records': [
		'object',
		'record_id',
		'document_id',
		'source',
		'source_id',
		'period_id',
		'customer_id',
		'legal_entity',
		'is_counted',
	],
	'marts.field_drift': ['customer_id', 'source_customer_id', 'field', 'owner'],
	'tieout.generation': ['generation', 'built_at', 'loaded_until', 'content_hash'],
	'tieout.runs': ['run_id', 'outcome', 'started_at'],
	'tieout.certificates': ['run_id', 'connection', 'stream', 'verdict', 'certified_at'],
	'tieout.freshness': ['connection', 'stream', 'status'],
	'tieout.checks': ['check_name', 'severity', 'is_blocking', 'status', 'checked_at'],
	'tieout.models': ['name', 'layer'],
	'tieout.entities': ['connection', 'kind', 'title', 'role', 'entity', 'columns', 'has_page'],
}

function cellColumns(): string[] {
	return [
		'period_id',
		'customer_id',
		'customer_name',
		'currency',
		'legal_entity',
		'bookings_amount',
		'billings_amount',
		'revenue_amount',
		'variance_amount',
		'reporting_currency',
		'is_validated',
	]
}
