import { columns } from '../../columns.ts'
import type { Stream } from '../../source.ts'
import { totalsStreams } from './totals.ts'

/** Whole days of the account are read again: some stamps and filters count days (airbyte#79653). Seconds. */
const daily = (column: string) => ({ column, heldBack: 300, overlap: 3600, wholeDays: true })

const modified = daily('lastmodifieddate')

const freshness = { warn: 24 * 60, error: 48 * 60 }

/**
 * Types that are nothing to a customer's revenue: they post nothing, or nothing to an income account. All others are read, also those that
 * are not known here: whatever posts to income is revenue.
 */
const unrelated = [
	'Estimate Opprtnty PurchOrd PurchReq PurchCon BlankOrd Rfq VendRfq VendAuth TrnfrOrd WorkOrd ItemShip ItemRcpt',
	'InvTrnfr InvCount InvWksht BinTrnfr BinWksht VPrep RevArrng PEJrnl',
]
	.join(' ')
	.split(' ')

const documents = `type not in (${unrelated.map((type) => `'${type}'`).join(', ')})`

/**
 * Rows of these tables go with their transaction when it is deleted. A line taken out of one that stays is told by nothing but its
 * absence: their keys are compared every day.
 */
const ofTransaction = (column: string) => ({
	deletedBy: [column],
	sweep: 24 * 60,
	freshness: { warn: 60, error: 240 },
})

/**
 * NetSuite's SuiteQL tables. What comes with a feature (approval routing, units of measure, revenue management) is read where it is;
 * what comes with OneWorld or Multiple Currencies may be missing where the options say so (`edition.ts`). All values are text; `T` and
 * `F` are booleans; sales lines are negative.
 */
