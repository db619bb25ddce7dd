import { lastMoment } from '../../company/calendar.ts'
import { hasStore } from '../../company/delivery.ts'
import { type LedgerAccount, legalEntities } from '../../company/entities.ts'
import { amountText, convert, priceText, quantityText, rateText } from '../../company/exact.ts'
import type { Credit, CreditState, DocumentState, Invoice, InvoiceState, Plan } from '../../story/facts.ts'
import { orderOf } from '../../story/origins.ts'
import type { Emit, Values } from '../emit.ts'
import { emitApplication } from './applications.ts'
import {
	accountCombination,
	accountingDate,
	businessUnitName,
	legalEntityIdentifier,
	oracleBook,
	type Row,
} from './book.ts'
import { emitContract } from './contracts.ts'
import type { GeneralLedger, Posted, Posting } from './general-ledger.ts'
import { documentId, lineId, oracleId, siteNumber, storeNumber } from './identifiers.ts'
import { type OracleLine, oracleLines } from './lines.ts'
import { revisionAt } from './orders.ts'

const invoices = 'receivablesInvoices'
const credits = 'receivablesCreditMemos'

/**
 * An invoice with its distributions: incomplete while it is a draft; voided by giving it a type that neither owes nor posts anything.
 * Those with a subscription in them come from a source that Revenue Management accounts for.
 */
export function emitInvoice(emit: Emit, invoice: Invoice, plans: Plan[], general: GeneralLedger): void {
	const book = oracleBook(emit)
	const own = plans.filter((plan) => plan.invoice === invoice)
	let shown: InvoiceState | null = null
	let posted: Posting[] = []
	for (const { from, stamp, state } of invoice.versions) {
		if (from >= lastMoment) break
		if (state === null) {
			book.remove(from)
			if (shown) general.post(placeOf(shown), from, posted, [])
			posted = []
			continue
		}
		// What is voided keeps its lines and amounts.
		if (state.status !== 'voided' || !shown) shown = state
		book.write(from, stamp, invoiceRows(invoice, shown, state.status, own.length > 0))
		const isPosted = state.status !== 'draft' && state.status !== 'voided'
		const date = accountingDate(shown, invoice.createdAt)
		const shape = { category: 'Sales Invoices', date, sign: 1n, accountOf: invoiceAccount(own.length > 0) }
		const now = isPosted ? postingsOf(shown, shape) : []
		general.post(placeOf(shown), from, posted, now)
		posted = now
	}
	if (own.length > 0) emitContract(emit, invoice, own, general)
}

/** A clearing account takes what Revenue Management accounts for. */
function invoiceAccount(isManaged: boolean): (line: OracleLine) => LedgerAccount {
	return ({ account }) => (isManaged ? 'deferred' : account)
}

function placeOf({ entity, currency }: InvoiceState | CreditState): Posted {
	return { source: 'Receivables', entity, currency }
}

type Shape = { category: string; date: string; sign: bigint; accountOf(line: OracleLine): LedgerAccount }

/** What the distributions of a document post, credits positive. */
function postingsOf(state: InvoiceState | CreditState, { category, date, sign, accountOf }: Shape): Posting[] {
	const { currency, entity, rate, net, tax } = state
	const lines = oracleLines(state)
	const baseTax = convert(tax, rate, currency, legalEntities[entity].currency)
	const baseTotal = lines.reduce((sum, one) => sum + one.baseNet, baseTax)
	const posting = (account: LedgerAccount, amount: bigint, base: bigint): Posting => {
		return { category, date, account, amount: sign * amount, base: sign * base }
	}
	return [
		posting('receivable', -net - tax, -baseTotal),
		...lines.map((one) => posting(accountOf(one), one.net, one.baseNet)),
		posting('tax', tax, baseTax),
	]
}

