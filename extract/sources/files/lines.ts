import { columnAt, type Scope } from './columns.ts'
import { conditionOf } from './conditions.ts'
import { absolute, add, type Decimal, decimalOf, decimalText, share, sign, subtract, zero } from './decimal.ts'
import type { Condition } from './options.ts'
import type { Row } from './table.ts'

/** Finds the rows of the lines' file that belong to a row: all columns of `on` agree, and `where` fits. */
export function linesOf(
	{ on, where: condition }: { on: Record<string, string>; where?: Condition | undefined },
	scope: Scope,
	where: string,
): (row: Row) => Row[] {
	const line = scope.line!
	const pairs = Object.entries(on).map(([header, path]) => ({
		theirs: columnAt(header, { book: scope.book, sheet: line }, where),
		ours: columnAt(path, { book: scope.book, sheet: scope.sheet }, where),
	}))
	const fits = conditionOf(condition, { book: scope.book, sheet: line }, where)
	const [first, ...others] = pairs
	return (row) => {
		const key = first?.ours.read({ row }) ?? null
		if (!first || key === null) return []
		return line
			.findAll(first.theirs.header, key)
			.filter((found) => others.every(({ theirs, ours }) => theirs.read({ row: found }) === ours.read({ row })))
			.filter((found) => fits({ row: found }))
	}
}

/**
 * An amount shared out in proportion to weights, to as many digits as it or they have; what rounding leaves goes to the largest share (the first of
 * equals), so that the shares add up. Without any weight the first gets all.
 */
export function sharedOut(amount: string, weights: (string | null)[]): string[] {
	const whole = decimalOf(amount)!
	const parts = weights.map((weight) => absolute(decimalOf(weight ?? '0') ?? zero))
	const total = parts.reduce(add, zero)
	if (sign(total) === 0) return parts.map((_, index) => (index === 0 ? amount : '0'))
	const scale = Math.max(whole.scale, ...parts.map((part) => part.scale))
	const shares = parts.map((part) => share(whole, part, total, scale))
	const rest = subtract(whole, shares.reduce(add, zero))
	const largest = parts.reduce((best, part, index) => (sign(subtract(part, parts[best]!)) > 0 ? index : best), 0)
	return shares.map((one, index) => decimalText(index === largest ? add(one, rest) : one))
}

/**
 * Brings rounded parts to a total that was rounded once: the difference goes to the largest part, if it is no more than one last digit
 * of the total for each part. A greater one is no rounding: the parts stay as they are, and the reports show it.
 */
export function addedUp(parts: (string | null)[], total: string | null): (string | null)[] {
	const whole = decimalOf(total ?? '')
	const numbers = parts.map((part) => decimalOf(part ?? ''))
	if (!whole || numbers.includes(null)) return parts
	const exact = numbers as Decimal[]
	const rest = subtract(whole, exact.reduce(add, zero))
	const allowed = { digits: BigInt(parts.length), scale: whole.scale }
	if (sign(rest) === 0 || sign(subtract(absolute(rest), allowed)) > 0) return parts
	const largest = exact.reduce(
		(best, part, index) => (sign(subtract(absolute(part), absolute(exact[best]!))) > 0 ? index : best),
		0,
	)
	return parts.map((part, index) => (index === largest ? decimalText(add(exact[index]!, rest)) : part))
}
