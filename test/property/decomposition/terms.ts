import type { Again } from './billed-again.ts'
import { amountOf, type Chain, isSameUnit, quantityOf } from './chain.ts'
import type { Step } from './decompose.ts'
import {
	compare,
	divided,
	equal,
	type Fraction,
	magnitude,
	minorUnit,
	money,
	ofMoney,
	plus,
	rounded,
	times,
	total,
} from './exact.ts'
import { counts } from './links.ts'
import type { DocumentLine, Records } from './records.ts'

/** A chain's deal and order side by side, in the order's currency. */
export type Terms = {
	chain: Chain
	parts: Chain['ordered']
	/** Invoice lines that bill again what was credited, with what of them does. */
	again: ReadonlyMap<DocumentLine, Again>
	currency: string
	digits: number
	/** Every counting order of the deal is an invoice, and those bill parts. */
	isInParts: boolean
	/** Of the orders. */
	tax: bigint
	/** V: the booking at the ERP's rate. */
	value: bigint
	rate: Fraction
	conversion: Step[]
	/** O and G. */
	ordered: bigint
	gross: bigint
	/** Null: the order's lines have none in common. */
	quantity: Fraction | null
	isKit: boolean
	tolerance: bigint
	/** No break of quantity or unit. */
	hasSameQuantity: boolean
	/** Value after the step of quantity and unit, with the breaks of that. */
	reached: bigint
	steps: Step[]
	hasUnknownUnit: boolean
}

type Given = Pick<
	Terms,
	'chain' | 'parts' | 'again' | 'currency' | 'digits' | 'isInParts' | 'tax' | 'value' | 'rate' | 'conversion'
>

/** One minor unit for each line, and for one at least. */
export const tolerance = (lineCount: number, digits: number): bigint =>
	BigInt(Math.max(1, lineCount)) * minorUnit(digits)

/** Steps 2 and 3 up to quantity and unit. */
export function compareTerms({ unitFactor, hasUnits }: Records, given: Given): Terms {
	const { parts, digits, value, chain } = given
	const isKit = new Set(parts.map(({ line }) => `${line.code ?? line.product} ${line.unit}`)).size > 1
	const hasQuantity = parts.length > 0 && parts.every(({ quantity }) => quantity !== null)
	const shared = {
		...given,
		ordered: amountOf(parts),
		gross: total(parts.map(({ gross }) => gross)),
		quantity: hasQuantity ? quantityOf(parts) : null,
		isKit,
		tolerance: tolerance(new Set(parts.map(({ line }) => line.id)).size, digits),
	}
	const stays = { ...shared, hasSameQuantity: false, hasUnknownUnit: false, reached: value, steps: [] }
	if (given.isInParts) return { ...stays, quantity: null, ordered: isMoreToCome(stays) ? value : stays.ordered }
	if (chain.kind !== 'line' || isKit || !shared.quantity || !chain.line?.quantity || !chain.line.price) return stays
	const { unit, code } = chain.line
	const line = parts[0]!.line
	const units = {
		differ: !isSameUnit(unit, line.unit),
		factors: [unitFactor(hasUnits(code) ? code : line.code, unit), unitFactor(line.code, line.unit)] as const,
	}
	const compared = compareQuantity(given, shared.quantity, units)
	const hasUnknownUnit = units.differ && units.factors.some((factor) => factor === null)
	return {
		...shared,
		hasUnknownUnit,
		hasSameQuantity: compared.steps.every(({ amount }) => amount === 0n),
		...compared,
	}
}

/** Of what is invoiced in parts: whether the deal has more than was invoiced, and not only the tax. */
function isMoreToCome({ chain, value, ordered, tolerance, tax }: Terms): boolean {
	const left = value - ordered
	const isTax = chain.kind === 'whole' && tax !== 0n && left === tax
	return chain.kind !== 'own' && value > 0n && left > tolerance && !isTax
}

const priceDigits = 8

type Units = { differ: boolean; factors: readonly [deal: Fraction | null, order: Fraction | null] }

