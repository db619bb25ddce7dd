import { DAY, dateAfter, dateOf, monthOf, postingPeriod } from '../company/calendar.ts'
import { type Currency, legalEntities } from '../company/entities.ts'
import { divide, extend } from '../company/exact.ts'
import type { ErpCustomer } from '../company/parties.ts'
import { erpRate } from '../company/rates.ts'
import type { Deal, Invoice, InvoiceState, Order, OrderState, SalesLine } from './facts.ts'
import { addLine, totals } from './lines.ts'
import { makePlans } from './recognition.ts'
import { documentId, documentNumber, lateness, type Teller } from './teller.ts'
import { latest, push } from './timeline.ts'

export type InvoicePlan = {
	orders: Order[]
	deals?: { deal: Deal; from: number }[]
	billedDeals?: Deal[]
	/** Header values, taken from the order or made up. */
	state: OrderState
	customer: ErpCustomer
	currency?: Currency
	lines: SalesLine[]
	date: string
	enteredAt: number
	isDraft?: boolean
	isRebill?: boolean
	/** Revenue of subscriptions at once instead of over months. */
	isAtOnce?: boolean
}

/** Enters an invoice. A draft is never posted. */
export function tellInvoice(teller: Teller, plan: InvoicePlan): Invoice {
	const currency = plan.currency ?? plan.state.currency
	const entity = plan.state.entity
	const invoice: Invoice = {
		id: documentId(teller),
		number: documentNumber(teller, 'INV'),
		createdAt: plan.enteredAt,
		orders: plan.orders,
		deals: plan.deals ?? [],
		billedDeals: plan.billedDeals,
		isRebill: plan.isRebill ?? false,
		versions: [],
	}
	const amounts = totals(plan.lines, entity)
	const rate = erpRate(currency, legalEntities[entity].currency, plan.date)
	const isSpread = !plan.isDraft && !plan.isAtOnce
	const lines = isSpread ? makePlans(teller, invoice, plan, currency, rate) : plan.lines
	const state: InvoiceState = {
		...header(plan.state),
		customer: plan.customer,
		currency,
		date: plan.date,
		rate,
		...amounts,
		period: postingPeriod(plan.date, plan.enteredAt),
		status: plan.isDraft ? 'draft' : 'open',
		dueDate: dateAfter(plan.date, 30),
		closeDate: null,
		unpaid: amounts.net + amounts.tax,
		lines,
	}
	push(invoice.versions, plan.enteredAt, state, lateness(teller))
	teller.story.invoices.push(invoice)
	return invoice
}

/** A part of an order's lines as invoice lines: each line's quantity up to `upTo(line)` less what `before(line)` billed. */
export function partOf(
	order: OrderState,
	before: (line: SalesLine) => bigint,
	upTo: (line: SalesLine) => bigint,
): SalesLine[] {
	const lines: SalesLine[] = []
	const placed = new Map<number, number>()
	for (const line of order.lines) {
		if (line.kind === 'discount' && line.reduces !== null) {
			addReduction(lines, order, line, placed, before, upTo)
			continue
		}
		const [from, to] = [before(line), upTo(line)]
		if (line.kind === 'subtotal' || (line.kind === 'discount' && line.reduces === null)) {
			if (to > 0n) addLine(lines, { ...line, quantity: line.quantity, orderLine: line.id })
		} else if (to > from) {
			const amount = cumulative(line, to, order.currency) - cumulative(line, from, order.currency)
			placed.set(
				line.id,
				addLine(lines, {
					...line,
					quantity: to - from,
					amount,
					orderLine: line.id,
					quantityBilled: 0n,
					isClosed: false,
				}).id,
			)
		}
	}
	return lines
}

/** Marks on the order what has been billed. */
export function billOrder(order: Order, at: number, billed: (line: SalesLine) => bigint): void {
	const state = latest(order.versions)
	const lines = state.lines.map((line) => (line.kind === 'item' ? { ...line, quantityBilled: billed(line) } : line))
	const isWhole = lines.every((line) => line.kind !== 'item' || line.quantityBilled >= line.quantity)
	push(order.versions, at, { ...state, lines, status: isWhole ? 'billed' : 'partly_billed' })
}

/** Voids an invoice in place: it keeps its number, its amounts become zero. */
export function voidInvoice(invoice: Invoice, at: number): void {
	const state = latest(invoice.versions)
	const lines = state.lines.map((line) => ({ ...line, amount: 0n, plan: null }))
	push(invoice.versions, at, { ...state, lines, status: 'voided', net: 0n, tax: 0n, unpaid: 0n, closeDate: dateOf(at) })
}

/** A date that lies before the closing of its month when it is entered only after it: for documents that come late. */
export function lateEntry(date: string): { date: string; enteredAt: number } {
	const day = dateAfter(`${monthOf(date)}-28`, -1)
	return { date: day, enteredAt: Date.parse(`${day}T11:20:00Z`) + 13 * DAY }
}

function addReduction(
	lines: SalesLine[],
	order: OrderState,
	line: SalesLine,
	placed: Map<number, number>,
	before: (line: SalesLine) => bigint,
	upTo: (line: SalesLine) => bigint,
): void {
	const item = order.lines.find((one) => one.id === line.reduces)!
	const at = placed.get(item.id)
	if (at === undefined) return
	const part = (quantity: bigint) => divide(line.amount * quantity, item.quantity)
	addLine(lines, { ...line, reduces: at, amount: part(upTo(item)) - part(before(item)), orderLine: line.id })
}

function cumulative(line: SalesLine, quantity: bigint, currency: Currency): bigint {
	return quantity === line.quantity ? line.amount : extend(quantity, line.price, currency)
}

function header(state: OrderState) {
	const { customer, billTo, entity, currency, date, rate, reference, channel, net, tax, memo } = state
	return { customer, billTo, entity, currency, date, rate, reference, channel, net, tax, memo }
}
