import { unitNamed } from '../company/catalogue.ts'
import { type Currency, legalEntities } from '../company/entities.ts'
import { absolute, convert, divide, lessPercent, minorUnits, PERCENT, PRICE, QUANTITY, RATE } from '../company/exact.ts'
import type { Lack } from '../projection.ts'
import type { DealLine } from '../story/facts.ts'
import type { Chain, OrderShare } from './allocate.ts'
import { dealRate, orderRate } from './scope.ts'

/** A step of the comparison: code, amount in the order's currency, and in words. */
export type Step = { code: string; amount: bigint; why: string }

/** What a booking is worth in the order's currency, and the two steps when that is another one. */
export type Translated = {
	value: bigint
	rate: bigint
	steps: { code: string; deal: bigint; order: bigint; why: string }[]
}

/** Step 2: from the deal's currency to the order's at the CRM's rate, then at the ERP's. */
export function translate(chain: Chain, ordered: OrderShare[], amount: bigint, lacks: ReadonlySet<Lack>): Translated {
	const { state } = chain.deal
	const order = ordered[0]!.order.state
	const [from, to] = [state.currency, order.currency]
	if (from === to) return { value: chain.booked, rate: RATE, steps: [] }
	const erp = orderRate(from, to, legalEntities[order.entity].currency, order.date, lacks)
	const crm = dealRate(from, to, state.closeDate, lacks)
	const rate = erp ?? crm ?? RATE
	if (crm === undefined) {
		return {
			value: amount,
			rate,
			steps: [
				{
					code: 'currency_mismatch',
					deal: chain.booked,
					order: -amount,
					why: 'ordered in another currency; the CRM has no rate',
				},
			],
		}
	}
	const atCrm = convert(chain.booked, crm, from, to)
	const atErp = convert(chain.booked, rate, from, to)
	return {
		value: atErp,
		rate,
		steps: [
			{ code: 'currency_mismatch', deal: chain.booked, order: -atCrm, why: `deal in ${from}, order in ${to}` },
			{
				code: 'exchange_rate',
				deal: 0n,
				order: atCrm - atErp,
				why: 'CRM rate of the close date against ERP rate of the order date',
			},
		],
	}
}

/** Step 3: the terms of the deal against those of the order; the steps add up to value − ordered. */
export function orderTerms(chain: Chain, ordered: OrderShare[], value: bigint, rate: bigint): Step[] {
	const amount = total(ordered, 'net')
	const difference = value - amount
	const tolerance = BigInt(Math.max(1, ordered.length))
	if (chain.kind === 'charges')
		return [
			{
				code: 'tax_or_freight',
				amount: difference,
				why: 'tax and freight of the deal against the freight of the order',
			},
		]
	if (chain.kind === 'own') return [{ code: 'quantity', amount: difference, why: 'product not on the deal' }]
	if (chain.kind === 'whole') return [wholeTerms(ordered, difference, tolerance)]
	if (isMixed(ordered)) return [amountTerms(difference, tolerance, 'several products or units for one deal line')]
	return lineTerms(chain, ordered, value, rate, tolerance)
}

/** Step 4: the terms of the order against those of its invoices, and the rest; the steps add up to ordered − invoiced. */
export function invoiceTerms(
	chain: Chain,
	ordered: OrderShare[],
	invoiced: { amount: bigint; gross: bigint; quantity: bigint }[],
	elsewhere: { amount: bigint; quantity: bigint }[] = [],
): Step[] {
	const amount = total(ordered, 'net')
	const restSteps = (rest: bigint, isBegun: boolean) => stepsOfRest(chain, ordered, elsewhere, rest, isBegun)
	if (invoiced.length === 0) return restSteps(amount, false)
	const billed = invoiced.reduce((sum, piece) => sum + piece.amount, 0n)
	if (chain.kind === 'charges')
		return billed > amount
			? [{ code: 'tax_or_freight', amount: amount - billed, why: 'more charged than ordered' }]
			: restSteps(amount - billed, true)
	const [asked, given] = [total(ordered, 'quantity'), invoiced.reduce((sum, piece) => sum + piece.quantity, 0n)]
	if (isMixed(ordered) && given !== asked)
		return billed > amount
			? [{ code: 'price', amount: amount - billed, why: 'more invoiced than ordered' }]
			: restSteps(amount - billed, true)
	const atQuantity = given === asked ? amount : divide(amount * given, asked)
	const steps: Step[] =
		given > asked ? [{ code: 'quantity', amount: amount - atQuantity, why: 'more invoiced than ordered' }] : []
	const tolerance = BigInt(Math.max(1, ordered.length))
	const difference = atQuantity - billed
	const gross = divide(total(ordered, 'gross') * given, asked)
	const isSameGross = absolute(gross - invoiced.reduce((sum, piece) => sum + piece.gross, 0n)) <= tolerance
	const code = absolute(difference) <= tolerance ? 'rounding' : isSameGross ? 'discount' : 'price'
	steps.push({ code, amount: difference, why: 'invoice against order' })
	if (given < asked) steps.push(...restSteps(amount - atQuantity, true))
	return steps
}

/** What of the rest stands invoiced in another currency, by quantity where there is one to go by, and what is still to come. */
function stepsOfRest(
	chain: Chain,
	ordered: OrderShare[],
	elsewhere: { amount: bigint; quantity: bigint }[],
	rest: bigint,
	isBegun: boolean,
): Step[] {
	if (elsewhere.reduce((sum, piece) => sum + piece.amount, 0n) <= 0n) return [restStep(ordered, rest, isBegun)]
	const asked = total(ordered, 'quantity')
	const given = elsewhere.reduce((sum, piece) => sum + piece.quantity, 0n)
	const isByQuantity = chain.kind !== 'charges' && asked !== 0n && !isMixed(ordered)
	const worth = isByQuantity ? divide(total(ordered, 'net') * given, asked) : rest
	const amount = worth < rest ? worth : rest
	return [
		{ code: 'currency_mismatch', amount, why: "invoiced in another currency than the order's" },
		restStep(ordered, rest - amount, true),
	]
}

