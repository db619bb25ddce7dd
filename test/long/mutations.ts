/** One kind of change: a field of a raw table, and the SQL of its new value (`record` is the old one). */
export type Mutation = {
	table: string
	column: string
	kind: 'amount' | 'quantity' | 'date' | 'id' | 'currency' | 'status' | 'link'
	value: string
	where?: string
}

const another = (table: string, column: string, where = 'true') =>
	`(select other.${column} from raw.${table} as other where other.${column} is distinct from record.${column} and ${where}
		order by md5(other._key || record._key) limit 1)`
const more = (column: string) => `cast(cast(${column} as decimal(38, 8)) + 1000 as varchar)`
const oneMore = (column: string) => `cast(cast(${column} as decimal(38, 8)) * 3 as varchar)`
const later = (column: string) => `cast(cast(${column} as date) - interval 35 day as date)::varchar`
const otherCurrency = `case currency_iso_code when 'USD' then 'EUR' else 'USD' end`

/** Changes that people and integrations make by mistake, in both systems. */
export const mutations: Mutation[] = [
	{ table: 'salesforce__opportunities', column: 'amount', kind: 'amount', value: more('amount') },
	{ table: 'salesforce__opportunities', column: 'close_date', kind: 'date', value: later('close_date') },
	{ table: 'salesforce__opportunities', column: 'currency_iso_code', kind: 'currency', value: otherCurrency },
	{
		table: 'salesforce__opportunities',
		column: 'is_won',
		kind: 'status',
		value: `case is_won when 'true' then 'false' else 'true' end`,
	},
	{
		table: 'salesforce__opportunities',
		column: 'account_id',
		kind: 'link',
		value: another('salesforce__opportunities', 'account_id'),
	},
	{
		table: 'salesforce__opportunities',
		column: 'legal_entity',
		kind: 'link',
		value: `case legal_entity when 'Halvorsen US' then 'Halvorsen DE' else 'Halvorsen US' end`,
	},
	{ table: 'salesforce__opportunity_lines', column: 'total_price', kind: 'amount', value: more('total_price') },
	{ table: 'salesforce__opportunity_lines', column: 'quantity', kind: 'quantity', value: oneMore('quantity') },
	{
		table: 'salesforce__opportunity_lines',
		column: 'product2_id',
		kind: 'link',
		value: another('salesforce__opportunity_lines', 'product2_id'),
	},
	{ table: 'salesforce__accounts', column: 'erp_id', kind: 'id', value: `'77777777'`, where: 'erp_id is not null' },
	{
		table: 'salesforce__accounts',
		column: 'tax_number',
		kind: 'id',
		value: `tax_number || '9'`,
		where: 'tax_number is not null',
	},
	{
		table: 'netsuite__customers',
		column: 'crm_id',
		kind: 'link',
		value: another('salesforce__accounts', 'id').replace('record.id', 'record.crm_id'),
	},
	{
		table: 'netsuite__customers',
		column: 'currency',
		kind: 'currency',
		value: `case currency when '1' then '2' else '1' end`,
	},
	{ table: 'netsuite__transactions', column: 'trandate', kind: 'date', value: later('trandate') },
	{
		table: 'netsuite__transactions',
		column: 'postingperiod',
		kind: 'date',
		value: another('netsuite__transactions', 'postingperiod', 'other.postingperiod is not null'),
		where: 'postingperiod is not null',
	},
	{
		table: 'netsuite__transactions',
		column: 'currency',
		kind: 'currency',
		value: `case currency when '1' then '2' else '1' end`,
	},
	{
		table: 'netsuite__transactions',
		column: 'entity',
		kind: 'link',
		value: another('netsuite__transactions', 'entity'),
	},
	{
		table: 'netsuite__transactions',
		column: 'crm_opportunity',
		kind: 'link',
		value: another('salesforce__opportunities', 'id').replace('record.id', 'record.crm_opportunity'),
		where: 'crm_opportunity is not null',
	},
	{
		table: 'netsuite__transactions',
		column: 'voided',
		kind: 'status',
		value: `case voided when 'T' then 'F' else 'T' end`,
	},
	{
		table: 'netsuite__transaction_lines',
		column: 'foreignamount',
		kind: 'amount',
		value: more('foreignamount'),
		where: `mainline = 'F' and foreignamount is not null`,
	},
	{
		table: 'netsuite__transaction_lines',
		column: 'quantity',
		kind: 'quantity',
		value: oneMore('quantity'),
		where: `mainline = 'F' and quantity is not null`,
	},
	{
		table: 'netsuite__transaction_lines',
		column: 'crm_line',
		kind: 'link',
		value: another('salesforce__opportunity_lines', 'id').replace('record.id', 'record.crm_line'),
		where: 'crm_line is not null',
	},
	{
		table: 'netsuite__transaction_lines',
		column: 'subsidiary',
		kind: 'link',
		value: `case subsidiary when '1' then '2' else '1' end`,
		where: `mainline = 'F'`,
	},
	{
		table: 'netsuite__transaction_accounting_lines',
		column: 'account',
		kind: 'link',
		value: `(select other.id from raw.netsuite__accounts as other
			where (other.accttype = 'Income') <> (record.account in (select id from raw.netsuite__accounts where accttype in ('Income', 'OthIncome')))
			order by other.accttype = 'AcctRec' desc, other.id limit 1)`,
	},
	{ table: 'netsuite__planned_revenue', column: 'amount', kind: 'amount', value: more('amount') },
]

