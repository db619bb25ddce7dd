import { DAY, dateAfter, dateOf, HOUR, MINUTE } from '../company/calendar.ts'
import { entityCodes, legalEntities } from '../company/entities.ts'
import { type ErpCustomer, otherCustomer } from '../company/parties.ts'
import { erpRate } from '../company/rates.ts'
import { bill } from './bill.ts'
import { closeDeal, type DealPlan, dealLines, happen, lineId, priced, reserveDeal, tellDeal } from './deal.ts'
import type { Deal, DealLine, Order } from './facts.ts'
import { tellInvoice } from './invoice.ts'
import { misread } from './misread.ts'
import {
	approve,
	changeOrder,
	type Draft,
	draftsOf,
	freightFor,
	type OrderPlan,
	orderState,
	tellOrder,
} from './order.ts'
import { prepare } from './prepare.ts'
import { isTold, later, type Teller } from './teller.ts'
import { push } from './timeline.ts'

/** A deal as it was won, with what its order is to hold. */
type Won = { deal: Deal; plan: DealPlan; items: DealLine[]; freight: bigint; at: number }

/** Tells a won deal: what the plot did to it before, its order or orders, and what became of it after. */
export function tellWon(teller: Teller, given: DealPlan): void {
	const { mistakes } = teller
	const { plan, items, freight } = prepare(teller, given)
	const won: Won = { deal: tellDeal(teller, plan), plan, items, freight, at: plan.closedAt }
	if (mistakes.has('twin_deal')) tellTwin(teller, won)
	if (mistakes.has('wrong_deal')) tellWrongDeal(teller, won)
	else if (mistakes.has('two_deals') || mistakes.has('two_deals_one_line')) tellTwoDeals(teller, won)
	else if (mistakes.has('split_order')) tellSplit(teller, won)
	else if (!mistakes.has('never_ordered')) tellOrdered(teller, won)
	tellAftermath(teller, won)
}

