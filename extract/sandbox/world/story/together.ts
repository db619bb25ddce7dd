import { dateOf, MINUTE } from '../company/calendar.ts'
import type { ErpCustomer } from '../company/parties.ts'
import { billedAfter, billedCustomer } from './bill.ts'
import type { Invoice, Order, SalesLine } from './facts.ts'
import { billOrder, partOf, tellInvoice } from './invoice.ts'
import { creditLines, tellCredit } from './settle.ts'
import { isTold, type Teller } from './teller.ts'
import { latest } from './timeline.ts'

/** An order, and the lines that an invoice is to have of it. */
export type Part = { order: Order; lines: SalesLine[] }

/** Bills one of so many instalments of each order. Empty when that lies beyond the story's end. */
export function billInstalment(
	teller: Teller,
	orders: Order[],
	at: number,
	{ part, count, customer }: { part: number; count: number; customer?: ErpCustomer },
): Invoice[] {
	const parts = orders.map((order) => ({
		order,
		lines: partOf(
			latest(order.versions),
			(line) => billedAfter(line, part, count),
			(line) => billedAfter(line, part + 1, count),
		),
	}))
	const invoices = billTogether(teller, parts, at, { ...(customer && { customer }) })
	if (invoices.length > 0)
		for (const order of orders) billOrder(order, at + 2 * MINUTE, (line) => billedAfter(line, part + 1, count))
	return invoices
}

/** Bills parts of several orders on one invoice; where the ERP has one for each order, on as many. Empty when beyond the story's end. */
export function billTogether(
	teller: Teller,
	parts: Part[],
	at: number,
	more: { customer?: ErpCustomer; isRebill?: boolean } = {},
): Invoice[] {
	const filled = parts.filter(({ lines }) => lines.some(({ kind }) => kind === 'item'))
	if (!isTold(at) || filled.length === 0) return []
	const groups = teller.lacks.has('collective_invoices') ? filled.map((part) => [part]) : [filled]
	return groups.map((group) => {
		const states = group.map(({ order }) => latest(order.versions))
		const references = states.flatMap(({ reference }) => reference ?? [])
		return tellInvoice(teller, {
			orders: group.map(({ order }) => order),
			state: { ...states[0]!, reference: references.length > 0 ? references.join(', ') : null },
			customer: billedCustomer(teller, states[0]!),
			lines: joined(group.map(({ order, lines }) => lines.map((line) => ({ ...line, order })))),
			date: dateOf(at),
			enteredAt: at,
			...more,
		})
	})
}

/** Credits a share of the first item of each order on these invoices, in hundredths: with one credit note, where the ERP can hold that. */
export function creditTogether(teller: Teller, invoices: Invoice[], at: number, hundredths: bigint): void {
	const lists = invoices.map((invoice) => {
		const firsts = firstItems(latest(invoice.versions).lines)
		const lines = creditLines(invoice, hundredths, ({ id, reduces }) => firsts.has(reduces ?? id))
		return { invoice, lines: lines.map((line) => ({ ...line, invoice })) }
	})
	if (teller.lacks.has('collective_credits'))
		for (const { invoice, lines } of lists) tellCredit(teller, [invoice], lines, at)
	else tellCredit(teller, invoices, joined(lists.map(({ lines }) => lines)), at)
}

/** By id: the first item of each order. */
function firstItems(lines: SalesLine[]): Set<number> {
	const items = lines.filter(({ kind }) => kind === 'item')
	return new Set(items.filter((line) => items.find(({ order }) => order === line.order) === line).map(({ id }) => id))
}

/** The lines of several lists as those of one document. */
function joined(lists: SalesLine[][]): SalesLine[] {
	const lines: SalesLine[] = []
	for (const list of lists) {
		const before = lines.length
		lines.push(
			...list.map((line) => ({
				...line,
				id: line.id + before,
				reduces: line.reduces === null ? null : line.reduces + before,
			})),
		)
	}
	return lines
}
