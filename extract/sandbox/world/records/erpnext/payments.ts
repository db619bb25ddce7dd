import { lastMoment } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, convert, RATE, rateText } from '../../company/exact.ts'
import type { Journal, Payment } from '../../story/facts.ts'
import type { Emit } from '../emit.ts'
import { postingDate } from './invoices.ts'
import { bookEntries } from './ledger.ts'
import { accountName, companyName, debtorsAccount, debtorsCurrency, documentName, rowName, siteBook } from './site.ts'

/** What a customer paid, with the invoices that it settles. */
export function emitPayment(emit: Emit, payment: Payment): void {
	const [{ from, stamp, state }] = payment.versions as [Payment['versions'][number]]
	if (from >= lastMoment || !state) return
	const { entity, currency, rate, customer } = state
	const base = legalEntities[entity].currency
	const own = debtorsCurrency(currency, entity)
	const paid = (amount: bigint) => (own === currency ? amount : convert(amount, rate, currency, own))
	const inBase = convert(state.amount, rate, currency, base)
	const book = siteBook(emit)
	const name = documentName(payment.number)
	const date = postingDate(state, payment.createdAt)
	book.write('Payment Entry', name, from, stamp, {
		docstatus: '1',
		payment_type: 'Receive',
		party_type: 'Customer',
		party: customer.number,
		company: companyName(entity),
		posting_date: date,
		paid_from: debtorsAccount(currency, entity),
		paid_to: accountName('bank', entity),
		paid_from_account_currency: own,
		paid_to_account_currency: base,
		paid_amount: amountText(paid(state.amount), own),
		received_amount: amountText(inBase, base),
		source_exchange_rate: own === base ? '1' : rateText(rate),
		target_exchange_rate: '1',
		unallocated_amount: amountText(0n, own),
		reference_no: null,
	})
	state.applied.forEach(({ invoice, amount }, at) => {
		book.write('Payment Entry Reference', rowName('Payment Entry', name, at), from, stamp, {
			docstatus: '1',
			parent: name,
			idx: String(at + 1),
			reference_doctype: 'Sales Invoice',
			reference_name: documentName(invoice.number),
			allocated_amount: amountText(paid(amount), own),
			exchange_rate: own === base ? '1' : rateText(rate),
		})
	})
	const voucher = { type: 'Payment Entry', name, entity, date, currency: own, rate, remarks: state.memo }
	bookEntries(
		book,
		voucher,
		[
			{ account: accountName('bank', entity), own: inBase, foreign: state.amount },
			{
				account: debtorsAccount(currency, entity),
				own: -inBase,
				foreign: -paid(state.amount),
				accountCurrency: own,
				party: customer.number,
				against: ['Sales Invoice', documentName(state.applied[0]!.invoice.number)],
			},
		],
		from,
		stamp,
	)
}

/** A journal by hand: it may name a customer, and no document. */
export function emitJournal(emit: Emit, journal: Journal, manual: NonNullable<Journal['manual']>): void {
	const { entity, createdAt: from, stamp } = journal
	if (from >= lastMoment) return
	const currency = legalEntities[entity].currency
	const book = siteBook(emit)
	const name = documentName(journal.number)
	const date = postingDate(journal, from)
	const party = manual.customer?.number ?? null
	book.write('Journal Entry', name, from, stamp, {
		docstatus: '1',
		company: companyName(entity),
		posting_date: date,
		voucher_type: 'Journal Entry',
		total_debit: amountText(manual.amount, currency),
		user_remark: manual.memo,
	})
	const rows = [
		{ account: accountName(manual.against, entity), amount: manual.amount, party: null },
		{ account: accountName(manual.account, entity), amount: -manual.amount, party },
	]
	rows.forEach(({ account, amount, party: of }, at) => {
		const debit = amountText(amount > 0n ? amount : 0n, currency)
		const credit = amountText(amount < 0n ? -amount : 0n, currency)
		book.write('Journal Entry Account', rowName('Journal Entry', name, at), from, stamp, {
			docstatus: '1',
			parent: name,
			idx: String(at + 1),
			account,
			party_type: of ? 'Customer' : null,
			party: of,
			account_currency: currency,
			debit,
			credit,
			debit_in_account_currency: debit,
			credit_in_account_currency: credit,
			reference_type: null,
			reference_name: null,
			reference_detail_no: null,
			user_remark: manual.memo,
		})
	})
	const voucher = { type: 'Journal Entry', name, entity, date, currency, rate: RATE, remarks: manual.memo }
	bookEntries(
		book,
		voucher,
		rows.map(({ account, amount, party: of }) => ({ account, own: amount, foreign: amount, party: of })),
		from,
		stamp,
	)
}
