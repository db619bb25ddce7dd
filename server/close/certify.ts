import { breakCodes } from '../../models/break-code.ts'
import { identifier, literal } from '../../models/sql-text.ts'
import type { Config } from '../config.ts'
import type { PaperScope, Rows } from './scope.ts'

type Rule = Config['close']['certify'][number]

/** A cell that is certified by a rule, with the figures that the rule looked at. Amounts in the reporting currency. */
export type CertifiedCell = {
	rule: string
	customer_id: string
	currency: string
	legal_entity: string
	bookings: string
	revenue: string
	variance: string
}

/** What rules certify in a paper: the rules as written, and every cell with the rule that fitted first. */
export type Certification = { schema: 'tieout.certified/1'; paper: string; rules: Rule[]; cells: CertifiedCell[] }

/**
 * The quiet cells of a paper. A cell fits a rule when it has a rate, nothing unexplained, no break but of the rule's codes, and its
 * variance is within the rule's limits, both of them where two are given.
 */
export async function certifyCells(rows: Rows, scope: PaperScope, rules: readonly Rule[]): Promise<Certification> {
	const found = rules.length === 0 ? [] : await rows(...certifySql(scope, rules))
	return { schema: 'tieout.certified/1', paper: scope.paper, rules: [...rules], cells: found as CertifiedCell[] }
}

/** What tells an item's cell, and whether the item is of the period. */
type Placed = {
	customer_id: string
	currency: string
	legal_entity: string
	is_carried: boolean
	opened_date: string | null
}

/**
 * Which rule certified the cell of an item; null for none. Rules look at what a period brought: an item that was carried in from before is
 * certified by none, however quiet its cell is now.
 */
export function certifiedRule(
	{ cells }: Pick<Certification, 'cells'>,
	{ startDate }: Pick<PaperScope, 'startDate'>,
): (item: Placed) => string | null {
	const key = ({ customer_id, currency, legal_entity }: Omit<Placed, 'is_carried' | 'opened_date'>) =>
		JSON.stringify([customer_id, currency, legal_entity])
	const rules = new Map(cells.map((cell) => [key(cell), cell.rule]))
	const isOfPeriod = ({ is_carried, opened_date }: Placed) => !is_carried || (opened_date ?? '') >= startDate
	return (item) => (isOfPeriod(item) ? (rules.get(key(item)) ?? null) : null)
}

/** How many cells each rule certified, in order of the rules. */
export function certifiedCounts({ rules, cells }: Certification): { rule: string; cells: number }[] {
	return rules.map(({ name }) => ({ rule: name, cells: cells.filter((cell) => cell.rule === name).length }))
}

function certifySql(scope: PaperScope, rules: readonly Rule[]): [string, string[]] {
	const isOfEntity = scope.entity !== null
	const cases = rules.map((rule) => `when ${conditions(rule).join(' and ')} then ${literal(rule.name)}`).join('\n')
	const sql = `with judged as (
			select *, case ${cases} end as rule from marts.bookings_vs_revenue
			where period_id = $1 and is_validated${isOfEntity ? ' and legal_entity = $2' : ''}
		)
		select rule, customer_id, currency, legal_entity, cast(bookings_reporting_amount as varchar) as bookings,
			cast(revenue_reporting_amount as varchar) as revenue, cast(variance_reporting_amount as varchar) as variance
		from judged where rule is not null order by customer_id, currency, legal_entity`
	return [sql, isOfEntity ? [scope.periodId, scope.entity!] : [scope.periodId]]
}

/** Without a share of anything: both sides are multiplied instead, so that nothing is divided or rounded. */
function conditions({ codes = [], entities, variance, percent }: Rule): string[] {
	const others = breakCodes.filter((code) => code === 'unexplained' || !codes.includes(code))
	return [
		`abs(variance_reporting_amount) <= cast(${literal(variance)} as decimal(38, 4))`,
		...others.map((code) => `${identifier(`${code}_amount`)} = 0`),
		...(entities ? [`legal_entity in (${entities.map(literal).join(', ')})`] : []),
		...(percent === undefined
			? []
			: [
					`abs(variance_reporting_amount) * 100 <= greatest(abs(bookings_reporting_amount), abs(revenue_reporting_amount)) * cast(${literal(percent)} as decimal(9, 4))`,
				]),
	]
}
