import type { StoredObject } from '../store.ts'
import type { ValueKind } from '../stored-value.ts'
import type { SchemaEvent } from '../world/schema-events.ts'

/** A field as `frappe.desk.form.load.getdoctype` describes it. `kind`: how the store keeps it. */
export type Field = { name: string; type: string; label: string; kind: ValueKind }

/**
 * A DocType. `parents`: those whose child table it is, with the table's field. `names`: whether they are compared without case and
 * accents (`text`), or are all of one case, as series and made-up ones are (`plain`).
 */
export type Doctype = {
	name: string
	parents: [doctype: string, field: string][]
	names: 'plain' | 'text'
	fields: Field[]
	isSubmittable: boolean
}

/** What every table of frappe has; a list may ask for it like for any field. */
const standard = 'name:Data creation:Datetime modified:Datetime modified_by:Link docstatus:Int'
const ofChild = 'parent:Data parenttype:Data parentfield:Data idx:Int'

const amounts = 'tax_amount_after_discount_amount:Currency base_tax_amount_after_discount_amount:Currency'
const saleLine = `
	item_code:Link item_name:Data qty:Float uom:Link conversion_factor:Float price_list_rate:Currency discount_percentage:Percent
	rate:Currency amount:Currency net_rate:Currency net_amount:Currency base_net_amount:Currency crm_line_id:Data`
const saleHeader = `
	customer:Link customer_name:Data company:Link currency:Link conversion_rate:Float net_total:Currency base_net_total:Currency
	total_taxes_and_charges:Currency grand_total:Currency rounded_total:Currency status:Select po_no:Data amended_from:Link
	shipping_address_name:Link tax_category:Link crm_opportunity_id:Data sales_channel:Select`

/** The DocTypes of the sample company's site, each with the fields that are of use to a reader of its books. */
export const doctypes: Doctype[] = [
	doctype('Company', 'text')`
		company_name:Data abbr:Data default_currency:Link country:Link parent_company:Link is_group:Check`,
	doctype('Country', 'text')`code:Data`,
	doctype('User', 'text')`email:Data full_name:Data enabled:Check`,
	doctype('Account', 'text')`
		account_name:Data account_number:Data company:Link root_type:Select account_type:Select account_currency:Link is_group:Check
		disabled:Check`,
	doctype('Customer', 'text')`
		customer_name:Data customer_type:Select customer_group:Link territory:Link tax_id:Data default_currency:Link website:Data
		email_id:Data mobile_no:Data payment_terms:Link account_manager:Link customer_primary_address:Link is_internal_customer:Check
		disabled:Check crm_account_id:Data party_role:Select customer_segment:Select`,
	doctype('Party Account', 'plain', ['Customer', 'accounts'])`company:Link account:Link`,
	doctype('Customer Credit Limit', 'plain', ['Customer', 'credit_limits'])`company:Link credit_limit:Currency`,
	doctype('Address', 'text')`
		address_title:Data address_type:Select address_line1:Data address_line2:Data city:Data state:Data pincode:Data country:Link
		email_id:Data phone:Data`,
	doctype('Contact', 'text')`first_name:Data last_name:Data email_id:Data designation:Data`,
	doctype('Dynamic Link', 'plain', ['Contact', 'links'])`link_doctype:Link link_name:Data`,
	doctype('Item', 'text')`
		item_code:Data item_name:Data item_group:Link stock_uom:Link is_stock_item:Check standard_rate:Currency
		valuation_rate:Currency disabled:Check`,
	doctype('UOM Conversion Detail', 'plain', ['Item', 'uoms'])`uom:Link conversion_factor:Float`,
	doctype('Item Price', 'plain')`
		item_code:Link uom:Link price_list:Link price_list_rate:Currency currency:Link valid_from:Date valid_upto:Date selling:Check
		buying:Check`,
	doctype('Currency Exchange', 'text')`
		date:Date from_currency:Link to_currency:Link exchange_rate:Float for_buying:Check for_selling:Check`,
	submittable('Sales Order')`
		${saleHeader} transaction_date:Date delivery_date:Date per_billed:Percent workflow_state:Link bill_to_customer:Link`,
	doctype('Sales Order Item', 'plain', ['Sales Order', 'items'])`${saleLine}`,
	doctype('Packed Item', 'plain', ['Sales Order', 'packed_items'], ['Sales Invoice', 'packed_items'])`
		parent_item:Link parent_detail_docname:Data item_code:Link qty:Float uom:Link rate:Currency`,
	doctype('Sales Taxes and Charges', 'plain', ['Sales Order', 'taxes'], ['Sales Invoice', 'taxes'])`
		charge_type:Select account_head:Link description:Data ${amounts}`,
	submittable('Sales Invoice')`
		${saleHeader} posting_date:Date posting_time:Time due_date:Date outstanding_amount:Currency party_account_currency:Link
		is_return:Check return_against:Link is_debit_note:Check is_opening:Select update_outstanding_for_self:Check`,
	doctype('Sales Invoice Item', 'plain', ['Sales Invoice', 'items'])`
		${saleLine} sales_order:Link so_detail:Data income_account:Link enable_deferred_revenue:Check
		deferred_revenue_account:Link service_start_date:Date service_end_date:Date service_stop_date:Date
		sales_invoice_item:Data`,
	submittable('Payment Entry')`
		payment_type:Select party_type:Link party:Data company:Link posting_date:Date paid_from:Link paid_to:Link
		paid_from_account_currency:Link paid_to_account_currency:Link paid_amount:Currency received_amount:Currency
		source_exchange_rate:Float target_exchange_rate:Float unallocated_amount:Currency reference_no:Data`,
	doctype('Payment Entry Reference', 'plain', ['Payment Entry', 'references'])`
		reference_doctype:Link reference_name:Data allocated_amount:Float exchange_rate:Float`,
	submittable('Journal Entry')`
		company:Link posting_date:Date voucher_type:Select total_debit:Currency user_remark:Data`,
	doctype('Journal Entry Account', 'plain', ['Journal Entry', 'accounts'])`
		account:Link party_type:Link party:Data account_currency:Link debit:Currency credit:Currency
		debit_in_account_currency:Currency credit_in_account_currency:Currency reference_type:Select reference_name:Data
		reference_detail_no:Data user_remark:Data`,
	doctype('GL Entry', 'plain')`
		posting_date:Date account:Link party_type:Link party:Data company:Link debit:Currency credit:Currency account_currency:Link
		debit_in_account_currency:Currency credit_in_account_currency:Currency transaction_currency:Link
		transaction_exchange_rate:Float debit_in_transaction_currency:Currency credit_in_transaction_currency:Currency
		voucher_type:Link voucher_no:Data voucher_detail_no:Data against_voucher_type:Link against_voucher:Data is_cancelled:Check
		to_rename:Check remarks:Text`,
	doctype('Deleted Document', 'plain')`deleted_doctype:Data deleted_name:Data restored:Check new_name:Data`,
]

