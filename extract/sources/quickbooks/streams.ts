import { columns, snakeCase } from '../../columns.ts'
import type { Stream } from '../../source.ts'

/** Intuit states neither; our choice (docs/systems/quickbooks.md). Seconds. */
const updated = { column: 'last_updated_time', heldBack: 30, overlap: 300 }

const freshness = { warn: 24 * 60, error: 48 * 60 }
const urgent = { warn: 60, error: 240 }

/**
 * What differs between the entities. `isList`: inactive records are hidden unless they are asked for, and nothing is ever deleted.
 * `canVanish`: a record can be deleted, of which only the change data capture tells.
 */
export const entities: Record<string, { isList?: boolean; canVanish?: boolean }> = {
	CompanyInfo: {},
	Preferences: {},
	Account: { isList: true },
	Term: { isList: true },
	CustomerType: { isList: true },
	Customer: { isList: true },
	Item: { isList: true },
	Invoice: { canVanish: true },
	SalesReceipt: { canVanish: true },
	CreditMemo: { canVanish: true },
	RefundReceipt: { canVanish: true },
	Payment: { canVanish: true },
	Estimate: { canVanish: true },
	JournalEntry: { canVanish: true },
	Deposit: { canVanish: true },
	Purchase: { canVanish: true },
	ExchangeRate: {},
}

const stamps = 'CreateTime=MetaData.CreateTime:offset_datetime LastUpdatedTime=MetaData.LastUpdatedTime:offset_datetime'
const money = 'CurrencyCode=CurrencyRef.value:currency ExchangeRate:rate'
const form = `
	Id SyncToken:integer DocNumber TxnDate:date CustomerId=CustomerRef.value ${money} TotalAmt:amount HomeTotalAmt:amount
	TotalTax=TxnTaxDetail.TotalTax:amount GlobalTaxCalculation PrivateNote CustomerMemo=CustomerMemo.value DepartmentName=DepartmentRef.name
	ClassName=ClassRef.name Line:json LinkedTxn:json CustomField:json ${stamps}`
const line = `
	Id LineNum:integer DetailType Description Amount:amount ItemId=SalesItemLineDetail.ItemRef.value
	ItemAccountId=SalesItemLineDetail.ItemAccountRef.value Qty=SalesItemLineDetail.Qty:quantity UnitPrice=SalesItemLineDetail.UnitPrice:price
	ServiceDate=SalesItemLineDetail.ServiceDate:date TaxInclusiveAmt=SalesItemLineDetail.TaxInclusiveAmt:amount
	DiscountAmt=SalesItemLineDetail.DiscountAmt:amount DiscountRate=SalesItemLineDetail.DiscountRate:rate
	ClassName=SalesItemLineDetail.ClassRef.name DiscountAccountId=DiscountLineDetail.DiscountAccountRef.value
	DiscountPercent=DiscountLineDetail.DiscountPercent:rate GroupItemId=GroupLineDetail.GroupItemRef.value
	GroupQuantity=GroupLineDetail.Quantity:quantity`
const shipTo = 'ShipPostalCode=ShipAddr.PostalCode ShipCountry=ShipAddr.Country'
const linked = 'TxnId TxnType TxnLineId'

