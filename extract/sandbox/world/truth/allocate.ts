import { absolute, divide } from '../company/exact.ts'
import type { DealLine, SalesLine } from '../story/facts.ts'
import type { View, ViewOrder, WonDeal } from './view.ts'

/** The unit of comparison: one deal line, a whole deal, its charges, what it has over its lines, or an order line of its own. */
export type Chain = {
	item: string
	kind: 'line' | 'whole' | 'charges' | 'rest' | 'own'
	deal: WonDeal
	line: DealLine | null
	/** What was booked, in the deal's currency. */
	booked: bigint
	ordered: OrderShare[]
}

/** What a chain has of an order line, in the order's currency. */
export type OrderShare = { order: ViewOrder; line: SalesLine; net: bigint; gross: bigint; quantity: bigint }

/** Chains in proportion to weights. */
export type Target = { chain: Chain; weight: bigint }

/** All chains of a view, and where each line of each order that is followed goes. */
export type Allocation = { chains: Chain[]; targets: Map<SalesLine, Target[]> }

export function allocate(view: View): Allocation {
	const chains = view.deals.flatMap(chainsOf)
	const allocation: Allocation = { chains, targets: new Map() }
	const orders = view.orders.filter((order) => !order.isTwin && order.deals.length > 0)
	const named = new Set<Chain>()
	for (const order of orders)
		for (const line of order.state.lines)
			if (line.kind === 'item') for (const { chain } of direct(chains, order, line)) named.add(chain)
	for (const order of orders) allocateOrder(allocation, order, named)
	return allocation
}

/** Shares of an amount by weight, rounded, that add up to it: what rounding leaves goes to the largest, the lowest id among equals. */
export function shareOut(amount: bigint, targets: Target[]): bigint[] {
	if (targets.length === 1) return [amount]
	const whole = targets.reduce((sum, { weight }) => sum + weight, 0n)
	const shares = targets.map(({ weight }) => divide(amount * weight, whole))
	let largest = 0
	targets.forEach(({ weight, chain }, at) => {
		const best = targets[largest]!
		if (weight > best.weight || (weight === best.weight && chain.item < best.chain.item)) largest = at
	})
	shares[largest]! += amount - shares.reduce((sum, share) => sum + share, 0n)
	return shares
}

/** What each item or freight line of a document comes to with the discounts on it. */
export function netLines(lines: SalesLine[]): Map<SalesLine, bigint> {
	const net = new Map<SalesLine, bigint>()
	for (const line of lines) if (line.kind === 'item' || line.kind === 'freight') net.set(line, line.amount)
	for (const line of lines) {
		if (line.kind !== 'discount') continue
		const reduced = line.reduces === null ? null : lines.find((one) => one.id === line.reduces)!
		if (reduced) net.set(reduced, net.get(reduced)! + line.amount)
		else for (const [item, share] of wholeDiscountShares(lines, line.amount)) net.set(item, net.get(item)! + share)
	}
	return net
}

/** A document that another one follows: its lines, and where each of them goes. */
export type Before = { lines: SalesLine[]; targetsOf(line: SalesLine): Target[] }

/**
 * Where a line goes that names no line of the documents which it follows: with the only one of its product; freight with theirs, or else to
 * `charges`; else all go as all of these do, in proportion.
 */
export function followUnnamed(line: SalesLine, before: Before[], charges: () => Target[]): Target[] {
	const all = before.flatMap(({ lines, targetsOf }) =>
		[...netLines(lines)].map(([one, net]) => ({ one, net, targets: targetsOf(one) })),
	)
	const followed = all.filter(({ targets }) => targets.length > 0)
	const same = followed.filter(({ one }) => one.kind === line.kind && one.product === line.product)
	if (same.length === 1) return same[0]!.targets
	if (line.kind !== 'freight') return together(followed)
	const freight = followed.filter(({ one }) => one.kind === 'freight')
	if (freight.length > 0) return together(freight)
	const own = charges()
	return own.length > 0 ? own : together(followed)
}

/** The chains of several lines, each with what it has of them. */
function together(lines: { net: bigint; targets: Target[] }[]): Target[] {
	const weights = new Map<Chain, bigint>()
	for (const { net, targets } of lines)
		for (const [at, share] of shareOut(net, targets).entries()) {
			const { chain } = targets[at]!
			weights.set(chain, (weights.get(chain) ?? 0n) + absolute(share))
		}
	return [...weights].map(([chain, weight]) => ({ chain, weight }))
}

