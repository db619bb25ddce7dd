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
		name: 'an amendment may be a line more on the order that was there, which names both deals: what was billed before stays as it was',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { close: '2026-02-10', lines: [{ product: 'Q', quantity: 2, price: 100 }] })
			book.order('O1', { deals: 'D1 D2', lines: [ten, { product: 'Q', quantity: 2, price: 100 }] })
			book.invoice('I1', { lines: [{ ...ten, of: 'O1.1' }] })
			book.invoice('I2', { date: '2026-03-02', lines: [{ product: 'Q', quantity: 2, price: 100, of: 'O1.2' }] })
		},
		breaks: ['timing 2026-02 200.00', 'timing 2026-03 -200.00'],
	},
	{
		name: 'an amendment that the order does not name stands on the first deal, as a product that is not on it',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.deal('D2', { close: '2026-02-10', lines: [{ product: 'Q', quantity: 2, price: 100 }] })
			book.order('O1', { lines: [ten, { product: 'Q', quantity: 2, price: 100 }] })
			book.invoice('I1', { lines: [{ ...ten, of: 'O1.1' }] })
			book.invoice('I2', { date: '2026-02-12', lines: [{ product: 'Q', quantity: 2, price: 100, of: 'O1.2' }] })
		},
		breaks: [
			'not_ordered 2026-02 200.00',
			'quantity 2026-01 -200.00',
			'timing 2026-01 200.00',
			'timing 2026-02 -200.00',
		],
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
	{
		name: 'usage on an invoice line that names no line of the order is that of its product, and of the month in which it is billed',
		given: (book) => {
			asOrdered(book)
			book.invoice('I2', { date: '2026-02-10', lines: [{ quantity: 3, price: 120, of: null }] })
		},
		breaks: ['price 2026-01 -60.00', 'quantity 2026-01 -300.00', 'timing 2026-01 360.00', 'timing 2026-02 -360.00'],
	},
	{
		name: 'a kit whose components are billed one after the other is invoiced in part, by amount',
		given: (book) => {
			book.deal('D1', { lines: [{ product: 'KIT', quantity: 10, price: 100 }] })
			book.order('O1', {
				lines: [
					{ product: 'P', quantity: 10, price: 70, of: 'D1.1' },
					{ product: 'Q', quantity: 20, price: 15, of: 'D1.1' },
				],
			})
			book.invoice('I1', { lines: [{ product: 'P', quantity: 10, price: 70, of: 'O1.1' }] })
		},
		breaks: ['partly_invoiced 2026-01 300.00'],
	},
	{
		name: 'prices with tax against prices without it are tax, line by line',
		given: (book) => {
			book.deal('D1', {
				lines: [
					{ quantity: 10, price: 108 },
					{ product: 'Q', quantity: 5, price: 21.6, discount: 10 },
				],
			})
			const net = [ten, { product: 'Q', quantity: 5, price: 20, amount: 90 }]
			book.order('O1', { tax: 87.2, lines: net })
			book.invoice('I1', { lines: net })
		},
		breaks: ['tax_or_freight 2026-01 7.20', 'tax_or_freight 2026-01 80.00'],
		causes: { tax_or_freight: "the deal's prices include the tax" },
	},
	{
		name: 'a discount in the header of the order against one in the lines of the deal is none',
		given: (book) => {
			book.deal('D1', {
				lines: [
					{ ...ten, discount: 10 },
					{ product: 'Q', quantity: 5, price: 40, discount: 10 },
				],
			})
			const lines = [ten, { product: 'Q', quantity: 5, price: 40 }, { kind: 'discount' as const, amount: -120 }]
			book.order('O1', { lines })
			book.invoice('I1', { lines })
		},
		breaks: [],
	},
	{
		name: 'a discount in the header of the deal and of the order cancels out, as discount',
		given: (book) => {
			book.deal('D1', { amount: 1100, lines: [ten, { product: 'Q', quantity: 5, price: 40 }] })
			const lines = [ten, { product: 'Q', quantity: 5, price: 40 }, { kind: 'discount' as const, amount: -100 }]
			book.order('O1', { lines })
			book.invoice('I1', { lines })
		},
		breaks: ['discount 2026-01 -100.00', 'discount 2026-01 16.67', 'discount 2026-01 83.33'],
	},
	{
		name: 'freight in a line of the deal against the freight of the order is compared as a whole',
		given: (book) => {
			book.deal('D1', {
				lines: [ten, { kind: 'freight', product: 'F', price: 30 }, { kind: 'freight', product: 'F', price: 10 }],
			})
			const lines = [ten, { kind: 'freight' as const, amount: 40, quantity: null }]
			book.order('O1', { lines })
			book.invoice('I1', { lines })
		},
		breaks: [],
	},
	{
		name: 'cases against pieces are converted by the product’s own table',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 5, price: 120, unit: 'Case' }] })
			book.order('O1', { lines: [{ quantity: 60, price: 10 }] })
			book.invoice('I1', { lines: [{ quantity: 60, price: 10 }] })
		},
		breaks: [],
	},
	{
		name: 'another product at the same amount is a difference of terms, and another quantity too',
		given: (book) => {
			book.deal('D1', {
				lines: [
					{ product: 'P', quantity: 10, price: 100 },
					{ product: 'Q', quantity: 8, price: 50, amount: 500 },
				],
			})
			const lines = [
				{ product: 'Q', quantity: 10, price: 100, of: 'D1.1' },
				{ product: 'Q', quantity: 10, price: 50, of: 'D1.2' },
			]
			book.order('O1', { lines })
			book.invoice('I1', { lines: lines.map((line) => ({ ...line, of: undefined })) })
		},
		breaks: [],
		differences: ['product: P, Q', 'quantity: 8.000000 Each, 10.000000 Each'],
	},
	{
		name: 'an invoice without an order that is credited and billed again',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.invoice('I1', { order: null, deals: 'D1', lines: [ten] })
			book.credit('K1', { date: '2026-01-25', lines: [ten] })
			book.invoice('I2', { order: null, deals: 'D1', date: '2026-02-03', lines: [ten] })
		},
		breaks: ['cancelled_or_credited 2026-01 1000.00', 'cancelled_or_credited 2026-02 -1000.00'],
	},
	{
		name: 'an invoice that bills again what was billed too short, and the rest for the first time',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.invoice('I1', { order: null, deals: 'D1', lines: [{ quantity: 8, price: 100 }] })
			book.credit('K1', { date: '2026-01-25', lines: [{ quantity: 8, price: 100 }] })
			book.invoice('I2', { order: null, deals: 'D1', date: '2026-02-03', lines: [ten] })
		},
		breaks: [
			...['cancelled_or_credited 2026-01 800.00', 'cancelled_or_credited 2026-02 -800.00'],
			...['timing 2026-01 200.00', 'timing 2026-02 -200.00'],
		],
	},
	{
		name: 'the same of a deal without lines, told by its amount',
		given: (book) => {
			book.deal('D1', { amount: 1000 })
			book.invoice('I1', { order: null, deals: 'D1', lines: [{ price: 800 }] })
			book.credit('K1', { date: '2026-01-25', lines: [{ price: 800 }] })
			book.invoice('I2', { order: null, deals: 'D1', date: '2026-02-03', lines: [{ price: 1000 }] })
		},
		breaks: [
			...['cancelled_or_credited 2026-01 800.00', 'cancelled_or_credited 2026-02 -800.00'],
			...['timing 2026-01 200.00', 'timing 2026-02 -200.00'],
		],
	},
	{
		name: 'the same of an order',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [{ quantity: 8, price: 100 }] })
			book.credit('K1', { date: '2026-01-25', lines: [{ quantity: 8, price: 100 }] })
			book.invoice('I2', { date: '2026-02-03', lines: [ten] })
		},
		breaks: [
			...['cancelled_or_credited 2026-01 800.00', 'cancelled_or_credited 2026-02 -800.00'],
			...['timing 2026-01 200.00', 'timing 2026-02 -200.00'],
		],
	},
	{
		name: 'what was billed at too low a price and is billed again at the right one is all of it billed again',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.invoice('I1', { order: null, deals: 'D1', lines: [{ quantity: 10, price: 80 }] })
			book.credit('K1', { date: '2026-01-25', lines: [{ quantity: 10, price: 80 }] })
			book.invoice('I2', { order: null, deals: 'D1', date: '2026-02-03', lines: [ten] })
		},
		breaks: [
			...['cancelled_or_credited 2026-01 800.00', 'cancelled_or_credited 2026-02 -1000.00'],
			'price 2026-01 200.00',
		],
	},
	{
		name: 'what is billed beyond an order and its credits is more of it, not billed again',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			book.credit('K1', { date: '2026-01-25', lines: [{ quantity: 1, price: 100 }] })
			book.invoice('I2', { date: '2026-01-28', lines: [ten] })
		},
		breaks: ['quantity 2026-01 -900.00'],
		causes: { quantity: 'invoiced more than ordered' },
	},
	{
		name: 'an allowance that names all pieces frees what it is worth',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
			book.credit('K1', { date: '2026-01-25', lines: [{ quantity: 10, price: 10 }] })
			book.invoice('I2', { date: '2026-02-03', lines: [{ quantity: 2, price: 100 }] })
		},
		breaks: [
			...['cancelled_or_credited 2026-01 100.00', 'cancelled_or_credited 2026-02 -100.00'],
			...['quantity 2026-01 -100.00', 'timing 2026-01 100.00', 'timing 2026-02 -100.00'],
		],
	},
	{
		name: 'an instalment after a credit is no second bill, where the deal is not billed in full',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.invoice('I1', { order: null, deals: 'D1', lines: [{ quantity: 5, price: 100 }] })
			book.credit('K1', { date: '2026-01-25', lines: [{ quantity: 5, price: 100 }] })
			book.invoice('I2', { order: null, deals: 'D1', date: '2026-02-03', lines: [{ quantity: 5, price: 100 }] })
		},
		breaks: ['cancelled_or_credited 2026-01 500.00', 'timing 2026-01 500.00', 'timing 2026-02 -500.00'],
	},
	{
		name: 'an order that is invoiced in a third currency is invoiced, and nothing is left of it to be invoiced',
		given: (book) => {
			book.deal('D1', { entity: 'DE', lines: [ten] })
			book.order('O1', { entity: 'DE', currency: 'EUR', lines: [{ quantity: 10, price: 90 }] })
			book.invoice('I1', { entity: 'DE', currency: 'GBP', lines: [{ quantity: 10, price: 80 }] })
		},
		breaks: [
			// Without a rate the deal is what was ordered: -900 and 900 in EUR.
			...['currency_mismatch 2026-01 1000.00 DE', 'currency_mismatch 2026-01 -800.00 GBP DE'],
		],
		causes: { currency_mismatch: 'invoiced in another currency than ordered' },
	},
	{
		name: 'half an order that is invoiced in another currency leaves the other half to be invoiced',
		given: (book) => {
			book.deal('D1', { entity: 'DE', lines: [ten] })
			book.order('O1', { entity: 'DE', lines: [ten] })
			book.invoice('I1', { entity: 'DE', currency: 'EUR', lines: [{ quantity: 5, price: 90 }] })
		},
		breaks: [
			...['currency_mismatch 2026-01 500.00 DE', 'currency_mismatch 2026-01 -450.00 EUR DE'],
			'partly_invoiced 2026-01 500.00 DE',
		],
	},
	{
		name: 'an invoice in the wrong currency that is credited and billed in the right one leaves nothing',
		given: (book) => {
			const wrong = { entity: 'DE', currency: 'EUR' } as const
			book.deal('D1', { entity: 'DE', lines: [ten] })
			book.order('O1', { entity: 'DE', lines: [ten] })
			book.invoice('I1', { ...wrong, lines: [{ quantity: 10, price: 90 }] })
			book.credit('K1', { ...wrong, lines: [{ quantity: 10, price: 90 }] })
			book.invoice('I2', { entity: 'DE', date: '2026-01-28', lines: [ten] })
		},
		breaks: ['currency_mismatch 2026-01 -900.00 EUR DE', 'currency_mismatch 2026-01 900.00 EUR DE'],
	},
	{
		name: 'freight that is only invoiced, in two currencies, is followed in the deal’s',
		given: (book) => {
			const freight = { kind: 'freight', price: 40, of: null } as const
			book.deal('D1', { entity: 'DE', lines: [ten] })
			book.order('O1', { entity: 'DE', lines: [ten] })
			book.invoice('I1', { entity: 'DE', lines: [ten, freight] })
			book.invoice('I2', { entity: 'DE', currency: 'EUR', lines: [freight] })
		},
		breaks: ['currency_mismatch 2026-01 -40.00 EUR DE', 'tax_or_freight 2026-01 -40.00 DE'],
		causes: { currency_mismatch: "freight that no order has, in another currency than the deal's" },
	},
	{
		name: 'what is given back at another price is price, and nothing of it is still to be given back',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: -10, price: 100 }] })
			book.order('O1', { lines: [{ quantity: -10, price: 100 }] })
			book.invoice('I1', { lines: [{ quantity: -10, price: 90 }] })
		},
		breaks: ['price 2026-01 -100.00'],
	},
	{
		name: 'more given back than ordered is quantity, less is partly invoiced',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: -10, price: 100 }] })
			book.deal('D2', { lines: [{ quantity: -10, price: 100 }] })
			book.order('O1', { lines: [{ quantity: -10, price: 100 }] })
			book.order('O2', { deals: 'D2', lines: [{ quantity: -10, price: 100 }] })
			book.invoice('I1', { lines: [{ quantity: -12, price: 100 }] })
			book.invoice('I2', { order: 'O2', lines: [{ quantity: -4, price: 90 }] })
		},
		breaks: ['partly_invoiced 2026-01 -600.00', 'price 2026-01 -40.00', 'quantity 2026-01 200.00'],
	},
	{
		name: 'retention held back on progress bills counts no pieces: it is still to be invoiced until it is billed',
		given: (book) => {
			book.deal('D1', { lines: [{ price: 100000 }] })
			book.order('O1', { lines: [{ price: 100000 }] })
			book.invoice('I1', {
				date: '2026-02-28',
				lines: [
					{ quantity: 0.4, price: 100000, of: 'O1.1' },
					{ product: 'RETENTION', price: -4000, of: null },
				],
			})
		},
		breaks: ['partly_invoiced 2026-01 64000.00', 'timing 2026-01 36000.00', 'timing 2026-02 -36000.00'],
	},
	{
		name: 'a deposit that is billed before the work and taken off the bill of the work is no other price',
		given: (book) => {
			book.deal('D1', { lines: [{ price: 1000 }] })
			book.order('O1', { lines: [{ price: 1000 }] })
			book.invoice('I1', { lines: [{ product: 'DEPOSIT', price: 300, of: null }] })
			book.invoice('I2', {
				lines: [
					{ quantity: 0.5, price: 1000, of: 'O1.1' },
					{ product: 'DEPOSIT', quantity: -1, price: 150, of: null },
				],
			})
		},
		breaks: ['partly_invoiced 2026-01 350.00'],
	},
	{
		name: 'expenses that are billed on top of all lines of the order are more pieces of none',
		given: (book) => {
			const lines = [
				{ product: 'P', price: 9000 },
				{ product: 'Q', quantity: 10, price: 100 },
			]
			book.deal('D1', { lines })
			book.order('O1', { lines })
			book.invoice('I1', { lines: [...lines, { product: 'EXPENSES', price: 320, of: null }] })
		},
		breaks: ['price 2026-01 -288.00', 'price 2026-01 -32.00'],
	},
	{
		name: 'an invoice of one line without a product, as per order, bills the amount and not one piece',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [{ product: '', price: 1000, of: null }] })
		},
		breaks: [],
	},
	{
		name: 'an invoice line that names no line of the order is of the lines with its product, and of no other product',
		given: (book) => {
			const lines = [ten, { quantity: 5, price: 100 }, { product: 'Q', price: 200 }]
			book.deal('D1', { lines })
			book.order('O1', { lines })
			book.invoice('I1', { lines: [{ quantity: 15, price: 100, of: null }] })
			book.credit('K1', { date: '2026-02-03', lines: [{ quantity: 3, price: 100, of: null }] })
		},
		breaks: [
			'cancelled_or_credited 2026-02 100.00',
			'cancelled_or_credited 2026-02 200.00',
			'not_invoiced 2026-01 200.00',
		],
	},
	{
		name: 'a product on two lines of the deal at two prices: each line of the order goes to the one at its price, parts too',
		given: (book) => {
			const lines = [ten, { quantity: 10, price: 120 }]
			book.deal('D1', { lines })
			book.order('O1', { lines: [ten, { quantity: 4, price: 120 }] })
			book.order('O2', { date: '2026-01-17', lines: [{ quantity: 6, price: 120 }] })
			book.invoice('I1', { date: '2026-01-20', lines: [{ ...ten, of: 'O1.1' }] })
			book.invoice('I2', { date: '2026-02-20', lines: [{ quantity: 4, price: 120, of: 'O1.2' }] })
			book.invoice('I3', { order: 'O2', date: '2026-02-20', lines: [{ quantity: 6, price: 120 }] })
		},
		breaks: ['timing 2026-01 1200.00', 'timing 2026-02 -1200.00'],
	},
	{
		name: 'of two lines with one product the one that the order changed is what is left',
		given: (book) => {
			book.deal('D1', { lines: [ten, { quantity: 5, price: 90 }] })
			const lines = [{ quantity: 6, price: 90 }, ten]
			book.order('O1', { lines })
			book.invoice('I1', { lines })
		},
		breaks: ['quantity 2026-01 -90.00'],
	},
	{
		name: 'of two lines with one product the one that was not ordered is not ordered',
		given: (book) => {
			book.deal('D1', { lines: [ten, { quantity: 5, price: 90 }] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['not_ordered 2026-01 450.00'],
	},
	{
		name: 'a change order of the same product is a deal of its own and a line more of the order',
		given: (book) => {
			book.deal('D1', { lines: [{ price: 50000 }] })
			book.deal('D2', { close: '2026-02-10', lines: [{ price: 8000 }] })
			const lines = [{ price: 50000 }, { price: 8000 }]
			book.order('O1', { deals: 'D1 D2', lines })
			book.invoice('I1', { date: '2026-03-20', lines })
		},
		breaks: [
			'timing 2026-01 50000.00',
			'timing 2026-02 8000.00',
			'timing 2026-03 -50000.00',
			'timing 2026-03 -8000.00',
		],
	},
	{
		name: 'a product that has another id on the second order, as in another ERP, is one product: pieces are added up',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [{ quantity: 6, price: 100 }] })
			book.order('O2', { date: '2026-01-17', lines: [{ product: 'P2', quantity: 6, price: 100 }] })
			book.invoice('I1', { lines: [{ quantity: 6, price: 100 }] })
		},
		breaks: ['partly_invoiced 2026-01 600.00', 'quantity 2026-01 -200.00'],
	},
	{
		name: 'an order that is closed short and ordered anew for the rest: what it will never bring is no backlog',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten], more: { is_closed: true } })
			book.invoice('I1', { lines: [{ quantity: 4, price: 90 }] })
			book.order('O2', { date: '2026-01-22', lines: [{ quantity: 6, price: 100 }] })
			book.invoice('I2', { order: 'O2', lines: [{ quantity: 2, price: 100 }] })
		},
		breaks: [
			'cancelled_or_credited 2026-01 600.00',
			'partly_invoiced 2026-01 400.00',
			'price 2026-01 40.00',
			'quantity 2026-01 -600.00',
		],
		causes: { cancelled_or_credited: 'closed short' },
	},
	{
		name: 'an order that is not invoiced stays so, though another one of the deal is invoiced in its own currency',
		given: (book) => {
			book.deal('D1', { entity: 'DE', lines: [ten] })
			book.order('O1', { entity: 'DE', lines: [{ quantity: 5, price: 100 }] })
			book.order('O2', { entity: 'DE', currency: 'EUR', lines: [{ quantity: 5, price: 90 }] })
			book.invoice('I2', { order: 'O2', entity: 'DE', currency: 'EUR', lines: [{ quantity: 5, price: 90 }] })
		},
		breaks: [
			...['currency_mismatch 2026-01 -450.00 EUR DE', 'currency_mismatch 2026-01 500.00 DE'],
			'not_invoiced 2026-01 500.00 DE',
		],
	},
	{
		name: 'what a deal has on an order in another currency is no other quantity',
		given: (book) => {
			book.deal('D1', { entity: 'DE', lines: [ten] })
			book.order('O1', { entity: 'DE', lines: [{ quantity: 5, price: 100 }] })
			book.order('O2', { entity: 'DE', currency: 'EUR', lines: [{ quantity: 3, price: 90 }] })
			book.invoice('I1', { entity: 'DE', lines: [{ quantity: 5, price: 100 }] })
			book.invoice('I2', { order: 'O2', entity: 'DE', currency: 'EUR', lines: [{ quantity: 3, price: 90 }] })
		},
		breaks: [
			...['currency_mismatch 2026-01 -270.00 EUR DE', 'currency_mismatch 2026-01 300.00 DE'],
			'quantity 2026-01 200.00 DE',
		],
		causes: { currency_mismatch: "ordered in another currency than the deal's other orders" },
	},
	{
		name: 'the same of a deal without lines is no other price',
		given: (book) => {
			book.deal('D1', { entity: 'DE', amount: 1000 })
			book.invoice('I1', { order: null, deals: 'D1', entity: 'DE', lines: [{ price: 500 }] })
			book.invoice('I2', { order: null, deals: 'D1', entity: 'DE', currency: 'EUR', lines: [{ price: 450 }] })
		},
		breaks: ['currency_mismatch 2026-01 -450.00 EUR DE', 'currency_mismatch 2026-01 500.00 DE'],
	},
]
