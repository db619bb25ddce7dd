import { amountOf, byDate, type Chain, type Followed, millionths, type Part, quantityOf } from './chain.ts'
import type { Step } from './decompose.ts'
import {
	absolute,
	compare,
	divided,
	equal,
	type Fraction,
	magnitude,
	minus,
	money,
	ofMoney,
	one,
	plus,
	times,
	total,
	zero,
} from './exact.ts'
import { counts } from './links.ts'
import { originsIn } from './origins.ts'
import type { Records } from './records.ts'
import { type Terms, tolerance } from './terms.ts'
import { canCompare, isOfOtherProduct, type Measured, measuredIn } from './units.ts'

/** Steps 4 to 7. */
export function breaksOfInvoices(records: Records, followed: Followed, terms: Terms): Step[] {
	const unit = terms.isKit ? null : (terms.parts[0]?.line.unit ?? null)
	const measured = new Map(
		terms.chain.invoiced.map((part) => [
			part,
			isOfOtherProduct(records, terms.chain, part)
				? { quantity: null, isOtherMeasure: true }
				: asStatedIfNearer(terms, part, measuredIn(records, unit, part)),
		]),
	)
	const again = billedAgain(terms, measured)
	const billed = terms.chain.invoiced.filter((part) => !again.has(part))
	return [
		...breaksOfInvoiceTerms(records, followed, terms, billed, measured),
		...breaksOfMonths(terms.chain, billed, [...again]),
		...breaksOfPlaces(terms.chain),
	]
}

/** At the order's price the number as it stands may come nearer to the line's amount: then the unit alone is another. */
function asStatedIfNearer({ quantity: ordered, ordered: amount }: Terms, part: Part, measured: Measured): Measured {
	if (!ordered || !part.quantity || !measured.quantity) return measured
	const away = (quantity: Fraction) =>
		absolute(minus(times(ofMoney(part.amount), ordered), times(ofMoney(amount), quantity)))
	return compare(away(part.quantity), away(measured.quantity)) < 0n
		? { ...measured, quantity: part.quantity }
		: measured
}

/** Of kits, as it stands. */
type InOrderUnit = ReadonlyMap<Part, Measured>

/** The invoice lines that bill again what was credited. */
function billedAgain({ chain, parts, billedAgain, quantity, ordered }: Terms, measured: InOrderUnit): Set<Part> {
	const firstCredit = chain.credited.map(({ document }) => document.date).sort()[0]
	const isAgain = (part: Part) => {
		if (billedAgain.has(part.line)) return true
		if (chain.ordered.some(({ document }) => document === part.document)) return false
		if (firstCredit === undefined || firstCredit > part.document.date) return false
		const earlier = chain.invoiced.filter((other) => byDate(other, part) < 0)
		const counted = earlier.map((one) => measured.get(one)!)
		return quantity && quantity.over !== 0n && canCompare(counted)
			? compare(plus(quantityOf(counted), millionths(earlier.length + 1 + parts.length)), quantity) >= 0n
			: amountOf(earlier) >= ordered
	}
	return new Set(chain.invoiced.filter(isAgain))
}

/** Step 4. */
function breaksOfInvoiceTerms(
	records: Records,
	followed: Followed,
	terms: Terms,
	billed: readonly Part[],
	measured: InOrderUnit,
): Step[] {
	const code = codeOfRest(followed, terms, billed)
	const rest = (amount: bigint, quantity: Quantities | null): Step[] => {
		const closed = code === 'cancelled_or_credited' ? 0n : closedPart(records, terms, billed, measured, quantity)
		const never = amount <= 0n ? 0n : closed < amount ? closed : amount
		return [
			{ code: 'cancelled_or_credited', amount: never },
			{ code, amount: amount - never },
		]
	}
	if (billed.length === 0) return rest(terms.ordered, null)
	const quantity = commonQuantity(
		terms,
		billed.map((part) => measured.get(part)!),
	)
	const worth = quantity ? byQuantity(terms, billed, quantity) : byAmount(terms, billed)
	const isOver = quantity && compare(quantity.invoiced, quantity.ordered) > 0n
	const left = terms.ordered - worth.worth
	return [
		{ code: worth.code, amount: worth.worth - amountOf(billed) },
		...(isOver ? [{ code: 'quantity', amount: left }] : rest(left, quantity)),
	]
}

