import { columns, snakeCase } from '../../columns.ts'
import type { Column, Stream } from '../../source.ts'

/**
 * Seconds. Rows reach the search index minutes after they were written, so the last minutes are read again, and each run looks back an
 * hour besides (as Estuary's second pass does).
 */
const stamp = (column: string) => ({ column, heldBack: 300, overlap: 3600 })

const freshness = { warn: 24 * 60, error: 48 * 60 }
const soon = { warn: 60, error: 240 }

/** Links come and go without the stamp of what they link: asked for again for two hours after its change, and all of them each week. */
const moving = { overlap: 2 * 3600, again: 7 * 24 * 60 }

/** Every property is text; one that a person cleared is an empty text. */
const asText = { hasBlanks: true }

/**
 * HubSpot's objects. Properties that each company names itself, or that only some accounts have (country codes), are marked `*`; `fields:`
 * says how they are called. Those of a second currency are marked `*?`: an account with one has none of them, and only says itself which.
 */
export const hubspotStreams: Stream[] = [
	object(
		'companies',
		`hs_object_id name domain website phone address address2 city state zip country type lifecyclestage hubspot_owner_id
		hs_parent_company_id hs_merged_object_ids notes_last_updated:datetime createdate:datetime hs_lastmodifieddate:datetime
		*country_code=hs_country_code *?currency=currency *account_number=account_number *erp_id=erp_id *tax_number=tax_number
		*segment=customer_segment *legal_entity=legal_entity *payment_terms=payment_terms`,
	),
	{
		...object(
			'contacts',
			'hs_object_id firstname lastname email jobtitle associatedcompanyid createdate:datetime lastmodifieddate:datetime',
		),
		// Contacts alone are stamped under another name, and can only be searched by it.
		cursor: stamp('lastmodifieddate'),
	},
	{
		...object(
			'deals',
			`hs_object_id dealname dealstage pipeline amount:amount closedate:datetime dealtype hs_is_closed:boolean
			hs_is_closed_won:boolean hs_deal_stage_probability hubspot_owner_id hs_merged_object_ids createdate:datetime
			hs_lastmodifieddate:datetime hs_updated_by_user_id
			*?currency=deal_currency_code:currency *erp_order_number=erp_order_number *legal_entity=legal_entity
			*channel=sales_channel *?booked_amount=booked_amount:amount *?booked_on=booked_on:date`,
			// A moment in UTC that stands for a day in the account's zone: midnight in Berlin is the day before in UTC.
			{ close_date: { field: 'closedate', type: 'zoned_date' } },
		),
		money: { amount: 'amount', currency: 'currency' },
		priority: 1,
		freshness: soon,
	},
	{
		// What HubSpot calculates of a line over its term is text: a fraction that no amount has must not keep the line out.
		...object(
			'line_items',
			`hs_object_id name description hs_product_id hs_sku quantity:quantity price:price amount:amount discount:price
			hs_discount_percentage:quantity hs_position_on_quote:quantity hs_recurring_billing_start_date:date createdate:datetime
			hs_lastmodifieddate:datetime ?hs_tcv ?hs_acv ?hs_arr ?hs_mrr
			*?currency=hs_line_item_currency_code:currency *unit=unit_of_measure *service_end=service_end_date:date`,
		),
		money: { amount: 'amount', currency: 'currency' },
		priority: 1,
		freshness: soon,
	},
	object(
		'products',
		`hs_object_id name description hs_sku price:price hs_cost_of_goods_sold:price createdate:datetime
		hs_lastmodifieddate:datetime *family=product_family *unit=unit_of_measure`,
	),
	{
		...whole('deal_companies', 'deals/companies', ['deal_id']),
		columns: texts({ deal_id: 'from.id', companies: 'to', more: 'paging.next.after' }, { companies: 'json' }),
		follows: { stream: 'deals', batch: 500, ...moving },
		priority: 1,
		freshness: soon,
	},
	{
		// Each kind of each link: the primary company of a deal is one kind.
		...whole('deal_company_links', 'deals/companies', ['company_id', 'category', 'type_id']),
		columns: texts({
			deal_id: '^^.from.id',
			company_id: '^.toObjectId',
			category: 'category',
			type_id: 'typeId',
			label: 'label',
		}),
		within: { stream: 'deal_companies', column: 'companies', inside: 'associationTypes' },
		freshness: soon,
	},
	{
		...whole('line_item_deals', 'line_items/deals', ['line_item_id']),
		columns: texts({ line_item_id: 'from.id', deals: 'to', more: 'paging.next.after' }, { deals: 'json' }),
		follows: { stream: 'line_items', batch: 500, ...moving },
		priority: 1,
		freshness: soon,
	},
	{
		...whole('line_item_deal_links', 'line_items/deals', ['deal_id']),
		columns: texts({ line_item_id: '^.from.id', deal_id: 'toObjectId' }),
		within: { stream: 'line_item_deals', column: 'deals' },
		freshness: soon,
	},
	{
		...whole('deal_histories', 'deals', ['id']),
		columns: texts(
			{
				id: 'id',
				stages: 'propertiesWithHistory.dealstage',
				amounts: 'propertiesWithHistory.amount',
				close_dates: 'propertiesWithHistory.closedate',
			},
			{ stages: 'json', amounts: 'json', close_dates: 'json' },
		),
		// At most 50 records a request with their history.
		follows: { stream: 'deals', batch: 50, mayAnswerOthers: true },
		freshness: soon,
	},
	history('stage_changes', 'stages', 'stage', 'text'),
	history('amount_changes', 'amounts', 'amount', 'amount'),
	history('close_date_changes', 'close_dates', 'close_date', 'zoned_date'),
	{
		...whole('pipelines', 'pipelines', ['id']),
		columns: columns('id label displayOrder:integer archived:boolean stages:json', snakeCase),
	},
	{
		...whole('stages', 'pipelines', ['id']),
		columns: texts(
			{
				id: 'id',
				pipeline_id: '^.id',
				label: 'label',
				display_order: 'displayOrder',
				probability: 'metadata.probability',
				is_closed: 'metadata.isClosed',
				archived: 'archived',
			},
			{ display_order: 'integer', is_closed: 'boolean', archived: 'boolean' },
		),
		within: { stream: 'pipelines', column: 'stages' },
	},
	{
		...whole('exchange_rates', 'exchange_rates', ['id']),
		columns: {
			...columns(
				`id fromCurrencyCode:currency toCurrencyCode:currency conversionRate:rate effectiveAt:datetime visibleInUI:boolean
				createdAt:datetime updatedAt:datetime`,
				snakeCase,
			),
			effective_date: { field: 'effectiveAt', type: 'zoned_date' },
			conversion_rate_inverse: { field: '', type: 'rate', inverseOf: 'conversion_rate' },
		},
		// An account with one currency has none.
		mayBeEmpty: true,
	},
	{
		...whole('account', 'account', ['portal_id']),
		columns: columns('portalId accountType timeZone companyCurrency:currency additionalCurrencies', snakeCase),
		priority: 1,
	},
	{
		...whole('owners', 'owners', ['id']),
		columns: columns('id userIdIncludingInactive email firstName lastName archived:boolean', snakeCase),
	},
]

