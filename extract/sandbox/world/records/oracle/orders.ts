import { DAY, HOUR, lastMoment, MINUTE } from '../../company/calendar.ts'
import { freightProduct, type Product, unitNamed } from '../../company/catalogue.ts'
import { deliveredTo } from '../../company/delivery.ts'
import { amountText, priceText, quantityText, rateText } from '../../company/exact.ts'
import { accountOf } from '../../company/parties.ts'
import { random } from '../../company/random.ts'
import type { Setting } from '../../company/setting.ts'
import type { Order, OrderState } from '../../story/facts.ts'
import type { Emit } from '../emit.ts'
import { type Book, businessUnitName, oracleBook, type Row } from './book.ts'
import { accountId, businessUnitId, documentId, legalEntityId, lineId, oracleId } from './identifiers.ts'
import { oracleLines } from './lines.ts'
import { itemId } from './setup.ts'

const object = 'salesOrdersForOrderHub'

/** What one revision of an order says: which it is, and how far it has come. */
type Revision = {
	setting: Setting
	order: Order
	number: number
	status: string
	isSubmitted: boolean
	isEdited?: boolean
}

/**
 * A sales order: a draft until it is approved, then submitted. Some were submitted with a mistake and corrected at once by a second
 * revision, beside which the first one stays as a reference; of some, a draft of another revision lies about that was never submitted. What is
 * added to an order that was submitted is another revision of it too.
 */
export function emitOrder(emit: Emit, setting: Setting, order: Order): void {
	const number = Number(order.id)
	const isRevised = number % 7 === 3
	const books = {
		first: oracleBook(emit),
		current: oracleBook(emit),
		draft: oracleBook(emit),
		amended: oracleBook(emit),
	}
	const amendedAt = amendmentOf(order)
	let hasDraft = amendedAt < lastMoment
	let submitted: OrderState | null = null
	for (const { from, stamp, state } of order.versions) {
		if (from >= lastMoment) return
		if (state === null) {
			for (const book of Object.values(books)) book.remove(from)
			continue
		}
		const isSubmitted = state.status !== 'pending'
		const revision = (which: number, status: string): Revision => ({
			setting,
			order,
			number: which,
			status,
			isSubmitted,
		})
		if (from >= amendedAt) {
			const old = revisionAt(order, amendedAt - 1)
			if (from === amendedAt) writeOrder(books.current, revision(old, 'DOO_REFERENCE'), submitted!, from, stamp)
			writeOrder(books.amended, revision(old + 1, statusOf(state)), state, from, stamp)
			continue
		}
		submitted = state
		if (isRevised && isSubmitted) {
			writeOrder(books.first, { ...revision(1, 'DOO_REFERENCE'), isEdited: true }, state, from, stamp)
			writeOrder(books.current, revision(2, statusOf(state)), state, from, stamp)
		} else writeOrder(isRevised ? books.first : books.current, revision(1, statusOf(state)), state, from, stamp)
		if (number % 11 !== 5 || !isSubmitted || hasDraft || from + DAY >= lastMoment) continue
		hasDraft = true
		const draft: Revision = { setting, order, number: 3, status: 'DOO_DRAFT', isSubmitted: false, isEdited: true }
		writeOrder(books.draft, draft, state, from + 3 * HOUR, stamp + 3 * HOUR + MINUTE)
	}
}

/** The revision of an order that counts at a moment: the one that was submitted last. */
export function revisionAt(order: Order, at: number): number {
	return (Number(order.id) % 7 === 3 ? 2 : 1) + (at >= amendmentOf(order) ? 1 : 0)
}

/** When lines were added to an order that was submitted; infinite: never. */
function amendmentOf({ versions }: Order): number {
	const lines = versions.map(({ state }) => state?.lines.length ?? 0)
	const at = lines.findIndex((count, place) => place > 0 && count > lines[place - 1]!)
	return versions[at]?.from ?? Number.POSITIVE_INFINITY
}

