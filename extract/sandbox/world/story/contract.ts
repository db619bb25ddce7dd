import { DAY, dateAfter, goLive, lastMoment, moment } from '../company/calendar.ts'
import type { Product } from '../company/catalogue.ts'
import { backToWorkday, pickAccount, seller } from './buyer.ts'
import { type DealPlan, tellDeal } from './deal.ts'
import type { DealLine, Order } from './facts.ts'
import type { Draft } from './lines.ts'
import { type OrderPlan, tellOrder } from './order.ts'
import { orderPlan, type Won } from './ordering.ts'
import { isTold, officeMoment, type Teller } from './teller.ts'

/** Who buys, when and in what terms: what the deals of a contract have in common. */
export type Contract = Pick<DealPlan, 'account' | 'entity' | 'currency' | 'closeDate' | 'closedAt'>

/** A contract that begins so far (0 to 1) between the go-live and two months before the end. */
export function beginContract(teller: Teller, share: number): Contract {
	const days = Math.floor(lastMoment / DAY - moment(goLive) / DAY) - 62
	const closeDate = backToWorkday(dateAfter(goLive, Math.floor(days * share)))
	for (;;) {
		const account = pickAccount(teller, closeDate, true)
		const [entity, currency] = seller(teller, account)
		// A merged account's later deals would lie at another one; the dinar had no rate at first.
		if (account.merged || (currency === 'KWD' && closeDate < '2025-07-01')) continue
		return { account, entity, currency, closeDate, closedAt: officeMoment(teller, closeDate, entity) }
	}
}

/** A deal of the contract, won; `called` and `kind` where they are not any. */
export function closeDeal(
	teller: Teller,
	contract: Contract,
	number: number,
	lines: DealLine[],
	called?: string,
	kind?: string,
): Won {
	const company = contract.account.name.split(/[ ,]/).slice(0, 2).join(' ')
	const thing = lines[0]!.product.name.split(',')[0]
	const plan: DealPlan = {
		...contract,
		number,
		lines,
		outcome: 'won',
		...(kind && { kind }),
		...(called && { name: `${company} - ${called} ${thing} ${contract.closeDate.slice(0, 4)}` }),
	}
	return { deal: tellDeal(teller, plan), plan, items: lines, freight: 0n, at: plan.closedAt }
}

/** The order of these deals, with their lines or those given. Undefined when it lies beyond the story's end. */
export function orderOf(teller: Teller, deals: Won[], at: number, drafts?: Draft[]): Order | undefined {
	if (!isTold(at)) return undefined
	const plans = deals.map((one) => orderPlan(teller, one, at))
	const plan: OrderPlan = {
		...plans[0]!,
		deals: deals.map(({ deal }) => deal),
		drafts: drafts ?? plans.flatMap((one) => one.drafts),
	}
	return tellOrder(teller, plan)
}

/** An integration that names the deals' lines on one line of an order names them on all. */
export function namedOrNot(drafts: Draft[], items: DealLine[], isNamed: boolean): Draft[] {
	return drafts.map((draft, at) => ({ ...draft, dealLine: isNamed ? (draft.dealLine ?? items[at]!.id) : null }))
}

/** Products that none of these lines has. */
export function notAmong(lines: DealLine[]): (product: Product) => boolean {
	return (product) => !lines.some((line) => line.product === product)
}
