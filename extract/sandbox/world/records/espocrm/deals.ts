import { lastMoment, stampOf } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText } from '../../company/exact.ts'
import { accountId } from '../../company/identifiers.ts'
import { accountOf } from '../../company/parties.ts'
import { people } from '../../company/people.ts'
import type { Setting } from '../../company/setting.ts'
import type { Deal, DealState } from '../../story/facts.ts'
import { type Emit, tracker, type Values } from '../emit.ts'
import { espocrmId } from './identifiers.ts'

/** A deal's versions. A deleted one is gone; one of a merged account moves to the account that lives on, and its stamp stays. */
export function emitDeal(emit: Emit, setting: Setting, deal: Deal): void {
	const deals = tracker(emit, 'espocrm', 'Opportunity', ['modifiedAt'])
	const id = espocrmId(deal.id)
	for (const [at, { from, stamp, state }] of deal.versions.entries()) {
		if (from >= lastMoment) return
		if (!state || state.isDeleted) {
			deals.remove(from, id)
			continue
		}
		const { merged } = accountOf(setting, state.account)
		const isMoved = merged !== null && merged.at <= from
		deals.write(id, from, stamp, dealValues(deal, state, isMoved ? merged.into : state.account))
		const until = deal.versions[at + 1]?.from ?? lastMoment
		if (merged && merged.at > from && merged.at < until)
			deals.write(id, merged.at, stamp, dealValues(deal, state, merged.into))
	}
}

/** Where a company renamed its stages it says which ones count as won; this one left them as they come. */
function dealValues(deal: Deal, state: DealState, account: number): Values {
	return {
		id: espocrmId(deal.id),
		name: deal.name,
		accountId: espocrmId(accountId(account)),
		stage: state.stage,
		probability: probabilities[state.stage],
		amount: amountText(state.amount, state.currency),
		amountCurrency: state.currency,
		closeDate: state.closeDate,
		assignedUserId: espocrmId(people[deal.owner]!.crmId),
		createdAt: stampOf(deal.createdAt),
		modifiedAt: null,
		modifiedById: espocrmId(state.by),
		cErpOrderId: state.orderNumber,
		cLegalEntity: state.entity && legalEntities[state.entity].picklist,
		cSalesChannel: state.channel,
		cType: deal.kind,
	}
}

const probabilities: Record<DealState['stage'], string> = {
	Prospecting: '10',
	Qualification: '20',
	Proposal: '50',
	Negotiation: '80',
	'Closed Won': '100',
	'Closed Lost': '0',
}
