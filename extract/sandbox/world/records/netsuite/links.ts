import { lastMoment, stampOf } from '../../company/calendar.ts'
import { amountText } from '../../company/exact.ts'
import type { Invoice } from '../../story/facts.ts'
import { stateAt } from '../../story/timeline.ts'
import { type Emit, emitOnce } from '../emit.ts'

/** NetSuite tells what was deleted in a table of its own; -30 is the type of transactions. */
export function emitDeleted(emit: Emit, id: string, type: string, from: number): void {
	const scriptid = { SalesOrd: 'salesorder', CustInvc: 'invoice', CustCred: 'creditmemo', CustPymt: 'customerpayment' }[
		type
	]!
	emitOnce(emit, 'netsuite', 'deletedrecord', `-30:${id}`, from, {
		recordid: id,
		recordtypeid: '-30',
		scriptid,
		name: null,
		deleteddate: stampOf(from),
		deletedby: '31',
	})
}

/** Order line to invoice line. */
export function emitOrderLinks(emit: Emit, invoice: Invoice): void {
	const [first] = invoice.versions
	const [order] = invoice.orders
	if (!order || !first?.state || first.from >= lastMoment || !stateAt(order.versions, first.from)) return
	for (const line of first.state.lines) {
		if (line.orderLine === null || line.kind === 'subtotal') continue
		emitLink(
			emit,
			[order.id, line.orderLine, 'SalesOrd'],
			[invoice.id, line.id, 'CustInvc'],
			'OrdBill',
			first,
			amountText(line.amount, first.state.currency),
		)
	}
}

/** What a payment or a credit settles of an invoice. */
export function emitApplication(
	emit: Emit,
	invoice: Invoice,
	id: string,
	type: string,
	when: { from: number; stamp: number },
	amount: bigint,
	currency: string,
): void {
	emitLink(emit, [invoice.id, 0, 'CustInvc'], [id, 0, type], 'Payment', when, amountText(amount, currency))
}

type End = [id: string, line: number, type: string]

function emitLink(
	emit: Emit,
	previous: End,
	next: End,
	linktype: string,
	when: { from: number; stamp: number },
	foreignamount: string,
): void {
	const id = `${previous[0]}:${previous[1]}:${next[0]}:${next[1]}:${linktype}`
	if (when.from >= lastMoment) return
	emitOnce(emit, 'netsuite', 'nexttransactionlinelink', id, when.from, {
		previousdoc: previous[0],
		previousline: String(previous[1]),
		previoustype: previous[2],
		nextdoc: next[0],
		nextline: String(next[1]),
		nexttype: next[2],
		linktype,
		foreignamount,
		lastmodifieddate: stampOf(when.stamp),
	})
}