function statusOf({ status }: OrderState): string {
	const words = {
		pending: 'DOO_DRAFT',
		approved: 'OPEN',
		partly_billed: 'OPEN',
		billed: 'CLOSED',
		closed: 'CLOSED',
		cancelled: 'CANCELED',
	}
	return words[status]
}

function writeOrder(book: Book, revision: Revision, state: OrderState, from: number, stamp: number): void {
	const { setting, order, number, status, isSubmitted } = revision
	const { currency, entity, customer, billTo } = state
	const header = oracleId('header', Number(order.id) * 10 + number)
	const bill = billTo ?? customer
	const total = state.net + state.tax
	const totals: [string, string, bigint, boolean][] = [
		['QP_TOTAL_NET_PRICE', 'Total Net Price', state.net, false],
		['QP_TOTAL_TAX', 'Total Tax', state.tax, false],
		['QP_TOTAL_PAY_NOW', 'Pay Now', total, true],
	]
	const rows: Row[] = [
		{
			object,
			id: header,
			values: {
				HeaderId: header,
				OrderNumber: order.number,
				SourceTransactionSystem: 'OPS',
				SourceTransactionId: documentId(order.id),
				SourceTransactionNumber: order.number,
				SourceTransactionRevisionNumber: String(number),
				BusinessUnitId: businessUnitId(entity),
				BusinessUnitName: businessUnitName(entity),
				RequestingBusinessUnitId: businessUnitId(entity),
				RequestingBusinessUnitName: businessUnitName(entity),
				RequestingLegalEntityId: legalEntityId(entity),
				RequestingLegalEntity: businessUnitName(entity),
				BuyingPartyId: oracleId('party', customer.id),
				BuyingPartyName: customer.name,
				BuyingPartyNumber: `P${customer.number}`,
				TransactionalCurrencyCode: currency,
				CurrencyConversionRate: rateText(state.rate),
				CurrencyConversionType: 'Corporate',
				TransactionOn: `${state.date}T10:00:00Z`,
				CustomerPONumber: state.otherNumber,
				StatusCode: status,
				SubmittedFlag: isSubmitted,
				OpenFlag: status === 'OPEN' || status === 'DOO_DRAFT',
				CanceledFlag: status === 'CANCELED',
				SalesChannelCode: state.channel || null,
				OrigSystemDocumentReference: state.reference,
			},
		},
		{
			object: `${object}.billToCustomer`,
			id: `${header} bill`,
			parent: header,
			values: {
				AddressId: oracleId('address', bill.id),
				CustomerAccountId: accountId(bill.id),
				AccountNumber: bill.number,
				PartyName: bill.name,
			},
		},
		{
			object: `${object}.shipToCustomer`,
			id: `${header} ship`,
			parent: header,
			values: shipTo(setting, state),
		},
		...totals.map(
			([code, name, amount, isPrimary], at): Row => ({
				object: `${object}.totals`,
				id: `${header} ${code}`,
				parent: header,
				values: {
					OrderTotalId: oracleId('header', (Number(order.id) * 10 + number) * 100 + at),
					TotalCode: code,
					TotalName: name,
					TotalAmount: amountText(amount, currency),
					CurrencyCode: currency,
					PrimaryFlag: isPrimary,
				},
			}),
		),
		...lineRows(header, revision, state),
	]
	book.write(from, stamp, rows)
}

/** Whose goods go where, as the order and each of its lines say it. */
function shipTo(setting: Setting, { customer }: OrderState): Row['values'] {
	const account = accountOf(setting, customer.account)
	const { postalCode, country } = deliveredTo(account, customer, 'order')
	return {
		AddressId: oracleId('address', customer.id),
		PartyId: oracleId('party', customer.id),
		PartyName: customer.name,
		PartyNumber: `P${customer.number}`,
		SiteId: oracleId('address', customer.id),
		Address1: account.address.street,
		City: account.address.city,
		State: account.address.state,
		PostalCode: postalCode,
		Country: country,
	}
}

/** The number of the line of an order's model, behind those of the story. */
const modelLine = 90

