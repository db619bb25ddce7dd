import { type Chain, type Chains, type Followed, type Part, quantityDigits } from './chain.ts'
import { moneyShared, sharedOut, total } from './exact.ts'
import { followDocuments } from './follow.ts'
import { counts, linkOrders, type Order, twinDeals } from './links.ts'
import { chargesOf, type Matches, matchOrders } from './matching.ts'
import { followEntries } from './postings.ts'
import type { Deal, DealLine, Document, Records } from './records.ts'

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
	for (const chain of chains.values()) chain.currency = orderCurrency(chain)
	const paths = followDocuments(records, orders, matches)
	for (const { document, matches, isCredit } of paths.values()) {
		shareLines(records, chains, document, matches, (chain, part) => {
			if (chain.currency === document.currency) (isCredit ? chain.credited : chain.invoiced).push(part)
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

/** Orders that count come first. */
function orderCurrency({ deal, ordered }: Chain): string {
	const counting = ordered.filter(({ order }) => counts(order))
	const parts = counting.length > 0 ? counting : ordered
	const currencies = parts.map(({ document }) => document.currency).sort()
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
