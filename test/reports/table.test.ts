import { expect, test } from 'vitest'
import { renderHtml } from '../../reports/html.ts'
import type { Column } from '../../reports/report.ts'
import { Paging, Table } from '../../reports/table.ts'

const columns: Column[] = [
	{ name: 'customer', title: 'Customer', kind: 'text' },
	{ name: 'amount', title: 'Amount', kind: 'amount', currency: 'currency' },
	{ name: 'currency', title: 'Currency', kind: 'text' },
	{ name: 'reporting', title: 'In USD', kind: 'amount', currency: 'reporting', missing: 'no rate' },
	{ name: 'code', title: 'Code', kind: 'code', href: () => '/breaks?code=timing' },
	{ name: 'note', title: 'Note', kind: 'text', isFileOnly: true },
]

const digits: Record<string, number> = { USD: 2, JPY: 0, KWD: 3 }
const context = { minorDigits: (currency: string) => digits[currency], reportingCurrency: 'USD' }
const report = { totals: { currency: 'currency', amounts: ['amount'], reporting: ['reporting'] } }
const rows = [
	{ customer: 'Acme, Inc.', amount: '1234.5000', currency: 'USD', reporting: '1234.5000', code: 'timing' },
	{ customer: '東京精密 & Söhne <GmbH>', amount: '-1200.0000', currency: 'JPY', reporting: '-8.0400', code: 'price' },
	{ customer: 'Kuwait W.L.L.', amount: '0.0000', currency: 'KWD', reporting: null, code: 'unexplained' },
]
const total = (currency: string, amount: string, reporting: string | null, unpriced: number) => ({
	currency,
	rowCount: 1,
	sums: { amount, reporting },
	unpriced: { amount: 0, reporting: unpriced },
	apart: {},
})

/** One tag a line, so that a person can read the golden. */
const readable = (markup: string) =>
	markup.replaceAll(/(<(?:section|div|table|thead|tbody|tfoot|tr|th|td|p|nav)\b)/g, '\n$1').trim()

test('the table of several currencies: a total each, never added up', async () => {
	const totals = {
		of: [
			total('JPY', '-1200.0000', '-8.0400', 0),
			total('KWD', '0.0000', null, 1),
			total('USD', '1234.5000', '1234.5000', 0),
		],
		report,
	}
	const sort = {
		by: [{ column: columns[1]!, isDescending: true }],
		address: { path: '/breaks', query: new URLSearchParams('code=timing&page=3') },
		initial: ['-amount'],
		names: columns.map(({ name }) => name),
	}
	const markup = Table({
		caption: 'Breaks',
		columns,
		rows,
		context,
		totals,
		sort,
		rowHref: (row) => `/break/${row['customer']}`,
	})
	await expect(`${readable(renderHtml(markup))}\n`).toMatchFileSnapshot('../golden/reports/table.html')
})

test('an amount in a currency of its own has totals of its own, whatever the others are in', () => {
	const markup = renderHtml(
		Table({
			caption: 'Records',
			columns: [
				...columns,
				{ name: 'base', title: 'In the entity’s currency', kind: 'amount', currency: 'base_currency' },
			],
			rows: [{ ...rows[0]!, base: '1100.5000', base_currency: 'EUR' }],
			context,
			totals: {
				of: [total('USD', '1234.5000', '1234.5000', 0)],
				own: [{ column: 'base', currency: 'JPY', rowCount: 2, sum: '3000.0000', apart: [] }],
				report,
			},
		}),
	)
	expect(markup).toContain('Total JPY (In the entity’s currency), 2 rows')
	expect(markup).toMatch(/, 2 rows.*3,000</)
})

test('with one currency it stands in the heading, and its column goes', () => {
	const markup = renderHtml(
		Table({
			caption: 'Breaks',
			columns,
			rows: [rows[0]!],
			context,
			totals: { of: [total('USD', '1234.5000', '1234.5000', 0)], report },
		}),
	)
	expect(markup).toContain('Amount <small>USD</small>')
	expect(markup).not.toContain('>Currency<')
})

test('a heading orders by its column, by its size first when it is a number, and the own order leaves no trace', () => {
	const address = { path: '/breaks', query: new URLSearchParams('sort=customer') }
	const markup = renderHtml(
		Table({
			caption: 'Breaks',
			columns,
			rows,
			context,
			sort: {
				by: [{ column: columns[0]!, isDescending: false }],
				address,
				initial: ['-amount'],
				names: columns.map(({ name }) => name),
			},
		}),
	)
	expect(markup).toContain('aria-sort="ascending"><a href="/breaks?sort=-customer">')
	expect(markup).toContain('<a href="/breaks">Amount')
	expect(markup).toContain('<a href="/breaks?sort=-reporting">')
})

test('an empty table says why', () => {
	const markup = renderHtml(Table({ caption: 'Breaks', columns, rows: [], context, empty: 'No breaks: they agree.' }))
	expect(markup).toContain('<div class="empty">No breaks: they agree.</div>')
	expect(markup).not.toContain('<table')
})

test('paging says which rows are shown of how many', () => {
	const address = { path: '/breaks', query: new URLSearchParams('code=timing') }
	const markup = renderHtml(
		Paging({ address, page: 2, pageCount: 153, firstRow: 101, rowsShown: 100, rowCount: 15214 }),
	)
	expect(markup).toContain('rows 101–200 of 15,214, page 2 of 153')
	expect(markup).toContain('<a class="button" href="/breaks?code=timing">Previous</a>')
	expect(markup).toContain('<a class="button" href="/breaks?code=timing&amp;page=3">Next</a>')
	expect(renderHtml(Paging({ address, page: 1, pageCount: 1, firstRow: 1, rowsShown: 7, rowCount: 7 }))).toBe(
		'<p class="paging">rows 1–7 of 7</p>',
	)
})
