import type { StoredObject } from '../store.ts'
import type { ValueKind } from '../stored-value.ts'
import type { SchemaEvent } from '../world/schema-events.ts'

/** An attribute as `describe` tells it: `integer` is an id or a count, `flag` a boolean. */
export type Attribute = { name: string; type: AttributeType; kind: ValueKind }
type AttributeType = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime'

/**
 * A resource, or a child of one. `table`: where the store keeps it, the path of names from the resource on. `application`: under which
 * root it stands. `finder`: it answers to nothing else.
 */
export type Resource = {
	name: string
	table: string
	key: string[]
	stamp: string | null
	attributes: Attribute[]
	children: Resource[]
	application: 'fscmRestApi' | 'crmRestApi'
	finder: string | null
}

/** The column by which a child's row names its parent's; no attribute. */
export const parentColumn = 'parent_'

const kinds: Record<AttributeType, ValueKind> = {
	string: 'text',
	integer: 'integer',
	number: 'number',
	boolean: 'boolean',
	date: 'date',
	datetime: 'datetime',
}

const stamps = 'CreationDate:datetime LastUpdateDate:datetime LastUpdatedBy'
const distribution =
	'AccountClass AccountCombination AccountedAmount:number Amount:number DetailedTaxLineNumber:integer Percent:number'
const application = `ApplicationAmount:number EnteredCurrency ApplicationDate:date AccountingDate:date ApplicationStatus ProcessStatus
	IsLatestApplication ReferenceTransactionId:integer ReferenceTransactionNumber ReferenceTransactionStatus`

const shipTo =
	'AddressId:integer PartyId:integer PartyName PartyNumber SiteId:integer Address1 City State PostalCode Country'

