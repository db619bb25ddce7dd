import type { Book } from './book.ts'
import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

type Kind = 'order_link' | 'order_reject' | 'customer_link' | 'customer_reject'

function decide(book: Book, kind: Kind, deal: string, order: string): void {
	book.add('staging.stg_tieout__decisions', {
		kind,
		crm_id: book.crm(deal),
		erp_id: book.erp(order),
		reason: 'the number was mistyped',
		decided_by: 'Ana',
		decided_at: '2026-01-31 10:00:00',
	})
}

/** What belongs together: by which rule, and what becomes of names that fit nobody or several. */
export const links: Scenario[] = [
	{
		name: "a person's link outlives what the order names",
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { lines: [{ quantity: 3, price: 100 }] })
			book.order('O1', { deals: 'D2', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			decide(book, 'order_link', 'D1', 'O1')
		},
		breaks: ['not_ordered 2026-01 300.00'],
	},
	{
		name: 'a person can link one order to several deals',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { lines: [{ product: 'Q', quantity: 3, price: 100 }] })
			book.order('O1', { deals: '', lines: [ten, { product: 'Q', quantity: 3, price: 100 }] })
			book.invoice('I1', { lines: [ten, { product: 'Q', quantity: 3, price: 100 }] })
			decide(book, 'order_link', 'D1', 'O1')
			decide(book, 'order_link', 'D2', 'O1')
		},
		breaks: [],
	},
	{
		name: 'a link that a person rejected is none',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			decide(book, 'order_reject', 'D1', 'O1')
		},
		breaks: ['missing_in_crm 2026-01 -1000.00', 'not_ordered 2026-01 1000.00'],
		candidates: ['rejected D1 O1'],
		causes: { missing_in_crm: 'its link with the deal was rejected: the deal is Deal D1' },
	},
	{
		name: 'a deal and an order of one customer are candidates when they are near in time, and no link',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { close: '2026-07-15', lines: [{ quantity: 9, price: 100 }] })
			book.order('O1', { deals: '', lines: [{ quantity: 3, price: 100 }] })
			book.order('O2', { deals: '', lines: [ten], more: { is_cancelled: true } })
			book.order('O3', { deals: '', date: '2026-02-01', lines: [ten], currency: 'EUR' })
		},
		breaks: ['not_ordered 2026-01 1000.00', 'not_ordered (none) 900.00'],
		candidates: ['fits D1 O1', 'nothing fits D2 -', 'nothing fits - O3'],
	},
	{
		name: 'records of two customers are candidates by their amount and date alone',
		given: (book) => {
			book.customer('B', 'K')
			book.deal('D1', { lines: [{ quantity: 7, price: 131.13 }] })
			book.order('O1', { deals: '', customer: 'K', lines: [{ quantity: 7, price: 131.13 }] })
			book.order('O2', { deals: '', customer: 'K', date: '2026-03-20', lines: [{ quantity: 7, price: 131.13 }] })
		},
		breaks: ['not_ordered 2026-01 917.91'],
		candidates: ['fits D1 O1', 'nothing fits - O2'],
	},
	{
		name: 'a link of customers that a person rejected is none: the other one that the records make counts',
		given: (book) => {
			book.customer('B')
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			decide(book, 'customer_reject', 'A', 'C')
			decide(book, 'customer_link', 'B', 'C')
		},
		breaks: ['wrong_customer 2026-01 -1000.00 B', 'wrong_customer 2026-01 1000.00'],
	},
	{
		name: 'a decision about an order that is gone is an exception',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			decide(book, 'order_link', 'D1', 'O7')
		},
		breaks: ['not_ordered 2026-01 1000.00'],
		exceptions: ['decision_leads_nowhere O7 D1'],
	},
	{
		name: 'an order that names several deals is a link to each',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { lines: [ten] })
			book.order('O1', { deals: 'D1 D2', lines: [{ quantity: 20, price: 100 }] })
			book.invoice('I1', { lines: [{ quantity: 20, price: 100 }] })
		},
		breaks: [],
	},
	{
		name: 'a deal that names a number which two orders have is refused, with both',
		given: (book) => {
			book.deal('D1', { lines: [ten], more: { erp_reference: 'SO-77' } })
			for (const order of ['O1', 'O2']) {
				book.order(order, { deals: '', lines: [ten], more: { number: 'SO-77' } })
				book.invoice(order.replace('O', 'I'), { order, lines: [ten] })
			}
		},
		breaks: ['missing_in_crm 2026-01 -1000.00', 'missing_in_crm 2026-01 -1000.00', 'not_ordered 2026-01 1000.00'],
		exceptions: ['ambiguous_reference D1 O1, O2'],
		candidates: ['named D1 O1', 'named D1 O2'],
	},
	{
		name: 'the deal names the order, where the order names none',
		given: (book) => {
			book.deal('D1', { lines: [ten], more: { erp_reference: book.own('O1') } })
			book.order('O1', { deals: '', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: [],
	},
]

/** The same pair of systems, told to believe the deal before the order. */
export const dealsFirst: Scenario[] = [
	{
		name: 'the order of the rules is the configuration’s',
		given: (book) => {
			for (const [rule, place] of [
				['deal_names_order', 1],
				['order_names_deal', 2],
			])
				book.add('staging.stg_tieout__settings', { name: `order_links:salesforce:netsuite:${rule}`, value: place })
			for (const [name, value] of [
				['reporting_currency', 'USD'],
				['rate_policy', 'closing'],
			])
				book.add('staging.stg_tieout__settings', { name, value })
			book.deal('D1', { lines: [ten], more: { erp_reference: book.own('O1') } })
			book.deal('D2', { lines: [{ quantity: 3, price: 100 }] })
			book.order('O1', { deals: 'D2', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 300.00'],
		exceptions: [],
	},
]

/** The same pair, told to believe the deal alone. */
export const dealsAlone: Scenario[] = [
	{
		name: 'what an order names is no link where the configuration leaves that out, and its revenue says so',
		given: (book) => {
			for (const [name, value] of [
				['order_links:salesforce:netsuite:deal_names_order', 1],
				['reporting_currency', 'USD'],
				['rate_policy', 'closing'],
			])
				book.add('staging.stg_tieout__settings', { name, value })
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['missing_in_crm 2026-01 -1000.00', 'not_ordered 2026-01 1000.00'],
		causes: { missing_in_crm: 'the configuration leaves its link with the deal out: the deal is Deal D1' },
	},
]

/** A pair whose lines of one product are never shared, and believed before the names on the lines. */
export const productsFirst: Scenario[] = [
	{
		name: 'a line goes by its product before the deal line that it names, as the configuration says',
		given: (book) => {
			lineRules(book, 'only_one_of_product', 'line_names_deal_line')
			book.deal('D1', { lines: [ten, { product: 'Q', quantity: 3, price: 100 }] })
			book.order('O1', { lines: [{ ...ten, of: 'D1.2' }] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 300.00'],
		exceptions: [],
	},
	{
		name: 'a product that two deal lines have is refused with both, unless the line names one of them',
		given: (book) => {
			book.deal('D1', { lines: [ten, { quantity: 3, price: 100 }] })
			book.order('O1', { lines: [ten, { quantity: 3, price: 100, of: 'D1.2' }] })
		},
		breaks: [
			'not_invoiced 2026-01 1000.00',
			'not_invoiced 2026-01 300.00',
			'not_ordered 2026-01 1000.00',
			'quantity 2026-01 -1000.00',
		],
		exceptions: ['ambiguous_line O1.1 D1.1, D1.2'],
	},
]

function lineRules(book: Book, ...rules: string[]): void {
	for (const [at, rule] of rules.entries())
		book.add('staging.stg_tieout__settings', { name: `line_links:salesforce:netsuite:${rule}`, value: at + 1 })
	for (const [name, value] of [
		['reporting_currency', 'USD'],
		['rate_policy', 'closing'],
	])
		book.add('staging.stg_tieout__settings', { name, value })
}
