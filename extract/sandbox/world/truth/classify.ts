import { absolute } from '../company/exact.ts'
import type { Setting } from '../company/setting.ts'
import type { Lack } from '../projection.ts'
import type { Story } from '../story/facts.ts'
import { allocate, type Chain, type OrderShare } from './allocate.ts'
import { BreakBook, type Cell, inPeriod, type TruthBreak } from './book.ts'
import { type Postings, postingsOf, type RevenueEntry } from './entries.ts'
import { reasonDocumentOutOfScope, reasonJournalOutOfScope } from './scope.ts'
import { invoiceTerms, orderTerms, translate } from './terms.ts'
import { type View, type ViewOrder, viewOf } from './view.ts'

/** Every break of a story as known at a moment, by `docs/definitions.md`. */
export function classify(
	setting: Setting,
	story: Story,
	moment: number,
	lacks: ReadonlySet<Lack>,
): Iterable<TruthBreak> {
	const view = viewOf(setting, story, moment, lacks)
	const book = new BreakBook()
	const allocation = allocate(view)
	const postings = postingsOf(view, allocation)
	for (const chain of allocation.chains) classifyChain(book, view, chain, postings, lacks)
	for (const entry of postings.revenue) if (!entry.chain) classifyStray(book, entry, lacks)
	return book.breaks()
}

function classifyChain(book: BreakBook, view: View, chain: Chain, postings: Postings, lacks: ReadonlySet<Lack>): void {
	const reason = comparable(view, chain)
	if (typeof reason !== 'string') {
		compare(book, chain, reason, postings, lacks)
		return
	}
	const [said, why] = reason.split('|') as [string, string]
	// Where there is no order step, what was not ordered was not invoiced.
	const code = said === 'not_ordered' && lacks.has('orders') ? 'not_invoiced' : said
	const of = marks(chain)
	book.add(code, chain.deal.cell, chain.booked, of, why)
	for (const entry of postings.revenue) if (entry.chain === chain) book.add(code, entry.cell, -entry.amount, of, why)
}

/** Steps 0 and 1: the shares of orders with which a chain can be compared, or the code and the reason why there are none. */
function comparable(view: View, chain: Chain): OrderShare[] | string {
	const { deal } = chain
	if (deal.outOfScope) return `out_of_scope|${deal.outOfScope}`
	if (deal.isTwin) return 'duplicate|entered twice in the CRM'
	const orders = view.orders.filter((order) => !order.isTwin && order.deals.includes(deal))
	if (chain.kind === 'rest') return restReason(chain, orders)
	const own = chain.kind === 'charges' ? orders : [...new Set(chain.ordered.map(({ order }) => order))]
	if (own.length === 0) return orders.length > 0 ? 'not_ordered|order accepted in part' : 'not_ordered|no order'
	const alive = own.filter(({ state }) => state.status !== 'cancelled')
	if (alive.length === 0) return 'cancelled_or_credited|order cancelled'
	const active = alive.filter(({ state }) => state.status !== 'pending')
	if (active.length === 0) return 'awaiting_approval|order pending approval'
	const shares = chain.ordered.filter(({ order }) => active.includes(order) && !isBilledAgain(order))
	return shares.length > 0 ? shares : [emptyShare(active[0]!)]
}

function restReason(chain: Chain, orders: ViewOrder[]): string {
	const taxes = orders
		.filter(({ state }) => state.status !== 'cancelled')
		.reduce((sum, { state }) => sum + state.tax, 0n)
	if (chain.booked === taxes) return "tax_or_freight|the deal has the order's tax in its amount"
	return absolute(chain.booked) <= BigInt(chain.deal.state.lines.length)
		? 'rounding|within a minor unit for each line of the deal'
		: "unexplained|lines don't add up to the deal's amount"
}

/** An invoice that stands for an order, but bills again what was credited. */
function isBilledAgain({ invoice }: ViewOrder): boolean {
	return invoice?.isRebill ?? false
}

/** A charges chain whose order has no freight. */
function emptyShare(order: ViewOrder): OrderShare {
	return { order, line: order.state.lines[0]!, net: 0n, gross: 0n, quantity: 0n }
}

