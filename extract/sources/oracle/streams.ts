import { columns, snakeCase } from '../../columns.ts'
import type { Stream, Within } from '../../source.ts'

/** Rows commit after their stamp; Oracle says nothing of how late. Seconds. */
const held = { heldBack: 5 * 60, overlap: 3600 }

const day = 24 * 60
const freshness = { warn: day, error: 2 * day }
const urgent = { warn: 60, error: 240 }
const stamps = 'CreationDate:offset_datetime LastUpdateDate:offset_datetime'
/** Of documents also who changed them last, where the release says so. */
const edited = `${stamps} ?LastUpdatedBy`

/** The lists that come with each record (`expand`), by the resource that is asked for. */
export const expansions: Record<string, string> = {
	salesOrdersForOrderHub: 'lines.shipToCustomer,billToCustomer,shipToCustomer,totals',
	receivablesInvoices:
		'receivablesInvoiceLines.receivablesInvoiceLineTransactionDFF,receivablesInvoiceLines.receivablesInvoiceLineDFF,receivablesInvoiceDistributions,receivablesInvoiceDFF',
	receivablesCreditMemos: 'receivablesCreditMemoLines,receivablesCreditMemoDistributions,receivablesCreditMemoDFF',
	receivablesCustomerAccountActivities: 'standardReceiptApplications,creditMemoApplications',
	hubOrganizations: 'Address',
	journalBatches: 'journalHeaders.journalLines',
	revenueContracts:
		'performanceObligations.promisedDetails.satisfactionEvents,performanceObligations.promisedDetails.sourceDocuments.sourceDocumentLines',
}

/** Records of a page, where fewer are wise: each comes with all that was ever applied to it, or with all its periods. */
export const smallPages: Record<string, number> = {
	receivablesCustomerAccountActivities: 50,
	revenueContracts: 100,
	journalBatches: 100,
}

/** Resources that are not under `fscmRestApi`. */
export const applications: Record<string, string> = { hubOrganizations: 'crmRestApi' }

const application = (of: string) =>
	`ApplicationId ${of} ApplicationAmount:amount EnteredCurrency:currency ApplicationDate:date AccountingDate:date ApplicationStatus
	IsLatestApplication ReferenceTransactionId ReferenceTransactionNumber`

const distribution = (line: string) =>
	`DistributionId AccountClass AccountCombination AccountedAmount:amount Amount:amount ${line}:integer DetailedTaxLineNumber:integer`

/** What an ordinary company may have none of. */
const optional = ['credit_memos', 'journal_batches', 'revenue_contracts']

