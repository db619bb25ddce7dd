import { DAY, dateOf, HOUR, MINUTE, monthAfter, monthOf } from '../company/calendar.ts'
import { QUANTITY } from '../company/exact.ts'
import { accountOf, type ErpCustomer, otherCustomer } from '../company/parties.ts'
import type { Invoice, Order, OrderState, SalesLine } from './facts.ts'
import { billOrder, type InvoicePlan, lateEntry, partOf, tellInvoice, voidInvoice } from './invoice.ts'
import { converted, misbilled } from './misbill.ts'
import { changeOrder } from './order.ts'
import { cancelSubscription, creditLines, goodwillLines, tellCredit } from './settle.ts'
import { isTold, later, type Teller } from './teller.ts'
import { latest } from './timeline.ts'

/** Bills an approved order: at once or in instalments a month apart, as the plot has it; then its credits. */
export function bill(teller: Teller, order: Order, approvedAt: number): void {
	const { mistakes } = teller
	if (mistakes.has('closed_unbilled')) {
		close(teller, order, later(teller, approvedAt, 6, 40, latest(order.versions).entity))
		return
	}
	if (teller.holdsBilling) return
	const count = instalments(teller, latest(order.versions))
	const last = mistakes.has('closed_short') ? count - 1 : count
	let at = approvedAt
	for (let part = 0; part < last; part++) {
		at =
			part === 0
				? later(teller, at, 1, 19, latest(order.versions).entity)
				: later(teller, at, 26, 34, latest(order.versions).entity)
		const invoice = billPart(teller, order, at, part, count)
		if (invoice === 'beyond') return
		if (invoice && part === last - 1) follow(teller, order, invoice)
	}
	if (mistakes.has('closed_short')) close(teller, order, later(teller, at, 5, 30, latest(order.versions).entity))
}

/** Closes an order: what isn't billed never will be. */
function close(teller: Teller, order: Order, at: number): void {
	if (!isTold(at) || teller.story.orders.indexOf(order) < 0) return
	const { lines } = latest(order.versions)
	changeOrder(order, at, {
		status: 'closed',
		lines: lines.map((line) => ({ ...line, isClosed: line.kind === 'item' && line.quantityBilled < line.quantity })),
	})
}

function billPart(teller: Teller, order: Order, at: number, part: number, count: number): Invoice | 'beyond' | null {
	const { mistakes } = teller
	const state = latest(order.versions)
	const when =
		mistakes.has('late_entry') && part === count - 1 ? cutOff(dateOf(at)) : { date: dateOf(at), enteredAt: at }
	if (!isTold(when.enteredAt)) return 'beyond'
	const lines = partOf(
		state,
		(line) => billedAfter(line, part, count),
		(line) => billedAfter(line, part + 1, count),
	)
	if (!lines.some((line) => line.kind === 'item')) return null
	const plan: InvoicePlan = {
		orders: [order],
		state,
		customer: billedCustomer(teller, state),
		lines: misbilled(teller, lines, state.currency, part),
		...when,
	}
	const isDraft = mistakes.has('draft_invoice') && part === count - 1
	const isWrong = mistakes.has('rebill_customer')
	const invoice = tellInvoice(teller, {
		...converted(teller, plan),
		isDraft,
		...(isWrong ? { customer: anotherCustomer(teller, plan.customer) } : {}),
	})
	if (!isDraft) billOrder(order, when.enteredAt + 2 * MINUTE, (line) => billedAfter(line, part + 1, count))
	return invoice
}

