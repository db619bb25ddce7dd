import { dateOf, MINUTE } from '../company/calendar.ts'
import { divide, minorUnits, PRICE, QUANTITY } from '../company/exact.ts'
import { billedCustomer } from './bill.ts'
import { writeNumber } from './deal.ts'
import type { Deal, Invoice, Order, SalesLine } from './facts.ts'
import { billOrder, partOf, tellInvoice } from './invoice.ts'
import { type Draft, salesLines, totals } from './lines.ts'
import { changeOrder, crmText } from './order.ts'
import { byNumber, isTold, type Teller } from './teller.ts'
import { latest } from './timeline.ts'

/** Adds lines to an order that was billed. `link`: the deal that they are for, and how the order and it find each other. */
export function amend(
	teller: Teller,
	order: Order,
	at: number,
	drafts: Draft[],
	link: { deal: Deal; by: 'reference' | 'number' } | null,
): void {
	const before = latest(order.versions)
	// The number after the last line may be the tax's.
	const offset = before.lines.length + 1
	const added = salesLines(drafts, before.currency, 0n).map((line) => ({
		...line,
		id: line.id + offset,
		reduces: line.reduces === null ? null : line.reduces + offset,
	}))
	const lines = [...before.lines, ...added]
	const reference =
		link?.by === 'reference' ? `${before.reference}, ${crmText(teller, link.deal.id)}` : before.reference
	const from = changeOrder(order, at, {
		lines,
		reference,
		...totals(lines, before.entity),
		status: before.status === 'billed' ? 'partly_billed' : before.status,
	})
	if (!link) return
	order.deals.push({ deal: link.deal, from: link.by === 'reference' ? from : byNumber })
	if (link.by === 'number' || teller.choices.chance(0.85))
		writeNumber(teller, link.deal, from + teller.choices.between(2, 30) * MINUTE, order.number)
}

/**
 * Bills what of an order is not billed yet, or `only` some of its items. `deals`: those of the order's that it is for; without it, all. `until`:
 * the day at which all that is earned over time ends. Undefined when it lies beyond the story's end.
 */
export function billRest(
	teller: Teller,
	order: Order,
	at: number,
	{ only, deals, until }: { only?: (line: SalesLine) => boolean; deals?: Deal[]; until?: string } = {},
): Invoice | undefined {
	if (!isTold(at)) return undefined
	const state = latest(order.versions)
	const isBegun = teller.story.invoices.some((invoice) => invoice.orders.includes(order))
	const billed = (line: SalesLine) => (line.kind === 'item' ? line.quantityBilled : isBegun ? QUANTITY : 0n)
	const wanted = (line: SalesLine) => {
		if (line.kind !== 'item') return QUANTITY
		return only === undefined || only(line) ? line.quantity : line.quantityBilled
	}
	const lines = partOf(state, billed, wanted)
	const months = until === undefined ? undefined : monthsUntil(dateOf(at), until)
	const invoice = tellInvoice(teller, {
		orders: [order],
		state,
		customer: billedCustomer(teller, state),
		lines: months === undefined ? lines : lines.map((line) => ({ ...line, months })),
		date: dateOf(at),
		enteredAt: at,
		...(deals && { billedDeals: deals }),
	})
	billOrder(order, at + 2 * MINUTE, wanted)
	return invoice
}

/** Bills what was used of an order's first line beyond it; `isListed`: without its discount, `isDearer`: at a higher price. */
export function billUsage(
	teller: Teller,
	order: Order,
	at: number,
	{ percent, isListed, isDearer }: { percent: number; isListed: boolean; isDearer: boolean },
): void {
	if (!isTold(at)) return
	const state = latest(order.versions)
	const [ordered] = state.lines as [SalesLine]
	const discount = state.lines.find(({ kind, reduces }) => kind === 'discount' && reduces === ordered.id)?.price ?? 0n
	const step = PRICE / minorUnits(state.currency)
	const price = isDearer ? divide(ordered.price * 115n, 100n * step) * step : ordered.price
	const whole = ((ordered.quantity / QUANTITY) * BigInt(percent)) / 100n
	const used: Draft = {
		product: ordered.product!,
		quantity: (whole > 0n ? whole : 1n) * QUANTITY,
		unit: ordered.unit,
		price,
		discount: isListed ? 0n : discount,
		dealLine: null,
	}
	tellInvoice(teller, {
		orders: [order],
		state,
		customer: billedCustomer(teller, state),
		lines: salesLines([used], state.currency, 0n),
		date: dateOf(at),
		enteredAt: at,
	})
}

/** How many months a term still has, that of the date included: at least one. */
function monthsUntil(date: string, end: string): number {
	const months = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7))
	return Math.min(12, Math.max(1, months(end) - months(date) + 1))
}
