import type { Kysely } from 'kysely'
import type { ApiBudget } from '../reports/health-history.ts'
import type { StateSchema } from './state.ts'
import './migrations/003-requests.ts'

/** Days that a forecast learns from, and a day in milliseconds. */
const learntDays = 14
const day = 24 * 3_600_000

/**
 * The newest state of every quota, what is left of it, and what will be used at the end of the day (UTC) if the rest of it is like that
 * of the last 14 days; null while there is no earlier day. `now` is the machine's clock: requests are counted by it.
 */
export async function apiUsage(
	db: Kysely<StateSchema>,
	{ now = Date.now }: { now?: () => number } = {},
): Promise<ApiBudget[]> {
	const usage = await db.selectFrom('api_usage').selectAll().orderBy('connection').orderBy('quota').execute()
	const budgets: ApiBudget[] = []
	for (const one of usage) {
		const expected = await expectedToday(db, one.connection, now())
		const left = Math.max(one.maximum - one.used, 0)
		budgets.push({ ...one, left, forecast: expected === null ? null : one.used + expected })
	}
	return budgets
}

/** One line for each quota of which half or more is used or will be: what people look at before a long read. */
export function usageLines(budgets: readonly ApiBudget[]): { share: number; text: string }[] {
	return budgets
		.filter(({ used, forecast, maximum }) => maximum > 0 && Math.max(used, forecast ?? 0) >= maximum * 0.5)
		.map(({ connection, quota, used, maximum, left, forecast }) => {
			const share = Math.floor((used / maximum) * 100)
			const end = forecast === null ? '' : `, ${Math.round((forecast / maximum) * 100)} % by midnight UTC`
			return { share, text: `${connection}: ${share} % of ${maximum} ${quota} used, ${left} left${end}` }
		})
}

/** Requests that we sent on average between this time of the day and midnight, over the full days that are known; null: none is. */
async function expectedToday(db: Kysely<StateSchema>, connection: string, now: number): Promise<number | null> {
	const midnight = Math.floor(now / day) * day
	const counts = await db
		.selectFrom('request_counts')
		.select(['started_at', 'requests'])
		.where('connection', '=', connection)
		.where('seconds', '=', 60)
		.where('started_at', '<', iso(midnight))
		.where('started_at', '>=', iso(midnight - learntDays * day))
		.execute()
	if (counts.length === 0) return null
	const oldest = Math.min(...counts.map(({ started_at }) => Date.parse(started_at)))
	const days = Math.ceil((midnight - oldest) / day)
	const later = counts.filter(({ started_at }) => Date.parse(started_at) % day >= now - midnight)
	return Math.round(later.reduce((sum, { requests }) => sum + requests, 0) / days)
}

function iso(at: number): string {
	return new Date(at).toISOString()
}
