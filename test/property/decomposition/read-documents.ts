import type { Row } from '../../model-cases/book.ts'
import { inProportion, money, moneyShared, ofMoney, one, times, total } from './exact.ts'
import type { Company } from './read-company.ts'
import type { Document, DocumentLine } from './records.ts'
import { amount, moment, none, number, text } from './values.ts'

/** The lines of a document, with discounts folded in. */
export type LinesOf = (id: string, currency: string) => Pick<Document, 'lines' | 'wholeDiscount' | 'reduced'>

/** `id` and `of`: the columns of its own id and of the line before; the latter may be empty. */
export function readLine(row: Row, id: string, of: string, codes: ReadonlyMap<string, string>): DocumentLine {
	const product = text(row['product_id'])
	const named = text(row['crm_reference'])
	return {
		id: String(row[id]),
		kind: String(row['kind']),
		product,
		code: product && (codes.get(product) ?? null),
		quantity: number(row['quantity'], 6),
		unit: text(row['unit']),
		price: number(row['unit_price'], 8),
		amount: amount(row['amount']),
		gross: 0n,
		names: named && `salesforce:${named}`,
		of: of ? text(row[of]) : null,
		reduces: text(row['applies_to_line_id']),
		isClosed: row['is_closed'] === true,
	}
}

/** A discount goes to the line that it reduces; those of the whole document together over its item lines, in proportion to their amounts. */
export function foldDiscounts(all: readonly DocumentLine[], digits: number): ReturnType<LinesOf> {
	const lines = all.filter(({ kind }) => kind !== 'discount')
	const discounts = all.filter(({ kind }) => kind === 'discount')
	const items = reducible(lines)
	const isOfLine = ({ reduces }: DocumentLine) => lines.some(({ id }) => id === reduces)
	const wholeDiscount = total(discounts.filter((line) => !isOfLine(line)).map(({ amount }) => amount))
	const weights = (amounts: ReadonlyMap<string, bigint>) =>
		inProportion(new Map([...amounts].map(([id, amount]) => [id, ofMoney(amount)])))
	const itemAmounts = new Map(items.map(({ id, amount }) => [id, amount]))
	const firstOnly = new Map(items.map(({ id }) => [id, id === [...itemAmounts.keys()].sort()[0] ? 1n : 0n]))
	const isFree = items.every(({ amount }) => amount === 0n)
	const parts = moneyShared(wholeDiscount, weights(isFree ? firstOnly : itemAmounts), digits)
	const ofLine = (id: string) => total(discounts.filter(({ reduces }) => reduces === id).map(({ amount }) => amount))
	return {
		lines: lines.map((line) => ({
			...line,
			gross: line.quantity && line.price ? money(times(line.quantity, line.price), digits) : line.amount,
			amount: line.amount + ofLine(line.id) + (parts.get(line.id) ?? 0n),
		})),
		wholeDiscount,
		reduced: new Map(
			discounts.map((line) => [line.id, isOfLine(line) ? new Map([[line.reduces!, one]]) : weights(parts)] as const),
		),
	}
}

/** What a discount of the whole reduces: the item lines; where there are none, the largest of the others. */
function reducible(lines: readonly DocumentLine[]): DocumentLine[] {
	const items = lines.filter(({ kind }) => kind === 'item')
	const size = ({ amount }: DocumentLine) => (amount < 0n ? -amount : amount)
	const bySize = [...lines].sort((one, other) =>
		size(one) === size(other) ? (one.id < other.id ? -1 : 1) : size(one) > size(other) ? -1 : 1,
	)
	return items.length > 0 ? items : bySize.slice(0, 1)
}

/** `of` and `date`: the columns of the document before (may be empty) and of its date. */
export function readDocument(
	row: Row,
	id: string,
	of: string,
	date: string,
	{ accountOf, entityCode, entityCurrency, periods }: Company,
	linesOf: LinesOf,
): Document {
	const entity = String(row['legal_entity_id'])
	const period = text(row['period_id']) ?? String(row[date]).slice(0, 7)
	return {
		id: String(row[id]),
		number: String(row['number']),
		of: of ? text(row[of]) : null,
		names: (text(row['crm_reference']) ?? '').split(/[,; ]+/).filter(Boolean),
		customer: accountOf(String(row['customer_id'])),
		entity: entityCode.get(entity) ?? none,
		entityCurrency: entityCurrency.get(entity) ?? none,
		currency: String(row['currency']),
		date: String(row[date]),
		period: periods.has(period) ? period : none,
		created: moment(row['created_at']),
		total: amount(row['total_amount']),
		tax: amount(row['tax_amount']),
		isPosted: row['is_posted'] === true && row['is_voided'] !== true && row['is_deleted'] !== true,
		isCancelled: row['is_cancelled'] === true,
		isPending: row['is_pending_approval'] === true,
		isClosed: row['is_closed'] === true,
		...linesOf(String(row[id]), String(row['currency'])),
	}
}
