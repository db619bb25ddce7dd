import { subtractDecimals } from '../../reports/decimal.ts'
import type { CellChange, CellFigure } from '../../reports/pages/close/change-data.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'
import type { PaperScope, Rows } from './scope.ts'

type CellRow = Record<string, string | null> & { customer_id: string; currency: string; legal_entity: string }

const measures = ['bookings', 'billings', 'revenue'] as const

/** The cells of a period that differ between two generations. A cell that is on one side alone has null on the other. */
export async function cellChanges(then: Rows, now: Rows, scope: PaperScope): Promise<CellChange[]> {
	const [before, after] = await Promise.all([cellRows(then, scope), cellRows(now, scope)])
	return [...new Set([...before.keys(), ...after.keys()])]
		.sort()
		.flatMap((key) => changeOf(before.get(key), after.get(key)) ?? [])
}

async function cellRows(rows: Rows, { periodId, entity }: PaperScope): Promise<Map<string, CellRow>> {
	const amounts = measures.flatMap((measure) => [`${measure}_amount`, `${measure}_reporting_amount`])
	const found = (await rows(
		`select customer_id, customer_name, currency, legal_entity, reporting_currency, cast(policy_rate as varchar) as policy_rate,
			${amounts.map((name) => `cast(${name} as varchar) as ${name}`).join(', ')}
		from marts.cells where period_id = $1 and ($2 is null or legal_entity = $2)`,
		[periodId, entity],
	)) as CellRow[]
	return new Map(found.map((row) => [JSON.stringify([row.customer_id, row.currency, row.legal_entity]), row]))
}

function changeOf(then: CellRow | undefined, now: CellRow | undefined): CellChange | undefined {
	// Amounts in two currencies have no difference: that the currency is another is the change.
	const isOtherCurrency = then && now && then['reporting_currency'] !== now['reporting_currency']
	const figures = [
		...measures.flatMap((measure) => figure(measure, false, then?.[`${measure}_amount`], now?.[`${measure}_amount`])),
		...(isOtherCurrency ? [otherCurrency(then, now)] : reportingFigures(then, now)),
	]
	const row = (now ?? then)!
	const { customer_id, currency, legal_entity } = row
	if (figures.length === 0) return undefined
	return {
		customer_id,
		customer_name: row['customer_name'] ?? customer_id,
		currency,
		legal_entity,
		reporting_currency: row['reporting_currency'] ?? '',
		figures,
		hash: sha256(canonicalJson({ customer_id, currency, legal_entity, figures })),
	}
}

function reportingFigures(then: CellRow | undefined, now: CellRow | undefined): CellFigure[] {
	return [
		...measures.flatMap((measure) =>
			figure(measure, true, then?.[`${measure}_reporting_amount`], now?.[`${measure}_reporting_amount`]),
		),
		...(then && now ? figure('rate', true, then['policy_rate'], now['policy_rate']) : []),
	]
}

function otherCurrency(then: CellRow, now: CellRow): CellFigure {
	const [from, to] = [then['reporting_currency'] ?? null, now['reporting_currency'] ?? null]
	return { measure: 'reporting_currency', is_reporting: true, from, to, difference: null }
}

/** A cell without any record has zero of everything: a side that lacks it counts as that. */
function figure(
	measure: string,
	isReporting: boolean,
	from: string | null | undefined,
	to: string | null | undefined,
): CellFigure[] {
	const [a, b] = [from === undefined ? '0.0000' : from, to === undefined ? '0.0000' : to]
	if (a === b) return []
	const difference = a !== null && b !== null ? subtractDecimals(b, a) : null
	return [{ measure, is_reporting: isReporting, from: a, to: b, difference }]
}
