import { addressOf } from '../address.ts'
import { periodText } from '../format.ts'
import type { PageHandler } from '../page-request.ts'
import { type MonthFilter, newestPeriod, readMonth } from './month-data.ts'
import { MonthView } from './month-view.ts'
import { noData } from './no-data.ts'

/** `/month/2026-10`: is the month explained enough to sign, and who does what today? */
export const month: PageHandler = async ({ db, parts, context, close }) => {
	const query = context.address.query
	const filter: MonthFilter = {
		legal_entity: query.get('legal_entity') || undefined,
		currency: query.get('currency') || undefined,
	}
	const data = await readMonth(db, parts['period']!, filter, context.reportingCurrency)
	const paper = await close.paper(data.period.period_id)
	return {
		title: periodText(data.period.period_id),
		section: 'Month',
		schema: 'tieout.month/1',
		data,
		content: () => MonthView({ month: data, context, paper }),
	}
}

/** `/`: the newest month that has ended and is not locked, or what to do when there is none. */
export const newestMonth: PageHandler = async (request) => {
	const period = request.context.generation ? await newestPeriod(request.db, await request.close.locked()) : null
	return period ? { redirect: addressOf(['month', period]) } : noData(request)
}
