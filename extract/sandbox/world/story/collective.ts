import { DAY, dateOf, HOUR, lastDay, monthOf } from '../company/calendar.ts'
import { accountOf, otherCustomer } from '../company/parties.ts'
import { billedAfter } from './bill.ts'
import { backToWorkday } from './buyer.ts'
import { beginContract, type Contract, closeDeal, notAmong, orderOf } from './contract.ts'
import { chargeLine, dealLines, lineId, priced, reserveDeal } from './deal.ts'
import type { Invoice, Order } from './facts.ts'
import { partOf } from './invoice.ts'
import { addLine, freightFor, freightLine } from './lines.ts'
import { approve, draftsOf, tellOrder } from './order.ts'
import { orderedAt, orderPlan, type Won } from './ordering.ts'
import { creditLines, tellCredit } from './settle.ts'
import { isTold, later, officeMoment, type Teller } from './teller.ts'
import { latest } from './timeline.ts'
import { billInstalment, billTogether, creditTogether } from './together.ts'

const shapes = [tellWhole, tellInstalments, tellCreditOfSeveral, tellBilledAgain, tellBesideStray, tellLateFreight]

/** A customer that is billed once a month, in one of the shapes in turn; `place` counts such stories. */
export function tellCollective(teller: Teller, place: number): void {
	const round = Math.floor(place / shapes.length)
	const rounds = teller.setting.collectiveCount / shapes.length
	shapes[place % shapes.length]!(teller, beginContract(teller, (round + teller.choices.next()) / rounds))
}

/** Two or three orders, all billed on the last working day of the month. */
function tellWhole(teller: Teller, contract: Contract): void {
	const orders = tellOrders(teller, contract, teller.choices.between(2, 3), { isSame: teller.choices.chance(0.4) })
	billInstalment(teller, orders, billingDay(teller, contract, orders), { part: 0, count: 1 })
}

/** Half of each order is delivered later, and billed with a later month's. */
function tellInstalments(teller: Teller, contract: Contract): void {
	tellTwoMonths(teller, contract, tellOrders(teller, contract, 2, { isSame: teller.choices.chance(0.4) }))
}

/** Goods of two months' invoices come back at once. */
function tellCreditOfSeveral(teller: Teller, contract: Contract): void {
	const invoices = tellTwoMonths(teller, contract, tellOrders(teller, contract, 2, { isAtOnce: true }))
	const last = invoices.at(-1)
	if (last)
		creditTogether(
			teller,
			invoices,
			later(teller, last.createdAt, 4, 30, contract.entity),
			BigInt(teller.choices.pick([10, 20, 25, 50])),
		)
}

/** An invoice of two orders that is credited whole and made out again, some of them because it went to somebody else. */
function tellBilledAgain(teller: Teller, contract: Contract): void {
	const { choices, setting } = teller
	const orders = tellOrders(teller, contract, 2, { isAtOnce: true })
	const isWrong = choices.chance(0.4)
	const invoices = billInstalment(teller, orders, billingDay(teller, contract, orders), {
		part: 0,
		count: 1,
		...(isWrong && { customer: otherCustomer(setting, accountOf(setting, contract.account.index)) }),
	})
	const [first] = invoices
	if (!first) return
	const at = later(teller, first.createdAt, 3, 25, contract.entity)
	for (const invoice of invoices) tellCredit(teller, [invoice], creditLines(invoice, 100n), at)
	const parts = orders.map((order) => ({
		order,
		lines: partOf(
			latest(order.versions),
			() => 0n,
			(line) => billedAfter(line, 1, 1),
		),
	}))
	billTogether(teller, parts, later(teller, at, 1, 20, contract.entity), { isRebill: true })
}

/** One of the two orders came by telephone: no deal names it. */
function tellBesideStray(teller: Teller, contract: Contract): void {
	const orders = tellOrders(teller, contract, 1, {})
	const [own] = orders
	if (!own) return
	const at = later(teller, own.createdAt, 1, 6, contract.entity)
	if (!isTold(at)) return
	const taken = latest(own.versions).lines
	const lines = dealLines(teller, reserveDeal(teller), {
		...contract,
		count: teller.choices.between(1, 2),
		dollars: 9000 + 12_000 * teller.choices.next(),
		only: (product) => product.months === 0 && !taken.some((line) => line.product === product),
	})
	const { customer, billTo, entity, currency } = latest(own.versions)
	const drafts = draftsOf(teller, lines, currency, currency, 0n).map((draft) => ({ ...draft, dealLine: null }))
	const stray = tellOrder(teller, {
		deals: [],
		customer,
		billTo,
		entity,
		currency,
		createdAt: at,
		drafts,
		freight: 0n,
		channel: 'direct',
		link: 'none',
	})
	const both = [own, stray]
	billInstalment(teller, both, billingDay(teller, contract, both), { part: 0, count: 1 })
}

