import { unitNamed } from '../company/catalogue.ts'
import type { Currency } from '../company/entities.ts'
import { divide, minorUnits, PRICE, QUANTITY } from '../company/exact.ts'
import { type Draft, otherProduct } from './order.ts'
import type { Teller } from './teller.ts'

/** What the order clerk, or the integration, made of a deal's lines: the plot's mistakes, on the first line. */
export function misread(teller: Teller, drafts: Draft[], currency: Currency): Draft[] {
	const { mistakes, choices } = teller
	if (drafts.length === 0) return drafts
	const [first, ...rest] = drafts
	let line = mistakes.size === 0 ? converted(teller, first!) : first!
	if (mistakes.has('quantity'))
		line = { ...line, quantity: otherQuantity(line.quantity, choices.pick([-30, -20, -10, 10, 25])) }
	if (mistakes.has('price') || mistakes.has('no_lines_price'))
		line = { ...line, price: minor((line.price * BigInt(choices.pick([88, 93, 96, 104, 108]))) / 100n, currency) }
	if (mistakes.has('price_factor'))
		line = {
			...line,
			price: choices.chance(0.5) ? line.price / 100n : choices.chance(0.3) ? line.price * 10n : line.price / 1000n,
		}
	if (mistakes.has('discount'))
		line = { ...line, discount: line.discount === 0n ? 100_000n : choices.chance(0.5) ? 0n : line.discount + 50_000n }
	if (mistakes.has('unit_label'))
		line = { ...line, unit: line.unit === 'Each' ? choices.pick(['Pack', 'Case']) : 'Each' }
	if (mistakes.has('unit_smaller')) line = { ...line, unit: 'Each', price: divide(line.price, 24n) }
	if (mistakes.has('unit_unknown')) line = { ...line, price: minor((line.price * 92n) / 100n, currency) }
	if (mistakes.has('substitute'))
		line = { ...line, product: otherProduct(teller, drafts, line.product.family), dealLine: null, unit: line.unit }
	const lines = mistakes.has('line_missing') ? rest : [mistakes.has('substitute') ? withUnit(line) : line, ...rest]
	return mistakes.has('line_extra') ? [...lines, extraLine(teller, drafts, currency)] : lines
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
