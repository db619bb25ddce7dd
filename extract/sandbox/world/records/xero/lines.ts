import { freightProduct } from '../../company/catalogue.ts'
import { type Currency, type EntityCode, ledger, legalEntities } from '../../company/entities.ts'
import { divide, minorUnits } from '../../company/exact.ts'
import type { SalesLine } from '../../story/facts.ts'
import { hundredths, money, shared } from './amounts.ts'
import { lineId, uuid } from './identifiers.ts'
import { digits, type Json } from './json.ts'

/** A line item as it stands in a document, and its net amount and tax in hundredths. */
type Item = { line: SalesLine; net: bigint; reduction: bigint; tax: bigint }

/** What a document's line items are made of. `hasDiscounts`: invoices have discounts on their lines, credit notes have not. */
export type Sheet = {
	id: string
	entity: EntityCode
	currency: Currency
	channel: string
	tax: bigint
	lines: SalesLine[]
	hasDiscounts: boolean
}

/** The line items, and the document's totals in hundredths. A discount of the whole is a line of its own. */
export function lineItems(sheet: Sheet): { lines: Json[]; net: bigint; tax: bigint } {
	const { currency } = sheet
	const items = sheet.lines
		.filter(({ kind }) => kind !== 'subtotal')
		.map((line): Item => {
			const off = (line.gross ?? line.amount) - line.amount
			// Half a hundredth and less is what dinars lost.
			const isDiscount = off * 200n > minorUnits(currency)
			const reduction = isDiscount ? hundredths(off, currency) : 0n
			return { line, net: hundredths(line.amount, currency), reduction, tax: 0n }
		})
	const tax = hundredths(sheet.tax, currency)
	const taxes = shared(
		tax,
		items.map(({ net }) => net),
	)
	items.forEach((item, at) => {
		item.tax = taxes[at]!
	})
	return {
		lines: items.map((item) => lineItem(sheet, item)),
		net: items.reduce((sum, { net }) => sum + net, 0n),
		tax,
	}
}

function lineItem(sheet: Sheet, { line, net, reduction, tax }: Item): Json {
	const { entity, channel, id } = sheet
	const account = ledger[line.account === 'deferred' && line.product ? line.product.account : line.account]
	const product = line.kind === 'freight' ? freightProduct : line.product
	const quantity = line.kind === 'item' ? divide(line.quantity, 100n) : 10_000n
	const isGross = sheet.hasDiscounts && reduction !== 0n
	const gross = net + reduction
	return {
		LineItemID: lineId(id, String(line.id)),
		Description: line.kind === 'item' && line.unit ? `${product!.name} (${line.unit})` : (product?.name ?? 'Discount'),
		...(product && {
			ItemCode: product.code,
			Item: { ItemID: itemId(entity, product.itemId), Name: product.name.slice(0, 50), Code: product.code },
		}),
		UnitAmount: digits(unitAmount(line, sheet.hasDiscounts ? gross : net, quantity, reduction), 4),
		TaxType: legalEntities[entity].taxRate === 0n ? 'NONE' : 'OUTPUT',
		TaxAmount: money(tax),
		LineAmount: money(net),
		AccountCode: account.number,
		AccountID: accountId(entity, account.number),
		Quantity: digits(quantity, 4),
		...(isGross && discountOf(gross, reduction)),
		Tracking: channel
			? [
					{
						Name: 'Sales Channel',
						Option: channel,
						TrackingCategoryID: uuid(`tracking ${entity}`),
						TrackingOptionID: uuid(`tracking ${entity} ${channel}`),
					},
				]
			: [],
	}
}

/** Per unit, in 1e-4. What no price says follows from the amount. */
function unitAmount(line: SalesLine, amount: bigint, quantity: bigint, reduction: bigint): bigint {
	if (line.kind === 'item' && (reduction === 0n || amount !== 0n) && line.price !== 0n)
		return divide(line.price, 10_000n)
	return quantity === 0n ? 0n : divide(amount * 1_000_000n, quantity)
}

/** In percent, where two decimals of it say it exactly, else as an amount. */
function discountOf(gross: bigint, reduction: bigint): { [member: string]: Json } {
	const percent = gross === 0n ? 0n : divide(reduction * 10_000n, gross)
	if (divide(gross * percent, 10_000n) === reduction) return { DiscountRate: digits(percent, 2) }
	return { DiscountAmount: money(reduction) }
}

export function itemId(entity: EntityCode, item: string): string {
	return uuid(`item ${entity} ${item}`)
}

export function accountId(entity: EntityCode, number: string): string {
	return uuid(`account ${entity} ${number}`)
}