/** What orders that were closed short, beside others that were not, have not been invoiced of: pieces at the chain's price, else amounts. */
function closedPart(
	{ orders }: Records,
	{ parts, ordered, digits }: Terms,
	billed: readonly Part[],
	measured: InOrderUnit,
	quantity: Quantities | null,
): bigint {
	const origins = originsIn(orders)
	const documents = [...new Set(parts.filter(({ order }) => !order.isInvoice).map(({ document }) => document))]
	const closed = documents.map((document) => {
		const own = parts.filter((part) => part.document === document)
		if (!own.every(({ line }) => document.isClosed || line.isClosed)) return { pieces: zero, amount: 0n }
		const invoiced = billed.filter(({ document: invoice, line }) => origins.ofLine(invoice, line)[0] === document.id)
		const pieces = minus(quantityOf(own), quantityOf(invoiced.map((part) => measured.get(part)!)))
		const amount = amountOf(own) - amountOf(invoiced)
		return { pieces: compare(pieces, zero) > 0n ? pieces : zero, amount: amount > 0n ? amount : 0n }
	})
	if (!quantity) return total(closed.map(({ amount }) => amount))
	const pieces = plus(...closed.map((one) => one.pieces))
	const worth = money(divided(times(ofMoney(ordered), pieces), quantity.ordered), digits)
	return worth > 0n ? worth : 0n
}

/** W, and what is between it and the invoices. */
type Worth = { worth: bigint; code: string }

function byQuantity({ ordered, gross, digits }: Terms, billed: readonly Part[], quantity: Quantities): Worth {
	const share = divided(quantity.invoiced, quantity.ordered)
	const worth = money(times(ofMoney(ordered), share), digits)
	const over = worth - amountOf(billed)
	const overGross = money(times(ofMoney(gross), share), digits) - total(billed.map(({ gross }) => gross))
	const code = codeOfInvoiceTerms(tolerance(billed.length, digits), over, overGross)
	return { worth: equal(share, one) ? ordered : worth, code }
}

/** What is over the order is no part of it. */
function byAmount({ chain, ordered }: Terms, billed: readonly Part[]): Worth {
	const invoiced = amountOf(billed)
	const isOver = ordered < 0n ? invoiced < ordered : invoiced > ordered
	return { worth: isOver ? ordered : invoiced, code: chain.kind === 'charges' ? 'tax_or_freight' : 'price' }
}

function codeOfInvoiceTerms(tolerance: bigint, over: bigint, overGross: bigint): string {
	if (magnitude(over) <= tolerance) return 'rounding'
	return magnitude(overGross) <= tolerance ? 'discount' : 'price'
}

type Quantities = { invoiced: Fraction; ordered: Fraction }

/** Null: there is none to go by. */
function commonQuantity({ chain, parts, quantity, isKit }: Terms, billed: readonly Measured[]): Quantities | null {
	if (chain.kind === 'charges' || !quantity || quantity.over <= 0n) return null
	if (billed.some(({ quantity }) => quantity === null)) return null
	const difference = minus(quantityOf(billed), quantity)
	const isSame = compare(absolute(difference), millionths(billed.length + parts.length)) <= 0n
	const invoiced = isSame ? quantity : quantityOf(billed)
	return isKit && !equal(invoiced, quantity) ? null : { invoiced, ordered: quantity }
}

function codeOfRest(followed: Followed, { chain, parts }: Terms, billed: readonly Part[]): string {
	const lines = parts.map(({ order, line }) => order.document.isClosed || line.isClosed)
	const orders = followed
		.ordersOf(chain.deal)
		.filter(counts)
		.map(({ document }) => document.isClosed)
	if ((chain.kind === 'charges' && lines.length === 0 ? orders : lines).every(Boolean)) return 'cancelled_or_credited'
	return billed.length === 0 ? 'not_invoiced' : 'partly_invoiced'
}

/** Steps 5 and 6: invoices of another month, credits, what is billed again, and what is not recognised yet. */
function breaksOfMonths(chain: Chain, billed: readonly Part[], again: readonly Part[]): Step[] {
	const period = ({ document }: Part) => document.period
	return [
		...billed.flatMap((part): Step[] => [
			{ code: 'timing', amount: part.amount },
			{ code: 'timing', amount: -part.amount, period: period(part) },
		]),
		...again.map((part) => ({ code: 'cancelled_or_credited', amount: -part.amount, period: period(part) })),
		...chain.credited.map((part) => ({ code: 'cancelled_or_credited', amount: part.amount, period: period(part) })),
		...[...billed, ...again].map((part) => ({ code: 'deferred', amount: part.amount, period: period(part) })),
		...chain.credited.map((part) => ({ code: 'deferred', amount: -part.amount, period: period(part) })),
		...chain.recognised.map(({ entry, amount }) => ({ code: 'deferred', amount: -amount, period: entry.period })),
	]
}

/** Step 7: the entity first, through the cell between. */
function breaksOfPlaces({ deal, recognised }: Chain): Step[] {
	return recognised.flatMap(({ entry: { period, entity, customer }, amount }) => [
		...(entity === deal.entity
			? []
			: [
					{ code: 'wrong_entity', amount, period },
					{ code: 'wrong_entity', amount: -amount, period, entity },
				]),
		...(customer === deal.customer
			? []
			: [
					{ code: 'wrong_customer', amount, period, entity },
					{ code: 'wrong_customer', amount: -amount, period, entity, customer },
				]),
	])
}