/** Fusion's REST resources, and the lists inside their records. Ids have 15 digits and more and land as text. */
export const oracleStreams: Stream[] = [
	{
		...changed(
			'orders',
			'salesOrdersForOrderHub',
			['HeaderId'],
			`HeaderId OrderNumber SourceTransactionSystem SourceTransactionId SourceTransactionNumber
			SourceTransactionRevisionNumber:integer RequestingBusinessUnitId RequestingLegalEntityId BuyingPartyId
			TransactionalCurrencyCode:currency CurrencyConversionRate:rate TransactionOn:zoned_date CustomerPONumber StatusCode
			SubmittedFlag:boolean SalesChannelCode *crm_opportunity=OrigSystemDocumentReference ${edited}
			lines:json billToCustomer:json shipToCustomer:json totals:json`,
		),
		freshness: urgent,
		priority: 1,
	},
	within('order_lines', { stream: 'orders', column: 'lines' }, ['FulfillLineId'], {
		list: `LineId FulfillLineId SourceTransactionLineId SourceTransactionLineNumber ProductNumber OrderedQuantity:quantity
			OrderedUOM UnitListPrice:price UnitSellingPrice:price ExtendedAmount:amount StatusCode CanceledFlag:boolean
			TransactionCategoryCode ParentFulfillLineId RootParentFulfillLineId *crm_line=OrigSystemDocumentLineReference`,
		freshness: urgent,
	}),
	within('order_bill_tos', { stream: 'orders', column: 'bill_to_customer' }, [], {
		list: 'CustomerAccountId AccountNumber',
		freshness: urgent,
	}),
	within('order_ship_tos', { stream: 'orders', column: 'ship_to_customer' }, [], {
		list: 'PostalCode Country',
		freshness: urgent,
	}),
	within('order_line_ship_tos', { stream: 'orders', column: 'lines', inside: 'shipToCustomer' }, [], {
		list: '^.FulfillLineId PostalCode Country',
		freshness: urgent,
	}),
	within('order_totals', { stream: 'orders', column: 'totals' }, ['TotalCode'], {
		list: 'TotalCode TotalAmount:amount CurrencyCode PrimaryFlag:boolean',
		freshness: urgent,
	}),
	{
		...changed(
			'invoices',
			'receivablesInvoices',
			['CustomerTransactionId'],
			`CustomerTransactionId TransactionNumber TransactionType TransactionSource InvoiceStatus BillToCustomerNumber
			ShipToCustomerNumber ?ShipToSite LegalEntityIdentifier BusinessUnit InvoiceCurrencyCode:currency ConversionRate:rate
			ConversionRateType ConversionDate:date TransactionDate:date AccountingDate:date DueDate:date EnteredAmount:amount
			InvoiceBalanceAmount:amount FreightAmount:amount PaymentTerms PurchaseOrder ${edited}
			receivablesInvoiceLines:json receivablesInvoiceDistributions:json receivablesInvoiceDFF:json`,
		),
		money: { amount: 'entered_amount', currency: 'invoice_currency_code' },
		freshness: urgent,
		priority: 1,
	},
	within('invoice_lines', { stream: 'invoices', column: 'receivables_invoice_lines' }, ['CustomerTransactionLineId'], {
		list: `CustomerTransactionLineId LineNumber:integer Description ItemNumber MemoLine Quantity:quantity UnitOfMeasure
			UnitSellingPrice:price LineAmount:amount SalesOrder AccountingRule AccountingRuleDuration:integer RuleStartDate:date
			RuleEndDate:date`,
		freshness: urgent,
	}),
	within(
		'invoice_line_sources',
		{ stream: 'invoices', column: 'receivables_invoice_lines', inside: 'receivablesInvoiceLineTransactionDFF' },
		[],
		{
			list: '^.CustomerTransactionLineId *fulfill_line_id=_Fulfillment__Line__ID *delivery_name=_Delivery__Name',
			freshness: urgent,
		},
	),
	within(
		'invoice_line_fields',
		{ stream: 'invoices', column: 'receivables_invoice_lines', inside: 'receivablesInvoiceLineDFF' },
		[],
		{
			list: '^.CustomerTransactionLineId *crm_line=crmLine *unit_list_price=unitListPrice:price',
			freshness: urgent,
		},
	),
	within(
		'invoice_distributions',
		{ stream: 'invoices', column: 'receivables_invoice_distributions' },
		['DistributionId'],
		{
			list: distribution('InvoiceLineNumber'),
			freshness: urgent,
		},
	),
	within('invoice_fields', { stream: 'invoices', column: 'receivables_invoice_dff' }, [], {
		list: '*crm_opportunity=crmOpportunity *channel=salesChannel',
		freshness: urgent,
	}),
	{
		...changed(
			'credit_memos',
			'receivablesCreditMemos',
			['CustomerTransactionId'],
			`CustomerTransactionId TransactionNumber TransactionType TransactionSource CreditMemoStatus BillToCustomerNumber BusinessUnit
			?LegalEntityIdentifier
			CreditMemoCurrency:currency ConversionRate:rate TransactionDate:date AccountingDate:date EnteredAmount:amount
			TransactionBalanceDue:amount ${edited}
			receivablesCreditMemoLines:json receivablesCreditMemoDistributions:json receivablesCreditMemoDFF:json`,
		),
		money: { amount: 'entered_amount', currency: 'credit_memo_currency' },
		freshness: urgent,
		priority: 1,
	},
	within(
		'credit_memo_lines',
		{ stream: 'credit_memos', column: 'receivables_credit_memo_lines' },
		['CustomerTransactionLineId'],
		{
			list: `CustomerTransactionLineId LineNumber:integer LineDescription ItemNumber MemoLine LineAmountCredit:amount
				LineQuantityCredit:quantity UnitSellingPrice:price UnitOfMeasure`,
			freshness: urgent,
		},
	),
	within(
		'credit_memo_distributions',
		{ stream: 'credit_memos', column: 'receivables_credit_memo_distributions' },
		['DistributionId'],
		{ list: distribution('CreditMemoLineNumber'), freshness: urgent },
	),
	within('credit_memo_fields', { stream: 'credit_memos', column: 'receivables_credit_memo_dff' }, [], {
		list: '*credited_invoice=creditedInvoice',
		freshness: urgent,
	}),
	{
		...changed(
			'receipts',
			'standardReceipts',
			['StandardReceiptId'],
			`StandardReceiptId ReceiptNumber Amount:amount AccountedAmount:amount UnappliedAmount:amount Currency:currency BusinessUnit
			ReceiptDate:date AccountingDate:date ReceiptMethod CustomerAccountNumber State Status ${stamps}`,
		),
		money: { amount: 'amount', currency: 'currency' },
		freshness: urgent,
	},
	whole(
		'customers',
		'receivablesCustomerAccountActivities',
		['AccountId'],
		`AccountId AccountNumber CustomerId CustomerName ${stamps} standardReceiptApplications:json creditMemoApplications:json`,
	),
	within('receipt_applications', { stream: 'customers', column: 'standard_receipt_applications' }, ['ApplicationId'], {
		list: application('StandardReceiptId ReceiptNumber'),
	}),
	within('credit_memo_applications', { stream: 'customers', column: 'credit_memo_applications' }, ['ApplicationId'], {
		list: application('CreditMemoId CreditMemoNumber'),
	}),
	changed(
		'parties',
		'hubOrganizations',
		['PartyId'],
		`PartyId PartyNumber OrganizationName TaxpayerIdentificationNumber EmailAddress URL ${stamps} Address:json
		*crm_account_id=OrganizationDEO_CrmAccountId_c *role=OrganizationDEO_PartyRole_c *segment=OrganizationDEO_Segment_c`,
	),
	within('party_addresses', { stream: 'parties', column: 'address' }, ['AddressId'], {
		list: 'AddressId AddressNumber Address1 Address2 City State PostalCode Country PrimaryFlag:boolean',
	}),
	{
		...changed(
			'items',
			'itemsV2',
			['ItemId', 'OrganizationId'],
			`ItemId OrganizationId OrganizationCode ItemNumber ItemDescription ItemClass UserItemTypeValue PrimaryUOMCode ItemStatusValue
			CreationDateTime:offset_datetime LastUpdateDateTime:offset_datetime`,
		),
		cursor: { column: 'last_update_date_time', ...held },
		priority: 3,
	},
	whole(
		'units',
		'unitsOfMeasure',
		['UOMCode'],
		'UOMCode UnitOfMeasure ClassCode BaseUnitFlag:boolean StandardConversion:quantity',
	),
	{
		...whole(
			'currency_rates',
			'currencyRates',
			['FromCurrency', 'ToCurrency', 'ConversionDate'],
			'FromCurrency:currency ToCurrency:currency UserConversionType ConversionDate:date ConversionRate:rate',
		),
		columns: {
			...columns(
				'FromCurrency:currency ToCurrency:currency UserConversionType ConversionDate:date ConversionRate:rate',
				snakeCase,
			),
			conversion_rate_inverse: { field: '', type: 'rate', inverseOf: 'conversion_rate' },
		},
	},
	whole('legal_entities', 'legalEntitiesLOV', ['LegalEntityId'], 'LegalEntityId Name LegalEntityIdentifier'),
	whole(
		'business_units',
		'finBusinessUnitsLOV',
		['BusinessUnitId'],
		'BusinessUnitId BusinessUnitName LegalEntityId PrimaryLedgerId',
	),
	whole('ledgers', 'ledgersLOV', ['LedgerId'], 'LedgerId Name CurrencyCode ?LedgerCategoryCode'),
	{
		...whole(
			'revenue_accounts',
			'accountCombinationsLOV',
			['_CODE_COMBINATION_ID'],
			// Its segments are attributes that each pod names itself: they land among what no column is declared for.
			'_CODE_COMBINATION_ID _CHART_OF_ACCOUNTS_ID AccountType',
		),
		filter: `AccountType = 'R'`,
	},
	changed(
		'journal_batches',
		'journalBatches',
		['JeBatchId'],
		`JeBatchId BatchName Status ?ActualFlagMeaning UserJeSourceName PostedDate:zoned_date ${edited} journalHeaders:json`,
	),
	// A journal says no id of its own, only its name, which is one in its batch.
	within('journals', { stream: 'journal_batches', column: 'journal_headers' }, ['JournalName'], {
		// A journal that counts heads is in STAT, which is no currency's code.
		list: 'JournalName ?UserJeCategoryName LedgerName ?LegalEntityName PeriodName DefaultEffectiveDate:date CurrencyCode JournalDescription',
	}),
	within(
		'journal_lines',
		{ stream: 'journal_batches', column: 'journal_headers', inside: 'journalLines' },
		['journal_name', 'JeLineNumber'],
		{
			list: `^.JournalName JeLineNumber:integer AccountCombination EnteredDr:amount EnteredCr:amount AccountedDr:amount
				AccountedCr:amount Description`,
		},
	),
	{
		...changed(
			'revenue_contracts',
			'revenueContracts',
			['CustomerContractHeaderId'],
			`CustomerContractHeaderId CustomerContractNumber ContractStatus ${stamps} performanceObligations:json`,
		),
		freshness: urgent,
	},
	within(
		'promised_details',
		{ stream: 'revenue_contracts', column: 'performance_obligations', inside: 'promisedDetails' },
		['PromisedDetailLineId'],
		{ list: 'PromisedDetailLineId DocumentLineId', freshness: urgent },
	),
	within(
		'satisfaction_events',
		{
			stream: 'revenue_contracts',
			column: 'performance_obligations',
			inside: 'promisedDetails[].satisfactionEvents',
		},
		['SatisfactionEventId'],
		{
			list: `SatisfactionEventId ^.PromisedDetailLineId SatisfactionMeasurementDate:date ProcessedAmount:amount
				ProcessedFlag DiscardedFlag`,
			freshness: urgent,
		},
	),
	within(
		'source_document_lines',
		{
			stream: 'revenue_contracts',
			column: 'performance_obligations',
			inside: 'promisedDetails[].sourceDocuments[].sourceDocumentLines',
		},
		['DocumentLineId'],
		{ list: 'DocumentLineId *transaction_line_id=DocumentLineIdInteger1', freshness: urgent },
	),
]

