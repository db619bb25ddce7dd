import type { Row } from '../../model-cases/book.ts'

const rate = (id: string, kind: string, from: string, to: string, start: string, value: number): Row => ({
	exchange_rate_id: `${kind === 'crm' ? 'salesforce' : 'netsuite'}:${id}`,
	kind,
	from_currency: from,
	to_currency: to,
	start_date: start,
	rate: value,
})

/**
 * The company whose contracts are told: two products in cases of 12, one in cases of 6, one without a table of units (K), and two that
 * no deal has (R, Z); rates that change within the quarter, a corporate currency with most of the rates, and CHF without any.
 */
export const company: ReadonlyMap<string, readonly Row[]> = new Map(
	Object.entries({
		'canonical.products': [
			...['P', 'Q', 'S', 'K'].map((code) => ({ product_id: `salesforce:${code}`, code, name: code })),
			...['K', 'Z'].map((code) => ({ product_id: `netsuite:${code}`, code, name: code })),
			...Object.entries({ P: 'P', Q: 'Quux 1', R: 'R' }).map(([code, written]) => ({
				product_id: `netsuite:${code}`,
				code: written,
				name: code,
				unit_group: 'netsuite:u',
			})),
			{ product_id: 'netsuite:S', code: ' s', name: 'S', unit_group: 'netsuite:v' },
		],
		'canonical.units': [
			{ unit_id: 'netsuite:u:1', unit_group: 'netsuite:u', unit: 'Each', base_quantity: 1 },
			{ unit_id: 'netsuite:u:2', unit_group: 'netsuite:u', unit: 'Case', base_quantity: 12 },
			{ unit_id: 'netsuite:v:1', unit_group: 'netsuite:v', unit: 'Each', base_quantity: 1 },
			{ unit_id: 'netsuite:v:2', unit_group: 'netsuite:v', unit: 'Case', base_quantity: 6 },
		],
		'canonical.exchange_rates': [
			rate('1', 'crm', 'EUR', 'USD', '2026-01-01', 1.1),
			rate('2', 'crm', 'USD', 'EUR', '2026-01-01', 0.9090909091),
			rate('3', 'crm', 'EUR', 'USD', '2026-02-05', 1.1234567891),
			rate('4', 'crm', 'USD', 'EUR', '2026-02-05', 0.8901098901),
			rate('5', 'crm', 'GBP', 'USD', '2026-01-01', 1.31),
			rate('6', 'crm', 'USD', 'GBP', '2026-01-01', 0.7633587786),
			rate('7', 'crm', 'JPY', 'USD', '2026-01-01', 0.0066),
			rate('8', 'crm', 'USD', 'JPY', '2026-01-01', 151.5151515152),
			rate('9', 'crm', 'KWD', 'USD', '2026-01-01', 3.25),
			rate('10', 'crm', 'USD', 'KWD', '2026-01-01', 0.3076923077),
			rate('1', 'erp', 'EUR', 'USD', '2026-01-01', 1.12),
			rate('2', 'erp', 'EUR', 'USD', '2026-02-11', 1.14),
			rate('3', 'erp', 'GBP', 'USD', '2026-01-01', 1.3),
			rate('4', 'erp', 'JPY', 'USD', '2026-01-01', 0.0067),
			rate('5', 'erp', 'KWD', 'USD', '2026-01-01', 3.24),
			rate('6', 'erp', 'USD', 'EUR', '2026-01-01', 0.89),
			rate('7', 'erp', 'USD', 'EUR', '2026-02-11', 0.88),
			rate('8', 'erp', 'GBP', 'EUR', '2026-01-01', 1.16),
			rate('9', 'erp', 'JPY', 'EUR', '2026-01-01', 0.006),
			rate('10', 'erp', 'KWD', 'EUR', '2026-01-01', 2.9),
			rate('11', 'erp', 'EUR', 'USD', '2026-03-01', 0),
			rate('i1', 'erp_inverse', 'USD', 'EUR', '2026-01-01', 0.8928571429),
			rate('i2', 'erp_inverse', 'USD', 'EUR', '2026-02-11', 0.8771929825),
			rate('i3', 'erp_inverse', 'USD', 'GBP', '2026-01-01', 0.7692307692),
			rate('i4', 'erp_inverse', 'USD', 'JPY', '2026-01-01', 149.2537313433),
			rate('i5', 'erp_inverse', 'USD', 'KWD', '2026-01-01', 0.3086419753),
			rate('i6', 'erp_inverse', 'EUR', 'USD', '2026-01-01', 1.1235955056),
			rate('i7', 'erp_inverse', 'EUR', 'USD', '2026-02-11', 1.1363636364),
			rate('i8', 'erp_inverse', 'EUR', 'GBP', '2026-01-01', 0.8620689655),
			rate('i9', 'erp_inverse', 'EUR', 'JPY', '2026-01-01', 166.6666666667),
			rate('i10', 'erp_inverse', 'EUR', 'KWD', '2026-01-01', 0.3448275862),
		],
		'canonical.legal_entities': [
			{ legal_entity_id: 'netsuite:1', name: 'Acme Inc', currency: 'USD' },
			{ legal_entity_id: 'netsuite:2', name: 'Acme GmbH', currency: 'EUR' },
		],
		'staging.stg_tieout__legal_entity_codes': [
			{ legal_entity: 'US', connection: 'salesforce', reference: 'US' },
			{ legal_entity: 'DE', connection: 'salesforce', reference: 'DE' },
			{ legal_entity: 'US', connection: 'netsuite', reference: '1' },
			{ legal_entity: 'DE', connection: 'netsuite', reference: '2' },
		],
		'staging.stg_tieout__product_codes': [{ erp_code: 'Quux 1', crm_code: 'Q' }],
		'staging.stg_tieout__currencies': [
			...['USD', 'EUR', 'GBP', 'CHF'].map((currency) => ({ currency, minor_digits: 2 })),
			{ currency: 'JPY', minor_digits: 0 },
			{ currency: 'KWD', minor_digits: 3 },
		],
		'staging.stg_tieout__periods': [
			{ period_id: '2026-01', start_date: '2026-01-01', end_date: '2026-01-31', is_calendar_month: true },
			{ period_id: '2026-02', start_date: '2026-02-01', end_date: '2026-02-28', is_calendar_month: true },
			{ period_id: '2026-03', start_date: '2026-03-01', end_date: '2026-03-31', is_calendar_month: true },
		],
	}),
)
