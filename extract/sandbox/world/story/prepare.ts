import { dateAfter, isWeekend, lastDay, monthAfter, monthOf } from '../company/calendar.ts'
import { unitNamed } from '../company/catalogue.ts'
import { divide, QUANTITY } from '../company/exact.ts'
import { chargeLine, type DealPlan, isNearMinimum, priced } from './deal.ts'
import type { DealLine } from './facts.ts'
import { freightFor, share, taxOn } from './lines.ts'
import type { Mistake } from './mistakes.ts'
import { isTold, officeMoment, type Teller } from './teller.ts'

/** The deal as the plot wants it at its winning, the lines that its order should repeat, and its freight. */
export function prepare(teller: Teller, given: DealPlan): { plan: DealPlan; items: DealLine[]; freight: bigint } {
	const { mistakes, choices } = teller
	const dated = mistakes.has('backdated') ? datedBack(teller, given) : given
	const items = withUnits(teller, dated)
	const net = sum(items)
	const isPlain = !['freight_added', 'goodwill', 'other_currency', 'no_rate', 'no_order_step'].some((one) =>
		mistakes.has(one as Mistake),
	)
	const hasFreight = mistakes.has('freight_differs') || (isPlain && choices.chance(0.1))
	const freight = hasFreight ? freightFor(teller, net, dated.currency) : 0n
	const lines = [...items]
	const add = (kind: 'tax' | 'freight', amount: bigint) =>
		lines.push(chargeLine(dated.number, lines.length, kind, amount, dated.currency))
	if (freight > 0n) add('freight', freight)
	if (mistakes.has('tax_line')) add('tax', taxOn(net, dated.entity) || share(net, 72_500n))
	const extra = extraOf(teller, dated, net, freight)
	const isBare = mistakes.has('no_lines') || mistakes.has('no_lines_tax') || mistakes.has('no_lines_price')
	if (isBare) return { plan: { ...dated, lines: [], extra: net + extra }, items: items.slice(0, 1), freight: 0n }
	return { plan: { ...dated, lines, extra }, items, freight }
}

/** What the deal says over its lines' sum. */
function extraOf(teller: Teller, plan: DealPlan, net: bigint, freight: bigint): bigint {
	const { mistakes, choices } = teller
	if (mistakes.has('no_lines_tax')) return taxOn(net, plan.entity) || share(net, 72_500n)
	if (mistakes.has('no_lines_price')) return share(net, 10_000n * BigInt(choices.between(2, 12)))
	if (mistakes.has('tax_in_amount')) return taxOn(net + freight, plan.entity) || share(net, 30_000n)
	if (mistakes.has('amount_differs')) return share(net, 10_000n * BigInt(choices.pick([-6, -3, 2, 5, 9])))
	if (mistakes.has('amount_cents')) return BigInt(choices.pick([-3, -1, 1, 2, 7]))
	return 0n
}

/** The first line in the unit that the plot is about. */
function withUnits(teller: Teller, plan: DealPlan): DealLine[] {
	const [first, ...rest] = plan.lines
	const { mistakes } = teller
	if (!first) return plan.lines
	if (mistakes.has('unit_unknown')) return [{ ...first, unit: teller.choices.pick(['Bundle', 'Set', 'Lot']) }, ...rest]
	if (!mistakes.has('unit_smaller')) return plan.lines
	const unit = unitNamed(first.product, 'Case')!
	const old = unitNamed(first.product, first.unit)!
	const pieces = (first.quantity / QUANTITY) * old.base
	const cases = (pieces + unit.base - 1n) / unit.base
	const price = divide(first.price, old.base * 1_000_000n) * unit.base * 1_000_000n
	const line = priced({ ...first, unit: 'Case', quantity: cases * QUANTITY, price, listPrice: price }, plan.currency)
	const lines = [line, ...rest]
	return isNearMinimum(sum(lines), plan.currency, plan.closeDate)
		? [priced({ ...line, quantity: line.quantity * 2n }, plan.currency), ...rest]
		: lines
}

function sum(lines: DealLine[]): bigint {
	return lines.reduce((total, line) => total + line.amount, 0n)
}

/** A closing that is entered on one of the first working days of the next month, dated back to the last of this one. */
function datedBack(teller: Teller, plan: DealPlan): DealPlan {
	const month = monthOf(plan.closeDate)
	let closeDate = lastDay(month)
	while (isWeekend(closeDate)) closeDate = dateAfter(closeDate, -1)
	const closedAt = officeMoment(teller, `${monthAfter(month)}-0${teller.choices.between(2, 5)}`, plan.entity)
	return isTold(closedAt) ? { ...plan, closeDate, closedAt } : plan
}
