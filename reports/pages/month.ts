import { addressOf } from '../address.ts'
import type { PageContext } from '../context.ts'
import { requireKnownNames } from '../known-names.ts'
import type { PageHandler } from '../page-request.ts'
import type { Run, RunHistory } from '../run-history.ts'
import { type Month, type MonthFilter, newestPeriod, readMonth } from './month-data.ts'
import { MonthView, monthTitle } from './month-view.ts'
import { noData } from './no-data.ts'

/** `/month/2026-10`: is the month explained enough to sign, and who does what today? */
export const month: PageHandler = async ({ db, parts, context, close, runs }) => {
	const query = context.address.query
	requireKnownNames(context.address, ['legal_entity', 'currency'])
	const filter: MonthFilter = {
		legal_entity: query.get('legal_entity') || undefined,
		currency: query.get('currency') || undefined,
	}
	const data = await remembered(context.generation, `${parts['period']} ${JSON.stringify(filter)}`, () =>
		readMonth(db, parts['period']!, filter, context.reportingCurrency),
	)
	const [paper, unpublished] = await Promise.all([close.paper(data.period.period_id), lastFailure(context, runs)])
	return {
		title: monthTitle(data),
		section: 'Month',
		schema: 'tieout.month/1',
		data,
		content: () => MonthView({ month: data, context, paper, unpublished }),
	}
}

/** Runs that are looked through for the newest that has ended: others may be under way. */
const lookedThrough = 10

/** The newest run that has ended, where it failed: what is in service is older than it should be. Of no concern to a past generation. */
async function lastFailure({ isPast }: Pick<PageContext, 'isPast'>, runs: RunHistory): Promise<Run | null> {
	if (isPast) return null
	const ended = (await runs.runs(lookedThrough)).find(({ outcome }) => outcome !== 'running')
	return ended && ['failed', 'interrupted'].includes(ended.outcome) ? ended : null
}

/** `/`: the newest month that has ended and is not locked, or what to do when there is none. */
export const newestMonth: PageHandler = async (request) => {
	const period = request.context.generation ? await newestPeriod(request.db, await request.close.locked()) : null
	return period ? { redirect: addressOf(['month', period]) } : noData(request)
}

/** A published generation never changes: what a page showed of it is shown again, of so many pages. */
const keptMonths = 100

/** By the facts of a generation, which a server reads once, and goes with them. */
const months = new WeakMap<object, Map<string, Promise<Month>>>()

function remembered(generation: object | null, key: string, read: () => Promise<Month>): Promise<Month> {
	if (!generation) return read()
	const known = months.get(generation) ?? new Map<string, Promise<Month>>()
	months.set(generation, known)
	const before = known.get(key)
	if (before) return before
	const reading = read()
	known.set(key, reading)
	reading.catch(() => known.delete(key))
	if (known.size > keptMonths) known.delete(known.keys().next().value!)
	return reading
}
