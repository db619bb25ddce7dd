import { dateOf, lastMoment, stampOf } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, convert } from '../../company/exact.ts'
import type { Credit, CreditState, Invoice, InvoiceState, Plan, Story } from '../../story/facts.ts'
import { invoiceOf, orderOf } from '../../story/origins.ts'
import { stateAt } from '../../story/timeline.ts'
import type { Emit } from '../emit.ts'
import { type Book, dayV2, type Json, listV2, sapBook, timeV2 } from './book.ts'
import { companyCodes, documentNumber, itemNumber, partnerNumber } from './identifiers.ts'
import { elementsOf, type Item, itemsOf, quantityText, unitOf } from './items.ts'
import {
	accountOf,
	adjustmentAccount,
	type Entry,
	fiscalYear,
	invoiceJournal,
	type JournalEntry,
	type Posting,
	post,
	postDeferral,
	postingDate,
	postRecognition,
} from './journal.ts'
import { documentRate } from './quote.ts'

/** The number of the document that cancels another, and of the request that a credit memo is made from. */
const cancellationNumber = (number: string) => `1${number}`
const requestNumber = (number: string) => `6${number.slice(1)}`

/** Where an item comes from: an order's item; a debit memo request, which no list of orders has; a credit memo request. */
type Origin = { document: string; item: string; category: 'C' | 'L' | 'K' }
type OriginOf = (line: Item['line']) => Origin

/** An invoice, its journal entries and, when it is cancelled, the document that does it. */
export function emitInvoice(emit: Emit, story: Story, invoice: Invoice): void {
	const book = sapBook(emit, 'A_BillingDocument')
	const ledger = sapBook(emit, 'A_OperationalAcctgDocItemCube')
	const number = documentNumber(invoice.id)
	const originOf: OriginOf = (line) => {
		const order = orderOf(invoice, line)
		if (!order) return { document: requestNumber(number), category: 'L', item: itemNumber(line.id) }
		const item = line.orderLine === null ? '0' : itemNumber(line.orderLine)
		return { document: documentNumber(order.id), category: 'C', item }
	}
	let standing: InvoiceState | null = null
	let posted: { entry: Entry; postings: Posting[]; deferral: Posting[]; at: number } | null = null
	for (const { from, stamp, state } of invoice.versions) {
		if (from >= lastMoment) break
		if (state === null) {
			book.removeAll(from)
			continue
		}
		const isCancelled = state.status === 'voided'
		if (!isCancelled || !standing) standing = state
		const sheet = {
			number,
			state: standing,
			items: itemsOf(standing),
			originOf,
			reference: invoice.orders.length > 0 ? null : standing.reference,
			createdAt: invoice.createdAt,
			category: 'M',
			type: 'F2',
		}
		const isPosted = state.status !== 'draft'
		const cleared = state.status === 'paid' || isCancelled ? 'C' : state.unpaid < state.net + state.tax ? 'B' : 'A'
		writeBilling(book, sheet, { from, stamp, isCancelled, cancels: null, isPosted, cleared })
		if (!isPosted) continue
		posted ??= {
			entry: entryOf(sheet, standing),
			postings: postingsOf(sheet, 1n),
			deferral: deferralOf(sheet, 1n),
			at: stamp,
		}
		const reversing = { document: cancellationNumber(number), year: fiscalYear(posted.entry.posted) }
		const settling = isCancelled ? reversing : settledBy(story, invoice, from)
		const clearing = cleared === 'C' ? { ...settling, at: from } : null
		const receivable = { ...posted.postings[0]!, dueDate: standing.dueDate, clearing }
		post(ledger, posted.entry, [receivable, ...posted.postings.slice(1)], { from, at: posted.at })
		postDeferral(ledger, posted.entry, posted.deferral, { from, at: posted.at })
		if (!isCancelled) continue
		const cancelling = { ...sheet, number: cancellationNumber(number), createdAt: stamp, category: 'N', type: 'S1' }
		writeBilling(book, cancelling, { from, stamp, isCancelled: false, cancels: number, isPosted: true, cleared: 'C' })
		// The reversal bears the date of what it reverses, as SAP proposes it.
		const reversal = { ...posted.entry, document: cancelling.number, billing: cancelling.number, reverses: number }
		post(ledger, reversal, reversed(posted.postings), { from, at: stamp })
		postDeferral(ledger, reversal, reversed(posted.deferral), { from, at: stamp })
	}
	if (!standing) return
	const state = standing
	const line = (plan: Plan) => state.lines.find(({ id }) => id === plan.line)!
	for (const plan of story.plans.filter((one) => one.invoice === invoice))
		postRecognition(ledger, plan, originOf(line(plan)))
}

