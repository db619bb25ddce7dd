import { dateAfter, lastDay, lastMoment, moment, monthAfter, monthOf } from '../../company/calendar.ts'
import { type LedgerAccount, legalEntities } from '../../company/entities.ts'
import { amountText, convert, rateText } from '../../company/exact.ts'
import type { Credit, CreditState, Invoice, InvoiceState, Plan, SalesLine } from '../../story/facts.ts'
import { orderOf } from '../../story/origins.ts'
import { stateAt } from '../../story/timeline.ts'
import type { Emit, Values } from '../emit.ts'
import { bookEntries, cancelEntries, type Entry, type Voucher } from './ledger.ts'
import { chargeValues, incomeAccount, itemValues, type Rows, rowsOf } from './lines.ts'
import { deliveryOf } from './parties.ts'
import {
	accountName,
	type Book,
	companyName,
	debtorsAccount,
	debtorsCurrency,
	documentName,
	lineName,
	siteBook,
	siteDate,
	writeDeleted,
} from './site.ts'

const doctype = 'Sales Invoice'

/** An invoice with its entries in the ledger, and what of it is recognised month by month. */
export function emitInvoice(emit: Emit, invoice: Invoice, plans: Plan[]): void {
	const book = siteBook(emit)
	const name = documentName(invoice.number)
	const own = plans.filter((plan) => plan.invoice === invoice)
	let booked: { voucher: Voucher; entries: Entry[] } | null = null
	let shown: InvoiceState | null = null
	for (const { from, stamp, state, isSilent } of momentsOf(invoice, own)) {
		if (from >= lastMoment) break
		if (state === null) {
			book.removeAll(from)
			writeDeleted(emit, doctype, name, from)
			continue
		}
		// What is cancelled keeps its lines and amounts.
		if (state.status !== 'voided' || !shown) shown = state
		const { status } = state
		const rows = rowsOf(name, shown)
		writeInvoice(book, { invoice, state: shown, status, rows, plans: own }, { from, stamp, isSilent })
		if (status === 'voided' && booked) cancelEntries(book, booked.voucher, booked.entries, from, stamp)
		if (status === 'draft' || status === 'voided' || booked) continue
		const voucher = voucherOf(name, shown, postingDate(shown, invoice.createdAt))
		booked = { voucher, entries: entriesOf(name, shown, rows, null) }
		bookEntries(book, voucher, booked.entries, from, stamp)
	}
	for (const plan of own) emitRecognition(book, invoice, plan)
}

type Moment = { from: number; stamp: number; state: InvoiceState | null; isSilent: boolean }

/** An invoice's versions, and between them the night in which it became overdue and the end of a subscription. */
function momentsOf(invoice: Invoice, plans: Plan[]): Moment[] {
	const moments: Moment[] = []
	const ends = plans.flatMap(({ rows }) => rows.flatMap(({ removedAt }) => removedAt ?? []))
	for (const [at, { from, stamp, state }] of invoice.versions.entries()) {
		moments.push({ from, stamp, state, isSilent: false })
		if (state === null) continue
		const next = invoice.versions[at + 1]?.from ?? Number.POSITIVE_INFINITY
		const between = (moment: number) => moment > from && moment < next
		const due = overdueAt(state)
		// At night a job marks what is overdue, by SQL.
		if (state.status === 'open' && state.unpaid > 0n && between(due))
			moments.push({ from: due, stamp: due, state, isSilent: true })
		for (const end of new Set(ends)) if (between(end)) moments.push({ from: end, stamp: end, state, isSilent: false })
	}
	return moments.sort((one, other) => one.from - other.from)
}

