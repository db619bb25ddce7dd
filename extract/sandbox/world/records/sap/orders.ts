import { lastMoment, stampOf } from '../../company/calendar.ts'
import { amountText } from '../../company/exact.ts'
import type { Order, OrderState } from '../../story/facts.ts'
import type { Emit, Values } from '../emit.ts'
import { dayV2, type Json, listV2, sapBook } from './book.ts'
import { companyCodes, documentNumber, partnerNumber } from './identifiers.ts'
import { elementsOf, type Item, orderItemsOf, quantityText, unitOf } from './items.ts'
import { documentRate } from './quote.ts'

/**
 * A sales order, as both versions of the API show it. What is billed in part is told by its items and the header's status, and does not
 * move the header's stamp; an item that is added does. A deleted order leaves nothing.
 */
export function emitOrder(emit: Emit, order: Order): void {
	const books = [sapBook(emit, 'A_SalesOrder'), sapBook(emit, 'SalesOrder')] as const
	const number = documentNumber(order.id)
	let before: OrderState | null = null
	for (const { from, stamp, state } of order.versions) {
		if (from >= lastMoment) return
		if (state === null) {
			for (const book of books) book.removeAll(from)
			continue
		}
		const shown = { number, order, state, items: orderItemsOf(state), statuses: statusesOf(state) }
		const isAmended = before !== null && state.lines.length > before.lines.length
		const isSilent = state.status === 'partly_billed' && !isAmended
		before = state
		const columns: Values = {
			SalesOrder: number,
			SoldToParty: partnerNumber(state.customer.id),
			SalesOrganization: companyCodes[state.entity],
			CreationDate: stampOf(order.createdAt).slice(0, 10),
			SalesOrderDate: state.date,
			OverallSDProcessStatus: shown.statuses.OverallSDProcessStatus,
		}
		books[0].write(number, from, stamp, { columns, body: bodyV2(shown) }, isSilent)
		books[1].write(number, from, stamp, { columns, body: bodyV4(shown) }, isSilent)
	}
}

type Shown = { number: string; order: Order; state: OrderState; items: Item[]; statuses: ReturnType<typeof statusesOf> }

/** A not begun, B in part, C done; rejection: A nothing, B in part, C everything. Approval: A waiting, B approved. */
function statusesOf({ status, lines }: OrderState) {
	const items = lines.filter(({ kind }) => kind === 'item')
	const isRejected = status === 'cancelled' || status === 'closed'
	const rejected = items.filter((line) => status === 'cancelled' || line.isClosed).length
	const billed = items.filter(({ quantityBilled }) => quantityBilled > 0n).length
	const isBilled = items.every(({ quantity, quantityBilled }) => quantityBilled >= quantity)
	return {
		OverallSDProcessStatus: status === 'billed' || isRejected ? 'C' : status === 'partly_billed' ? 'B' : 'A',
		OverallOrdReltdBillgStatus: status === 'billed' || (billed > 0 && isBilled) ? 'C' : billed > 0 ? 'B' : 'A',
		OverallSDDocumentRejectionSts: rejected === 0 ? 'A' : rejected < items.length ? 'B' : 'C',
		SalesDocApprovalStatus: status === 'pending' ? 'A' : 'B',
	}
}

/** What both versions call alike and write alike. */
function common({ number, state, statuses }: Shown): { [member: string]: Json } {
	return {
		SalesOrder: number,
		SalesOrderType: 'OR',
		SalesOrganization: companyCodes[state.entity],
		DistributionChannel: state.channel === 'web' ? '20' : '10',
		OrganizationDivision: '00',
		SoldToParty: partnerNumber(state.customer.id),
		CreatedByUser: 'CB9980000012',
		PurchaseOrderByCustomer: state.otherNumber ?? '',
		TotalNetAmount: amountText(state.net, state.currency),
		TransactionCurrency: state.currency,
		CustomerPaymentTerms: 'NT30',
		HeaderBillingBlockReason: '',
		SalesOrderApprovalReason: state.status === 'pending' ? 'ZT01' : '',
		...statuses,
		TotalCreditCheckStatus: '',
		TaxDepartureCountry: '',
		YY1_CRMOpportunity_SDH: state.reference ?? '',
		YY1_SalesChannel_SDH: state.channel,
	}
}