/** The journal entry that cleared an invoice: the newest payment or credit memo that settles it. */
function settledBy({ payments, credits }: Story, invoice: Invoice, at: number): JournalEntry {
	const paid = payments.filter(
		({ versions }) => versions[0]!.from <= at && versions[0]!.state?.applied.some((one) => one.invoice === invoice),
	)
	const credited = credits.filter((credit) => credit.invoices.includes(invoice) && credit.versions[0]!.from <= at)
	const newest = [...paid, ...credited].sort((one, other) => other.createdAt - one.createdAt)[0]
	if (!newest) return invoiceJournal(invoice)
	return { document: documentNumber(newest.id), year: fiscalYear(postingDate(newest.versions[0]!.state!)) }
}

function reversed(postings: Posting[]): Posting[] {
	return postings.map((one) => ({ ...one, amount: -one.amount, base: -one.base }))
}

/** A credit memo, made from a request that names the invoice's items. */
export function emitCredit(emit: Emit, credit: Credit): void {
	const book = sapBook(emit, 'A_BillingDocument')
	const number = documentNumber(credit.id)
	const request = requestNumber(number)
	const originOf: OriginOf = ({ id }) => ({ document: request, category: 'K', item: itemNumber(id) })
	const ledger = sapBook(emit, 'A_OperationalAcctgDocItemCube')
	for (const { from, stamp, state } of credit.versions) {
		if (from >= lastMoment || state === null) break
		const sheet = {
			number,
			state,
			items: itemsOf(state),
			originOf,
			reference: null,
			createdAt: credit.createdAt,
			category: 'O',
			type: 'G2',
		}
		const total = state.net + state.tax
		const cleared = state.applied === total ? 'C' : state.applied > 0n ? 'B' : 'A'
		writeRequest(emit, credit, request, sheet, { from, stamp })
		writeBilling(book, sheet, { from, stamp, isCancelled: false, cancels: null, isPosted: true, cleared })
		const entry = entryOf(sheet, state)
		const [receivable, ...others] = postingsOf(sheet, -1n) as [Posting, ...Posting[]]
		const settles = state.applied > 0n ? invoiceJournal(credit.invoices[0]!) : null
		const clearing = cleared === 'C' ? { document: number, year: fiscalYear(entry.posted), at: from } : null
		post(ledger, entry, [{ ...receivable, dueDate: state.date, settles, clearing }, ...others], { from, at: stamp })
		postDeferral(ledger, entry, deferralOf(sheet, -1n), { from, at: stamp })
	}
}

type Sheet = {
	number: string
	state: InvoiceState | CreditState
	items: Item[]
	originOf: OriginOf
	/** What it names of deals, where it has no order. */
	reference: string | null
	createdAt: number
	/** M invoice, N its cancellation, O credit memo. */
	category: string
	type: string
}
type Moment = { from: number; stamp: number }