export const netsuiteStreams: Stream[] = [
	changed(
		'customers',
		'customer',
		`
		id:integer entityid companyname altname externalid email phone url ?currency creditlimit:amount terms parent salesrep
		isinactive:boolean isperson:boolean searchstage vatregnumber defaultbillingaddress datecreated:local_datetime
		lastmodifieddate:local_datetime *crm_id=custentity_crm_id *role=custentity_party_role *segment=custentity_segment`,
	),
	whole('customer_subsidiaries', 'customersubsidiaryrelationship', 'id:integer entity subsidiary isprimarysub:boolean'),
	{
		...whole(
			'customer_addresses',
			'customeraddressbookentityaddress',
			'nkey:integer addressee addr1 city state zip country',
		),
		key: ['nkey'],
	},
	changed(
		'contacts',
		'contact',
		`
		id:integer firstname lastname email title company isinactive:boolean datecreated:local_datetime lastmodifieddate:local_datetime`,
	),
	{
		...changed(
			'transactions',
			'transaction',
			`
			id:integer tranid type recordtype status entity posting:boolean voided:boolean externalid memo trandate:date duedate:date
			closedate:date createddate:local_datetime lastmodifieddate:local_datetime ?currency ?exchangerate:rate ?foreigntotal:amount
			?foreigntaxtotal:amount ?foreignamountunpaid:amount ?foreignpaymentamountunused:amount postingperiod otherrefnum ?approvalstatus
			?lastmodifiedby ?nexus ?shippingaddress:integer *crm_opportunity=custbody_crm_opportunity *channel=custbody_sales_channel *bill_to=custbody_bill_to`,
		),
		filter: documents,
		priority: 1,
		money: { amount: 'foreigntotal', currency: 'currency' },
		freshness: { warn: 60, error: 240 },
	},
	{
		...changed(
			'transaction_lines',
			'transactionline',
			`
			transaction:integer id:integer linesequencenumber:integer uniquekey item itemtype quantity:quantity rate:price
			?foreignamount:amount netamount:amount mainline:boolean taxline:boolean iscogs:boolean isclosed:boolean ?units createdfrom
			quantitybilled:quantity ?subsidiary entity memo ?revenueelement linelastmodifieddate:local_datetime
			*crm_line=custcol_crm_line`,
		),
		key: ['transaction', 'id'],
		cursor: daily('linelastmodifieddate'),
		...ofTransaction('transaction'),
		priority: 1,
	},
	{
		...changed(
			'transaction_accounting_lines',
			'transactionaccountingline',
			`
			transaction:integer transactionline:integer accountingbook:integer account amount:amount netamount:amount debit:amount
			credit:amount ?exchangerate:rate posting:boolean lastmodifieddate:local_datetime`,
		),
		// Amounts in the subsidiary's currency, which is told only where there is no other.
		money: { amount: 'credit', currency: null },
		key: ['transaction', 'transactionline', 'accountingbook'],
		priority: 1,
		...ofTransaction('transaction'),
	},
	// What is open of documents, where they may not say it themselves: the ledger's lines are not stamped anew when they are settled.
	{
		...whole(
			'open_amounts',
			'transactionaccountingline',
			'transaction:integer transactionline:integer amountunpaid:amount paymentamountunused:amount',
		),
		key: ['transaction', 'transactionline'],
		filter: 'accountingbook = 1 AND (amountunpaid <> 0 OR paymentamountunused <> 0)',
		money: { amount: 'amountunpaid', currency: null },
		mayBeEmpty: true,
		priority: 1,
		freshness: { warn: 60, error: 240 },
	},
	{
		...changed(
			'transaction_line_links',
			'nexttransactionlinelink',
			`
			previousdoc:integer previousline:integer previoustype nextdoc:integer nextline:integer nexttype linktype
			?foreignamount:amount lastmodifieddate:local_datetime`,
		),
		key: ['previousdoc', 'previousline', 'nextdoc', 'nextline', 'linktype'],
		priority: 1,
		...ofTransaction('previousdoc'),
		deletedBy: ['previousdoc', 'nextdoc'],
	},
	// A transaction has an address of its own, which only its key finds: joined, or read whole, the table is too slow for its size.
	{
		name: 'shipping_addresses',
		object: 'transactionshippingaddress',
		key: ['nkey'],
		columns: columns('nkey:integer addressee city state zip country', same),
		cursor: null,
		follows: { stream: 'transactions', column: 'shippingaddress', batch: 500 },
		mayBeEmpty: true,
		priority: 3,
		freshness,
	},
	// Who changed what: two of the types are a record's creation and the values it began with. One save has many notes of one second.
	{
		name: 'system_notes',
		object: 'systemnote',
		key: ['id'],
		columns: columns('id:integer recordid:integer field type oldvalue newvalue date:local_datetime name context', same),
		cursor: null,
		filter: 'recordtypeid = -30 AND type NOT IN (1, 2)',
		follows: { stream: 'transactions', batch: 90, by: ['recordid'], isOfChanges: true },
		mayBeEmpty: true,
		priority: 3,
		freshness,
	},
	whole('accounts', 'account', 'id:integer acctnumber fullname accttype isinactive:boolean'),
	whole(
		'accounting_periods',
		'accountingperiod',
		`
		id:integer periodname startdate:date enddate:date isyear:boolean isquarter:boolean isadjust:boolean closed:boolean`,
	),
	whole('currencies', 'currency', 'id:integer symbol:currency name currencyprecision:integer isbasecurrency:boolean'),
	withInverse(
		whole(
			'currency_rates',
			'currencyrate',
			'id:integer basecurrency transactioncurrency effectivedate:date exchangerate:rate',
		),
	),
	whole(
		'consolidated_exchange_rates',
		'consolidatedexchangerate',
		`
		id:integer postingperiod accountingbook fromsubsidiary tosubsidiary fromcurrency tocurrency currentrate:rate averagerate:rate
		historicalrate:rate`,
	),
	changed(
		'items',
		'item',
		`
		id:integer itemid displayname itemtype isinactive:boolean ?saleunit ?stockunit ?unitstype externalid averagecost:price class
		createddate:local_datetime lastmodifieddate:local_datetime`,
	),
	{
		...whole(
			'units',
			'unitstypeuom',
			'unitstype:integer internalid:integer unitname abbreviation conversionrate:rate baseunit:boolean',
		),
		key: ['unitstype', 'internalid'],
	},
	whole(
		'subsidiaries',
		'subsidiary',
		'id:integer name legalname country ?currency parent iselimination:boolean isinactive:boolean',
	),
	whole('employees', 'employee', 'id:integer entityid firstname lastname email isinactive:boolean'),
	changed(
		'revenue_elements',
		'revenueelement',
		`
		id:integer item entity ?subsidiary ?currency ?exchangerate:rate sourcerecordtype source quantity:quantity salesamount:amount
		lastmodifieddate:local_datetime`,
	),
	changed(
		'revenue_plans',
		'revenueplan',
		`
		id:integer recordnumber createdfrom revenueplantype ?revenueplancurrency ?parentlinecurrency ?exchangerate:rate amount:amount
		lastmodifieddate:local_datetime`,
	),
	changed(
		'planned_revenue',
		'revenueplanplannedrevenue',
		`
		id:integer revenueplan plannedperiod postingperiod amount:amount journal isrecognized:boolean recognitionaccount
		deferredrevenueaccount ?exchangerate:rate lastmodifieddate:local_datetime`,
	),
	...totalsStreams,
]

/** A table with a stamp. */
function changed(name: string, object: string, list: string): Stream {
	return { name, object, key: ['id'], columns: columns(list, same), cursor: modified, freshness }
}

/** A table that is read whole each time: it has no stamp. */
function whole(name: string, object: string, list: string): Stream {
	return { name, object, key: ['id'], columns: columns(list, same), cursor: null, freshness }
}

function withInverse(stream: Stream): Stream {
	const inverse = { field: '', type: 'rate' as const, inverseOf: 'exchangerate' }
	return { ...stream, columns: { ...stream.columns, exchangerate_inverse: inverse } }
}

function same(field: string): string {
	return field
}