function chainsOf(deal: WonDeal): Chain[] {
	const { state } = deal
	const id = `salesforce:${deal.deal.id}`
	if (state.lines.length === 0)
		return [{ item: id, kind: 'whole', deal, line: null, booked: state.amount, ordered: [] }]
	const chains: Chain[] = state.lines
		.filter((line) => line.kind === 'item')
		.map((line) => ({ item: `salesforce:${line.id}`, kind: 'line', deal, line, booked: line.amount, ordered: [] }))
	const charges = sum(state.lines.filter((line) => line.kind !== 'item'))
	if (charges !== 0n)
		chains.push({ item: `${id}:charges`, kind: 'charges', deal, line: null, booked: charges, ordered: [] })
	const rest = state.amount - sum(state.lines)
	if (rest !== 0n) chains.push({ item: `${id}:rest`, kind: 'rest', deal, line: null, booked: rest, ordered: [] })
	return chains
}

function allocateOrder(allocation: Allocation, order: ViewOrder, named: Set<Chain>): void {
	const net = netLines(order.state.lines)
	for (const line of order.state.lines) {
		if (line.kind !== 'item' && line.kind !== 'freight') continue
		const targets =
			line.kind === 'freight' ? chargesOf(allocation, order.deals) : itemTargets(allocation, order, line, named)
		allocation.targets.set(line, targets)
		const [nets, grosses, quantities] = [net.get(line)!, line.gross ?? line.amount, line.quantity].map((amount) =>
			shareOut(amount, targets),
		) as [bigint[], bigint[], bigint[]]
		for (const [at, { chain }] of targets.entries()) {
			chain.ordered.push({ order, line, net: nets[at]!, gross: grosses[at]!, quantity: quantities[at]! })
		}
	}
}

/** Rules 1, 2, 4 and 5 for an item line. */
function itemTargets({ chains }: Allocation, order: ViewOrder, line: SalesLine, named: Set<Chain>): Target[] {
	const found = direct(chains, order, line)
	if (found.length > 0) return found
	const open = chains.filter(
		(chain) =>
			order.deals.includes(chain.deal) && (chain.kind === 'whole' || (chain.kind === 'line' && !named.has(chain))),
	)
	if (open.length > 0) return open.map((chain) => ({ chain, weight: chain.booked }))
	const own: Chain = {
		item: `netsuite:${order.id}:${line.id}`,
		kind: 'own',
		deal: firstDeal(order),
		line: null,
		booked: 0n,
		ordered: [],
	}
	chains.push(own)
	return [{ chain: own, weight: 1n }]
}

/** The deal line that an order line names, else those with its product. */
function direct(chains: Chain[], order: ViewOrder, line: SalesLine): Target[] {
	const own = chains.filter((chain) => chain.kind === 'line' && order.deals.includes(chain.deal))
	const namedLine = line.dealLine && own.find((chain) => isNamed(line.dealLine!, chain.line!.id))
	const found = namedLine ? [namedLine] : own.filter((chain) => chain.line!.product === line.product)
	return found.map((chain) => ({ chain, weight: chain.booked }))
}

/** 15 characters are compared exactly, 18 without case. */
function isNamed(text: string, id: string): boolean {
	return text.length === 15 ? id.slice(0, 15) === text : id.toLowerCase() === text.toLowerCase()
}

/** The charges of deals, in proportion to their freight, or, where none has any, to their amounts. */
export function chargesOf({ chains }: Allocation, deals: WonDeal[]): Target[] {
	const freightOf = ({ state }: WonDeal) => absolute(sum(state.lines.filter(({ kind }) => kind === 'freight')))
	const hasFreight = deals.some((deal) => freightOf(deal) !== 0n)
	return deals.map((deal) => {
		const item = `salesforce:${deal.deal.id}:charges`
		let chain = chains.find((one) => one.item === item)
		if (!chain) {
			chain = { item, kind: 'charges', deal, line: null, booked: 0n, ordered: [] }
			chains.push(chain)
		}
		return { chain, weight: hasFreight ? freightOf(deal) : deal.state.amount }
	})
}

function firstDeal(order: ViewOrder): WonDeal {
	return order.deals.reduce((first, deal) => (deal.deal.id < first.deal.id ? deal : first))
}

/** What each item line has of a discount of the whole document, in proportion to their amounts. */
export function wholeDiscountShares(lines: SalesLine[], amount: bigint): Map<SalesLine, bigint> {
	const items = lines.filter((line) => line.kind === 'item')
	const targets = items.map((line) => ({
		chain: { item: String(line.id).padStart(4, '0') } as Chain,
		weight: line.amount,
	}))
	return new Map(shareOut(amount, targets).map((share, at) => [items[at]!, share]))
}

function sum(lines: DealLine[]): bigint {
	return lines.reduce((total, line) => total + line.amount, 0n)
}
