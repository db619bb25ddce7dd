import { DAY, dateOf, HOUR, MINUTE } from '../company/calendar.ts'
import { unitNamed } from '../company/catalogue.ts'
import { type Currency, type EntityCode, legalEntities } from '../company/entities.ts'
import { divide } from '../company/exact.ts'
import type { ErpCustomer } from '../company/parties.ts'
import { erpRate } from '../company/rates.ts'
import { writeNumber } from './deal.ts'
import type { Deal, DealLine, Order, OrderState } from './facts.ts'
import { type Draft, salesLines, totals } from './lines.ts'
import { byNumber, documentId, documentNumber, lateness, type Teller } from './teller.ts'
import { latest, push } from './timeline.ts'

export type OrderPlan = {
	deals: Deal[]
	customer: ErpCustomer
	billTo: ErpCustomer | null
	entity: EntityCode
	currency: Currency
	createdAt: number
	drafts: Draft[]
	freight: bigint
	channel: string
	/** How the order and its deals find each other. */
	link: 'reference' | 'number' | 'none'
	/** One discount line for the whole order instead of one per line; in 1e-4 percent. */
	wholeDiscount?: bigint
	writesBack?: boolean
}

/** Enters a sales order; it waits for approval. */
export function tellOrder(teller: Teller, plan: OrderPlan): Order {
	const { choices } = teller
	const id = documentId(teller)
	const number = documentNumber(teller, 'SO')
	const order: Order = { id, number, createdAt: plan.createdAt, deals: [], versions: [] }
	const state = orderState(teller, plan)
	const from = push(order.versions, plan.createdAt, state, lateness(teller))
	teller.story.orders.push(order)
	if (plan.link === 'none') return order
	for (const deal of plan.deals) {
		order.deals.push({ deal, from: plan.link === 'reference' ? from : byNumber })
		if (plan.link === 'number' || (plan.writesBack ?? choices.chance(0.85)))
			writeNumber(teller, deal, from + choices.between(2, 30) * MINUTE, number)
	}
	return order
}

/** An order's header and lines as they are entered. */
export function orderState(teller: Teller, plan: OrderPlan): OrderState {
	const { choices } = teller
	const lines = salesLines(plan.drafts, plan.currency, plan.freight, plan.wholeDiscount)
	const date = dateOf(plan.createdAt)
	return {
		customer: plan.customer,
		billTo: plan.billTo,
		entity: plan.entity,
		currency: plan.currency,
		date,
		rate: erpRate(plan.currency, legalEntities[plan.entity].currency, date),
		reference:
			plan.link === 'reference'
				? referenceText(teller, plan.deals)
				: plan.link === 'number' && choices.chance(0.2)
					? brokenText(plan.deals)
					: null,
		channel: plan.channel,
		...totals(lines, plan.entity),
		memo: null,
		status: 'pending',
		lines,
		otherNumber: choices.chance(0.4) ? `PO ${choices.between(1000, 99_999)}` : null,
	}
}

/** Another state of an order. */
export function changeOrder(order: Order, at: number, change: Partial<OrderState>): number {
	return push(order.versions, at, { ...latest(order.versions), ...change })
}

/** Most orders are approved at once, a quarter after a while. Returns the moment of approval. */
export function approve(teller: Teller, order: Order): number {
	const { choices, mistakes } = teller
	const slow = mistakes.has('stuck_approval')
		? choices.between(18, 95) * DAY
		: choices.chance(0.25)
			? choices.between(1, 140) * HOUR
			: choices.between(1, 9) * MINUTE
	return changeOrder(order, order.createdAt + slow, { status: 'approved' })
}

/** Drafts that repeat a deal's item lines, in the order's currency at the ERP's rate. */
export function draftsOf(teller: Teller, lines: DealLine[], from: Currency, to: Currency, rate: bigint): Draft[] {
	const isNamed = teller.choices.chance(0.6)
	return lines
		.filter((line) => line.kind === 'item')
		.map((line) => ({
			product: line.product,
			quantity: line.quantity,
			unit: unitNamed(line.product, line.unit)?.name ?? line.product.unitGroup.units[0]!.name,
			price: from === to ? line.price : divide(line.price * rate, 10_000_000_000n),
			discount: line.discount,
			dealLine: isNamed ? crmText(teller, line.id) : null,
		}))
}

/** A Salesforce id as people and systems write it into the ERP: 18 characters, the 15 of old reports, or in lower case. */
export function crmText(teller: Teller, id: string): string {
	return teller.choices.weighted([
		[id, 80],
		[id.slice(0, 15), 14],
		[id.toLowerCase(), teller.setting.faults > 0 ? 2 : 0],
	])
}

function referenceText(teller: Teller, deals: Deal[]): string {
	return deals.map((deal) => crmText(teller, deal.id)).join(teller.choices.pick([', ', ';', ' ']))
}

/** What is left when somebody pastes an id and loses its end. */
function brokenText(deals: Deal[]): string {
	return deals[0]!.id.slice(0, 11)
}
