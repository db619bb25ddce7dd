import type { Book } from './book.ts'
import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

function invoiced(book: Book, ...lines: Parameters<Book['order']>[1]['lines']): void {
	book.order('O1', { lines })
	book.invoice('I1', { lines })
}

/** One story per break code, in the order of the closed list, then codes that come together: the worked examples of docs/breaks.md. */
export const codes: Scenario[] = [
	{
		name: 'timing',
		given: (book) => {
			book.deal('D1', { close: '2026-01-30', lines: [ten] })
			book.order('O1', { date: '2026-01-30', lines: [ten] })
			book.invoice('I1', { date: '2026-02-02', lines: [ten] })
		},
		breaks: ['timing 2026-01 1000.00', 'timing 2026-02 -1000.00'],
	},
	{
		name: 'not_ordered',
		given: (book) => book.deal('D1', { lines: [ten] }),
		breaks: ['not_ordered 2026-01 1000.00'],
	},
	{
		name: 'awaiting_approval',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], more: { is_pending_approval: true, status: 'pending approval' } })
		},
		breaks: ['awaiting_approval 2026-01 1000.00'],
	},
	{
		name: 'not_invoiced',
		given: (book) => {
			book.deal('D1', { lines: [ten, { product: 'Q', quantity: 5, price: 40 }] })
			book.order('O1', { lines: [ten, { product: 'Q', quantity: 5, price: 40 }] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['not_invoiced 2026-01 200.00'],
	},
	{
		name: 'partly_invoiced',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [{ quantity: 4, price: 100 }] })
		},
		breaks: ['partly_invoiced 2026-01 600.00'],
	},
	{
		name: 'missing_in_crm',
		given: (book) => {
			book.order('O1', { deals: '', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['missing_in_crm 2026-01 -1000.00'],
	},
	{
		name: 'price',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			invoiced(book, { quantity: 10, price: 95 })
		},
		breaks: ['price 2026-01 50.00'],
	},
	{
		name: 'quantity',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 100, discount: 5 }] })
			invoiced(book, { quantity: 8, price: 100, amount: 760 })
		},
		breaks: ['quantity 2026-01 190.00'],
	},
	{
		name: 'unit_of_measure',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 5, price: 120, unit: 'Case' }] })
			invoiced(book, { quantity: 5, price: 10, unit: 'Each' })
		},
		breaks: ['unit_of_measure 2026-01 550.00'],
	},
	{
		name: 'discount',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 100, discount: 10 }] })
			book.order('O1', { lines: [ten, { kind: 'discount', amount: -150, reduces: 'O1.1' }] })
			book.invoice('I1', { lines: [ten, { kind: 'discount', amount: -150, reduces: 'I1.1' }] })
		},
		breaks: ['discount 2026-01 50.00'],
	},
	{
		name: 'tax_or_freight',
		given: (book) => {
			book.deal('D1', { lines: [ten, { kind: 'freight', product: 'F', price: 40 }] })
			invoiced(book, ten, { kind: 'freight', amount: 25, quantity: null })
		},
		breaks: ['tax_or_freight 2026-01 15.00'],
	},
	{
		name: 'exchange_rate',
		given: (book) => {
			book.deal('D1', { currency: 'EUR', lines: [ten] })
			invoiced(book, { quantity: 10, price: 112 })
		},
		breaks: [
			'currency_mismatch 2026-01 -1100.00',
			'currency_mismatch 2026-01 1000.00 EUR',
			'exchange_rate 2026-01 -20.00',
		].sort(),
	},
	{
		name: 'currency_mismatch',
		given: (book) => {
			book.deal('D1', { currency: 'EUR', lines: [ten] })
			invoiced(book, { quantity: 10, price: 100 })
		},
		breaks: [
			'currency_mismatch 2026-01 -1100.00',
			'currency_mismatch 2026-01 1000.00 EUR',
			'exchange_rate 2026-01 -20.00',
			'price 2026-01 120.00',
		].sort(),
	},
	{
		name: 'duplicate',
		given: (book) => {
			book.deal('D1', { lines: [ten], created: '2026-01-15 10:00:00' })
			book.deal('D2', { lines: [ten], created: '2026-01-15 10:03:00' })
			invoiced(book, ten)
		},
		breaks: ['duplicate 2026-01 1000.00'],
	},
	{
		name: 'cancelled_or_credited',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			invoiced(book, ten)
			book.credit('K1', { date: '2026-02-10', lines: [{ quantity: 3, price: 100 }] })
		},
		breaks: ['cancelled_or_credited 2026-02 300.00'],
	},
	{
		name: 'wrong_customer',
		given: (book) => {
			book.customer('B', 'CB')
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { customer: 'CB', lines: [ten] })
		},
		breaks: ['wrong_customer 2026-01 -1000.00 B', 'wrong_customer 2026-01 1000.00'],
	},
	{
		name: 'wrong_entity',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { entity: 'DE', lines: [ten] })
		},
		breaks: ['wrong_entity 2026-01 -1000.00 DE', 'wrong_entity 2026-01 1000.00'],
	},
	{
		name: 'deferred',
		given: (book) => {
			book.deal('D1', { lines: [{ price: 1200 }] })
			book.order('O1', { lines: [{ price: 1200 }] })
			book.invoice('I1', {
				lines: [{ price: 1200 }],
				recognised: [
					['2026-01', 100],
					['2026-02', 100],
					['2026-03', 100],
				],
			})
		},
		breaks: ['deferred 2026-01 1100.00', 'deferred 2026-02 -100.00', 'deferred 2026-03 -100.00'],
	},
	{
		name: 'out_of_scope',
		given: (book) => {
			book.add('staging.stg_tieout__scope_rules', { rule: 'channel', value: 'web' })
			book.deal('D1', { close: '2026-01-30', lines: [ten], more: { channel: 'web' } })
			book.order('O1', { date: '2026-01-30', lines: [ten] })
			book.invoice('I1', { date: '2026-02-02', lines: [ten] })
		},
		breaks: ['out_of_scope 2026-01 1000.00', 'out_of_scope 2026-02 -1000.00'],
	},
	{
		name: 'rounding',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 3, price: 33.3333, amount: 100 }] })
			invoiced(book, { quantity: 3, price: 33.33 })
		},
		breaks: ['rounding 2026-01 0.01'],
	},
	{
		name: 'unexplained',
		given: (book) => {
			book.deal('D1', { amount: 1050, lines: [ten] })
			invoiced(book, ten)
		},
		breaks: ['unexplained 2026-01 50.00'],
	},
	{
		name: 'quantity, price and discount together',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 100, discount: 10 }] })
			invoiced(book, { quantity: 8, price: 110 })
		},
		breaks: ['discount 2026-01 -88.00', 'price 2026-01 -72.00', 'quantity 2026-01 180.00'],
	},
	{
		name: 'another entity and another customer',
		given: (book) => {
			book.customer('B', 'CB')
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { customer: 'CB', entity: 'DE', lines: [ten] })
		},
		breaks: [
			'wrong_customer 2026-01 -1000.00 DE B',
			'wrong_customer 2026-01 1000.00 DE',
			'wrong_entity 2026-01 -1000.00 DE',
			'wrong_entity 2026-01 1000.00',
		],
	},
	{
		name: 'billed later, recognised over months, then credited',
		given: (book) => {
			book.deal('D1', { close: '2026-01-30', lines: [{ price: 300 }] })
			book.order('O1', { date: '2026-01-30', lines: [{ price: 300 }] })
			book.invoice('I1', {
				date: '2026-02-01',
				lines: [{ price: 300 }],
				recognised: [
					['2026-02', 100],
					['2026-03', 100],
				],
			})
			book.credit('K1', { date: '2026-03-20', lines: [{ quantity: null, amount: 100 }] })
		},
		breaks: [
			'cancelled_or_credited 2026-03 100.00',
			'deferred 2026-02 200.00',
			'deferred 2026-03 -100.00',
			'timing 2026-01 300.00',
			'timing 2026-02 -300.00',
		],
	},
]
