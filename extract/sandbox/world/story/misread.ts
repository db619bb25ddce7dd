import { type Product, products, unitNamed } from '../company/catalogue.ts'
import type { Currency } from '../company/entities.ts'
import { divide, minorUnits, PRICE, QUANTITY } from '../company/exact.ts'
import { type Draft, otherProduct } from './lines.ts'
import type { Teller } from './teller.ts'

/** What the order clerk, or the integration, made of a deal's lines: the plot's mistakes, on the first line. */
export function misread(teller: Teller, drafts: Draft[], currency: Currency): Draft[] {
	const { mistakes } = teller
	if (drafts.length === 0) return drafts
	const [first, ...rest] = drafts
	let line = mistakes.size === 0 ? converted(teller, first!) : first!
	line = misreadTerms(teller, line, currency)
	line = misreadUnit(teller, line, currency)
	if (mistakes.has('substitute'))
		line = withUnit({ ...line, product: substituteFor(teller, line, drafts), dealLine: null })
	const lines = mistakes.has('line_missing') ? rest : [line, ...rest]
	return mistakes.has('line_extra') ? [...lines, extraLine(teller, drafts, currency)] : lines
}

function misreadTerms(teller: Teller, draft: Draft, currency: Currency): Draft {
	const { mistakes, choices } = teller
	let { quantity, price, discount } = draft
	if (mistakes.has('quantity')) quantity = otherQuantity(quantity, choices.pick([-30, -20, -10, 10, 25]))
	if (mistakes.has('price') || mistakes.has('no_lines_price')) {
		price = minor((price * BigInt(choices.pick([88, 93, 96, 104, 108]))) / 100n, currency)
	}
	if (mistakes.has('price_factor')) price = misplaced(teller, price, currency)
	if (mistakes.has('discount')) discount = discount === 0n ? 100_000n : choices.chance(0.5) ? 0n : discount + 50_000n
	return { ...draft, quantity, price, discount }
}

/** A price with its point in the wrong place. One that is far too high is seen before anything is billed. */
function misplaced(teller: Teller, price: bigint, currency: Currency): bigint {
	const factor = teller.choices.weighted([
		['hundredth', 5],
		['thousandth', 2],
		['hundredfold', 2],
	] as const)
	if (factor === 'hundredfold') {
		teller.holdsBilling = true
		return price * 100n
	}
	const low = minor(price / (factor === 'hundredth' ? 100n : 1000n), currency)
	return low > 0n ? low : price / 100n
}

function misreadUnit(teller: Teller, draft: Draft, currency: Currency): Draft {
	const { mistakes, choices } = teller
	if (mistakes.has('unit_label'))
		return { ...draft, unit: draft.unit === 'Each' ? choices.pick(['Pack', 'Case']) : 'Each' }
	if (mistakes.has('unit_smaller')) return { ...draft, unit: 'Each', price: divide(draft.price, 24n) }
	if (mistakes.has('unit_unknown')) return { ...draft, price: minor((draft.price * 92n) / 100n, currency) }
	return draft
}

/** Some clerks enter cases as single pieces, rightly converted. */
function converted(teller: Teller, draft: Draft): Draft {
	const unit = unitNamed(draft.product, draft.unit)!
	if (unit.base === 1n || draft.product.months > 0 || !teller.choices.chance(0.1)) return draft
	return {
		...draft,
		unit: draft.product.unitGroup.units[0]!.name,
		quantity: draft.quantity * unit.base,
		price: divide(draft.price, unit.base),
	}
}

function extraLine(teller: Teller, drafts: Draft[], currency: Currency): Draft {
	const product = otherProduct(teller, drafts, 'Consumables')
	const price = minor(product.dollars * (currency === 'JPY' ? 150n : 1n), currency)
	return {
		product,
		quantity: BigInt(teller.choices.between(3, 30)) * QUANTITY,
		unit: product.unitGroup.units[0]!.name,
		price,
		discount: 0n,
		dealLine: null,
	}
}

/** Another product that is sold by the same units. */
function substituteFor(teller: Teller, line: Draft, drafts: Draft[]): Product {
	const taken = new Set(drafts.map((draft) => draft.product))
	const { unitGroup, months } = line.product
	const similar = products.filter(
		(product) => !taken.has(product) && product.unitGroup === unitGroup && product.months === months,
	)
	return similar.length > 0 ? teller.choices.pick(similar) : line.product
}

function withUnit(draft: Draft): Draft {
	return unitNamed(draft.product, draft.unit) ? draft : { ...draft, unit: draft.product.unitGroup.units[0]!.name }
}

function otherQuantity(quantity: bigint, percent: number): bigint {
	const whole = quantity / QUANTITY
	const change = (whole * BigInt(percent)) / 100n
	const other = whole + (change === 0n ? BigInt(Math.sign(percent)) : change)
	return (other > 0n ? other : whole + 1n) * QUANTITY
}

/** A price to the currency's minor unit. */
function minor(price: bigint, currency: Currency): bigint {
	const step = PRICE / minorUnits(currency)
	return divide(price, step) * step
}
