import { type Chain, isSameUnit, type Part, quantityDigits } from './chain.ts'
import { divided, type Fraction, rounded, sharedOut, times } from './exact.ts'
import { originsIn } from './origins.ts'
import type { DocumentLine, Records } from './records.ts'

/** A part's quantity in another unit; `isOtherMeasure`: it has one that can't be brought into it. */
export type Measured = { quantity: Fraction | null; isOtherMeasure: boolean }

/**
 * Brings a part into the unit: its line's quantity by the unit table of the line's own product, to a millionth, then shared out like
 * the line. A line or a document before that names no unit has the other's.
 */
export function measuredIn({ unitFactor }: Records, unit: string | null, part: Part): Measured {
	const { line, quantity, ratios, chainId } = part
	if (!line.quantity || isSameUnit(unit, line.unit)) return { quantity, isOtherMeasure: false }
	const [from, to] = [unitFactor(line.code, line.unit), unitFactor(line.code, unit)]
	if (!from || !to || from.over <= 0n || to.over <= 0n) return { quantity: null, isOtherMeasure: true }
	const whole = rounded(divided(times(line.quantity, from), to), quantityDigits)
	return { quantity: sharedOut(whole, ratios, quantityDigits).get(chainId)!, isOtherMeasure: false }
}

/** Whether an invoice's part is of a line that names no line of the chain's orders, and whose product none of them has. */
export function isOfOtherProduct({ orders }: Records, { ordered }: Chain, { document, line }: Part): boolean {
	if (line.kind === 'freight' || ordered.some((part) => part.document === document || part.line.id === line.of))
		return false
	const product = ({ code, product }: DocumentLine) => code ?? product
	const ofOrders = originsIn(orders).ofLine(document, line)
	return !ordered.some((part) => ofOrders.includes(part.document.id) && product(part.line) === product(line))
}

/** Whether there are quantities, and all in one unit. */
export const canCompare = (parts: readonly Measured[]): boolean =>
	parts.some(({ quantity }) => quantity) && !parts.some(({ isOtherMeasure }) => isOtherMeasure)
