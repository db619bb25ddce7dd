import { compareDecimals } from '../../reports/decimal.ts'
import type { Config } from '../config.ts'
import type { PaperScope, Rows } from './scope.ts'

/** How one rule of materiality comes out for a paper. Amounts are text in `currency`; `limit` is the smaller of the two limits. */
export type Materiality = {
	/** What the rule is about: `all`, `US`, `EUR`, `US EUR`. */
	about: string
	currency: string
	/** Unexplained breaks without their signs. */
	unexplained: string
	/** Of cells that have no rate: they have no amount in the reporting currency, and count as above any limit. */
	withoutRate: number
	limit: string
	amount: string | null
	percent: string | null
	revenue: string
	isAbove: boolean
}

type Sum = {
	legal_entity: string
	currency: string
	reporting_currency: string
	revenue: string
	unexplained: string
	revenue_reporting: string
	unexplained_reporting: string
	without_rate: string
}

/** Every rule that is about cells of this paper: the company's own, then those of `close.materiality`. */
export async function judgeMateriality(
	rows: Rows,
	scope: PaperScope,
	{ company, close }: Pick<Config, 'company' | 'close'>,
): Promise<Materiality[]> {
	const sums = await readSums(rows, scope)
	const rules: Config['close']['materiality'] = [{ amount: company.materiality }, ...close.materiality]
	return rules.flatMap((rule) => {
		const isOther = scope.entity !== null && rule.entity !== undefined && rule.entity !== scope.entity
		const cells = sums.filter(
			(sum) =>
				(rule.entity === undefined || sum.legal_entity === rule.entity) &&
				(rule.currency === undefined || sum.currency === rule.currency),
		)
		return isOther || cells.length === 0 ? [] : [judge(rule, cells)]
	})
}

function judge(rule: Config['close']['materiality'][number], cells: readonly Sum[]): Materiality {
	const isOwn = rule.currency !== undefined
	const unexplained = total(cells.map((cell) => (isOwn ? cell.unexplained : cell.unexplained_reporting)))
	const revenue = total(cells.map((cell) => (isOwn ? cell.revenue : cell.revenue_reporting))).replace('-', '')
	const withoutRate = isOwn ? 0 : cells.reduce((sum, cell) => sum + Number(cell.without_rate), 0)
	const limits = [
		...(rule.amount === undefined ? [] : [rule.amount]),
		...(rule.percent === undefined ? [] : [percentOf(revenue, rule.percent)]),
	].sort(compareDecimals)
	return {
		about: [rule.entity, rule.currency].filter(Boolean).join(' ') || 'all',
		currency: rule.currency ?? cells[0]!.reporting_currency,
		unexplained,
		withoutRate,
		limit: limits[0]!,
		amount: rule.amount ?? null,
		percent: rule.percent ?? null,
		revenue,
		isAbove: withoutRate > 0 || compareDecimals(unexplained, limits[0]!) > 0,
	}
}

async function readSums(rows: Rows, scope: PaperScope): Promise<Sum[]> {
	const isOfEntity = scope.entity !== null
	const where = `period_id = $1${isOfEntity ? ' and legal_entity = $2' : ''}`
	const sum = (expression: string) => `cast(coalesce(sum(${expression}), 0) as varchar)`
	return (await rows(
		`with unexplained as (
			select customer_id, currency, legal_entity, sum(abs(amount)) as amount, sum(abs(reporting_amount)) as reporting_amount,
				count(*) - count(reporting_amount) as without_rate
			from marts.breaks where ${where} and code = 'unexplained' group by customer_id, currency, legal_entity
		)
		select cells.legal_entity, cells.currency, min(cells.reporting_currency) as reporting_currency,
			${sum('cells.revenue_amount')} as revenue, ${sum('unexplained.amount')} as unexplained,
			${sum('cells.revenue_reporting_amount')} as revenue_reporting, ${sum('unexplained.reporting_amount')} as unexplained_reporting,
			${sum('unexplained.without_rate')} as without_rate
		from (select * from marts.cells where ${where}) as cells
		left join unexplained on cells.customer_id = unexplained.customer_id and cells.currency = unexplained.currency
			and cells.legal_entity = unexplained.legal_entity
		group by cells.legal_entity, cells.currency order by 1, 2`,
		isOfEntity ? [scope.periodId, scope.entity] : [scope.periodId],
	)) as Sum[]
}

function total(amounts: readonly string[]): string {
	return fromUnits(
		amounts.reduce((sum, amount) => sum + units(amount, 4), 0n),
		4,
	)
}

/** Exact: to as many decimals as the two have, and two more. */
function percentOf(amount: string, percent: string): string {
	return fromUnits(units(amount, 4) * units(percent, 4), 10)
}

function units(text: string, scale: number): bigint {
	const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
	const digits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
	return text.startsWith('-') ? -digits : digits
}

function fromUnits(value: bigint, scale: number): string {
	const text = String(value < 0n ? -value : value).padStart(scale + 1, '0')
	const fraction = text.slice(-scale).replace(/0+$/, '').padEnd(4, '0')
	return `${value < 0n ? '-' : ''}${text.slice(0, -scale)}.${fraction}`
}
