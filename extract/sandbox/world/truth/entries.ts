import { type Currency, type EntityCode, isIncome, legalEntities } from '../company/entities.ts'
import { divide } from '../company/exact.ts'
import type { ErpCustomer } from '../company/parties.ts'
import type { Credit, CreditState, Invoice, InvoiceState, Journal, Plan, PlanRow, SalesLine } from '../story/facts.ts'
import { invoiceOf, orderOf } from '../story/origins.ts'
import { stateAt } from '../story/timeline.ts'
import {
	type Allocation,
	type Before,
	type Chain,
	chargesOf,
	followUnnamed,
	netLines,
	shareOut,
	type Target,
	wholeDiscountShares,
} from './allocate.ts'
import type { Cell } from './book.ts'
import { type Bill, customerKey, isFollowed, isPosted, type View, type ViewOrder } from './view.ts'

/** Amounts of one document line, or its part of a chain. */
export type Piece = { chain: Chain | null; month: string; amount: bigint; order: ViewOrder | null; document: string }

/** Revenue as it was posted, with the cell in which it stands. */
export type RevenueEntry = Piece & {
	cell: Cell
	kind: 'invoice' | 'credit' | 'recognition' | 'journal'
	date: string
	entity: EntityCode
}

/** An invoiced part of a chain. */
export type InvoicedPiece = Piece & { gross: bigint; quantity: bigint; isRebill: boolean }

/** What of a chain stands invoiced in another currency than its order's; a credit's is negative. */
export type ElsewherePiece = { chain: Chain; amount: bigint; quantity: bigint }

export type Postings = {
	invoiced: InvoicedPiece[]
	credited: Piece[]
	revenue: RevenueEntry[]
	elsewhere: ElsewherePiece[]
}

/** Everything posted in a view, shared out to the chains of the orders that are followed; the rest has no chain. */
export function postingsOf(view: View, allocation: Allocation): Postings {
	const postings: Postings = { invoiced: [], credited: [], revenue: [], elsewhere: [] }
	const ways = new Map<Invoice, Way>()
	for (const bill of view.bills) {
		const { invoice, state } = bill
		if (!isPosted(state) || bill.orders.length === 0) continue
		const way = wayOf(allocation, bill)
		ways.set(invoice, way)
		const context: Context = { view, way, posted: new Map() }
		postInvoice(postings, context, invoice.id, invoice.isRebill, state)
		for (const journal of view.story.journals) postRecognition(postings, context, journal, invoice.id, state)
	}
	for (const credit of view.story.credits) {
		const state = stateAt(credit.versions, view.moment)
		if (!state || !credit.invoices.some((invoice) => ways.has(invoice))) continue
		const way = wayBack(credit, state, ways)
		postCredit(postings, { view, way, posted: new Map() }, credit.id, state)
	}
	for (const journal of view.story.journals)
		if (journal.manual && journal.createdAt <= view.moment) postings.revenue.push(manualEntry(view, journal))
	return postings
}

/**
 * A document's lines, the order that each is of, and where it goes: nowhere, if its order is not followed or is in another currency.
 * `elsewhereOf`: where it would go, if its order is in another currency.
 */
type Way = Before & { orderOf(line: SalesLine): ViewOrder; elsewhereOf(line: SalesLine): Target[] }

/** `posted`: by line of a document, what was posted of it so far, and what each of its chains has of that. */
type Context = {
	view: View
	way: Way
	posted: Map<SalesLine, { amount: bigint; shares: bigint[] }>
}

