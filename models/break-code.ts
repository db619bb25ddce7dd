/** Every break code, in the order in which a difference is split (docs/definitions.md). */
export const breakCodes = [
	'timing',
	'not_ordered',
	'awaiting_approval',
	'not_invoiced',
	'partly_invoiced',
	'missing_in_crm',
	'price',
	'quantity',
	'unit_of_measure',
	'discount',
	'tax_or_freight',
	'exchange_rate',
	'currency_mismatch',
	'duplicate',
	'cancelled_or_credited',
	'wrong_customer',
	'wrong_entity',
	'deferred',
	'out_of_scope',
	'rounding',
	'unexplained',
] as const

/** One of the closed list of break codes. */
export type BreakCode = (typeof breakCodes)[number]
