import { discountItem } from '../../company/catalogue.ts'
import { type Currency, type EntityCode, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import { divide, extend, minorUnits, PRICE, QUANTITY } from '../../company/exact.ts'
import type { SalesLine } from '../../story/facts.ts'
import { hundredths, type Json, money, number, reference } from './json.ts'

/** The item that stands for shipping; it is in no list of items. */
export const shippingItem = 'SHIPPING_ITEM_ID'

/** What a form's lines are made of. `isVoid`: everything is zero. */
export type Sheet = { entity: EntityCode; currency: Currency; tax: bigint; lines: SalesLine[]; isVoid?: boolean }

/** The lines of a sales form as QuickBooks has them, and its totals in hundredths. */
export function formLines(sheet: Sheet): { lines: Json[]; net: bigint; tax: bigint } {
	const { currency, isVoid } = sheet
	const worth = (line: SalesLine) => (isVoid ? 0n : hundredths(line.amount, currency))
	const lines = withBundles(
		sheet,
		sheet.lines.map((line, at) => formLine(sheet, line, at + 1, worth(line))),
		worth,
	)
	const sold = sheet.lines.filter((line) => !isWholeDiscount(line) && line.kind !== 'subtotal')
	const subtotal = sold.reduce((sum, line) => sum + worth(line), 0n)
	return {
		lines: [...lines, { Amount: money(subtotal), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} }],
		net: sheet.lines.reduce((sum, line) => sum + worth(line), 0n),
		tax: isVoid ? 0n : hundredths(sheet.tax, currency),
	}
}

/** A kit is a bundle: a line that adds its components up and holds them. Where they have lines of discounts between them, or it is but one, they stand alone. */
function withBundles(sheet: Sheet, lines: Json[], worth: (line: SalesLine) => bigint): Json[] {
	const places = sheet.lines.flatMap(({ kit }, at) => (kit ? [at] : []))
	const [first] = places
	const isWhole = places.length > 1 && places.every((place, at) => place === first! + at)
	if (!isWhole) return lines
	const { kit } = sheet.lines[first!]!
	const components = places.map((place) => lines[place]!)
	const bundle: Json = {
		Id: '60',
		LineNum: number(BigInt(first! + 1), 0),
		Description: kit!.product.name,
		Amount: money(places.reduce((sum, place) => sum + worth(sheet.lines[place]!), 0n)),
		DetailType: 'GroupLineDetail',
		GroupLineDetail: {
			GroupItemRef: reference(kit!.product.itemId, kit!.product.name),
			Quantity: number(sheet.isVoid ? 0n : kit!.quantity, 6),
			Line: components,
		},
	}
	return [...lines.slice(0, first!), bundle, ...lines.slice(first! + places.length)]
}

function formLine(sheet: Sheet, line: SalesLine, place: number, amount: bigint): Json {
	const Id = String(line.id)
	if (line.kind === 'subtotal')
		return {
			Id,
			LineNum: number(BigInt(place), 0),
			Description: 'Subtotal',
			DetailType: 'DescriptionOnly',
			DescriptionLineDetail: {},
		}
	if (isWholeDiscount(line)) return wholeDiscount(line, Id, amount)
	const isItem = line.kind === 'item'
	const quantity = sheet.isVoid ? 0n : isItem ? line.quantity : 1_000_000n
	return {
		Id,
		LineNum: number(BigInt(place), 0),
		Description: isItem && line.unit ? `${line.product!.name} (${line.unit})` : (line.product?.name ?? 'Discount'),
		Amount: money(amount),
		DetailType: 'SalesItemLineDetail',
		SalesItemLineDetail: {
			ItemRef: itemOf(line),
			UnitPrice: isItem ? number(unitPrice(line, sheet.currency), 8) : number(amount, 2),
			Qty: number(quantity, 6),
			ItemAccountRef: accountReference(accountOf(line)),
			TaxCodeRef: reference(legalEntities[sheet.entity].taxRate === 0n ? 'NON' : 'TAX'),
		},
	}
}

/** Who enters another amount than quantity times price is given the price that fits it. */
function unitPrice(line: SalesLine, currency: Currency): bigint {
	const gross = line.gross ?? line.amount
	if (line.quantity === 0n || extend(line.quantity, line.price, currency) === gross) return line.price
	return divide(gross * PRICE * QUANTITY, line.quantity * minorUnits(currency))
}

/** One discount of the whole form: its amount is positive, and taken off. */
function wholeDiscount(line: SalesLine, id: string, amount: bigint): Json {
	return {
		Id: id,
		Amount: money(-amount),
		DetailType: 'DiscountLineDetail',
		DiscountLineDetail: {
			PercentBased: true,
			DiscountPercent: number(line.price, 4),
			DiscountAccountRef: accountReference(accountOf(line)),
		},
	}
}

function isWholeDiscount({ kind, reduces }: SalesLine): boolean {
	return kind === 'discount' && reduces === null
}

function itemOf(line: SalesLine): Json {
	if (line.kind === 'freight') return reference(shippingItem)
	if (line.kind === 'discount') return reference(discountItem.id, discountItem.code)
	return reference(line.product!.itemId, line.product!.name)
}

function accountOf(line: SalesLine): LedgerAccount {
	return line.account === 'deferred' && line.product ? line.product.account : line.account
}

export function accountReference(account: LedgerAccount): Json {
	return reference(ledger[account].id, ledger[account].name)
}
