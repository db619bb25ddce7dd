import { createWindow, type RequestLog, windowBook } from './budget-window.ts'

/** What all streams of one account share: at most so many requests at once, a second and in each window, and pauses that the vendor asks for. */
export type Budget = {
	/** Runs `work` when there is room; of those that wait the lowest `priority` goes first. Rejects with {@link BudgetSpent}. */
	use<T>(work: () => Promise<T>, priority?: number): Promise<T>
	/** Nobody starts a request for so many milliseconds. */
	pause(milliseconds: number): void
	/** How full each window is now, by all processes. */
	windows(): Promise<WindowUse[]>
	/** How full the windows of an hour and more are, for people; writes down what was not yet. */
	close(): Promise<{ quota: string; used: number; maximum: number }[]>
}

/** A window of so many `seconds`, of whose `maximum` requests so many are `used`. */
export type WindowUse = { quota: string; seconds: number; used: number; maximum: number }

/** A window is full for longer than a run waits. `until` in epoch ms by the machine's clock. */
export class BudgetSpent extends Error {
	readonly until: number
	constructor(message: string, until: number) {
		super(message)
		this.until = until
	}
}

/** What a vendor permits: see {@link Source.budget}. */
export type BudgetLimits = {
	concurrency: number
	perSecond?: number
	windows?: readonly { seconds: number; requests: number }[]
}

/** The machine's clock (epoch ms), a way to wait, and what is written down between processes; never the company's clock. */
export type Waiting = {
	machineNow: () => number
	sleep: (milliseconds: number) => Promise<unknown>
	log?: RequestLog
	/** The longest wait; beyond it the run stops and goes on later. Milliseconds. */
	longest?: number
}

/** The default: real time, and nothing is remembered. */
export const realWaiting: Waiting = {
	machineNow: Date.now,
	sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}

/** The share of a window that a stream may use: one that a month end can't do without to its end, others leave it the last tenth. */
export function windowShare(priority: number, seconds: number): number {
	return priority > firstPriority && seconds >= 3600 ? 0.9 : 1
}

const firstPriority = 1

type Waiter = { priority: number; start(): void; refuse(error: Error): void }

/** A budget for one account. */
export function createBudget(limits: BudgetLimits, waiting: Waiting = realWaiting): Budget {
	const { concurrency, perSecond, windows: declared = [] } = limits
	const { machineNow, sleep, log, longest = 300_000 } = waiting
	const windows = declared.map(createWindow)
	const book = windowBook(windows, log, machineNow)
	const queue: Waiter[] = []
	let [active, pausedUntil, nextStart, isPumping] = [0, 0, 0, false]

	/** Starts what waits, in its order, whenever there is room. Only one of these at a time. */
	async function pump() {
		if (isPumping) return
		isPumping = true
		try {
			while (queue.length > 0 && active < concurrency) {
				await book.sync()
				queue.sort((left, right) => left.priority - right.priority)
				const wait = waitFor(queue[0]!)
				if (wait <= 0) begin(queue.shift()!)
				// Somebody whose turn is earlier may come meanwhile.
				else await sleep(Math.min(wait, 1000))
			}
		} catch (error) {
			for (const waiter of queue.splice(0)) waiter.refuse(error as Error)
		} finally {
			isPumping = false
		}
	}

	/** Milliseconds until the waiter may start; refuses all that would wait too long, and then 0 has nobody to start. */
	function waitFor({ priority }: Waiter): number {
		const now = machineNow()
		let wait = Math.max(pausedUntil, perSecond ? nextStart : 0) - now
		for (const window of windows) {
			const free = window.freeAt(now, windowShare(priority, window.seconds))
			if (free - now > longest) throw spent(window, free, priority)
			wait = Math.max(wait, free - now)
		}
		return wait
	}

	function begin(waiter: Waiter) {
		const now = machineNow()
		if (perSecond) nextStart = Math.max(nextStart, now) + 1000 / perSecond
		book.note(now)
		active++
		waiter.start()
	}

	return {
		use: (work, priority = 2) =>
			new Promise((resolve, reject) => {
				const start = () =>
					void work()
						.then(resolve, reject)
						.finally(() => {
							active--
							void pump()
						})
				queue.push({ priority, start, refuse: reject })
				void pump()
			}),
		pause: (milliseconds) => {
			pausedUntil = Math.max(pausedUntil, machineNow() + milliseconds)
		},
		windows: async () => {
			await book.sync()
			return used()
		},
		close: async () => {
			await book.flush()
			return used()
				.filter(({ seconds }) => seconds >= 3600)
				.map(({ quota, used: count, maximum }) => ({ quota, used: count, maximum }))
		},
	}

	function used(): WindowUse[] {
		const now = machineNow()
		return windows.map((window) => {
			const { title: quota, seconds, requests: maximum } = window
			return { quota, seconds, used: window.used(now), maximum }
		})
	}
}

function spent(
	window: { title: string; requests: number; used(now: number): number },
	until: number,
	priority: number,
) {
	const kept = priority > firstPriority ? '; what is left is kept for what a month end needs first' : ''
	return new BudgetSpent(`${window.used(until - 1)} of ${window.requests} ${window.title} are used${kept}`, until)
}
