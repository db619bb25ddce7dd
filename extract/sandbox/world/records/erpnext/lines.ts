import { isIncome, legalEntities } from '../../company/entities.ts'
import { amountText, convert, decimalText, divide, PERCENT, priceText, quantityText } from '../../company/exact.ts'
import type { DocumentState, SalesLine } from '../../story/facts.ts'
import type { Values } from '../emit.ts'
import { accountName, lineName } from './site.ts'

/** A document's rows as ERPNext has them: items with their discounts in them, and what is charged on the whole. */
export type Rows = { items: ItemRow[]; charges: ChargeRow[]; itemNet: bigint }
export type ItemRow = { name: string; line: SalesLine; net: bigint; baseNet: bigint; amount: bigint; discount: bigint }
export type ChargeRow = { name: string; account: 'freight' | 'tax'; amount: bigint; baseAmount: bigint }

type Sheet = Pick<DocumentState, 'currency' | 'entity' | 'rate' | 'tax'> & { lines: SalesLine[] }

/** The rows of the document of that name. */
export function rowsOf(document: string, sheet: Sheet): Rows {
	const { currency, entity, rate, tax } = sheet
	const base = legalEntities[entity].currency
	const toBase = (amount: bigint) => convert(amount, rate, currency, base)
	const shares = wholeDiscounts(sheet.lines)
	const items = sheet.lines
		.filter(({ kind }) => kind === 'item')
		.map((line): ItemRow => {
			const reductions = sheet.lines.filter((one) => one.kind === 'discount' && one.reduces === line.id)
			const amount = reductions.reduce((sum, one) => sum + one.amount, line.amount)
			const net = amount + (shares.get(line) ?? 0n)
			const discount = reductions.reduce((sum, one) => sum + one.price, 0n)
			return { name: lineName(document, line.id), line, net, baseNet: toBase(net), amount, discount }
		})
	const freight = sheet.lines
		.filter(({ kind }) => kind === 'freight')
		.map((line): ChargeRow => {
			return {
				name: lineName(document, line.id),
				account: 'freight',
				amount: line.amount,
				baseAmount: toBase(line.amount),
			}
		})
	const taxes: ChargeRow[] =
		legalEntities[entity].taxRate === 0n
			? []
			: [{ name: lineName(document, 'tax'), account: 'tax', amount: tax, baseAmount: toBase(tax) }]
	return { items, charges: [...freight, ...taxes], itemNet: items.reduce((sum, { net }) => sum + net, 0n) }
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

/** What an item's row says in an order, an invoice or (`sign` -1) a return. */
export function itemValues(row: ItemRow, sheet: Sheet, parent: string, idx: number, sign: bigint): Values {
	const { line, net, baseNet, amount, discount } = row
	const { currency, entity } = sheet
	const product = line.product!
	const unit = product.unitGroup.units.find(({ name }) => name === line.unit)
	return {
		parent,
		idx: String(idx),
		item_code: product.code,
		item_name: product.name,
		qty: quantityText(sign * line.quantity),
		uom: line.unit,
		conversion_factor: String(unit?.base ?? 1n),
		price_list_rate: priceText(line.price),
		discount_percentage: decimalText(discount, 4),
		rate: priceText(divide(line.price * (100n * PERCENT - discount), 100n * PERCENT)),
		amount: amountText(sign * amount, currency),
		net_rate: priceText(perUnit(net, line.quantity, currency)),
		net_amount: amountText(sign * net, currency),
		base_net_amount: amountText(sign * baseNet, legalEntities[entity].currency),
	}
}

/** What a charge's row says. */
export function chargeValues(
	row: ChargeRow,
	sheet: Sheet,
	parent: string,
	parenttype: string,
	idx: number,
	sign: bigint,
) {
	const { currency, entity } = sheet
	return {
		parent,
		parenttype,
		parentfield: 'taxes',
		idx: String(idx),
		charge_type: row.account === 'freight' ? 'Actual' : idx > 1 ? 'On Previous Row Total' : 'On Net Total',
		account_head: accountName(row.account, entity),
		description: row.account === 'freight' ? 'Freight and handling' : 'Sales tax',
		tax_amount_after_discount_amount: amountText(sign * row.amount, currency),
		base_tax_amount_after_discount_amount: amountText(sign * row.baseAmount, legalEntities[entity].currency),
	}
}

/** The account that an item's line earns on: what is deferred will earn on its product's. */
export function incomeAccount({ account, product, plan }: SalesLine): SalesLine['account'] {
	return plan && !isIncome(account) ? product!.account : account
}

/** An amount per unit in 1e-8, to the sixth place. */
function perUnit(amount: bigint, quantity: bigint, currency: string): bigint {
	const minor = currency === 'JPY' ? 1n : currency === 'KWD' ? 1000n : 100n
	return quantity === 0n ? 0n : divide(amount * 1_000_000n * 1_000_000n, quantity * minor) * 100n
}