function tellOrdered(teller: Teller, won: Won): void {
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

function finish(teller: Teller, order: Order): void {
	bill(teller, order, approve(teller, order))
}

/** Services billed straight from the deal: an invoice that names it, and no order. */
function billWithoutOrder(teller: Teller, plan: OrderPlan): void {
	const at = later(teller, plan.createdAt, 2, 25, plan.entity)
	if (!isTold(at)) return
	const state = orderState(teller, { ...plan, link: 'reference' })
	const lines = state.lines.map((line) => ({ ...line, dealLine: line.dealLine }))
	const deals = plan.deals.map((deal) => ({ deal, from: 0 }))
	tellInvoice(teller, { order: null, deals, state, customer: plan.customer, lines, date: dateOf(at), enteredAt: at })
}

/** The same order once more, entered by a second clerk within a day; half of them are billed too. */
function tellTwinOrder(teller: Teller, plan: OrderPlan): void {
	const { choices, mistakes } = teller
	const twin = tellOrder(teller, { ...plan, createdAt: plan.createdAt + choices.between(10, 20 * 60) * MINUTE })
	if (mistakes.has('twin_order_deleted')) push(twin.versions, later(teller, twin.createdAt, 2, 9, plan.entity), null)
	else if (choices.chance(0.6))
		bill(teller, twin, changeOrder(twin, twin.createdAt + 20 * MINUTE, { status: 'approved' }))
}

/** The same deal entered twice within a day; a third of the copies are found and deleted. */
function tellTwin(teller: Teller, { deal, plan }: Won): void {
	const { choices } = teller
	const number = reserveDeal(teller)
	const lines = plan.lines.map((line, at) => ({ ...line, id: lineId(number, at) }))
	const createdAt = deal.createdAt + choices.between(1, 20) * HOUR
	const closedAt = Math.max(plan.closedAt, createdAt + HOUR) + choices.between(2, 50) * MINUTE
	const twin = tellDeal(teller, {
		...plan,
		number,
		lines,
		createdAt,
		closedAt,
		name: `${deal.name}${choices.pick(['', ' (2)', ' copy'])}`,
	})
	if (choices.chance(0.35)) deleteDeal(teller, twin, closedAt + choices.between(6, 90) * DAY)
}

/** An order that names the customer's other deal by mistake; nothing leads to the right one. */
function tellWrongDeal(teller: Teller, won: Won): void {
	const other = companion(teller, won)
	tellOrdered(teller, other)
	const at = later(teller, other.at, 4, 12, won.plan.entity)
	if (!isTold(at)) return
	const plan = orderPlan(teller, won, at)
	const drafts = plan.drafts.map((draft) => ({ ...draft, dealLine: null }))
	finish(teller, tellOrder(teller, { ...plan, deals: [other.deal], link: 'reference', writesBack: false, drafts }))
}

/** One order for two deals: with a line for each of their lines, or one line for the product that both have. */
function tellTwoDeals(teller: Teller, won: Won): void {
	const isOneLine = teller.mistakes.has('two_deals_one_line')
	const other = companion(teller, won, isOneLine ? won.items[0] : undefined)
	const at = orderedAt(teller, { ...won, at: Math.max(won.at, other.at) })
	if (!isTold(at)) return
	const plan = orderPlan(teller, won, at)
	const more = orderPlan(teller, other, at)
	const [first] = plan.drafts
	const drafts = isOneLine
		? [{ ...first!, quantity: first!.quantity + other.items[0]!.quantity, dealLine: null }]
		: [...plan.drafts, ...more.drafts]
	finish(
		teller,
		tellOrder(teller, {
			...plan,
			deals: [won.deal, other.deal],
			link: 'reference',
			freight: won.freight + other.freight,
			drafts,
		}),
	)
}

/** Another won deal of the same customer in the same week, with other products, or with more of the one product. */
function companion(teller: Teller, won: Won, sameProduct?: DealLine): Won {
	const { choices } = teller
	const { plan } = won
	const number = reserveDeal(teller)
	const taken = new Set(plan.lines.map((line) => line.product))
	const dollars = 9000 + 30_000 * choices.next()
	const lines = sameProduct
		? [
				priced(
					{ ...sameProduct, id: lineId(number, 0), quantity: sameProduct.quantity * BigInt(choices.between(2, 3)) },
					plan.currency,
				),
			]
		: dealLines(teller, number, {
				...plan,
				dollars,
				count: choices.between(1, 3),
				only: (product) => !taken.has(product) && product.months === 0,
			})
	const closedAt = plan.closedAt + choices.between(10, 200) * MINUTE
	const deal = tellDeal(teller, {
		...plan,
		number,
		lines,
		extra: 0n,
		closedAt,
		createdAt: closedAt - choices.between(25, 100) * DAY,
	})
	return { deal, plan: { ...plan, lines }, items: lines, freight: 0n, at: closedAt }
}

/** Two orders for one deal, days apart: by lines, which they name. */
function tellSplit(teller: Teller, won: Won): void {
	const at = orderedAt(teller, won)
	const plan = orderPlan(teller, won, at)
	const named = misread(
		teller,
		plan.drafts.map((draft, place) => ({ ...draft, dealLine: won.items[place]!.id })),
		plan.currency,
	)
	const half = Math.ceil(named.length / 2)
	const second = later(teller, at, 2, 6, plan.entity)
	const parts: [Draft[], number, bigint][] = [
		[named.slice(0, half), at, plan.freight],
		[named.slice(half), second, 0n],
	]
	for (const [drafts, createdAt, freight] of parts) {
		if (drafts.length > 0 && isTold(createdAt))
			finish(teller, tellOrder(teller, { ...plan, drafts, createdAt, freight, link: 'reference' }))
	}
}

/** What happens to a deal after it was won: edited, deleted, reopened, perhaps won again. */
function tellAftermath(teller: Teller, { deal, plan, at }: Won): void {
	const { mistakes, choices } = teller
	if (mistakes.has('edited')) {
		const factor = BigInt(choices.pick([80, 90, 110, 125, 150]))
		happen(teller, deal, later(teller, at, 2, 21, plan.entity), (state) => {
			const [first, ...rest] = state.lines
			if (!first) return state
			const line = priced({ ...first, price: (first.price * factor) / 100n }, state.currency)
			return { ...state, lines: [line, ...rest], amount: state.amount + line.amount - first.amount }
		})
	}
	if (mistakes.has('deleted')) deleteDeal(teller, deal, later(teller, at, 3, 70, plan.entity))
	if (mistakes.has('reopened') || mistakes.has('reopened_rewon')) {
		const reopened = later(teller, at, 4, 60, plan.entity)
		closeDeal(teller, deal, reopened, 'Negotiation', dateAfter(dateOf(reopened), 45))
		const again = later(teller, reopened, 5, 40, plan.entity)
		if (mistakes.has('reopened_rewon')) closeDeal(teller, deal, again, 'Closed Won', dateOf(again))
	}
}

/** Into the recycle bin; half of them are purged a fortnight later. */
function deleteDeal(teller: Teller, deal: Deal, at: number): void {
	happen(teller, deal, at, (state) => ({ ...state, isDeleted: true }))
	if (deal.number % 2 === 0) happen(teller, deal, at + 15 * DAY, () => null)
}

function orderPlan(teller: Teller, won: Won, at: number): OrderPlan {
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
function orderedAt(teller: Teller, won: Won): number {
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
