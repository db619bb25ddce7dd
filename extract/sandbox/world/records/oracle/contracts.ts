import { lastDay, lastMoment } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, divide } from '../../company/exact.ts'
import type { Invoice, InvoiceState, Plan } from '../../story/facts.ts'
import { stateAt } from '../../story/timeline.ts'
import type { Emit } from '../emit.ts'
import { accountingDate, oracleBook, type Row } from './book.ts'
import { documentId, lineId, oracleId } from './identifiers.ts'
import { type OracleLine, oracleLines } from './lines.ts'

const object = 'revenueContracts'
const obligations = `${object}.performanceObligations`
const details = `${obligations}.promisedDetails`

/**
 * The revenue contract of an invoice with subscriptions: a promised detail for each line, satisfied month by month where it has a plan, at
 * once where it has none. What a customer no longer gets is discarded; so is everything when the invoice is voided.
 */
export function emitContract(emit: Emit, invoice: Invoice, plans: Plan[]): void {
	const book = oracleBook(emit)
	for (const at of momentsOf(invoice, plans)) {
		const version = invoice.versions.findLast(({ from }) => from <= at)!
		if (version.state === null) {
			book.remove(at)
			continue
		}
		// A draft is not extracted yet.
		if (version.state.status === 'draft') continue
		const isVoided = version.state.status === 'voided'
		const shown = isVoided
			? invoice.versions.findLast(({ state }) => state && state.status !== 'voided')!.state!
			: version.state
		book.write(at, at, contractRows(invoice, shown, plans, at, isVoided))
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
				plan: plans.find(({ line, createdAt }) => line === one.line.id && createdAt <= at),
				isPlanned: plans.some(({ line }) => line === one.line.id),
				at,
				isVoided,
			}),
		),
	]
}

type Detail = { obligation: string; plan: Plan | undefined; isPlanned: boolean; at: number; isVoided: boolean }

function detailRows(
	invoice: Invoice,
	state: InvoiceState,
	one: OracleLine,
	index: number,
	{ obligation, plan, isPlanned, at, isVoided }: Detail,
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
	const atOnce = isPlanned ? one.share : one.net
	const posted = accountingDate(state, invoice.createdAt)
	const events = atOnce === 0n && isPlanned ? [] : [event(0, posted, atOnce, false)]
	for (const [month, { amount, date, isGone }] of (plan ? recognisedAt(plan, at) : []).entries())
		events.push(event(month + 1, date, amount, isGone))
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