/** The DocType as the store keeps it. */
export function storedDoctype({ name, fields }: Doctype): StoredObject {
	const columns = fields.map((field) => ({ name: field.name, kind: field.kind }))
	return { system: 'erpnext', name, columns, key: ['name'], stamp: 'modified' }
}

/** The field that a schema event speaks of. */
export function eventField({ field, type, label }: SchemaEvent): Field {
	return { ...fieldOf(`${field}:${eventType(type)}`), label }
}

/** frappe's word for the type of a schema event. */
export function eventType(type: SchemaEvent['type']): string {
	const words = {
		string: 'Data',
		double: 'Float',
		boolean: 'Check',
		date: 'Date',
		picklist: 'Select',
		currency: 'Currency',
	}
	return words[type]
}

type Tag = (texts: TemplateStringsArray, ...values: string[]) => Doctype

function doctype(name: string, names: Doctype['names'], ...parents: Doctype['parents']): Tag {
	return (texts, ...values) => {
		const list = String.raw({ raw: texts.raw }, ...values)
		const words = [standard, parents.length > 0 ? ofChild : '', list].join(' ').split(/\s+/).filter(Boolean)
		return { name, parents, names, fields: words.map(fieldOf), isSubmittable: false }
	}
}

function submittable(name: string): Tag {
	return (...parts) => ({ ...doctype(name, 'plain')(...parts), isSubmittable: true })
}

function fieldOf(word: string): Field {
	const [name, type] = word.split(':') as [string, string]
	const label = name.replaceAll('_', ' ').replace(/\b\w/g, (letter) => letter.toUpperCase())
	return { name, type, label, kind: kindOf(type) }
}

function kindOf(type: string): ValueKind {
	if (type === 'Int' || type === 'Check') return 'integer'
	if (type === 'Currency' || type === 'Float' || type === 'Percent') return 'number'
	return type === 'Date' ? 'date' : 'text'
}
