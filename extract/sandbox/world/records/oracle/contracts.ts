import { lastDay, lastMoment } from '../../company/calendar.ts'
import { isIncome, legalEntities } from '../../company/entities.ts'
import { amountText, convert, divide } from '../../company/exact.ts'
import type { Invoice, InvoiceState, Plan } from '../../story/facts.ts'
import { stateAt } from '../../story/timeline.ts'
import type { Emit } from '../emit.ts'
import { accountingDate, oracleBook, type Row } from './book.ts'
import type { GeneralLedger, Posting } from './general-ledger.ts'
import { documentId, lineId, oracleId } from './identifiers.ts'
import { type OracleLine, oracleLines } from './lines.ts'

const object = 'revenueContracts'
const obligations = `${object}.performanceObligations`
const details = `${obligations}.promisedDetails`

/**
 * The revenue contract of an invoice with subscriptions: a promised detail for each line, satisfied month by month where it has a plan, at
 * once where it has none. What a customer no longer gets is discarded; so is everything when the invoice is voided.
 */
export function emitContract(emit: Emit, invoice: Invoice, plans: Plan[], general: GeneralLedger): void {
	const book = oracleBook(emit)
	let posted: Posting[] = []
	for (const at of momentsOf(invoice, plans)) {
		const version = invoice.versions.findLast(({ from }) => from <= at)!
		const { entity, currency } = (version.state ?? invoice.versions[0]!.state)!
		const post = (now: Posting[]) => {
			general.post({ source: 'Revenue Management', entity, currency }, at, posted, now)
			posted = now
		}
		if (version.state === null) {
			book.remove(at)
			post([])
			continue
		}
		// A draft is not extracted yet.
		if (version.state.status === 'draft') continue
		const isVoided = version.state.status === 'voided'
		const shown = isVoided
			? invoice.versions.findLast(({ state }) => state && state.status !== 'voided')!.state!
			: version.state
		book.write(at, at, contractRows(invoice, shown, plans, at, isVoided))
		post(isVoided ? [] : postingsOf(invoice, shown, plans, at))
	}
}

/** Every moment at which something of the contract changes. */
function momentsOf(invoice: Invoice, plans: Plan[]): number[] {
	const rows = plans.flatMap((plan) => plan.rows)
	const moments = [
		...invoice.versions.map(({ from }) => from),
		...plans.flatMap(({ versions }) => versions.map(({ from }) => from)),
		...rows.flatMap(({ journal, removedAt }) => [journal?.createdAt ?? null, removedAt]),
	]
	const told = moments.filter((at): at is number => at !== null && at < lastMoment)
	return [...new Set(told)].filter((at) => at >= invoice.versions[0]!.from).sort((one, other) => one - other)
}

/** What was recognised until a moment: from the clearing account to income. */
function postingsOf(invoice: Invoice, state: InvoiceState, plans: Plan[], at: number): Posting[] {
	const { currency, entity, rate } = state
	return oracleLines(state).flatMap((one) => {
		const account = isIncome(one.account) ? one.account : one.line.product!.account
		return eventsOf(invoice, state, one, planOf(one, plans, at)).flatMap(({ amount, date, isGone }): Posting[] => {
			if (amount === null || isGone) return []
			const base = convert(amount, rate, currency, legalEntities[entity].currency)
			const common = { category: 'Revenue', date }
			return [
				{ ...common, account: 'deferred', amount: -amount, base: -base },
				{ ...common, account, amount, base },
			]
		})
	})
}

function contractRows(invoice: Invoice, state: InvoiceState, plans: Plan[], at: number, isVoided: boolean): Row[] {
	const id = oracleId('revenue', Number(invoice.id) * 10_000)
	const obligation = oracleId('revenue', Number(invoice.id) * 10_000 + 1)
	return [
		{
			object,
			id,
			values: {
				CustomerContractHeaderId: id,
				CustomerContractNumber: invoice.id,
				CustomerContractDate: state.date,
				ContractStatus: isVoided ? 'ORA_DISCARDED' : 'ORA_ACTIVE',
			},
		},
		{
			object: obligations,
			id: obligation,
			parent: id,
			values: { PerformanceObligationId: obligation, PerformanceObligationNumber: '1', SatisfactionStatus: null },
		},
		...oracleLines(state).flatMap((one, index) =>
			detailRows(invoice, state, one, index, {
				obligation,
				...planOf(one, plans, at),
				isVoided,
			}),
		),
	]
}

