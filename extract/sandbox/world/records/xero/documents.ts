import { lastMoment } from '../../company/calendar.ts'
import { type Currency, type EntityCode, ledger } from '../../company/entities.ts'
import type { ErpCustomer } from '../../company/parties.ts'
import type { Setting } from '../../company/setting.ts'
import { datedIn } from '../../projection.ts'
import type { Credit, Invoice, InvoiceState, Journal, Payment, Story } from '../../story/facts.ts'
import { type Emit, tracker, type Values } from '../emit.ts'
import { currencyRate, hundredths, money } from './amounts.ts'
import { contactIn, documentId, tenantOf, uuid } from './identifiers.ts'
import { bothDates, type Json, jsonText, msDate } from './json.ts'
import { accountId, lineItems } from './lines.ts'

/** What the store keeps of every record: the body as JSON, and apart from it what requests filter by. */
export function stored(
	entity: EntityCode,
	body: { [member: string]: Json | undefined },
	more: { kind?: string; status?: string; reference?: string | null } = {},
): Values {
	const { kind = null, status = null, reference = null } = more
	return { tenant: tenantOf(entity), kind, status, reference, updated: null, body: jsonText(body) }
}

/** A sales invoice. Approval pending is SUBMITTED; a voided one keeps what it said, and nothing is due. */
export function emitInvoice(emit: Emit, setting: Setting, story: Story, invoice: Invoice): void {
	const invoices = tracker(emit, 'xero', 'Invoices', ['updated'])
	const id = documentId(invoice.id)
	let standing: InvoiceState | null = null
	for (const { from, stamp, state } of invoice.versions) {
		if (from >= lastMoment) break
		if (state && state.status !== 'voided') standing = state
		const shown = standing ?? state
		if (!shown) continue
		const status = state === null ? 'DELETED' : statuses[state.status]
		invoices.write(id, from, stamp, invoiceValues(setting, story, invoice, { shown, status, at: from }))
	}
}

const statuses = { draft: 'SUBMITTED', open: 'AUTHORISED', paid: 'PAID', voided: 'VOIDED' } as const

function invoiceValues(
	setting: Setting,
	story: Story,
	invoice: Invoice,
	{ shown, status, at }: { shown: InvoiceState; status: string; at: number },
): Values {
	const { entity, currency } = shown
	const id = documentId(invoice.id)
	const { lines, net, tax } = lineItems({ ...shown, id: invoice.id, hasDiscounts: true })
	const total = net + tax
	const isDue = status !== 'VOIDED' && status !== 'DELETED'
	const due = !isDue ? 0n : shown.unpaid === shown.net + shown.tax ? total : hundredths(shown.unpaid, currency)
	const credits = story.credits.filter((credit) => credit.invoices.includes(invoice) && credit.versions[0]!.from <= at)
	const settled = isDue ? total - due : 0n
	const applied = credits.reduce((sum, { versions }) => sum + hundredths(versions[0]!.state!.applied, currency), 0n)
	const credited = applied < settled ? applied : settled
	return stored(
		entity,
		{
			Type: 'ACCREC',
			InvoiceID: id,
			InvoiceNumber: invoice.number,
			Payments: [],
			CreditNotes: credits.map((credit) => ({
				CreditNoteID: documentId(credit.id),
				CreditNoteNumber: credit.number,
				AppliedAmount: money(hundredths(credit.versions[0]!.state!.applied, currency)),
			})),
			Prepayments: [],
			Overpayments: [],
			AmountDue: money(due),
			AmountPaid: money(settled - credited),
			AmountCredited: money(credited),
			CurrencyRate: currencyRate(setting, currency, entity, shown.rate),
			HasErrors: false,
			IsDiscounted: lines.some((line) => 'DiscountRate' in (line as object) || 'DiscountAmount' in (line as object)),
			HasAttachments: false,
			Contact: contact(shown.customer, entity),
			...bothDates('Date', datedIn(shown.date, shown.period)),
			...bothDates('DueDate', shown.dueDate),
			...(status === 'PAID' && shown.closeDate && { FullyPaidOnDate: msDate(shown.closeDate) }),
			Status: status,
			LineAmountTypes: 'Exclusive',
			LineItems: lines,
			SubTotal: money(net),
			TotalTax: money(tax),
			Total: money(total),
			CurrencyCode: currency,
		},
		{ kind: 'ACCREC', status, reference: shown.reference },
	)
}

