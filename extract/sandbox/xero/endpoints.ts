import type { StoredObject } from '../store.ts'

/** One endpoint of the Accounting API as it behaves. */
export type XeroEndpoint = {
	name: string
	/** The member of the answer that has the records. */
	list: string
	/** The identifier of a record. */
	id: string
	/** `sized`: `page` and `pageSize`; `fixed`: `page` in hundreds; `whole`: neither is looked at. */
	paging: 'sized' | 'fixed' | 'whole'
	hasModifiedSince: boolean
	/** What `where` can compare: Xero's property, and the stored column. */
	filters: Record<string, 'kind' | 'status'>
	/** The member that the stored column `reference` is. */
	reference?: string
	/** Members that come only with `page`, or for one record. */
	onlyPaged: string[]
	/** Members that `summaryOnly` leaves out; null: it is no parameter here. */
	summary: string[] | null
	hasUnitDecimals: boolean
	/** With `order`, `If-Modified-Since` is passed over (seen at ManualJournals). */
	orderBreaksFilter?: boolean
	/** Has each record its stamp? */
	hasStamp: boolean
	/** The scope that shows it. */
	scope: string
	/** A record that is hidden unless `includeArchived` is sent. */
	archived?: string
}

const usual = {
	hasModifiedSince: true,
	filters: {},
	onlyPaged: [],
	summary: null,
	hasUnitDecimals: false,
	hasStamp: true,
}
const documents = { ...usual, paging: 'sized' as const, onlyPaged: ['LineItems'], hasUnitDecimals: true }
const typed = { Type: 'kind', Status: 'status' } as const
const settings = 'accounting.settings.read'

/** The endpoints that the sandbox has. */
export const xeroEndpoints: XeroEndpoint[] = [
	{
		...usual,
		name: 'Organisation',
		list: 'Organisations',
		id: 'OrganisationID',
		paging: 'whole',
		hasModifiedSince: false,
		hasStamp: false,
		scope: settings,
	},
	{ ...usual, name: 'Users', list: 'Users', id: 'UserID', paging: 'whole', scope: settings },
	{
		...usual,
		name: 'Accounts',
		list: 'Accounts',
		id: 'AccountID',
		paging: 'whole',
		scope: settings,
		filters: { Status: 'status' },
	},
	{ ...usual, name: 'Items', list: 'Items', id: 'ItemID', paging: 'whole', hasUnitDecimals: true, scope: settings },
	{
		...usual,
		name: 'Contacts',
		list: 'Contacts',
		id: 'ContactID',
		paging: 'sized',
		filters: { ContactStatus: 'status' },
		reference: 'ContactNumber',
		onlyPaged: ['MergedToContactID', 'ContactPersons', 'ContactGroups', 'PaymentTerms', 'Website'],
		summary: ['Addresses', 'Phones', 'ContactPersons', 'PaymentTerms', 'ContactGroups', 'Website'],
		scope: 'accounting.contacts.read',
		archived: 'ARCHIVED',
	},
	{
		...documents,
		name: 'Invoices',
		list: 'Invoices',
		id: 'InvoiceID',
		filters: typed,
		reference: 'Reference',
		summary: ['LineItems', 'Payments', 'CreditNotes', 'Prepayments', 'Overpayments'],
		scope: 'accounting.invoices.read',
		archived: 'ARCHIVED',
	},
	{
		...documents,
		name: 'CreditNotes',
		list: 'CreditNotes',
		id: 'CreditNoteID',
		filters: typed,
		scope: 'accounting.invoices.read',
	},
	{
		...usual,
		name: 'Quotes',
		list: 'Quotes',
		id: 'QuoteID',
		paging: 'fixed',
		reference: 'Reference',
		scope: 'accounting.invoices.read',
	},
	{
		...usual,
		name: 'Payments',
		list: 'Payments',
		id: 'PaymentID',
		paging: 'sized',
		filters: { PaymentType: 'kind', Status: 'status' },
		scope: 'accounting.payments.read',
	},
	{
		...usual,
		name: 'BatchPayments',
		list: 'BatchPayments',
		id: 'BatchPaymentID',
		paging: 'whole',
		scope: 'accounting.payments.read',
	},
	{
		...documents,
		name: 'Overpayments',
		list: 'Overpayments',
		id: 'OverpaymentID',
		filters: typed,
		scope: 'accounting.payments.read',
	},
	{
		...documents,
		name: 'Prepayments',
		list: 'Prepayments',
		id: 'PrepaymentID',
		filters: typed,
		scope: 'accounting.payments.read',
	},
	{
		...documents,
		name: 'BankTransactions',
		list: 'BankTransactions',
		id: 'BankTransactionID',
		filters: typed,
		scope: 'accounting.banktransactions.read',
	},
	{
		...usual,
		name: 'ManualJournals',
		list: 'ManualJournals',
		id: 'ManualJournalID',
		paging: 'sized',
		filters: { Status: 'status' },
		onlyPaged: ['JournalLines'],
		orderBreaksFilter: true,
		scope: 'accounting.manualjournals.read',
	},
]

/** An endpoint as the store keeps it: what requests filter by, and the record itself as JSON. */
export function storedXeroEndpoint({ name }: XeroEndpoint): StoredObject {
	return {
		system: 'xero',
		name,
		columns: [
			{ name: 'id', kind: 'text' },
			{ name: 'tenant', kind: 'text' },
			{ name: 'kind', kind: 'text' },
			{ name: 'status', kind: 'text' },
			{ name: 'reference', kind: 'text' },
			{ name: 'updated', kind: 'datetime' },
			{ name: 'body', kind: 'text' },
		],
		key: ['id'],
		stamp: 'updated',
	}
}
