import type { InvoiceGiven, Line } from '../../model-cases/book.ts'
import type { Pick } from './choices.ts'
import { tellCredit } from './credits.ts'
import { billedPart, day, inDocument, inUnit, isItem, type Teller, type ToldOrder, uncounted } from './teller.ts'

/** Up to three invoices of an order, with what is credited of them. */
export function tellInvoices(teller: Teller, order: ToldOrder): void {
	const { pick } = teller
	const count = pick(1, 2, 3, 1, 0)
	for (let at = 1; at <= count; at += 1) {
		const part = pick(1 / count, 1 / count, 0.5, 0.25, 1, 1.2)
		tellInvoice(teller, order, at, part, Math.min(3, order.month + pick(0, 0, 1, 2)))
	}
}

function tellInvoice(teller: Teller, order: ToldOrder, at: number, part: number, month: number): void {
	const { book, pick, worth, currency } = teller
	const id = `I${order.id ?? ''}${at}`
	const isNamed = pick(true, true, true, false)
	const changed = pick<(line: Line) => Line>(
		(line) => line,
		(line) => line,
		(line) => line,
		(line) => line,
		(line) => ({ ...line, price: line.price! + 2, amount: line.amount! + 2 * line.quantity! }),
		(line) => ({ ...line, amount: line.amount! + 0.01 }),
		(line) => ({ ...line, amount: line.amount! * 0.9 }),
		(line) => ({ ...line, quantity: null }),
		(line) => ({ ...line, product: 'Z' }),
		(line) => ({ ...line, unit: 'Case' }),
		inUnit('Case', 1 / 12),
		inUnit('Case', 1 / 6),
		inUnit('Each', 12),
		inUnit('Each', 6),
		inUnit('Box', 1 / 12),
		inUnit(null, 1),
	)
	const only = pick<(at: number) => boolean>(
		() => true,
		() => true,
		() => true,
		() => true,
		(at) => at === 0,
	)
	const whole = order.lines.map((line) =>
		worth(isItem(line) ? changed(billedPart(line, part)) : billedPart(line, part)),
	)
	const lines = inDocument(id, whole)
		.map((line, index) => ({ ...line, of: order.id && isNamed ? `${order.id}.${index + 1}` : null }))
		.filter((_, index) => only(index))
		.map((line) => takenOut(pick, line))
	const place = elsewhere(pick)
	const given: InvoiceGiven = {
		order: order.id,
		...(order.id === null && { deals: order.deals }),
		date: day(month, 20 + at),
		currency: pick(currency, currency, currency, currency, currency, currency, currency, currency, 'CHF'),
		lines,
		isPosted: pick(true, true, true, true, true, true, true, true, false),
		more: uncounted(pick),
		...place,
		created: pick(`${day(month, 20 + at)} 09:00:00`, '2026-01-21 09:00:00'),
	}
	const total = lines[0]!.amount!
	const recognised = pick<[string, number][] | undefined>(
		undefined,
		undefined,
		undefined,
		undefined,
		recognition(month, total, worth),
		[],
	)
	book.invoice(id, { ...given, ...(recognised && given.isPosted && { recognised }) })
	tellCredit(teller, { ...order, lines }, id, month, given)
}

const recognition = (month: number, total: number, worth: Teller['worth']): [string, number][] =>
	[month, 3].flatMap((period, at) =>
		at === 1 && month === 3 ? [] : [[`2026-0${period}`, worth({ amount: total / 3 }).amount!] as [string, number]],
	)

/** Now and then a line is gone, and its posting is there all the same. */
const takenOut = (pick: Pick, line: Line): Line =>
	pick(false, false, false, false, false, false, false, false, false, true)
		? { ...line, more: { is_deleted: true } }
		: line

function elsewhere(pick: Pick): { entity?: 'US' | 'DE'; customer?: string } {
	return pick<{ entity?: 'US' | 'DE'; customer?: string }>(
		{},
		{},
		{},
		{},
		{ entity: 'DE' },
		{ customer: 'CB' },
		{ entity: 'DE', customer: 'CB' },
	)
}