function invoiceRows(invoice: Invoice, state: InvoiceState, status: InvoiceState['status'], isManaged: boolean): Row[] {
	const id = documentId(invoice.id)
	const { currency, customer } = state
	const lines = oracleLines(state)
	const header: Row = {
		object: invoices,
		id,
		values: {
			...commonValues(invoice.number, state, invoice.createdAt),
			CustomerTransactionId: id,
			TransactionType: status === 'voided' ? 'Void Invoice' : 'Invoice',
			TransactionSource: isManaged ? 'Subscriptions' : 'Distributed Order Orchestration',
			InvoiceStatus: status === 'draft' ? 'Incomplete' : 'Complete',
			ShipToCustomerNumber: `P${customer.number}`,
			ShipToSite: hasStore(customer) ? storeNumber(customer) : siteNumber(customer),
			LegalEntityIdentifier: legalEntityIdentifier(state.entity),
			InvoiceCurrencyCode: currency,
			ConversionDate: state.date,
			DueDate: state.dueDate,
			EnteredAmount: amountText(state.net + state.tax, currency),
			InvoiceBalanceAmount: amountText(status === 'voided' ? 0n : state.unpaid, currency),
			FreightAmount: null,
			PaymentTerms: 'Net 30',
			PurchaseOrder: null,
			Comments: state.memo,
		},
	}
	const rows = lines.flatMap((one, at): Row[] => invoiceLineRows(invoice, id, one, at + 1))
	const fields: Row = {
		object: `${invoices}.receivablesInvoiceDFF`,
		id: `${id} dff`,
		parent: id,
		values: {
			CustomerTrxId: id,
			crmOpportunity: invoice.orders.length > 0 ? null : state.reference,
			salesChannel: state.channel || null,
		},
	}
	const distributions = distributionRows(`${invoices}.receivablesInvoiceDistributions`, invoice.id, state, lines, {
		line: 'InvoiceLineNumber',
		sign: 1n,
		accountOf: invoiceAccount(isManaged),
		classOf: () => 'Revenue',
	})
	return [header, ...rows, fields, ...distributions]
}

function invoiceLineRows(invoice: Invoice, parent: string, { line, net, price }: OracleLine, number: number): Row[] {
	const id = lineId(invoice.id, line.id)
	const { currency } = invoice.versions.find(({ state }) => state !== null)!.state!
	const order = orderOf(invoice, line)
	const object = `${invoices}.receivablesInvoiceLines`
	// The revision that was submitted last is the one that was billed.
	const revision = order ? revisionAt(order, invoice.createdAt) : 1
	return [
		{
			object,
			id,
			parent,
			values: {
				CustomerTransactionLineId: id,
				LineNumber: String(number),
				Description: line.product?.name ?? null,
				ItemNumber: line.product?.code ?? null,
				MemoLine: null,
				Quantity: quantityText(line.quantity),
				UnitOfMeasure: line.unit,
				UnitSellingPrice: priceText(price),
				LineAmount: amountText(net, currency),
				SalesOrder: order?.number ?? null,
				AccountingRule: null,
				AccountingRuleDuration: null,
				RuleStartDate: null,
				RuleEndDate: null,
				TaxClassificationCode: null,
			},
		},
		...(order && line.orderLine !== null
			? [
					{
						object: `${object}.receivablesInvoiceLineTransactionDFF`,
						id: `${id} source`,
						parent: id,
						values: {
							CustomerTrxLineId: id,
							__FLEX_Context: 'DOO',
							_Sales__Order__Number: order.number,
							_Fulfillment__Line__ID: oracleId(
								'distribution',
								(Number(order.id) * 10 + revision) * 100 + line.orderLine,
							),
							_Delivery__Name: String(4_000_000 + Number(order.id)),
						},
					},
				]
			: []),
		{
			object: `${object}.receivablesInvoiceLineDFF`,
			id: `${id} dff`,
			parent: id,
			values: { CustomerTrxLineId: id, crmLine: line.dealLine, unitListPrice: priceText(line.price) },
		},
	]
}

