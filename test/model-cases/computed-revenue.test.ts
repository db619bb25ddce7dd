import { beforeAll, expect, test } from 'vitest'
import { Book, type Row } from './book.ts'
import { buildWorld, worldOf } from './scenario.ts'

/** A story of one invoice line: `period computed recognised state` of each row, the rule that counted, and whether the check names it. */
type Story = {
	name: string
	given: (book: Book) => void
	rows: string[]
	rule: string
	isNamed?: boolean
}

const year = { quantity: 1, price: 1000 }

function term(book: Book, of: Row, at = 1): void {
	book.add('canonical.recognition_terms', {
		recognition_term_id: book.erp(`T${at}`),
		invoice_line_id: book.erp('I1.1'),
		start_date: '2026-01-01',
		end_date: '2026-03-31',
		currency: 'USD',
		...of,
	})
}

function sold(
	book: Book,
	recognised: [string, number][],
	line: Row & { quantity?: number; price?: number } = year,
): void {
	book.deal('D1', { lines: [line] })
	book.order('O1', { lines: [line] })
	book.invoice('I1', { date: '2026-01-05', lines: [line], recognised })
}

/** Posted in January, and invoiced in February. */
function postedEarly(book: Book): void {
	book.rows.get('canonical.invoices')![0]!['invoice_date'] = '2026-02-05'
	const place = { customer_id: book.erp('C'), legal_entity_id: 'netsuite:1', currency: 'USD' }
	book.revenue('I1.1', 'recognition', '2026-01', 1000, place, {
		...{ invoice_line_id: book.erp('I1.1'), document_id: book.erp('I1') },
	})
}