/** Voids, credits and re-bills that the plot has for the last invoice. */
function follow(teller: Teller, order: Order, invoice: Invoice): void {
	const { mistakes } = teller
	const billed = latest(invoice.versions)
	const soon = later(teller, invoice.createdAt, 3, 40, billed.entity)
	if (mistakes.has('voided_invoice') && isTold(soon + DAY)) {
		voidInvoice(invoice, soon)
		again(teller, order, invoice, billed.lines, billed.customer, soon + HOUR, false)
	}
	if (mistakes.has('credit_full')) tellCredit(teller, [invoice], creditLines(invoice, 100n), soon)
	if (mistakes.has('credit_partial'))
		tellCredit(
			teller,
			[invoice],
			creditLines(
				invoice,
				BigInt(teller.choices.pick([10, 25, 30, 50])),
				(line) => line.id === 1 || line.reduces === 1,
			),
			soon,
		)
	if (mistakes.has('goodwill')) tellCredit(teller, [invoice], goodwillLines(teller, invoice), soon)
	if (mistakes.has('subscription_cancelled'))
		cancelSubscription(teller, invoice, later(teller, invoice.createdAt, 60, 240, billed.entity))
	if (mistakes.has('rebill') || mistakes.has('rebill_customer')) {
		const credit = tellCredit(teller, [invoice], creditLines(invoice, 100n), soon)
		const right = billedCustomer(teller, latest(order.versions))
		if (credit) again(teller, order, invoice, billed.lines, right, later(teller, soon, 1, 20, billed.entity), true)
	}
}

/** The same invoice once more. */
function again(
	teller: Teller,
	order: Order,
	invoice: Invoice,
	lines: SalesLine[],
	customer: ErpCustomer,
	at: number,
	isRebill: boolean,
): void {
	if (!isTold(at)) return
	const enteredAt = Math.max(at, invoice.versions[invoice.versions.length - 1]!.from + HOUR)
	tellInvoice(teller, {
		orders: [order],
		state: latest(order.versions),
		customer,
		lines: lines.map((line) => ({ ...line })),
		date: dateOf(enteredAt),
		enteredAt,
		isRebill,
	})
}

/** How many instalments an order is billed in. */
function instalments(teller: Teller, state: OrderState): number {
	const { mistakes, choices } = teller
	const whole = [
		'credit_full',
		'credit_partial',
		'goodwill',
		'rebill',
		'rebill_customer',
		'voided_invoice',
		'invoice_currency',
		'invoice_over',
		'invoice_price',
		'invoice_discount',
		'no_lines',
		'two_deals_one_line',
		'subscription_cancelled',
	] as const
	if (state.lines.some((line) => line.kind === 'subtotal') || whole.some((one) => mistakes.has(one))) return 1
	if (mistakes.has('closed_short')) return choices.between(2, 3)
	return choices.weighted([
		[1, 62],
		[2, 18],
		[3, 14],
		[4, 6],
	])
}

/** What of a line is billed after so many of the instalments: whole pieces, hundredths of projects; charges with the first. */
export function billedAfter(line: SalesLine, parts: number, count: number): bigint {
	if (parts === 0) return 0n
	if (parts === count || line.kind !== 'item' || line.product!.months > 0)
		return line.kind === 'item' ? line.quantity : QUANTITY
	const step = line.product!.code.startsWith('PRJ') ? QUANTITY / 100n : QUANTITY
	if (line.quantity < BigInt(count) * step) return (line.id - 1) % count < parts ? line.quantity : 0n
	return ((line.quantity * BigInt(parts)) / (BigInt(count) * step)) * step
}

/** To whom an order's invoices are made out. */
export function billedCustomer(teller: Teller, state: OrderState): ErpCustomer {
	return state.billTo && teller.index % 5 < 3 ? state.billTo : state.customer
}

function anotherCustomer(teller: Teller, customer: ErpCustomer): ErpCustomer {
	return otherCustomer(teller.setting, accountOf(teller.setting, customer.account))
}

/** The 27th of this month or the next, entered a fortnight later: after the closing. */
function cutOff(date: string): { date: string; enteredAt: number } {
	const late = lateEntry(date)
	return late.date >= date ? late : lateEntry(`${monthAfter(monthOf(date))}-01`)
}
