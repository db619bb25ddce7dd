import { amountText } from './company/exact.ts'
import { settingOf } from './company/setting.ts'
import { projectedStory } from './projection.ts'
import { lacksOf } from './records/records.ts'
import { storyCount } from './story/tell.ts'
import { usualPair } from './systems.ts'
import { allocate } from './truth/allocate.ts'
import type { Cell, TruthBreak } from './truth/book.ts'
import { classify } from './truth/classify.ts'
import { postingsOf } from './truth/entries.ts'
import { viewOf } from './truth/view.ts'
import type { WorldOptions } from './world.ts'

export type { Cell, TruthBreak } from './truth/book.ts'

/** Bookings, revenue and their difference, exact, in the currency's minor digits. */
export type TruthFigures = { bookings: string; revenue: string; variance: string }

export type TruthTotals = {
	/** By period, customer, legal entity and currency. */
	cells: (Cell & TruthFigures)[]
	/** By period and currency. */
	periods: ({ period: string; currency: string } & TruthFigures)[]
}

/**
 * Every break of the sample company as known at a moment (epoch ms), story by story: mistakes, ordinary timing and deferral.
 * Made from what the generator laid out, as far as the pair of systems can show it (`projection.ts`), by the rules of
 * `docs/definitions.md`; the models are not asked. Breaks of the same
 * code, item and cell are one. The `exchange_rate` and `rounding` of translation into the reporting currency are not among them.
 */
export function* truthAt(options: WorldOptions, moment: number): Iterable<TruthBreak> {
	const setting = settingOf(options)
	const lacks = lacksOf(options.pair ?? usualPair)
	for (let index = 0; index < storyCount(setting); index++)
		yield* classify(setting, projectedStory(setting, index, lacks), moment, lacks)
}

/** What Sales booked and Finance recognised as known at a moment (epoch ms), sorted; cells in which both are zero are left out. */
export function truthTotals(options: WorldOptions, moment: number): TruthTotals {
	const setting = settingOf(options)
	const lacks = lacksOf(options.pair ?? usualPair)
	const cells = new Map<string, Cell & Sums>()
	const periods = new Map<string, { period: string; currency: string } & Sums>()
	const add = (cell: Cell, bookings: bigint, revenue: bigint) => {
		const { period, customer, legalEntity, currency } = cell
		tally(
			cells,
			`${period}|${currency}|${legalEntity}|${customer}`,
			{ period, customer, legalEntity, currency },
			bookings,
			revenue,
		)
		tally(periods, `${period}|${currency}`, { period, currency }, bookings, revenue)
	}
	for (let index = 0; index < storyCount(setting); index++) {
		const view = viewOf(setting, projectedStory(setting, index, lacks), moment, lacks)
		for (const { cell, state } of view.deals) add(cell, state.amount, 0n)
		for (const { cell, amount } of postingsOf(view, allocate(view)).revenue) add(cell, 0n, amount)
	}
	return { cells: sorted(cells), periods: sorted(periods) }
}

type Sums = { bookings: bigint; revenue: bigint }

function tally<Key>(sums: Map<string, Key & Sums>, key: string, parts: Key, bookings: bigint, revenue: bigint): void {
	const known = sums.get(key)
	if (!known) sums.set(key, { ...parts, bookings, revenue })
	else {
		known.bookings += bookings
		known.revenue += revenue
	}
}

function sorted<Key extends { currency: string }>(sums: Map<string, Key & Sums>): (Key & TruthFigures)[] {
	const entries = [...sums]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.filter(([, { bookings, revenue }]) => bookings !== 0n || revenue !== 0n)
	return entries.map(([, sum]) => {
		const text = (amount: bigint) => amountText(amount, sum.currency)
		return {
			...sum,
			bookings: text(sum.bookings),
			revenue: text(sum.revenue),
			variance: text(sum.bookings - sum.revenue),
		}
	})
}