/**
 * Why a change of this record may change no mart, by what the record is; `record` is one row of the table. The first that fits counts;
 * with a column it is a reason for that one alone.
 */
export const reasons: Record<string, [reason: string, condition: string, column?: string][]> = {
	salesforce__opportunities: [
		['the deal is deleted', `record.is_deleted = 'true'`],
		['a lost or open deal has no booking', `record.is_won <> 'true'`],
	],
	salesforce__opportunity_lines: [
		['the line is deleted', `record.is_deleted = 'true'`],
		[
			'a freight or tax line is compared by its amount',
			`record.product2_id in (select id from raw.salesforce__products where family in ('Freight', 'Tax'))`,
			'quantity',
		],
		[
			'the line of a deal without a booking',
			`record.opportunity_id in (select id from raw.salesforce__opportunities where is_won <> 'true' or is_deleted = 'true')`,
		],
		[
			'the line of a deal out of scope: the deal counts as a whole',
			`exists (select 1 from marts.breaks where code = 'out_of_scope' and opportunity_id like '%' || record.opportunity_id)`,
		],
		[
			'the line of a deal without an order has nothing to be compared with',
			`exists (select 1 from marts.breaks where code in ('not_ordered', 'awaiting_approval', 'cancelled_or_credited', 'duplicate')
				and opportunity_id like '%' || record.opportunity_id)`,
		],
	],
	salesforce__accounts: [['the ERP names the account itself, and that wins', 'true']],
	netsuite__customers: [],
	netsuite__transactions: [
		['a payment: its customer, date and currency are the invoice’s', `record.type = 'CustPymt'`],
		['a journal: its lines say what counts', `record.type = 'Journal'`],
		[
			'a draft is not posted: its date does not count yet',
			`record.posting = 'F' and record.type = 'CustInvc'`,
			'trandate',
		],
		['an order has no posting period that counts', `record.type = 'SalesOrd'`, 'postingperiod'],
		[
			'an invoice or credit note made from another document goes where that one goes',
			`record.id in (select transaction from raw.netsuite__transaction_lines where createdfrom is not null)`,
			'crm_opportunity',
		],
	],
	netsuite__transaction_lines: [
		[
			'the line of a payment or journal',
			`record.transaction in (select id from raw.netsuite__transactions where type in ('CustPymt', 'Journal'))`,
		],
		['a tax line', `record.taxline = 'T'`],
		[
			'an order that belongs to no deal is compared with nothing',
			`'erp:' || record.transaction in (select order_id from canonical.orders)
				and 'erp:' || record.transaction not in (select order_id from intermediate.int_order_deals)`,
		],
		['a line made from an order line goes where that one goes', 'record.createdfrom is not null', 'crm_line'],
		[
			'the subsidiary of an order is its header’s',
			`record.transaction in (select id from raw.netsuite__transactions where type = 'SalesOrd')`,
			'subsidiary',
		],
	],
	netsuite__transaction_accounting_lines: [
		['a line of an order does not post', `record.posting = 'F'`],
		[
			'the document’s own row is its receivable: NetSuite lets it stand on no account of another kind',
			`record.transactionline = '0'`,
		],
		[
			'a tax line is no revenue, whatever its account',
			`record.transaction || ':' || record.transactionline in (select transaction || ':' || id from raw.netsuite__transaction_lines where taxline = 'T')`,
		],
	],
	netsuite__planned_revenue: [
		['planned, not recognised yet', 'record.journal is null'],
		[
			'in the plan’s own currency the journals say what was recognised',
			`record.revenueplan in (select id from raw.netsuite__revenue_plans where revenueplancurrency = parentlinecurrency)`,
		],
	],
}
