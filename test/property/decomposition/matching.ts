import {
	absolute,
	compare,
	divided,
	fraction,
	inProportion,
	magnitude,
	minorUnit,
	minus,
	ofMoney,
	one,
	plus,
	type Ratios,
	times,
	total,
} from './exact.ts'
import { counts, type Order } from './links.ts'
import type { Deal, DealLine, Document, DocumentLine, Records } from './records.ts'

/** What becomes of each line of a document: its parts by chain. */
export type Matches = ReadonlyMap<string, Ratios>

const allTo = (id: string): Ratios => new Map([[id, one]])

/** The id of the deal's chain of charges. */
export const chargesOf = (deal: Deal): string => `${deal.id}:charges`

/** By document, how the lines of orders are shared out to chains (docs/definitions.md, "Chains", 1 to 5). */
export function matchOrders({ minorDigits }: Records, orders: readonly Order[]): Map<string, Matches> {
	const digits = ({ document }: Order) => minorDigits(document.currency)
	const groups = new Map(
		[true, false].map((isCounting) => {
			const group = orders.filter((order) => counts(order) === isCounting)
			const alike = new Set(
				group.flatMap((order) => order.document.lines.flatMap((line) => linesAlike(order, line, digits(order)))),
			)
			return [
				isCounting,
				{ alike, taken: new Set(group.flatMap((order) => directTargets(order, alike, digits(order)))) },
			]
		}),
	)
	return new Map(
		orders.map((order) => {
			const { alike, taken } = groups.get(counts(order))!
			const left = linesLeft(order.deals, taken)
			const direct = (line: DocumentLine) => matchOrderLine(order, line, left, { alike, digits: digits(order) })
			return [order.document.id, matchLines(order.document, direct)]
		}),
	)
}

/** `alike`: the deal lines at whose price a line of the orders is; `digits`: the minor ones of the order's currency. */
type Prices = { alike: ReadonlySet<string>; digits: number }

const matchLines = ({ lines }: Document, match: (line: DocumentLine) => Ratios): Matches =>
	new Map(lines.map((line) => [line.id, match(line)]))

function matchOrderLine({ deals }: Order, line: DocumentLine, left: readonly Target[], prices: Prices): Ratios {
	const direct = directMatches(deals, line, prices)
	if (direct.length > 0) return shares(direct)
	if (line.kind === 'freight') return toCharges(deals)
	return left.length > 0 ? shares(left) : allTo(line.id)
}

/** By the deals' own freight; where none has any, by their amounts. */
function toCharges(deals: readonly Deal[]): Ratios {
	const freightOf = ({ lines }: Deal) =>
		total(lines.filter(({ kind }) => kind === 'freight').map(({ amount }) => amount))
	const hasFreight = deals.some((deal) => freightOf(deal) !== 0n)
	return inProportion(
		new Map(deals.map((deal) => [chargesOf(deal), ofMoney(hasFreight ? freightOf(deal) : deal.amount)])),
	)
}

type Target = Pick<DealLine, 'id' | 'amount'>

const shares = (targets: readonly Target[]): Ratios =>
	inProportion(new Map(targets.map(({ id, amount }) => [id, ofMoney(amount)])))

/** The deal line that an order line names; else those with its product: of several those at its price, else those at whose price no line is. */
function directMatches(deals: readonly Deal[], line: DocumentLine, { alike, digits }: Prices): DealLine[] {
	const named = deals.flatMap(itemLines).filter(({ id }) => id === line.names)
	if (named.length > 0) return named
	const same = linesOfProduct(deals, line)
	if (same.length < 2) return same
	const own = same.filter((one) => isAlike(one, line, digits))
	const others = same.filter(({ id }) => !alike.has(id))
	return own.length > 0 ? own : others.length > 0 ? others : same
}

const linesOfProduct = (deals: readonly Deal[], { kind, code }: DocumentLine): DealLine[] =>
	kind === 'item' && code !== null ? deals.flatMap(itemLines).filter((line) => line.code === code) : []

/** At one price, but for what each side rounds: half a minor unit. */
const isAlike = (deal: DealLine, { quantity, amount }: DocumentLine, digits: number): boolean => {
	const own = deal.quantity
	if (own === null || quantity === null) return false
	const rounds = times(divided(plus(absolute(own), absolute(quantity)), fraction(2n, 1n)), ofMoney(minorUnit(digits)))
	const away = absolute(minus(times(ofMoney(deal.amount), quantity), times(ofMoney(amount), own)))
	return compare(away, rounds) <= 0n
}

/** Of several deal lines with the product of a line that names none, those at its price. */
function linesAlike({ deals }: Order, line: DocumentLine, digits: number): string[] {
	if (deals.flatMap(itemLines).some(({ id }) => id === line.names)) return []
	const same = linesOfProduct(deals, line)
	return same.length < 2 ? [] : same.filter((one) => isAlike(one, line, digits)).map(({ id }) => id)
}

const directTargets = ({ deals, document }: Order, alike: Prices['alike'], digits: number): string[] =>
	document.lines.flatMap((line) => directMatches(deals, line, { alike, digits }).map(({ id }) => id))

/** Deal lines that no order line names or matches, and deals without lines. */
function linesLeft(deals: readonly Deal[], taken: ReadonlySet<string>): Target[] {
	return deals.flatMap((deal): Target[] =>
		deal.lines.length === 0 ? [deal] : itemLines(deal).filter(({ id }) => !taken.has(id)),
	)
}

/** A deal's lines but tax and freight. */
export const itemLines = ({ lines }: Deal): DealLine[] => lines.filter(({ kind }) => kind === 'item')

/** A document that another one follows: where its lines go, what each chain has of them, and the deals of an order. */
export type Before = {
	document: Document
	matches: Matches
	amounts: ReadonlyMap<string, ReadonlyMap<string, bigint>>
	deals: readonly Deal[]
}

/**
 * How a line of an invoice follows those of its orders, or a credit note's those of its invoices: the line that it names; else those
 * with the product; else, freight, their freight, or the charges of the orders' deals; else all chains of theirs, in proportion to what
 * they have.
 */
export function matchFollowing(line: DocumentLine, before: readonly Before[]): Ratios {
	for (const { matches } of before) if (line.of && matches.has(line.of)) return matches.get(line.of)!
	const lines = before.flatMap(({ document, matches }) => document.lines.filter(({ id }) => matches.has(id)))
	const same = lines.filter(({ code }) => code !== null && code === line.code)
	if (same.length === 1) return before.find(({ matches }) => matches.has(same[0]!.id))!.matches.get(same[0]!.id)!
	if (same.length > 1) return byAmounts(before, same)
	if (line.kind !== 'freight') return byAmounts(before, lines)
	const freight = lines.filter(({ kind }) => kind === 'freight')
	if (freight.length > 0) return byAmounts(before, freight)
	const deals = [...new Set(before.flatMap((one) => one.deals))]
	return deals.length > 0 ? toCharges(deals) : byAmounts(before, lines)
}

/** All chains of these lines, in proportion to what they have of them. */
function byAmounts(before: readonly Before[], lines: readonly DocumentLine[]): Ratios {
	const weights = new Map<string, bigint>()
	for (const { amounts } of before)
		for (const { id } of lines)
			for (const [chain, amount] of amounts.get(id) ?? [])
				weights.set(chain, (weights.get(chain) ?? 0n) + magnitude(amount))
	return inProportion(new Map([...weights].map(([id, weight]) => [id, ofMoney(weight)])))
}
