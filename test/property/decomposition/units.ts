import { isSameUnit, type Part, quantityDigits } from './chain.ts'
import { absolute, compare, divided, type Fraction, minus, ofMoney, rounded, sharedOut, times } from './exact.ts'
import type { Records } from './records.ts'

/** A part's quantity in another unit; null: it has none, or one that can't be brought into it. */
export type Measured = { quantity: Fraction | null }

/**
 * Brings a part into the unit: its line's quantity by the unit table of the line's own product, to a millionth, then shared out like
 * the line. A line or a document before that names no unit has the other's.
 */
export function measuredIn({ unitFactor }: Records, unit: string | null, part: Part): Measured {
	const { line, quantity, ratios, chainId } = part
	if (!quantity || !line.quantity || isSameUnit(unit, line.unit)) return { quantity }
	const [from, to] = [unitFactor(line.code, line.unit), unitFactor(line.code, unit)]
	if (!from || !to || from.over <= 0n || to.over <= 0n) return { quantity: null }
	const whole = rounded(divided(times(line.quantity, from), to), quantityDigits)
	return { quantity: sharedOut(whole, ratios, quantityDigits).get(chainId)! }
}

/** At the order's price the number as it stands may come nearer to the line's amount: then the unit alone is another. */
export function asStatedIfNearer(ordered: Fraction | null, amount: bigint, part: Part, measured: Measured): Measured {
	if (!ordered || !part.quantity || !measured.quantity) return measured
	const away = (quantity: Fraction) =>
		absolute(minus(times(ofMoney(part.amount), ordered), times(ofMoney(amount), quantity)))
	return compare(away(part.quantity), away(measured.quantity)) < 0n
		? { ...measured, quantity: part.quantity }
		: measured
}
