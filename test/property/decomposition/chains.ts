import { type Chain, type Chains, type Followed, type Part, quantityDigits } from './chain.ts'
import { moneyShared, sharedOut, total } from './exact.ts'
import { followDocuments, type Path } from './follow.ts'
import { counts, linkOrders, type Order, twinDeals } from './links.ts'
import { chargesOf, type Matches, matchOrders } from './matching.ts'
import { originsIn } from './origins.ts'
import { followEntries } from './postings.ts'
import type { Deal, DealLine, Document, DocumentLine, Records } from './records.ts'

/** Everything that was booked, ordered, invoiced, credited and posted, by chain. */
export function followChains(records: Records): Followed {
	const orders = linkOrders(records)
	const followed = [...orders.values()].filter(({ isTwin }) => !isTwin)
	const matches = matchOrders(records, followed)
	const chains = newChains(records, followed, matches)
	for (const order of followed) {
		const add = (chain: Chain, part: Part) => chain.ordered.push({ ...part, order })
		shareLines(records, chains, order.document, matches.get(order.document.id)!, add)
	}
	const paths = followDocuments(records, orders, matches)
	for (const chain of chains.values()) chain.currency = orderCurrency(chain, paths)
	for (const { document, matches, isCredit } of paths.values()) {
		shareLines(records, chains, document, matches, (chain, shared) => {
			const isFollowed = chain.currency === document.currency
			const part = !isCredit && isOfOtherProduct(records, chain, shared) ? { ...shared, quantity: null } : shared
			if (isCredit) (isFollowed ? chain.credited : chain.creditedElsewhere).push(part)
			else (isFollowed ? chain.invoiced : chain.invoicedElsewhere).push(part)
		})
	}
	const outside = followEntries(records, chains, paths)
	const twins = twinDeals(records, orders)
	return {
		chains: [...chains.values()],
		ordersOf: (deal) => followed.filter(({ deals }) => deals.includes(deal)),
		isTwin: ({ id }) => twins.has(id),
		outside,
	}
}

/** Whether an invoice's part is of a line that names no line of the chain's orders, and whose product none of them has. */
function isOfOtherProduct({ orders }: Records, { ordered }: Chain, { document, line }: Part): boolean {
	if (line.kind === 'freight' || ordered.some((part) => part.document === document || part.line.id === line.of))
		return false
	const product = ({ code, product }: DocumentLine) => code ?? product
	const ofOrders = originsIn(orders).ofLine(document, line)
	return !ordered.some((part) => ofOrders.includes(part.document.id) && product(part.line) === product(line))
}

function newChains({ deals }: Records, orders: readonly Order[], matches: ReadonlyMap<string, Matches>): Chains {
	const chains: Chains = new Map()
	const open = (id: string, kind: Chain['kind'], deal: Deal, booked: bigint, line: DealLine | null = null) =>
		chains.set(id, {
			id,
			kind,
			deal,
			line,
			booked,
			currency: deal.currency,
			ordered: [],
			invoiced: [],
			credited: [],
			invoicedElsewhere: [],
			creditedElsewhere: [],
			recognised: [],
		})
	for (const deal of deals) {
		if (deal.lines.length === 0) open(deal.id, 'whole', deal, deal.amount)
		for (const line of deal.lines) if (line.kind === 'item') open(line.id, 'line', deal, line.amount, line)
		const charges = deal.lines.filter(({ kind }) => kind !== 'item')
		open(chargesOf(deal), 'charges', deal, total(charges.map(({ amount }) => amount)))
		const rest = deal.amount - total(deal.lines.map(({ amount }) => amount))
		if (deal.lines.length > 0) open(`${deal.id}:rest`, 'rest', deal, rest)
	}
	for (const order of orders)
		for (const ratios of matches.get(order.document.id)!.values())
			for (const id of ratios.keys()) if (!chains.has(id)) open(id, 'own', order.deals[0]!, 0n)
	return chains
}

/** Orders that count come first; charges that no order has are in that in which their freight is invoiced. */
function orderCurrency({ id, kind, deal, ordered }: Chain, paths: ReadonlyMap<string, Path>): string {
	const counting = ordered.filter(({ order }) => counts(order))
	const parts = counting.length > 0 ? counting : ordered
	const billed = [...paths.values()].filter(
		({ document, matches, isCredit }) =>
			!isCredit && document.lines.some((line) => line.kind === 'freight' && matches.get(line.id)?.has(id)),
	)
	const documents = ordered.length === 0 && kind === 'charges' ? billed : parts
	const currencies = documents.map(({ document }) => document.currency).sort()
	return currencies.includes(deal.currency) ? deal.currency : (currencies[0] ?? deal.currency)
}

function shareLines(
	{ minorDigits }: Records,
	chains: Chains,
	document: Document,
	matches: Matches,
	add: (chain: Chain, part: Part) => void,
): void {
	for (const line of document.lines) {
		const ratios = matches.get(line.id)
		if (!ratios) continue
		const digits = minorDigits(document.currency)
		const amounts = moneyShared(line.amount, ratios, digits)
		const grosses = moneyShared(line.gross, ratios, digits)
		const quantities = line.quantity && sharedOut(line.quantity, ratios, quantityDigits)
		for (const id of ratios.keys())
			add(chains.get(id)!, {
				chainId: id,
				ratios,
				document,
				line,
				quantity: quantities?.get(id) ?? null,
				amount: amounts.get(id)!,
				gross: grosses.get(id)!,
			})
	}
}
