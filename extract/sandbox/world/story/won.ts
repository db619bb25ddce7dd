import { dateAfter, dateOf } from '../company/calendar.ts'
import { closeDeal, type DealPlan, happen, priced, tellDeal } from './deal.ts'
import { tellOrdered, type Won } from './ordering.ts'
import { prepare } from './prepare.ts'
import { deleteDeal, tellSplit, tellTwin, tellTwoDeals, tellWrongDeal } from './several.ts'
import { later, type Teller } from './teller.ts'

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