function bodyV2(shown: Shown): { [member: string]: Json } {
	const { number, order, state, items } = shown
	const rate = documentRate(state.rate, state.currency, state.entity).signed
	return {
		...common(shown),
		ExternalDocumentID: '',
		CreationDate: dayV2(stampOf(order.createdAt).slice(0, 10)),
		SalesOrderDate: dayV2(state.date),
		RequestedDeliveryDate: dayV2(state.date),
		PricingDate: dayV2(state.date),
		PriceDetnExchangeRate: rate,
		AccountingExchangeRate: rate,
		to_Partner: listV2(partnersOf(shown)),
		to_Item: listV2(
			items.map((item) => ({
				...itemCommon(shown, item),
				Material: item.line.product!.code,
				RequestedQuantityUnit: unitOf(item.line),
				ReferenceSDDocument: '',
				ReferenceSDDocumentItem: '0',
				to_PricingElement: listV2(
					elementsOf(item, state.currency).map((element) => ({
						SalesOrder: number,
						SalesOrderItem: item.number,
						PricingProcedureStep: element.step,
						PricingProcedureCounter: '1',
						ConditionType: element.type,
						ConditionCalculationType: element.calculation,
						ConditionRateValue: element.rate,
						ConditionCurrency: element.isPercent ? '' : state.currency,
						ConditionQuantity: element.quantity ?? '0',
						ConditionQuantityUnit: element.unit ?? '',
						ConditionIsForStatistics: element.isStatistical,
						ConditionAmount: element.amount,
						TransactionCurrency: state.currency,
						ConditionInactiveReason: element.isInactive ? 'A' : '',
						ConditionClass: element.class,
					})),
				),
			})),
		),
	}
}

/** V4 writes dates as they are, tells the time of entry, and shows only the elements that are in force. */
function bodyV4(shown: Shown): { [member: string]: Json } {
	const { number, order, state, items } = shown
	return {
		...common(shown),
		BillingCompanyCode: companyCodes[state.entity],
		CreationDate: stampOf(order.createdAt).slice(0, 10),
		CreationTime: stampOf(order.createdAt).slice(11, 19),
		SalesOrderDate: state.date,
		RequestedDeliveryDate: state.date,
		PricingDate: state.date,
		_Partner: partnersOf(shown),
		_Item: items.map((item) => ({
			...itemCommon(shown, item),
			Product: item.line.product!.code,
			_ItemPricingElement: elementsOf(item, state.currency)
				.filter(({ isInactive }) => !isInactive)
				.map((element) => ({
					SalesOrder: number,
					SalesOrderItem: item.number,
					PricingProcedureStep: element.step,
					PricingProcedureCounter: '1',
					ConditionType: element.type,
					ConditionCalculationType: element.calculation,
					ConditionRateAmount: element.isPercent ? '0' : element.rate,
					ConditionRateRatio: element.isPercent ? element.rate : '0',
					ConditionCurrency: element.isPercent ? '' : state.currency,
					ConditionQuantity: element.quantity ?? '0',
					ConditionQuantitySAPUnit: element.unit ?? '',
					ConditionAmount: element.amount,
					TransactionCurrency: state.currency,
				})),
		})),
	}
}

/** Sold to whom, and delivered to whom: the same here. */
function partnersOf({ number, state }: Shown): Json[] {
	return Object.entries({ SP: 'AG', SH: 'WE' }).map(([name, code]) => ({
		SalesOrder: number,
		PartnerFunction: name,
		PartnerFunctionInternalCode: code,
		Customer: partnerNumber(state.customer.id),
		Supplier: '',
		Personnel: '0',
		ContactPerson: '0',
		AddressID: '',
	}))
}

function itemCommon(
	{ number, state }: Shown,
	{ line, number: item, net, tax, setItem, isSet }: Item,
): { [member: string]: Json } {
	const isRejected = state.status === 'cancelled' || line.isClosed
	const billed = line.quantityBilled
	return {
		SalesOrder: number,
		SalesOrderItem: item,
		HigherLevelItem: setItem ?? '0',
		SalesOrderItemCategory: isSet ? 'TAP' : line.kind === 'freight' ? 'TAX' : 'TAN',
		SalesOrderItemText: line.product!.name.slice(0, 40),
		RequestedQuantity: quantityText(line),
		RequestedQuantitySAPUnit: unitOf(line),
		TransactionCurrency: state.currency,
		NetAmount: amountText(net, state.currency),
		TaxAmount: amountText(tax, state.currency),
		SalesDocumentRjcnReason: isRejected ? '02' : '',
		ItemBillingBlockReason: '',
		SDProcessStatus: isRejected || (billed >= line.quantity && billed > 0n) ? 'C' : billed > 0n ? 'B' : 'A',
		OrderRelatedBillingStatus: isSet ? '' : billed === 0n ? 'A' : billed < line.quantity ? 'B' : 'C',
		YY1_CRMLine_SDI: line.dealLine ?? '',
	}
}