/** Where the lines of an invoice go: each with the order line that it bills, of whichever order. */
function wayOf(allocation: Allocation, { invoice, state, orders }: Bill): Way {
	const isOpen = (order: ViewOrder) => isFollowed(order) && order.state.currency === state.currency
	const ownOrder = (line: SalesLine) => {
		const named = orderOf(invoice, reducedBy(state.lines, line))
		return orders.length === 1 ? orders[0] : orders.find(({ order }) => order === named)
	}
	const open = orders.filter(isOpen)
	const before = open.map(({ state: { lines } }): Before => ({ lines, targetsOf: (line) => targets(line) }))
	const targets = (line: SalesLine) => allocation.targets.get(line) ?? []
	const targetsOf = (line: SalesLine): Target[] => {
		const own = reducedBy(state.lines, line)
		const order = ownOrder(own)
		if (order && !isOpen(order)) return []
		const id = order?.order === null ? own.id : own.orderLine
		const named = order?.state.lines.find((one) => one.id === id)
		if (named) return targets(named)
		const deals = [...new Set(open.flatMap((one) => one.deals))]
		return followUnnamed(own, before, () => chargesOf(allocation, deals))
	}
	const elsewhereOf = (line: SalesLine): Target[] => {
		const own = reducedBy(state.lines, line)
		const order = ownOrder(own)
		if (!order || isOpen(order) || !isFollowed(order)) return []
		const named = order.state.lines.find((one) => one.id === own.orderLine)
		return named ? targets(named) : []
	}
	return { lines: state.lines, targetsOf, elsewhereOf, orderOf: (line) => ownOrder(line) ?? open[0] ?? orders[0]! }
}

/** Where the lines of a credit note go: each with the invoice line that it gives back, of whichever invoice. */
function wayBack(credit: Credit, { lines }: CreditState, ways: ReadonlyMap<Invoice, Way>): Way {
	const before = credit.invoices.flatMap((invoice) => ways.get(invoice) ?? [])
	const find = (line: SalesLine) => {
		const way = ways.get(invoiceOf(credit, line))
		return { way, billed: way?.lines.find(({ id, product }) => id === line.orderLine && product === line.product) }
	}
	const targetsOf = (line: SalesLine) => {
		const own = reducedBy(lines, line)
		const { way, billed } = find(own)
		return way && billed ? way.targetsOf(billed) : followUnnamed(own, before, () => [])
	}
	return {
		lines,
		targetsOf,
		elsewhereOf: (line) => {
			const { way, billed } = find(reducedBy(lines, line))
			return way && billed ? way.elsewhereOf(billed) : []
		},
		orderOf: (line) => {
			const { way, billed } = find(line)
			return way && billed ? way.orderOf(billed) : before[0]!.orderOf(before[0]!.lines[0]!)
		},
	}
}

/** The line that a discount reduces; any other line itself. */
function reducedBy(lines: SalesLine[], line: SalesLine): SalesLine {
	return line.kind === 'discount' && line.reduces !== null ? lines.find(({ id }) => id === line.reduces)! : line
}

function postInvoice(
	postings: Postings,
	context: Context,
	document: string,
	isRebill: boolean,
	state: InvoiceState,
): void {
	const { way } = context
	const nets = netLines(state.lines)
	for (const [line, net] of nets) {
		const targets = way.targetsOf(line)
		addElsewhere(postings, way, line, net)
		if (targets.length === 0) continue
		const [amounts, grosses, quantities] = [net, line.gross ?? line.amount, line.quantity].map((value) =>
			shareOut(value, targets),
		) as [bigint[], bigint[], bigint[]]
		for (const [at, { chain }] of targets.entries()) {
			const [amount, gross, quantity] = [amounts[at]!, grosses[at]!, quantities[at]!]
			postings.invoiced.push({
				chain,
				month: state.period,
				amount,
				gross,
				quantity,
				isRebill,
				order: way.orderOf(line),
				document,
			})
		}
	}
	postRevenue(postings, context, 'invoice', document, state, 1n)
}

function postCredit(postings: Postings, context: Context, document: string, state: CreditState): void {
	const { way } = context
	for (const [line, net] of netLines(state.lines)) {
		const targets = way.targetsOf(line)
		addElsewhere(postings, way, line, -net)
		const amounts = targets.length > 0 ? shareOut(net, targets) : []
		for (const [at, { chain }] of targets.entries()) {
			postings.credited.push({
				chain,
				month: state.period,
				amount: amounts[at]!,
				order: way.orderOf(line),
				document,
			})
		}
	}
	postRevenue(postings, context, 'credit', document, state, -1n)
}

function addElsewhere({ elsewhere }: Postings, way: Way, line: SalesLine, amount: bigint): void {
	const targets = way.elsewhereOf(line)
	if (targets.length === 0) return
	const [amounts, quantities] = [shareOut(amount, targets), shareOut(line.quantity, targets)]
	for (const [at, { chain }] of targets.entries())
		elsewhere.push({ chain, amount: amounts[at]!, quantity: amount < 0n ? 0n : quantities[at]! })
}

