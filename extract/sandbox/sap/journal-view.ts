import { tableName } from '../store.ts'

/** The set of operational journal entry items, which shows the entry view. */
export const entryView = 'A_OperationalAcctgDocItemCube'

/** A custom view over `I_JournalEntryItem`, as docs/systems/sap.md says how to make it. */
export const journalView = 'YY1_TIEOUT_JOURNALITEMS'

/** What tells an entry of event-based revenue recognition. */
const isRecognition = `json_extract(body, '$.ReferenceDocumentType') = 'PRRR'`

/** Leaves out of the entry view what has none. */
export const hasEntryView = `not (${isRecognition})`

/**
 * The universal journal as a table: each item once per ledger (the leading one and a parallel one, with the same amounts), its properties by
 * the names that the custom view gives them. A revenue line of a billing document has its material as the product sold.
 */
export function journalTable(hasNoEntryView: boolean): string {
	const isBilling = `json_extract(body, '$.ReferenceDocumentType') = 'VBRK'`
	const isWithoutEntryView = hasNoEntryView ? isRecognition : 'false'
	const members: Record<string, string> = {
		Ledger: 'ledgers.name',
		SourceLedger: 'ledgers.name',
		LedgerGLLineItem: `'000' || AccountingDocumentItem`,
		AccountingDocumentCategory: `iif(${isWithoutEntryView}, 'U', '')`,
		ReferenceDocument: `iif(${isBilling}, json_extract(body, '$.BillingDocument'), json_extract(body, '$.AccountingDocument'))`,
		CreationDate: `json_extract(body, '$.AccountingDocumentCreationDate')`,
		Product: `iif(${isBilling}, '', json_extract(body, '$.Material'))`,
		SoldProduct: `json_extract(body, '$.Material')`,
	}
	const set = Object.entries(members).map(([name, value]) => `'$.${name}', ${value}`)
	return `(select _version, _from, _until, _gone, changed, ledgers.name as "Ledger", ledgers.name as "SourceLedger", CompanyCode, FiscalYear,
		AccountingDocument, '000' || AccountingDocumentItem as "LedgerGLLineItem", GLAccount, PostingDate, AccountingDocumentCreationDate as "CreationDate",
		LastChangeDate, json_set(body, ${set.join(', ')}) as body
		from ${tableName('sap', entryView)}, (select '0L' as name union all select '2L') as ledgers)`
}
