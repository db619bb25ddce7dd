import { columns, snakeCase } from '../../columns.ts'
import type { Stream } from '../../source.ts'

/** Xero states neither; our choice (docs/systems/xero.md). Seconds. */
const updated = { column: 'updated_date_utc', heldBack: 60, overlap: 300 }

const freshness = { warn: 24 * 60, error: 48 * 60 }
const urgent = { warn: 60, error: 240 }

/** How an endpoint is paged: `sized` by `page` and `pageSize`, `fixed` by `page` in hundreds, `whole` not at all. */
export type Paging = 'sized' | 'fixed' | 'whole'

/** What differs between the endpoints, by name: paging, the identifier to sort by (null: must not be sorted), and what else to send. */
export const endpoints: Record<string, { paging: Paging; order: string | null; query?: Record<string, string> }> = {
	Organisation: { paging: 'whole', order: null },
	Users: { paging: 'whole', order: null },
	Accounts: { paging: 'whole', order: null },
	Items: { paging: 'whole', order: null, query: { unitdp: '4' } },
	BatchPayments: { paging: 'whole', order: null },
	Contacts: { paging: 'sized', order: 'ContactID', query: { includeArchived: 'true' } },
	Quotes: { paging: 'fixed', order: null },
	// Xero-OpenAPI: without includeArchived, invoices "with a status of ARCHIVED" do not come.
	Invoices: { paging: 'sized', order: 'InvoiceID', query: { includeArchived: 'true', unitdp: '4' } },
	CreditNotes: { paging: 'sized', order: 'CreditNoteID', query: { unitdp: '4' } },
	Payments: { paging: 'sized', order: 'PaymentID' },
	Overpayments: { paging: 'sized', order: 'OverpaymentID', query: { unitdp: '4' } },
	Prepayments: { paging: 'sized', order: 'PrepaymentID', query: { unitdp: '4' } },
	BankTransactions: { paging: 'sized', order: 'BankTransactionID', query: { unitdp: '4' } },
	// With an order, everything comes, whatever If-Modified-Since says (a bug of Xero's).
	ManualJournals: { paging: 'sized', order: null },
}

/** The scope that shows an endpoint (developer.xero.com/documentation/oauth2/scopes). */
export const scopes: Record<string, string> = {
	...Object.fromEntries(
		['Organisation', 'Users', 'Accounts', 'Items'].map((name) => [name, 'accounting.settings.read']),
	),
	Contacts: 'accounting.contacts.read',
	...Object.fromEntries(['Invoices', 'CreditNotes', 'Quotes'].map((name) => [name, 'accounting.invoices.read'])),
	...Object.fromEntries(
		['Payments', 'BatchPayments', 'Overpayments', 'Prepayments'].map((name) => [name, 'accounting.payments.read']),
	),
	BankTransactions: 'accounting.banktransactions.read',
	ManualJournals: 'accounting.manualjournals.read',
	'Reports/ProfitAndLoss': 'accounting.reports.profitandloss.read',
}

const sales =
	'ContactID=Contact.ContactID Date:ms_date Status LineAmountTypes SubTotal:amount TotalTax:amount Total:amount'
const stamped = 'CurrencyCode:currency CurrencyRate:rate UpdatedDateUTC:ms_datetime'
const line = `
	LineItemID Description ItemCode ItemID=Item.ItemID AccountCode AccountID Quantity:quantity UnitAmount:price DiscountRate:quantity DiscountAmount:amount
	LineAmount:amount TaxType TaxAmount:amount`
const allocation = 'AllocationID InvoiceID=Invoice.InvoiceID Amount:amount Date:ms_date IsDeleted:boolean'