/** The lines that a posting is of: a discount's of the line that it reduces, or of all item lines, in proportion to their amounts. */
function postedLines(lines: SalesLine[], line: SalesLine, amount: bigint): { line: SalesLine; amount: bigint }[] {
	if (line.kind !== 'discount') return [{ line, amount }]
	if (line.reduces !== null) return [{ line: lines.find((one) => one.id === line.reduces)!, amount }]
	return [...wholeDiscountShares(lines, amount)].map(([item, share]) => ({ line: item, amount: share }))
}

type Posted = {
	customer: ErpCustomer
	entity: EntityCode
	currency: Currency
	period: string
	date: string
	lines: SalesLine[]
}

function postRevenue(
	postings: Postings,
	context: Context,
	kind: RevenueEntry['kind'],
	document: string,
	state: Posted,
	sign: bigint,
): void {
	// What is posted as one amount is shared out as one: two rounded shares may be a cent more or less.
	const nets = context.view.lacks.has('discount_postings') ? netLines(state.lines) : null
	for (const line of state.lines) {
		const amount = nets ? nets.get(line) : line.amount
		if (amount === undefined || line.kind === 'subtotal' || !isIncome(line.account)) continue
		for (const part of postedLines(state.lines, line, sign * amount))
			addRevenue(postings, context, kind, document, state, part)
	}
}

function addRevenue(
	postings: Postings,
	context: Context,
	kind: RevenueEntry['kind'],
	document: string,
	state: Omit<Posted, 'lines'>,
	{ line, amount }: { line: SalesLine; amount: bigint },
): void {
	const { view, way, posted } = context
	const targets = way.targetsOf(line)
	const cell = {
		period: state.period,
		customer: customerKey(view, state.customer),
		legalEntity: state.entity,
		currency: state.currency,
	}
	const order = way.orderOf(line)
	const entry = { month: state.period, order, document, cell, kind, date: state.date, entity: state.entity }
	if (targets.length === 0) {
		postings.revenue.push({ ...entry, chain: null, amount })
		return
	}
	// What was posted to date is shared, so that a line that is posted in parts comes to its own shares.
	const before = posted.get(line) ?? { amount: 0n, shares: targets.map(() => 0n) }
	const toDate = { amount: before.amount + amount, shares: shareOut(before.amount + amount, targets) }
	posted.set(line, toDate)
	for (const [at, { chain }] of targets.entries()) {
		postings.revenue.push({ ...entry, chain, amount: toDate.shares[at]! - before.shares[at]! })
	}
}

function postRecognition(
	postings: Postings,
	context: Context,
	journal: Journal,
	invoiceId: string,
	state: InvoiceState,
): void {
	if (journal.createdAt > context.view.moment) return
	for (const { plan, row } of journal.rows) {
		if (plan.invoice.id !== invoiceId) continue
		const line = state.lines.find((one) => one.id === plan.line)!
		const posted = {
			customer: plan.customer,
			entity: plan.entity,
			currency: plan.currency,
			period: journal.period,
			date: journal.date,
		}
		addRevenue(postings, context, 'recognition', journal.id, posted, {
			line,
			amount: recognised(plan, row, context.view.moment),
		})
	}
}

/** A row in the invoice's currency: the rounded share of what has been recognised up to it, less that up to the row before. */
export function recognised(plan: Plan, row: PlanRow, moment: number): bigint {
	if (plan.currency === legalEntities[plan.entity].currency) return row.amount
	const total = stateAt(plan.versions, moment)!.amount
	let upTo = 0n
	for (const one of plan.rows) {
		if (one === row) break
		upTo += one.amount
	}
	return divide(plan.lineAmount * (upTo + row.amount), total) - divide(plan.lineAmount * upTo, total)
}

function manualEntry(view: View, journal: Journal): RevenueEntry {
	const { amount, customer } = journal.manual!
	const cell = {
		period: journal.period,
		customer: customerKey(view, customer),
		legalEntity: journal.entity,
		currency: legalEntities[journal.entity].currency,
	}
	return {
		chain: null,
		month: journal.period,
		amount,
		order: null,
		document: journal.id,
		cell,
		kind: 'journal',
		date: journal.date,
		entity: journal.entity,
	}
}
