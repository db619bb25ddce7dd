import pLimit from 'p-limit'

/** What all streams of one account share: at most so many requests at once and a second, and pauses that the vendor asks for. */
export type Budget = {
	/** Runs `work` when there is room. */
	use<T>(work: () => Promise<T>): Promise<T>
	/** Nobody starts a request for so many milliseconds. */
	pause(milliseconds: number): void
}

/** The machine's clock (monotonic milliseconds) and a way to wait; never the company's clock. */
export type Waiting = { ticks: () => number; sleep: (milliseconds: number) => Promise<void> }

/** The default: real time. */
export const realWaiting: Waiting = {
	ticks: () => performance.now(),
	sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}

/** A budget for one account. */
export function createBudget(
	{ concurrency, perSecond }: { concurrency: number; perSecond?: number },
	{ ticks, sleep }: Waiting = realWaiting,
): Budget {
	const limit = pLimit(concurrency)
	let pausedUntil = 0
	let nextStart = 0

	async function turn() {
		for (;;) {
			const start = Math.max(pausedUntil, perSecond ? nextStart : 0)
			const wait = start - ticks()
			if (wait <= 0) break
			await sleep(wait)
		}
		if (perSecond) nextStart = Math.max(nextStart, ticks()) + 1000 / perSecond
	}

	return {
		use: (work) =>
			limit(async () => {
				await turn()
				return await work()
			}),
		pause: (milliseconds) => {
			pausedUntil = Math.max(pausedUntil, ticks() + milliseconds)
		},
	}
}