function restStep(ordered: OrderShare[], amount: bigint, isBegun: boolean): Step {
	const isClosed = ordered.some(({ order, line }) => order.state.status === 'closed' || line.isClosed)
	if (isClosed) return { code: 'cancelled_or_credited', amount, why: 'order closed short' }
	return isBegun
		? { code: 'partly_invoiced', amount, why: 'the rest is not invoiced yet' }
		: { code: 'not_invoiced', amount, why: 'ordered and not invoiced yet' }
}

function wholeTerms(ordered: OrderShare[], difference: bigint, tolerance: bigint): Step {
	const tax = new Set(ordered.map(({ order }) => order))
	const taxes = [...tax].reduce((sum, order) => sum + order.state.tax, 0n)
	if (difference !== 0n && difference === taxes)
		return { code: 'tax_or_freight', amount: difference, why: "the deal has the order's tax in its amount" }
	return amountTerms(difference, tolerance, 'deal without lines')
}

/** Where there is nothing but amounts to compare. */
function amountTerms(difference: bigint, tolerance: bigint, why: string): Step {
	return { code: absolute(difference) <= tolerance ? 'rounding' : 'price', amount: difference, why }
}

/** Quantities of several products, or in several units, can't be added up. */
function isMixed(ordered: OrderShare[]): boolean {
	const [first, ...rest] = ordered
	return rest.some(({ line }) => line.product !== first!.line.product || line.unit !== first!.line.unit)
}

function lineTerms(chain: Chain, ordered: OrderShare[], value: bigint, rate: bigint, tolerance: bigint): Step[] {
	const line = chain.line!
	const currency = ordered[0]!.order.state.currency
	const steps: Step[] = []
	let reached = quantityAndUnit(steps, line, ordered, value, rate, currency)
	const atOrderPrice = lessPercent(total(ordered, 'gross'), line.discount)
	if (absolute(reached - atOrderPrice) > tolerance) {
		const isUnknown = line.unit !== ordered[0]!.line.unit && baseOf(line, ordered) === null
		steps.push({
			code: isUnknown ? 'unit_of_measure' : 'price',
			amount: reached - atOrderPrice,
			why: isUnknown ? `unit ${line.unit} is unknown` : 'price of the deal against that of the order',
		})
		reached = atOrderPrice
	}
	const last = reached - total(ordered, 'net')
	steps.push({
		code: absolute(last) > tolerance ? 'discount' : 'rounding',
		amount: last,
		why: 'discount of the deal against that of the order',
	})
	return steps
}

/** The quantity and unit step; returns the value reached. */
function quantityAndUnit(
	steps: Step[],
	line: DealLine,
	ordered: OrderShare[],
	value: bigint,
	rate: bigint,
	currency: Currency,
): bigint {
	const quantity = total(ordered, 'quantity')
	const at = (amount: bigint, over = 1n) => worth(amount, line, rate, currency, over)
	const step = (code: string, from: bigint, to: bigint, why: string) => {
		steps.push({ code, amount: from - to, why })
		return to
	}
	const bases = baseOf(line, ordered)
	if (line.unit === ordered[0]!.line.unit || bases === null) {
		return quantity === line.quantity
			? value
			: step('quantity', value, at(quantity), 'quantity of the deal against that of the order')
	}
	const [fromDeal, fromOrder] = bases
	const [inDeal, inOrder] = [line.quantity * fromDeal, quantity * fromOrder]
	if (inDeal === inOrder) return value
	const converted = at(quantity * fromOrder, fromDeal)
	if (!isNearer(line.quantity, quantity, inDeal, inOrder))
		return step('quantity', value, converted, 'quantity in base units')
	const stated =
		quantity === line.quantity
			? value
			: step('quantity', value, at(quantity), 'quantity of the deal against that of the order')
	return step('unit_of_measure', stated, converted, `${line.unit} on the deal, ${ordered[0]!.line.unit} on the order`)
}

/** quantity ÷ over × the deal's price in the order's currency, less the deal's discount, rounded once. */
function worth(quantity: bigint, line: DealLine, rate: bigint, currency: Currency, over: bigint): bigint {
	const numerator = quantity * line.price * rate * (100n * PERCENT - line.discount) * minorUnits(currency)
	return divide(numerator, QUANTITY * PRICE * RATE * 100n * PERCENT * over)
}

/** Base units in one unit of the deal and of the order; null: one of the two is in no table. */
function baseOf(line: DealLine, ordered: OrderShare[]): [bigint, bigint] | null {
	const deal = unitNamed(line.product, line.unit)
	const order = unitNamed(ordered[0]!.line.product!, ordered[0]!.line.unit)
	return deal && order ? [deal.base, order.base] : null
}

/** Whether the first two numbers are nearer to each other, as a ratio, than the last two. */
function isNearer(one: bigint, other: bigint, base: bigint, otherBase: bigint): boolean {
	const [low, high] = one < other ? [one, other] : [other, one]
	const [baseLow, baseHigh] = base < otherBase ? [base, otherBase] : [otherBase, base]
	return high * baseLow < baseHigh * low
}

function total(ordered: OrderShare[], of: 'net' | 'gross' | 'quantity'): bigint {
	return ordered.reduce((sum, share) => sum + share[of], 0n)
}
