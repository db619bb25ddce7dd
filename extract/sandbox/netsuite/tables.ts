import type { StoredObject } from '../store.ts'
import type { ValueKind } from '../stored-value.ts'
import type { SchemaEvent } from '../world/schema-events.ts'

/** One column: its name in SuiteQL, and in the record API, which writes the same word in camel case. */
export type NetsuiteColumn = { name: string; recordName: string; kind: ValueKind; label: string }

/** One table of SuiteQL. `record` is its type in the record API, null where it has none; `permission` the one that shows it. */
export type NetsuiteTable = {
	name: string
	record: string | null
	permission: string
	key: string[]
	stamp: string | null
	columns: NetsuiteColumn[]
}

const kinds: readonly ValueKind[] = ['integer', 'text', 'number', 'boolean', 'date', 'datetime']

/** The tables of the sample company's account. Columns are declared as the record API writes them. */
export const netsuiteTables: NetsuiteTable[] = [
	table('customer', 'customer', 'Lists -> Customers', 'id', 'lastmodifieddate')`
		id integer, entityId text, companyName text, altName text, externalId text, email text, phone text, url text,
		currency integer, creditLimit number, terms text, parent integer, salesRep integer, isInactive boolean,
		isPerson boolean, searchStage text, vatRegNumber text, defaultBillingAddress integer, dateCreated datetime,
		lastModifiedDate datetime, custentity_crm_id text, custentity_party_role text, custentity_segment text`,
	table('customersubsidiaryrelationship', 'customerSubsidiaryRelationship', 'Lists -> Customers', 'id', null)`
		id integer, entity integer, subsidiary integer, isPrimarySub boolean`,
	table('customeraddressbookentityaddress', null, 'Lists -> Customers', 'nkey', null)`
		nKey integer, addressee text, addr1 text, city text, state text, zip text, country text`,
	table('contact', 'contact', 'Lists -> Contacts', 'id', 'lastmodifieddate')`
		id integer, firstName text, lastName text, email text, title text, company integer, isInactive boolean,
		dateCreated datetime, lastModifiedDate datetime`,
	table('transaction', null, 'Transactions -> Find Transaction', 'id', 'lastmodifieddate')`
		id integer, tranId text, type text, recordType text, status text, entity integer, posting boolean,
		voided boolean, externalId text, memo text, tranDate date, dueDate date, closeDate date, createdDate datetime,
		lastModifiedDate datetime, lastModifiedBy integer, currency integer, exchangeRate number, foreignTotal number, foreignTaxTotal number,
		foreignAmountUnpaid number, foreignPaymentAmountUnused number, nexus integer, shippingAddress integer, postingPeriod integer, otherRefNum text, approvalStatus integer,
		custbody_crm_opportunity text, custbody_sales_channel text, custbody_bill_to text`,
	table('transactionline', null, 'Transactions -> Find Transaction', 'transaction id', 'linelastmodifieddate')`
		transaction integer, id integer, lineSequenceNumber integer, uniqueKey integer, item integer, itemType text,
		quantity number, rate number, foreignAmount number, netAmount number, mainLine boolean, taxLine boolean,
		isCogs boolean, isClosed boolean, units integer, createdFrom integer, quantityBilled number, subsidiary integer,
		entity integer, memo text, revenueElement integer, lineLastModifiedDate datetime, custcol_crm_line text`,
	table(
		'transactionaccountingline',
		null,
		'Transactions -> Find Transaction',
		'transaction transactionline accountingbook',
		'lastmodifieddate',
	)`
		transaction integer, transactionLine integer, accountingBook integer, account integer, amount number,
		netAmount number, debit number, credit number, amountUnpaid number, paymentAmountUnused number, exchangeRate number,
		posting boolean, lastModifiedDate datetime`,
	table(
		'nexttransactionlinelink',
		null,
		'Transactions -> Find Transaction',
		'previousdoc previousline nextdoc nextline linktype',
		'lastmodifieddate',
	)`
		previousDoc integer, previousLine integer, previousType text, nextDoc integer, nextLine integer, nextType text,
		linkType text, foreignAmount number, lastModifiedDate datetime`,
	table('account', 'account', 'Lists -> Accounts', 'id', null)`
		id integer, acctNumber text, fullName text, acctType text, isInactive boolean`,
	table('accountingperiod', 'accountingPeriod', 'Setup -> Manage Accounting Periods', 'id', null)`
		id integer, periodName text, startDate date, endDate date, isYear boolean, isQuarter boolean, isAdjust boolean,
		closed boolean`,
	table('currency', 'currency', 'Lists -> Currency', 'id', null)`
		id integer, symbol text, name text, currencyPrecision integer, isBaseCurrency boolean`,
	table('currencyrate', null, 'Lists -> Currency', 'id', null)`
		id integer, baseCurrency integer, transactionCurrency integer, effectiveDate date, exchangeRate number`,
	table('consolidatedexchangerate', 'consolidatedExchangeRate', 'Lists -> Currency', 'id', null)`
		id integer, postingPeriod integer, accountingBook integer, fromSubsidiary integer, toSubsidiary integer,
		fromCurrency integer, toCurrency integer, currentRate number, averageRate number, historicalRate number`,
	table('item', null, 'Lists -> Items', 'id', 'lastmodifieddate')`
		id integer, itemId text, displayName text, itemType text, isInactive boolean, saleUnit integer, stockUnit integer,
		unitsType integer, externalId text, averageCost number, class text, createdDate datetime,
		lastModifiedDate datetime`,
	table('unitstypeuom', null, 'Lists -> Units', 'unitstype internalid', null)`
		unitsType integer, internalId integer, unitName text, abbreviation text, conversionRate number, baseUnit boolean`,
	table('subsidiary', 'subsidiary', 'Lists -> Subsidiaries', 'id', null)`
		id integer, name text, legalName text, country text, currency integer, parent integer, isElimination boolean,
		isInactive boolean`,
	table('employee', 'employee', 'Lists -> Employees', 'id', null)`
		id integer, entityId text, firstName text, lastName text, email text, isInactive boolean`,
	table('revenueelement', null, 'Lists -> Revenue Element', 'id', 'lastmodifieddate')`
		id integer, item integer, entity integer, subsidiary integer, currency integer, exchangeRate number,
		sourceRecordType text, source text, quantity number, salesAmount number, lastModifiedDate datetime`,
	table('revenueplan', null, 'Lists -> Revenue Recognition Plan', 'id', 'lastmodifieddate')`
		id integer, recordNumber text, createdFrom integer, revenuePlanType text, revenuePlanCurrency integer,
		parentLineCurrency integer, exchangeRate number, amount number, lastModifiedDate datetime`,
	table('revenueplanplannedrevenue', null, 'Lists -> Revenue Recognition Plan', 'id', 'lastmodifieddate')`
		id integer, revenuePlan integer, plannedPeriod integer, postingPeriod integer, amount number, journal integer,
		isRecognized boolean, recognitionAccount integer, deferredRevenueAccount integer, exchangeRate number,
		lastModifiedDate datetime`,
	table('transactionshippingaddress', null, 'Transactions -> Find Transaction', 'nkey', null)`
		nKey integer, addressee text, addr1 text, city text, state text, zip text, country text`,
	table('systemnote', null, 'Setup -> System Notes', 'id', 'date')`
		id integer, recordId integer, recordTypeId integer, record text, field text, type integer, oldValue text, newValue text,
		date datetime, name integer, role integer, context text`,
	table('deletedrecord', null, 'Lists -> Deleted Records', 'recordtypeid recordid', 'deleteddate')`
		recordId integer, recordTypeId integer, scriptId text, name text, deletedDate datetime, deletedBy integer`,
]

