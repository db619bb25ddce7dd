import type { Halden } from './halden.ts'

/** The page whose tables come from the build. */
export const workedExample = new URL('../../docs/worked-example.md', import.meta.url)

type Cells = (string | null)[]

const byMonth = `select period_id, reporting_bookings as "Bookings", reporting_billings as "Billings", reporting_revenue as "Revenue",
		reporting_variance as "Bookings − revenue"
	from (
		select period_id, sum(bookings_reporting_amount) as reporting_bookings, sum(billings_reporting_amount) as reporting_billings,
			sum(revenue_reporting_amount) as reporting_revenue, sum(variance_reporting_amount) as reporting_variance
		from marts.cells group by rollup (period_id)
	) order by period_id nulls last`

/** Queries by the name of their table in the page. Columns are shown as they are called. */
const tables: Record<string, string> = {
	months: byMonth.replace('select period_id,', `select coalesce(period_id, 'all') as "Month",`),
	'months by currency': `select period_id as "Month", legal_entity as "Company", currency as "Currency", sum(bookings_amount) as "Bookings",
			sum(billings_amount) as "Billings", sum(revenue_amount) as "Revenue", sum(variance_amount) as "Bookings − revenue"
		from marts.cells group by all order by all`,
	codes: `select code as "Code", count(distinct item_id) as "Items", sum(reporting_amount) as "USD"
		from marts.breaks group by code order by abs(sum(reporting_amount)) desc, code`,
	'codes by month': `select code as "Code", ${['01', '02', '03', '04', '05', '06', '07']
		.map((month) => `sum(reporting_amount) filter (where period_id = '2026-${month}') as "2026-${month}"`)
		.join(', ')} from marts.breaks where reporting_amount <> 0 group by code order by code`,
	'codes by currency': `select code as "Code", currency as "Currency", count(distinct item_id) as "Items", sum(amount) as "Amount"
		from marts.breaks where amount <> 0 group by all order by all`,
	exceptions: `select subject_name as "ERP customer or account", explanation as "Problem" from marts.exceptions order by all`,
	links: `select side as "Side", tier as "Linked by", count(*) as "Records" from intermediate.int_customer_links group by all order by all`,
	translation:
		`select customer_name as "Customer", period_id as "Month", currency as "Currency", reporting_amount as "USD"
		from marts.breaks where code = 'exchange_rate' order by abs(reporting_amount) desc, all limit 6`.replace(
			', all limit',
			', customer_name, period_id limit',
		),
}

/**
 * The page with every table between `<!-- table: name -->` and `<!-- end -->` made anew from the build. `breaks of <text>` lists the
 * breaks whose deal, document or order ends with the text; `revenue of <invoice>` the postings of an invoice's lines.
 */
export async function filled(page: string, halden: Pick<Halden, 'all' | 'certificates'>): Promise<string> {
	const parts = page.split(/(<!-- table: .+? -->\n)[\s\S]*?(<!-- end -->)/)
	const done = await Promise.all(
		parts.map(async (part) => {
			const name = /^<!-- table: (.+?) -->\n$/.exec(part)?.[1]
			return name === undefined ? part : `${part}${await tableOf(name, halden)}`
		}),
	)
	return done.join('')
}

async function tableOf(name: string, { all, certificates }: Pick<Halden, 'all' | 'certificates'>): Promise<string> {
	if (name === 'streams')
		return markdown(
			['Connection', 'Records', 'In the files', 'Loaded', 'Proof'],
			certificates.map((one) => [
				one.connection,
				one.stream,
				String(one.source_rows),
				String(one.loaded_rows),
				one.verdict,
			]),
		)
	const rows = await all<Record<string, string | null>>(queryOf(name))
	if (rows.length === 0) throw new Error(`the table "${name}" has no row`)
	return markdown(
		Object.keys(rows[0]!),
		rows.map((row) => Object.values(row)),
	)
}

function queryOf(name: string): string {
	const [, kind, text] = /^(breaks|revenue) of (.+)$/.exec(name) ?? []
	if (kind === 'breaks') return breaksOf(text!)
	if (kind === 'revenue') return revenueOf(text!)
	if (tables[name]) return tables[name]
	throw new Error(`no table is called "${name}"; there are ${Object.keys(tables).join(', ')}`)
}

const breaksOf = (
	text: string,
) => `select breaks.period_id as "Month", breaks.customer_name as "Customer", code as "Code",
		coalesce(chain.product_code, '') as "Product", breaks.currency as "Currency", sum(breaks.amount) as "Amount"
	from marts.breaks as breaks left join marts.chain as chain on breaks.item_id = chain.chain_id
	where (breaks.opportunity_id like '%${text}' or breaks.document_id like '%${text}' or breaks.order_id like '%${text}')
		and breaks.amount <> 0
	group by all order by all`

const revenueOf = (
	text: string,
) => `select entries.posting_date as "Posted", entries.kind as "Kind", products.code as "Product",
		entries.amount as "Amount", entries.currency as "Currency", entries.base_amount as "In the ledger", entries.base_currency as "Ledger"
	from canonical.revenue_entries as entries
	inner join canonical.invoice_lines as lines on entries.invoice_line_id = lines.invoice_line_id
	inner join canonical.products as products on lines.product_id = products.product_id
	where lines.invoice_id like '%${text}' order by all`

function markdown(headers: string[], rows: Cells[]): string {
	const isNumber = headers.map((_, index) =>
		rows.every((row) => row[index] == null || /^-?\d+(\.\d+)?$/.test(row[index]!)),
	)
	const line = (cells: Cells) =>
		`| ${cells.map((cell, index) => (isNumber[index] ? amountText(cell) : (cell ?? ''))).join(' | ')} |\n`
	const rule = `| ${isNumber.map((number) => (number ? '---:' : '---')).join(' | ')} |\n`
	return `| ${headers.join(' | ')} |\n${rule}${rows.map(line).join('')}`
}

/** Thousands apart, two digits where there is a point, minus in parentheses: as the reports write it. */
function amountText(cell: string | null): string {
	if (cell === null) return ''
	const [whole, fraction] = cell.replace('-', '').split('.')
	const text = whole!.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction.slice(0, 2)}`)
	return cell.startsWith('-') ? `(${text})` : text
}
