import { lastMoment, monthOf, stampOf } from '../../company/calendar.ts'
import { deliveredTo, hasStore } from '../../company/delivery.ts'
import { type Currency, type EntityCode, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import { convert } from '../../company/exact.ts'
import { accountOf, type ErpCustomer } from '../../company/parties.ts'
import type { Setting } from '../../company/setting.ts'
import type { Credit, CreditState, Invoice, InvoiceState, Journal, Payment } from '../../story/facts.ts'
import { type Emit, tracker, type Values } from '../emit.ts'
import { applicationId, customerIn, realmOf } from './identifiers.ts'
import { currencyMembers, currencyReference, hundredths, type Json, jsonText, money, reference } from './json.ts'
import { accountReference, formLines } from './lines.ts'

type Body = { [member: string]: Json | undefined }

/** What the store keeps of a record: the body as JSON, and apart from it what requests filter by and what people wrote. */
export function stored(
	entity: EntityCode,
	body: Body & { Id: string },
	{ createdAt, reference = null }: { createdAt: number; reference?: string | null },
): Values {
	return {
		id: body.Id,
		realm: realmOf(entity),
		active: body['Active'] === undefined ? null : String(body['Active']),
		reference,
		created: stampOf(createdAt),
		updated: null,
		body: jsonText({ domain: 'QBO', sparse: false, ...body, SyncToken: '0' }),
	}
}

/** A record's place in the store: each company counts its own ids. */
export function recordId(entity: EntityCode, id: string): string {
	return `${realmOf(entity)}:${id}`
}

/**
 * The first day of the month in which it was posted, for a document that came after its own month was closed: QuickBooks has no posting
 * period, and the books are closed up to a date.
 */
function postedDate(date: string, period: string): string {
	return monthOf(date) === period ? date : `${period}-01`
}

/** An invoice from its approval on: drafts are kept elsewhere. Void: zeros, and the word in the private note. */
export function emitInvoice(emit: Emit, setting: Setting, invoice: Invoice): void {
	const invoices = tracker(emit, 'quickbooks', 'Invoice', ['updated'])
	let createdAt: number | null = null
	let standing: InvoiceState | null = null
	for (const { from, stamp, state } of invoice.versions) {
		if (from >= lastMoment) break
		if (state === null) {
			invoices.remove(from)
			continue
		}
		if (state.status === 'draft') continue
		if (state.status !== 'voided') standing = state
		if (state.status === 'voided' && standing === null) continue
		createdAt ??= from
		const shown = standing!
		const isVoid = state.status === 'voided'
		const body = { ...invoiceBody(setting, invoice, shown, isVoid), ShipAddr: shipTo(setting, shown) }
		const values = stored(shown.entity, body, { createdAt, reference: isVoid ? 'Voided' : shown.reference })
		invoices.write(recordId(shown.entity, invoice.id), from, stamp, values)
	}
}

function invoiceBody(setting: Setting, invoice: Invoice, state: InvoiceState, isVoid: boolean): Body & { Id: string } {
	const { currency, channel } = state
	const { lines, net, tax } = formLines({ ...state, isVoid })
	const total = net + tax
	const balance = isVoid ? 0n : state.unpaid === state.net + state.tax ? total : hundredths(state.unpaid, currency)
	return {
		Id: invoice.id,
		...formMembers(setting, invoice.number, state, { lines, tax, total }),
		DueDate: state.dueDate,
		Balance: money(balance),
		EmailStatus: 'NotSet',
		LinkedTxn: [],
		CustomField: channel
			? [{ DefinitionId: '1', Name: 'Sales Channel', Type: 'StringType', StringValue: channel }]
			: [{ DefinitionId: '1', Name: 'Sales Channel', Type: 'StringType' }],
	}
}

/** Where an invoice is delivered. Companies leave their own country out, and of a form that a person has edited the parts are lines of text. */
function shipTo(setting: Setting, { customer, entity }: InvoiceState): Json {
	const account = accountOf(setting, customer.account)
	const { postalCode, country } = deliveredTo(account, customer, 'invoice')
	const { city, street } = account.address
	const line = hasStore(customer) ? 'Dock 4' : street
	if (account.index % 13 === 6) return { Line1: customer.name, Line2: line, Line3: `${city} ${postalCode}` }
	const isAtHome = country === (entity === 'UK' ? 'GB' : entity)
	return { Line1: line, City: city, PostalCode: postalCode, Country: isAtHome ? undefined : country }
}

type Totals = { lines: Json[]; tax: bigint; total: bigint }

/** What every sales form has. */
function formMembers(
	setting: Setting,
	number: string,
	state: InvoiceState | CreditState,
	{ lines, tax, total }: Totals,
): Body {
	const { entity, currency, rate } = state
	const home = legalEntities[entity].currency
	return {
		DocNumber: number,
		TxnDate: postedDate(state.date, state.period),
		...currencyMembers(setting, currency, entity, rate),
		CustomerRef: customerReference(state.customer, entity),
		Line: lines,
		TxnTaxDetail: { TotalTax: money(tax) },
		GlobalTaxCalculation: entity === 'US' ? undefined : 'TaxExcluded',
		ApplyTaxAfterDiscount: entity === 'US' ? true : undefined,
		TotalAmt: money(total),
		HomeTotalAmt: setting.currencies.length > 1 ? money(inHome(total, rate, currency, home)) : undefined,
		PrintStatus: 'NotSet',
	}
}

/** A credit memo, and the payment of nothing by which it is applied to its invoice. */
export function emitCredit(emit: Emit, setting: Setting, credit: Credit): void {
	const memos = tracker(emit, 'quickbooks', 'CreditMemo', ['updated'])
	const payments = tracker(emit, 'quickbooks', 'Payment', ['updated'])
	const createdAt = credit.versions[0]!.from
	for (const { from, stamp, state } of credit.versions) {
		if (from >= lastMoment || !state) break
		const { entity, currency, applied } = state
		const { lines, net, tax } = formLines(state)
		const total = net + tax
		const used = applied === state.net + state.tax ? total : hundredths(applied, currency)
		const body = {
			Id: credit.id,
			...formMembers(setting, credit.number, state, { lines, tax, total }),
			Balance: money(total - used),
			RemainingCredit: money(total - used),
			InvoiceRef: reference(credit.invoices[0]!.id),
			CustomField: [],
		}
		memos.write(recordId(entity, credit.id), from, stamp, stored(entity, body, { createdAt }))
		if (used === 0n) continue
		const application = applicationBody(setting, credit, state, used)
		payments.write(recordId(entity, application.Id), from, stamp, stored(entity, application, { createdAt }))
	}
}

function applicationBody(setting: Setting, credit: Credit, state: CreditState, used: bigint): Body & { Id: string } {
	const { entity, currency, rate } = state
	return {
		Id: applicationId(credit.id),
		TxnDate: postedDate(state.date, state.period),
		...currencyMembers(setting, currency, entity, rate),
		CustomerRef: customerReference(state.customer, entity),
		TotalAmt: money(0n),
		UnappliedAmt: money(0n),
		Line: [linkedLine(used, credit.invoices[0]!.id, 'Invoice'), linkedLine(used, credit.id, 'CreditMemo')],
	}
}

export function emitPayment(emit: Emit, setting: Setting, payment: Payment): void {
	const payments = tracker(emit, 'quickbooks', 'Payment', ['updated'])
	for (const { from, stamp, state } of payment.versions) {
		if (from >= lastMoment || !state) break
		const { entity, currency, rate } = state
		const applied = state.applied.reduce((sum, { amount }) => sum + hundredths(amount, currency), 0n)
		const total = hundredths(state.amount, currency)
		const body = {
			Id: payment.id,
			TxnDate: postedDate(state.date, state.period),
			...currencyMembers(setting, currency, entity, rate),
			CustomerRef: customerReference(state.customer, entity),
			DepositToAccountRef: reference(ledger.bank.id),
			PaymentRefNum: payment.number,
			TotalAmt: money(total),
			UnappliedAmt: money(total - applied),
			Line: state.applied.map(({ invoice, amount }) => linkedLine(hundredths(amount, currency), invoice.id, 'Invoice')),
		}
		const values = stored(entity, body, { createdAt: payment.createdAt })
		payments.write(recordId(entity, payment.id), from, stamp, values)
	}
}

/** A journal by hand: a debit and a credit, both positive, with the customer where one was named. It names its currency in any company. */
export function emitJournal(emit: Emit, setting: Setting, journal: Journal): void {
	const { manual, entity } = journal
	if (!manual || journal.createdAt >= lastMoment) return
	const home = legalEntities[entity].currency
	const amount = hundredths(manual.amount, home)
	const line = (account: LedgerAccount, posting: 'Debit' | 'Credit', id: string): Json => ({
		Id: id,
		Description: manual.memo,
		Amount: money(amount < 0n ? -amount : amount),
		DetailType: 'JournalEntryLineDetail',
		JournalEntryLineDetail: {
			PostingType: posting,
			AccountRef: accountReference(account),
			Entity: manual.customer ? { Type: 'Customer', EntityRef: customerReference(manual.customer, entity) } : undefined,
		},
	})
	const [debited, credited] = amount < 0n ? [manual.account, manual.against] : [manual.against, manual.account]
	const body = {
		Id: journal.id,
		DocNumber: journal.number,
		TxnDate: postedDate(journal.date, journal.period),
		PrivateNote: manual.memo,
		Adjustment: false,
		CurrencyRef: currencyReference(home),
		...currencyMembers(setting, home, entity, 0n),
		TotalAmt: money(0n),
		Line: [line(debited, 'Debit', '0'), line(credited, 'Credit', '1')],
	}
	tracker(emit, 'quickbooks', 'JournalEntry', ['updated']).write(
		recordId(entity, journal.id),
		journal.createdAt,
		journal.stamp,
		stored(entity, body, { createdAt: journal.createdAt }),
	)
}

function linkedLine(amount: bigint, TxnId: string, TxnType: string): Json {
	return { Amount: money(amount), LinkedTxn: [{ TxnId, TxnType }] }
}

function inHome(total: bigint, rate: bigint, currency: Currency, home: Currency): bigint {
	if (currency === home) return total
	// Both in hundredths, whatever minor units the currencies have.
	return convert(total, rate, 'USD', 'USD')
}

function customerReference(customer: ErpCustomer, entity: EntityCode): Json {
	return reference(customerIn(customer, entity), customer.name)
}
