/** The company's clock: stands still until it is set. Both vendors' servers, and what they know, follow it. */
export type CompanyClock = {
	/** Epoch milliseconds. */
	now(): number
	/** Sets the clock, forwards or back, to whole seconds (the vendors' stamps have no finer ones). Throws RangeError if it is no moment. */
	set(moment: number): void
}

/** A clock that stands still at `moment` (epoch milliseconds). */
export function createClock(moment: number): CompanyClock {
	let current = wholeSecond(moment)
	return {
		now: () => current,
		set: (next) => {
			current = wholeSecond(next)
		},
	}
}

/** `YYYY-MM-DDTHH:MM:SS` in UTC: the form in which the store keeps and compares moments. */
export function momentText(moment: number): string {
	return new Date(moment).toISOString().slice(0, 19)
}

/** The epoch milliseconds of a text written by `momentText`. */
export function momentOf(text: string): number {
	return Date.parse(`${text}Z`)
}

function wholeSecond(moment: number): number {
	if (!Number.isFinite(moment)) throw new RangeError(`the company's clock can't be set to ${moment}`)
	return Math.floor(moment / 1000) * 1000
}
