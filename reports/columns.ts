import { addressOf } from './address.ts'
import type { Column } from './report.ts'

/** What stands for a customer that a record doesn't name: a cell has it, a page it has not. */
const noCustomer = '(none)'

/** The page of a customer; null for none. */
export function customerPath(customerId: unknown): string | null {
	return customerId && customerId !== noCustomer ? addressOf(['customer', String(customerId)]) : null
}

/** The customer's name, leading to the customer. Needs `customer_id` in the row. */
export const customerColumn: Column = {
	name: 'customer_name',
	title: 'Customer',
	kind: 'text',
	href: (row) => customerPath(row['customer_id']),
}

/** The customer's id, for files and filters. */
export const customerIdColumn: Column = { name: 'customer_id', title: 'Customer id', kind: 'id', isFileOnly: true }

/** The accounting period. */
export const periodColumn: Column = { name: 'period_id', title: 'Period', kind: 'period' }

/** ISO 4217 code of the amounts in the row. */
export const currencyColumn: Column = { name: 'currency', title: 'Currency', kind: 'text' }

/** The company's own code of the legal entity. */
export const entityColumn: Column = { name: 'legal_entity', title: 'Legal entity', kind: 'text' }

/** Opens the record in the CRM. */
export const crmRecordColumn: Column = { name: 'crm_url', title: 'CRM', kind: 'record', missing: '–' }

/** Opens the record in the ERP. */
export const erpRecordColumn: Column = { name: 'erp_url', title: 'ERP', kind: 'record', missing: '–' }

/** The sales order of a deal; where there are none, the invoice that stands for it. */
export const orderNumberColumn: Column = {
	name: 'order_number',
	title: 'Order',
	kind: 'text',
	missing: 'none',
	without: { orders: { title: 'Invoice' } },
}

/** An amount in the currency of the row's column `currency`. */
export function amountColumn(name: string, title: string, currency = 'currency', more: Partial<Column> = {}): Column {
	return { name, title, kind: 'amount', currency, ...more }
}

/** An amount in the company's reporting currency; without a valid rate it says so. */
export function reportingAmountColumn(name: string, title: string, more: Partial<Column> = {}): Column {
	return { name, title, kind: 'amount', currency: 'reporting', missing: 'no rate', ...more }
}

/** A column of any other kind that only files have. */
export function fileColumn(
	name: string,
	title: string,
	kind: Column['kind'] = 'text',
	more: Partial<Column> = {},
): Column {
	return { name, title, kind, isFileOnly: true, ...more }
}
