import { lastMoment, stampOf } from '../../company/calendar.ts'
import { currencyIds } from '../../company/entities.ts'
import { amountText, rateText } from '../../company/exact.ts'
import type { Setting } from '../../company/setting.ts'
import type {
	Credit,
	CreditState,
	DocumentState,
	Invoice,
	InvoiceState,
	Order,
	OrderState,
	Payment,
} from '../../story/facts.ts'
import type { Versions } from '../../story/timeline.ts'
import { type Emit, tracker, type Values } from '../emit.ts'
import { lineBook, type Sheet, salesRows, writeRows } from './lines.ts'
import { emitApplication, emitDeleted, emitOrderLinks } from './links.ts'
import { withNotes } from './notes.ts'
import { periodId } from './setup.ts'

/** A sales order. Its rows are booked nowhere: their postings say so. */
export function emitOrder(emit: Emit, order: Order): void {
	emitDocument(emit, order, 'SalesOrd', {
		header: (state: OrderState) => ({
			...common(order, state, 'salesorder', 'SalesOrd'),
			status: { pending: 'A', approved: 'B', partly_billed: 'E', billed: 'G', closed: 'H', cancelled: 'C' }[
				state.status
			],
			foreigntotal: amountText(state.net + state.tax, state.currency),
			foreigntaxtotal: amountText(state.tax, state.currency),
			otherrefnum: state.otherNumber,
			approvalstatus: state.status === 'pending' ? '1' : '2',
		}),
		sheet: (state) => sheetOf(order.id, state, null, false),
		rows: (state) => salesRows(state.lines, state.tax, state.entity, 'orders', 1n, false),
	})
}

/** An invoice. A draft has its rows, unposted; a voided one has them with zero. */
export function emitInvoice(emit: Emit, setting: Setting, invoice: Invoice): void {
	emitDocument(emit, invoice, 'CustInvc', {
		header: (state: InvoiceState) => ({
			...common(invoice, state, 'invoice', 'CustInvc'),
			status: { draft: 'D', open: 'A', paid: 'B', voided: 'V' }[state.status],
			posting: state.status !== 'draft',
			voided: state.status === 'voided',
			duedate: state.dueDate,
			closedate: state.closeDate,
			foreigntotal: amountText(state.net + state.tax, state.currency),
			foreigntaxtotal: amountText(state.tax, state.currency),
			foreignamountunpaid: amountText(state.unpaid, state.currency),
			postingperiod: periodId(state.period),
			approvalstatus: state.status === 'draft' ? '1' : '2',
			custbody_bill_to: null,
		}),
		sheet: (state) => ({
			...sheetOf(invoice.id, state, invoice.orders[0]?.id ?? null, state.status !== 'draft'),
			...openAmount(setting, { unpaid: state.unpaid }),
		}),
		rows: (state) =>
			salesRows(
				state.lines,
				state.tax,
				state.entity,
				'receivable',
				1n,
				state.entity === 'US' && state.currency === 'USD',
			),
	})
	emitOrderLinks(emit, invoice)
}

export function emitCredit(emit: Emit, setting: Setting, credit: Credit): void {
	emitDocument(emit, credit, 'CustCred', {
		header: (state: CreditState) => ({
			...common(credit, state, 'creditmemo', 'CustCred'),
			status: state.applied === state.net + state.tax ? 'B' : 'A',
			posting: true,
			foreigntotal: amountText(-state.net - state.tax, state.currency),
			foreigntaxtotal: amountText(-state.tax, state.currency),
			foreignpaymentamountunused: amountText(state.net + state.tax - state.applied, state.currency),
			postingperiod: periodId(state.period),
			custbody_bill_to: null,
		}),
		sheet: (state) => ({
			...sheetOf(credit.id, state, credit.invoices[0]!.id, true),
			...openAmount(setting, { unused: state.net + state.tax - state.applied }),
		}),
		rows: (state) => salesRows(state.lines, state.tax, state.entity, 'receivable', -1n, false),
	})
	const first = credit.versions[0]!
	if (first.state!.applied > 0n)
		emitApplication(
			emit,
			credit.invoices[0]!,
			credit.id,
			'CustCred',
			first,
			first.state!.applied,
			first.state!.currency,
		)
}

