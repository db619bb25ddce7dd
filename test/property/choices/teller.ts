import type { Book, Line, Row } from '../../model-cases/book.ts'
import type { Pick } from './choices.ts'

/** CHF has no rate. */
export type Currency = 'USD' | 'EUR' | 'GBP' | 'JPY' | 'KWD' | 'CHF'
/** What a part of a story is told with; `worth` gives a line its amount. */
export type Teller = { book: Book; pick: Pick; worth: (line: Line) => Line; currency: Currency }
/** Its lines name themselves (`of`), as an order's lines name them. */
export type ToldDeal = { id: string; month: number; lines: Line[]; amount: number }
/** Without an id: an invoice stands for it. */
export type ToldOrder = { id: string | null; deals: string; month: number; lines: Line[] }

const minorDigits: Record<Currency, number> = { USD: 2, EUR: 2, GBP: 2, CHF: 2, JPY: 0, KWD: 3 }

/** A line with its amount, in the currency's digits. */
export function worthIn(currency: Currency): (line: Line) => Line {
	const scale = 10 ** minorDigits[currency]
	return (line) => {
		const { quantity, price, discount = 0 } = line
		if (line.amount !== undefined) return { ...line, amount: Math.round(line.amount * scale) / scale }
		return { ...line, amount: Math.round((quantity ?? 1) * (price ?? 0) * (1 - discount / 100) * scale) / scale }
	}
}

/** Of the year 2026. */
export const day = (month: number, day: number) => `2026-0${month}-${day}`
/** Of the lines' amounts. */
export const sum = (lines: readonly Line[]) =>
	Math.round(lines.reduce((total, line) => total + line.amount!, 0) * 10_000) / 10_000

/** The discount line's reduced line is one of its own document. */
export const inDocument = (id: string, lines: readonly Line[]): Line[] =>
	lines.map((line) => (line.reduces ? { ...line, reduces: `${id}.${line.reduces.split('.').at(-1)}` } : line))

/** A part of a line: of its quantity and amount. */
export const times = (line: Line, part: number): Line => ({
	...line,
	quantity: line.quantity == null ? line.quantity! : line.quantity * part,
	amount: line.amount! * part,
})

/** The same at the same amount, in a unit of which there are so many times as many; for a line without a quantity, another unit alone. */
export const inUnit =
	(unit: string | null, factor: number) =>
	(line: Line): Line => ({
		...line,
		unit,
		quantity: line.quantity == null ? line.quantity! : line.quantity * factor,
		price: line.price == null ? line.price! : line.price / factor,
	})

/** A document that does not count, whose postings are there all the same: now and then. */
export const uncounted = (pick: Pick): Row =>
	pick<Row>({}, {}, {}, {}, {}, {}, {}, {}, { is_posted: false }, { is_voided: true }, { is_deleted: true })

export const isItem = ({ kind }: Line) => (kind ?? 'item') === 'item'

/** What a document takes over from the line before: what that names and its state are its own. */
export const billedPart = (line: Line, part: number): Line => ({
	...times(line, part),
	of: undefined,
	more: undefined as never,
})