/** A resource whose records bear a stamp. No list tells what was deleted: all ids are read every day. */
function changed(name: string, object: string, key: string[], list: string): Stream {
	return {
		name,
		object,
		key: key.map(snakeCase),
		columns: columns(list, snakeCase),
		cursor: { column: 'last_update_date', ...held },
		sweep: day,
		freshness,
		...(optional.includes(name) && { mayBeEmpty: true }),
	}
}

/** A resource that is read whole each time. */
function whole(name: string, object: string, key: string[], list: string): Stream {
	return { name, object, key: key.map(landing), columns: columns(list, landing), cursor: null, freshness }
}

/** A list inside the records of another stream; without a key its elements are known by their place. */
function within(
	name: string,
	where: Within,
	key: string[],
	{ list, freshness: fresh = freshness }: { list: string; freshness?: Stream['freshness'] },
): Stream {
	return {
		name,
		object: where.inside?.split(/\[\]\.|\./).at(-1) ?? where.column,
		key: key.map(landing),
		columns: columns(list, landing),
		cursor: null,
		freshness: fresh,
		within: where,
	}
}

/** `_CODE_COMBINATION_ID` becomes `code_combination_id`, `^.JournalName` `journal_name`. */
function landing(field: string): string {
	return snakeCase(field.replace(/^[\^.]+|^_/, ''))
}