/** Xero's endpoints of the Accounting API 2.0, and the lists inside their records. Names in snake case. */
export const xeroStreams: Stream[] = [
	whole(
		'organisations',
		'Organisation',
		'OrganisationID',
		`OrganisationID Name LegalName BaseCurrency:currency CountryCode Timezone PeriodLockDate:ms_date EndOfYearLockDate:ms_date
		IsDemoCompany:boolean OrganisationStatus ShortCode CreatedDateUTC:ms_datetime`,
	),
	whole(
		'users',
		'Users',
		'UserID',
		'UserID EmailAddress FirstName LastName OrganisationRole UpdatedDateUTC:ms_datetime',
	),
	whole(
		'accounts',
		'Accounts',
		'AccountID',
		'AccountID Code Name Type Class Status SystemAccount CurrencyCode UpdatedDateUTC:ms_datetime',
	),
	whole(
		'items',
		'Items',
		'ItemID',
		`ItemID Code Name Description IsSold:boolean IsPurchased:boolean IsTrackedAsInventory:boolean QuantityOnHand:quantity
		TotalCostPool:amount SalesUnitPrice=SalesDetails.UnitPrice:price SalesAccountCode=SalesDetails.AccountCode
		PurchaseUnitPrice=PurchaseDetails.UnitPrice:price UpdatedDateUTC:ms_datetime`,
	),
	changed(
		'contacts',
		'Contacts',
		'ContactID',
		`ContactID AccountNumber Name FirstName LastName EmailAddress CompanyNumber TaxNumber ContactStatus MergedToContactID
		IsCustomer:boolean IsSupplier:boolean DefaultCurrency Website Addresses:json Phones:json ContactPersons:json ContactGroups:json
		PaymentTermsDay=PaymentTerms.Sales.Day:integer PaymentTermsType=PaymentTerms.Sales.Type UpdatedDateUTC:ms_datetime
		*crm_id=ContactNumber`,
	),
	inside('contact_addresses', 'contacts', 'addresses', ['AddressType'], {
		list: 'AddressType AddressLine1 AddressLine2 AddressLine3 AddressLine4 City Region PostalCode Country AttentionTo',
	}),
	inside('contact_phones', 'contacts', 'phones', ['PhoneType'], {
		list: 'PhoneType PhoneCountryCode PhoneAreaCode PhoneNumber',
	}),
	inside('contact_persons', 'contacts', 'contact_persons', [], {
		list: 'FirstName LastName EmailAddress IncludeInEmails:boolean',
	}),
	inside('contact_group_members', 'contacts', 'contact_groups', ['ContactGroupID'], { list: 'ContactGroupID Name' }),
	{
		...changed(
			'invoices',
			'Invoices',
			'InvoiceID',
			`InvoiceID Type InvoiceNumber Reference Url ${sales} DueDate:ms_date FullyPaidOnDate:ms_date TotalDiscount:amount
			AmountDue:amount AmountPaid:amount AmountCredited:amount RepeatingInvoiceID LineItems:json ${stamped}
			*crm_opportunity=Reference`,
		),
		filter: 'Type=="ACCREC"',
		money: { amount: 'total', currency: 'currency_code' },
		freshness: urgent,
	},
	inside('invoice_lines', 'invoices', 'line_items', ['LineItemID'], { list: line, freshness: urgent }),
	{
		...inside('invoice_line_tracking', 'invoices', 'line_items', ['line_item_id', 'TrackingCategoryID'], {
			list: 'TrackingCategoryID Name Option',
			inside: 'Tracking',
		}),
	},
	{
		...changed(
			'credit_notes',
			'CreditNotes',
			'CreditNoteID',
			`CreditNoteID Type CreditNoteNumber Reference ${sales} DueDate:ms_date FullyPaidOnDate:ms_date RemainingCredit:amount
			LineItems:json Allocations:json ${stamped}`,
		),
		filter: 'Type=="ACCRECCREDIT"',
		money: { amount: 'total', currency: 'currency_code' },
		freshness: urgent,
	},
	inside('credit_note_lines', 'credit_notes', 'line_items', ['LineItemID'], { list: line, freshness: urgent }),
	inside('credit_note_allocations', 'credit_notes', 'allocations', ['AllocationID'], { list: allocation }),
	{
		...changed(
			'payments',
			'Payments',
			'PaymentID',
			`PaymentID PaymentType Status Reference Date:ms_date Amount:amount BankAmount:amount CurrencyRate:rate IsReconciled:boolean
			InvoiceID=Invoice.InvoiceID InvoiceType=Invoice.Type ContactID=Invoice.Contact.ContactID
			CurrencyCode=Invoice.CurrencyCode:currency CreditNoteID=CreditNote.CreditNoteID PrepaymentID=Prepayment.PrepaymentID
			OverpaymentID=Overpayment.OverpaymentID BatchPaymentID AccountID=Account.AccountID UpdatedDateUTC:ms_datetime`,
		),
		filter:
			'PaymentType=="ACCRECPAYMENT" OR PaymentType=="ARCREDITPAYMENT" OR PaymentType=="AROVERPAYMENTPAYMENT" OR PaymentType=="ARPREPAYMENTPAYMENT"',
		money: { amount: 'amount', currency: 'currency_code' },
	},
	changed(
		'batch_payments',
		'BatchPayments',
		'BatchPaymentID',
		`BatchPaymentID Type Status Date:ms_date TotalAmount:amount Reference AccountID=Account.AccountID UpdatedDateUTC:ms_datetime`,
	),
	...['Overpayment', 'Prepayment'].flatMap((kind) => [
		changed(
			`${kind.toLowerCase()}s`,
			`${kind}s`,
			`${kind}ID`,
			`${kind}ID Type Reference ${sales} RemainingCredit:amount Allocations:json ${stamped}`,
		),
		inside(`${kind.toLowerCase()}_allocations`, `${kind.toLowerCase()}s`, 'allocations', ['AllocationID'], {
			list: allocation,
		}),
	]),
	{
		...changed(
			'bank_transactions',
			'BankTransactions',
			'BankTransactionID',
			`BankTransactionID Type Reference ${sales} LineItems:json ${stamped}`,
		),
		filter: 'Type=="RECEIVE" OR Type=="SPEND"',
	},
	inside('bank_transaction_lines', 'bank_transactions', 'line_items', ['LineItemID'], { list: line }),
	changed(
		'manual_journals',
		'ManualJournals',
		'ManualJournalID',
		'ManualJournalID Narration Date:ms_date Status LineAmountTypes JournalLines:json UpdatedDateUTC:ms_datetime',
	),
	inside('manual_journal_lines', 'manual_journals', 'journal_lines', [], {
		list: 'AccountID AccountCode Description LineAmount:amount TaxType TaxAmount:amount IsBlank:boolean',
	}),
	changed(
		'quotes',
		'Quotes',
		'QuoteID',
		`QuoteID QuoteNumber Reference Title ContactID=Contact.ContactID Date:ms_date ExpiryDate:ms_date Status LineAmountTypes
		SubTotal:amount TotalTax:amount Total:amount TotalDiscount:amount LineItems:json ${stamped} *crm_opportunity=Reference`,
	),
	inside('quote_lines', 'quotes', 'line_items', ['LineItemID'], { list: line }),
	{
		// Read with the documents, as often as they are, so that both are of one moment.
		...whole(
			'profit_and_loss',
			'Reports/ProfitAndLoss',
			'ToDate',
			'FromDate:date ToDate:date AccountID Account Section Amount:amount',
		),
		key: ['to_date', 'account_id'],
		priority: 1,
		freshness: urgent,
	},
]