/**
 * An order's lines. A kit is a model whose options have the prices: the model's line names the deal's line, its options hang on it and name
 * nothing. Whether a pod shows the options' charges in the model's line is not known: in one order in two it does.
 */
function lineRows(header: string, revision: Revision, state: OrderState): Row[] {
	const { order, number, status, isEdited } = revision
	const { currency } = state
	const lines = oracleLines(state)
	const kits = [...new Set(lines.flatMap(({ line }) => (line.kit ? [line.kit.product] : [])))]
	const fulfillment = (line: number) => oracleId('distribution', (Number(order.id) * 10 + number) * 100 + line)
	const options = lines.map(({ line, net, price }, at): Row[] => {
		// What a revision that doesn't count says is another quantity.
		const quantity = isEdited ? line.quantity * 2n : line.quantity
		const model = line.kit && fulfillment(modelLine + kits.indexOf(line.kit.product))
		return lineRow(header, revision, state, {
			line: line.id,
			product: line.product ?? freightProduct,
			unit: line.unit,
			isCanceled: status === 'CANCELED' || line.isClosed === true,
			values: {
				SourceTransactionLineNumber: String(at + 1),
				OrderedQuantity: quantityText(quantity),
				UnitListPrice: priceText(line.price),
				UnitSellingPrice: priceText(price),
				ExtendedAmount: amountText(isEdited ? net * 2n : net, currency),
				ParentFulfillLineId: model ?? null,
				RootParentFulfillLineId: model ?? null,
				OrigSystemDocumentLineReference: model ? null : line.dealLine,
			},
		})
	})
	const models = kits.map((product, at): Row[] => {
		const own = lines.filter(({ line }) => line.kit?.product === product)
		const { kit, dealLine } = own[0]!.line
		const isRolledUp = random('rolled-up', order.id).pick([true, false])
		const net = isRolledUp ? own.reduce((sum, one) => sum + one.net, 0n) : 0n
		return lineRow(header, revision, state, {
			line: modelLine + at,
			product,
			unit: 'Piece',
			isCanceled: status === 'CANCELED' || own.every(({ line }) => line.isClosed),
			values: {
				SourceTransactionLineNumber: String(lines.length + at + 1),
				OrderedQuantity: quantityText(kit!.quantity),
				UnitListPrice: priceText(0n),
				UnitSellingPrice: priceText(0n),
				ExtendedAmount: amountText(isEdited ? net * 2n : net, currency),
				RootParentFulfillLineId: fulfillment(modelLine + at),
				OrigSystemDocumentLineReference: dealLine,
			},
		})
	})
	return [...models, ...options].flat()
}

type LineSheet = { line: number; product: Product; unit: string; isCanceled: boolean; values: Row['values'] }

/** A line, and whom it ships to. */
function lineRow(
	header: string,
	{ setting, order, number, status }: Revision,
	state: OrderState,
	sheet: LineSheet,
): Row[] {
	const { line, product, unit, isCanceled, values } = sheet
	const id = `${header} ${line}`
	const own = {
		HeaderId: header,
		LineId: oracleId('header', (Number(order.id) * 10 + number) * 100 + line),
		FulfillLineId: oracleId('distribution', (Number(order.id) * 10 + number) * 100 + line),
		SourceTransactionLineId: lineId(order.id, line),
		ProductId: itemId(product),
		ProductNumber: product.code,
		ProductDescription: product.name,
		OrderedUOMCode: unitNamed(product, unit)?.abbreviation ?? null,
		OrderedUOM: unit,
		StatusCode: isCanceled ? 'CANCELED' : status === 'DOO_DRAFT' ? 'NOT_STARTED' : status,
		CanceledFlag: isCanceled,
		TransactionCategoryCode: 'ORDER',
		...values,
	}
	return [
		{ object: `${object}.lines`, id, parent: header, values: own },
		{ object: `${object}.lines.shipToCustomer`, id: `${id} ship`, parent: id, values: shipTo(setting, state) },
	]
}