/** A return: an invoice with everything negative, settled against the invoice that it gives back. */
export function emitCredit(emit: Emit, credit: Credit): void {
	const book = siteBook(emit)
	const name = documentName(credit.number)
	const returned = documentName(credit.invoices[0]!.number)
	for (const { from, stamp, state } of credit.versions) {
		if (from >= lastMoment || state === null) break
		const rows = rowsOf(name, state)
		const billed = rowsOf(returned, originOf(credit, from))
		const posted = postingDate(state, credit.createdAt)
		book.write(doctype, name, from, stamp, {
			...documentValues(state, rows, -1n),
			docstatus: '1',
			posting_date: posted,
			due_date: posted,
			outstanding_amount: amountText(0n, debtorsCurrency(state.currency, state.entity)),
			status: 'Return',
			is_return: '1',
			return_against: returned,
			update_outstanding_for_self: '0',
		})
		rows.items.forEach((row, at) => {
			const origin = billed.items.find(
				({ line }) => line.id === row.line.orderLine && line.product === row.line.product,
			)
			book.write('Sales Invoice Item', row.name, from, stamp, {
				...itemValues(row, state, name, at + 1, -1n),
				docstatus: '1',
				sales_order: null,
				so_detail: null,
				income_account: accountName(row.line.account, state.entity),
				enable_deferred_revenue: '0',
				sales_invoice_item: origin?.name ?? null,
				crm_line_id: null,
			})
		})
		writeCharges(book, { name, state, rows, docstatus: '1', sign: -1n }, from, stamp)
		const voucher = voucherOf(name, state, posted)
		bookEntries(book, voucher, entriesOf(name, state, rows, returned), from, stamp)
	}
}

/** The invoice's lines as they were credited. */
function originOf(credit: Credit, at: number): InvoiceState {
	const [invoice] = credit.invoices
	return stateAt(invoice!.versions, at) ?? invoice!.versions[0]!.state!
}

type Shown = {
	invoice: Invoice
	state: InvoiceState
	status: InvoiceState['status']
	rows: Rows
	plans: Plan[]
}

function writeInvoice(
	book: Book,
	{ invoice, state, status, rows, plans }: Shown,
	{ from, stamp, isSilent }: Omit<Moment, 'state'>,
): void {
	const docstatus = { draft: '0', voided: '2' }[status as string] ?? '1'
	const name = documentName(invoice.number)
	const posted = postingDate(state, invoice.createdAt)
	const values = {
		...documentValues(state, rows, 1n),
		docstatus,
		posting_date: posted,
		due_date: state.dueDate,
		outstanding_amount: outstanding(state),
		status: statusWords(state, status, from),
		is_return: '0',
		return_against: null,
		update_outstanding_for_self: '1',
		crm_opportunity_id: invoice.orders.length > 0 ? null : state.reference,
	}
	book.write(doctype, name, from, stamp, values, isSilent)
	if (isSilent) return
	rows.items.forEach((row, at) => {
		const { line } = row
		const plan = plans.find((one) => one.line === line.id)
		const order = orderOf(invoice, line)
		const ordered = order && documentName(order.number)
		book.write('Sales Invoice Item', row.name, from, stamp, {
			...itemValues(row, state, name, at + 1, 1n),
			docstatus,
			sales_order: ordered,
			so_detail: ordered && line.orderLine !== null ? lineName(ordered, line.orderLine) : null,
			income_account: accountName(incomeAccount(line), state.entity),
			...(plan ? deferral(plan, posted, from) : { enable_deferred_revenue: '0' }),
			sales_invoice_item: null,
			crm_line_id: line.dealLine,
		})
	})
	writeCharges(book, { name, state, rows, docstatus, sign: 1n }, from, stamp)
}

type Charged = { name: string; state: InvoiceState | CreditState; rows: Rows; docstatus: string; sign: bigint }

function writeCharges(book: Book, { name, state, rows, docstatus, sign }: Charged, from: number, stamp: number): void {
	rows.charges.forEach((row, at) => {
		const values = chargeValues(row, state, name, doctype, at + 1, sign)
		book.write('Sales Taxes and Charges', row.name, from, stamp, { docstatus, ...values })
	})
}

function documentValues(state: InvoiceState | CreditState, { itemNet }: Rows, sign: bigint): Values {
	const { currency, entity, rate, net, tax } = state
	const base = legalEntities[entity].currency
	const text = (amount: bigint) => amountText(sign * amount, currency)
	return {
		customer: state.customer.number,
		customer_name: state.customer.name,
		company: companyName(entity),
		currency,
		conversion_rate: rateText(rate),
		net_total: text(itemNet),
		base_net_total: amountText(sign * convert(itemNet, rate, currency, base), base),
		total_taxes_and_charges: text(net + tax - itemNet),
		grand_total: text(net + tax),
		rounded_total: text(entity === 'US' ? 0n : net + tax),
		party_account_currency: debtorsCurrency(currency, entity),
		is_debit_note: '0',
		is_opening: 'No',
		amended_from: null,
		po_no: null,
		...deliveryOf(state.customer, entity, 'invoice'),
		crm_opportunity_id: null,
		sales_channel: state.channel || null,
	}
}