/** A line's plan, once it is there; whether it ever has one. */
type Planned = { plan: Plan | undefined; isPlanned: boolean; at: number }

function planOf({ line }: OracleLine, plans: Plan[], at: number): Planned {
	const own = plans.filter((plan) => plan.line === line.id)
	return { plan: own.find(({ createdAt }) => createdAt <= at), isPlanned: own.length > 0, at }
}

type Detail = Planned & { obligation: string; isVoided: boolean }

function detailRows(
	invoice: Invoice,
	state: InvoiceState,
	one: OracleLine,
	index: number,
	{ obligation, isVoided, ...planned }: Detail,
): Row[] {
	const place = Number(invoice.id) * 10_000 + (index + 1) * 100
	const id = oracleId('revenue', place)
	const documentLine = oracleId('revenue', place + 1)
	const { currency } = state
	const event = (number: number, date: string, amount: bigint | null, isDiscarded: boolean): Row => ({
		object: `${details}.satisfactionEvents`,
		id: oracleId('revenue', place + 2 + number),
		parent: id,
		values: {
			SatisfactionEventId: oracleId('revenue', place + 2 + number),
			SatisfactionMeasurementNumber: String(number + 1),
			SatisfactionMeasurementDate: date,
			ProcessedAmount: amount === null ? null : amountText(amount, currency),
			ProcessedFlag: amount === null ? 'N' : 'Y',
			DiscardedFlag: isDiscarded || isVoided ? 'Y' : 'N',
		},
	})
	const events = eventsOf(invoice, state, one, planned).map(({ number, date, amount, isGone }) =>
		event(number, date, amount, isGone),
	)
	return [
		{
			object: details,
			id,
			parent: obligation,
			values: { PromisedDetailLineId: id, PromisedDetailLineNumber: String(index + 1), DocumentLineId: documentLine },
		},
		{
			object: `${details}.sourceDocuments`,
			id: `${id} document`,
			parent: id,
			values: { DocumentId: documentId(invoice.id), DocumentNumber: invoice.number },
		},
		{
			object: `${details}.sourceDocuments.sourceDocumentLines`,
			id: documentLine,
			parent: `${id} document`,
			values: {
				DocumentLineId: documentLine,
				DocumentLineNumber: String(index + 1),
				DocumentLineIdInteger1: lineId(invoice.id, one.line.id),
			},
		},
		...events,
	]
}

type Event = { number: number; amount: bigint | null; date: string; isGone: boolean }

/** The satisfaction events of a line: at once what no plan recognises, then its plan's months. */
function eventsOf(invoice: Invoice, state: InvoiceState, one: OracleLine, { plan, isPlanned, at }: Planned): Event[] {
	const amount = isPlanned ? one.share : one.net
	const first = { number: 0, date: accountingDate(state, invoice.createdAt), amount, isGone: false }
	const months = plan ? recognisedAt(plan, at) : []
	return [
		...(amount === 0n && isPlanned ? [] : [first]),
		...months.map((month, index) => ({ number: index + 1, ...month })),
	]
}

/** A plan's months at a moment, in the invoice's currency: what was recognised, null where it was not yet. */
function recognisedAt(plan: Plan, at: number): { amount: bigint | null; date: string; isGone: boolean }[] {
	const isOwn = plan.currency === legalEntities[plan.entity].currency
	const total = stateAt(plan.versions, at)!.amount
	let before = 0n
	return plan.rows.map(({ month, amount, journal, removedAt }) => {
		const part = isOwn
			? amount
			: divide(plan.lineAmount * (before + amount), total) - divide(plan.lineAmount * before, total)
		before += amount
		const isPosted = journal !== null && journal.createdAt <= at
		return {
			amount: isPosted ? part : null,
			date: isPosted ? journal.date : lastDay(month),
			isGone: removedAt !== null && removedAt <= at,
		}
	})
}
