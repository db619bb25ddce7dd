import type { StoredObject } from '../store.ts'
import { entryView, journalView } from './journal-view.ts'

/** An entity set as it behaves. */
export type SapSet = {
	/** Its name in the address, and in the store. */
	name: string
	service: string
	version: 'V2' | 'V4'
	keys: string[]
	/** Properties that the store has apart, so that requests can filter and sort by them. */
	stored: Record<string, 'text' | 'date' | 'time'>
	/** Is there a stamp of the last change? */
	hasStamp: boolean
	/** Property to its type (`Edm.` left out). */
	properties: Record<string, string>
	/** Navigation property to what stands there: a list or one record, with its own properties and navigation. */
	navigation: Record<string, Navigation>
	/** Records that the server puts in a page at most, whatever `$top` says; null: as many as are asked for, or all. */
	pageLimit: number | null
	/** A count of everything, without a filter, ends in a short dump (SAP KBA 3616518). */
	breaksUnfilteredCount?: boolean
}

export type Navigation = {
	type: string
	isList: boolean
	properties: Record<string, string>
	navigation: Record<string, Navigation>
}

const condition =
	'PricingProcedureStep PricingProcedureCounter ConditionType ConditionCalculationType ConditionCurrency ConditionQuantity:Decimal ConditionAmount:Decimal TransactionCurrency'
const conditionV2 = `${condition} ConditionRateValue:Decimal ConditionQuantityUnit ConditionIsForStatistics:Boolean ConditionInactiveReason ConditionClass`
const orderItem = `SalesOrder SalesOrderItem HigherLevelItem SalesOrderItemCategory SalesOrderItemText RequestedQuantity:Decimal RequestedQuantitySAPUnit
	TransactionCurrency NetAmount:Decimal TaxAmount:Decimal SalesDocumentRjcnReason ItemBillingBlockReason SDProcessStatus OrderRelatedBillingStatus
	YY1_CRMLine_SDI`
const order = `SalesOrder SalesOrderType SalesOrganization DistributionChannel OrganizationDivision SoldToParty CreatedByUser PurchaseOrderByCustomer
	TotalNetAmount:Decimal TransactionCurrency CustomerPaymentTerms HeaderBillingBlockReason SalesOrderApprovalReason OverallSDProcessStatus
	OverallOrdReltdBillgStatus OverallSDDocumentRejectionSts SalesDocApprovalStatus TotalCreditCheckStatus TaxDepartureCountry YY1_CRMOpportunity_SDH YY1_SalesChannel_SDH
	LastChangeDateTime:DateTimeOffset`

const orderPartner =
	'SalesOrder PartnerFunction PartnerFunctionInternalCode Customer Supplier Personnel ContactPerson AddressID'

/** The service of the view of exchange rates, which a company publishes itself. */
export const ratesService = 'YY1_TIEOUT_EXCHANGERATES_CDS'