/** A credit memo: all its amounts are negative. What it gives back of something deferred is in a class of its own. */
export function emitCredit(emit: Emit, credit: Credit, general: GeneralLedger): void {
	const book = oracleBook(emit)
	const id = documentId(credit.id)
	let posted: Posting[] = []
	for (const { from, stamp, state } of credit.versions) {
		if (from >= lastMoment || state === null) break
		const { currency } = state
		const lines = oracleLines(state)
		const header: Row = {
			object: credits,
			id,
			values: {
				...commonValues(credit.number, state, credit.createdAt),
				CustomerTransactionId: id,
				TransactionType: 'Credit Memo',
				TransactionSource: 'Manual',
				CreditMemoStatus: 'Complete',
				CreditReason: 'Credit',
				LegalEntityIdentifier: legalEntityIdentifier(state.entity),
				CreditMemoCurrency: currency,
				EnteredAmount: amountText(-state.net - state.tax, currency),
				TransactionBalanceDue: amountText(state.applied - state.net - state.tax, currency),
				CreditMemoComments: state.memo,
			},
		}
		const rows = lines.map(
			({ line, net, price }, at): Row => ({
				object: `${credits}.receivablesCreditMemoLines`,
				id: lineId(credit.id, line.id),
				parent: id,
				values: {
					CustomerTransactionLineId: lineId(credit.id, line.id),
					LineNumber: String(at + 1),
					LineDescription: line.product?.name ?? 'Goodwill',
					ItemNumber: line.product?.code ?? null,
					MemoLine: line.product ? null : 'Goodwill',
					LineAmountCredit: amountText(-net, currency),
					LineQuantityCredit: quantityText(-line.quantity),
					UnitSellingPrice: priceText(price),
					UnitOfMeasure: line.unit || null,
				},
			}),
		)
		const fields: Row = {
			object: `${credits}.receivablesCreditMemoDFF`,
			id: `${id} dff`,
			parent: id,
			values: { CustomerTrxId: id, creditedInvoice: credit.invoices[0]!.number },
		}
		const distributions = distributionRows(`${credits}.receivablesCreditMemoDistributions`, credit.id, state, lines, {
			line: 'CreditMemoLineNumber',
			sign: -1n,
			accountOf: ({ account }) => account,
			classOf: ({ account }) => (account === 'deferred' ? 'Unearned Revenue' : 'Revenue'),
		})
		book.write(from, stamp, [header, ...rows, fields, ...distributions])
		const date = accountingDate(state, credit.createdAt)
		const shape: Shape = { category: 'Credit Memos', date, sign: -1n, accountOf: ({ account }) => account }
		const now = postingsOf(state, shape)
		general.post(placeOf(state), from, posted, now)
		posted = now
	}
	const first = credit.versions[0]!
	if (first.state!.applied > 0n)
		emitApplication(
			emit,
			'creditMemoApplications',
			{ id: credit.id, number: credit.number },
			credit.invoices[0]!,
			0,
			first,
			{
				amount: first.state!.applied,
				state: first.state!,
				createdAt: credit.createdAt,
			},
		)
}

function commonValues(number: string, state: DocumentState & { period: string }, enteredAt: number): Values {
	return {
		TransactionNumber: number,
		BillToCustomerName: state.customer.name,
		BillToCustomerNumber: state.customer.number,
		BusinessUnit: businessUnitName(state.entity),
		ConversionRate: rateText(state.rate),
		ConversionRateType: 'Corporate',
		TransactionDate: state.date,
		AccountingDate: accountingDate(state, enteredAt),
	}
}

type Postings = {
	line: string
	sign: bigint
	accountOf(line: OracleLine): LedgerAccount
	classOf(line: OracleLine): string
}

/** Receivable, then each line, then tax; the receivable takes what rounding into the ledger's currency leaves. */
function distributionRows(
	object: string,
	document: string,
	state: InvoiceState | CreditState,
	lines: OracleLine[],
	{ line: lineField, sign, accountOf, classOf }: Postings,
): Row[] {
	const { currency, entity, rate, net, tax } = state
	const base = legalEntities[entity].currency
	const baseTax = convert(tax, rate, currency, base)
	const baseTotal = lines.reduce((sum, one) => sum + one.baseNet, baseTax)
	let number = 0
	const row = (
		accountClass: string,
		account: LedgerAccount,
		amount: bigint,
		inBase: bigint,
		line: number | null,
	): Row => {
		const id = oracleId('distribution', Number(document) * 1000 + ++number)
		return {
			object,
			id,
			parent: documentId(document),
			values: {
				DistributionId: id,
				AccountClass: accountClass,
				AccountCombination: accountCombination(account, entity),
				AccountedAmount: amountText(sign * inBase, base),
				Amount: amountText(sign * amount, currency),
				DetailedTaxLineNumber: accountClass === 'Tax' ? '1' : null,
				Percent: '100',
				[lineField]: line === null ? null : String(line),
			},
		}
	}
	const rows = [row('Receivable', 'receivable', net + tax, baseTotal, null)]
	rows.push(...lines.map((one, at) => row(classOf(one), accountOf(one), one.net, one.baseNet, at + 1)))
	if (legalEntities[entity].taxRate !== 0n) rows.push(row('Tax', 'tax', tax, baseTax, 1))
	return rows
}
