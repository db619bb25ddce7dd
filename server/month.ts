import { type Kysely, sql } from 'kysely'
import type { Schema } from '../models/schema.ts'

/** A month's figures in the reporting currency, exact decimal text. Cells without a valid rate are counted apart. */
export type MonthSummary = {
	periodId: string
	isComplete: boolean
	reportingCurrency: string
	bookings: string
	revenue: string
	variance: string
	explained: string
	unexplained: string
	unvalidatedCells: number
	/** The sums by code of the list, largest first. */
	breaks: { code: string; amount: string; count: number }[]
	/** Breaks carried into the next period: still open at the month's end. */
	open: number
	/** Of them, those older at the period's end than the limit of their code; null: no code has a limit. */
	overLimit: number | null
	oldestDays: number | null
}

/** How old, in days, open breaks of a code may get. */
export type BreakLimits = Readonly<Record<string, number | undefined>>

/** The newest complete period with figures, else the newest with any; undefined when there is none. */
export async function newestMonth(db: Kysely<Schema>): Promise<string | undefined> {
	const row = await db
		.selectFrom('marts.periods as periods')
		.select('periods.period_id')
		.where(({ exists, selectFrom }) =>
			exists(
				selectFrom('marts.cells as cells')
					.select('cells.period_id')
					.whereRef('cells.period_id', '=', 'periods.period_id'),
			),
		)
		.orderBy('periods.is_complete', 'desc')
		.orderBy('periods.start_date', 'desc')
		.limit(1)
		.executeTakeFirst()
	return row?.period_id
}

/** The figures of one period; undefined when it has no cells. */
export async function readMonth(
	db: Kysely<Schema>,
	periodId: string,
	limits: BreakLimits = {},
): Promise<MonthSummary | undefined> {
	const cells = await db
		.selectFrom('marts.cells')
		.select([
			'reporting_currency',
			sql<string>`cast(coalesce(sum(bookings_reporting_amount) filter (where is_validated), 0) as varchar)`.as(
				'bookings',
			),
			sql<string>`cast(coalesce(sum(revenue_reporting_amount) filter (where is_validated), 0) as varchar)`.as(
				'revenue',
			),
			sql<string>`cast(coalesce(sum(variance_reporting_amount) filter (where is_validated), 0) as varchar)`.as(
				'variance',
			),
			sql<string>`count(*) filter (where not is_validated)`.as('unvalidated'),
		])
		.where('period_id', '=', periodId)
		.groupBy('reporting_currency')
		.executeTakeFirst()
	if (!cells) return undefined
	const period = await db
		.selectFrom('marts.periods')
		.select('is_complete')
		.where('period_id', '=', periodId)
		.executeTakeFirst()
	const breaks = await breaksByCode(db, periodId)
	const sums = await explainedSums(db, periodId)
	return {
		periodId,
		isComplete: period?.is_complete ?? false,
		reportingCurrency: cells.reporting_currency,
		bookings: cells.bookings,
		revenue: cells.revenue,
		variance: cells.variance,
		...sums,
		unvalidatedCells: Number(cells.unvalidated),
		breaks,
		...(await openBreaks(db, periodId)),
		overLimit: await overLimit(db, periodId, limits),
	}
}

async function breaksByCode(db: Kysely<Schema>, periodId: string): Promise<MonthSummary['breaks']> {
	const rows = await db
		.selectFrom('marts.breaks')
		.select([
			'code',
			sql<string>`cast(coalesce(sum(reporting_amount), 0) as varchar)`.as('amount'),
			sql<string>`count(*)`.as('count'),
		])
		.where('period_id', '=', periodId)
		.groupBy('code')
		.orderBy(sql`abs(coalesce(sum(reporting_amount), 0))`, 'desc')
		.orderBy('code')
		.execute()
	return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

async function explainedSums(
	db: Kysely<Schema>,
	periodId: string,
): Promise<{ explained: string; unexplained: string }> {
	return await db
		.selectFrom('marts.breaks')
		.select([
			sql<string>`cast(coalesce(sum(reporting_amount) filter (where code <> 'unexplained'), 0) as varchar)`.as(
				'explained',
			),
			sql<string>`cast(coalesce(sum(reporting_amount) filter (where code = 'unexplained'), 0) as varchar)`.as(
				'unexplained',
			),
		])
		.where('period_id', '=', periodId)
		.executeTakeFirstOrThrow()
}

async function openBreaks(db: Kysely<Schema>, periodId: string): Promise<{ open: number; oldestDays: number | null }> {
	const row = await db
		.selectFrom('marts.roll_forward')
		.select([sql<string>`coalesce(sum(item_count), 0)`.as('open'), sql<string | null>`min(oldest_date)`.as('oldest')])
		.where('period_id', '=', periodId)
		.executeTakeFirstOrThrow()
	const end = await db
		.selectFrom('marts.periods')
		.select('end_date')
		.where('period_id', '=', periodId)
		.executeTakeFirst()
	const days = row.oldest && end ? Math.round((Date.parse(end.end_date) - Date.parse(row.oldest)) / 86_400_000) : null
	return { open: Number(row.open), oldestDays: days }
}

/** Items open under a code at the period's end whose age there is above the code's limit. */
async function overLimit(db: Kysely<Schema>, periodId: string, limits: BreakLimits): Promise<number | null> {
	const limited = Object.entries(limits).filter((pair): pair is [string, number] => pair[1] !== undefined)
	if (limited.length === 0) return null
	const period = await db
		.selectFrom('marts.periods')
		.select(['start_date', 'end_date'])
		.where('period_id', '=', periodId)
		.executeTakeFirst()
	if (!period) return 0
	const lastDay = Date.parse(period.end_date)
	const isOver = limited.map(([code, days]) => {
		const oldestAllowed = new Date(lastDay - days * 86_400_000).toISOString().slice(0, 10)
		return sql`(breaks.code = ${code} and min(breaks.opened_date) < cast(${oldestAllowed} as date))`
	})
	const items = db
		.selectFrom('marts.breaks as breaks')
		.innerJoin('marts.periods as periods', 'periods.period_id', 'breaks.period_id')
		.select(['breaks.item_id', 'breaks.code', 'breaks.currency'])
		.where('breaks.is_carried', '=', true)
		.where('periods.start_date', '<=', period.start_date)
		.groupBy(['breaks.item_id', 'breaks.code', 'breaks.currency'])
		.having(sql<boolean>`sum(breaks.amount) <> 0 and (${sql.join(isOver, sql` or `)})`)
	const { count } = await db
		.selectFrom(items.as('items'))
		.select(sql<string>`count(*)`.as('count'))
		.executeTakeFirstOrThrow()
	return Number(count)
}
