import { dateOf, HOUR, MINUTE } from '../company/calendar.ts'
import { entityCodes, legalEntities } from '../company/entities.ts'
import { type ErpCustomer, otherCustomer } from '../company/parties.ts'
import { erpRate } from '../company/rates.ts'
import { bill } from './bill.ts'
import type { DealPlan } from './deal.ts'
import type { Deal, DealLine, Order } from './facts.ts'
import { tellInvoice } from './invoice.ts'
import { type Draft, freightFor } from './lines.ts'
import { misread } from './misread.ts'
import { approve, changeOrder, draftsOf, type OrderPlan, orderState, tellOrder } from './order.ts'
import { isTold, later, type Teller } from './teller.ts'
import { push } from './timeline.ts'

/** A deal as it was won, with what its order is to hold. */
export type Won = { deal: Deal; plan: DealPlan; items: DealLine[]; freight: bigint; at: number }

/** The usual way: one order for one deal, with what the plot does to it. */
export function tellOrdered(teller: Teller, won: Won): void {
	const { mistakes, choices } = teller
	const at = orderedAt(teller, won)
	const base = orderPlan(teller, won, at)
	const drafts = misread(teller, base.drafts, base.currency)
	const plan = { ...base, drafts, ...(base.freight === 0n ? wholeDiscount(teller, drafts) : {}) }
	if (!isTold(at)) return
	if (mistakes.has('no_order_step')) {
		billWithoutOrder(teller, plan)
		return
	}
	if (mistakes.has('reentered')) {
		const first = tellOrder(teller, plan)
		changeOrder(first, at + choices.between(2, 40) * HOUR, { status: 'cancelled' })
		finish(teller, tellOrder(teller, { ...plan, createdAt: later(teller, at, 3, 9, plan.entity) }))
		return
	}
	const order = tellOrder(teller, plan)
	if (mistakes.has('twin_order') || mistakes.has('twin_order_deleted')) tellTwinOrder(teller, plan)
	if (mistakes.has('cancelled')) {
		changeOrder(order, later(teller, at, 1, 25, plan.entity), { status: 'cancelled' })
		return
	}
	finish(teller, order)
}

/** Approves an order and bills it. */
export function finish(teller: Teller, order: Order): void {
	bill(teller, order, approve(teller, order))
}

/** Services billed straight from the deal: an invoice that names it, and no order. */
function billWithoutOrder(teller: Teller, plan: OrderPlan): void {
	const at = later(teller, plan.createdAt, 2, 25, plan.entity)
	if (!isTold(at)) return
	const state = orderState(teller, { ...plan, link: 'reference' })
	const lines = state.lines.map((line) => ({ ...line, dealLine: line.dealLine }))
	const deals = plan.deals.map((deal) => ({ deal, from: 0 }))
	tellInvoice(teller, { orders: [], deals, state, customer: plan.customer, lines, date: dateOf(at), enteredAt: at })
}

/** The same order once more, entered by a second clerk within a day; half of them are billed too. */
function tellTwinOrder(teller: Teller, plan: OrderPlan): void {
	const { choices, mistakes } = teller
	const twin = tellOrder(teller, { ...plan, createdAt: plan.createdAt + choices.between(10, 20 * 60) * MINUTE })
	if (mistakes.has('twin_order_deleted')) push(twin.versions, later(teller, twin.createdAt, 2, 9, plan.entity), null)
	else if (choices.chance(0.6))
		bill(teller, twin, changeOrder(twin, twin.createdAt + 20 * MINUTE, { status: 'approved' }))
}

/** The order that a deal should get, as far as the plot lets it. */
export function orderPlan(teller: Teller, won: Won, at: number): OrderPlan {
	const { choices, mistakes } = teller
	const { plan, deal } = won
	const isForeign = mistakes.has('other_currency') || mistakes.has('no_rate')
	const entity = mistakes.has('other_entity')
		? choices.pick(entityCodes.filter((code) => code !== plan.entity))
		: plan.entity
	const currency = isForeign ? legalEntities[plan.entity].currency : plan.currency
	const customer = customerFor(teller, plan)
	const link = mistakes.has('unlinked') ? 'none' : choices.chance(0.12) ? 'number' : 'reference'
	return {
		deals: [deal],
		customer,
		billTo: plan.account.customers.find((one) => one.role === 'bill_to' && one !== customer) ?? null,
		entity,
		currency,
		createdAt: at,
		drafts: draftsOf(teller, won.items, plan.currency, currency, erpRate(plan.currency, currency, dateOf(at))).map(
			(draft) => (link === 'none' ? { ...draft, dealLine: null } : draft),
		),
		freight: orderFreight(teller, won),
		channel: mistakes.has('web') ? 'web' : 'direct',
		link,
		writesBack: link === 'none' ? false : undefined,
	}
}

function orderFreight(teller: Teller, won: Won): bigint {
	const { mistakes } = teller
	if (mistakes.has('freight_differs')) return (won.freight * 5n) / 4n
	if (mistakes.has('freight_added'))
		return freightFor(
			teller,
			won.items.reduce((sum, line) => sum + line.amount, 0n),
			won.plan.currency,
		)
	return won.freight
}

/** The account's ERP customer in the deal's legal entity; by mistake its parent's, or that of a similar name. */
function customerFor(teller: Teller, plan: DealPlan): ErpCustomer {
	const { setting, mistakes } = teller
	const own = plan.account.customers.find((one) => one.subsidiaries.includes(plan.entity)) ?? plan.account.customers[0]!
	if (!mistakes.has('other_customer')) return own
	return otherCustomer(setting, plan.account)
}

/** One discount line for all, where every line has the same discount and nothing is to be recognised over months. */
function wholeDiscount(teller: Teller, drafts: Draft[]): Partial<OrderPlan> {
	const discount = drafts[0]?.discount ?? 0n
	const fits =
		drafts.length > 1 &&
		teller.mistakes.size === 0 &&
		drafts.every((draft) => draft.discount === discount && draft.product.months === 0)
	if (!fits || discount === 0n || !teller.choices.chance(0.3)) return {}
	return { drafts: drafts.map((draft) => ({ ...draft, discount: 0n })), wholeDiscount: discount }
}

/** Half of the orders come within a quarter of an hour, some after days. */
export function orderedAt(teller: Teller, won: Won): number {
	const { choices } = teller
	const wait = choices.weighted([
		[[3, 14], 50],
		[[15, 59], 24],
		[[60, 23 * 60], 16],
		[[24 * 60, 4 * 24 * 60], 8],
		[[5 * 24 * 60, 15 * 24 * 60], 2],
	] as [[number, number], number][])
	return won.at + choices.between(wait[0], wait[1]) * MINUTE
}
