import { amountOf, byDate, type Chain, millionths, type Part, quantityDigits, quantityOf } from './chain.ts'
import {
	compare,
	divided,
	equal,
	type Fraction,
	magnitude,
	minorUnit,
	minus,
	money,
	ofMoney,
	plus,
	rounded,
	times,
	zero,
} from './exact.ts'
import { counts } from './links.ts'
import { crmRate, erpRate } from './rates.ts'
import type { DocumentLine, Records } from './records.ts'
import { asStatedIfNearer, measuredIn } from './units.ts'

/** What of an invoice line bills again what was credited; `ratio` is 1 where all of it does. */
export type Again = { ratio: Fraction; amount: bigint; gross: bigint }

/** What is agreed of a chain, in its currency. `quantity` null: it is told by amount. */
type Agreed = {
	isOrdered: boolean
	quantity: Fraction | null
	amount: bigint
	unit: string | null
	isKit: boolean
	lineCount: number
}

/** Step 5: the lines with which the invoices exceed what is agreed, as far as the credits before them go. */
export function billedAgain(records: Records, chain: Chain, isInParts: boolean): Map<DocumentLine, Again> {
	const agreed = agreedOf(records, chain, isInParts)
	const parts = chain.invoiced.toSorted(byDate)
	const quantities = parts.map((part) => {
		if (agreed.isKit) return part.quantity
		const measured = measuredIn(records, agreed.unit, part)
		return (agreed.isOrdered ? asStatedIfNearer(agreed.quantity, agreed.amount, part, measured) : measured).quantity
	})
	const isByQuantity = agreed.quantity !== null && quantities.every((quantity) => quantity !== null)
	const limit = isByQuantity ? agreed.quantity! : ofMoney(agreed.amount)
	const isNegative = (agreed.quantity ?? ofMoney(agreed.amount)).over < 0n
	const turned = (measure: Fraction) => (isNegative ? minus(zero, measure) : measure)
	const measures = new Map(
		parts.map((part, at) => [part, turned(isByQuantity ? quantities[at]! : ofMoney(part.amount))]),
	)
	const freed = freedBy(records, chain, measures, isByQuantity, turned)
	const digits = records.minorDigits(chain.currency)
	const found = new Map<DocumentLine, Again>()
	let [soFar, againSoFar] = [zero, zero]
	for (const [at, part] of parts.entries()) {
		const measure = measures.get(part)!
		soFar = plus(soFar, measure)
		const slack = isByQuantity ? millionths(at + 1 + agreed.lineCount) : zero
		if (measure.over <= 0n || compare(soFar, plus(turned(limit), slack)) <= 0n) continue
		if (!agreed.isOrdered && at === 0) continue
		const before = againSoFar
		const credits = freed.filter(({ date }) => date <= part.document.date)
		const bound = plus(zero, ...credits.map((credit) => credit.measure))
		againSoFar = lesser(plus(againSoFar, measure), bound)
		const minor = ofMoney(minorUnit(digits) * BigInt(credits.reduce((sum, { lineCount }) => sum + lineCount, 0)))
		const again = snapped(minus(againSoFar, before), measure, ofMoney(magnitude(part.amount)), minor)
		if (again.over <= 0n) continue
		const ratio = divided(again, measure)
		const share = (amount: bigint) => money(times(ofMoney(amount), ratio), digits)
		const isWhole = equal(again, measure)
		found.set(part.line, {
			ratio,
			amount: isWhole ? part.amount : share(part.amount),
			gross: isWhole ? part.gross : share(part.gross),
		})
	}
	return found
}

/** What is left of a part that bills something again; null: nothing. */
export function withoutAgain<One extends Part>(part: One, again: Again | undefined): One | null {
	if (!again) return part
	if (again.ratio.over === again.ratio.under) return null
	return {
		...part,
		quantity: part.quantity && quantityWithout(part.quantity, again),
		amount: part.amount - again.amount,
		gross: part.gross - again.gross,
	}
}

