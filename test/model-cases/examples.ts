import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Book, Row } from './book.ts'
import { codes } from './codes.ts'
import type { BreakRow, Found } from './scenario.ts'

/** The page whose worked examples are the stories of `codes.ts`. */
export const breaksPage = path.join(import.meta.dirname, '../../docs/breaks.md')

/** The page with its examples filled in: what stands between `<!-- example: name -->` and `<!-- end -->`. Throws for an unknown name. */
export function withExamples(page: string, found: readonly Found[]): string {
	return page.replace(/<!-- example: (.+?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
		const at = codes.findIndex((scenario) => scenario.name === name)
		if (at < 0) throw new Error(`docs/breaks.md names an example "${name}", and codes.ts has none`)
		return `<!-- example: ${name} -->\n${exampleTables(found[at]!)}\n<!-- end -->`
	})
}

export function readBreaksPage(): string {
	return readFileSync(breaksPage, 'utf8')
}

function exampleTables({ book, rows }: Found): string {
	return [
		'| Record | Date | Line | Amount |',
		'| --- | --- | --- | ---: |',
		...recordLines(book),
		'',
		'| Break | Period | Amount | Where | Cause |',
		'| --- | --- | ---: | --- | --- |',
		...rows.map((row) => breakLine(book, row)),
	].join('\n')
}

const documents = [
	['opportunities', 'opportunity_lines', 'opportunity_id', 'Deal', 'close_date'],
	['orders', 'order_lines', 'order_id', 'Order', 'order_date'],
	['invoices', 'invoice_lines', 'invoice_id', 'Invoice', 'invoice_date'],
	['credit_notes', 'credit_note_lines', 'credit_note_id', 'Credit note', 'credit_date'],
] as const

function recordLines(book: Book): string[] {
	return documents.flatMap(([table, lines, id, title, date]) =>
		(book.rows.get(`canonical.${table}`) ?? []).flatMap((record) => {
			const own = (book.rows.get(`canonical.${lines}`) ?? []).filter((line) => line[id] === record[id])
			const name = `${title} ${bare(book, record[id])}${marks(record)}`
			const whole = table === 'opportunities' ? [`| ${name} | ${record[date]} | | ${money(record['amount'])} |`] : []
			const first = table === 'opportunities' ? '' : name
			const parts = own.map(
				(line, at) =>
					`| ${at === 0 ? first : ''} | ${at === 0 && first ? record[date] : ''} | ${lineText(line)} | ${money(line['amount'])} |`,
			)
			return [...whole, ...parts, ...recognitions(book, record, id)]
		}),
	)
}

/** What was recognised in other months than invoiced. */
function recognitions(book: Book, record: Row, id: string): string[] {
	if (id !== 'invoice_id') return []
	return (book.rows.get('canonical.revenue_entries') ?? [])
		.filter((entry) => entry['kind'] === 'recognition' && entry['document_id'] === record['invoice_id'])
		.map((entry) => `| | ${entry['period_id']} | recognised | ${money(entry['amount'])} |`)
}

function marks(record: Row): string {
	const entity = record['legal_entity_id'] === 'netsuite:2' ? ['DE'] : []
	const customer = String(record['customer_id'] ?? '').endsWith('CB') ? ['another customer'] : []
	const said = [
		record['currency'] === 'USD' ? '' : record['currency'],
		record['is_pending_approval'] ? 'pending approval' : '',
		record['channel'] ? `channel ${record['channel']}` : '',
		record['created_at'] ? `made ${String(record['created_at']).slice(11, 16)}` : '',
		...entity,
		...customer,
	].filter(Boolean)
	return said.length > 0 ? ` (${said.join(', ')})` : ''
}

function lineText(line: Row): string {
	if (line['kind'] !== 'item') return String(line['kind'])
	const discount = line['discount_percent'] ? ` less ${line['discount_percent']} %` : ''
	const product = String(line['product_id']).replace(/^\w+:/, '')
	return `${line['quantity']} ${line['unit']} ${product} at ${line['unit_price']}${discount}`
}

function breakLine(book: Book, row: BreakRow): string {
	const place = [
		row.currency === 'USD' ? '' : row.currency,
		row.legal_entity === 'US' ? '' : row.legal_entity,
		row.customer_id === book.crm('A') ? '' : 'another customer',
	]
	const where = place.filter(Boolean).join(', ') || "the deal's cell"
	return `| \`${row.code}\` | ${row.period_id} | ${money(row.amount)} | ${where} | ${bare(book, row.cause ?? '')} |`
}

function bare(book: Book, text: unknown): string {
	return String(text ?? '').replaceAll(new RegExp(`(salesforce:|netsuite:)?${book.mark}(?!\\d)`, 'g'), '')
}

/** `1,234.50`; negative amounts in parentheses. */
function money(amount: unknown): string {
	const text = Math.abs(Number(amount)).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
	return Number(amount) < 0 ? `(${text})` : text
}