const stories: Story[] = [
	{
		name: 'equal parts by month agree to the cent, though nobody told the method',
		given: (book) => {
			sold(book, [
				['2026-01', 333.33],
				['2026-02', 333.34],
				['2026-03', 333.33],
			])
			term(book, {})
		},
		rows: ['2026-01 333.33 333.33 agrees', '2026-02 333.34 333.34 agrees', '2026-03 333.33 333.33 agrees'],
		rule: 'ERP by_month',
	},
	{
		name: 'days count where days are what was posted',
		given: (book) => {
			sold(
				book,
				[
					['2026-01', 310],
					['2026-02', 280],
					['2026-03', 310],
				],
				{ quantity: 1, price: 900 },
			)
			term(book, {})
		},
		rows: ['2026-01 310.00 310.00 agrees', '2026-02 280.00 280.00 agrees', '2026-03 310.00 310.00 agrees'],
		rule: 'ERP by_day',
	},
	{
		name: 'a term from the middle of a month, by its days as the rule tells',
		given: (book) => {
			sold(
				book,
				[
					['2026-01', 540],
					['2026-02', 360],
				],
				{ quantity: 1, price: 900 },
			)
			term(book, { method: 'by_day', start_date: '2026-01-14', end_date: '2026-02-12' })
		},
		rows: ['2026-01 540.00 540.00 agrees', '2026-02 360.00 360.00 agrees'],
		rule: 'ERP by_day',
	},
	{
		name: 'a hundred too much in February differs there, and agrees again when it is taken back',
		given: (book) => {
			sold(book, [
				['2026-01', 333.33],
				['2026-02', 433.34],
				['2026-03', 233.33],
			])
			term(book, { method: 'by_month' })
		},
		rows: ['2026-01 333.33 333.33 agrees', '2026-02 333.34 433.34 differs', '2026-03 333.33 233.33 agrees'],
		rule: 'ERP by_month',
		isNamed: true,
	},
	{
		name: 'a month that was not recognised differs from then on',
		given: (book) => {
			sold(book, [['2026-01', 333.33]])
			term(book, { method: 'by_month' })
		},
		rows: ['2026-01 333.33 333.33 agrees', '2026-02 333.34 0.00 differs', '2026-03 333.33 0.00 differs'],
		rule: 'ERP by_month',
		isNamed: true,
	},
	{
		name: 'a milestone is earned on its day, all of it',
		given: (book) => {
			sold(book, [
				['2026-01', 600],
				['2026-03', 400],
			])
			term(book, { method: 'milestone', start_date: null, end_date: '2026-01-31', amount: 600 })
			term(book, { method: 'milestone', start_date: null, end_date: '2026-03-10', amount: 400 }, 2)
		},
		rows: ['2026-01 600.00 600.00 agrees', '2026-02 0.00 0.00 agrees', '2026-03 400.00 400.00 agrees'],
		rule: 'ERP milestone',
	},
	{
		name: 'a milestone that the ERP posts on its day is due then, though its invoice comes later',
		given: (book) => {
			sold(book, [])
			postedEarly(book)
			term(book, { method: 'milestone', start_date: null, end_date: '2026-01-20' })
		},
		rows: ['2026-01 1000.00 1000.00 agrees', '2026-02 0.00 0.00 agrees'],
		rule: 'ERP milestone',
	},
	{
		name: 'a term of which the ERP posts more than was earned before the invoice differs',
		given: (book) => {
			sold(book, [])
			postedEarly(book)
			term(book, { method: 'by_month', end_date: '2026-02-28' })
		},
		rows: ['2026-01 500.00 1000.00 differs', '2026-02 500.00 0.00 agrees'],
		rule: 'ERP by_month',
		isNamed: true,
	},
	{
		name: 'the only term without an amount has what the others leave of the line',
		given: (book) => {
			sold(book, [
				['2026-01', 600],
				['2026-02', 400],
			])
			term(book, { method: 'by_month', end_date: '2026-01-31', amount: 600 })
			term(book, { method: 'by_month', start_date: '2026-02-01', end_date: '2026-02-28' }, 2)
		},
		rows: ['2026-01 600.00 600.00 agrees', '2026-02 400.00 400.00 agrees'],
		rule: 'ERP by_month',
	},
	{
		name: 'a line of which two terms have no amount is not computed',
		given: (book) => {
			sold(book, [
				['2026-01', 500],
				['2026-02', 500],
			])
			term(book, { method: 'by_month', end_date: '2026-01-31' })
			term(book, { method: 'by_month', start_date: '2026-02-01', end_date: '2026-02-28' }, 2)
		},
		rows: [],
		rule: '',
	},
	{
		name: 'what was credited before it was recognised is no longer to be recognised',
		given: (book) => {
			sold(book, [['2026-01', 333.33]])
			term(book, { end_date: '2026-01-31' })
			const place = { customer_id: book.erp('C'), legal_entity_id: 'netsuite:1', currency: 'USD' }
			book.add('canonical.credit_notes', {
				...{ credit_note_id: book.erp('N1'), number: book.own('N1'), invoice_id: book.erp('I1'), ...place },
				...{ credit_date: '2026-01-31', period_id: '2026-01', is_posted: true, is_voided: false },
				...{ total_amount: 666.67, tax_amount: 0 },
			})
			book.add('canonical.credit_note_lines', {
				...{ credit_note_line_id: book.erp('N1.1'), credit_note_id: book.erp('N1'), invoice_line_id: book.erp('I1.1') },
				...{ kind: 'item', product_id: 'netsuite:P', quantity: 1, unit: 'Each', amount: 666.67, currency: 'USD' },
			})
		},
		rows: ['2026-01 333.33 333.33 agrees'],
		rule: 'ERP by_month',
	},
	{
		name: 'a line that was invoiced after its month was recognised catches up in the next',
		given: (book) => {
			const place = { customer_id: book.erp('C'), legal_entity_id: 'netsuite:2', currency: 'EUR' }
			const line = { quantity: 1, price: 300 }
			book.deal('D1', { entity: 'DE', currency: 'EUR', lines: [line, line] })
			book.order('O1', { entity: 'DE', currency: 'EUR', lines: [line, line] })
			for (const [invoice, created] of [
				['I0', '2026-01-05 10:00:00'],
				['I1', '2026-02-05 10:00:00'],
			] as const)
				book.invoice(invoice, {
					...{ entity: 'DE', currency: 'EUR', date: '2026-01-30', created, lines: [{ ...line, of: 'O1.1' }] },
					recognised: [],
				})
			const post = (invoice: string, period: string, amount: number, created: string) =>
				book.revenue(`${invoice}.${period}`, 'recognition', period, amount, place, {
					...{ invoice_line_id: book.erp(`${invoice}.1`), document_id: book.erp(invoice), created_at: created },
				})
			post('I0', '2026-01', 100, '2026-02-03 02:00:00')
			post('I1', '2026-02', 200, '2026-03-03 02:00:00')
			term(book, { currency: 'EUR', method: 'by_month' })
		},
		rows: ['2026-01 0.00 0.00 agrees', '2026-02 200.00 200.00 agrees', '2026-03 100.00 0.00 not recognised yet'],
		rule: 'ERP by_month',
	},
	{
		name: 'the service dates of the deal line are a memo where the ERP posts at once',
		given: (book) => {
			const line = { quantity: 1, price: 900 }
			const dates = { service_start_date: '2026-01-01', service_end_date: '2026-03-31' }
			book.deal('D1', { lines: [{ ...line, more: dates }] })
			book.order('O1', { lines: [line] })
			book.invoice('I1', { date: '2026-01-05', lines: [line] })
		},
		rows: ['2026-01 310.00 900.00 memo', '2026-02 280.00 0.00 memo', '2026-03 310.00 0.00 memo'],
		rule: 'deal by_day',
	},
]

type Found = { rows: string[]; rule: string; isNamed: boolean }
let found: Found[]

beforeAll(async () => {
	const books = stories.map(({ given }, at) => {
		const book = new Book(`S${at + 1}`)
		given(book)
		return book
	})
	found = await buildWorld(
		worldOf(books),
		['marts.computed_revenue', 'checks.revenue_follows_its_rule'],
		async (session) => {
			const rows = await session.all<Record<string, string>>(
				`select invoice_line_id, period_id, cast(computed_amount as decimal(38, 2)) as computed, cast(recognised_amount as decimal(38, 2)) as recognised,
				state, told_by || ' ' || method as rule from marts.computed_revenue order by period_id`,
			)
			const named = await session.all<Record<string, string>>(
				'select invoice_line_id from checks.revenue_follows_its_rule',
			)
			return books.map((book) => {
				const line = book.erp('I1.1')
				const own = rows.filter((row) => row['invoice_line_id'] === line)
				return {
					rows: own.map((row) => ['period_id', 'computed', 'recognised', 'state'].map((name) => row[name]).join(' ')),
					rule: own[0]?.['rule'] ?? '',
					isNamed: named.some((row) => row['invoice_line_id'] === line),
				}
			})
		},
	)
})

test.each(stories.map((story, at) => [story.name, story, at] as const))(
	'%s',
	(_, { rows, rule, isNamed = false }, at) => {
		expect(found[at]).toEqual({ rows, rule, isNamed })
	},
)