/** A quantity less what of it is billed again. */
export const quantityWithout = (quantity: Fraction, { ratio }: Again): Fraction =>
	minus(quantity, rounded(times(quantity, ratio), quantityDigits))

/** Of the counting orders; where only invoices stand for them, of the deal; else nothing. */
function agreedOf(records: Records, chain: Chain, isInParts: boolean): Agreed {
	const counting = chain.ordered
		.filter(({ order, document }) => counts(order) && document.currency === chain.currency)
		.sort(byDate)
	const orders = counting.filter(({ order }) => !order.isInvoice)
	const nothing = { isOrdered: true, quantity: null, amount: 0n, unit: null, isKit: false, lineCount: 0 }
	if (counting.length === 0) return nothing
	if (orders.length > 0)
		return {
			isOrdered: true,
			quantity: orders.every(({ quantity }) => quantity !== null) ? notZero(quantityOf(orders)) : null,
			amount: amountOf(orders),
			unit: orders[0]!.line.unit,
			isKit: new Set(orders.map(({ line }) => `${line.product} ${line.unit}`)).size > 1,
			lineCount: orders.length,
		}
	return {
		...nothing,
		isOrdered: false,
		quantity: isInParts ? null : notZero(chain.line?.quantity ?? null),
		amount: bookedIn(records, chain, counting[0]) ?? 0n,
		unit: chain.line?.unit ?? null,
	}
}

const notZero = (quantity: Fraction | null): Fraction | null => (quantity?.over === 0n ? null : quantity)

/** The booked amount in the chain's currency, at the ERP's rate of the first part's day, else at the CRM's; null: the CRM has no rate. */
function bookedIn({ rates, minorDigits }: Records, { deal, booked, currency }: Chain, first?: Part): bigint | null {
	if (currency === deal.currency) return booked
	const crm = crmRate(rates, deal.currency, currency, deal.closed)
	const rate = (first && erpRate(rates, deal.currency, first.document)) ?? crm
	return crm && rate ? money(times(ofMoney(booked), rate), minorDigits(currency)) : null
}

/** What each credit note frees: as much of the quantity as of the amount of the invoices that it takes back. */
function freedBy(
	{ invoices }: Records,
	chain: Chain,
	measures: ReadonlyMap<Part, Fraction>,
	isByQuantity: boolean,
	turned: (measure: Fraction) => Fraction,
): { date: string; measure: Fraction; lineCount: number }[] {
	const credits = [...Map.groupBy(chain.credited, ({ document }) => document).entries()]
	return credits.map(([credit, parts]) => {
		const amount = amountOf(parts)
		const lines = credit.lines.map(({ of }) => of)
		const takenBack = invoices.filter(
			({ id, lines: own }) => id === credit.of || own.some((line) => lines.includes(line.id)),
		)
		const named = [...measures.keys()].filter(({ document }) => takenBack.some(({ id }) => id === document.id))
		const basis = named.length > 0 ? named : [...measures.keys()].filter(({ document }) => document.date <= credit.date)
		const invoiced = amountOf(basis)
		const quantity = plus(zero, ...basis.map((part) => measures.get(part)!))
		const freed =
			invoiced === 0n ? zero : rounded(divided(times(ofMoney(amount), quantity), ofMoney(invoiced)), quantityDigits)
		return {
			date: credit.date,
			measure: isByQuantity ? freed : turned(ofMoney(amount)),
			lineCount: parts.length,
		}
	})
}

const lesser = (one: Fraction, other: Fraction): Fraction => (compare(one, other) < 0n ? one : other)

/** What of a line is worth no more than `minor` is none of it, or all. */
function snapped(again: Fraction, measure: Fraction, amount: Fraction, minor: Fraction): Fraction {
	const isWorthNothing = (part: Fraction) => compare(times(amount, part), times(measure, minor)) <= 0n
	if (isWorthNothing(again) && compare(again, measure) < 0n) return zero
	return again.over > 0n && isWorthNothing(minus(measure, again)) ? measure : again
}
