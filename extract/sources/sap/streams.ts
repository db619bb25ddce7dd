import { columns, snakeCase } from '../../columns.ts'
import type { Cursor, Stream } from '../../source.ts'
import { entitySets } from './sets.ts'

/** SAP states neither; our choice (docs/systems/sap.md). Seconds. */
const stamped: Cursor = { column: 'last_change_date_time', heldBack: 300, overlap: 3600 }
/** Dates without a time, or with one in the system's own zone. */
const dated = (column: string): Cursor => ({ column, heldBack: 300, overlap: 86_400, wholeDays: true })

const freshness = { warn: 24 * 60, error: 48 * 60 }
const urgent = { warn: 60, error: 240 }
const daily = 24 * 60

/** What both versions of the sales order service call alike; V2 has no time of entry, V4 no rate. */
const order = `SalesOrder SalesOrderType SalesOrganization DistributionChannel SoldToParty PurchaseOrderByCustomer TotalNetAmount:amount
	TransactionCurrency:currency CustomerPaymentTerms HeaderBillingBlockReason OverallSDProcessStatus OverallOrdReltdBillgStatus
	OverallSDDocumentRejectionSts SalesDocApprovalStatus *crm_opportunity=YY1_CRMOpportunity_SDH *channel=YY1_SalesChannel_SDH
	?CreationTime ?AccountingExchangeRate:rate ?TaxDepartureCountry`
/** Partners of a document: the function is called as in the log-on language, its internal code is the same in all. */
const partner = 'PartnerFunction PartnerFunctionInternalCode Customer'
const orderItem = `SalesOrderItem HigherLevelItem SalesOrderItemCategory SalesOrderItemText RequestedQuantity:quantity NetAmount:amount
	TaxAmount:amount TransactionCurrency:currency SalesDocumentRjcnReason SDProcessStatus OrderRelatedBillingStatus *crm_line=YY1_CRMLine_SDI`
const condition = `PricingProcedureStep PricingProcedureCounter ConditionType ConditionQuantity:quantity ConditionAmount:amount
	ConditionIsForStatistics:boolean ConditionInactiveReason ConditionClass`
const conditionV2 = `${condition} ConditionRateValue:price ConditionQuantityUnit`
const entry = `CompanyCode FiscalYear AccountingDocument AccountingDocumentItem AccountingDocumentType ReferenceDocumentType GLAccount
	AmountInTransactionCurrency:amount TransactionCurrency:currency AmountInCompanyCodeCurrency:amount CompanyCodeCurrency:currency FiscalPeriod
	PostingDate:ms_date DocumentDate:ms_date AccountingDocumentCreationDate:ms_date CreationTime LastChangeDate:ms_date Customer BillingDocument
	DocumentItemText ReverseDocument`
const entryKey = ['company_code', 'fiscal_year', 'accounting_document', 'accounting_document_item']