/** The resources of the sample company's pod, each with the attributes that are of use to a reader of its books. */
export const resources: Resource[] = [
	resource(
		'salesOrdersForOrderHub',
		'HeaderId',
		`HeaderId:integer OrderNumber SourceTransactionSystem SourceTransactionId SourceTransactionNumber SourceTransactionRevisionNumber:integer
		BusinessUnitId:integer BusinessUnitName RequestingBusinessUnitId:integer RequestingBusinessUnitName RequestingLegalEntityId:integer
		RequestingLegalEntity BuyingPartyId:integer BuyingPartyName BuyingPartyNumber TransactionalCurrencyCode
		CurrencyConversionRate:number CurrencyConversionType TransactionOn:datetime CustomerPONumber StatusCode SubmittedFlag:boolean
		OpenFlag:boolean CanceledFlag:boolean SalesChannelCode OrigSystemDocumentReference ${stamps}`,
		[
			child(
				'lines',
				'FulfillLineId',
				`HeaderId:integer LineId:integer FulfillLineId:integer SourceTransactionLineId SourceTransactionLineNumber ProductId:integer
				ProductNumber ProductDescription OrderedQuantity:number OrderedUOMCode OrderedUOM UnitListPrice:number
				UnitSellingPrice:number ExtendedAmount:number StatusCode CanceledFlag:boolean TransactionCategoryCode
				ParentFulfillLineId:integer RootParentFulfillLineId:integer OrigSystemDocumentLineReference ${stamps}`,
				[child('shipToCustomer', 'AddressId', shipTo)],
			),
			child('billToCustomer', 'AddressId', 'AddressId:integer CustomerAccountId:integer AccountNumber PartyName'),
			child('shipToCustomer', 'AddressId', shipTo),
			child(
				'totals',
				'OrderTotalId',
				'OrderTotalId:integer TotalCode TotalName TotalAmount:number CurrencyCode PrimaryFlag:boolean',
			),
		],
	),
	resource(
		'receivablesInvoices',
		'CustomerTransactionId',
		`CustomerTransactionId:integer TransactionNumber TransactionType TransactionSource InvoiceStatus BillToCustomerName
		BillToCustomerNumber ShipToCustomerNumber ShipToSite LegalEntityIdentifier BusinessUnit InvoiceCurrencyCode ConversionRate:number
		ConversionRateType ConversionDate:date TransactionDate:date AccountingDate:date DueDate:date EnteredAmount:number
		InvoiceBalanceAmount:number FreightAmount:number PaymentTerms PurchaseOrder Comments ${stamps}`,
		[
			child(
				'receivablesInvoiceLines',
				'CustomerTransactionLineId',
				`CustomerTransactionLineId:integer LineNumber:integer Description ItemNumber MemoLine Quantity:number UnitOfMeasure
				UnitSellingPrice:number LineAmount:number SalesOrder AccountingRule AccountingRuleDuration:integer RuleStartDate:date
				RuleEndDate:date TaxClassificationCode ${stamps}`,
				[
					child(
						'receivablesInvoiceLineTransactionDFF',
						'CustomerTrxLineId',
						'CustomerTrxLineId:integer __FLEX_Context _Sales__Order__Number _Fulfillment__Line__ID _Delivery__Name',
					),
					child(
						'receivablesInvoiceLineDFF',
						'CustomerTrxLineId',
						'CustomerTrxLineId:integer crmLine unitListPrice:number',
					),
				],
			),
			child(
				'receivablesInvoiceDistributions',
				'DistributionId',
				`DistributionId:integer ${distribution} InvoiceLineNumber:integer`,
			),
			child('receivablesInvoiceDFF', 'CustomerTrxId', 'CustomerTrxId:integer crmOpportunity salesChannel'),
		],
	),
	resource(
		'receivablesCreditMemos',
		'CustomerTransactionId',
		`CustomerTransactionId:integer TransactionNumber TransactionType TransactionSource CreditMemoStatus CreditReason BillToCustomerName
		BillToCustomerNumber BusinessUnit LegalEntityIdentifier CreditMemoCurrency ConversionRate:number ConversionRateType TransactionDate:date
		AccountingDate:date EnteredAmount:number TransactionBalanceDue:number CreditMemoComments ${stamps}`,
		[
			child(
				'receivablesCreditMemoLines',
				'CustomerTransactionLineId',
				`CustomerTransactionLineId:integer LineNumber:integer LineDescription ItemNumber MemoLine LineAmountCredit:number
				LineQuantityCredit:number UnitSellingPrice:number UnitOfMeasure ${stamps}`,
			),
			child(
				'receivablesCreditMemoDistributions',
				'DistributionId',
				`DistributionId:integer ${distribution} CreditMemoLineNumber:integer`,
			),
			child('receivablesCreditMemoDFF', 'CustomerTrxId', 'CustomerTrxId:integer creditedInvoice'),
		],
	),
	resource(
		'standardReceipts',
		'StandardReceiptId',
		`StandardReceiptId:integer ReceiptNumber Amount:number AccountedAmount:number UnappliedAmount:number Currency BusinessUnit
		ReceiptDate:date AccountingDate:date ReceiptMethod CustomerName CustomerAccountNumber State Status Comments ${stamps}`,
	),
	resource(
		'receivablesCustomerAccountActivities',
		'AccountId',
		`AccountId:integer AccountNumber CustomerId:integer CustomerName TaxRegistrationNumber ${stamps}`,
		[
			child(
				'standardReceiptApplications',
				'ApplicationId',
				`ApplicationId:integer StandardReceiptId:integer ReceiptNumber ${application}`,
			),
			child(
				'creditMemoApplications',
				'ApplicationId',
				`ApplicationId:integer CreditMemoId:integer CreditMemoNumber ${application}`,
			),
		],
	),
	{
		...resource(
			'hubOrganizations',
			'PartyId',
			`PartyId:integer PartyNumber OrganizationName TaxpayerIdentificationNumber EmailAddress URL PartyStatus
			OrganizationDEO_CrmAccountId_c OrganizationDEO_PartyRole_c OrganizationDEO_Segment_c ${stamps}`,
			[
				child(
					'Address',
					'AddressId',
					'AddressId:integer AddressNumber Address1 Address2 City State PostalCode Country PrimaryFlag:boolean',
				),
			],
		),
		application: 'crmRestApi',
	},
	{
		...resource(
			'itemsV2',
			'ItemId OrganizationId',
			`ItemId:integer OrganizationId:integer OrganizationCode ItemNumber ItemDescription ItemClass UserItemTypeValue PrimaryUOMCode
			PrimaryUOMValue ItemStatusValue CreationDateTime:datetime LastUpdateDateTime:datetime`,
		),
		stamp: 'LastUpdateDateTime',
	},
	setup('unitsOfMeasure', 'UOMCode', 'UOMCode UnitOfMeasure ClassCode BaseUnitFlag:boolean StandardConversion:number'),
	{
		...setup(
			'currencyRates',
			'FromCurrency ToCurrency ConversionDate',
			'FromCurrency ToCurrency UserConversionType ConversionDate:date ConversionRate:number',
		),
		finder: 'CurrencyRatesFinder',
	},
	setup('legalEntitiesLOV', 'LegalEntityId', 'LegalEntityId:integer Name LegalEntityIdentifier'),
	setup(
		'finBusinessUnitsLOV',
		'BusinessUnitId',
		'BusinessUnitId:integer BusinessUnitName LegalEntityId:integer PrimaryLedgerId:integer',
	),
	setup('ledgersLOV', 'LedgerId', 'LedgerId:integer Name CurrencyCode LedgerCategoryCode'),
	setup(
		'accountCombinationsLOV',
		'_CODE_COMBINATION_ID',
		// The last three are segments, named by the company.
		'_CODE_COMBINATION_ID:integer _CHART_OF_ACCOUNTS_ID:integer AccountType EnabledFlag company account product',
	),
	resource(
		'journalBatches',
		'JeBatchId',
		`JeBatchId:integer BatchName Status StatusMeaning ActualFlagMeaning UserJeSourceName PostedDate:datetime ${stamps}`,
		[
			child(
				'journalHeaders',
				'JournalName',
				'JournalName JournalDescription UserJeCategoryName LedgerName LegalEntityName PeriodName DefaultEffectiveDate:date CurrencyCode',
				[
					child(
						'journalLines',
						'JeLineNumber',
						`JeLineNumber:integer AccountCombination CurrencyCode EnteredDr:number EnteredCr:number AccountedDr:number
						AccountedCr:number Description`,
					),
				],
			),
		],
	),
	resource(
		'revenueContracts',
		'CustomerContractHeaderId',
		`CustomerContractHeaderId:integer CustomerContractNumber:integer CustomerContractDate:date ContractStatus ${stamps}`,
		[
			child(
				'performanceObligations',
				'PerformanceObligationId',
				'PerformanceObligationId:integer PerformanceObligationNumber:integer SatisfactionStatus',
				[
					child(
						'promisedDetails',
						'PromisedDetailLineId',
						'PromisedDetailLineId:integer PromisedDetailLineNumber:integer DocumentLineId:integer',
						[
							child(
								'satisfactionEvents',
								'SatisfactionEventId',
								`SatisfactionEventId:integer SatisfactionMeasurementNumber:integer SatisfactionMeasurementDate:date
								ProcessedAmount:number ProcessedFlag DiscardedFlag`,
							),
							child('sourceDocuments', 'DocumentId', 'DocumentId:integer DocumentNumber', [
								child(
									'sourceDocumentLines',
									'DocumentLineId',
									'DocumentLineId:integer DocumentLineNumber:integer DocumentLineIdInteger1:integer',
								),
							]),
						],
					),
				],
			),
		],
	),
]

