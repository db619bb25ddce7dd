import { type LedgerAccount, legalEntities } from '../../company/entities.ts'
import { convert, divide, minorUnits, PRICE, QUANTITY } from '../../company/exact.ts'
import type { DocumentState, SalesLine } from '../../story/facts.ts'

/** A line of an order or of a transaction: what the story takes off by lines of their own is in its price here. */
export type OracleLine = {
	line: SalesLine
	/** After all discounts. */
	net: bigint
	/** In the ledger's currency. */
	baseNet: bigint
	/** The line's part of a discount on the whole document; 0 or negative. */
	share: bigint
	/** Per unit, after all discounts, in 1e-8. */
	price: bigint
	account: LedgerAccount
}

type Sheet = Pick<DocumentState, 'currency' | 'entity' | 'rate'> & { lines: SalesLine[] }

/** The lines of a document; freight is one of them, as an item. */
export function oracleLines(sheet: Sheet): OracleLine[] {
	const { currency, entity, rate, lines } = sheet
	const base = legalEntities[entity].currency
	const shares = wholeDiscounts(lines)
	return lines
		.filter(({ kind }) => kind === 'item' || kind === 'freight')
		.map((line) => {
			const reductions = lines.filter(({ kind, reduces }) => kind === 'discount' && reduces === line.id)
			const share = shares.get(line) ?? 0n
			const net = reductions.reduce((sum, { amount }) => sum + amount, line.amount) + share
			const price = net === line.amount || line.quantity === 0n ? line.price : perUnit(net, line.quantity, currency)
			return { line, net, baseNet: convert(net, rate, currency, base), share, price, account: line.account }
		})
}

/** Discounts on the whole, shared over the items in proportion to their gross amounts; the largest takes what rounding leaves. */
function wholeDiscounts(lines: SalesLine[]): Map<SalesLine, bigint> {
	const whole = lines
		.filter(({ kind, reduces }) => kind === 'discount' && reduces === null)
		.reduce((sum, { amount }) => sum + amount, 0n)
	const items = lines.filter(({ kind }) => kind === 'item')
	const gross = items.reduce((sum, { amount }) => sum + amount, 0n)
	const shares = new Map<SalesLine, bigint>()
	if (whole === 0n || gross === 0n) return shares
	for (const line of items) shares.set(line, divide(whole * line.amount, gross))
	const largest = items.reduce((best, line) => (line.amount > best.amount ? line : best))
	const shared = [...shares.values()].reduce((sum, share) => sum + share, 0n)
	shares.set(largest, shares.get(largest)! + whole - shared)
	return shares
}

function perUnit(amount: bigint, quantity: bigint, currency: string): bigint {
	return divide(amount * QUANTITY * PRICE, quantity * minorUnits(currency))
}
