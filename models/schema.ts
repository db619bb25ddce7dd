/**
 * The tables of a published generation, as Kysely reads them: decimals, dates and timestamps (UTC) are text, counts and whole
 * numbers are text or safe integers. Columns and their meaning: docs/architecture.md, "marts".
 */
export type Schema = {
	'marts.periods': PeriodTable
	'marts.cells': CellTable
	'marts.bookings_vs_revenue': BookingsVsRevenueTable
	'marts.breaks': BreakTable
	'marts.roll_forward': RollForwardTable
	'marts.chain': ChainTable
	'marts.customer_360': Customer360Table
	'marts.customer_links': CustomerLinkTable
	'marts.exceptions': ExceptionTable
	'marts.coverage': CoverageTable
	'marts.field_drift': FieldDriftTable
	'tieout.generation': GenerationTable
	'tieout.runs': RunTable
	'tieout.certificates': CertificateTable
	'tieout.freshness': FreshnessTable
	'tieout.checks': CheckTable
	'tieout.models': ModelTable
}

/** A count or other whole number: DuckDB gives an INTEGER as a number and a BIGINT as text. */
export type Count = number | string

/** Every break code, in the order in which differences are split. */
export type BreakCode =
	| 'timing'
	| 'not_ordered'
	| 'awaiting_approval'
	| 'not_invoiced'
	| 'partly_invoiced'
	| 'missing_in_crm'
	| 'price'
	| 'quantity'
	| 'unit_of_measure'
	| 'discount'
	| 'tax_or_freight'
	| 'exchange_rate'
	| 'currency_mismatch'
	| 'duplicate'
	| 'cancelled_or_credited'
	| 'wrong_customer'
	| 'wrong_entity'
	| 'deferred'
	| 'out_of_scope'
	| 'rounding'
	| 'unexplained'

/** `marts.periods`. */
export type PeriodTable = {
	period_id: string
	start_date: string
	end_date: string
	is_complete: boolean
}

/** `marts.cells`. */
export type CellTable = {
	period_id: string
	customer_id: string
	customer_name: string
	currency: string
	legal_entity: string
	bookings_amount: string
	billings_amount: string
	revenue_amount: string
	variance_amount: string
	reporting_currency: string
	bookings_reporting_amount: string | null
	billings_reporting_amount: string | null
	revenue_reporting_amount: string | null
	variance_reporting_amount: string | null
	policy_rate: string | null
	is_validated: boolean
}

/** `marts.bookings_vs_revenue`. */
export type BookingsVsRevenueTable = CellTable & { [column in `${BreakCode}_amount`]: string }

/** `marts.breaks`. */
export type BreakTable = {
	break_id: string
	item_id: string
	code: string
	cause: string | null
	explanation: string
	period_id: string
	customer_id: string
	customer_name: string
	currency: string
	legal_entity: string
	amount: string
	reporting_amount: string | null
	is_carried: boolean
	opened_date: string | null
	age_days: Count | null
	crm_value: string | null
	erp_value: string | null
	opportunity_id: string | null
	opportunity_line_id: string | null
	order_id: string | null
	invoice_id: string | null
	document_id: string | null
	document_number: string | null
	deal_name: string | null
	owner_name: string | null
	crm_url: string | null
	erp_url: string | null
}

/** `marts.roll_forward`. */
export type RollForwardTable = {
	period_id: string
	code: string
	currency: string
	opening_amount: string
	new_amount: string
	cleared_amount: string
	closing_amount: string
	item_count: Count
	oldest_date: string | null
}

/** `marts.chain`. */
export type ChainTable = {
	chain_id: string
	opportunity_id: string | null
	opportunity_line_id: string | null
	deal_name: string | null
	customer_id: string
	customer_name: string
	legal_entity: string
	close_date: string | null
	period_id: string | null
	currency: string | null
	product_code: string | null
	product_name: string | null
	quantity: string | null
	booked_amount: string | null
	order_id: string | null
	order_number: string | null
	ordered_amount: string | null
	order_currency: string | null
	invoiced_amount: string | null
	credited_amount: string | null
	paid_amount: string | null
	recognised_amount: string | null
	first_invoice_date: string | null
	last_invoice_date: string | null
	won_at: string | null
	ordered_at: string | null
	won_to_order_minutes: Count | null
	won_to_order_bucket: string | null
	link_evidence: string | null
}

/** `marts.customer_360`. */
export type Customer360Table = {
	customer_id: string
	customer_name: string
	crm_account_id: string | null
	crm_url: string | null
	erp_customer_ids: string | null
	erp_url: string | null
	owner_name: string | null
	segment: string | null
	country: string | null
	currency: string | null
	match_tier: string | null
	match_evidence: string | null
	matched_since: string | null
	pipeline_amount: string | null
	bookings_amount: string | null
	billings_amount: string | null
	revenue_amount: string | null
	margin_amount: string | null
	open_amount: string | null
	overdue_amount: string | null
	reporting_currency: string
	crm_last_activity_date: string | null
	erp_last_activity_date: string | null
	problem_count: Count
	worst_problem: string | null
}

/** `marts.customer_links`. */
export type CustomerLinkTable = {
	customer_id: string
	source_customer_id: string
	source: string
	number: string | null
	name: string | null
	legal_entity: string | null
	role: string | null
	tier: string | null
	evidence: string | null
	since: string | null
	crm_url: string | null
}

/** `marts.exceptions`. */
export type ExceptionTable = {
	exception_id: string
	kind: string
	subject_id: string
	subject_name: string | null
	candidates: string | null
	explanation: string
	owner_name: string | null
}

/** `marts.coverage`. */
export type CoverageTable = {
	measure: string
	crm_count: Count | null
	erp_count: Count | null
	matched_count: Count | null
	expected_gap_count: Count | null
	unexplained_gap_count: Count | null
}

/** `marts.field_drift`. */
export type FieldDriftTable = {
	customer_id: string
	source_customer_id: string
	field: string
	owner: string
	owner_value: string | null
	copy_value: string | null
	owner_changed_at: string | null
	copy_changed_at: string | null
}

/** `tieout.generation`. */
export type GenerationTable = {
	generation: Count
	built_at: string
	loaded_until: string
	extracted_until: string | null
	content_hash: string
}

/** `tieout.runs`. */
export type RunTable = {
	run_id: string
	trigger: string | null
	outcome: string
	started_at: string
	finished_at: string | null
	generation: Count | null
	rows_landed: Count | null
	rows_loaded: Count | null
	rows_quarantined: Count | null
	error: string | null
	next_step: string | null
}

/** `tieout.certificates`. */
export type CertificateTable = {
	run_id: string
	connection: string
	stream: string
	verdict: string
	reason: string | null
	source_rows: Count | null
	landed_rows: Count | null
	loaded_rows: Count | null
	quarantined_rows: Count | null
	money: string | null
	certified_at: string
}

/** `tieout.freshness`. */
export type FreshnessTable = {
	connection: string
	stream: string
	watermark: string | null
	age_minutes: Count | null
	warn_minutes: Count | null
	error_minutes: Count | null
	status: string
	owner: string | null
}

/** `tieout.checks`. */
export type CheckTable = {
	check_name: string
	owner: string | null
	severity: string
	is_blocking: boolean
	status: string
	problem_count: Count | null
	explanation: string | null
	sql: string | null
	checked_at: string
}

/** `tieout.models`. */
export type ModelTable = {
	name: string
	layer: string
	one_row_per: string | null
	key: string | null
	owner: string | null
	columns: string | null
	reads: string | null
	sql: string | null
	row_count: Count | null
	built_at: string | null
}