/** The record types that are all rows of the table `transaction`, and the `type` that each has there. */
export const transactionRecords: Record<string, string> = {
	salesOrder: 'SalesOrd',
	invoice: 'CustInvc',
	creditMemo: 'CustCred',
	customerPayment: 'CustPymt',
	journalEntry: 'Journal',
}

/** The table as the store keeps it. */
export function storedNetsuiteTable({ name, columns, key, stamp }: NetsuiteTable): StoredObject {
	return {
		system: 'netsuite',
		booleans: ['T', 'F'],
		name,
		columns: columns.map((column) => ({ name: column.name, kind: column.kind })),
		key,
		stamp,
	}
}

/** A column from its declaration, `recordName kind`. Throws RangeError at an unknown kind. */
function netsuiteColumn(declaration: string): NetsuiteColumn {
	const [recordName = '', kind = ''] = declaration.trim().split(' ')
	const known = kinds.find((each) => each === kind)
	if (!known) throw new RangeError(`column "${declaration}": allowed kinds are ${kinds.join(', ')}`)
	return { name: recordName.toLowerCase(), recordName, kind: known, label: labelOf(recordName) }
}

/** A column as a schema event describes it. */
export function netsuiteEventColumn({
	field,
	type,
	label,
}: Pick<SchemaEvent, 'field' | 'type' | 'label'>): NetsuiteColumn {
	return { name: field.toLowerCase(), recordName: field, kind: eventKinds[type], label }
}

const eventKinds: Record<SchemaEvent['type'], ValueKind> = {
	string: 'text',
	picklist: 'text',
	double: 'number',
	currency: 'number',
	boolean: 'boolean',
	date: 'date',
}

function labelOf(recordName: string): string {
	const words = recordName
		.replace(/^cust(entity|body|col|item)_/, '')
		.replaceAll('_', ' ')
		.replace(/([a-z])([A-Z])/g, '$1 $2')
	return words.charAt(0).toUpperCase() + words.slice(1)
}

function table(name: string, record: string | null, permission: string, key: string, stamp: string | null) {
	return (declarations: TemplateStringsArray): NetsuiteTable => {
		const columns = declarations
			.join('')
			.split(',')
			.map((declaration) => netsuiteColumn(declaration))
		return { name, record, permission, key: key.split(' '), stamp, columns }
	}
}
