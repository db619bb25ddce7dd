import type { Line, Row } from '../../model-cases/book.ts'
import type { Pick } from './choices.ts'
import { type Currency, day, sum, type Teller, type ToldDeal } from './teller.ts'

/** One to three deals, and twins of them. */
export function tellDeals(tellerIn: (currency: Currency) => Teller, dealCurrency: Currency): ToldDeal[] {
	const { book, pick } = tellerIn(dealCurrency)
	const count = pick(1, 2, 1, 3)
	return Array.from({ length: count }, (_, index) => {
		const id = `D${index + 1}`
		const currency = pick(dealCurrency, dealCurrency, dealCurrency, dealCurrency, 'EUR', 'USD')
		const { worth } = tellerIn(currency)
		const items = Array.from({ length: pick(1, 2, 3, 0, 2) }, () => worth(tellDealLine(pick)))
		const charges: Line[] = pick<Line[]>(
			[],
			[],
			[],
			[{ kind: 'freight', product: 'F', amount: 40 }],
			[{ kind: 'tax', product: 'T', amount: 13 }],
			[
				{ kind: 'freight', product: 'F', amount: 12 },
				{ kind: 'tax', product: 'T', amount: 13 },
			],
		)
		const lines = items.length > 0 ? [...items, ...charges] : []
		const rest = pick(0, 0, 0, 0, 0.01, 0.02, -0.03, 75, 10, -50)
		const amount = worth({ amount: (lines.length > 0 ? sum(lines) : pick(1000, 333.33, 1100, 99.99)) + rest }).amount!
		const month = pick(1, 2, 3, 1)
		const entity = pick(undefined, undefined, 'DE' as const)
		const close = day(month, 10)
		const given = { currency, amount, lines, close, ...(entity && { entity }) }
		const more = pick<Row>({}, {}, {}, { erp_reference: book.own('O1') })
		book.deal(id, { ...given, more, created: `${close} 09:00:00` })
		const twin = pick(
			'',
			'',
			'',
			'',
			'',
			'',
			`${close} 09:03:00`,
			`${day(month, 11)} 09:00:00`,
			`${day(month, 11)} 09:00:01`,
		)
		if (twin) book.deal(`${id}T`, { ...given, created: twin })
		return { id, month, lines: items.map((line, at) => ({ ...line, of: `${id}.${at + 1}` })), amount }
	})
}

function tellDealLine(pick: Pick): Line {
	const line = {
		product: pick('P', 'Q', 'S', 'K', 'P'),
		quantity: pick<number | null>(10, 1, 3, 7, 2.5, 12, 120, 0.333, -4, null),
		price: pick<number | null>(100, 10, 33.3333, 0.07, 19.99, 1234.56789, 7.5, 123456.789, 0, null),
		unit: pick('Each', 'Each', 'Each', 'Case', 'Box', null),
		discount: pick(0, 0, 0, 10, 12.5, 33.3333),
	}
	return line.price === null || line.quantity === null ? { ...line, amount: 250 } : line
}
