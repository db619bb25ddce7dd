import { columns } from '../../columns.ts'
import type { Stream } from '../../source.ts'
import type { Condition } from './request.ts'

/**
 * Stamps are made before the commit, a second and more; the overlap is for the hour that comes twice in autumn, as stamps have no zone.
 * Seconds.
 */
const modified = { column: 'modified', heldBack: 60, overlap: 2 * 3600 }

const freshness = { warn: 24 * 60, error: 48 * 60 }
const hourly = { warn: 60, error: 240 }
const daily = 24 * 60

const stamps = 'creation:local_datetime modified:local_datetime'

/** Taxes, and what else is charged on a document as a whole: freight, on an income account. */
const charges = `
	name parent idx:integer modified:local_datetime charge_type account_head description tax_amount_after_discount_amount:amount
	base_tax_amount_after_discount_amount:amount`

/** The child DocTypes: whose table each stream is. A list of them is asked for with `parent=`. */
export const parentOf: Record<string, string> = {
	customer_accounts: 'Customer',
	customer_credit_limits: 'Customer',
	contact_links: 'Contact',
	item_units: 'Item',
	order_lines: 'Sales Order',
	order_charges: 'Sales Order',
	invoice_lines: 'Sales Invoice',
	invoice_charges: 'Sales Invoice',
	payment_references: 'Payment Entry',
	journal_lines: 'Journal Entry',
}

/**
 * Documents that are still open: their totals and states change by SQL that leaves `modified` where it was (frappe/erpnext#32519, #25655),
 * so they are read again in every run.
 */
export const openDocuments: Record<string, Condition[]> = {
	orders: [['status', 'in', ['To Deliver and Bill', 'To Bill', 'To Deliver', 'On Hold']]],
	invoices: [
		[
			'status',
			'in',
			[
				'Unpaid',
				'Overdue',
				'Partly Paid',
				'Unpaid and Discounted',
				'Partly Paid and Discounted',
				'Overdue and Discounted',
			],
		],
	],
	payments: [['unallocated_amount', '>', 0]],
}

/** What an ordinary company may have none of: one currency, no taxes, prices that people type in. */
const optional = [
	'customer_accounts',
	'customer_credit_limits',
	'item_prices',
	'order_charges',
	'invoice_charges',
	'journals',
	'journal_lines',
	'currency_exchanges',
]

/** What a company that writes no Sales Orders has none of. */
export const orderStreams = ['orders', 'order_lines', 'order_charges']

