import type { Row } from '../../model-cases/book.ts'
import { decimal } from './exact.ts'
import { type Company, minorDigitsOf, type Rows, readCompany, unitTables } from './read-company.ts'
import { foldDiscounts, type LinesOf, readDocument, readLine } from './read-documents.ts'
import type { Deal, DealLine, DocumentLine, Entry, Rate, Records, World } from './records.ts'
import { amount, moment, none, number, text } from './values.ts'

/** What the decomposition stands on: won deals that are not deleted and have an amount, documents, postings, rates. */
export function readRecords(world: World): Records {
	const all = (table: string) => world.get(table) ?? []
	const rows = (table: string) => all(table).filter((row) => row['is_deleted'] !== true)
	const company = readCompany(rows)
	const minorDigits = minorDigitsOf(rows)
	const linesOf = (table: string, parent: string, read: (row: Row) => DocumentLine): LinesOf => {
		const lines = Map.groupBy(rows(`canonical.${table}`), (row) => String(row[parent]))
		return (id, currency) => foldDiscounts((lines.get(id) ?? []).map(read), minorDigits(currency))
	}
	const documents = (table: string, of: string, date: string, lines: LinesOf, from: Rows = all) =>
		from(`canonical.${table}s`).map((row) => readDocument(row, `${table}_id`, of, date, company, lines))
	const line = (id: string, of: string) => (row: Row) => readLine(row, id, of, company.codes)
	return {
		deals: readDeals(rows, company),
		orders: documents('order', '', 'order_date', linesOf('order_lines', 'order_id', line('order_line_id', '')), rows),
		invoices: documents(
			'invoice',
			'order_id',
			'invoice_date',
			linesOf('invoice_lines', 'invoice_id', line('invoice_line_id', 'order_line_id')),
		),
		credits: documents(
			'credit_note',
			'invoice_id',
			'credit_date',
			linesOf('credit_note_lines', 'credit_note_id', line('credit_note_line_id', 'invoice_line_id')),
		),
		entries: rows('canonical.revenue_entries').map((row) => readEntry(row, company)),
		rates: rows('canonical.exchange_rates').map(readRate),
		...unitTables(rows),
		minorDigits,
		invoicesBillParts: rows('staging.stg_tieout__settings').some(({ name }) =>
			String(name).startsWith('invoices_bill_parts:'),
		),
	}
}

function readDeals(rows: Rows, { accountEntity, entityCode, periods }: Company): Deal[] {
	const lines = Map.groupBy(rows('canonical.opportunity_lines'), (row) => String(row['opportunity_id']))
	return rows('canonical.opportunities')
		.filter((row) => row['is_won'] === true && text(row['amount']) !== null)
		.map((row) => {
			const reference = text(row['legal_entity_reference']) ?? accountEntity.get(String(row['customer_id'])) ?? null
			const period = String(row['close_date']).slice(0, 7)
			return {
				id: String(row['opportunity_id']),
				customer: String(row['customer_id']),
				entity: entityCode.get(`salesforce:${reference}`) ?? none,
				currency: String(row['currency']),
				amount: amount(row['amount']),
				closed: String(row['close_date']),
				period: periods.has(period) ? period : none,
				created: moment(row['created_at']),
				names: text(row['erp_reference']),
				lines: (lines.get(String(row['opportunity_id'])) ?? []).map(readDealLine),
			}
		})
}

function readDealLine(row: Row): DealLine {
	const discount = number(row['discount_percent'], 10) ?? decimal('0', 0)
	return {
		id: String(row['opportunity_line_id']),
		kind: String(row['kind']),
		code: text(row['product_code']),
		quantity: number(row['quantity'], 6),
		unit: text(row['unit']),
		price: number(row['unit_price'], 8),
		kept: { over: discount.under * 100n - discount.over, under: discount.under * 100n },
		amount: amount(row['amount']),
	}
}

function readEntry(row: Row, { accountOf, entityCode, periods }: Company): Entry {
	const period = String(row['period_id'])
	return {
		id: String(row['revenue_entry_id']),
		kind: String(row['kind']),
		document: text(row['document_id']),
		line: text(row['credit_note_line_id']) ?? text(row['invoice_line_id']),
		customer: accountOf(String(row['customer_id'])),
		entity: entityCode.get(String(row['legal_entity_id'])) ?? none,
		currency: String(row['currency']),
		period: periods.has(period) ? period : none,
		amount: amount(row['amount']),
	}
}

function readRate(row: Row): Rate {
	return {
		kind: String(row['kind']),
		from: String(row['from_currency']),
		to: String(row['to_currency']),
		start: String(row['start_date']),
		rate: number(row['rate'], 10) ?? decimal('0', 0),
	}
}
