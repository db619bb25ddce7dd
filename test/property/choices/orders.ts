import type { Line } from '../../model-cases/book.ts'
import { tellInvoices } from './invoices.ts'
import { tellExtras, tellOrderLines } from './order-lines.ts'
import { day, inDocument, sum, type Teller, type ToldDeal, type ToldOrder } from './teller.ts'

/** An order of some of the deals, its twin, and their invoices; answers the orders. */
export function tellOrder(teller: Teller, deals: readonly ToldDeal[], at: number, orderCount: number): ToldOrder[] {
	const { book, pick, currency } = teller
	const named =
		deals.length === 1 ? deals : pick(deals, deals, deals, deals.slice(0, 1), deals.slice(1), deals.slice(0, 2))
	const month = pick(named[0]!.month, 1, 2, 3)
	const part = orderCount === 1 ? 1 : pick(0.5, 1, 0.3)
	const listed = named.flatMap((deal) => tellOrderLines(teller, deal, part))
	if (listed.length === 0) return []
	const taxRate = pick(0, 0, 0, 0, 0, 0.1)
	const items = taxRate === 0 ? listed : listed.map((line) => teller.worth(withoutTax(line, 1 + taxRate)))
	const included = sum(listed) - sum(items)
	const id = `O${at}`
	const lines = inDocument(id, [...items, ...tellExtras(teller, items)])
	const status = pick<'fine' | 'pending' | 'cancelled' | 'closed'>(
		...(['fine', 'fine', 'fine', 'fine', 'fine', 'fine', 'closed', 'closed', 'pending', 'cancelled'] as const),
	)
	const tax = pick(0, 0, 0, 13, 10, 75)
	const entity = pick(undefined, undefined, undefined, 'DE' as const)
	const given = {
		deals: pick(true, true, true, true, false) ? named.map((deal) => deal.id).join(' ') : '',
		currency,
		tax: taxRate > 0 ? Math.round(included * 10_000) / 10_000 : tax,
		lines,
		date: day(month, 11),
		...(entity && { entity }),
		more: {
			is_pending_approval: status === 'pending',
			is_cancelled: status === 'cancelled',
			is_closed: status === 'closed',
		},
	}
	book.order(id, { ...given, created: `${day(month, 11)} 09:00:00` })
	const told = { id, deals: given.deals, month, lines }
	tellInvoices(teller, told)
	const next = day(month, 12)
	const twin = pick('', '', '', '', '', '', `${day(month, 11)} 09:03:00`, `${next} 09:00:00`, `${next} 09:00:01`)
	if (!twin) return [told]
	book.order(`${id}T`, { ...given, lines: inDocument(`${id}T`, lines), created: twin })
	tellInvoices(teller, { ...told, id: `${id}T` })
	return [told, { ...told, id: `${id}T` }]
}

const withoutTax = (line: Line, factor: number): Line => ({
	...line,
	amount: line.amount! / factor,
	...(line.price != null && { price: line.price / factor }),
})

/** Invoices that stand for the order of the deals themselves. */
export function tellInvoicesAlone(teller: Teller, deals: readonly ToldDeal[]): void {
	const { pick } = teller
	const named = deals.length === 1 ? deals : pick(deals, deals.slice(0, 1))
	const lines = named.flatMap((deal) => tellOrderLines(teller, deal, 1))
	if (lines.length === 0) return
	const order = {
		id: null,
		deals: named.map(({ id }) => id).join(' '),
		month: named[0]!.month,
		lines: [...lines, ...tellExtras(teller, lines)],
	}
	tellInvoices(teller, order)
}
