import { absoluteDecimal, compareDecimals, isZeroDecimal } from '../../reports/decimal.ts'
import type { ClearedItem } from '../../reports/pages/close/change-data.ts'
import type { PaperScope, Rows } from './scope.ts'

type Balance = {
	item_id: string
	opportunity_id: string | null
	customer_id: string
	legal_entity: string
	currency: string
	at_end: string
	balance: string
	document_id: string | null
	document_number: string | null
	later_period: string | null
}

/**
 * Items open at the end of a signed period whose balance came nearer to zero between two generations. Those of deals and documents
 * that changed themselves (`changed`: their ids) are no such thing: they are changes.
 */
export async function clearedItems(
	then: Rows,
	now: Rows,
	scope: PaperScope,
	changed: ReadonlySet<string>,
): Promise<ClearedItem[]> {
	const [before, after] = await Promise.all([balances(then, scope, true), balances(now, scope, false)])
	return [...before].flatMap(([key, was]) => {
		const is = after.get(key)
		const [openThen, openNow] = [was.balance, is?.balance ?? '0.0000']
		const isNearer = compareDecimals(absoluteDecimal(openNow), absoluteDecimal(openThen)) < 0
		if (!isNearer || changed.has(was.item_id) || changed.has(was.opportunity_id ?? '')) return []
		const { item_id, customer_id, legal_entity, currency } = was
		const { document_id = null, document_number = null, later_period: period_id = null } = is ?? {}
		const facts = { open_then: openThen, open_now: openNow, isWhole: isZeroDecimal(openNow) }
		return [{ item_id, customer_id, legal_entity, currency, ...facts, document_id, document_number, period_id }]
	})
}

/** What came to zero by the period's end says no more than that there is nothing: most of a large company's items are such. */
const isToldOf = '(sum(amount) <> 0 or count(*) filter (is_later) > 0)'

/** Of carried breaks by item and cell: the balance at the period's end, and with all that is known of later periods. */
async function balances(
	rows: Rows,
	{ periodId, entity }: PaperScope,
	isOpenOnly: boolean,
): Promise<Map<string, Balance>> {
	const found = (await rows(
		`with paper as (select start_date from marts.periods where period_id = $1),
		parts as (
			select breaks.*, periods.start_date > paper.start_date as is_later, periods.start_date as period_start
			from marts.breaks as breaks
			inner join marts.periods as periods on breaks.period_id = periods.period_id
			cross join paper
			where breaks.is_carried and ($2 is null or breaks.legal_entity = $2)
		)
		select item_id, customer_id, legal_entity, currency, min(opportunity_id) as opportunity_id,
			cast(coalesce(sum(amount) filter (not is_later), 0) as varchar) as at_end,
			cast(sum(amount) as varchar) as balance, arg_max(document_id, period_start) filter (is_later) as document_id,
			arg_max(document_number, period_start) filter (is_later) as document_number,
			arg_max(period_id, period_start) filter (is_later) as later_period
		from parts group by item_id, customer_id, legal_entity, currency
		having count(*) filter (not is_later) > 0 and ${isOpenOnly ? 'sum(amount) filter (not is_later) <> 0 and sum(amount) <> 0' : isToldOf}`,
		[periodId, entity],
	)) as Balance[]
	return new Map(
		found.map((row) => [JSON.stringify([row.item_id, row.customer_id, row.legal_entity, row.currency]), row]),
	)
}
