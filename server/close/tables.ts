import { identifier, literal } from '../../models/sql-text.ts'
import type { PaperScope, Rows } from './scope.ts'

/** A table of a paper: what the SELECT gives is the evidence, in this order. `columns` in order. */
export type PaperTable = {
	/** `breaks`; a file of a bundle is named after it. */
	name: string
	title: string
	sql: string
	parameters: readonly string[]
}

/** Of no use in a signed paper: they move with every day, or repeat what other tables say. */
const leftOut: Readonly<Record<string, string>> = {
	'marts.cells': 'in bookings_vs_revenue',
	'marts.chain': 'says how far an order has come: it moves every day',
	'marts.computed_revenue': 'a memo: it is computed anew when a line is credited or its term ends early',
	'marts.open_items': 'in the items',
	'marts.periods': 'in the head of the paper',
	'marts.period_closes': 'in the head of the paper',
}

/** Columns that move although nothing of the period does: ages up to today, addresses of the configuration, a vendor's state of a document. */
const movingColumns: Readonly<Record<string, readonly string[]>> = {
	'marts.breaks': ['age_days', 'crm_url', 'erp_url'],
	'marts.records': ['status', 'modified_at', 'open_amount'],
}

/**
 * The tables that a paper consists of: its items, and every published mart that has a period, the user's own too, cut to the period
 * and, where the mart has it, the legal entity.
 */
export async function paperTables(rows: Rows, scope: PaperScope): Promise<PaperTable[]> {
	const marts = (await rows(
		`select models.name, models.key, string_agg(columns.column_name, ',' order by columns.column_index) as columns
		from tieout.models as models
		inner join duckdb_columns() as columns
			on models.name = columns.schema_name || '.' || columns.table_name
		where models.layer = 'marts' and columns.database_name = current_database()
		group by models.name, models.key order by models.name`,
	)) as { name: string; key: string | null; columns: string }[]
	const ofPeriod = marts.filter(({ name, columns }) => columns.split(',').includes('period_id') && !(name in leftOut))
	return [itemsTable(scope), ...ofPeriod.map((mart) => martTable(mart, scope))]
}

function martTable(mart: { name: string; key: string | null; columns: string }, scope: PaperScope): PaperTable {
	const all = mart.columns.split(',')
	const columns = all.filter((column) => !movingColumns[mart.name]?.includes(column))
	const isOfEntity = scope.entity !== null && all.includes('legal_entity')
	const name = mart.name.slice('marts.'.length)
	const order = mart.key ? mart.key.split(', ').map(identifier).join(', ') : 'all'
	return {
		name,
		title: name.replaceAll('_', ' '),
		sql: `select ${columns.map(identifier).join(', ')} from marts.${identifier(name)}
			where period_id = $1${isOfEntity ? ' and legal_entity = $2' : ''} order by ${order}`,
		parameters: isOfEntity ? [scope.periodId, scope.entity!] : [scope.periodId],
	}
}

/**
 * What is worked on: carried items by their balance at the period's end (what is open), and those of codes that are not carried by
 * what they are in the period. A balance of zero is not open, whatever two months' rates leave of it in the reporting currency.
 * Without a rate for one of its parts an item has no `reporting_amount`: the others would pass for the whole. `amount` is in
 * `currency`; ages are those at the period's end.
 */
export function itemsTable(scope: PaperScope): PaperTable {
	return {
		name: 'items',
		title: 'items',
		sql: itemsSql(scope.entity !== null),
		parameters: scope.entity === null ? [scope.periodId] : [scope.periodId, scope.entity],
	}
}

/**
 * Amounts first, words then, and only those of items that are open: the words of all parts at once are more than the memory of the
 * process that answers, and DuckDB can't put them aside while it groups.
 */
function itemsSql(isOfEntity: boolean): string {
	const entity = isOfEntity ? 'and breaks.legal_entity = $2' : ''
	const same = itemKey.map((column) => `open.${column} is not distinct from parts.${column}`).join(' and ')
	const words = (one: (column: string) => string) => itemWords.map((column) => `${one(column)} as ${column}`).join(', ')
	return `with paper as (select start_date, end_date from marts.periods where period_id = $1),
	parts as (
		select breaks.*
		from marts.breaks as breaks
		inner join marts.periods as periods on breaks.period_id = periods.period_id
		where periods.start_date <= (select start_date from paper) and (breaks.is_carried or breaks.period_id = $1) ${entity}
	),
	open as (
		select
			${itemKey.join(', ')}, count(*) as part_count, sum(amount) as open_amount,
			case when count(reporting_amount) = count(*) then sum(reporting_amount) end as open_reporting_amount,
			min(opened_date) as first_date
		from parts
		group by all
		having sum(amount) <> 0 or (not is_carried and coalesce(sum(reporting_amount), 0) <> 0)
	),
	worded as (
		select open.*, customer_name, ${words(identifier)}
		from parts inner join open on ${same}
		where open.part_count = 1
		union all
		select open.*, min(customer_name) as customer_name, ${words((column) => `arg_max(${identifier(column)}, break_id)`)}
		from parts inner join open on ${same}
		where open.part_count > 1
		group by all
	)
	select
		item_id, code, customer_id, legal_entity, currency, customer_name, is_carried,
		cast(open_amount as decimal(38, 4)) as amount, cast(open_reporting_amount as decimal(38, 4)) as reporting_amount,
		first_date as opened_date, date_diff('day', first_date, (select end_date from paper)) as age_days,
		${itemWords.map(identifier).join(', ')}
	from worded
	order by item_id, code, customer_id, legal_entity, currency`
}

/** What makes parts one item. */
const itemKey = ['item_id', 'code', 'customer_id', 'legal_entity', 'currency', 'is_carried']

/** What an item says besides: of several parts the last one's words. */
const itemWords = [
	'explanation',
	'crm_value',
	'erp_value',
	'deal_name',
	'document_number',
	'owner_name',
	'opportunity_id',
	'order_id',
	'document_id',
]

/** What a table's SELECT is when its values stand in it: for an archive that shows how a file was made. */
export function sqlOf({ sql, parameters }: PaperTable): string {
	return sql.replace(/\$(\d+)/g, (_, index) => literal(parameters[Number(index) - 1] ?? null))
}
