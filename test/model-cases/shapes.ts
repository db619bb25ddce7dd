import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }
const asOrdered = (book: Parameters<Scenario['given']>[0]) => {
	book.deal('D1', { lines: [ten] })
	book.order('O1', { lines: [ten] })
	book.invoice('I1', { lines: [ten] })
}

/** Shapes that contracts take: several deals, orders and invoices, changes on the way, and what is put together or taken apart. */
export const shapes: Scenario[] = [
	{
		name: 'two deals in one order, each with its own line, are shared by the lines that the order names',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { lines: [{ product: 'P', quantity: 5, price: 80 }] })
			book.order('O1', {
				deals: 'D1 D2',
				lines: [
					{ ...ten, of: 'D1.1' },
					{ quantity: 5, price: 90, of: 'D2.1' },
				],
			})
			book.invoice('I1', { lines: [ten, { quantity: 5, price: 90 }] })
		},
		breaks: ['price 2026-01 -50.00'],
	},
	{
		name: 'one deal in three invoices over two months is timing for the later one alone',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [{ quantity: 3, price: 100 }] })
			book.invoice('I2', { date: '2026-01-28', lines: [{ quantity: 3, price: 100 }] })
			book.invoice('I3', { date: '2026-02-10', lines: [{ quantity: 4, price: 100 }] })
		},
		breaks: ['timing 2026-01 400.00', 'timing 2026-02 -400.00'],
	},
	{
		name: 'two contracts renewed to one end date: one order of two deals, the same product at two prices',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 12, price: 50 }] })
			book.deal('D2', { close: '2026-02-03', lines: [{ quantity: 7, price: 50 }] })
			book.order('O1', { deals: 'D1 D2', date: '2026-02-04', lines: [{ quantity: 19, price: 50 }] })
			book.invoice('I1', { date: '2026-02-05', lines: [{ quantity: 19, price: 50 }] })
		},
		breaks: ['timing 2026-01 600.00', 'timing 2026-02 -600.00'],
	},
	{
		name: 'an amendment is a deal of its own, with an order of its own',
		given: (book) => {
			asOrdered(book)
			book.deal('D2', { close: '2026-02-10', lines: [{ quantity: 2, price: 100 }] })
			book.order('O2', { deals: 'D2', date: '2026-02-11', lines: [{ quantity: 2, price: 100 }] })
			book.invoice('I2', { order: 'O2', date: '2026-02-12', lines: [{ quantity: 2, price: 100 }] })
		},
		breaks: [],
	},
	{
		name: 'an amendment that takes something away is a deal with a negative amount, credited',
		given: (book) => {
			asOrdered(book)
			book.deal('D2', { close: '2026-02-10', lines: [{ quantity: -3, price: 100 }] })
			book.credit('K1', { date: '2026-02-12', lines: [{ quantity: 3, price: 100 }] })
		},
		breaks: ['cancelled_or_credited 2026-02 300.00', 'not_ordered 2026-02 -300.00'],
	},
	{
		name: 'an order that was cancelled and entered again is compared with the second',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], more: { is_cancelled: true } })
			book.order('O2', { date: '2026-01-18', lines: [{ quantity: 8, price: 100 }] })
			book.invoice('I1', { order: 'O2', lines: [{ quantity: 8, price: 100 }] })
		},
		breaks: ['quantity 2026-01 200.00'],
	},
	{
		name: 'a partial credit is cancelled in its own month, and only so far',
		given: (book) => {
			asOrdered(book)
			book.credit('K1', { date: '2026-02-03', lines: [{ quantity: 2, price: 100 }] })
			book.credit('K2', { date: '2026-03-03', lines: [{ quantity: null, amount: 50 }] })
		},
		breaks: ['cancelled_or_credited 2026-02 200.00', 'cancelled_or_credited 2026-03 50.00'],
	},
	{
		name: 'a kit that the order takes apart: its components together are compared with the deal line that they name',
		given: (book) => {
			book.deal('D1', { lines: [{ product: 'KIT', quantity: 10, price: 100 }] })
			book.order('O1', {
				lines: [
					{ product: 'P', quantity: 10, price: 70, of: 'D1.1' },
					{ product: 'Q', quantity: 20, price: 15, of: 'D1.1' },
				],
			})
			book.invoice('I1', {
				lines: [
					{ product: 'P', quantity: 10, price: 70 },
					{ product: 'Q', quantity: 20, price: 15 },
				],
			})
		},
		breaks: [],
	},
	{
		name: 'instalments of one order line over three months',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 1, price: 900 }] })
			book.order('O1', { lines: [{ quantity: 1, price: 900 }] })
			for (const [at, month] of ['01', '02', '03'].entries())
				book.invoice(`I${at + 1}`, { date: `2026-${month}-20`, lines: [{ quantity: null, amount: 300, of: 'O1.1' }] })
		},
		breaks: ['timing 2026-01 600.00', 'timing 2026-02 -300.00', 'timing 2026-03 -300.00'],
	},
	{
		name: 'usage above what was ordered is quantity',
		given: (book) => {
			asOrdered(book)
			book.invoice('I2', { date: '2026-02-10', lines: [{ quantity: 3, price: 100, of: 'O1.1' }] })
		},
		breaks: ['quantity 2026-01 -300.00', 'timing 2026-01 300.00', 'timing 2026-02 -300.00'],
	},
]
