import type { Chains, Followed } from './chain.ts'
import { moneyShared, type Ratios } from './exact.ts'
import type { Path } from './follow.ts'
import type { Entry, Records } from './records.ts'

/** What was shared of something up to now: in all, and what each has of it. */
type ToDate = { amount: bigint; shares: ReadonlyMap<string, bigint> }

/** Gives every posting to its chains, in the order of periods and ids, and answers what belongs to none. */
export function followEntries(records: Records, chains: Chains, paths: ReadonlyMap<string, Path>): Followed['outside'] {
	const ledger = new Map<string, ToDate>()
	return [...records.entries]
		.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
		.flatMap((entry) => followEntry(records, chains, paths, ledger, entry))
}

const keyOf = ({ period, id }: Entry): string => `${period} ${id}`

function followEntry(
	{ minorDigits }: Records,
	chains: Chains,
	paths: ReadonlyMap<string, Path>,
	ledger: Map<string, ToDate>,
	entry: Entry,
): Followed['outside'] {
	const path = paths.get(entry.document ?? '')
	const outside = (amount: bigint, code: string) => [{ entry, amount, code }]
	if (!path) return outside(entry.amount, entry.kind === 'journal' ? 'unexplained' : 'missing_in_crm')
	const { matches, document, codeOf } = path
	const digits = minorDigits(entry.currency)
	const reduced = document.reduced.get(entry.line ?? '')
	if (entry.currency !== document.currency) {
		const isFollowed = reduced ? matches.size > 0 : matches.has(entry.line ?? '')
		return outside(entry.amount, isFollowed ? 'currency_mismatch' : codeOf(entry.line ?? ''))
	}
	if (reduced?.size === 0) return outside(entry.amount, codeOf(entry.line ?? ''))
	const lines = reduced
		? sharedToDate(ledger, `${document.id} ${[...reduced.keys()]}`, entry.amount, reduced, digits)
		: new Map([[entry.line ?? '', entry.amount]])
	return [...lines].flatMap(([line, part]) => {
		const ratios = matches.get(line)
		if (!ratios) return outside(part, codeOf(line))
		return [...sharedToDate(ledger, line, part, ratios, digits)].flatMap(([id, amount]) => {
			const chain = chains.get(id)!
			if (chain.currency !== entry.currency) return outside(amount, 'currency_mismatch')
			chain.recognised.push({ entry, amount })
			return []
		})
	})
}

/** Shares what there is to date, and answers what that adds to what was shared before. */
function sharedToDate(
	ledger: Map<string, ToDate>,
	of: string,
	amount: bigint,
	ratios: Ratios,
	minorDigits: number,
): Map<string, bigint> {
	const before = ledger.get(of) ?? { amount: 0n, shares: new Map() }
	const toDate = before.amount + amount
	const shares = moneyShared(toDate, ratios, minorDigits)
	ledger.set(of, { amount: toDate, shares })
	return new Map([...shares].map(([id, share]) => [id, share - (before.shares.get(id) ?? 0n)]))
}
