import { type Product, unitNamed } from '../../company/catalogue.ts'
import { type Currency, type EntityCode, legalEntities } from '../../company/entities.ts'
import { amountText, convert, decimalText, divide, priceText, shortText } from '../../company/exact.ts'
import type { SalesLine } from '../../story/facts.ts'
import { taxOn } from '../../story/lines.ts'
import { itemNumber } from './identifiers.ts'

/** An item as SAP has it: its discounts are conditions, `net` is what is left. */
export type Item = {
	line: SalesLine
	number: string
	net: bigint
	baseNet: bigint
	tax: bigint
	/** The discounts on it: conditions in percent (1e-4) or an amount of the whole document's. */
	discounts: { type: 'DRV1' | 'RB00'; percent: bigint | null; amount: bigint }[]
	/** The number of the set's item that it is a component of. */
	setItem?: string
	/** A set: it has no price, and is not billed. */
	isSet?: boolean
}

export type Sheet = { currency: Currency; entity: EntityCode; rate: bigint; tax: bigint; lines: SalesLine[] }

/** The items of a document: goods, services and freight; discount lines become conditions, subtotals nothing. */
export function itemsOf(sheet: Sheet): Item[] {
	const { currency, entity, rate } = sheet
	const base = legalEntities[entity].currency
	const shares = wholeDiscounts(sheet.lines)
	const items = sheet.lines
		.filter(({ kind }) => kind === 'item' || kind === 'freight')
		.map((line): Item => {
			const reductions = sheet.lines.filter((one) => one.kind === 'discount' && one.reduces === line.id)
			const share = shares.get(line) ?? 0n
			const net = reductions.reduce((sum, one) => sum + one.amount, line.amount) + share
			const discounts: Item['discounts'] = reductions.map(({ price, amount }) => ({
				type: 'DRV1',
				percent: price,
				amount,
			}))
			if (share !== 0n) discounts.push({ type: 'RB00', percent: null, amount: share })
			return {
				line,
				number: itemNumber(line.id),
				net,
				baseNet: convert(net, rate, currency, base),
				tax: taxOn(net, entity),
				discounts,
			}
		})
	const largest = items.reduce<Item | null>((best, item) => (best && best.net >= item.net ? best : item), null)
	if (largest) largest.tax += sheet.tax - items.reduce((sum, { tax }) => sum + tax, 0n)
	return items
}

/** The items of an order: before the components of a kit an item for the set, which alone names the deal's line. */
export function orderItemsOf(sheet: Sheet): Item[] {
	const sets = new Map<Product, string>()
	return itemsOf(sheet).flatMap((item): Item[] => {
		const { line } = item
		if (!line.kit) return [item]
		const { product, quantity } = line.kit
		const known = sets.get(product)
		const setItem = known ?? String(Number(item.number) - 5)
		const component: Item = { ...item, line: { ...line, dealLine: null }, setItem }
		if (known) return [component]
		sets.set(product, setItem)
		const set: SalesLine = { ...line, product, quantity, unit: 'Piece', price: 0n, amount: 0n, quantityBilled: 0n }
		return [{ line: set, number: setItem, net: 0n, baseNet: 0n, tax: 0n, discounts: [], isSet: true }, component]
	})
}

/** Discounts on the whole, shared over the items in proportion to their gross amounts; the largest takes what rounding leaves. */
function wholeDiscounts(lines: SalesLine[]): Map<SalesLine, bigint> {
	const whole = lines
		.filter(({ kind, reduces }) => kind === 'discount' && reduces === null)
		.reduce((sum, { amount }) => sum + amount, 0n)
	const items = lines.filter(({ kind }) => kind === 'item')
	const gross = items.reduce((sum, { amount }) => sum + amount, 0n)
	const shares = new Map<SalesLine, bigint>()
	if (whole === 0n || gross === 0n) return shares
	for (const line of items) shares.set(line, divide(whole * line.amount, gross))
	const largest = items.reduce((best, line) => (line.amount > best.amount ? line : best))
	const shared = [...shares.values()].reduce((sum, share) => sum + share, 0n)
	shares.set(largest, shares.get(largest)! + whole - shared)
	return shares
}

/** SAP's codes of the company's units; an item of nothing that is counted is pieces. */
export const unitCodes: Record<string, string> = {
	Each: 'EA',
	Pack: 'PAK',
	Case: 'CS',
	Hour: 'H',
	Day: 'DAY',
	Month: 'MON',
	Quarter: 'QTR',
	Year: 'YR',
	Metre: 'M',
	Reel: 'ROL',
	Piece: 'PC',
}

/** The unit in which a line is sold. */
export function unitOf({ product, unit }: SalesLine): string {
	return unitCodes[(product && unitNamed(product, unit)?.name) || 'Piece']!
}

/** Quantities have three decimals. */
export function quantityText({ quantity }: SalesLine): string {
	return shortText(divide(quantity, 1000n), 3)
}

/** A pricing element: the step of the procedure, what kind of condition it is and what it comes to. */
export type Element = {
	step: string
	type: string
	/** B price, A discount or surcharge, D tax. */
	class: 'A' | 'B' | 'D'
	/** C quantity, A percentage, B fixed amount. */
	calculation: 'A' | 'B' | 'C'
	rate: string
	isPercent: boolean
	quantity: string | null
	unit: string | null
	amount: string
	isInactive: boolean
	isStatistical: boolean
}

/** An item's pricing: the price per unit, the discounts, tax, and a list price that a manual one has put out of force. */
export function elementsOf(item: Item, currency: Currency): Element[] {
	const { line, tax, discounts } = item
	if (item.isSet) return []
	const usual = { isPercent: false, quantity: null, unit: null, isInactive: false, isStatistical: false }
	const price = { ...usual, class: 'B', calculation: 'C', quantity: '1', unit: unitOf(line) } as const
	const text = (amount: bigint) => amountText(amount, currency)
	return [
		...(line.id % 4 === 1 && line.kind === 'item'
			? [
					{
						...price,
						step: '10',
						type: 'PPR0',
						rate: priceText(line.price + line.price / 20n),
						amount: text(0n),
						isInactive: true,
					},
				]
			: []),
		{ ...price, step: '20', type: 'PMP0', rate: priceText(line.price), amount: text(line.gross ?? line.amount) },
		...discounts.map(
			({ type, percent, amount }, at): Element => ({
				...usual,
				step: String(100 + at),
				type,
				class: 'A',
				calculation: percent === null ? 'B' : 'A',
				rate: percent === null ? text(amount) : decimalText(-percent, 4),
				isPercent: percent !== null,
				amount: text(amount),
			}),
		),
		{
			...usual,
			step: '900',
			type: 'VPRS',
			class: 'B',
			calculation: 'C',
			rate: priceText(line.price / 2n),
			quantity: '1',
			unit: unitOf(line),
			amount: text(line.amount / 2n),
			isStatistical: true,
		},
		{
			...usual,
			step: '910',
			type: 'MWST',
			class: 'D',
			calculation: 'A',
			rate: '0',
			isPercent: true,
			amount: text(tax),
		},
	]
}
