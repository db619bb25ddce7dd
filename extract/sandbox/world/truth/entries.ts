import { type Currency, type EntityCode, isIncome, legalEntities } from '../company/entities.ts'
import { divide } from '../company/exact.ts'
import type { ErpCustomer } from '../company/parties.ts'
import type { CreditState, InvoiceState, Journal, Plan, PlanRow, SalesLine } from '../story/facts.ts'
import { stateAt } from '../story/timeline.ts'
import {
	type Allocation,
	type Chain,
	invoiceTargets,
	netLines,
	shareOut,
	type Target,
	wholeDiscountShares,
} from './allocate.ts'
import type { Cell } from './book.ts'
import { customerKey, isPosted, type View, type ViewOrder } from './view.ts'

/** Amounts of one document line, or its part of a chain. */
export type Piece = { chain: Chain | null; month: string; amount: bigint; order: ViewOrder | null; document: string }

/** Revenue as it was posted, with the cell in which it stands. */
export type RevenueEntry = Piece & {
	cell: Cell
	kind: 'invoice' | 'credit' | 'recognition' | 'journal'
	isFollowed: boolean
	date: string
	entity: EntityCode
}

/** An invoiced part of a chain. */
export type InvoicedPiece = Piece & { gross: bigint; quantity: bigint; isRebill: boolean }

export type Postings = { invoiced: InvoicedPiece[]; credited: Piece[]; revenue: RevenueEntry[] }

/** Everything posted in a view, shared out to the chains of the orders that are followed; the rest has no chain. */
export function postingsOf(view: View, allocation: Allocation): Postings {
	const postings: Postings = { invoiced: [], credited: [], revenue: [] }
	for (const order of view.orders) {
		for (const { invoice, state } of order.invoices) {
			if (!isPosted(state)) continue
			const isFollowed = !order.isTwin && state.currency === order.state.currency
			const follow = (line: SalesLine) =>
				isFollowed && order.deals.length > 0 ? invoiceTargets(allocation, order, state, line) : []
			const context: Context = { view, order, isFollowed, posted: new Map() }
			postInvoice(postings, context, invoice.id, invoice.isRebill, state, follow)
			for (const credit of view.story.credits) {
				const credited = credit.invoice === invoice && stateAt(credit.versions, view.moment)
				if (credited) postCredit(postings, context, credit.id, credited, state, follow)
			}
			for (const journal of view.story.journals) postRecognition(postings, context, journal, invoice.id, state, follow)
		}
	}
	for (const journal of view.story.journals)
		if (journal.manual && journal.createdAt <= view.moment) postings.revenue.push(manualEntry(view, journal))
	return postings
}

/** `posted`: by line of a document, what was posted of it so far, and what each of its chains has of that. */
type Context = {
	view: View
	order: ViewOrder
	isFollowed: boolean
	posted: Map<SalesLine, { amount: bigint; shares: bigint[] }>
}
type Follow = (line: SalesLine) => Target[]

function postInvoice(
	postings: Postings,
	context: Context,
	document: string,
	isRebill: boolean,
	state: InvoiceState,
	follow: Follow,
): void {
	const { order } = context
	const nets = netLines(state.lines)
	for (const [line, net] of nets) {
		const targets = follow(line)
		if (targets.length === 0) continue
		const [amounts, grosses, quantities] = [net, line.gross ?? line.amount, line.quantity].map((value) =>
			shareOut(value, targets),
		) as [bigint[], bigint[], bigint[]]
		for (const [at, { chain }] of targets.entries()) {
			const [amount, gross, quantity] = [amounts[at]!, grosses[at]!, quantities[at]!]
			postings.invoiced.push({ chain, month: state.period, amount, gross, quantity, isRebill, order, document })
		}
	}
	postRevenue(postings, context, 'invoice', document, state, 1n, follow)
}

function postCredit(
	postings: Postings,
	context: Context,
	document: string,
	state: CreditState,
	invoice: InvoiceState,
	follow: Follow,
): void {
	const toInvoice = (line: SalesLine): Target[] => {
		const source =
			line.kind === 'discount' && line.reduces !== null ? state.lines.find((one) => one.id === line.reduces)! : line
		const billed = invoice.lines.find((one) => one.kind === source.kind && one.product === source.product)
		return billed
			? follow(billed)
			: merge(
					invoice.lines
						.filter((one) => one.kind === 'item')
						.flatMap((one) => follow(one).map((target) => ({ ...target, weight: one.amount }))),
				)
	}
	for (const [line, net] of netLines(state.lines)) {
		const targets = toInvoice(line)
		const amounts = targets.length > 0 ? shareOut(net, targets) : []
		for (const [at, { chain }] of targets.entries()) {
			postings.credited.push({ chain, month: state.period, amount: amounts[at]!, order: context.order, document })
		}
	}
	postRevenue(postings, context, 'credit', document, state, -1n, toInvoice)
}

/** The lines that a posting is of: a discount's of the line that it reduces, or of all item lines, in proportion to their amounts. */
function postedLines(lines: SalesLine[], line: SalesLine, amount: bigint): { line: SalesLine; amount: bigint }[] {
	if (line.kind !== 'discount') return [{ line, amount }]
	if (line.reduces !== null) return [{ line: lines.find((one) => one.id === line.reduces)!, amount }]
	return [...wholeDiscountShares(lines, amount)].map(([item, share]) => ({ line: item, amount: share }))
}

function merge(targets: Target[]): Target[] {
	const byChain = new Map<Chain, bigint>()
	for (const { chain, weight } of targets) byChain.set(chain, (byChain.get(chain) ?? 0n) + weight)
	return [...byChain].map(([chain, weight]) => ({ chain, weight }))
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
	follow: Follow,
): void {
	// What is posted as one amount is shared out as one: two rounded shares may be a cent more or less.
	const nets = context.view.lacks.has('discount_postings') ? netLines(state.lines) : null
	for (const line of state.lines) {
		const amount = nets ? nets.get(line) : line.amount
		if (amount === undefined || line.kind === 'subtotal' || !isIncome(line.account)) continue
		for (const part of postedLines(state.lines, line, sign * amount))
			addRevenue(postings, context, kind, document, state, part, follow(part.line))
	}
}

function addRevenue(
	postings: Postings,
	context: Context,
	kind: RevenueEntry['kind'],
	document: string,
	state: Omit<Posted, 'lines'>,
	{ line, amount }: { line: SalesLine; amount: bigint },
	targets: Target[],
): void {
	const { view, order, isFollowed, posted } = context
	const cell = {
		period: state.period,
		customer: customerKey(view, state.customer),
		legalEntity: state.entity,
		currency: state.currency,
	}
	const entry = { month: state.period, order, document, cell, kind, isFollowed, date: state.date, entity: state.entity }
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
	follow: Follow,
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
		addRevenue(
			postings,
			context,
			'recognition',
			journal.id,
			posted,
			{ line, amount: recognised(plan, row, context.view.moment) },
			follow(line),
		)
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
		isFollowed: true,
		date: journal.date,
		entity: journal.entity,
	}
}
