import { columns, snakeCase } from '../../columns.ts'
import type { Stream } from '../../source.ts'
import { bookingTotals } from './totals.ts'

/** Held back and overlap in seconds, as Estuary and Fivetran read Salesforce. Rows become visible minutes after their stamp. */
const modstamp = { column: 'system_modstamp', heldBack: 300, overlap: 300 }

const freshness = { warn: 24 * 60, error: 48 * 60 }

const rate = { field: '', type: 'rate' as const, inverseOf: 'conversion_rate' }

/**
 * Salesforce's objects. Custom fields are those marked `*`; each company names them in `fields:`. An org with one currency has no
 * `CurrencyIsoCode` and no object of currencies, one without picklists of states and countries no codes of countries.
 */
export const salesforceStreams: Stream[] = [
	deletable(
		'accounts',
		'Account',
		`
		Id Name ParentId MasterRecordId AccountNumber Type Website Phone BillingStreet BillingCity BillingState BillingPostalCode
		BillingCountry ?BillingCountryCode ShippingPostalCode ShippingCountry ?ShippingCountryCode ?CurrencyIsoCode:currency OwnerId LastActivityDate:date
		CreatedDate:datetime LastModifiedDate:datetime LastModifiedById SystemModstamp:datetime IsDeleted:boolean
		*erp_id=ERP_Id__c *tax_number=Tax_Number__c *segment=Segment__c *legal_entity=Legal_Entity__c *payment_terms=Payment_Terms__c`,
	),
	deletable(
		'contacts',
		'Contact',
		`
		Id AccountId FirstName LastName Email Title CreatedDate:datetime SystemModstamp:datetime IsDeleted:boolean`,
	),
	{
		...deletable(
			'opportunities',
			'Opportunity',
			`
			Id AccountId Name StageName Amount:amount ?CurrencyIsoCode:currency CloseDate:date Type Probability:quantity IsClosed:boolean
			IsWon:boolean HasOpportunityLineItem:boolean OwnerId CreatedDate:datetime LastModifiedDate:datetime LastModifiedById
			SystemModstamp:datetime IsDeleted:boolean
			*erp_order_number=ERP_Order_Number__c *legal_entity=Legal_Entity__c *channel=Sales_Channel__c
			*?booked_amount=Booked_Amount__c:amount *?booked_on=Booked_On__c:date`,
		),
		money: { amount: 'amount', currency: 'currency_iso_code' },
		freshness: { warn: 60, error: 240 },
		priority: 1,
	},
	{
		...deletable(
			'opportunity_lines',
			'OpportunityLineItem',
			`
			Id OpportunityId Product2Id ProductCode PricebookEntryId Quantity:quantity UnitPrice:price ListPrice:price TotalPrice:amount
			Discount:quantity ?CurrencyIsoCode:currency ServiceDate:date SortOrder:integer Description CreatedDate:datetime
			LastModifiedDate:datetime SystemModstamp:datetime IsDeleted:boolean
			*unit=Unit_of_Measure__c *service_end=Service_End__c:date`,
		),
		money: { amount: 'total_price', currency: 'currency_iso_code' },
		freshness: { warn: 60, error: 240 },
		priority: 1,
	},
	deletable(
		'stage_changes',
		'OpportunityHistory',
		`
		Id OpportunityId StageName Amount:amount ?CurrencyIsoCode:currency CloseDate:date Probability:quantity CreatedDate:datetime
		CreatedById SystemModstamp:datetime IsDeleted:boolean`,
	),
	whole(
		'stages',
		'OpportunityStage',
		`
		Id MasterLabel ApiName IsClosed:boolean IsWon:boolean SortOrder:integer DefaultProbability:quantity IsActive:boolean
		SystemModstamp:datetime`,
	),
	deletable(
		'products',
		'Product2',
		`
		Id ProductCode Name Family QuantityUnitOfMeasure IsActive:boolean CreatedDate:datetime SystemModstamp:datetime IsDeleted:boolean`,
	),
	deletable(
		'price_list_entries',
		'PricebookEntry',
		`
		Id Pricebook2Id Product2Id UnitPrice:price ?CurrencyIsoCode:currency IsActive:boolean CreatedDate:datetime
		SystemModstamp:datetime IsDeleted:boolean`,
	),
	withInverse(
		whole(
			'currency_types',
			'CurrencyType',
			`
		Id IsoCode:currency ConversionRate:rate DecimalPlaces:integer IsActive:boolean IsCorporate:boolean SystemModstamp:datetime`,
		),
	),
	withInverse(
		whole(
			'dated_conversion_rates',
			'DatedConversionRate',
			`
		Id IsoCode:currency StartDate:date NextStartDate:date ConversionRate:rate SystemModstamp:datetime`,
		),
	),
	{ ...whole('users', 'User', 'Id Name Email IsActive:boolean ManagerId SystemModstamp:datetime'), cursor: modstamp },
	bookingTotals,
]

/** An object with a recycle bin: deleted records keep coming, marked. */
function deletable(name: string, object: string, list: string): Stream {
	const deletedWhen = { column: 'is_deleted', equals: 'true' }
	return { name, object, key: ['id'], columns: columns(list, snakeCase), cursor: modstamp, deletedWhen, freshness }
}

/** A small object that is read whole each time. */
function whole(name: string, object: string, list: string): Stream {
	return { name, object, key: ['id'], columns: columns(list, snakeCase), cursor: null, freshness }
}

/** `ConversionRate` is units per one corporate unit: to translate one divides, so the inverse lands beside it. */
function withInverse(stream: Stream): Stream {
	return { ...stream, columns: { ...stream.columns, conversion_rate_inverse: rate } }
}
