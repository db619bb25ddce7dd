import { lastMoment } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, convert, decimalText, divide, rateText } from '../../company/exact.ts'
import type { Order, OrderState } from '../../story/facts.ts'
import type { Emit, Values } from '../emit.ts'
import { chargeValues, itemValues, type Rows, rowsOf } from './lines.ts'
import { deliveryOf } from './parties.ts'
import { companyName, documentName, siteBook, writeDeleted } from './site.ts'

const doctype = 'Sales Order'

/** A sales order: a draft until it is approved, then submitted. One that was deleted leaves no more than its name. */
export function emitOrder(emit: Emit, order: Order): void {
	const book = siteBook(emit)
	const name = documentName(order.number)
	for (const { from, stamp, state } of order.versions) {
		if (from >= lastMoment) return
		if (state === null) {
			book.removeAll(from)
			writeDeleted(emit, doctype, name, from)
			continue
		}
		const rows = rowsOf(name, state)
		const docstatus = { pending: '0', cancelled: '2' }[state.status as string] ?? '1'
		book.write(doctype, name, from, stamp, { docstatus, ...headerValues(state, rows) })
		rows.items.forEach((row, at) => {
			const values = { ...itemValues(row, state, name, at + 1, 1n), crm_line_id: row.line.dealLine }
			book.write('Sales Order Item', row.name, from, stamp, { docstatus, ...values })
		})
		rows.charges.forEach((row, at) => {
			const values = chargeValues(row, state, name, doctype, at + 1, 1n)
			book.write('Sales Taxes and Charges', row.name, from, stamp, { docstatus, ...values })
		})
	}
}

function headerValues(state: OrderState, { itemNet }: Rows): Values {
	const { currency, entity, rate, net, tax } = state
	const base = legalEntities[entity].currency
	const billed = percentBilled(state)
	return {
		customer: state.customer.number,
		customer_name: state.customer.name,
		company: companyName(entity),
		transaction_date: state.date,
		delivery_date: state.date,
		currency,
		conversion_rate: rateText(rate),
		net_total: amountText(itemNet, currency),
		base_net_total: amountText(convert(itemNet, rate, currency, base), base),
		total_taxes_and_charges: amountText(net + tax - itemNet, currency),
		grand_total: amountText(net + tax, currency),
		rounded_total: amountText(entity === 'US' ? 0n : net + tax, currency),
		...wordsFor(state.status),
		per_billed: billed,
		po_no: state.otherNumber,
		amended_from: null,
		...deliveryOf(state.customer, entity, 'order'),
		crm_opportunity_id: state.reference,
		sales_channel: state.channel || null,
		bill_to_customer: state.billTo?.number ?? null,
	}
}

/** Approval is a workflow's: ERPNext itself knows drafts and submitted orders only. */
function wordsFor(status: OrderState['status']): Values {
	if (status === 'pending') return { status: 'Draft', workflow_state: 'Pending Approval' }
	if (status === 'cancelled') return { status: 'Cancelled', workflow_state: 'Cancelled' }
	const words = {
		approved: 'To Deliver and Bill',
		partly_billed: 'To Deliver and Bill',
		billed: 'Completed',
		closed: 'Closed',
	}
	return { status: words[status], workflow_state: 'Approved' }
}

/** The part of the items' amounts that is billed, in percent to six places. */
function percentBilled({ lines, status }: OrderState): string {
	if (status === 'billed') return '100'
	const items = lines.filter(({ kind }) => kind === 'item')
	const whole = items.reduce((sum, { amount }) => sum + amount, 0n)
	const billed = items.reduce(
		(sum, { amount, quantity, quantityBilled }) => sum + (quantity === 0n ? 0n : (amount * quantityBilled) / quantity),
		0n,
	)
	return whole === 0n ? '0' : decimalText(divide(billed * 100_000_000n, whole), 6)
}
