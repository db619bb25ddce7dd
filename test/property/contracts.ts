import fc from 'fast-check'
import { amountOf, Book, type Line } from '../model-cases/book.ts'

/** How one contract went, as small numbers; `addContract` writes the records. */
export type Contract = {
	lines: { product: 'P' | 'Q'; quantity: number; price: number; discount: 0 | 10 }[]
	currency: 'USD' | 'EUR'
	month: 1 | 2 | 3
	/** What the order has more of each: pieces, price, percent off. */
	order: 'none' | 'pending' | 'cancelled' | { pieces: number; price: number; discount: 0 | 10 | 20; twice: boolean }
	/** Parts of each order line (in fifths), each with its month and whether the price was changed on the invoice. */
	invoices: { fifths: number; month: 1 | 2 | 3; extra: number; elsewhere: 'here' | 'entity' | 'customer' | 'both' }[]
	/** Fifths of the first invoice that were given back. */
	credited: number
	recognised: boolean
	/** What the deal's amount has over its lines. */
	rest: number
}

const month = fc.constantFrom(1 as const, 2 as const, 3 as const)

export const contract: fc.Arbitrary<Contract> = fc.record({
	lines: fc.array(
		fc.record({
			product: fc.constantFrom('P' as const, 'Q' as const),
			quantity: fc.integer({ min: 2, max: 60 }).map((count) => count * 5),
			price: fc.integer({ min: 1, max: 90 }).map((tens) => tens * 10),
			discount: fc.constantFrom(0 as const, 10 as const),
		}),
		{ minLength: 1, maxLength: 2 },
	),
	currency: fc.constantFrom('USD' as const, 'USD' as const, 'EUR' as const),
	month,
	order: fc.oneof(
		{ weight: 1, arbitrary: fc.constantFrom('none' as const, 'pending' as const, 'cancelled' as const) },
		{
			weight: 4,
			arbitrary: fc.record({
				pieces: fc.constantFrom(0, 0, 0, 5, -5),
				price: fc.constantFrom(0, 0, 0, 10, 30),
				discount: fc.constantFrom(0 as const, 10 as const, 20 as const),
				twice: fc.constantFrom(false, false, false, true),
			}),
		},
	),
	invoices: fc.array(
		fc.record({
			fifths: fc.integer({ min: 1, max: 5 }),
			month,
			extra: fc.constantFrom(0, 0, 0, 20),
			elsewhere: fc.constantFrom(
				'here' as const,
				'here' as const,
				'entity' as const,
				'customer' as const,
				'both' as const,
			),
		}),
		{ maxLength: 3 },
	),
	credited: fc.constantFrom(0, 0, 1, 5),
	recognised: fc.boolean(),
	rest: fc.constantFrom(0, 0, 0, 0.01, 75),
})

/** How the same world is written another way: what came of it must be the same. */
export type Telling = { splitLines?: boolean; lastFirst?: boolean }

const day = (date: string, lastFirst: boolean | undefined, at: number) => `${date}-${lastFirst ? 25 - at : 20 + at}`

/** The records of a contract. Ids, and so ties, are the same however it is told. */
export function bookOf(mark: string, told: Contract, { splitLines, lastFirst }: Telling = {}): Book {
	const book = new Book(mark)
	book.customer('B', 'CB')
	const at = (month: number) => `2026-0${month}`
	const lines: Line[] = told.lines.map((line) => ({ ...line }))
	book.deal('D1', {
		close: `${at(told.month)}-10`,
		currency: told.currency,
		amount: lines.reduce((sum, line) => sum + amountOf(line), 0) + told.rest,
		lines: splitLines ? lines.flatMap(halves) : lines,
	})
	if (told.order === 'none') return book
	const status = { more: { is_pending_approval: told.order === 'pending', is_cancelled: told.order === 'cancelled' } }
	const terms = typeof told.order === 'string' ? { pieces: 0, price: 0, discount: null, twice: false } : told.order
	const ordered = lines.map(({ product, quantity, price, discount }) => ({
		product,
		quantity: quantity! + terms.pieces,
		price: price! + terms.price,
		discount: terms.discount ?? discount,
	})) as Line[]
	const shared = { date: `${at(told.month)}-11`, currency: told.currency, created: `${at(told.month)}-11 09:00:00` }
	book.order('O1', { ...shared, ...status, lines: ordered })
	if (terms.twice) book.order('O2', { ...shared, ...status, created: `${at(told.month)}-11 09:02:00`, lines: ordered })
	for (const [index, invoice] of told.invoices.entries()) {
		const id = `I${index + 1}`
		const billed = ordered.map((line) => ({
			...line,
			quantity: (line.quantity! / 5) * invoice.fifths,
			price: line.price! + invoice.extra,
		}))
		const isElsewhere = (what: string) => invoice.elsewhere === what || invoice.elsewhere === 'both'
		const total = amountOf(billed[0]!)
		book.invoice(id, {
			order: terms.twice && index === 2 ? 'O2' : 'O1',
			date: day(at(invoice.month), lastFirst, index),
			currency: told.currency,
			entity: isElsewhere('entity') ? 'DE' : 'US',
			customer: isElsewhere('customer') ? 'CB' : 'C',
			lines: billed,
			...(told.recognised && index === 0 && { recognised: recognitionOf(at(invoice.month), total) }),
		})
		if (index === 0 && told.credited > 0)
			book.credit('K1', {
				date: `${at(invoice.month)}-27`,
				currency: told.currency,
				lines: billed.map((line) => ({ ...line, quantity: (line.quantity! / invoice.fifths / 5) * told.credited })),
			})
	}
	return book
}

/** Half in the month of the invoice, a quarter in March: the rest stays deferred. */
function recognitionOf(month: string, total: number): [period: string, amount: number][] {
	return month === '2026-03'
		? [[month, total / 2]]
		: [
				[month, total / 2],
				['2026-03', total / 4],
			]
}

/** A line as two, of a fifth and four fifths of its quantity. */
function halves(line: Line): Line[] {
	return [1, 4].map((fifths) => ({ ...line, quantity: (line.quantity! / 5) * fifths }))
}