/** The sets that the sandbox's communication user may read. */
export const sapSets: SapSet[] = [
	v2(
		'API_COMPANYCODE_SRV',
		'A_CompanyCode',
		'CompanyCode',
		'CompanyCodeName Country Currency Language ChartOfAccounts FiscalYearVariant',
	),
	v2('API_SALESORGANIZATION_SRV', 'A_SalesOrganization', 'SalesOrganization', 'SalesOrganizationCurrency CompanyCode'),
	v2('YY1_TIEOUT_UNITS_CDS', 'YY1_TIEOUT_UNITS', 'UnitOfMeasure Language', 'UnitOfMeasureLongName'),
	{
		...v2(
			ratesService,
			'YY1_TIEOUT_EXCHANGERATES',
			'ExchangeRateType SourceCurrency TargetCurrency ValidityStartDate:DateTime',
			'ExchangeRate:Decimal NumberOfSourceCurrencyUnits:Decimal NumberOfTargetCurrencyUnits:Decimal',
		),
		pageLimit: 2000,
	},
	{
		...v2(
			'API_BUSINESS_PARTNER',
			'A_BusinessPartner',
			'BusinessPartner',
			`Customer Supplier BusinessPartnerCategory BusinessPartnerFullName BusinessPartnerIsBlocked:Boolean IsMarkedForArchiving:Boolean
			BusinessPartnerGrouping SearchTerm1 CreationDate:DateTime CreationTime:Time LastChangeDate:DateTime LastChangeTime:Time YY1_CRMAccount_bus`,
			{ Customer: 'text', CreationDate: 'date', LastChangeDate: 'date', LastChangeTime: 'time' },
		),
		navigation: {
			to_BusinessPartnerAddress: list(
				'A_BusinessPartnerAddress',
				'BusinessPartner AddressID StreetName HouseNumber CityName Region PostalCode Country',
			),
			to_BusinessPartnerTax: list(
				'A_BusinessPartnerTaxNumber',
				'BusinessPartner BPTaxType BPTaxNumber BPTaxLongNumber',
			),
			to_Customer: {
				...list(
					'A_Customer',
					'Customer CustomerName CustomerAccountGroup CustomerClassification OrderIsBlockedForCustomer DeletionIndicator:Boolean',
					{
						to_CustomerCompany: list(
							'A_CustomerCompany',
							'Customer CompanyCode PaymentTerms DeletionIndicator:Boolean',
						),
						to_CustomerSalesArea: list(
							'A_CustomerSalesArea',
							'Customer SalesOrganization DistributionChannel Division Currency ExchangeRateType CustomerPaymentTerms CustomerGroup DeletionIndicator:Boolean',
						),
					},
				),
				isList: false,
			},
		},
	},
	{
		...stamped(
			v2(
				'API_PRODUCT_SRV',
				'A_Product',
				'Product',
				'ProductType ProductGroup BaseUnit IsMarkedForDeletion:Boolean CreationDate:DateTime LastChangeDateTime:DateTimeOffset',
				{ CreationDate: 'date' },
			),
		),
		navigation: {
			to_Description: list('A_ProductDescription', 'Product Language ProductDescription'),
			to_ProductUnitsOfMeasure: list(
				'A_ProductUnitsOfMeasure',
				'Product AlternativeUnit QuantityNumerator:Decimal QuantityDenominator:Decimal BaseUnit',
			),
		},
	},
	{
		...stamped(
			v2(
				'API_SALES_ORDER_SRV',
				'A_SalesOrder',
				'SalesOrder',
				`${order} ExternalDocumentID CreationDate:DateTime SalesOrderDate:DateTime RequestedDeliveryDate:DateTime PricingDate:DateTime
				PriceDetnExchangeRate:Decimal AccountingExchangeRate:Decimal`,
				{
					SoldToParty: 'text',
					SalesOrganization: 'text',
					CreationDate: 'date',
					SalesOrderDate: 'date',
					OverallSDProcessStatus: 'text',
				},
			),
		),
		navigation: {
			to_Item: list(
				'A_SalesOrderItem',
				`${orderItem} Material RequestedQuantityUnit ReferenceSDDocument ReferenceSDDocumentItem`,
				{
					to_PricingElement: list('A_SalesOrderItemPrElement', `SalesOrder SalesOrderItem ${conditionV2}`),
				},
			),
			to_Partner: list('A_SalesOrderHeaderPartner', orderPartner),
		},
		pageLimit: 400,
		breaksUnfilteredCount: true,
	},
	{
		...stamped({
			...v2(
				'',
				'SalesOrder',
				'SalesOrder',
				`${order} BillingCompanyCode CreationDate:Date CreationTime:TimeOfDay SalesOrderDate:Date RequestedDeliveryDate:Date PricingDate:Date`,
				{
					SoldToParty: 'text',
					SalesOrganization: 'text',
					CreationDate: 'date',
					SalesOrderDate: 'date',
					OverallSDProcessStatus: 'text',
				},
			),
			version: 'V4',
		}),
		navigation: {
			_Item: list('SalesOrderItem', `${orderItem} Product`, {
				_ItemPricingElement: list(
					'SalesOrderItemPricingElmnt',
					`SalesOrder SalesOrderItem ${condition} ConditionRateAmount:Decimal ConditionRateRatio:Decimal ConditionQuantitySAPUnit`,
				),
			}),
			_Partner: list('SalesOrderPartner', orderPartner),
		},
		pageLimit: 120,
	},
	{
		...stamped(
			v2(
				'API_BILLING_DOCUMENT_SRV',
				'A_BillingDocument',
				'BillingDocument',
				`SDDocumentCategory BillingDocumentCategory BillingDocumentType CreationDate:DateTime CreationTime:Time SalesOrganization DistributionChannel
				Division BillingDocumentDate:DateTime BillingDocumentIsCancelled:Boolean CancelledBillingDocument TotalNetAmount:Decimal TransactionCurrency
				TaxAmount:Decimal TotalGrossAmount:Decimal PayerParty SoldToParty CustomerPaymentTerms CompanyCode FiscalYear AccountingDocument
				AbsltAccountingExchangeRate:Decimal AcctgExchangeRateIsIndrctQtan:Boolean ExchangeRateDate:DateTime ExchangeRateType AccountingPostingStatus
				AccountingTransferStatus OverallBillingStatus InvoiceClearingStatus TaxDepartureCountry YY1_CRMOpportunity_BDH YY1_SalesChannel_BDH
				LastChangeDateTime:DateTimeOffset`,
				{ CompanyCode: 'text', CreationDate: 'date', BillingDocumentDate: 'date', SDDocumentCategory: 'text' },
			),
		),
		navigation: {
			to_Item: list(
				'A_BillingDocumentItem',
				`BillingDocument BillingDocumentItem SalesDocumentItemCategory Material BillingDocumentItemText BillingQuantity:Decimal BillingQuantityUnit
				NetAmount:Decimal TransactionCurrency GrossAmount:Decimal TaxAmount:Decimal ReferenceSDDocument ReferenceSDDocumentItem
				ReferenceSDDocumentCategory SalesDocument SalesDocumentItem SalesSDDocumentCategory YY1_CRMLine_BDI`,
				{
					to_PricingElement: list(
						'A_BillingDocumentItemPrcgElmnt',
						`BillingDocument BillingDocumentItem ${conditionV2}`,
					),
				},
			),
			to_Partner: list(
				'A_BillingDocumentPartner',
				'BillingDocument PartnerFunction Customer Supplier Personnel ContactPerson',
			),
		},
		pageLimit: 400,
	},
	{
		...stamped(
			v2(
				'API_CREDIT_MEMO_REQUEST_SRV',
				'A_CreditMemoRequest',
				'CreditMemoRequest',
				`CreditMemoRequestType SalesOrganization SoldToParty CreationDate:DateTime ReferenceSDDocument ReferenceSDDocumentCategory
				LastChangeDateTime:DateTimeOffset`,
				{ CreationDate: 'date' },
			),
		),
		navigation: {
			to_Item: list(
				'A_CreditMemoRequestItem',
				'CreditMemoRequest CreditMemoRequestItem Material ReferenceSDDocument ReferenceSDDocumentItem',
			),
		},
	},
	{
		...v2(
			'API_OPLACCTGDOCITEMCUBE_SRV',
			entryView,
			'CompanyCode FiscalYear AccountingDocument AccountingDocumentItem',
			`LedgerGLLineItem FinancialAccountType AccountingDocumentType ReferenceDocumentType OriginalReferenceDocument BusinessTransactionType GLAccount
			IsBalanceSheetAccount:Boolean DebitCreditCode AmountInTransactionCurrency:Decimal TransactionCurrency AmountInCompanyCodeCurrency:Decimal
			CompanyCodeCurrency FiscalPeriod PostingDate:DateTime DocumentDate:DateTime AccountingDocumentCreationDate:DateTime CreationTime:Time
			LastChangeDate:DateTime Customer BillingDocument SalesDocument SalesDocumentItem Material DocumentItemText NetDueDate:DateTime
			InvoiceReference InvoiceReferenceFiscalYear InvoiceItemReference ClearingDate:DateTime ClearingCreationDate:DateTime
			ClearingAccountingDocument ClearingDocFiscalYear IsCleared:Boolean ReverseDocument AccountingDocCreatedByUser`,
			{
				FinancialAccountType: 'text',
				GLAccount: 'text',
				PostingDate: 'date',
				AccountingDocumentCreationDate: 'date',
				LastChangeDate: 'date',
				ClearingCreationDate: 'date',
			},
		),
		pageLimit: 900,
	},
	{
		...v2(
			`${journalView}_CDS`,
			journalView,
			'SourceLedger CompanyCode FiscalYear AccountingDocument LedgerGLLineItem Ledger',
			`AccountingDocumentType AccountingDocumentCategory ReferenceDocumentType ReferenceDocument GLAccount AmountInTransactionCurrency:Decimal
			TransactionCurrency AmountInCompanyCodeCurrency:Decimal CompanyCodeCurrency PostingDate:DateTime CreationDate:DateTime CreationTime:Time
			LastChangeDate:DateTime Customer SalesDocument SalesDocumentItem Product SoldProduct DocumentItemText AccountingDocCreatedByUser`,
			{ GLAccount: 'text', PostingDate: 'date', CreationDate: 'date', LastChangeDate: 'date' },
		),
		pageLimit: 900,
	},
]