/** The step of quantity and unit. */
function compareQuantity(
	{ chain, value, rate, digits }: Given,
	ordered: Fraction,
	{ differ, factors: [dealFactor, orderFactor] }: Units,
): Pick<Terms, 'reached' | 'steps'> {
	const { quantity, price, kept } = chain.line!
	const agreed = quantity!
	const netPrice = rounded(times(rounded(times(price!, kept), priceDigits), rate), priceDigits)
	const worth = (count: Fraction) => money(times(count, netPrice), digits)
	const stated = worth(ordered)
	const stays = { reached: value, steps: [] }
	const ofQuantity = (amount: bigint): Step[] => {
		const elsewhere = differ ? null : quantityElsewhere(chain)
		const isLess = compare(agreed, ordered) > 0n && ordered.over >= 0n
		if (!isLess || elsewhere === null || elsewhere.over <= 0n) return [{ code: 'quantity', amount }]
		const isAll = compare(plus(ordered, elsewhere), agreed) >= 0n
		const ofOthers = isAll ? amount : worth(elsewhere)
		return [
			{ code: 'currency_mismatch', amount: ofOthers },
			{ code: 'quantity', amount: amount - ofOthers },
		]
	}
	if (!differ || !dealFactor || !orderFactor)
		return equal(agreed, ordered) ? stays : { reached: stated, steps: ofQuantity(value - stated) }
	const base = [times(agreed, dealFactor), times(ordered, orderFactor)] as const
	if (equal(...base)) return stays
	const converted = worth(divided(base[1], dealFactor))
	if (compare(factorBetween(agreed, ordered), factorBetween(...base)) >= 0n)
		return { reached: converted, steps: [{ code: 'quantity', amount: value - converted }] }
	const afterQuantity = equal(agreed, ordered) ? value : stated
	return {
		reached: converted,
		steps: [
			{ code: 'quantity', amount: value - afterQuantity },
			{ code: 'unit_of_measure', amount: afterQuantity - converted },
		],
	}
}

/** The larger over the smaller. */
function factorBetween(one: Fraction, other: Fraction): Fraction {
	return compare(one, other) > 0n ? divided(one, other) : divided(other, one)
}

/** Counting orders of the chain in another currency than its own. */
const orderedElsewhere = ({ ordered, currency }: Chain) =>
	ordered.filter(({ order, document }) => counts(order) && document.currency !== currency)

/** Null: there is none, or it can't be compared. */
function quantityElsewhere(chain: Chain): Fraction | null {
	const parts = orderedElsewhere(chain)
	const isOfUnit = parts.every(({ line, quantity }) => quantity !== null && isSameUnit(chain.line!.unit, line.unit))
	return parts.length > 0 && isOfUnit ? quantityOf(parts) : null
}

/** Step 3. */
export function breaksOfTerms(terms: Terms, arePricesWithTax: boolean): Step[] {
	const { chain, value, ordered, tax, tolerance } = terms
	const over = value - ordered
	if (chain.kind === 'charges') return [{ code: 'tax_or_freight', amount: over }]
	if (chain.kind === 'own') return [{ code: 'quantity', amount: over }]
	const hasTerms = chain.kind === 'line' && !terms.isKit && terms.quantity && chain.line?.quantity && chain.line.price
	if (!hasTerms && value > 0n && over > tolerance && orderedElsewhere(chain).length > 0)
		return [{ code: 'currency_mismatch', amount: over }]
	if (chain.kind === 'whole' && over === tax) return [{ code: 'tax_or_freight', amount: over }]
	if (chain.kind === 'whole' || terms.isKit || !terms.quantity || !chain.line?.quantity || !chain.line.price)
		return [{ code: magnitude(over) <= tolerance ? 'rounding' : 'price', amount: over }]
	return [...terms.steps, ...priceAndDiscount(terms, arePricesWithTax)]
}

function priceAndDiscount(terms: Terms, arePricesWithTax: boolean): Step[] {
	const { chain, reached, gross, ordered, tolerance, digits } = terms
	const atGross = money(times(ofMoney(gross), chain.line!.kept), digits)
	const isOff = magnitude(reached - atGross) > tolerance
	const price = terms.hasUnknownUnit ? 'unit_of_measure' : arePricesWithTax ? 'tax_or_freight' : 'price'
	const left = (isOff ? atGross : reached) - ordered
	return [
		...(isOff ? [{ code: price, amount: reached - atGross }] : []),
		{ code: magnitude(left) > tolerance ? 'discount' : 'rounding', amount: left },
	]
}