/** Freight that nobody knew when it was ordered: the invoice alone has it. Where it can't, it is ordered first. */
function tellLateFreight(teller: Teller, contract: Contract): void {
	const { choices } = teller
	const sale = tellSale(teller, contract, { isFreighted: choices.chance(0.4) })
	const at = orderedAt(teller, sale)
	if (!isTold(at)) return
	const freight = freightFor(teller, sale.plan.lines[0]!.amount, contract.currency)
	const isOrdered = teller.lacks.has('loose_freight')
	const order = tellOrder(teller, { ...orderPlan(teller, sale, at), freight: isOrdered ? freight : 0n })
	const billedAt = later(teller, approve(teller, order), 1, 15, contract.entity)
	const lines = partOf(
		latest(order.versions),
		() => 0n,
		(line) => billedAfter(line, 1, 1),
	)
	if (!isOrdered) addLine(lines, freightLine(freight, contract.currency))
	billTogether(teller, [{ order, lines }], billedAt)
}

type Wish = {
	/** Both have one product. */
	isSame?: boolean
	/** Nothing that is earned over time. */
	isAtOnce?: boolean
}

/** So many deals of the customer, days apart, each with its order, approved; some with freight. Those within the story. */
function tellOrders(teller: Teller, contract: Contract, count: number, { isSame, isAtOnce }: Wish): Order[] {
	const { choices } = teller
	const isFreighted = choices.chance(0.6)
	const sales: Won[] = []
	const orders: Order[] = []
	let { closedAt } = contract
	for (let place = 0; place < count && isTold(closedAt); place++) {
		const sale = tellSale(
			teller,
			{ ...contract, closeDate: dateOf(closedAt), closedAt },
			{
				isFreighted: isFreighted && choices.chance(0.8),
				isAtOnce,
				before: sales.flatMap(({ items }) => items),
				isSame: isSame && place > 0,
			},
		)
		sales.push(sale)
		const order = orderOf(teller, [sale], orderedAt(teller, sale))
		if (order) orders.push(order)
		closedAt = later(teller, closedAt, 1, 6, contract.entity)
	}
	for (const order of orders) approve(teller, order)
	return orders
}

type SaleWish = Wish & { isFreighted: boolean; before?: Won['items'] }

function tellSale(teller: Teller, contract: Contract, { isFreighted, isAtOnce, isSame, before = [] }: SaleWish): Won {
	const { choices } = teller
	const number = reserveDeal(teller)
	const isNew = notAmong(before)
	const own = dealLines(teller, number, {
		...contract,
		count: choices.between(1, 3),
		dollars: 9000 + 30_000 * choices.next(),
		only: (product) => isNew(product) && (!isAtOnce || product.months === 0),
	})
	const again = isSame
		? [priced({ ...before[0]!, quantity: before[0]!.quantity * BigInt(choices.between(1, 3)) }, contract.currency)]
		: []
	const items = [...again, ...own].map((line, at) => ({ ...line, id: lineId(number, at) }))
	const net = items.reduce((sum, { amount }) => sum + amount, 0n)
	const freight = isFreighted ? freightFor(teller, net, contract.currency) : 0n
	const charges = freight > 0n ? [chargeLine(number, items.length, 'freight', freight, contract.currency)] : []
	return { ...closeDeal(teller, contract, number, [...items, ...charges]), items, freight }
}

/** The last working day of the month in which all of the orders were approved. */
function billingDay(teller: Teller, { entity }: Contract, orders: Order[]): number {
	const approvedAt = Math.max(...orders.map(({ versions }) => versions.at(-1)!.from))
	const day = backToWorkday(lastDay(monthOf(dateOf(approvedAt + 1.5 * DAY))))
	return Math.max(officeMoment(teller, day, entity), approvedAt + HOUR)
}

/** Half of each order on one month's last working day, the rest on the next one's. */
function tellTwoMonths(teller: Teller, contract: Contract, orders: Order[]): Invoice[] {
	if (orders.length === 0) return []
	const at = billingDay(teller, contract, orders)
	const first = billInstalment(teller, orders, at, { part: 0, count: 2 })
	const next = officeMoment(teller, backToWorkday(lastDay(monthOf(dateOf(at + 16 * DAY)))), contract.entity)
	return [...first, ...billInstalment(teller, orders, next, { part: 1, count: 2 })]
}
