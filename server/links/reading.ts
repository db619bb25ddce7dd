import type { LinkRow, LinksPage } from '../../reports/pages/links.ts'
import { type Closing, withGeneration } from '../close/closing.ts'
import { decisionsInForce, linkHistory } from './decisions.ts'

/** What is asked of links: of one record, of two, or of all that wait for a decision. Ids are global. */
export type LinksAsked = { record?: string | undefined; crmId?: string | undefined; erpId?: string | undefined }

/** What a page or a command shows of links: pairs that hold or may, and every decision. */
export type LinksRead = Omit<LinksPage, 'viewer'>

/** How many pairs of a kind are listed where no record is named; the reports `customer-candidates` and `link-candidates` have all. */
const mostPairs = 100

/** Reads pairs of the published generation, and the decisions that hold now: they may be newer than the generation. */
export async function readLinks(closing: Closing, { record, crmId, erpId }: LinksAsked): Promise<LinksRead> {
	const history = await linkHistory(closing.state.db)
	const ids = [record, crmId, erpId].filter((id) => id !== undefined && id !== '')
	const { pairs, waiting } = await withGeneration(closing, async ({ rows }) => {
		const list = ids.map(() => '?').join(', ')
		const [candidates, linked] =
			ids.length === 0
				? [
						[
							...(await rows(
								`${customerCandidateRows} order by state, evidence_count desc, candidate_id limit ${mostPairs}`,
							)),
							...(await rows(`${waitingOrders} order by state, candidate_id limit ${mostPairs}`)),
						],
						[],
					]
				: [
						[
							...(await rows(
								`${customerCandidateRows} where crm_id in (${list}) or erp_id in (${list}) order by state, evidence_count desc, candidate_id`,
								[...ids, ...ids],
							)),
							...(await rows(
								`${candidateRows} where opportunity_id in (${list}) or order_id in (${list}) order by state`,
								[...ids, ...ids],
							)),
						],
						[
							...(await rows(
								`${orderRows} where order_id is not null and (opportunity_id in (${list}) or order_id in (${list})) order by all`,
								[...ids, ...ids],
							)),
							...(await rows(
								`${customerRows} and (erp.customer_id in (${list}) or erp.source_customer_id in (${list})) order by all`,
								[...ids, ...ids],
							)),
						],
					]
		const [count] = await rows(`select cast((select count(*) from (${customerCandidateRows})) as varchar) as customers,
			cast((select count(*) from (${waitingOrders})) as varchar) as orders`)
		const waiting = { customers: Number(count!['customers']), orders: Number(count!['orders']) }
		return { pairs: [...linked, ...candidates] as LinkRow[], waiting }
	})
	const isAsked = (one: { crmId: string; erpId: string }) =>
		crmId && erpId ? one.crmId === crmId && one.erpId === erpId : ids.includes(one.crmId) || ids.includes(one.erpId)
	return {
		asked: { record: record ?? null, crmId: crmId ?? null, erpId: erpId ?? null },
		pairs,
		waiting,
		decisions: decisionsInForce(history).toReversed(),
		history: ids.length === 0 ? [] : history.filter(isAsked).toReversed(),
	}
}

const customerCandidateRows = `select 'customer' as subject, state, evidence, crm_id, crm_name, cast(null as varchar) as crm_date, cast(null as varchar) as crm_amount,
		cast(null as varchar) as crm_currency, erp_id, erp_name, cast(null as varchar) as erp_date, cast(null as varchar) as erp_amount,
		cast(null as varchar) as erp_currency
	from marts.customer_candidates`

const candidateRows = `select 'order' as subject, state, evidence, opportunity_id as crm_id, deal_name as crm_name, cast(close_date as varchar) as crm_date,
		cast(booked_amount as varchar) as crm_amount, currency as crm_currency, order_id as erp_id, order_number as erp_name,
		cast(order_date as varchar) as erp_date, cast(ordered_amount as varchar) as erp_amount, order_currency as erp_currency
	from marts.link_candidates`

const waitingOrders = `${candidateRows} where state <> 'nothing fits'`

const orderRows = `select distinct 'order' as subject, 'linked' as state, order_link_evidence as evidence, opportunity_id as crm_id, deal_name as crm_name,
		cast(close_date as varchar) as crm_date, cast(null as varchar) as crm_amount, cast(null as varchar) as crm_currency,
		order_id as erp_id, order_number as erp_name, cast(null as varchar) as erp_date, cast(null as varchar) as erp_amount,
		cast(null as varchar) as erp_currency
	from marts.chain`

const customerRows = `select 'customer' as subject, case when erp.tier = 'none' then 'nothing fits' else 'linked' end as state, erp.evidence as evidence,
		case when erp.tier = 'none' then null else erp.customer_id end as crm_id, crm.name as crm_name, cast(null as varchar) as crm_date,
		cast(null as varchar) as crm_amount, cast(null as varchar) as crm_currency, erp.source_customer_id as erp_id, erp.name as erp_name,
		cast(null as varchar) as erp_date, cast(null as varchar) as erp_amount, cast(null as varchar) as erp_currency
	from marts.customer_links as erp
	left join marts.customer_links as crm
		on erp.customer_id = crm.source_customer_id and erp.tier <> 'none'
	where erp.tier not in ('crm', 'merged')`
