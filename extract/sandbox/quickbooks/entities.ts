import type { StoredObject } from '../store.ts'

/** One entity as the service behaves. */
export type QuickbooksEntity = {
	name: string
	/** Inactive records are hidden unless both are asked for. */
	isList: boolean
	/** Can it be followed by change data capture? */
	hasChanges: boolean
	/** Where the text that people wrote stands: a member of the record. */
	reference?: 'Notes' | 'PrivateNote'
}

const list = { isList: true, hasChanges: true }
const document = { isList: false, hasChanges: true }

/** The entities that the sandbox keeps; rates are reckoned when they are asked for. */
export const quickbooksEntities: QuickbooksEntity[] = [
	{ name: 'CompanyInfo', isList: false, hasChanges: false },
	{ name: 'Preferences', isList: false, hasChanges: false },
	{ ...list, name: 'CompanyCurrency' },
	{ ...list, name: 'Account' },
	{ ...list, name: 'Term' },
	{ ...list, name: 'CustomerType' },
	{ ...list, name: 'Customer', reference: 'Notes' },
	{ ...list, name: 'Item' },
	{ ...document, name: 'Invoice', reference: 'PrivateNote' },
	{ ...document, name: 'SalesReceipt' },
	{ ...document, name: 'CreditMemo' },
	{ ...document, name: 'RefundReceipt' },
	{ ...document, name: 'Payment' },
	{ ...document, name: 'Estimate' },
	{ ...document, name: 'JournalEntry' },
	{ ...document, name: 'Deposit' },
	{ ...document, name: 'Purchase' },
]

/** The entity of that name, which is read without regard to case. */
export function entityNamed(name: string): QuickbooksEntity | undefined {
	return quickbooksEntities.find((entity) => entity.name.toLowerCase() === name.toLowerCase())
}

/** An entity as the store keeps it: what requests filter by, what people wrote, and the record itself as JSON. */
export function storedQuickbooksEntity({ name }: QuickbooksEntity): StoredObject {
	return {
		system: 'quickbooks',
		name,
		columns: [
			{ name: 'id', kind: 'text' },
			{ name: 'realm', kind: 'text' },
			{ name: 'active', kind: 'text' },
			{ name: 'reference', kind: 'text' },
			{ name: 'created', kind: 'datetime' },
			{ name: 'updated', kind: 'datetime' },
			{ name: 'body', kind: 'text' },
		],
		key: ['realm', 'id'],
		stamp: 'updated',
	}
}
