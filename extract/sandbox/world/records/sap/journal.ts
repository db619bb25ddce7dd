import { dateOf, lastMoment, monthOf, stampOf } from '../../company/calendar.ts'
import { type Currency, type EntityCode, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import { amountText } from '../../company/exact.ts'
import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import type { Invoice, Journal, Payment, Plan } from '../../story/facts.ts'
import { recognised } from '../../truth/entries.ts'
import type { Emit } from '../emit.ts'
import { type Book, dayV2, type Json, sapBook, timeV2 } from './book.ts'
import { companyCodes, documentNumber, padded, partnerNumber } from './identifiers.ts'

/** The head of a journal entry. `billing`: the billing document that it posts or follows. */
export type Entry = {
	document: string
	/** RV billing, DZ payment, SA by hand, RR revenue recognition. */
	type: string
	/** The kind of what it comes from: VBRK billing document, BKPF journal entry, PRRR revenue recognition. */
	reference: string
	entity: EntityCode
	currency: Currency
	date: string
	posted: string
	billing: string | null
	customer: string | null
	text: string
	reverses: string | null
}

/** One line: debits positive, in the transaction's currency and the company code's. */
export type Posting = {
	account: string
	amount: bigint
	base: bigint
	sales?: { document: string; item: string }
	material?: string
	isReceivable?: boolean
	dueDate?: string
	/** The journal entry of the invoice that this line settles in part. */
	settles?: JournalEntry | null
	clearing?: (JournalEntry & { at: number }) | null
}

/** What names a journal entry in its company code: its number is one in a fiscal year alone. */
export type JournalEntry = { document: string; year: string }

/** The journal entry of an invoice: that of its first posted version. */
export function invoiceJournal({ id, versions }: Invoice): JournalEntry {
	const posted = versions.find(({ state }) => state !== null && state.status !== 'draft')!.state!
	return { document: documentNumber(id), year: fiscalYear(postingDate(posted)) }
}

/** Of a posting date: the fiscal year is the calendar's (variant K4). */
export function fiscalYear(posted: string): string {
	return posted.slice(0, 4)
}

/** The day in the books: a document that came after its month's closing is posted on the first day of the next open one. */
export function postingDate({ date, period }: { date: string; period: string }): string {
	return monthOf(date) === period ? date : `${period}-01`
}

/** The G/L account: eight digits. */
export function accountOf(account: LedgerAccount): string {
	return `${ledger[account].number}0000`
}

/** The P&L account on which revenue recognition takes back or adds revenue of an account. */
export function adjustmentAccount(account: LedgerAccount): string {
	return `${ledger[account].number}5000`
}

type Moment = { from: number; at: number }

/** Writes the lines of a journal entry: entered `at`, to be seen `from`. Lines of zero are posted nowhere. */
export function post(book: Book, entry: Entry, postings: Posting[], { from, at }: Moment): void {
	postings.forEach((posting, index) => {
		if (posting.amount === 0n && posting.base === 0n) return
		const company = companyCodes[entry.entity]
		const year = fiscalYear(entry.posted)
		const item = padded(String(index + 1), 3)
		const created = dateOf(at)
		const clearing = posting.clearing ?? null
		const columns = {
			CompanyCode: company,
			FiscalYear: year,
			AccountingDocument: entry.document,
			AccountingDocumentItem: item,
			FinancialAccountType: posting.isReceivable ? 'D' : 'S',
			GLAccount: posting.account,
			PostingDate: entry.posted,
			AccountingDocumentCreationDate: created,
			LastChangeDate: null,
			ClearingCreationDate: clearing && dateOf(clearing.at),
		}
		book.write([company, year, entry.document, item].join(':'), from, at, {
			columns,
			body: bodyOf(entry, posting, { item, at }),
		})
	})
}

/** Event-based revenue recognition posts beside a billing document, at once. */
export function postDeferral(book: Book, entry: Entry, postings: Posting[], moment: Moment): void {
	if (postings.length === 0) return
	const document = `7${entry.document.slice(1)}`
	post(
		book,
		{ ...entry, document, type: 'RR', reference: 'PRRR', reverses: entry.reverses && `7${entry.reverses.slice(1)}` },
		postings,
		moment,
	)
}

/** What is due of a plan in each month's run: from deferred revenue to the adjustment account, assigned to the sales document's item. */
export function postRecognition(book: Book, plan: Plan, sales: Posting['sales']): void {
	for (const row of plan.rows) {
		const { journal } = row
		if (!journal || journal.createdAt >= lastMoment) continue
		const amount = recognised(plan, row, journal.createdAt)
		const at = journal.rows.findIndex((one) => one.row === row)
		const entry: Entry = {
			document: documentNumber(journal.id),
			type: 'RR',
			reference: 'PRRR',
			entity: plan.entity,
			currency: plan.currency,
			date: journal.date,
			posted: postingDate(journal),
			billing: null,
			customer: partnerNumber(plan.customer.id),
			text: 'Revenue recognition',
			reverses: null,
		}
		const line = { sales, material: plan.product.code } as Pick<Posting, 'sales' | 'material'>
		// Several rows of one run share a document: the lines of each stand behind those of the one before.
		const before = Array.from({ length: 2 * at }, (): Posting => ({ account: '', amount: 0n, base: 0n }))
		const lines: Posting[] = [
			{ account: accountOf('deferred'), amount, base: row.amount, ...line },
			{ account: adjustmentAccount(plan.product.account), amount: -amount, base: -row.amount, ...line },
		]
		post(book, entry, [...before, ...lines], { from: journal.createdAt, at: journal.stamp })
	}
}

/** A journal by hand: two lines in the company code's currency; the customer, if there is one, stands on the income line. */
export function emitJournal(emit: Emit, journal: Journal): void {
	const { manual, entity } = journal
	if (!manual || journal.createdAt >= lastMoment) return
	const entry: Entry = {
		document: documentNumber(journal.id),
		type: 'SA',
		reference: 'BKPF',
		entity,
		currency: legalEntities[entity].currency,
		date: journal.date,
		posted: postingDate(journal),
		billing: null,
		customer: manual.customer && partnerNumber(manual.customer.id),
		text: manual.memo,
		reverses: null,
	}
	const postings = [
		{ account: accountOf(manual.against), amount: manual.amount, base: manual.amount },
		{ account: accountOf(manual.account), amount: -manual.amount, base: -manual.amount },
	]
	post(sapBook(emit, 'A_OperationalAcctgDocItemCube'), entry, postings, { from: journal.createdAt, at: journal.stamp })
}

/** A payment: the bank against receivables. One that settles its invoice whole clears it; any other names it. */
export function emitPayment(emit: Emit, payment: Payment): void {
	const [{ from, stamp, state }] = payment.versions as [Payment['versions'][number]]
	if (from >= lastMoment || !state) return
	const { entity, currency, rate, amount } = state
	const own = legalEntities[entity].currency
	const base = currency === own ? amount : (amount * rate) / 10_000_000_000n
	const [applied] = state.applied
	const billed = applied!.invoice.versions.findLast((one) => one.from <= from)?.state
	const isWhole = billed?.unpaid === 0n && billed.net + billed.tax === amount
	const entry: Entry = {
		document: documentNumber(payment.id),
		type: 'DZ',
		reference: 'BKPF',
		entity,
		currency,
		date: state.date,
		posted: postingDate(state),
		billing: null,
		customer: partnerNumber(state.customer.id),
		text: '',
		reverses: null,
	}
	const clearing = billed?.unpaid === 0n ? { document: entry.document, year: fiscalYear(entry.posted), at: from } : null
	const receivable: Posting = {
		account: accountOf('receivable'),
		amount: -amount,
		base: -base,
		isReceivable: true,
		dueDate: state.date,
		settles: isWhole ? null : invoiceJournal(applied!.invoice),
		clearing,
	}
	post(
		sapBook(emit, 'A_OperationalAcctgDocItemCube'),
		entry,
		[{ account: accountOf('bank'), amount, base }, receivable],
		{ from, at: stamp },
	)
}

/** Keys of other documents are filled up with zeros here, unlike in the services that these documents come from. */
function bodyOf(
	entry: Entry,
	posting: Posting,
	{ item, at }: { item: string; at: number },
): { [member: string]: Json } {
	const own = legalEntities[entry.entity].currency
	const isRevenue = Number(posting.account) >= 40_000_000
	const { clearing, settles, sales } = posting
	const customer = posting.isReceivable || (isRevenue && entry.type !== 'RV') ? entry.customer : null
	return {
		CompanyCode: companyCodes[entry.entity],
		FiscalYear: fiscalYear(entry.posted),
		AccountingDocument: entry.document,
		AccountingDocumentItem: item,
		LedgerGLLineItem: padded(item, 6),
		FinancialAccountType: posting.isReceivable ? 'D' : 'S',
		AccountingDocumentType: entry.type,
		ReferenceDocumentType: entry.reference,
		OriginalReferenceDocument: entry.billing ?? '',
		BusinessTransactionType: { RV: 'SD00', DZ: 'RFBU', SA: 'RFBU', RR: 'TBRR' }[entry.type] ?? '',
		GLAccount: posting.account,
		IsBalanceSheetAccount: !isRevenue,
		DebitCreditCode: posting.amount < 0n ? 'H' : 'S',
		AmountInTransactionCurrency: amountText(posting.amount, entry.currency),
		TransactionCurrency: entry.currency,
		AmountInCompanyCodeCurrency: amountText(posting.base, own),
		CompanyCodeCurrency: own,
		FiscalPeriod: padded(entry.posted.slice(5, 7), 3),
		PostingDate: dayV2(entry.posted),
		DocumentDate: dayV2(entry.date),
		AccountingDocumentCreationDate: dayV2(stampOf(at).slice(0, 10)),
		CreationTime: timeV2(at),
		LastChangeDate: null,
		Customer: customer ? padded(customer) : '',
		BillingDocument: entry.billing ? padded(entry.billing) : '',
		SalesDocument: sales ? padded(sales.document) : '',
		SalesDocumentItem: sales ? padded(sales.item, 6) : '000000',
		Material: posting.material ?? '',
		DocumentItemText: entry.text,
		NetDueDate: posting.dueDate ? dayV2(posting.dueDate) : null,
		InvoiceReference: settles ? padded(settles.document) : '',
		InvoiceReferenceFiscalYear: settles?.year ?? '0000',
		InvoiceItemReference: settles ? '001' : '000',
		ClearingDate: clearing ? dayV2(dateOf(clearing.at)) : null,
		ClearingCreationDate: clearing ? dayV2(dateOf(clearing.at)) : null,
		ClearingAccountingDocument: clearing ? padded(clearing.document) : '',
		ClearingDocFiscalYear: clearing?.year ?? '0000',
		IsCleared: clearing !== null && clearing !== undefined,
		ReverseDocument: entry.reverses ? padded(entry.reverses) : '',
		AccountingDocCreatedByUser: userOf(entry),
	}
}

/** Revenue recognition is a job; all else is somebody's. */
function userOf({ type, document }: Entry): string {
	if (type === 'RR') return 'BATCH_RR'
	return random('bookkeeper', document).pick(people).last.toUpperCase().slice(0, 12)
}
