import type { ColumnType } from './column-type.ts'
import type { Column } from './source.ts'

/**
 * Columns from a compact list: `Id Amount:amount CloseDate:date`. Each word is the vendor's field and its type (text if left out);
 * `*erp_id=ERP_Id__c` is a custom field with its landing name and its usual field, `?CreationTime` one that not every version has, and
 * `*?currency=deal_currency_code` both. `landing` turns a field's name into the column's.
 */
export function columns(list: string, landing: (field: string) => string): Record<string, Column> {
	const words = list.trim().split(/\s+/)
	return Object.fromEntries(words.map((word) => column(word, landing)))
}

/** `BillingCountryCode` becomes `billing_country_code`, `Product2Id` `product2_id`. */
export function snakeCase(field: string): string {
	return field.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

function column(word: string, landing: (field: string) => string): [string, Column] {
	const [name = '', type = 'text'] = word.split(':') as [string, ColumnType?]
	const custom = /^\*(\??)(\w+)=(\w+)$/.exec(name)
	if (custom)
		return [custom[2]!, { field: custom[3]!, type, isCustom: true, ...(custom[1] === '?' && { isOptional: true }) }]
	if (name.startsWith('?')) return [landing(name.slice(1)), { field: name.slice(1), type, isOptional: true }]
	return [landing(name), { field: name, type }]
}
