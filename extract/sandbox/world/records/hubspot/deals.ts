import { lastMoment } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, PERCENT, priceText, quantityText, shortText } from '../../company/exact.ts'
import { accountId } from '../../company/identifiers.ts'
import { accountOf } from '../../company/parties.ts'
import { people } from '../../company/people.ts'
import type { Setting } from '../../company/setting.ts'
import type { Deal, DealLine, DealState } from '../../story/facts.ts'
import { type Emit, type Tracker, tracker, type Values } from '../emit.ts'
import { hubspotId, userIdOf } from './identifiers.ts'
import { stages } from './setup.ts'
import { millisecondStamp, momentOfDay, withMilliseconds } from './stamps.ts'

/**
 * A deal's versions, its line items, and the links from it to companies and from the lines to it. Links move without the deal's stamp.
 * The stamp of what is archived stays where it was.
 */
export function emitDeal(emit: Emit, setting: Setting, deal: Deal): void {
	const stamped = withMilliseconds(emit, deal.number, ['hs_lastmodifieddate'])
	const deals = tracker(stamped, 'hubspot', 'deals', ['hs_lastmodifieddate'])
	const lines = tracker(stamped, 'hubspot', 'line_items', ['hs_lastmodifieddate'])
	const links = linksOf(emit, setting, deal)
	const id = hubspotId(deal.id)
	const stamps = new Map<string, number>()
	const write = (to: Tracker, key: string, from: number, stamp: number, values: Values, isArchived: boolean) => {
		const last = stamps.get(key) ?? stamp
		// Whoever changes nothing leaves no stamp; the tracker passes that over.
		if (!isArchived) stamps.set(key, stamp)
		to.write(key, from, isArchived ? last : stamp, values)
	}
	const created = new Map<string, string>()
	for (const { from, stamp, state } of deal.versions) {
		if (from >= lastMoment) break
		links.mergeUntil(from)
		if (!state) {
			for (const one of [deals, lines, links]) one.remove(from)
			continue
		}
		const archivedAt = state.isDeleted ? millisecondStamp(stamp) : null
		write(deals, id, from, stamp, { ...dealValues(deal, state), archivedAt }, state.isDeleted)
		state.lines.forEach((line, at) => {
			const key = hubspotId(line.id)
			if (!created.has(key)) created.set(key, millisecondStamp(stamp))
			const values = { ...lineValues(state, line, at, created.get(key)!), archivedAt }
			write(lines, key, from, stamp, values, state.isDeleted)
			links.line(from, key)
		})
		links.companies(from, state.account)
	}
	links.mergeUntil(lastMoment)
}

function dealValues(deal: Deal, state: DealState): Values {
	const [stage, , isClosed, probability] = stages.find(([, label]) => label === state.stage)!
	return {
		hs_object_id: hubspotId(deal.id),
		dealname: deal.name,
		dealstage: stage,
		pipeline: 'default',
		amount: amountText(state.amount, state.currency),
		deal_currency_code: state.currency,
		closedate: closingMoment(deal.number, state.closeDate),
		dealtype: deal.kind.toLowerCase().replaceAll(' ', ''),
		hs_is_closed: String(isClosed),
		hs_is_closed_won: String(stage === 'closedwon'),
		hs_deal_stage_probability: probability === '1.0' ? '1' : probability === '0.0' ? '0' : probability,
		hubspot_owner_id: hubspotId(people[deal.owner]!.crmId),
		hs_merged_object_ids: null,
		createdate: millisecondStamp(deal.createdAt),
		hs_lastmodifieddate: null,
		hs_updated_by_user_id: userIdOf(state.by),
		erp_order_number: state.orderNumber,
		legal_entity: state.entity && legalEntities[state.entity].picklist,
		sales_channel: state.channel,
		archived: state.isDeleted,
	}
}

/** Times of day at which people pick a close date; the first and the last ones lie on another day in UTC, in summer or all year. */
const hours = ['00:00', '00:30', '01:15', '09:12', '14:45', '17:30', '23:30', '23:59:59.999']

function closingMoment(number: number, date: string): string {
	return momentOfDay(date, hours[number % hours.length]!)
}

function lineValues(state: DealState, line: DealLine, at: number, created: string): Values {
	return {
		hs_object_id: hubspotId(line.id),
		name: line.product.name,
		hs_product_id: hubspotId(line.product.crmId),
		hs_sku: line.product.code,
		quantity: quantityText(line.quantity),
		price: priceText(line.price),
		amount: amountText(line.amount, state.currency),
		// Cleared once, it is an empty text; never filled, it is nothing.
		hs_discount_percentage:
			line.discount > 0n ? shortText(line.discount, String(PERCENT).length - 1) : at % 2 === 0 ? null : '',
		hs_line_item_currency_code: state.currency,
		hs_position_on_quote: String(at),
		hs_recurring_billing_start_date: line.start,
		service_end_date: line.end,
		unit_of_measure: line.unit,
		createdate: created,
		hs_lastmodifieddate: null,
		archived: state.isDeleted,
	}
}

/** The primary company and, for some deals, another one without that label; the deal of each line. */
function linksOf(emit: Emit, setting: Setting, deal: Deal) {
	const id = hubspotId(deal.id)
	const rows = tracker(emit, 'hubspot', 'links', [])
	const link = (from: number, kind: string, fromId: string, toId: string, isPrimary: boolean) =>
		rows.write(`${kind}:${fromId}:${toId}`, from, from, { kind, fromId, toId, isPrimary })
	let linked: string[] = []
	let owner: { account: number; from: number } | null = null
	const links = {
		companies(from: number, account: number) {
			owner = { account, from }
			const { parent, merged } = accountOf(setting, account)
			const survivor = hubspotId(accountId(merged && merged.at <= from ? merged.into : account))
			const others = parent !== null && deal.number % 4 === 0 ? [hubspotId(accountId(parent))] : []
			const wanted = [survivor, ...others.filter((one) => one !== survivor)]
			for (const gone of linked.filter((one) => !wanted.includes(one))) rows.remove(from, `deal_company:${id}:${gone}`)
			wanted.forEach((company, at) => {
				link(from, 'deal_company', id, company, at === 0)
			})
			linked = wanted
		},
		/** Links move to the company into which theirs is merged. */
		mergeUntil(end: number) {
			const merged = owner && accountOf(setting, owner.account).merged
			if (owner && merged && merged.at > owner.from && merged.at < end) links.companies(merged.at, owner.account)
		},
		line: (from: number, line: string) => link(from, 'line_item_deal', line, id, true),
		remove(from: number) {
			owner = null
			linked = []
			rows.remove(from)
		},
	}
	return links
}