function writeBilling(
	book: Book,
	{ number, state, items, originOf, reference, createdAt, category, type }: Sheet,
	{
		from,
		stamp,
		isCancelled,
		cancels,
		isPosted,
		cleared,
	}: Moment & { isCancelled: boolean; cancels: string | null; isPosted: boolean; cleared: string },
): void {
	const { currency, entity } = state
	const created = stampOf(createdAt).slice(0, 10)
	const rate = documentRate(state.rate, currency, entity)
	const text = (amount: bigint) => amountText(amount, currency)
	const company = companyCodes[entity]
	const body: { [member: string]: Json } = {
		BillingDocument: number,
		SDDocumentCategory: category,
		BillingDocumentCategory: 'L',
		BillingDocumentType: type,
		CreationDate: dayV2(created),
		CreationTime: timeV2(createdAt),
		SalesOrganization: company,
		DistributionChannel: state.channel === 'web' ? '20' : '10',
		Division: '00',
		BillingDocumentDate: dayV2(state.date),
		BillingDocumentIsCancelled: isCancelled,
		CancelledBillingDocument: cancels ?? '',
		TotalNetAmount: text(state.net),
		TransactionCurrency: currency,
		TaxAmount: text(state.tax),
		TotalGrossAmount: text(state.net + state.tax),
		PayerParty: partnerNumber((state.billTo ?? state.customer).id),
		SoldToParty: partnerNumber(state.customer.id),
		CustomerPaymentTerms: 'NT30',
		TaxDepartureCountry: { US: 'US', DE: 'DE', UK: 'GB', JP: 'JP' }[entity],
		to_Partner: listV2(
			['SP', 'SH'].map((name) => ({
				BillingDocument: number,
				PartnerFunction: name,
				Customer: partnerNumber(state.customer.id),
				Supplier: '',
				Personnel: '0',
				ContactPerson: '0',
			})),
		),
		CompanyCode: company,
		FiscalYear: isPosted ? postingDate(state).slice(0, 4) : '0000',
		AccountingDocument: isPosted ? number : '',
		AbsltAccountingExchangeRate: rate.absolute,
		AcctgExchangeRateIsIndrctQtan: rate.isIndirect,
		ExchangeRateDate: dayV2(state.date),
		ExchangeRateType: '',
		AccountingPostingStatus: isPosted ? 'C' : 'A',
		AccountingTransferStatus: isPosted ? 'C' : 'A',
		OverallBillingStatus: isPosted ? 'C' : 'A',
		InvoiceClearingStatus: isPosted ? cleared : '',
		YY1_CRMOpportunity_BDH: reference ?? '',
		YY1_SalesChannel_BDH: state.channel,
		to_Item: listV2(items.map((item) => itemBody({ number, state, originOf }, item))),
	}
	const columns = {
		BillingDocument: number,
		CompanyCode: company,
		CreationDate: created,
		BillingDocumentDate: state.date,
		SDDocumentCategory: category,
	}
	book.write(number, from, stamp, { columns, body })
}

function itemBody(
	{ number, state, originOf }: Pick<Sheet, 'number' | 'state' | 'originOf'>,
	item: Item,
): { [member: string]: Json } {
	const { line, net, tax } = item
	const { currency } = state
	const origin = originOf(line)
	return {
		BillingDocument: number,
		BillingDocumentItem: item.number,
		SalesDocumentItemCategory: 'TAN',
		Material: line.product!.code,
		BillingDocumentItemText: line.product!.name.slice(0, 40),
		BillingQuantity: quantityText(line),
		BillingQuantityUnit: unitOf(line),
		NetAmount: amountText(net, currency),
		TransactionCurrency: currency,
		GrossAmount: amountText(net + tax, currency),
		TaxAmount: amountText(tax, currency),
		ReferenceSDDocument: origin.document,
		ReferenceSDDocumentItem: origin.item,
		ReferenceSDDocumentCategory: origin.category,
		SalesDocument: origin.document,
		SalesDocumentItem: origin.item,
		SalesSDDocumentCategory: origin.category,
		YY1_CRMLine_BDI: origin.category === 'L' ? (line.dealLine ?? '') : '',
		to_PricingElement: listV2(
			elementsOf(item, currency).map((element) => ({
				BillingDocument: number,
				BillingDocumentItem: item.number,
				PricingProcedureStep: element.step,
				PricingProcedureCounter: '1',
				ConditionType: element.type,
				ConditionCalculationType: element.calculation,
				ConditionRateValue: element.rate,
				ConditionCurrency: element.isPercent ? '' : currency,
				ConditionQuantity: element.quantity ?? '0',
				ConditionQuantityUnit: element.unit ?? '',
				ConditionIsForStatistics: element.isStatistical,
				ConditionAmount: element.amount,
				TransactionCurrency: currency,
				ConditionInactiveReason: element.isInactive ? 'A' : '',
				ConditionClass: element.class,
			})),
		),
	}
}

