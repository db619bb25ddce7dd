import type { Book, Row } from './book.ts'
import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

function document(book: Book, object: 'opportunity' | 'order' | 'invoice', id: string, terms: Row): void {
	book.add('canonical.document_terms', { document_term_id: id, object, record_id: id, ...terms })
}

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
		name: 'payment terms of a discount and its days are not compared with the days of the invoice',
		given: (book) => {
			book.customer('X', 'CX', { payment_terms: '2-10 Net 30' })
			book.deal('D1', { customer: 'X', lines: [ten] })
			book.order('O1', { customer: 'CX', lines: [ten] })
			book.invoice('I1', { customer: 'CX', lines: [ten], more: { due_date: '2026-02-19' } })
		},
		breaks: [],
		differences: [],
	},
	{
		name: 'payment terms of a month’s end are not compared with the days of the invoice',
		given: (book) => {
			book.customer('X', 'CX', { payment_terms: 'Net 30 EOM' })
			book.deal('D1', { customer: 'X', lines: [ten] })
			book.order('O1', { customer: 'CX', lines: [ten] })
			book.invoice('I1', { customer: 'CX', lines: [ten], more: { due_date: '2026-02-28' } })
		},
		breaks: [],
		differences: [],
	},
	{
		name: 'payment terms of months are not compared with the days of the invoice',
		given: (book) => {
			book.customer('X', 'CX', { payment_terms: '1 month' })
			book.deal('D1', { customer: 'X', lines: [ten] })
			book.order('O1', { customer: 'CX', lines: [ten] })
			book.invoice('I1', { customer: 'CX', lines: [ten], more: { due_date: '2026-02-19' } })
		},
		breaks: [],
		differences: [],
	},
	{
		name: 'a delivery to another place than the deal says, and another again on the invoice',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			document(book, 'opportunity', book.crm('D1'), { ship_to: '10115, DE' })
			document(book, 'order', book.erp('O1'), { ship_to: '20095, DE' })
			document(book, 'invoice', book.erp('I1'), { ship_to: '80331, DE' })
		},
		breaks: [],
		differences: ['ship_to: 20095, DE, 80331, DE', 'ship_to: 10115, DE, 20095, DE'],
	},
	{
		name: 'a place that is written otherwise is the same, and one that nobody names is no difference',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			document(book, 'opportunity', book.crm('D1'), { ship_to: 'SW1A 1AA, GB' })
			document(book, 'order', book.erp('O1'), { ship_to: 'sw1a1aa, GB', tax_area: 'Domestic' })
		},
		breaks: [],
		differences: [],
	},
	{
		name: 'a place without a country is compared by its postal code alone',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			document(book, 'opportunity', book.crm('D1'), { ship_to: '94105, US' })
			document(book, 'order', book.erp('O1'), { ship_to: '94105' })
			document(book, 'invoice', book.erp('I1'), { ship_to: '94107' })
		},
		breaks: [],
		differences: ['ship_to: 94105, 94107'],
	},
	{
		name: 'the same postal code in another country is another place',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			document(book, 'opportunity', book.crm('D1'), { ship_to: '1010, AT' })
			document(book, 'order', book.erp('O1'), { ship_to: '1010, CH' })
		},
		breaks: [],
		differences: ['ship_to: 1010, AT, 1010, CH'],
	},
	{
		name: 'an invoice in another tax area than its order, and an order in another than its deal',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			document(book, 'opportunity', book.crm('D1'), { tax_area: 'EU' })
			document(book, 'order', book.erp('O1'), { tax_area: 'Domestic' })
			document(book, 'invoice', book.erp('I1'), { tax_area: 'Export' })
		},
		breaks: [],
		differences: ['tax_area: Domestic, Export', 'tax_area: EU, Domestic'],
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
