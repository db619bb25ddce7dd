import { discountItem, shippingItem, subtotalItem, unitNamed } from '../../company/catalogue.ts'
import { type Currency, type EntityCode, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import { amountText, convert, divide, priceText, quantityText, RATE, rateText } from '../../company/exact.ts'
import type { SalesLine } from '../../story/facts.ts'
import { type Emit, type Tracker, tracker, type Values } from '../emit.ts'

/** What one row of a document says in `transactionline` and, where it is booked, in `transactionaccountingline`. */
export type Row = {
	id: number
	/** Debits positive, in the document's currency. */
	amount: bigint
	/** Null: nothing is booked. */
	account: LedgerAccount | null
	isMain?: boolean
	isTax?: boolean
	isCost?: boolean
	line?: SalesLine
	/** NetSuite's sign of quantities: -1 on orders and invoices. */
	sign?: bigint
	element?: string | null
	memo?: string | null
	/** The line that begins or ends an item group: it charges nothing. */
	group?: { part: 'Group' | 'EndGroup'; item: string; quantity: bigint | null; dealLine: string | null }
	/** Its place among the lines, where that is not its id. */
	sequence?: number
}

export type Sheet = {
	id: string
	currency: Currency
	entity: EntityCode
	rate: bigint
	customer: string | null
	createdFrom: string | null
	isPosting: boolean
	/** In base currency; where given, they replace the converted amounts. */
	base?: Map<number, bigint>
	/** What is open on the document's own row, in base currency: unpaid of an invoice, unused of what settles one. */
	open?: { unpaid: bigint } | { unused: bigint }
}

export type LineBook = { lines: Tracker; postings: Tracker }

export function lineBook(emit: Emit): LineBook {
	return {
		lines: tracker(emit, 'netsuite', 'transactionline', ['linelastmodifieddate']),
		postings: tracker(emit, 'netsuite', 'transactionaccountingline', ['lastmodifieddate']),
	}
}

/** The rows of a sales document: its own, one per line, tax, and for goods the cost. Debits equal credits. */
export function salesRows(
	lines: SalesLine[],
	tax: bigint,
	entity: EntityCode,
	control: LedgerAccount,
	direction: 1n | -1n,
	cost: boolean,
): Row[] {
	const net = lines.reduce((sum, line) => sum + line.amount, 0n)
	const rows: Row[] = [{ id: 0, amount: direction * (net + tax), account: control, isMain: true }]
	for (const line of lines)
		rows.push({
			id: line.id,
			amount: -direction * line.amount,
			account: line.kind === 'subtotal' ? null : line.account,
			line,
			sign: -direction,
			element: line.plan?.elementId ?? null,
		})
	if (legalEntities[entity].taxRate !== 0n)
		rows.push({ id: freeId(lines), amount: -direction * tax, account: 'tax', isTax: true })
	if (!cost) return withGroups(rows)
	for (const line of lines) {
		if (line.product?.family !== 'Instruments') continue
		const value = (direction * line.amount * 55n) / 100n
		rows.push({ id: rows.length + 20, amount: value, account: 'cost', isCost: true, line, sign: direction })
		rows.push({ id: rows.length + 20, amount: -value, account: 'inventory', isCost: true, line, sign: -direction })
	}
	return withGroups(rows)
}

/** Kits are item groups: a line that begins one and one that ends it stand around the components, whose deal line the first one names. */
function withGroups(rows: Row[]): Row[] {
	const kits = new Set(rows.flatMap(({ line, isCost }) => (line?.kit && !isCost ? [line.kit.product] : [])))
	if (kits.size === 0) return rows
	const result = [...rows]
	for (const [place, product] of [...kits].entries()) {
		const isMember = ({ line, isCost }: Row) => !isCost && line?.kit?.product === product
		const first = result.findIndex(isMember)
		const { kit, dealLine } = result[first]!.line!
		const { sign } = result[first]!
		const item = product.itemId
		const id = 60 + place * 2
		const begin: Row = {
			id,
			amount: 0n,
			account: null,
			sign,
			group: { part: 'Group', item, quantity: kit!.quantity, dealLine },
		}
		result.splice(first, 0, begin)
		const last = result.findLastIndex(isMember)
		const isReduced = result[last + 1]?.line?.reduces === result[last]!.line!.id
		const end: Row = {
			id: id + 1,
			amount: 0n,
			account: null,
			group: { part: 'EndGroup', item: '0', quantity: null, dealLine: null },
		}
		result.splice(last + (isReduced ? 2 : 1), 0, end)
	}
	return result.map((row, sequence) => ({ ...row, sequence }))
}

/** The tax's line keeps its id when lines are added below it. */
function freeId(lines: SalesLine[]): number {
	const taken = new Set(lines.map(({ id }) => id))
	let id = 1
	while (taken.has(id)) id++
	return id
}

/** Writes the rows of a document from a moment on; the document's own row takes what rounding into base currency leaves. */
export function writeRows(book: LineBook, sheet: Sheet, rows: Row[], from: number, stamp: number): void {
	const base = legalEntities[sheet.entity].currency
	const inBase = rows.map((row) => sheet.base?.get(row.id) ?? convert(row.amount, sheet.rate, sheet.currency, base))
	const main = rows.findIndex((row) => row.isMain)
	inBase[main]! -= inBase.reduce((sum, amount) => sum + amount, 0n)
	rows.forEach((row, at) => {
		const key = `${sheet.id}:${row.id}`
		book.lines.write(key, from, stamp, lineValues(sheet, row, inBase[at]!, base))
		if (row.account) book.postings.write(`${key}:1`, from, stamp, postingValues(sheet, row, inBase[at]!, base))
	})
}

function lineValues(sheet: Sheet, row: Row, inBase: bigint, base: Currency): Values {
	const { line } = row
	const hasQuantity = line?.kind === 'item' && row.sign !== undefined
	const unit = hasQuantity ? unitNamed(line.product!, line.unit) : undefined
	// NetSuite keeps quantities in the base unit of the item's units, whatever unit the line is in.
	const inBaseUnits = (quantity: bigint) => quantityText(quantity * (unit?.base ?? 1n))
	// And rates per such a unit, in the subsidiary's currency.
	const inOwnTerms = (price: bigint) => priceText(divide(price * sheet.rate, RATE * (unit?.base ?? 1n)))
	return {
		transaction: sheet.id,
		id: String(row.id),
		linesequencenumber: String(row.sequence ?? row.id),
		uniquekey: lineKey(sheet.id, row.id),
		item: itemOf(row),
		itemtype: row.isTax ? 'TaxItem' : (row.group?.part ?? itemTypeOf(line)),
		quantity: hasQuantity
			? inBaseUnits(row.sign! * line.quantity)
			: row.group?.quantity
				? quantityText(row.sign! * row.group.quantity)
				: null,
		rate: line && !row.isCost && (line.kind === 'item' || line.kind === 'freight') ? inOwnTerms(line.price) : null,
		foreignamount: amountText(row.amount, sheet.currency),
		netamount: amountText(inBase, base),
		mainline: row.isMain ?? false,
		taxline: row.isTax ?? false,
		iscogs: row.isCost ?? false,
		isclosed: line?.isClosed ?? false,
		units: unit?.id ?? null,
		createdfrom: sheet.createdFrom,
		quantitybilled: hasQuantity && !row.isCost ? inBaseUnits(line.quantityBilled) : null,
		subsidiary: legalEntities[sheet.entity].subsidiary,
		entity: sheet.customer,
		memo: row.memo ?? (line?.kind === 'item' ? line.product!.name : null),
		revenueelement: row.element ?? null,
		linelastmodifieddate: null,
		custcol_crm_line: row.group ? row.group.dealLine : line && !row.isCost && !line.kit ? line.dealLine : null,
	}
}

function postingValues(sheet: Sheet, row: Row, inBase: bigint, base: Currency): Values {
	const isCredit = inBase < 0n
	return {
		transaction: sheet.id,
		transactionline: String(row.id),
		accountingbook: '1',
		account: ledger[row.account!].id,
		amount: amountText(inBase, base),
		netamount: amountText(inBase, base),
		debit: isCredit ? null : amountText(inBase, base),
		credit: isCredit ? amountText(-inBase, base) : null,
		exchangerate: rateText(sheet.rate),
		posting: sheet.isPosting,
		lastmodifieddate: null,
		...(row.isMain && sheet.open && openValues(sheet.open, base)),
	}
}

function openValues(open: NonNullable<Sheet['open']>, base: Currency): Values {
	return 'unpaid' in open
		? { amountunpaid: amountText(open.unpaid, base) }
		: { paymentamountunused: amountText(open.unused, base) }
}

export function lineKey(transaction: string, line: number): string {
	return String(Number(transaction) * 100 + line)
}

function itemOf(row: Row): string | null {
	const { line } = row
	if (row.group) return row.group.item
	if (!line || row.isTax) return null
	if (line.kind === 'freight') return shippingItem.id
	if (line.kind === 'discount') return discountItem.id
	return line.kind === 'subtotal' ? subtotalItem.id : line.product!.itemId
}

function itemTypeOf(line: SalesLine | undefined): string | null {
	if (!line) return null
	if (line.kind === 'freight') return 'ShipItem'
	if (line.kind === 'discount') return 'Discount'
	if (line.kind === 'subtotal') return 'Subtotal'
	const { family } = line.product!
	return family === 'Services' ? 'Service' : family === 'Subscriptions' ? 'NonInvtPart' : 'InvtPart'
}
