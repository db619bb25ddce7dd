import { freightProduct, type Product, products } from '../company/catalogue.ts'
import { type Currency, type EntityCode, legalEntities } from '../company/entities.ts'
import { divide, extend, minorUnits, PERCENT, PRICE, QUANTITY } from '../company/exact.ts'
import type { SalesLine } from './facts.ts'
import type { Teller } from './teller.ts'

/** One line as an order clerk means to enter it. */
export type Draft = {
	product: Product
	quantity: bigint
	unit: string
	/** Per unit, before discount, in the order's currency. */
	price: bigint
	discount: bigint
	/** The deal line that the integration writes on it. */
	dealLine: string | null
	/** The kit that it is a component of, and how many of it. */
	kit?: { product: Product; quantity: bigint }
}

/** Item lines with a discount line behind each, then freight, then a subtotal and the discount of the whole. */
export function salesLines(drafts: Draft[], currency: Currency, freight: bigint, wholeDiscount = 0n): SalesLine[] {
	const lines: SalesLine[] = []
	for (const draft of drafts) {
		const gross = extend(draft.quantity, draft.price, currency)
		const item = addLine(lines, {
			...blank,
			kind: 'item',
			product: draft.product,
			quantity: draft.quantity,
			unit: draft.unit,
			price: draft.price,
			amount: gross,
			account: draft.product.account,
			dealLine: draft.dealLine,
			...(draft.kit && { kit: draft.kit }),
		})
		if (draft.discount !== 0n)
			addLine(lines, {
				...blank,
				kind: 'discount',
				reduces: item.id,
				price: draft.discount,
				amount: -share(gross, draft.discount),
				account: 'discounts',
			})
	}
	if (wholeDiscount !== 0n) {
		const gross = lines.reduce((sum, line) => sum + line.amount, 0n)
		addLine(lines, { ...blank, kind: 'subtotal' })
		addLine(lines, {
			...blank,
			kind: 'discount',
			price: wholeDiscount,
			amount: -share(gross, wholeDiscount),
			account: 'discounts',
		})
	}
	if (freight !== 0n) addLine(lines, freightLine(freight, currency))
	return lines
}

/** A document's net amount and the tax on it. */
export function totals(lines: SalesLine[], entity: EntityCode): { net: bigint; tax: bigint } {
	const net = lines.reduce((sum, line) => sum + line.amount, 0n)
	return { net, tax: taxOn(net, entity) }
}

/** The legal entity's sales tax on a net amount. */
export function taxOn(net: bigint, entity: EntityCode): bigint {
	return share(net, legalEntities[entity].taxRate)
}

/** A freight charge that fits an order of that size. */
export function freightFor(teller: Teller, net: bigint, currency: Currency): bigint {
	const unit = minorUnits(currency)
	const whole = (net / unit) * BigInt(teller.choices.between(8, 35))
	return (whole / 1000n + 9n) * unit + (unit > 1n ? BigInt(teller.choices.between(0, 9)) * (unit / 10n) : 0n)
}

/** A product that none of these lines has. */
export function otherProduct(
	teller: Teller,
	lines: { product: Product | null }[],
	family?: Product['family'],
): Product {
	const taken = new Set(lines.map((line) => line.product))
	return teller.choices.pick(
		products.filter((product) => !taken.has(product) && product.months === 0 && (!family || product.family === family)),
	)
}

const blank: Omit<SalesLine, 'id'> = {
	kind: 'item',
	reduces: null,
	product: null,
	quantity: 0n,
	unit: '',
	price: 0n,
	amount: 0n,
	account: 'other',
	dealLine: null,
	isClosed: false,
	quantityBilled: 0n,
	orderLine: null,
	plan: null,
}

/** Appends a line under the next line id. */
export function addLine(lines: SalesLine[], line: Omit<SalesLine, 'id'>): SalesLine {
	const numbered = { ...line, id: lines.length + 1 }
	lines.push(numbered)
	return numbered
}

/** A freight line without its id. */
export function freightLine(amount: bigint, currency: Currency): Omit<SalesLine, 'id'> {
	return {
		...blank,
		kind: 'freight',
		product: freightProduct,
		quantity: QUANTITY,
		unit: 'Piece',
		price: (amount * PRICE) / minorUnits(currency),
		amount,
		account: 'freight',
	}
}

/** So many percent (1e-4) of an amount, rounded. */
export function share(amount: bigint, percent: bigint): bigint {
	return divide(amount * percent, 100n * PERCENT)
}
