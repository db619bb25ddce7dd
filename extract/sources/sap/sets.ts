/** Where an entity set lies and how it is read. */
export type EntitySet = {
	version: 'V2' | 'V4'
	/** Its path below the origin, without the set. */
	root: string
	set: string
	/** Properties of the key, in the order in which pages are sorted. */
	keys: string[]
	/** What is fetched with each record, and what with that: V2 as paths, V4 nested. */
	expand: string[]
	/** A date that every record has: the whole list is bounded by it, as a list without any bound can't always be counted. */
	created: string | null
	/** How changes are asked for. */
	changes: 'stamp' | 'partner' | 'receivable' | 'entry' | null
	/** Property and value of records that are still open: they are read again in every run, as their items change below an unmoved stamp. */
	open?: { property: string; done: string }
}

const v2 = (service: string) => `/sap/opu/odata/sap/${service}`
const salesOrderV4 = '/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/salesorder/0001'

const plain = { version: 'V2' as const, expand: [], created: null, changes: null }
const open = { property: 'OverallSDProcessStatus', done: 'C' }
const entryKeys = ['CompanyCode', 'FiscalYear', 'AccountingDocument', 'AccountingDocumentItem']

/** The entity sets by the name of their stream. */
export const entitySets: Record<string, EntitySet> = {
	company_codes: { ...plain, root: v2('API_COMPANYCODE_SRV'), set: 'A_CompanyCode', keys: ['CompanyCode'] },
	sales_organizations: {
		...plain,
		root: v2('API_SALESORGANIZATION_SRV'),
		set: 'A_SalesOrganization',
		keys: ['SalesOrganization'],
	},
	business_partners: {
		...plain,
		root: v2('API_BUSINESS_PARTNER'),
		set: 'A_BusinessPartner',
		keys: ['BusinessPartner'],
		expand: [
			'to_BusinessPartnerAddress',
			'to_BusinessPartnerTax',
			'to_Customer',
			'to_Customer/to_CustomerCompany',
			'to_Customer/to_CustomerSalesArea',
		],
		created: 'CreationDate',
		changes: 'partner',
	},
	products: {
		...plain,
		root: v2('API_PRODUCT_SRV'),
		set: 'A_Product',
		keys: ['Product'],
		expand: ['to_Description', 'to_ProductUnitsOfMeasure'],
		created: 'CreationDate',
		changes: 'stamp',
	},
	sales_orders: {
		version: 'V4',
		root: salesOrderV4,
		set: 'SalesOrder',
		keys: ['SalesOrder'],
		expand: ['_Item', '_Item/_ItemPricingElement', '_Partner'],
		created: 'CreationDate',
		changes: 'stamp',
		open,
	},
	sales_orders_v2: {
		version: 'V2',
		root: v2('API_SALES_ORDER_SRV'),
		set: 'A_SalesOrder',
		keys: ['SalesOrder'],
		expand: ['to_Item', 'to_Item/to_PricingElement', 'to_Partner'],
		created: 'CreationDate',
		changes: 'stamp',
		open,
	},
	billing_documents: {
		...plain,
		root: v2('API_BILLING_DOCUMENT_SRV'),
		set: 'A_BillingDocument',
		keys: ['BillingDocument'],
		expand: ['to_Item', 'to_Item/to_PricingElement', 'to_Partner'],
		created: 'CreationDate',
		changes: 'stamp',
	},
	credit_memo_requests: {
		...plain,
		root: v2('API_CREDIT_MEMO_REQUEST_SRV'),
		set: 'A_CreditMemoRequest',
		keys: ['CreditMemoRequest'],
		expand: ['to_Item'],
		created: 'CreationDate',
		changes: 'stamp',
	},
	receivables: {
		...plain,
		root: v2('API_OPLACCTGDOCITEMCUBE_SRV'),
		set: 'A_OperationalAcctgDocItemCube',
		keys: entryKeys,
		created: 'AccountingDocumentCreationDate',
		changes: 'receivable',
	},
	income_items: {
		...plain,
		root: v2('API_OPLACCTGDOCITEMCUBE_SRV'),
		set: 'A_OperationalAcctgDocItemCube',
		keys: entryKeys,
		created: 'AccountingDocumentCreationDate',
		changes: 'entry',
	},
	journal_items: {
		...plain,
		root: v2('YY1_TIEOUT_JOURNALITEMS_CDS'),
		set: 'YY1_TIEOUT_JOURNALITEMS',
		keys: ['SourceLedger', 'CompanyCode', 'FiscalYear', 'AccountingDocument', 'LedgerGLLineItem'],
		created: 'CreationDate',
		changes: 'entry',
	},
	units: {
		...plain,
		root: v2('YY1_TIEOUT_UNITS_CDS'),
		set: 'YY1_TIEOUT_UNITS',
		keys: ['UnitOfMeasure', 'Language'],
	},
	exchange_rates: {
		...plain,
		root: v2('YY1_TIEOUT_EXCHANGERATES_CDS'),
		set: 'YY1_TIEOUT_EXCHANGERATES',
		keys: ['SourceCurrency', 'TargetCurrency', 'ValidityStartDate'],
	},
}

/** Where a stream's records lie. */
export function entityOf({ name, object }: { name: string; object: string }): EntitySet {
	return entitySets[object === 'A_SalesOrder' ? 'sales_orders_v2' : name]!
}
