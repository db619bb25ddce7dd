import { DAY, dateAfter, dateOf, moment } from '../company/calendar.ts'
import { listPrice, type Product, products } from '../company/catalogue.ts'
import { QUANTITY } from '../company/exact.ts'
import { beginContract, type Contract, closeDeal, namedOrNot, notAmong, orderOf } from './contract.ts'
import { amend, billRest, billUsage } from './contract-orders.ts'
import { dealLines, lineId, priced, reserveDeal } from './deal.ts'
import type { DealLine, SalesLine } from './facts.ts'
import { kitSale } from './kit.ts'
import type { Draft } from './lines.ts'
import { approve } from './order.ts'
import { orderedAt, orderPlan, type Won } from './ordering.ts'
import { byNumber, isTold, later, type Teller } from './teller.ts'

const shapes = [tellAmendment, tellRenewal, tellUsage, tellKit]

/** A contract that takes one of the shapes in turn; `place` counts such stories. */
export function tellContract(teller: Teller, place: number): void {
	const round = Math.floor(place / shapes.length)
	const rounds = teller.setting.contractCount / shapes.length
	shapes[place % shapes.length]!(teller, beginContract(teller, (round + teller.choices.next()) / rounds))
}

/**
 * An amendment: what is bought on top is a deal of its own, and its lines are added to the order that was there, which then names both
 * deals and bills the new lines alone. Where the clerk forgets to name it, the new line stands on the order of the first deal.
 */
function tellAmendment(teller: Teller, contract: Contract): void {
	const { choices } = teller
	const isForgotten = choices.chance(0.2)
	const isMore = !isForgotten && choices.chance(0.35)
	const first = tellSale(teller, contract, { count: choices.between(1, 3), dollars: 9000 + 40_000 * choices.next() })
	const order = orderOf(teller, [first], orderedAt(teller, first))
	if (!order) return
	const billedAt = later(teller, approve(teller, order), 1, 15, contract.entity)
	if (!billRest(teller, order, billedAt, { deals: [first.deal] })) return
	const closedAt = later(teller, billedAt, 18, 110, contract.entity)
	if (!isTold(closedAt)) return
	const next = { ...contract, closeDate: dateOf(closedAt), closedAt }
	const more = tellSale(teller, next, {
		count: choices.between(1, 2),
		dollars: 11_000 + 20_000 * choices.next(),
		kind: 'Existing Business',
		called: 'Amendment',
		...(isMore ? { moreOf: first.items[0]! } : { only: notAmong(first.items) }),
	})
	const at = orderedAt(teller, more)
	if (!isTold(at)) return
	const isNumbered = order.deals.some(({ from }) => from === byNumber)
	const isNamed = !isForgotten && order.versions[0]!.state!.lines[0]!.dealLine !== null
	const drafts = namedOrNot(orderPlan(teller, more, at).drafts, more.items, isNamed)
	amend(teller, order, at, drafts, isForgotten ? null : { deal: more.deal, by: isNumbered ? 'number' : 'reference' })
	billRest(teller, order, later(teller, at, 2, 20, contract.entity), { deals: [isForgotten ? first.deal : more.deal] })
}

/**
 * Two subscriptions renewed to one end: a deal for each contract as it runs out, weeks apart, and one order for both, with a line for each or,
 * where they are of one product at one price, with one line for the two. All of it is earned until the common end.
 */
function tellRenewal(teller: Teller, contract: Contract): void {
	const { choices } = teller
	const start = dateAfter(contract.closeDate, choices.between(1, 15))
	const end = dateAfter(start, 364)
	const product = choices.pick(products.filter(({ months }) => months > 0))
	const isSame = choices.chance(0.6)
	const isNamed = choices.chance(0.6)
	const first = tellTerm(teller, contract, { product, start, end })
	const closedAt = later(teller, first.at, 12, 50, contract.entity)
	const others = products.filter((one) => one.months > 0 && one !== product)
	const second = tellTerm(
		teller,
		{ ...contract, closeDate: dateOf(closedAt), closedAt },
		{
			product: isSame ? product : choices.pick(others),
			start: dateAfter(dateOf(closedAt), choices.between(1, 15)),
			end,
		},
		isSame ? first.items[0]! : undefined,
	)
	const at = orderedAt(teller, second)
	if (!isTold(closedAt) || !isTold(at)) return
	const drafts = [first, second].flatMap((won) => {
		return namedOrNot(orderPlan(teller, won, at).drafts, won.items, isNamed)
	})
	const [one, other] = drafts as [Draft, Draft]
	const lines =
		isSame && choices.chance(0.5) ? [{ ...one, quantity: one.quantity + other.quantity, dealLine: null }] : drafts
	const order = orderOf(teller, [first, second], at, lines)
	if (order) billRest(teller, order, later(teller, approve(teller, order), 1, 12, contract.entity), { until: end })
}

