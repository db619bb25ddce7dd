import type { Book } from './book.ts'
import type { Scenario } from './scenario.ts'

const ten = { quantity: 10, price: 100 }

function rate(
	book: Book,
	id: string,
	kind: string,
	from: string,
	to: string,
	start: string,
	value: number | null,
): void {
	const source = kind === 'crm' ? 'salesforce' : 'netsuite'
	book.add('canonical.exchange_rates', {
		exchange_rate_id: `${source}:${book.own(id)}`,
		kind,
		from_currency: from,
		to_currency: to,
		start_date: start,
		rate: value,
	})
}

/** Rates that are 0, missing, or dated in the future, and a currency whose minor unit changed: none is ever 1. */
export const rates: Scenario[] = [
	{
		name: 'a rate of 0 is none: the one before it holds, and it is shown',
		given: (book) => {
			rate(book, 'R1', 'crm', 'EUR', 'USD', '2026-01-01', 1.1)
			rate(book, 'R2', 'crm', 'EUR', 'USD', '2026-01-10', 0)
			rate(book, 'R3', 'erp', 'EUR', 'USD', '2026-01-01', 1.12)
			book.deal('D1', { currency: 'EUR', lines: [ten] })
			book.order('O1', { lines: [{ quantity: 10, price: 112 }] })
			book.invoice('I1', { lines: [{ quantity: 10, price: 112 }] })
		},
		breaks: [
			'currency_mismatch 2026-01 -1100.00',
			'currency_mismatch 2026-01 1000.00 EUR',
			'exchange_rate 2026-01 -20.00',
		],
		exceptions: ['impossible_rate R2'],
	},
	{
		name: 'a rate that begins in the future does not count before it does',
		given: (book) => {
			rate(book, 'R1', 'crm', 'GBP', 'USD', '2026-02-01', 1.3)
			book.deal('D1', { currency: 'GBP', lines: [ten] })
			book.order('O1', { lines: [{ quantity: 10, price: 130 }] })
			book.invoice('I1', { lines: [{ quantity: 10, price: 130 }] })
		},
		breaks: ['currency_mismatch 2026-01 -1300.00', 'currency_mismatch 2026-01 1000.00 GBP'],
		causes: { currency_mismatch: 'no rate' },
	},
	{
		name: 'a currency whose minor unit changed: amounts with older digits are compared as they stand',
		given: (book) => {
			book.deal('D1', { currency: 'JPY', lines: [{ quantity: 10, price: 100.25, amount: 1002.5 }] })
			book.order('O1', { currency: 'JPY', lines: [{ quantity: 10, price: 100, amount: 1000 }] })
			book.invoice('I1', { currency: 'JPY', lines: [{ quantity: 10, price: 100, amount: 1000 }] })
		},
		breaks: ['price 2026-01 2.50 JPY'],
	},
]