/** Is it one of the objects that are listed and searched, with properties of their own? */
export function isObject({ columns: { hs_object_id: id } }: Stream): boolean {
	return id !== undefined
}

/** A CRM object: listed whole, searched by its stamp, archived when deleted. */
function object(name: string, list: string, more: Record<string, Column> = {}): Stream {
	const declared = { ...columns(list, (field) => field), ...more }
	const cursor = stamp('hs_lastmodifieddate')
	return { name, object: name, key: ['hs_object_id'], columns: declared, cursor, freshness, ...asText }
}

/** What is read whole, asked by keys, or lies inside other records. */
function whole(name: string, object: string, key: string[]): Omit<Stream, 'columns'> & { columns: Stream['columns'] } {
	return { name, object, key, columns: {}, cursor: null, freshness, ...asText }
}

/** Columns by landing name and the vendor's path; text unless another type is said. */
function texts<Name extends string>(
	fields: Record<Name, string>,
	types: Partial<Record<NoInfer<Name>, Column['type']>> = {},
): Record<string, Column> {
	return Object.fromEntries(
		Object.entries<string>(fields).map(([name, field]) => [name, { field, type: types[name as Name] ?? 'text' }]),
	)
}

/** The values that a property of a deal has had, as far as HubSpot keeps them: the last twenty. */
function history(name: string, column: string, value: string, type: Column['type']): Stream {
	return {
		...whole(name, 'deals', ['changed_at']),
		columns: texts(
			{
				deal_id: '^.id',
				[value]: 'value',
				changed_at: 'timestamp',
				source_type: 'sourceType',
				updated_by_user_id: 'updatedByUserId',
			},
			{ [value]: type, changed_at: 'datetime' } as Record<string, Column['type']>,
		),
		within: { stream: 'deal_histories', column },
		freshness: soon,
	}
}