/** An endpoint that is asked for what changed. */
function changed(name: string, object: string, key: string, list: string): Stream {
	const columns = xeroColumns(list)
	return {
		name,
		object,
		key: [snakeCase(key)],
		columns,
		cursor: updated,
		hasBlanks: true,
		...(mayBeEmpty(name) && { mayBeEmpty: true }),
		priority: priorityOf(name),
		freshness,
	}
}

/** What many organisations have none of. */
function mayBeEmpty(name: string): boolean {
	return [
		'items',
		'credit_notes',
		'batch_payments',
		'overpayments',
		'prepayments',
		'bank_transactions',
		'manual_journals',
		'quotes',
	].includes(name)
}

/** An endpoint that is read whole each time: what is no longer in it was deleted. */
function whole(name: string, object: string, key: string, list: string): Stream {
	const columns = xeroColumns(list)
	return {
		name,
		object,
		key: [snakeCase(key)],
		columns,
		cursor: null,
		hasBlanks: true,
		...(mayBeEmpty(name) && { mayBeEmpty: true }),
		priority: priorityOf(name),
		freshness,
	}
}

/** A month end can't do without what is billed and posted; people, batches and quotes can wait. */
function priorityOf(name: string): 1 | 2 | 3 {
	if (['organisations', 'accounts', 'items', 'contacts', 'invoices', 'credit_notes', 'manual_journals'].includes(name))
		return 1
	return ['users', 'batch_payments', 'quotes'].includes(name) ? 3 : 2
}

/** A list inside the records of another stream; without a key its elements are known by their place. */
function inside(
	name: string,
	stream: string,
	column: string,
	key: string[],
	{
		list,
		inside: inner,
		freshness: own = freshness,
	}: { list: string; inside?: string; freshness?: Stream['freshness'] },
): Stream {
	const enclosing: Stream['columns'] = inner ? { line_item_id: { field: '^.LineItemID', type: 'text' } } : {}
	return {
		name,
		object: name,
		key: key.map(snakeCase),
		columns: { ...enclosing, ...xeroColumns(list) },
		cursor: null,
		hasBlanks: true,
		within: { stream, column, ...(inner && { inside: inner }) },
		freshness: own,
	}
}

/** `Date:ms_date`, or, for a member further inside, `ContactID=Contact.ContactID`: the name, then where it stands. */
function xeroColumns(list: string): Stream['columns'] {
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
	const declared = Object.entries(columns(plain.join(' '), snakeCase)).map(([name, column]) => [
		name,
		{ ...column, field: paths.get(name) ?? column.field },
	])
	return withInverse(Object.fromEntries(declared))
}

/** `CurrencyRate` is units of the document's currency per 1 of the organisation's: to translate one divides, so the inverse lands beside it. */
function withInverse(declared: Stream['columns']): Stream['columns'] {
	if (!declared['currency_rate']) return declared
	return { ...declared, currency_rate_inverse: { field: '', type: 'rate', inverseOf: 'currency_rate' } }
}