/** The entity sets of SAP S/4HANA, and the lists inside their records, whatever the version of the sales order service. Empty values are empty texts. */
const common: Stream[] = [
	whole(
		'company_codes',
		['company_code'],
		'CompanyCode CompanyCodeName Country Currency:currency ChartOfAccounts FiscalYearVariant',
	),
	whole(
		'sales_organizations',
		['sales_organization'],
		'SalesOrganization SalesOrganizationCurrency:currency CompanyCode',
	),
	{
		...whole(
			'business_partners',
			['business_partner'],
			`BusinessPartner Customer BusinessPartnerFullName BusinessPartnerIsBlocked:boolean IsMarkedForArchiving:boolean CreationDate:ms_date
			CreationTime LastChangeDate:ms_date LastChangeTime *crm_account=YY1_CRMAccount_bus`,
			{
				customer_account_group: 'to_Customer.CustomerAccountGroup',
				order_is_blocked: 'to_Customer.OrderIsBlockedForCustomer',
				addresses: 'to_BusinessPartnerAddress.results',
				tax_numbers: 'to_BusinessPartnerTax.results',
				companies: 'to_Customer.to_CustomerCompany.results',
				sales_areas: 'to_Customer.to_CustomerSalesArea.results',
			},
		),
		filter: "Customer ne ''",
		cursor: dated('last_change_date'),
		sweep: daily * 7,
	},
	inside(
		'partner_addresses',
		'business_partners',
		'addresses',
		['address_id'],
		'AddressID StreetName HouseNumber CityName Region PostalCode Country',
	),
	inside(
		'partner_tax_numbers',
		'business_partners',
		'tax_numbers',
		['bptax_type'],
		'BPTaxType BPTaxNumber BPTaxLongNumber',
	),
	inside(
		'customer_companies',
		'business_partners',
		'companies',
		['company_code'],
		'CompanyCode PaymentTerms DeletionIndicator:boolean',
	),
	inside(
		'customer_sales_areas',
		'business_partners',
		'sales_areas',
		['sales_organization', 'distribution_channel', 'division'],
		'SalesOrganization DistributionChannel Division Currency CustomerPaymentTerms CustomerGroup DeletionIndicator:boolean',
	),
	{
		...whole(
			'products',
			['product'],
			'Product ProductType ProductGroup BaseUnit IsMarkedForDeletion:boolean CreationDate:ms_date LastChangeDateTime:ms_datetime',
			{ descriptions: 'to_Description.results', units: 'to_ProductUnitsOfMeasure.results' },
		),
		cursor: stamped,
	},
	inside('product_descriptions', 'products', 'descriptions', ['language'], 'Language ProductDescription'),
	inside(
		'product_units',
		'products',
		'units',
		['alternative_unit'],
		'AlternativeUnit QuantityNumerator:quantity QuantityDenominator:quantity BaseUnit',
	),
	{
		...whole(
			'billing_documents',
			['billing_document'],
			`BillingDocument SDDocumentCategory ?BillingDocumentCategory BillingDocumentType CreationDate:ms_date CreationTime SalesOrganization DistributionChannel
			BillingDocumentDate:ms_date BillingDocumentIsCancelled:boolean CancelledBillingDocument TotalNetAmount:amount TransactionCurrency:currency
			TaxAmount:amount TotalGrossAmount:amount PayerParty SoldToParty CompanyCode FiscalYear AccountingDocument
			AbsltAccountingExchangeRate:rate AcctgExchangeRateIsIndrctQtan:boolean ExchangeRateDate:ms_date AccountingPostingStatus
			AccountingTransferStatus InvoiceClearingStatus LastChangeDateTime:ms_datetime
			?TaxDepartureCountry *crm_opportunity=YY1_CRMOpportunity_BDH *channel=YY1_SalesChannel_BDH`,
			{ items: 'to_Item.results', partners: '?to_Partner.results' },
		),
		cursor: stamped,
		money: { amount: 'total_net_amount', currency: 'transaction_currency' },
		priority: 1,
		freshness: urgent,
	},
	inside('billing_partners', 'billing_documents', 'partners', ['partner_function'], partner),
	inside(
		'billing_items',
		'billing_documents',
		'items',
		['billing_document_item'],
		`BillingDocumentItem SalesDocumentItemCategory Material BillingDocumentItemText BillingQuantity:quantity BillingQuantityUnit NetAmount:amount
		TaxAmount:amount TransactionCurrency:currency ReferenceSDDocument ReferenceSDDocumentItem SalesDocument SalesDocumentItem
		SalesSDDocumentCategory *crm_line=YY1_CRMLine_BDI`,
	),
	inside(
		'billing_prices',
		'billing_documents',
		'items',
		['billing_document_item', 'pricing_procedure_step', 'pricing_procedure_counter'],
		conditionV2,
		'to_PricingElement.results',
	),
	{
		...whole(
			'credit_memo_requests',
			['credit_memo_request'],
			'CreditMemoRequest CreationDate:ms_date SoldToParty ReferenceSDDocument ReferenceSDDocumentCategory LastChangeDateTime:ms_datetime',
			{ items: 'to_Item.results' },
		),
		// Where credit memos are made of invoices there are no requests.
		mayBeEmpty: true,
		cursor: stamped,
		priority: 1,
	},
	inside(
		'credit_memo_request_items',
		'credit_memo_requests',
		'items',
		['credit_memo_request_item'],
		'CreditMemoRequestItem Material ReferenceSDDocument ReferenceSDDocumentItem',
	),
	{
		...whole(
			'receivables',
			entryKey,
			`${entry} NetDueDate:ms_date InvoiceReference InvoiceReferenceFiscalYear InvoiceItemReference ClearingDate:ms_date
			ClearingCreationDate:ms_date ClearingAccountingDocument ClearingDocFiscalYear IsCleared:boolean`,
		),
		filter: "FinancialAccountType eq 'D'",
		cursor: dated('accounting_document_creation_date'),
		money: { amount: 'amount_in_transaction_currency', currency: 'transaction_currency' },
	},
	{
		...whole('income_items', entryKey, `${entry} SalesDocument SalesDocumentItem Material ?AccountingDocCreatedByUser`),
		cursor: dated('accounting_document_creation_date'),
		money: { amount: 'amount_in_transaction_currency', currency: 'transaction_currency' },
		priority: 1,
		freshness: urgent,
	},
	{
		// The same accounts, from the universal journal: in place of the items, where the connection says so (sap.ts).
		...whole(
			'journal_items',
			['ledger', 'source_ledger', 'company_code', 'fiscal_year', 'accounting_document', 'ledger_glline_item'],
			`Ledger SourceLedger CompanyCode FiscalYear AccountingDocument LedgerGLLineItem AccountingDocumentType AccountingDocumentCategory
			ReferenceDocumentType ReferenceDocument GLAccount AmountInTransactionCurrency:amount TransactionCurrency:currency
			AmountInCompanyCodeCurrency:amount CompanyCodeCurrency:currency PostingDate:ms_date CreationDate:ms_date CreationTime LastChangeDate:ms_date
			Customer SalesDocument SalesDocumentItem Product SoldProduct DocumentItemText ?AccountingDocCreatedByUser`,
		),
		cursor: dated('creation_date'),
		money: { amount: 'amount_in_transaction_currency', currency: 'transaction_currency' },
		priority: 1,
		freshness: urgent,
	},
	{
		// SAP's own balances, read as often as the items, so that both are of one moment.
		name: 'trial_balance',
		object: 'C_TRIALBALANCE',
		key: ['to_date', 'from_date', 'company_code', 'glaccount'],
		columns: columns(
			'FromDate:date ToDate:date CompanyCode GLAccount CompanyCodeCurrency:currency StartingBalance:amount EndingBalance:amount',
			snakeCase,
		),
		cursor: null,
		priority: 1,
		freshness: urgent,
	},
	whole('units', ['unit_of_measure', 'language'], 'UnitOfMeasure Language UnitOfMeasureLongName'),
	whole(
		'exchange_rates',
		['exchange_rate_type', 'source_currency', 'target_currency', 'validity_start_date'],
		`ExchangeRateType SourceCurrency:currency TargetCurrency:currency ValidityStartDate:ms_date ExchangeRate:rate
		NumberOfSourceCurrencyUnits:quantity NumberOfTargetCurrencyUnits:quantity`,
	),
]

