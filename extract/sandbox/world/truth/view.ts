import { DAY, monthOf } from '../company/calendar.ts'
import { accountId } from '../company/identifiers.ts'
import { type Account, accountOf, type ErpCustomer, survivorOf } from '../company/parties.ts'
import type { Setting } from '../company/setting.ts'
import type { Lack } from '../projection.ts'
import type { Deal, DealState, Invoice, InvoiceState, Order, OrderState, Story } from '../story/facts.ts'
import { stateAt } from '../story/timeline.ts'
import type { Cell } from './book.ts'
import { reasonOutOfScope } from './scope.ts'

/** A deal that is won and not deleted at the moment of the view. */
export type WonDeal = {
	deal: Deal
	state: DealState
	cell: Cell
	/** Why it lies outside of the scope; null: it does not. */
	outOfScope: string | null
	/** A copy of a deal entered less than a day before, without an order of its own. */
	isTwin: boolean
}

/** A sales order, or an invoice that has none. */
export type ViewOrder = {
	order: Order | null
	/** The invoice that stands for it. */
	invoice: Invoice | null
	id: string
	state: OrderState
	createdAt: number
	deals: WonDeal[]
	isTwin: boolean
}

/** An invoice and the orders that it bills: itself, where it has none. */
export type Bill = { invoice: Invoice; state: InvoiceState; orders: ViewOrder[] }

/** What is known of a story at a moment. */
export type View = {
	setting: Setting
	moment: number
	lacks: ReadonlySet<Lack>
	story: Story
	deals: WonDeal[]
	orders: ViewOrder[]
	bills: Bill[]
}

export function viewOf(setting: Setting, story: Story, moment: number, lacks: ReadonlySet<Lack>): View {
	const deals: WonDeal[] = []
	for (const deal of story.deals) {
		const state = stateAt(deal.versions, moment)
		if (!state || state.isDeleted || state.stage !== 'Closed Won') continue
		const cell = {
			period: monthOf(state.closeDate),
			customer: accountKey(setting, ownerOf(setting, state), moment),
			legalEntity: state.entity ?? ownerOf(setting, state).entity,
			currency: state.currency,
		}
		deals.push({ deal, state, cell, outOfScope: reasonOutOfScope(state, lacks), isTwin: false })
	}
	const view: View = { setting, moment, lacks, story, deals, ...ordersOf(story, deals, moment) }
	markTwins(view)
	return view
}

/** The global id under which a customer of the ERP stands in cells. */
export function customerKey(view: Pick<View, 'setting' | 'moment' | 'lacks'>, customer: ErpCustomer | null): string {
	if (!customer) return '(none)'
	const link = customer.links.findLast(({ from }) => from <= view.moment)
	if (!link || link.account === null || isLostByMerge(view, customer)) return `netsuite:${customer.id}`
	return accountKey(view.setting, accountOf(view.setting, link.account), view.moment)
}

/** A customer that still names an account which was merged away, where nothing tells into which. */
function isLostByMerge(
	{ setting, moment, lacks }: Pick<View, 'setting' | 'moment' | 'lacks'>,
	customer: ErpCustomer,
): boolean {
	const { merged } = accountOf(setting, customer.account)
	if (!lacks.has('merge_trail') || !merged || merged.at > moment) return false
	return customer.crmReferences.findLast(({ from }) => from <= moment)?.text !== accountId(merged.into)
}

/** Whether its documents belong to chains: it has a deal that is won, and is no twin. */
export function isFollowed({ isTwin, deals }: ViewOrder): boolean {
	return !isTwin && deals.length > 0
}

export function isPosted(state: InvoiceState): boolean {
	return state.status === 'open' || state.status === 'paid'
}

function accountKey(setting: Setting, account: Account, moment: number): string {
	return `salesforce:${survivorOf(setting, account, moment).id}`
}

function ownerOf(setting: Setting, state: DealState): Account {
	return accountOf(setting, state.account)
}

function ordersOf(story: Story, deals: WonDeal[], moment: number): Pick<View, 'orders' | 'bills'> {
	const orders: ViewOrder[] = []
	const bills: Bill[] = []
	const linked = (links: { deal: Deal; from: number }[]) =>
		deals.filter(({ deal }) => links.some((link) => link.deal === deal && link.from <= moment))
	for (const order of story.orders) {
		const state = stateAt(order.versions, moment)
		if (state)
			orders.push({
				order,
				invoice: null,
				id: order.id,
				state,
				createdAt: order.createdAt,
				deals: linked(order.deals),
				isTwin: false,
			})
	}
	for (const invoice of story.invoices) {
		const state = stateAt(invoice.versions, moment)
		if (!state) continue
		if (invoice.orders.length > 0) {
			bills.push({ invoice, state, orders: orders.filter(({ order }) => order && invoice.orders.includes(order)) })
			continue
		}
		if (!isPosted(state)) continue
		const itself: ViewOrder = {
			order: null,
			invoice,
			id: invoice.id,
			state: { ...state, status: 'billed', otherNumber: null },
			createdAt: invoice.createdAt,
			deals: linked(invoice.deals),
			isTwin: false,
		}
		orders.push(itself)
		bills.push({ invoice, state, orders: [itself] })
	}
	return { orders, bills }
}

/** Copies of deals without an order of their own; second orders of the same deals, currency and total within a day. */
function markTwins({ deals, orders }: View): void {
	for (const later of deals) {
		const isCopy = deals.some((earlier) => isCopyOf(later, earlier))
		later.isTwin = isCopy && !orders.some((order) => order.deals.includes(later))
	}
	for (const later of orders) {
		later.isTwin = orders.some((earlier) => {
			const wait = later.createdAt - earlier.createdAt
			const isSecond =
				earlier !== later &&
				(earlier.order === null) === (later.order === null) &&
				!earlier.isTwin &&
				(wait > 0 || (wait === 0 && Number(earlier.id) < Number(later.id))) &&
				wait <= DAY
			return isSecond && isSameOrder(later, earlier)
		})
	}
}

function isCopyOf(later: WonDeal, earlier: WonDeal): boolean {
	const wait = later.deal.createdAt - earlier.deal.createdAt
	const [one, other] = [later.state, earlier.state]
	const isSame =
		one.account === other.account &&
		one.amount === other.amount &&
		one.currency === other.currency &&
		one.closeDate === other.closeDate
	return later !== earlier && wait > 0 && wait <= DAY && isSame
}

function isSameOrder(one: ViewOrder, other: ViewOrder): boolean {
	const [a, b] = [one.state, other.state]
	const isAlive = a.status !== 'cancelled' && b.status !== 'cancelled'
	const isForSame =
		one.deals.length > 0 &&
		one.deals.length === other.deals.length &&
		one.deals.every((deal) => other.deals.includes(deal))
	return isAlive && isForSame && a.currency === b.currency && a.net + a.tax === b.net + b.tax
}
