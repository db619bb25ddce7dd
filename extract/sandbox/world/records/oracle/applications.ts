import { lastMoment } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, convert } from '../../company/exact.ts'
import type { CreditState, Invoice, Payment, PaymentState } from '../../story/facts.ts'
import { stateAt } from '../../story/timeline.ts'
import type { Emit, Values } from '../emit.ts'
import { accountingDate, businessUnitName, oracleBook, writeSetup } from './book.ts'
import { accountId, documentId, oracleId } from './identifiers.ts'

/** A receipt, and what it was applied to. */
export function emitPayment(emit: Emit, payment: Payment): void {
	const [first] = payment.versions
	const { from, stamp, state } = first!
	if (from >= lastMoment || !state) return
	const { currency, entity, customer, rate, amount } = state
	const base = legalEntities[entity].currency
	const id = documentId(payment.id)
	const values: Values = {
		StandardReceiptId: id,
		ReceiptNumber: payment.number,
		Amount: amountText(amount, currency),
		AccountedAmount: amountText(convert(amount, rate, currency, base), base),
		UnappliedAmount: amountText(0n, currency),
		Currency: currency,
		BusinessUnit: businessUnitName(entity),
		ReceiptDate: state.date,
		AccountingDate: accountingDate(state, payment.createdAt),
		ReceiptMethod: 'Wire',
		CustomerName: customer.name,
		CustomerAccountNumber: customer.number,
		State: 'Cleared',
		Status: 'Applied',
		Comments: state.memo,
	}
	oracleBook(emit).write(from, stamp, [{ object: 'standardReceipts', id, values }])
	state.applied.forEach(({ invoice, amount: applied }, at) => {
		const document = { id: payment.id, number: payment.number }
		emitApplication(emit, 'standardReceiptApplications', document, invoice, at, first!, {
			amount: applied,
			state,
			createdAt: payment.createdAt,
		})
	})
}

type Applied = { amount: bigint; state: PaymentState | CreditState; createdAt: number }

/** An application, listed with the account of the invoice that it settles; the account's own stamp does not move by it. */
export function emitApplication(
	emit: Emit,
	list: 'standardReceiptApplications' | 'creditMemoApplications',
	document: { id: string; number: string },
	invoice: Invoice,
	at: number,
	{ from }: { from: number },
	{ amount, state, createdAt }: Applied,
): void {
	const settled = stateAt(invoice.versions, from) ?? invoice.versions[0]!.state!
	const id = oracleId('application', Number(document.id) * 10 + at)
	const isReceipt = list === 'standardReceiptApplications'
	writeSetup(emit, `receivablesCustomerAccountActivities.${list}`, id, from, {
		parent_: accountId(settled.customer.id),
		ApplicationId: id,
		[isReceipt ? 'StandardReceiptId' : 'CreditMemoId']: documentId(document.id),
		[isReceipt ? 'ReceiptNumber' : 'CreditMemoNumber']: document.number,
		ApplicationAmount: amountText(amount, state.currency),
		EnteredCurrency: state.currency,
		ApplicationDate: state.date,
		AccountingDate: accountingDate(state, createdAt),
		ApplicationStatus: 'Applied',
		ProcessStatus: 'Processed',
		IsLatestApplication: 'Yes',
		ReferenceTransactionId: documentId(invoice.id),
		ReferenceTransactionNumber: invoice.number,
		ReferenceTransactionStatus: 'Open',
	})
}
