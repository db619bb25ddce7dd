import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

/** Terms that differ without moving an amount. */
export const terms: Scenario[] = [
	{
		name: 'an order billed to another account’s customer',
		given: (book) => {
			book.customer('B', 'CB')
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], more: { bill_to_id: book.erp('CB') } })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: [],
		differences: ['bill_to: Customer A, Customer B'],
	},
	{
		name: 'an order in another legal entity, before anything is posted',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { entity: 'DE', lines: [ten] })
		},
		breaks: ['not_invoiced 2026-01 1000.00'],
		differences: ['legal_entity: US, DE'],
	},
	{
		name: 'an order dated before its deal was closed, and an invoice that is due too early',
		given: (book) => {
			book.customer('X', 'CX', { payment_terms: 'Net 30' })
			book.deal('D1', { customer: 'X', close: '2026-01-20', lines: [ten] })
			book.order('O1', { customer: 'CX', date: '2026-01-16', lines: [ten] })
			book.invoice('I1', { customer: 'CX', lines: [ten], more: { due_date: '2026-02-03' } })
		},
		breaks: [],
		differences: ['ordered_before_close: 2026-01-20, 2026-01-16', 'payment_terms: Net 30, 14 days'],
	},
	{
		name: 'an order with tax and an invoice without',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], tax: 80 })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: [],
		differences: ['taxed: with tax, without tax'],
	},
	{
		name: 'an invoice to another customer than the order',
		given: (book) => {
			book.customer('B', 'CB')
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { customer: 'CB', lines: [ten] })
		},
		breaks: ['wrong_customer 2026-01 -1000.00 B', 'wrong_customer 2026-01 1000.00'],
		differences: ['billed_customer: Customer A, Customer B'],
	},
]