/** A payment: the bank against receivables, and what it was applied to. */
export function emitPayment(emit: Emit, setting: Setting, payment: Payment): void {
	const [first] = payment.versions
	const state = first!.state!
	if (first!.from >= lastMoment) return
	const { currency } = state
	const document: DocumentState = {
		...state,
		customer: state.customer,
		billTo: null,
		reference: null,
		channel: '',
		net: state.amount,
		tax: 0n,
	}
	emitDocument(emit, payment, 'CustPymt', {
		header: () => ({
			...common(payment, document, 'customerpayment', 'CustPymt'),
			status: 'C',
			posting: true,
			foreigntotal: amountText(state.amount, currency),
			foreigntaxtotal: null,
			foreignpaymentamountunused: amountText(0n, currency),
			postingperiod: periodId(state.period),
			custbody_sales_channel: null,
		}),
		sheet: () => ({ ...sheetOf(payment.id, document, null, true), ...openAmount(setting, { unused: 0n }) }),
		rows: () => [
			{ id: 0, amount: state.amount, account: 'bank', isMain: true },
			{ id: 1, amount: -state.amount, account: 'receivable' },
		],
	})
	for (const { invoice, amount } of state.applied)
		emitApplication(emit, invoice, payment.id, 'CustPymt', first!, amount, currency)
}

type Document<State> = { id: string; number: string; createdAt: number; versions: Versions<State> }
type Shape<State> = {
	header(state: State): Values
	sheet(state: State): Sheet
	rows(state: State): ReturnType<typeof salesRows>
}

function emitDocument<State>(emit: Emit, document: Document<State>, type: string, shape: Shape<State>): void {
	const headers = tracker(withNotes(emit), 'netsuite', 'transaction', ['lastmodifieddate'])
	const book = lineBook(emit)
	for (const { from, stamp, state } of document.versions) {
		if (from >= lastMoment) break
		if (state === null) {
			for (const one of [headers, book.lines, book.postings]) one.remove(from)
			emitDeleted(emit, document.id, type, from)
			continue
		}
		headers.write(document.id, from, stamp, {
			...shape.header(state),
			createddate: stampOf(document.versions[0]!.stamp),
			lastmodifieddate: null,
		})
		writeRows(book, shape.sheet(state), shape.rows(state), from, stamp)
	}
}

/** What all types of transaction have in common; the rest is null until a type says otherwise. */
export function common(
	document: { id: string; number: string },
	state: Omit<DocumentState, 'customer' | 'net' | 'tax'> & { customer: { id: string } | null },
	recordtype: string,
	type: string,
): Values {
	return {
		id: document.id,
		tranid: document.number,
		type,
		recordtype,
		status: null,
		entity: state.customer?.id ?? null,
		posting: false,
		voided: false,
		externalid: null,
		memo: state.memo,
		trandate: state.date,
		duedate: null,
		closedate: null,
		createddate: null,
		lastmodifieddate: null,
		currency: currencyIds[state.currency]!,
		exchangerate: rateText(state.rate),
		foreigntotal: null,
		foreigntaxtotal: null,
		foreignamountunpaid: null,
		foreignpaymentamountunused: null,
		postingperiod: null,
		otherrefnum: null,
		approvalstatus: '2',
		custbody_crm_opportunity: state.reference,
		custbody_sales_channel: state.channel || null,
		custbody_bill_to: state.billTo?.id ?? null,
	}
}

/** In base currency it is told where no other currency is: the only place in which it is asked for. */
function openAmount({ currencies }: Setting, open: NonNullable<Sheet['open']>): Pick<Sheet, 'open'> {
	return currencies.length === 1 ? { open } : {}
}

function sheetOf(
	id: string,
	state: Pick<DocumentState, 'currency' | 'entity' | 'rate'> & { customer: { id: string } },
	createdFrom: string | null,
	isPosting: boolean,
): Sheet {
	return {
		id,
		currency: state.currency,
		entity: state.entity,
		rate: state.rate,
		customer: state.customer.id,
		createdFrom,
		isPosting,
	}
}