/** QuickBooks Online's entities, and the lists inside their records. Names in snake case. */
export const quickbooksStreams: Stream[] = [
	whole(
		'company_infos',
		'CompanyInfo',
		`Id CompanyName LegalName Country CountryCode=CompanyAddr.Country FiscalYearStartMonth ${stamps}`,
	),
	whole(
		'preferences',
		'Preferences',
		`Id HomeCurrency=CurrencyPrefs.HomeCurrency.value:currency MultiCurrencyEnabled=CurrencyPrefs.MultiCurrencyEnabled:boolean
		BookCloseDate=AccountingInfoPrefs.BookCloseDate:date ${stamps}`,
	),
	changed(
		'accounts',
		'Account',
		`Id Name FullyQualifiedName AcctNum Classification AccountType AccountSubType CurrencyCode=CurrencyRef.value:currency Active:boolean ${stamps}`,
	),
	changed('terms', 'Term', `Id Name Type DueDays:integer DiscountDays:integer Active:boolean ${stamps}`),
	changed('customer_types', 'CustomerType', `Id Name Active:boolean ${stamps}`),
	changed(
		'customers',
		'Customer',
		`Id SyncToken:integer DisplayName CompanyName FullyQualifiedName GivenName FamilyName Title Active:boolean Job:boolean IsProject:boolean
		ParentId=ParentRef.value BillWithParent:boolean Email=PrimaryEmailAddr.Address Phone=PrimaryPhone.FreeFormNumber Website=WebAddr.URI
		BillLine1=BillAddr.Line1 BillLine2=BillAddr.Line2 BillCity=BillAddr.City BillState=BillAddr.CountrySubDivisionCode
		BillPostalCode=BillAddr.PostalCode BillCountry=BillAddr.Country CurrencyCode=CurrencyRef.value:currency
		SalesTermId=SalesTermRef.value CustomerTypeId=CustomerTypeRef.value BusinessNumber GSTIN PrimaryTaxIdentifier Taxable:boolean
		CreditLimit:amount ${stamps} *crm_id=Notes *customer_number=AcctNum *tax_number=ResaleNum`,
	),
	changed(
		'items',
		'Item',
		`Id Name FullyQualifiedName Sku Type Description Active:boolean UnitPrice:price PurchaseCost:price
		IncomeAccountId=IncomeAccountRef.value ExpenseAccountId=ExpenseAccountRef.value ParentId=ParentRef.value ${stamps}`,
	),
	...salesForm(
		'invoice',
		'Invoice',
		`DueDate:date Balance:amount Deposit:amount SalesTermId=SalesTermRef.value EmailStatus ${shipTo} *crm_opportunity=PONumber`,
	),
	...salesForm('sales_receipt', 'SalesReceipt', `Balance:amount PaymentRefNum ${shipTo} *crm_opportunity=PONumber`),
	...salesForm('credit_memo', 'CreditMemo', 'Balance:amount RemainingCredit:amount InvoiceId=InvoiceRef.value'),
	...salesForm('refund_receipt', 'RefundReceipt', 'Balance:amount PaymentRefNum'),
	{
		...changed(
			'payments',
			'Payment',
			`Id SyncToken:integer TxnDate:date CustomerId=CustomerRef.value ${money} TotalAmt:amount UnappliedAmt:amount PaymentRefNum PrivateNote
			Line:json LinkedTxn:json ${stamps}`,
		),
		money: { amount: 'total_amt', currency: 'currency_code' },
	},
	{
		...inside('payment_linked_txns', 'payments', 'line', ['txn_type', 'txn_id'], linked, 'LinkedTxn'),
		columns: { ...columnsOf(linked), amount: { field: '^.Amount', type: 'amount' } },
	},
	{ ...changed('estimates', 'Estimate', `${form} TxnStatus ExpirationDate:date AcceptedDate:date`), priority: 3 },
	{
		...changed(
			'journal_entries',
			'JournalEntry',
			`Id SyncToken:integer DocNumber TxnDate:date ${money} PrivateNote Adjustment:boolean Line:json ${stamps}`,
		),
		freshness: urgent,
		priority: 1,
	},
	inside(
		'journal_entry_lines',
		'journal_entries',
		'line',
		[],
		`Id DetailType Description Amount:amount PostingType=JournalEntryLineDetail.PostingType
		AccountId=JournalEntryLineDetail.AccountRef.value EntityType=JournalEntryLineDetail.Entity.Type
		EntityId=JournalEntryLineDetail.Entity.EntityRef.value ClassName=JournalEntryLineDetail.ClassRef.name`,
	),
	// Money that came in or went out and that a person coded to an income account, as the bank's feed invites to.
	...coded(
		'deposit',
		'Deposit',
		'',
		`AccountId=DepositLineDetail.AccountRef.value EntityType=DepositLineDetail.Entity.type EntityId=DepositLineDetail.Entity.value`,
	),
	...coded(
		'purchase',
		'Purchase',
		'PaymentType Credit:boolean EntityType=EntityRef.type EntityId=EntityRef.value',
		`AccountId=AccountBasedExpenseLineDetail.AccountRef.value CustomerId=AccountBasedExpenseLineDetail.CustomerRef.value`,
	),
	{
		name: 'exchange_rates',
		object: 'ExchangeRate',
		key: ['source_currency_code', 'as_of_date'],
		columns: {
			...columnsOf('SourceCurrencyCode:currency TargetCurrencyCode:currency AsOfDate:date Rate:rate'),
			rate_inverse: { field: '', type: 'rate', inverseOf: 'rate' },
		},
		// Rates are asked for day by day; those of the last week again, because a person may correct them.
		cursor: { column: 'as_of_date', heldBack: 0, overlap: 7 * 86_400 },
		sweep: 90 * 24 * 60,
		freshness,
		priority: 2,
	},
	report(
		'profit_and_loss',
		'ProfitAndLoss',
		['end_date', 'account_id'],
		'StartDate:date EndDate:date AccountId Account Section Amount:amount',
	),
	{
		...report(
			'open_receivables',
			'AgedReceivableDetail',
			['txn_type', 'currency', 'due_month'],
			'TxnType Currency:currency DueMonth OpenBalance:amount',
		),
		mayBeEmpty: true,
	},
]