function writeRequest(
	emit: Emit,
	credit: Credit,
	request: string,
	{ state, items }: Sheet,
	{ from, stamp }: Moment,
): void {
	const first = documentNumber(credit.invoices[0]!.id)
	const created = dateOf(credit.createdAt)
	const billedItem = (line: Item['line']) => {
		const { versions } = invoiceOf(credit, line)
		const billed = stateAt(versions, from) ?? versions[0]!.state!
		return billed.lines.find(({ id, product }) => id === line.orderLine && product === line.product)
	}
	sapBook(emit, 'A_CreditMemoRequest').write(request, from, stamp, {
		columns: { CreditMemoRequest: request, CreationDate: created },
		body: {
			CreditMemoRequest: request,
			CreditMemoRequestType: 'CR',
			SalesOrganization: companyCodes[state.entity],
			SoldToParty: partnerNumber(state.customer.id),
			CreationDate: dayV2(created),
			ReferenceSDDocument: first,
			ReferenceSDDocumentCategory: 'M',
			to_Item: listV2(
				items.map(({ line, number }) => {
					const origin = billedItem(line)
					return {
						CreditMemoRequest: request,
						CreditMemoRequestItem: number,
						Material: line.product!.code,
						ReferenceSDDocument: origin ? documentNumber(invoiceOf(credit, line).id) : '',
						ReferenceSDDocumentItem: origin ? itemNumber(origin.id) : '0',
					}
				}),
			),
		},
	})
}

function entryOf({ number, state }: Sheet, { period, date }: { period: string; date: string }): Entry {
	return {
		document: number,
		type: 'RV',
		reference: 'VBRK',
		entity: state.entity,
		currency: state.currency,
		date,
		posted: postingDate({ date, period }),
		billing: number,
		customer: partnerNumber(state.customer.id),
		text: '',
		reverses: null,
	}
}

/** Receivables against revenue item by item and tax; a credit memo (`sign` -1) posts the other way round. */
function postingsOf({ items, state, originOf }: Sheet, sign: bigint): Posting[] {
	const base = legalEntities[state.entity].currency
	const revenue = items.map(
		({ line, net, baseNet }): Posting => ({
			account: accountOf(line.account === 'deferred' ? line.product!.account : line.account),
			amount: -sign * net,
			base: -sign * baseNet,
			...assignedTo(originOf, line),
		}),
	)
	const taxes: Posting[] =
		state.tax === 0n
			? []
			: [
					{
						account: accountOf('tax'),
						amount: -sign * state.tax,
						base: -sign * convert(state.tax, state.rate, state.currency, base),
					},
				]
	const all = [...revenue, ...taxes]
	const total = (part: 'amount' | 'base') => -all.reduce((sum, posting) => sum + posting[part], 0n)
	return [
		{ account: accountOf('receivable'), amount: total('amount'), base: total('base'), isReceivable: true },
		...all,
	]
}

/** What event-based revenue recognition takes back of billed revenue at once: it is deferred. Lines with a discount of the whole keep that. */
function deferralOf({ items, state, originOf }: Sheet, sign: bigint): Posting[] {
	const base = legalEntities[state.entity].currency
	return items
		.filter(({ line }) => line.account === 'deferred')
		.flatMap(({ line, net, discounts }) => {
			const whole = discounts.filter(({ type }) => type === 'RB00').reduce((sum, { amount }) => sum + amount, 0n)
			const amount = sign * (net - whole)
			const inBase = sign * convert(net - whole, state.rate, state.currency, base)
			return [
				{ account: adjustmentAccount(line.product!.account), amount, base: inBase, ...assignedTo(originOf, line) },
				{ account: accountOf('deferred'), amount: -amount, base: -inBase, ...assignedTo(originOf, line) },
			]
		})
}

function assignedTo(originOf: OriginOf, line: Item['line']): Pick<Posting, 'sales' | 'material'> {
	return { sales: originOf(line), material: line.product!.code }
}
