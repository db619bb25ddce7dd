import type { BreakCode } from '../models/break-code.ts'
import { addressOf } from './address.ts'
import { breakCodeIsPossible } from './break-codes.ts'
import { customerPath } from './columns.ts'
import type { Systems } from './systems.ts'

/** What a check is about beside its own rows: the codes of the breaks that it judges, and the reports that list what it finds. */
type Relation = { codes?: readonly BreakCode[]; reports?: readonly string[] }

/** A place to look on, with its words. */
export type Place = { text: string; href: string }

const carried = ['timing', 'not_ordered', 'awaiting_approval', 'not_invoiced', 'partly_invoiced', 'deferred'] as const

/** The written checks by name; a test compares them with `models/checks`. */
export const relations: Readonly<Record<string, Relation>> = {
	amounts_have_a_rate: { reports: ['bookings-vs-revenue'] },
	billings_roll_forward_proves_itself: { reports: ['billings-roll-forward'] },
	breaks_add_up_to_the_variance: { reports: ['bridge', 'bookings-vs-revenue'] },
	cells_hold_all_bookings_and_revenue: { reports: ['bookings-vs-revenue'] },
	chains_add_up_to_the_deal: { reports: ['chain'] },
	coverage_has_no_unexpected_gap: { codes: ['not_ordered', 'missing_in_crm'], reports: ['coverage'] },
	crm_and_erp_rates_agree: { codes: ['exchange_rate'] },
	crm_rates_reach_the_reporting_currency: { codes: ['exchange_rate'], reports: ['bookings-vs-revenue'] },
	customers_are_linked: { codes: ['wrong_customer', 'missing_in_crm'], reports: ['exceptions'] },
	deals_have_a_currency: { reports: ['bookings-vs-revenue'] },
	deal_and_order_values_agree: { codes: ['price', 'quantity', 'discount'], reports: ['chain'] },
	deal_products_are_known_to_the_erp: { codes: ['not_ordered', 'price', 'quantity'], reports: ['chain'] },
	documents_add_up: { codes: ['price', 'deferred'], reports: ['chain'] },
	documents_use_the_erps_rate: { codes: ['exchange_rate'] },
	legal_entities_have_their_code: { codes: ['wrong_entity'], reports: ['bookings-vs-revenue'] },
	lines_have_their_document: { reports: ['chain'] },
	open_breaks_are_within_their_limit: { codes: carried, reports: ['carried-items', 'ageing'] },
	posting_periods_fit_the_calendar: { codes: ['timing'], reports: ['close-calendar'] },
	product_codes_are_of_products: { reports: ['chain'] },
	rates_of_several_systems_agree: { codes: ['exchange_rate'] },
	recognition_terms_tell_their_part: { reports: ['computed-revenue'] },
	records_fall_in_a_period: { reports: ['bookings-vs-revenue'] },
	records_use_the_currency_of_their_connection: { reports: ['records', 'bookings-vs-revenue'] },
	revenue_follows_its_rule: { codes: ['deferred'], reports: ['computed-revenue'] },
	reporting_amounts_add_up: { codes: ['exchange_rate', 'rounding'], reports: ['bookings-vs-revenue'] },
	roll_forward_proves_itself: { codes: carried, reports: ['roll-forward'] },
	rounding_is_small: { codes: ['rounding'] },
	shared_fields_agree: { reports: ['field-drift'] },
	shares_add_up_to_the_line: { reports: ['chain'] },
	totals_tie_to_the_systems_reports: { reports: ['tie-out', 'records'] },
	unexplained_is_below_materiality: { codes: ['unexplained'] },
}

/** The checks that judge breaks of a code, in order of name. */
export function checksOfCode(code: string, systems: Systems): string[] {
	return Object.keys(relations).filter((name) => codesOfCheck(name, systems).includes(code))
}

/** The codes of the breaks that a check judges; where no system has sales orders, what is not ordered is not invoiced. */
export function codesOfCheck(check: string, systems: Systems): readonly string[] {
	const codes = (relations[check]?.codes ?? []).map((code) =>
		code === 'not_ordered' && !breakCodeIsPossible(code, systems) ? 'not_invoiced' : code,
	)
	return [...new Set(codes)].filter((code) => breakCodeIsPossible(code, systems))
}

/** The reports and lists, by name, that show what a check finds. `error_rate.<stream>` and `<model>.key` are generated. */
export function reportsOfCheck(check: string): readonly string[] {
	return relations[check]?.reports ?? []
}

/** Where a row that a check found can be looked at: the column that names a record leads to its page. */
export function placeOfColumn(column: string, value: string): string | undefined {
	if (column === 'break_id') return addressOf(['break', value])
	if (column === 'customer_id') return customerPath(value) ?? undefined
	if (column === 'period_id') return addressOf(['month', value])
	if (column === 'item_id') return addressOf(['breaks'], { item_id: value })
	if (column === 'invoice_line_id') return addressOf(['reports', 'computed-revenue'], { invoice_line_id: value })
	if (column === 'exception_id') return addressOf(['reports', 'exceptions'], { exception_id: value })
	if (column === 'opportunity_id' || column === 'order_id' || column === 'invoice_id')
		return addressOf(['breaks'], { [column]: value })
	return undefined
}