/** What QuickBooks itself adds up (docs/tie-out.md). Read with the documents, as often as they are, so that both are of one moment. */
function report(name: string, object: string, key: string[], list: string): Stream {
	return { name, object, key, columns: columnsOf(list), cursor: null, priority: 1, freshness: urgent }
}

/** A sales form with its lines, the lines of its bundles and, where a deal may be named, its custom fields. */
function salesForm(name: string, object: string, list: string): Stream[] {
	const records = `${name}s`
	return [
		{
			...changed(records, object, `${form} ${list}`),
			money: { amount: 'total_amt', currency: 'currency_code' },
			freshness: urgent,
			priority: 1,
		},
		{ ...inside(`${name}_lines`, records, 'line', [], line), freshness: urgent },
		inside(`${name}_bundle_lines`, records, 'line', [], line, 'GroupLineDetail.Line'),
		...(list.includes('crm_opportunity')
			? [
					inside(
						`${name}_custom_fields`,
						records,
						'custom_field',
						['definition_id'],
						'DefinitionId Name Type StringValue',
					),
				]
			: []),
	]
}

/** Money without a sales form, with its lines. */
function coded(name: string, object: string, list: string, line: string): Stream[] {
	const records = `${name}s`
	return [
		{
			...changed(
				records,
				object,
				`Id SyncToken:integer DocNumber TxnDate:date ${money} TotalAmt:amount GlobalTaxCalculation PrivateNote Line:json ${list} ${stamps}`,
			),
			money: { amount: 'total_amt', currency: 'currency_code' },
			freshness: urgent,
		},
		inside(`${name}_lines`, records, 'line', [], `Id DetailType Description Amount:amount ${line}`),
	]
}

/** An entity that is asked for what changed. */
function changed(name: string, object: string, list: string): Stream {
	const priority: Stream['priority'] = ['accounts', 'items', 'customers'].includes(name) ? 1 : 2
	// What many companies have none of.
	const mayBeEmpty = [
		'customer_types',
		'credit_memos',
		'sales_receipts',
		'refund_receipts',
		'estimates',
		'journal_entries',
		'deposits',
		'purchases',
	].includes(name)
	const stream: Stream = { name, object, key: ['id'], columns: columnsOf(list), cursor: updated, priority, freshness }
	return mayBeEmpty ? { ...stream, mayBeEmpty } : stream
}

/** An entity of one record, read each time. */
function whole(name: string, object: string, list: string): Stream {
	return { name, object, key: ['id'], columns: columnsOf(list), cursor: null, priority: 1, freshness }
}

/** A list inside the records of another stream; without a key its elements are known by their place. */
function inside(name: string, stream: string, column: string, key: string[], list: string, inner?: string): Stream {
	return {
		name,
		object: name,
		key,
		columns: columnsOf(list),
		cursor: null,
		within: { stream, column, ...(inner && { inside: inner }) },
		freshness,
	}
}

/** `TxnDate:date`, or, for a member further inside, `CustomerId=CustomerRef.value`: the name, then where it stands. */
function columnsOf(list: string): Stream['columns'] {
	const paths = new Map<string, string>()
	const plain = list
		.trim()
		.split(/\s+/)
		.map((word) => {
			const match = /^(\w+)=([\w.]+)(:\w+)?$/.exec(word)
			if (!match) return word
			paths.set(snakeCase(match[1]!), match[2]!)
			return `${match[1]}${match[3] ?? ''}`
		})
	return Object.fromEntries(
		Object.entries(columns(plain.join(' '), snakeCase)).map(([name, column]) => [
			name,
			{ ...column, field: paths.get(name) ?? column.field },
		]),
	)
}
