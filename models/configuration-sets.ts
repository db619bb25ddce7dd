/** The `raw.tieout__<name>` tables and their columns beside `_set` and `_loaded_at`, all varchar (docs/architecture.md). */
export const configurationSets = {
	connections: [
		'connection',
		'kind',
		'role',
		'reference_form',
		'time_zone',
		'record_url',
		'has_orders',
		'revenue_from',
		'currency',
		'legal_entity',
		'place',
		'tables',
	],
	record_links: ['connection', 'object', 'url'],
	periods: [
		'period_id',
		'start_date',
		'end_date',
		'fiscal_year',
		'fiscal_quarter',
		'period_number',
		'starts_at',
		'ends_at',
	],
	period_closes: ['period_id', 'legal_entity', 'time_zone', 'ends_at', 'due_date', 'starts_at'],
	legal_entities: ['legal_entity', 'connection', 'reference'],
	product_codes: ['crm_code', 'erp_code'],
	scope: ['rule', 'value', 'currency'],
	currencies: ['currency', 'minor_digits'],
	settings: ['name', 'value'],
	decisions: ['kind', 'crm_id', 'erp_id', 'reason', 'decided_by', 'decided_at'],
	field_owners: ['entity', 'field', 'owner', 'tolerance'],
} as const

export type ConfigurationSet = keyof typeof configurationSets