/** A set as the store keeps it: what requests filter by, and the record itself as JSON. */
export function storedSapSet({ name, keys, stored }: SapSet): StoredObject {
	const kinds = { text: 'text', date: 'date', time: 'text' } as const
	return {
		system: 'sap',
		name,
		columns: [
			...keys.filter((key) => !stored[key]).map((key) => ({ name: key, kind: 'text' as const })),
			...Object.entries(stored).map(([property, kind]) => ({ name: property, kind: kinds[kind] })),
			{ name: 'changed', kind: 'datetime' },
			{ name: 'body', kind: 'text' },
		],
		key: keys,
		stamp: 'changed',
	}
}

function v2(service: string, name: string, keyList: string, list: string, stored: SapSet['stored'] = {}): SapSet {
	const keyTypes = types(keyList)
	const dated = Object.fromEntries(
		Object.entries(keyTypes)
			.filter(([, type]) => type === 'DateTime')
			.map(([key]) => [key, 'date' as const]),
	)
	return {
		name,
		service,
		version: 'V2',
		keys: Object.keys(keyTypes),
		stored: { ...dated, ...stored },
		hasStamp: false,
		properties: { ...keyTypes, ...types(list) },
		navigation: {},
		pageLimit: null,
	}
}

function stamped(set: SapSet): SapSet {
	return { ...set, hasStamp: true }
}

function list(type: string, properties: string, navigation: Record<string, Navigation> = {}): Navigation {
	return { type, isList: true, properties: types(properties), navigation }
}

function types(words: string): Record<string, string> {
	return Object.fromEntries(
		words
			.trim()
			.split(/\s+/)
			.map((word) => [word.split(':')[0]!, word.split(':')[1] ?? 'String']),
	)
}
