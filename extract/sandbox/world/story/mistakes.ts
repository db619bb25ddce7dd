import type { Random } from '../company/random.ts'
import type { Setting } from '../company/setting.ts'

/** What people, or the integration between the systems, did to a won deal on its way. */
export type Mistake =
	| 'price'
	| 'price_factor'
	| 'quantity'
	| 'discount'
	| 'unit_label'
	| 'unit_smaller'
	| 'unit_unknown'
	| 'freight_added'
	| 'freight_differs'
	| 'tax_line'
	| 'tax_in_amount'
	| 'amount_differs'
	| 'amount_cents'
	| 'line_missing'
	| 'line_extra'
	| 'substitute'
	| 'other_currency'
	| 'other_entity'
	| 'other_customer'
	| 'never_ordered'
	| 'stuck_approval'
	| 'cancelled'
	| 'reentered'
	| 'closed_short'
	| 'closed_unbilled'
	| 'draft_invoice'
	| 'invoice_price'
	| 'invoice_discount'
	| 'invoice_over'
	| 'invoice_currency'
	| 'voided_invoice'
	| 'late_entry'
	| 'credit_full'
	| 'credit_partial'
	| 'goodwill'
	| 'rebill'
	| 'rebill_customer'
	| 'subscription_cancelled'
	| 'unlinked'
	| 'wrong_deal'
	| 'twin_deal'
	| 'twin_order'
	| 'twin_order_deleted'
	| 'two_deals'
	| 'two_deals_one_line'
	| 'split_order'
	| 'no_order_step'
	| 'no_lines'
	| 'no_lines_tax'
	| 'no_lines_price'
	| 'edited'
	| 'backdated'
	| 'reopened'
	| 'reopened_rewon'
	| 'deleted'
	| 'web'
	| 'no_rate'

/** Combinations and how often each comes, per 10,000 won deals. Not all are mistakes: some are only unusual. */
const plots: [Mistake[], number][] = [
	[['price'], 80],
	[['price_factor'], 50],
	[['quantity'], 80],
	[['discount'], 80],
	[['unit_label'], 55],
	[['unit_smaller'], 60],
	[['unit_unknown'], 60],
	[['freight_added'], 90],
	[['freight_differs'], 50],
	[['tax_line'], 60],
	[['tax_in_amount'], 60],
	[['amount_differs'], 60],
	[['amount_cents'], 40],
	[['line_missing'], 70],
	[['line_extra'], 60],
	[['substitute'], 60],
	[['other_currency'], 100],
	[['other_entity'], 80],
	[['other_customer'], 80],
	[['never_ordered'], 110],
	[['stuck_approval'], 110],
	[['cancelled'], 90],
	[['reentered'], 70],
	[['closed_short'], 80],
	[['closed_unbilled'], 40],
	[['draft_invoice'], 80],
	[['invoice_price'], 60],
	[['invoice_discount'], 60],
	[['invoice_over'], 50],
	[['invoice_currency'], 40],
	[['voided_invoice'], 40],
	[['late_entry'], 120],
	[['credit_full'], 90],
	[['credit_partial'], 90],
	[['goodwill'], 60],
	[['rebill'], 80],
	[['rebill_customer'], 40],
	[['subscription_cancelled'], 80],
	[['unlinked'], 110],
	[['wrong_deal'], 50],
	[['twin_deal'], 90],
	[['twin_order'], 80],
	[['twin_order_deleted'], 30],
	[['two_deals'], 80],
	[['two_deals_one_line'], 50],
	[['split_order'], 80],
	[['no_order_step'], 90],
	[['no_lines'], 90],
	[['no_lines_tax'], 50],
	[['no_lines_price'], 50],
	[['edited'], 100],
	[['backdated'], 160],
	[['reopened'], 70],
	[['reopened_rewon'], 50],
	[['deleted'], 70],
	[['web'], 150],
	[['quantity', 'price'], 60],
	[['price', 'discount'], 60],
	[['quantity', 'discount'], 40],
	[['quantity', 'price', 'discount'], 20],
	[['unit_smaller', 'price'], 30],
	[['other_currency', 'price'], 40],
	[['other_currency', 'quantity'], 30],
	[['other_currency', 'discount'], 20],
	[['other_entity', 'price'], 30],
	[['other_entity', 'other_customer'], 50],
	[['other_customer', 'credit_partial'], 25],
	[['other_entity', 'credit_full'], 20],
	[['freight_added', 'price'], 40],
	[['tax_in_amount', 'quantity'], 20],
	[['tax_line', 'price'], 20],
	[['credit_partial', 'price'], 30],
	[['split_order', 'quantity'], 25],
	[['closed_short', 'price'], 20],
	[['closed_short', 'other_entity'], 15],
	[['line_missing', 'line_extra'], 20],
	[['backdated', 'price'], 20],
	[['backdated', 'late_entry'], 25],
	[['edited', 'stuck_approval'], 15],
	[['reentered', 'discount'], 20],
	[['twin_order', 'price'], 15],
	[['rebill', 'quantity'], 15],
	[['invoice_price', 'invoice_over'], 15],
	[['draft_invoice', 'discount'], 15],
	[['amount_differs', 'price'], 20],
	[['freight_differs', 'other_customer'], 15],
	[['web', 'price'], 15],
]

/** What only a company with several legal entities or currencies can get wrong. */
const betweenEntities: readonly Mistake[] = ['other_entity', 'other_currency', 'invoice_currency']
const plotsOfOneEntity = plots.filter(([mistakes]) => !mistakes.some((one) => betweenEntities.includes(one)))

/** What goes wrong with a won deal: mostly nothing. `faults` multiplies the usual rate (about two in five). */
export function chooseMistakes(choices: Random, { faults, entities }: Setting): Set<Mistake> {
	const possible = entities.length > 1 ? plots : plotsOfOneEntity
	const mistaken = possible.reduce((sum, [, weight]) => sum + weight, 0)
	const share = Math.min(0.95, (mistaken / 10_000) * faults)
	if (!choices.chance(share)) return new Set()
	return new Set(choices.weighted(possible))
}
