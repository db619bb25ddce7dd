import { DAY, HOUR, MINUTE } from '../company/calendar.ts'
import { dealLines, happen, lineId, priced, reserveDeal, tellDeal } from './deal.ts'
import type { Deal, DealLine } from './facts.ts'
import type { Draft } from './lines.ts'
import { misread } from './misread.ts'
import { tellOrder } from './order.ts'
import { finish, orderedAt, orderPlan, tellOrdered, type Won } from './ordering.ts'
import { isTold, later, type Teller } from './teller.ts'

/** The same deal entered twice within a day; a third of the copies are found and deleted. */
export function tellTwin(teller: Teller, { deal, plan }: Won): void {
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
export function tellWrongDeal(teller: Teller, won: Won): void {
	const other = companion(teller, won)
	tellOrdered(teller, other)
	const at = later(teller, other.at, 4, 12, won.plan.entity)
	if (!isTold(at)) return
	const plan = orderPlan(teller, won, at)
	const drafts = plan.drafts.map((draft) => ({ ...draft, dealLine: null }))
	finish(teller, tellOrder(teller, { ...plan, deals: [other.deal], link: 'reference', writesBack: false, drafts }))
}

/** One order for two deals: with a line for each of their lines, or one line for the product that both have. */
export function tellTwoDeals(teller: Teller, won: Won): void {
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
export function tellSplit(teller: Teller, won: Won): void {
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

/** Into the recycle bin; half of them are purged a fortnight later. */
export function deleteDeal(teller: Teller, deal: Deal, at: number): void {
	happen(teller, deal, at, (state) => ({ ...state, isDeleted: true }))
	if (deal.number % 2 === 0) happen(teller, deal, at + 15 * DAY, () => null)
}