/** What is still owed, in the currency of the debtors' account. */
function outstanding({ currency, entity, rate, unpaid }: InvoiceState): string {
	const own = debtorsCurrency(currency, entity)
	return amountText(own === currency ? unpaid : convert(unpaid, rate, currency, own), own)
}

function statusWords(state: InvoiceState, status: InvoiceState['status'], at: number): string {
	if (status === 'draft') return 'Draft'
	if (status === 'voided') return 'Cancelled'
	if (status === 'paid') return 'Paid'
	if (at >= overdueAt(state)) return 'Overdue'
	return state.unpaid < state.net + state.tax ? 'Partly Paid' : 'Unpaid'
}

function overdueAt({ dueDate }: InvoiceState): number {
	return moment(dateAfter(dueDate, 1)) + 5 * 3_600_000 + 600_000
}

/** ERPNext has no posting period: what comes after the closing of its month is posted on the day it is entered. */
export function postingDate({ date, period }: { date: string; period: string }, enteredAt: number): string {
	return monthOf(date) === period ? date : siteDate(enteredAt)
}

/** Over how many days the line's revenue is spread: the plan's months, from the invoice on. */
function deferral(plan: Plan, start: string, at: number): Values {
	const last = monthAfter(monthOf(start), plan.rows.length - 1)
	const gone = plan.rows.find(({ removedAt }) => removedAt !== null && removedAt <= at)
	return {
		enable_deferred_revenue: '1',
		deferred_revenue_account: accountName('deferred', plan.entity),
		service_start_date: start,
		service_end_date: lastDay(last),
		...(gone && { service_stop_date: lastDay(monthAfter(gone.month, -1)) }),
	}
}

function voucherOf(name: string, { entity, currency, rate }: InvoiceState | CreditState, date: string): Voucher {
	return { type: doctype, name, entity, date, currency, rate, remarks: null }
}

/** Debtors against income, deferred revenue and taxes; lines of one account are one entry. A return books the other way round. */
function entriesOf(name: string, state: InvoiceState | CreditState, rows: Rows, returnOf: string | null): Entry[] {
	const { entity, currency } = state
	const sign = returnOf === null ? -1n : 1n
	const totals = new Map<LedgerAccount, Entry>()
	const add = (account: LedgerAccount, own: bigint, foreign: bigint) => {
		const entry = totals.get(account) ?? { account: accountName(account, entity), own: 0n, foreign: 0n }
		totals.set(account, { ...entry, own: entry.own + sign * own, foreign: entry.foreign + sign * foreign })
	}
	for (const { line, net, baseNet } of rows.items) add(bookedOn(line), baseNet, net)
	for (const { account, amount, baseAmount } of rows.charges) add(account, baseAmount, amount)
	const credits = [...totals.values()]
	const debtors: Entry = {
		account: debtorsAccount(currency, entity),
		own: -credits.reduce((sum, { own }) => sum + own, 0n),
		foreign: -credits.reduce((sum, { foreign }) => sum + foreign, 0n),
		accountCurrency: debtorsCurrency(currency, entity),
		party: state.customer.number,
		against: [doctype, returnOf ?? name],
	}
	return [debtors, ...credits]
}

/** An invoice line with a plan is booked as deferred; so is a return's line that gives back something deferred. */
function bookedOn(line: SalesLine): LedgerAccount {
	return line.plan ? 'deferred' : line.account
}

/** Process Deferred Accounting: each month's part from the deferred account to the income account, with the invoice as voucher. */
function emitRecognition(book: Book, invoice: Invoice, plan: Plan): void {
	const name = documentName(invoice.number)
	const first = invoice.versions[0]!.state!
	for (const row of plan.rows) {
		const { journal } = row
		if (!journal || journal.createdAt >= lastMoment) continue
		const voucher = voucherOf(name, first, journal.date)
		const detail = lineName(name, plan.line)
		const against: Entry['against'] = ['Process Deferred Accounting', documentName(journal.number)]
		const income = accountName(plan.product.account, plan.entity)
		const entries: Entry[] = [
			{ account: income, own: -row.amount, foreign: 0n, detail, against },
			{ account: accountName('deferred', plan.entity), own: row.amount, foreign: 0n, detail, against },
		]
		bookEntries(book, voucher, entries, journal.createdAt, journal.stamp, row.id)
	}
}