/** A credit note, with what it settles of its invoice. Credit notes have no discounts: the lines are net. */
export function emitCredit(emit: Emit, setting: Setting, credit: Credit): void {
	const notes = tracker(emit, 'xero', 'CreditNotes', ['updated'])
	const id = documentId(credit.id)
	for (const { from, stamp, state } of credit.versions) {
		if (from >= lastMoment || !state) break
		const { entity, currency, applied } = state
		const { lines, net, tax } = lineItems({ ...state, id: credit.id, hasDiscounts: false })
		const isSpent = applied === state.net + state.tax
		const used = isSpent ? net + tax : hundredths(applied, currency)
		const date = datedIn(state.date, state.period)
		const status = isSpent ? 'PAID' : 'AUTHORISED'
		const values = stored(
			entity,
			{
				CreditNoteID: id,
				CreditNoteNumber: credit.number,
				Type: 'ACCRECCREDIT',
				Reference: credit.invoices[0]!.number,
				Payments: [],
				Allocations: used > 0n ? [allocation(credit, used, date)] : [],
				RemainingCredit: money(net + tax - used),
				CurrencyRate: currencyRate(setting, currency, entity, state.rate),
				HasErrors: false,
				HasAttachments: false,
				Contact: contact(state.customer, entity),
				...bothDates('Date', date),
				...(isSpent && { FullyPaidOnDate: msDate(date) }),
				Status: status,
				LineAmountTypes: 'Exclusive',
				LineItems: lines,
				SubTotal: money(net),
				TotalTax: money(tax),
				Total: money(net + tax),
				CurrencyCode: currency,
			},
			{ kind: 'ACCRECCREDIT', status },
		)
		notes.write(id, from, stamp, values)
	}
}

function allocation(credit: Credit, amount: bigint, date: string): Json {
	return {
		AllocationID: uuid(`allocation ${credit.id}`),
		Amount: money(amount),
		Date: msDate(date),
		Invoice: { InvoiceID: documentId(credit.invoices[0]!.id), InvoiceNumber: credit.invoices[0]!.number },
		IsDeleted: false,
	}
}

/** A payment: Xero has one for each invoice that it settles. */
export function emitPayment(emit: Emit, setting: Setting, payment: Payment): void {
	const payments = tracker(emit, 'xero', 'Payments', ['updated'])
	for (const { from, stamp, state } of payment.versions) {
		if (from >= lastMoment || !state) break
		const { entity, currency } = state
		state.applied.forEach(({ invoice, amount }, at) => {
			const paid = money(hundredths(amount, currency))
			const id = uuid(`payment ${payment.id} ${at}`)
			const values = stored(
				entity,
				{
					PaymentID: id,
					Date: msDate(datedIn(state.date, state.period)),
					BankAmount: paid,
					Amount: paid,
					Reference: payment.number,
					CurrencyRate: currencyRate(setting, currency, entity, state.rate),
					PaymentType: 'ACCRECPAYMENT',
					Status: 'AUTHORISED',
					HasAccount: true,
					IsReconciled: true,
					Account: { AccountID: accountId(entity, ledger.bank.number), Code: ledger.bank.number },
					Invoice: {
						Type: 'ACCREC',
						InvoiceID: documentId(invoice.id),
						InvoiceNumber: invoice.number,
						Contact: contact(state.customer, entity),
						CurrencyCode: currency,
					},
					HasValidationErrors: false,
				},
				{ kind: 'ACCRECPAYMENT', status: 'AUTHORISED' },
			)
			payments.write(id, from, stamp, values)
		})
	}
}

/** A journal by hand: two lines in the organisation's currency, and no contact. */
export function emitManualJournal(emit: Emit, journal: Journal, base: Currency): void {
	const { manual, entity } = journal
	if (!manual || journal.createdAt >= lastMoment) return
	const amount = hundredths(manual.amount, base)
	const line = (account: keyof typeof ledger, value: bigint): Json => ({
		LineAmount: money(value),
		AccountCode: ledger[account].number,
		AccountID: accountId(entity, ledger[account].number),
		Description: manual.memo,
		TaxType: 'NONE',
		TaxAmount: money(0n),
		IsBlank: false,
	})
	const id = documentId(journal.id)
	tracker(emit, 'xero', 'ManualJournals', ['updated']).write(
		id,
		journal.createdAt,
		journal.stamp,
		stored(
			entity,
			{
				ManualJournalID: id,
				Narration: `${journal.number} ${manual.memo}`,
				Date: msDate(datedIn(journal.date, journal.period)),
				Status: 'POSTED',
				LineAmountTypes: 'NoTax',
				ShowOnCashBasisReports: true,
				HasAttachments: false,
				JournalLines: [line(manual.against, amount), line(manual.account, -amount)],
			},
			{ status: 'POSTED' },
		),
	)
}

function contact(customer: ErpCustomer, entity: EntityCode): Json {
	return { ContactID: contactIn(customer, entity), Name: customer.name }
}
