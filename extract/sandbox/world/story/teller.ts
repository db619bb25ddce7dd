import { DAY, dateOf, HOUR, lastMoment, MINUTE, moment, workday } from '../company/calendar.ts'
import { type EntityCode, legalEntities } from '../company/entities.ts'
import { type Random, random } from '../company/random.ts'
import type { Setting } from '../company/setting.ts'
import type { Lack } from '../projection.ts'
import type { Deal, DealState, Story } from './facts.ts'
import type { Mistake } from './mistakes.ts'
import { push } from './timeline.ts'

/** Something that happens to a deal: the change it makes to the state before. */
export type DealEvent = { at: number; change(state: DealState): DealState | null }

/** One who lays out a story: its luck, its ids, and what has been told so far. */
export type Teller = {
	setting: Setting
	index: number
	choices: Random
	mistakes: Set<Mistake>
	/** What the systems can't hold: what is told otherwise then says so in `projection.ts`. */
	lacks: ReadonlySet<Lack>
	story: Story
	/** Somebody saw that an order can't be right: it is not billed. */
	holdsBilling: boolean
	/** Events of deals, in any order; `finishDeals` turns them into versions. */
	events: Map<Deal, DealEvent[]>
	/** Next free numbers of this story. */
	next: { deal: number; document: number; element: number; order: number }
}

/** `index` runs over all stories of a world, the strays after the deals. */
export function tellerOf(setting: Setting, index: number, lacks: ReadonlySet<Lack> = new Set()): Teller {
	return {
		setting,
		index,
		choices: random(setting.seed, 'story', index),
		mistakes: new Set(),
		lacks,
		story: { deals: [], orders: [], invoices: [], credits: [], payments: [], plans: [], journals: [] },
		holdsBilling: false,
		events: new Map(),
		next: { deal: 0, document: 0, element: 0, order: 0 },
	}
}

/** NetSuite's id of the next transaction of this story; there are never more than 200. */
export function documentId(teller: Teller): string {
	return String(1_100_000 + teller.index * 200 + teller.next.document++)
}

/** Document numbers run in the order of the stories: prefix and six or more digits. */
export function documentNumber(teller: Teller, prefix: string): string {
	return `${prefix}${100_000 + teller.index * 200 + teller.next.order++}`
}

/** Minutes by which a commit comes after its stamp: mostly none. */
export function lateness(teller: Teller): number {
	return teller.choices.chance(0.03) ? teller.choices.between(1, 4) : 0
}

/** A moment in the office hours of that date. */
export function officeMoment(teller: Teller, date: string, entity: EntityCode): number {
	return (
		moment(date) +
		legalEntities[entity].opens * HOUR +
		teller.choices.between(0, 8 * 60 - 2) * MINUTE +
		teller.choices.between(0, 59) * 1000
	)
}

/** A moment in office hours some days later, never on a weekend. */
export function later(teller: Teller, at: number, low: number, high: number, entity: EntityCode): number {
	return officeMoment(teller, workday(dateOf(at + teller.choices.between(low, high) * DAY)), entity)
}

export function isTold(at: number): boolean {
	return at < lastMoment
}

/** Turns each deal's events, oldest first, into its versions, and finds out since when an order is reached by its number. */
export function finishDeals(teller: Teller): void {
	for (const [deal, events] of teller.events) {
		events.sort((one, other) => one.at - other.at)
		for (const event of events) {
			const last = deal.versions[deal.versions.length - 1]
			if (last && (last.state === null || (last.state.isDeleted && event.at < last.from + 10 * DAY))) continue
			const state = event.change(last?.state as DealState)
			if (state !== last?.state) push(deal.versions, event.at, state, lateness(teller))
		}
	}
	for (const order of teller.story.orders) {
		for (const link of order.deals) {
			if (link.from === byNumber)
				link.from = link.deal.versions.find(({ state }) => state?.orderNumber?.includes(order.number))?.from ?? Infinity
		}
	}
}

/** Stands for the moment at which the deal first names the order's number. */
export const byNumber = -1