/**
 * A kit: one line of the deal, which the integration takes apart: the order has a line for each component, naming the deal's line or
 * nothing. What is delivered is billed first, the hours when they were worked. Some components come at another price than the kit has.
 */
function tellKit(teller: Teller, contract: Contract): void {
	const { choices } = teller
	const { deal, drafts } = kitSale(teller, contract)
	const order = orderOf(teller, [deal], orderedAt(teller, deal), drafts)
	if (!order) return
	const at = later(teller, approve(teller, order), 1, 15, contract.entity)
	const isAtOnce = choices.chance(0.3)
	const isDelivered = (line: SalesLine) => isAtOnce || line.product?.unitGroup.name !== 'Time'
	if (!billRest(teller, order, at, { only: isDelivered })) return
	if (!isAtOnce) billRest(teller, order, later(teller, at, 10, 75, contract.entity))
}

/** Hours bought ahead and billed at once; what is used beyond them is billed each month, by an invoice that names no line of the order. */
function tellUsage(teller: Teller, contract: Contract): void {
	const { choices } = teller
	const sale = tellSale(teller, contract, {
		count: choices.between(1, 2),
		dollars: 12_000 + 40_000 * choices.next(),
		only: ({ unitGroup }) => unitGroup.name === 'Time',
	})
	const order = orderOf(teller, [sale], orderedAt(teller, sale))
	if (!order) return
	let at = later(teller, approve(teller, order), 1, 15, contract.entity)
	if (!billRest(teller, order, at)) return
	const isListed = choices.chance(0.3)
	const isDearer = choices.chance(0.25)
	for (let month = choices.between(1, 3); month > 0; month--) {
		at = later(teller, at, 27, 33, contract.entity)
		billUsage(teller, order, at, { percent: choices.between(4, 30), isListed, isDearer })
	}
}

type Sale = {
	count: number
	dollars: number
	only?: (product: Product) => boolean
	/** More of the same, at the same price. */
	moreOf?: DealLine
	kind?: string
	called?: string
}

/** A deal of the contract, won. */
function tellSale(teller: Teller, contract: Contract, sale: Sale): Won {
	const number = reserveDeal(teller)
	const { moreOf } = sale
	const lines = moreOf
		? [priced({ ...moreOf, id: lineId(number, 0), quantity: atLeast(moreOf, sale.dollars) }, contract.currency)]
		: dealLines(teller, number, { ...contract, ...sale })
	return closeDeal(teller, contract, number, lines, sale.called, sale.kind)
}

/** A renewal of one subscription, by months; with `like`, at the price of that one. */
function tellTerm(
	teller: Teller,
	contract: Contract,
	{ product, start, end }: { product: Product; start: string; end: string },
	like?: DealLine,
): Won {
	const number = reserveDeal(teller)
	const months = BigInt(Math.max(1, Math.round((moment(end) - moment(start)) / DAY / 30.4)))
	const listed = like?.listPrice ?? listPrice(product, contract.currency, contract.closeDate)
	const price = like?.price ?? listed
	const seats =
		BigInt(1 + Math.ceil(9000 / (Number(product.dollars) / 1e8) / Number(months))) +
		BigInt(teller.choices.between(0, 2))
	const line: DealLine = {
		id: lineId(number, 0),
		kind: 'item',
		product,
		quantity: months * seats * QUANTITY,
		unit: 'Month',
		price,
		listPrice: listed,
		discount: 0n,
		amount: 0n,
		start,
		end,
	}
	return closeDeal(teller, contract, number, [priced(line, contract.currency)], 'Renewal', 'Renewal')
}

/** So many pieces that they are worth these dollars at least. */
function atLeast({ quantity, product, unit }: DealLine, dollars: number): bigint {
	const size = product.unitGroup.units.find(({ name }) => name === unit)!.base
	const each = (Number(product.dollars) / 1e8) * Number(size)
	const count = BigInt(Math.max(1, Math.ceil(dollars / each)))
	return (product.months > 0 ? ((count + 11n) / 12n) * 12n : count) * QUANTITY || quantity
}
