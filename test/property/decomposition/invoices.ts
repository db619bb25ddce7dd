import { quantityWithout, withoutAgain } from './billed-again.ts'
import { amountOf, type Chain, type Followed, millionths, type Part, quantityOf } from './chain.ts'
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
import type { Document, Records } from './records.ts'
import { type Terms, tolerance } from './terms.ts'
import { asStatedIfNearer, type Measured, measuredIn } from './units.ts'

/** Steps 4 to 7. */
export function breaksOfInvoices(records: Records, followed: Followed, terms: Terms): Step[] {
	const { chain, again } = terms
	const unit = terms.isKit ? null : (terms.parts[0]?.line.unit ?? null)
	const measured = new Map<Part, Measured>()
	const billed: Part[] = []
	for (const part of chain.invoiced) {
		const own = again.get(part.line)
		const left = withoutAgain(part, own)
		if (!left) continue
		const whole = asStatedIfNearer(terms.quantity, terms.ordered, part, measuredIn(records, unit, part))
		const quantity = own && whole.quantity ? quantityWithout(whole.quantity, own) : whole.quantity
		measured.set(left, { ...whole, quantity })
		billed.push(left)
	}
	const billedAgain = chain.invoiced.flatMap((part) => {
		const own = again.get(part.line)
		return own ? [{ ...part, amount: own.amount }] : []
	})
	return [
		...breaksOfInvoiceTerms(records, followed, terms, billed, measured),
		...breaksOfMonths(chain, billed, billedAgain),
		...breaksOfPlaces(chain),
	]
}

/** Of kits, as it stands. */
type InOrderUnit = ReadonlyMap<Part, Measured>

/** Step 4. */
function breaksOfInvoiceTerms(
	records: Records,
	followed: Followed,
	terms: Terms,
	billed: readonly Part[],
	measured: InOrderUnit,
): Step[] {
	const remaining = (rest: bigint, quantity: Quantities | null) =>
		restOf(records, followed, terms, { billed, measured, quantity }, rest)
	if (billed.length === 0) return remaining(terms.ordered, null)
	const quantity = commonQuantity(
		terms,
		billed.map((part) => measured.get(part)!),
	)
	const { worth, code } = quantity ? byQuantity(terms, billed, quantity) : byAmount(terms, billed)
	const isOver =
		quantity && compare(absolute(quantity.invoiced), absolute(quantity.ordered)) > 0n && isSameSign(quantity)
	const rest = terms.ordered - worth
	return [
		{ code, amount: worth - amountOf(billed) },
		...(isOver ? [{ code: 'quantity', amount: rest }] : remaining(rest, quantity)),
	]
}

/** What is invoiced of a chain, and its quantities, where they can be compared. */
type Billed = { billed: readonly Part[]; measured: InOrderUnit; quantity: Quantities | null }

/** What of the rest stands invoiced in another currency, by quantity where it can be told; what closed orders leave; and what is to come. */
function restOf(records: Records, followed: Followed, terms: Terms, given: Billed, rest: bigint): Step[] {
	const { billed, quantity } = given
	const elsewhere = invoicedElsewhere(records, terms, billed.length === 0 || quantity !== null, rest)
	const code = codeOfRest(followed, terms, billed)
	const left = rest - elsewhere
	const closed = code === 'cancelled_or_credited' || left <= 0n ? 0n : closedPart(records, terms, given)
	const never = closed > left && left > 0n ? left : closed
	return [
		{ code: 'currency_mismatch', amount: elsewhere },
		{ code: 'cancelled_or_credited', amount: never },
		{ code: code === 'not_invoiced' && elsewhere !== 0n ? 'partly_invoiced' : code, amount: left - never },
	]
}

/** What orders that were closed short, beside others that were not, have not been invoiced of: pieces at the chain's price, else amounts. */
function closedPart(
	{ orders }: Records,
	{ parts, ordered, digits }: Terms,
	{ billed, measured, quantity }: Billed,
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

/** Whether an invoice bills an order that is in its currency too: that order is none of what is compared. */
function isOfOrderInItsCurrency({ orders }: Records, invoice: Document): boolean {
	const lines = new Set(invoice.lines.map(({ of }) => of))
	return orders.some(
		({ id, currency, lines: own }) =>
			currency === invoice.currency && (id === invoice.of || own.some((line) => lines.has(line.id))),
	)
}

function invoicedElsewhere(records: Records, terms: Terms, isByQuantity: boolean, rest: bigint): bigint {
	const { chain, digits } = terms
	const parts = chain.invoicedElsewhere.filter(({ document }) => !isOfOrderInItsCurrency(records, document))
	if (magnitude(amountOf(parts)) <= magnitude(amountOf(chain.creditedElsewhere))) return 0n
	const measured = parts.map((part) => measuredIn(records, terms.parts[0]?.line.unit ?? null, part))
	const ordered = terms.quantity
	const canTell = isByQuantity && !terms.isKit && chain.kind !== 'charges' && ordered !== null && ordered.over !== 0n
	if (!canTell || measured.some(({ quantity }) => quantity === null)) return rest
	const worth = money(times(ofMoney(terms.ordered), divided(quantityOf(measured), ordered)), digits)
	return magnitude(worth) >= magnitude(rest) ? rest : worth
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

const isSameSign = ({ invoiced, ordered }: Quantities) => invoiced.over > 0n === ordered.over > 0n

/** Null: there is none to go by. */
function commonQuantity({ chain, parts, quantity, isKit }: Terms, billed: readonly Measured[]): Quantities | null {
	if (chain.kind === 'charges' || !quantity || quantity.over === 0n) return null
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
