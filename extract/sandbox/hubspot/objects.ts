import type { SandboxOptions } from '../options.ts'
import type { StoredObject } from '../store.ts'
import type { SchemaEvent } from '../world/schema-events.ts'

export type PropertyType = 'string' | 'number' | 'bool' | 'enumeration' | 'date' | 'datetime'

export type Property = { name: string; type: PropertyType; label: string }

/** One object of the CRM; `stamp`: the property by which it is searched for changes. */
export type HubspotObject = {
	name: string
	/** As error messages have it. */
	singular: string
	scope: string
	stamp: string
	/** That every answer has, asked for or not. */
	always: string[]
	properties: Property[]
}

/** The property that is a record's key. */
export const id = 'hs_object_id'

/** The objects of the sample company. */
export const hubspotObjects: HubspotObject[] = [
	object('companies', 'company')`
		name string, domain string, website string, phone string, address string, address2 string, city string, state string,
		zip string, country string, hs_country_code string, type enumeration, lifecyclestage enumeration,
		hubspot_owner_id enumeration, hs_parent_company_id number, hs_merged_object_ids enumeration,
		notes_last_updated datetime, currency enumeration, account_number string, erp_id string, tax_number string,
		customer_segment enumeration, legal_entity enumeration, payment_terms enumeration`,
	object('contacts', 'contact', 'lastmodifieddate')`
		firstname string, lastname string, email string, jobtitle string, associatedcompanyid number`,
	object('deals', 'deal')`
		dealname string, dealstage enumeration, pipeline enumeration, amount number, deal_currency_code enumeration,
		closedate datetime, dealtype enumeration, hs_is_closed bool, hs_is_closed_won bool,
		hs_deal_stage_probability number, hubspot_owner_id enumeration, hs_merged_object_ids enumeration,
		hs_updated_by_user_id number, erp_order_number string, legal_entity enumeration, sales_channel enumeration`,
	object('line_items', 'line_item')`
		name string, description string, hs_product_id number, hs_sku string, quantity number, price number, amount number,
		discount number, hs_discount_percentage number, hs_tcv number, hs_acv number, hs_arr number, hs_mrr number, hs_line_item_currency_code enumeration,
		hs_position_on_quote number, hs_recurring_billing_start_date date, service_end_date date,
		unit_of_measure enumeration`,
	object('products', 'product')`
		name string, description string, hs_sku string, price number, hs_cost_of_goods_sold number,
		product_family enumeration, unit_of_measure enumeration`,
]

/** A property that an administrator made later. */
export function eventProperty({ field, type, label }: SchemaEvent): Property {
	const types = {
		string: 'string',
		double: 'number',
		currency: 'number',
		boolean: 'bool',
		date: 'date',
		picklist: 'enumeration',
	} as const
	return { name: field, type: types[type], label }
}

/**
 * The objects as the company's account has them: with one currency there is no property for it on deals and line items (knowledge base,
 * "default deal properties"), and a company of one legal entity makes none for that or its customers' currency.
 */
export function objectsOf(
	objects: HubspotObject[],
	{ isOneEntity }: Pick<SandboxOptions, 'isOneEntity'>,
): HubspotObject[] {
	const missing = isOneEntity ? ['deal_currency_code', 'hs_line_item_currency_code', 'currency', 'legal_entity'] : []
	return objects.map((object) => ({
		...object,
		properties: object.properties.filter((one) => !missing.includes(one.name)),
	}))
}

/** The object as the store keeps it: ids as whole numbers, so that they are in order; every property as its text. */
export function storedHubspotObject({ name, properties, stamp }: HubspotObject): StoredObject {
	const columns = properties.map((property) => ({
		name: property.name,
		kind: property.name === id ? ('integer' as const) : ('text' as const),
	}))
	const life = [
		{ name: 'archived', kind: 'boolean' as const },
		{ name: 'archivedAt', kind: 'text' as const },
	]
	return { system: 'hubspot', name, columns: [...columns, ...life], key: [id], stamp }
}

/** What is no object: owners, stages, exchange rates, and the links between records. */
export const otherStored: StoredObject[] = [
	plain('owners', 'id email firstName lastName userId createdAt updatedAt', ['archived']),
	plain('stages', 'id label displayOrder probability isClosed createdAt updatedAt', ['archived']),
	plain('exchange_rates', 'id fromCurrencyCode toCurrencyCode conversionRate effectiveAt createdAt updatedAt', [
		'visibleInUI',
	]),
	plain('links', 'kind fromId toId', ['isPrimary']),
]

function plain(name: string, texts: string, booleans: string[]): StoredObject {
	const columns = [
		...texts.split(' ').map((column) => ({ name: column, kind: 'text' as const })),
		...booleans.map((column) => ({ name: column, kind: 'boolean' as const })),
	]
	return { system: 'hubspot', name, columns, key: name === 'links' ? ['kind', 'fromId', 'toId'] : ['id'], stamp: null }
}

function object(name: string, singular: string, stamp = 'hs_lastmodifieddate') {
	return (declarations: TemplateStringsArray): HubspotObject => {
		const own = declarations.join('').split(',').map(property)
		const life = [`${id} number`, 'createdate datetime', `${stamp} datetime`].map(property)
		const scope = `crm.objects.${name}.read`
		return { name, singular, scope, stamp, always: [id, 'createdate', stamp], properties: [...life, ...own] }
	}
}

function property(declaration: string): Property {
	const [name = '', type = ''] = declaration.trim().split(' ')
	const words = name.replace(/^hs_/, '').replaceAll('_', ' ')
	return { name, type: type as PropertyType, label: words.charAt(0).toUpperCase() + words.slice(1) }
}
