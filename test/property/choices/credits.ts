import type { InvoiceGiven, Line } from '../../model-cases/book.ts'
import { billedPart, day, inDocument, inUnit, isItem, type Teller, type ToldOrder, uncounted } from './teller.ts'

/** A credit note of the invoice, and perhaps a bill after it. */
export function tellCredit(
	teller: Teller,
	order: ToldOrder,
	invoice: string,
	month: number,
	given: InvoiceGiven,
): void {
	const { book, pick, worth } = teller
	const part = given.isPosted ? pick(0, 0, 0, 1, 0.5, 0.2) : 0
	if (part === 0) return
	const isNamed = pick(true, true, false)
	const later = Math.min(3, month + pick(0, 1))
	const id = `K${invoice}`
	const isByAmount = pick(false, false, false, true)
	const lines = inDocument(id, order.lines).map((line, at) => ({
		...worth(billedPart(line, part)),
		of: isNamed ? `${invoice}.${at + 1}` : null,
		...(isByAmount && { quantity: null }),
	}))
	const { currency, entity, customer } = given
	const place = pick({ entity, customer }, {}) as { entity?: 'US'; customer?: string }
	const more = uncounted(pick)
	book.credit(id, { invoice, date: day(later, 25), currency: currency!, lines, more, ...withoutEmpty(place) })
	if (!pick(false, true)) return
	const again = `${invoice}A`
	const date = pick(day(later, 26), day(later, 25), day(Math.min(3, later + 1), 27))
	const share = pick(part, 1)
	const billedIn = pick<(line: Line) => Line>(
		(line) => line,
		(line) => line,
		inUnit('Each', 12),
		inUnit('Case', 1 / 12),
		inUnit('Box', 1),
	)
	const billed = inDocument(again, order.lines).map((line) => ({
		...worth(isItem(line) ? billedIn(billedPart(line, share)) : billedPart(line, share)),
		of: line.of ?? null,
	}))
	const { recognised: _, ...rest } = given
	book.invoice(again, { ...rest, date, lines: billed, isPosted: true, more: uncounted(pick) })
}

const withoutEmpty = <Value extends object>(value: Value): Value =>
	Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined)) as Value
