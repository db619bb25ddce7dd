import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

/** Input that should not be: the sum holds, and a break, an exception or a difference says what to look at. */
export const badInput: Scenario[] = [
	{
		name: 'accounts merged into each other in a circle stay what they are',
		given: (book) => {
			book.customer('X', 'CX', { merged_into_id: book.crm('Y') })
			book.customer('Y', 'CY', { merged_into_id: book.crm('X') })
			book.deal('D1', { customer: 'X', lines: [ten] })
			book.order('O1', { customer: 'CX', lines: [ten] })
			book.invoice('I1', { customer: 'CX', lines: [ten] })
		},
		breaks: [],
		exceptions: ['merge_circle X Y', 'merge_circle Y X'],
	},
	{
		name: 'an order that names itself belongs to no deal',
		given: (book) => {
			book.order('O1', { deals: 'O1', lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['missing_in_crm 2026-01 -1000.00'],
		exceptions: ['deal_leads_nowhere O1 O1'],
	},
	{
		name: 'a deal and an order that name each other crosswise: the order is believed',
		given: (book) => {
			book.deal('D1', { lines: [ten], more: { erp_reference: book.own('O2') } })
			book.deal('D2', { lines: [{ quantity: 5, price: 100 }], more: { erp_reference: book.own('O1') } })
			book.order('O1', { deals: 'D1', lines: [ten] })
			book.order('O2', { deals: 'D2', lines: [{ quantity: 5, price: 100 }] })
			book.invoice('I1', { lines: [ten] })
			book.invoice('I2', { order: 'O2', lines: [{ quantity: 5, price: 100 }] })
		},
		breaks: [],
		exceptions: ['order_disagreement O1 D1, D2', 'order_disagreement O2 D2, D1'],
	},
	{
		name: 'an invoice before its order is timing, and a difference of dates',
		given: (book) => {
			book.deal('D1', { close: '2026-02-15', lines: [ten] })
			book.order('O1', { date: '2026-02-16', lines: [ten] })
			book.invoice('I1', { date: '2026-01-20', lines: [ten] })
		},
		breaks: ['timing 2026-01 -1000.00', 'timing 2026-02 1000.00'],
		differences: ['invoiced_before_order: 2026-02-16, 2026-01-20'],
	},
	{
		name: 'a credit before its invoice is cancelled in its own month',
		given: (book) => {
			book.deal('D1', { close: '2026-02-15', lines: [ten] })
			book.order('O1', { date: '2026-02-16', lines: [ten] })
			book.invoice('I1', { date: '2026-02-20', lines: [ten] })
			book.credit('K1', { date: '2026-01-10', lines: [ten] })
		},
		breaks: ['cancelled_or_credited 2026-01 1000.00'],
		differences: ['credited_before_invoice: 2026-02-20, 2026-01-10'],
	},
	{
		name: 'a line of both signs: what is given back on an invoice is no second invoice',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten, { quantity: -4, price: 100, of: 'O1.1' }] })
		},
		breaks: ['partly_invoiced 2026-01 400.00'],
	},
	{
		name: 'a line with a positive quantity and a negative amount',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [{ quantity: 10, price: 100, amount: -1000 }] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: [],
		exceptions: ['impossible_line O1 O1.1'],
	},
	{
		name: 'a discount of a line that is not there is one of the whole document',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten, { kind: 'discount', amount: -100, reduces: 'O9.9' }] })
			book.invoice('I1', { lines: [ten, { kind: 'discount', amount: -100, reduces: 'I1.2' }] })
		},
		breaks: ['discount 2026-01 100.00'],
	},
	{
		name: 'a posting in another currency than its invoice is not followed, and the sum holds',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten], recognised: [] })
			book.revenue(
				'I1.1',
				'invoice',
				'2026-01',
				1000,
				{ customer_id: book.erp('C'), legal_entity_id: 'netsuite:1', currency: 'EUR' },
				{
					invoice_line_id: book.erp('I1.1'),
					document_id: book.erp('I1'),
				},
			)
		},
		breaks: ['currency_mismatch 2026-01 -1000.00 EUR', 'deferred 2026-01 1000.00'],
		causes: { currency_mismatch: 'invoiced in another currency than ordered' },
	},
	{
		name: 'an account that is deleted keeps its deals, and is shown',
		given: (book) => {
			book.customer('X', 'CX', { is_deleted: true })
			book.deal('D1', { customer: 'X', lines: [ten] })
			book.order('O1', { customer: 'CX', lines: [ten] })
			book.invoice('I1', { customer: 'CX', lines: [ten] })
		},
		breaks: [],
		exceptions: ['deleted_customer X'],
	},
	{
		name: 'a quantity of 0 with a price is an order for nothing',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { lines: [{ quantity: 0, price: 100, amount: 0 }] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['price 2026-01 -1000.00', 'quantity 2026-01 1000.00'],
	},
	{
		name: 'a deal line with a quantity of 0 and an amount',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 0, price: 100, amount: 1000 }] })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: [],
		exceptions: ['impossible_line D1 D1.1'],
	},
	{
		name: 'a unit that no table has is named as such',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 10, price: 100, unit: 'Pallet' }] })
			book.order('O1', { lines: [{ quantity: 10, price: 90 }] })
			book.invoice('I1', { lines: [{ quantity: 10, price: 90 }] })
		},
		breaks: ['unit_of_measure 2026-01 100.00'],
		causes: { unit_of_measure: 'unit unknown' },
	},
	{
		name: 'very large quantities in a larger unit',
		given: (book) => {
			book.deal('D1', { lines: [{ quantity: 1_200_000, price: 1 }] })
			book.order('O1', { lines: [{ quantity: 100_000, price: 12, unit: 'Case' }] })
			book.invoice('I1', { lines: [{ quantity: 100_000, price: 12, unit: 'Case' }] })
		},
		breaks: [],
	},
	{
		name: 'an order in a currency without any rate is named, at the order’s own amount',
		given: (book) => {
			book.deal('D1', { lines: [ten] })
			book.order('O1', { currency: 'GBP', lines: [{ quantity: 10, price: 80 }] })
			book.invoice('I1', { currency: 'GBP', lines: [{ quantity: 10, price: 80 }] })
		},
		breaks: ['currency_mismatch 2026-01 -800.00 GBP', 'currency_mismatch 2026-01 1000.00'],
		causes: { currency_mismatch: 'no rate' },
	},
	{
		name: 'an invoice line without an invoice line number and without a product goes to all of the order',
		given: (book) => {
			book.deal('D1', { lines: [ten, { product: 'Q', quantity: 5, price: 20 }] })
			book.order('O1', { lines: [ten, { product: 'Q', quantity: 5, price: 20 }] })
			book.invoice('I1', { lines: [{ of: null, amount: 1100, quantity: null, more: { product_id: null } }] })
		},
		breaks: [],
	},
	{
		name: 'a deal without an amount is no booking, and its revenue is missing in the CRM',
		given: (book) => {
			book.deal('D1', { lines: [], more: { amount: null } })
			book.order('O1', { lines: [ten] })
			book.invoice('I1', { lines: [ten] })
		},
		breaks: ['missing_in_crm 2026-01 -1000.00'],
		causes: { missing_in_crm: 'the deal has no amount: the deal Deal D1 is at the stage Closed Won' },
	},
]
