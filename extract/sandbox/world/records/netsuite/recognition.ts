import { lastMoment, stampOf } from '../../company/calendar.ts'
import { currencyIds, ledger, legalEntities } from '../../company/entities.ts'
import { amountText, quantityText, RATE, rateText } from '../../company/exact.ts'
import type { Journal, Plan, PlanRow } from '../../story/facts.ts'
import { type Emit, emitOnce, tracker, type Values } from '../emit.ts'
import { common } from './documents.ts'
import { lineBook, lineKey, type Row, writeRows } from './lines.ts'
import { withNotes } from './notes.ts'
import { periodId } from './setup.ts'

/** A revenue element with its plan and planned rows; now and then a forecast plan beside it that posts nothing. */
export function emitPlan(emit: Emit, plan: Plan): void {
	if (plan.createdAt >= lastMoment) return
	const stamp = stampOf(plan.createdAt)
	const base = legalEntities[plan.entity].currency
	emitOnce(emit, 'netsuite', 'revenueelement', plan.elementId, plan.createdAt, {
		id: plan.elementId,
		item: plan.product.itemId,
		entity: plan.customer.id,
		subsidiary: legalEntities[plan.entity].subsidiary,
		currency: currencyIds[plan.currency]!,
		exchangerate: rateText(plan.rate),
		sourcerecordtype: 'invoice',
		source: lineKey(plan.invoice.id, plan.line),
		quantity: quantityText(plan.quantity),
		salesamount: amountText(plan.lineAmount, plan.currency),
		lastmodifieddate: stamp,
	})
	const plans = tracker(emit, 'netsuite', 'revenueplan', ['lastmodifieddate'])
	const values = (id: string, type: string, amount: bigint): Values => ({
		id,
		recordnumber: `RP${id}`,
		createdfrom: plan.elementId,
		revenueplantype: type,
		revenueplancurrency: currencyIds[base]!,
		parentlinecurrency: currencyIds[plan.currency]!,
		exchangerate: rateText(plan.rate),
		amount: amountText(amount, base),
		lastmodifieddate: null,
	})
	for (const { from, stamp: at, state } of plan.versions)
		if (from < lastMoment) plans.write(plan.id, from, at, values(plan.id, 'ACTUAL', state!.amount))
	emitRows(emit, plan)
	if (!plan.hasForecast) return
	const forecast = String(Number(plan.id) + 40_000_000)
	plans.write(forecast, plan.createdAt, plan.createdAt, values(forecast, 'FORECAST', plan.versions[0]!.state!.amount))
}

/** A recognition journal: deferred revenue against one income line per planned row; or a journal by hand. */
export function emitJournal(emit: Emit, journal: Journal): void {
	const { entity, manual, rows } = journal
	const currency = legalEntities[entity].currency
	const customer = manual ? manual.customer : rows[0]!.plan.customer
	const headers = tracker(withNotes(emit), 'netsuite', 'transaction', ['lastmodifieddate'])
	const total = manual ? manual.amount : rows.reduce((sum, { row }) => sum + row.amount, 0n)
	const document = {
		customer: null,
		billTo: null,
		entity,
		currency,
		date: journal.date,
		rate: RATE,
		reference: null,
		channel: '',
		memo: manual ? manual.memo : 'Revenue recognition',
	}
	headers.write(journal.id, journal.createdAt, journal.stamp, {
		...common(journal, document, 'journalentry', 'Journal'),
		status: 'B',
		posting: true,
		createddate: stampOf(journal.stamp),
		foreigntotal: amountText(total, currency),
		postingperiod: periodId(journal.period),
	})
	const lines: Row[] = manual
		? [
				{ id: 0, amount: total, account: manual.against, isMain: true, memo: manual.memo },
				{ id: 1, amount: -total, account: manual.account, memo: manual.memo },
			]
		: [
				{ id: 0, amount: total, account: 'deferred', isMain: true },
				...rows.map(
					({ plan, row }, at): Row => ({
						id: at + 1,
						amount: -row.amount,
						account: plan.product.account,
						element: plan.elementId,
					}),
				),
			]
	writeRows(
		lineBook(emit),
		{
			id: journal.id,
			currency,
			entity,
			rate: RATE,
			customer: customer?.id ?? null,
			createdFrom: null,
			isPosting: true,
		},
		lines,
		journal.createdAt,
		journal.stamp,
	)
}

function emitRows(emit: Emit, plan: Plan): void {
	const base = legalEntities[plan.entity].currency
	const rows = tracker(emit, 'netsuite', 'revenueplanplannedrevenue', ['lastmodifieddate'])
	for (const row of plan.rows) {
		rows.write(row.id, plan.createdAt, plan.createdAt, rowValues(plan, row, base, null))
		const { journal } = row
		if (journal) rows.write(row.id, journal.createdAt, journal.stamp, rowValues(plan, row, base, journal))
		if (row.removedAt !== null && row.removedAt < lastMoment) {
			rows.remove(row.removedAt, row.id)
			emitOnce(emit, 'netsuite', 'deletedrecord', `-300:${row.id}`, row.removedAt, {
				recordid: row.id,
				recordtypeid: '-300',
				scriptid: 'revenueplanplannedrevenue',
				name: null,
				deleteddate: stampOf(row.removedAt),
				deletedby: '31',
			})
		}
	}
}

function rowValues(plan: Plan, row: PlanRow, base: string, journal: Journal | null): Values {
	return {
		id: row.id,
		revenueplan: plan.id,
		plannedperiod: periodId(row.month),
		postingperiod: journal && periodId(journal.period),
		amount: amountText(row.amount, base),
		journal: journal?.id ?? null,
		isrecognized: journal !== null,
		recognitionaccount: ledger[plan.product.account].id,
		deferredrevenueaccount: ledger.deferred.id,
		exchangerate: rateText(plan.rate),
		lastmodifieddate: null,
	}
}