/** ERPNext's DocTypes. Booleans are 0 and 1; amounts are floats of the server, 15 digits; stamps are in the site's zone. */
export const erpnextStreams: Stream[] = [
	renamable(
		'customers',
		'Customer',
		`
		name ${stamps} customer_name customer_type customer_group territory tax_id default_currency website email_id mobile_no
		payment_terms account_manager customer_primary_address disabled:integer
		*crm_account_id=crm_account_id *role=party_role *segment=customer_segment`,
	),
	child('customer_accounts', 'Party Account', 'name parent idx:integer company account modified:local_datetime'),
	child(
		'customer_credit_limits',
		'Customer Credit Limit',
		'name parent company credit_limit:amount modified:local_datetime',
	),
	changed(
		'addresses',
		'Address',
		'name modified:local_datetime address_line1 address_line2 city state pincode country email_id phone',
	),
	changed('contacts', 'Contact', `name ${stamps} first_name last_name email_id designation`),
	{
		...child('contact_links', 'Dynamic Link', 'name parent link_doctype link_name modified:local_datetime'),
		filter: '[["parenttype","=","Contact"],["link_doctype","=","Customer"]]',
	},
	renamable('items', 'Item', `name ${stamps} item_name item_group stock_uom valuation_rate:price disabled:integer`),
	child(
		'item_units',
		'UOM Conversion Detail',
		'name parent idx:integer uom conversion_factor:rate modified:local_datetime',
	),
	{
		...changed(
			'item_prices',
			'Item Price',
			`name ${stamps} item_code uom price_list price_list_rate:price currency:currency valid_from:date valid_upto:date`,
		),
		filter: '[["selling","=",1]]',
	},
	{
		...changed(
			'orders',
			'Sales Order',
			`
			name ${stamps} docstatus:integer customer company transaction_date:date delivery_date:date currency:currency
			conversion_rate:rate net_total:amount base_net_total:amount total_taxes_and_charges:amount grand_total:amount
			rounded_total:amount status per_billed:quantity po_no amended_from shipping_address_name tax_category
			*workflow_state=workflow_state *crm_opportunity_id=crm_opportunity_id *channel=sales_channel *bill_to=bill_to_customer`,
		),
		money: { amount: 'grand_total', currency: 'currency' },
		freshness: hourly,
	},
	{
		...child(
			'order_lines',
			'Sales Order Item',
			`
			name parent idx:integer docstatus:integer modified:local_datetime item_code item_name qty:quantity uom
			conversion_factor:rate price_list_rate:price discount_percentage:rate rate:price amount:amount net_rate:price
			net_amount:amount base_net_amount:amount *unit_price=price_list_rate:price *crm_line=crm_line_id`,
		),
		freshness: hourly,
	},
	{
		...child('order_charges', 'Sales Taxes and Charges', charges),
		filter: '[["parenttype","=","Sales Order"]]',
		freshness: hourly,
	},
	{
		...changed(
			'invoices',
			'Sales Invoice',
			`
			name ${stamps} modified_by docstatus:integer customer company posting_date:date due_date:date currency:currency conversion_rate:rate
			net_total:amount base_net_total:amount total_taxes_and_charges:amount grand_total:amount rounded_total:amount
			outstanding_amount:amount party_account_currency:currency status is_return:integer return_against is_debit_note:integer
			is_opening amended_from po_no shipping_address_name tax_category
			*update_outstanding_for_self=update_outstanding_for_self:integer *crm_opportunity_id=crm_opportunity_id
			*channel=sales_channel`,
		),
		money: { amount: 'grand_total', currency: 'currency' },
		freshness: hourly,
	},
	{
		...child(
			'invoice_lines',
			'Sales Invoice Item',
			`
			name parent idx:integer docstatus:integer modified:local_datetime item_code item_name qty:quantity uom
			conversion_factor:rate price_list_rate:price discount_percentage:rate rate:price amount:amount net_rate:price
			net_amount:amount base_net_amount:amount sales_order so_detail income_account enable_deferred_revenue:integer
			deferred_revenue_account service_start_date:date service_end_date:date
			*unit_price=price_list_rate:price *sales_invoice_item=sales_invoice_item
			*service_stop_date=service_stop_date:date *crm_line=crm_line_id`,
		),
		freshness: hourly,
	},
	{
		...child('invoice_charges', 'Sales Taxes and Charges', charges),
		filter: '[["parenttype","=","Sales Invoice"]]',
		freshness: hourly,
	},
	{
		...changed(
			'payments',
			'Payment Entry',
			`
			name ${stamps} docstatus:integer payment_type party_type party company posting_date:date paid_amount:amount
			received_amount:amount paid_from_account_currency:currency paid_to_account_currency:currency
			source_exchange_rate:rate target_exchange_rate:rate unallocated_amount:amount reference_no`,
		),
		money: { amount: 'paid_amount', currency: 'paid_from_account_currency' },
		freshness: hourly,
	},
	child(
		'payment_references',
		'Payment Entry Reference',
		'name parent idx:integer modified:local_datetime reference_doctype reference_name allocated_amount:amount exchange_rate:rate',
	),
	changed(
		'journals',
		'Journal Entry',
		`name ${stamps} docstatus:integer company posting_date:date voucher_type total_debit:amount user_remark`,
	),
	child(
		'journal_lines',
		'Journal Entry Account',
		`
		name parent idx:integer modified:local_datetime account party_type party account_currency debit:amount credit:amount
		debit_in_account_currency:price credit_in_account_currency:price reference_type reference_name user_remark
		*reference_detail_no=reference_detail_no`,
	),
	{
		...changed(
			'gl_entries',
			'GL Entry',
			`
			name ${stamps} posting_date:date account party_type party company debit:amount credit:amount account_currency
			debit_in_account_currency:price credit_in_account_currency:price voucher_type voucher_no voucher_detail_no
			against_voucher_type against_voucher is_cancelled:integer remarks ?to_rename:integer *transaction_currency=transaction_currency
			*debit_in_transaction_currency=debit_in_transaction_currency:price
			*credit_in_transaction_currency=credit_in_transaction_currency:price`,
		),
		// Credits are in the company's own currency, of which there is one a company.
		money: { amount: 'credit', currency: 'company' },
		deletedBy: ['voucher_no'],
		// A repost deletes what a voucher posted and writes it anew; an entry's first name gives way to that of its series.
		isReplaced: true,
		sweep: daily,
		freshness: hourly,
	},
	{
		// What ERPNext adds up itself (docs/tie-out.md), read as often as what it adds up.
		...whole('ledger_totals', 'GL Entry', 'company account posting_date:date credits:amount debits:amount'),
		key: ['company', 'account', 'posting_date'],
		freshness: hourly,
	},
	whole(
		'accounts',
		'Account',
		'name account_name account_number company root_type account_type account_currency is_group:integer',
	),
	whole('companies', 'Company', 'name company_name abbr default_currency:currency country parent_company'),
	whole('countries', 'Country', 'name code'),
	withInverse(
		changed(
			'currency_exchanges',
			'Currency Exchange',
			`
			name modified:local_datetime date:date from_currency:currency to_currency:currency exchange_rate:rate
			*for_selling=for_selling:integer`,
		),
	),
	changed('users', 'User', 'name modified:local_datetime full_name email enabled:integer'),
]

/** A DocType with a stamp, known by its name. */
function changed(name: string, object: string, list: string): Stream {
	const stream: Stream = { name, object, key: ['name'], columns: columns(list, same), cursor: modified, freshness }
	return optional.includes(name) ? { ...stream, mayBeEmpty: true } : stream
}

/** What people rename, or merge by renaming: neither is stamped nor told, so that names are compared every day. */
function renamable(name: string, object: string, list: string): Stream {
	return { ...changed(name, object, list), sweep: daily }
}

/**
 * Rows of a child table go with their document when it is deleted. One taken out of a document that stays is told by nothing but its
 * absence: their names are compared every day, and whenever a run that brought rows counts fewer than are here.
 */
function child(name: string, object: string, list: string): Stream {
	return { ...changed(name, object, list), deletedBy: ['parent'], isReplaced: true, sweep: daily }
}

/** A small DocType that is read whole each time. */
function whole(name: string, object: string, list: string): Stream {
	return { ...changed(name, object, list), cursor: null }
}

/** Rates are units of the second currency per 1 of the first; their inverse lands beside them. */
function withInverse(stream: Stream): Stream {
	const inverse = { field: '', type: 'rate' as const, inverseOf: 'exchange_rate' }
	return { ...stream, columns: { ...stream.columns, exchange_rate_inverse: inverse } }
}

function same(field: string): string {
	return field
}
