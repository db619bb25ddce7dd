import { Book } from '../../model-cases/book.ts'
import { type Choices, picker } from './choices.ts'
import { tellCollective } from './collective.ts'
import { tellDeals } from './deals.ts'
import { tellInvoicesAlone, tellOrder } from './orders.ts'
import { tellStrays } from './strays.ts'
import { type Currency, type Teller, type ToldOrder, worthIn } from './teller.ts'

/** The records of a contract, with the currency's digits in their amounts. */
export function bookByChoices(mark: string, choices: Choices): Book {
	const pick = picker(choices)
	const book = new Book(mark)
	book.customer('B', 'CB')
	book.customer('N')
	const dealCurrency = pick<Currency>('USD', 'EUR', 'GBP', 'JPY', 'KWD', 'CHF')
	const isConverted = pick(false, false, false, true)
	const tellerIn = (currency: Currency): Teller => ({ book, pick, worth: worthIn(currency), currency })
	const currency = isConverted ? pick<Currency>('USD', 'EUR', 'JPY', 'KWD', 'GBP') : dealCurrency
	const teller = tellerIn(currency)
	const orderCount = pick(1, 2, 0, 2)
	const deals = tellDeals(tellerIn, dealCurrency)
	if (orderCount === 0) tellInvoicesAlone(teller, deals)
	const orders: ToldOrder[] = []
	for (let at = 1; at <= orderCount; at += 1)
		orders.push(
			...tellOrder(
				tellerIn(pick(currency, currency, currency, currency, currency, dealCurrency, 'EUR')),
				deals,
				at,
				orderCount,
			),
		)
	tellCollective(teller, orders)
	tellStrays(teller)
	return book
}
