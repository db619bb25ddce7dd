import { lastMoment, stampOf } from '../../company/calendar.ts'
import { type EntityCode, legalEntities } from '../../company/entities.ts'
import { amountText, PERCENT, priceText, quantityText, shortText } from '../../company/exact.ts'
import { accountId, salesforceId } from '../../company/identifiers.ts'
import { people } from '../../company/people.ts'
import type { Deal, DealLine, DealState } from '../../story/facts.ts'
import { type Emit, type Tracker, tracker, type Values } from '../emit.ts'
import { priceBookEntryId, stages } from './setup.ts'

/** A deal's versions, its lines, and a history row whenever stage, amount or close date changed. */
export function emitDeal(emit: Emit, deal: Deal): void {
	const deals = tracker(emit, 'salesforce', 'Opportunity', ['LastModifiedDate', 'SystemModstamp'])
	const lines = tracker(emit, 'salesforce', 'OpportunityLineItem', ['LastModifiedDate', 'SystemModstamp'])
	const history = historyOf(emit, deal)
	const created = new Map<string, string>()
	for (const { from, stamp, state } of deal.versions) {
		if (from >= lastMoment) break
		if (!state) {
			for (const one of [deals, lines, history.rows]) one.remove(from)
			continue
		}
		deals.write(deal.id, from, stamp, dealValues(deal, state))
		state.lines.forEach((line, at) => {
			if (!created.has(line.id)) created.set(line.id, stampOf(stamp))
			lines.write(line.id, from, stamp, lineValues(deal, state, line, at, created.get(line.id)!))
		})
		history.write(from, stamp, state)
	}
}

function dealValues(deal: Deal, state: DealState): Values {
	const [, isClosed, isWon, probability] = stageOf(state)
	return {
		Id: deal.id,
		AccountId: accountId(state.account),
		Name: deal.name,
		StageName: state.stage,
		Amount: amountText(state.amount, state.currency),
		CurrencyIsoCode: state.currency,
		CloseDate: state.closeDate,
		Type: deal.kind,
		Probability: probability,
		IsClosed: isClosed,
		IsWon: isWon,
		HasOpportunityLineItem: state.lines.length > 0,
		OwnerId: people[deal.owner]!.crmId,
		CreatedDate: stampOf(deal.createdAt),
		LastModifiedDate: null,
		LastModifiedById: state.by,
		SystemModstamp: null,
		IsDeleted: state.isDeleted,
		ERP_Order_Number__c: state.orderNumber,
		Legal_Entity__c: state.entity && picklist(state.entity),
		Sales_Channel__c: state.channel,
	}
}

function lineValues(deal: Deal, state: DealState, line: DealLine, at: number, created: string): Values {
	return {
		Id: line.id,
		OpportunityId: deal.id,
		Product2Id: line.product.crmId,
		ProductCode: line.product.code,
		PricebookEntryId: priceBookEntryId(line.product, state.currency),
		Quantity: quantityText(line.quantity),
		UnitPrice: priceText(line.price),
		ListPrice: priceText(line.listPrice),
		TotalPrice: amountText(line.amount, state.currency),
		Discount: line.discount === 0n ? null : shortText(line.discount, String(PERCENT).length - 1),
		CurrencyIsoCode: state.currency,
		ServiceDate: line.start,
		SortOrder: String(at + 1),
		Description: null,
		CreatedDate: created,
		LastModifiedDate: null,
		SystemModstamp: null,
		IsDeleted: state.isDeleted,
		Unit_of_Measure__c: line.unit,
		Service_End__c: line.end,
	}
}

/** History rows are written once; they share the deal's recycle bin. */
function historyOf(emit: Emit, deal: Deal) {
	const rows: Tracker = tracker(emit, 'salesforce', 'OpportunityHistory', ['SystemModstamp'])
	const written: Values[] = []
	let last = ''
	return {
		rows,
		write(from: number, stamp: number, state: DealState): void {
			const key = `${state.stage}|${state.amount}|${state.closeDate}`
			if (state.isDeleted) {
				for (const values of written) rows.write(values.Id as string, from, stamp, { ...values, IsDeleted: true })
				return
			}
			if (key === last) return
			last = key
			const values: Values = {
				Id: salesforceId('OpportunityHistory', (310_000 + deal.number) * 24 + written.length),
				OpportunityId: deal.id,
				StageName: state.stage,
				Amount: amountText(state.amount, state.currency),
				CurrencyIsoCode: state.currency,
				CloseDate: state.closeDate,
				Probability: stageOf(state)[3],
				CreatedDate: stampOf(stamp),
				CreatedById: state.by,
				SystemModstamp: null,
				IsDeleted: false,
			}
			written.push(values)
			rows.write(values.Id as string, from, stamp, values)
		},
	}
}

function stageOf(state: DealState) {
	return stages.find(([name]) => name === state.stage)!
}

function picklist(entity: EntityCode): string {
	return legalEntities[entity].picklist
}