const orderKeys = ['sales_order_item', 'pricing_procedure_step', 'pricing_procedure_counter']

/** Sales orders of one version; the raw tables are the same. V4 tells the time of entry, V2 the rate and the class of conditions. */
function orders(version: 'v4' | 'v2'): Stream[] {
	const [dates, items, partners, product, rate] =
		version === 'v4'
			? [
					'CreationDate:date SalesOrderDate:date LastChangeDateTime:datetime',
					'_Item',
					'?_Partner',
					{ product: 'Product', unit: 'RequestedQuantitySAPUnit' },
					{ condition_rate: 'ConditionRateAmount', condition_unit: 'ConditionQuantitySAPUnit' },
				]
			: [
					'CreationDate:ms_date SalesOrderDate:ms_date LastChangeDateTime:ms_datetime',
					'to_Item.results',
					'?to_Partner.results',
					{ product: 'Material', unit: 'RequestedQuantityUnit' },
					{ condition_rate: 'ConditionRateValue', condition_unit: 'ConditionQuantityUnit' },
				]
	const texts = (fields: Record<string, string>): Stream['columns'] =>
		Object.fromEntries(
			Object.entries(fields).map(([name, field]) => [name, { field, type: name.endsWith('rate') ? 'price' : 'text' }]),
		)
	const prices = inside(
		'sales_order_prices',
		'sales_orders',
		'items',
		orderKeys,
		condition,
		version === 'v4' ? '_ItemPricingElement' : 'to_PricingElement.results',
	)
	const lines = inside('sales_order_items', 'sales_orders', 'items', ['sales_order_item'], orderItem)
	return [
		{
			...whole('sales_orders', ['sales_order'], `${order} ${dates}`, { items, partners }),
			object: version === 'v4' ? 'SalesOrder' : 'A_SalesOrder',
			cursor: stamped,
			money: { amount: 'total_net_amount', currency: 'transaction_currency' },
			priority: 1,
			freshness: urgent,
		},
		{ ...lines, columns: { ...lines.columns, ...texts(product) } },
		{ ...prices, columns: { ...prices.columns, ...texts(rate) } },
		inside('sales_order_partners', 'sales_orders', 'partners', ['partner_function'], partner),
	]
}

/** All streams, with sales orders of a version. */
export function sapStreams(version: 'v4' | 'v2'): Stream[] {
	return [...common, ...orders(version)]
}

/** A set that is read whole each time; with a cursor it is asked for what changed. `within`: members further inside (`?`: not in every release); `results` are lists. */
function whole(name: string, key: string[], list: string, within: Record<string, string> = {}): Stream {
	const deeper = Object.entries(within).map(([column, word]) => {
		const field = word.replace(/^\?/, '')
		const type = /results$|^_/.test(field) ? ('json' as const) : ('text' as const)
		return [column, { field, type, ...(word !== field && { isOptional: true }) }]
	})
	return {
		name,
		object: entitySets[name]!.set,
		key,
		columns: { ...columns(list, snakeCase), ...Object.fromEntries(deeper) },
		cursor: null,
		hasBlanks: true,
		freshness,
	}
}

/** A list inside the records of another stream; `inner`: the list inside each of its elements. */
function inside(name: string, stream: string, column: string, key: string[], list: string, inner?: string): Stream {
	const enclosing = key[0]!
	const word = { sales_order_item: '^.SalesOrderItem', billing_document_item: '^.BillingDocumentItem' }[enclosing]
	return {
		name,
		object: name,
		key,
		columns: { ...(inner && { [enclosing]: { field: word!, type: 'text' as const } }), ...columns(list, snakeCase) },
		cursor: null,
		hasBlanks: true,
		within: { stream, column, ...(inner && { inside: inner }) },
		freshness,
	}
}