/** Steps 2 to 7. */
function compare(
	book: BreakBook,
	chain: Chain,
	ordered: OrderShare[],
	postings: Postings,
	lacks: ReadonlySet<Lack>,
): void {
	const of = marks(chain, ordered[0]!.order)
	const booking = chain.deal.cell
	const cell: Cell = { ...booking, currency: ordered[0]!.order.state.currency }
	const amount = ordered.reduce((sum, share) => sum + share.net, 0n)
	const { value, rate, steps } = translate(chain, ordered, amount, lacks)
	for (const { code, deal, order, why } of steps) {
		book.add(code, booking, deal, of, why)
		book.add(code, cell, order, of, why)
	}
	const invoiced = postings.invoiced.filter((piece) => piece.chain === chain)
	const credited = postings.credited.filter((piece) => piece.chain === chain)
	const revenue = postings.revenue.filter((entry) => entry.chain === chain)
	const first = invoiced.filter((piece) => !piece.isRebill)
	const apart = postings.elsewhere.filter((piece) => piece.chain === chain)
	for (const step of [...orderTerms(chain, ordered, value, rate), ...invoiceTerms(chain, ordered, first, apart)])
		book.add(step.code, cell, step.amount, of, step.why)
	for (const { month, amount: billed, isRebill } of invoiced) {
		const there = inPeriod(cell, month)
		if (isRebill) book.add('cancelled_or_credited', there, -billed, of, 'billed again after a credit')
		else if (month !== cell.period) {
			book.add('timing', cell, billed, of, `invoiced in ${month}`)
			book.add('timing', there, -billed, of, `booked in ${cell.period}`)
		}
		book.add('deferred', there, billed, of, 'invoiced less recognised')
	}
	for (const { month, amount: back } of credited) {
		book.add('cancelled_or_credited', inPeriod(cell, month), back, of, 'credited')
		book.add('deferred', inPeriod(cell, month), -back, of, 'invoiced less recognised')
	}
	for (const entry of revenue) {
		book.add('deferred', inPeriod(cell, entry.month), -entry.amount, of, 'invoiced less recognised')
		elsewhere(book, cell, entry, of)
	}
}

/** Step 7: revenue at another legal entity, then at another customer. */
function elsewhere(book: BreakBook, cell: Cell, entry: RevenueEntry, of: ReturnType<typeof marks>): void {
	const home = inPeriod(cell, entry.month)
	const between = { ...home, legalEntity: entry.cell.legalEntity }
	if (between.legalEntity !== home.legalEntity) {
		book.add('wrong_entity', home, entry.amount, of, `posted by ${between.legalEntity}`)
		book.add('wrong_entity', between, -entry.amount, of, `belongs to ${home.legalEntity}`)
	}
	if (entry.cell.customer !== home.customer) {
		book.add('wrong_customer', between, entry.amount, of, `posted at ${entry.cell.customer}`)
		book.add('wrong_customer', entry.cell, -entry.amount, of, `belongs to ${home.customer}`)
	}
}

/** Step 8 and what is not followed: revenue without a chain. */
function classifyStray(book: BreakBook, entry: RevenueEntry, lacks: ReadonlySet<Lack>): void {
	const of = {
		item: `netsuite:${entry.document}`,
		crmId: entry.order?.deals[0]?.deal.id ?? null,
		erpId: entry.document,
	}
	const [code, why] = strayReason(entry, lacks).split('|') as [string, string]
	book.add(code, entry.cell, -entry.amount, of, why)
}

function strayReason(entry: RevenueEntry, lacks: ReadonlySet<Lack>): string {
	const { order } = entry
	if (order && order.deals.length > 0)
		return order.isTwin
			? 'duplicate|order entered twice'
			: `currency_mismatch|invoice in ${entry.cell.currency}, order in ${order.state.currency}`
	const outside = order ? reasonDocumentOutOfScope(order.state, lacks) : reasonJournalOutOfScope(entry.date)
	if (outside) return `out_of_scope|${outside}`
	return order ? 'missing_in_crm|no deal in the CRM' : 'unexplained|a journal that names no document'
}

function marks(chain: Chain, order?: ViewOrder) {
	const first = order ?? chain.ordered[0]?.order
	return { item: chain.item, crmId: chain.line?.id ?? chain.deal.deal.id, erpId: first?.id ?? null }
}