/** The tables of a resource and of all its children, as the store keeps them. */
export function storedResources(one: Resource, parent: Resource | null = null): StoredObject[] {
	const columns = one.attributes.map(({ name, kind }) => ({ name, kind }))
	const own: StoredObject = {
		system: 'oracle',
		name: one.table,
		columns: parent ? [{ name: parentColumn, kind: 'text' }, ...columns] : columns,
		key: parent ? [parentColumn, ...one.key] : one.key,
		stamp: parent ? null : one.stamp,
	}
	return [own, ...one.children.flatMap((each) => storedResources(each, one))]
}

/** The attribute that a schema event speaks of. */
export function eventAttribute({ field, type }: Pick<SchemaEvent, 'field' | 'type'>): Attribute {
	const words = {
		string: 'string',
		double: 'number',
		boolean: 'boolean',
		date: 'date',
		picklist: 'string',
		currency: 'number',
	}
	return attribute(`${field}:${words[type]}`)
}

function resource(name: string, key: string, list: string, children: Resource[] = []): Resource {
	const attributes = list.trim().split(/\s+/).map(attribute)
	const of = { name, table: name, key: key.split(' '), attributes, application: 'fscmRestApi' as const, finder: null }
	return { ...of, stamp: 'LastUpdateDate', children: children.map((one) => placed(one, name)) }
}

/** What is set up once: without stamps. */
function setup(name: string, key: string, list: string): Resource {
	return { ...resource(name, key, list), stamp: null }
}

function child(name: string, key: string, list: string, children: Resource[] = []): Resource {
	return { ...setup(name, key, list), children }
}

/** A child with its table named after the way to it. */
function placed(one: Resource, above: string): Resource {
	const table = `${above}.${one.name}`
	return { ...one, table, children: one.children.map((each) => placed(each, table)) }
}

function attribute(word: string): Attribute {
	const [name = '', type = 'string'] = word.split(':') as [string, AttributeType?]
	if (!kinds[type]) throw new RangeError(`attribute "${word}": allowed types are ${Object.keys(kinds).join(', ')}`)
	return { name, type, kind: kinds[type] }
}
