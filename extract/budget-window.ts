/** How many requests an account was sent, by second or by minute (from the epoch), by all processes. */
export type RequestLog = {
	read(seconds: Grain, from: number): Promise<Map<number, number>>
	/** Adds to what is there. */
	add(counts: Map<Grain, Map<number, number>>): Promise<void>
}

/** Length of a counted stretch in seconds. */
export type Grain = 1 | 60

/** A moving window. Moments are epoch ms by the machine's clock. */
export type RequestWindow = ReturnType<typeof createWindow>

/** Windows up to this long are counted by request within the process, and by second over processes; longer ones by minute. */
const shortWindow = 120

/** Vendors count arrivals, we count starts: a request is held to be in the window for a hundredth longer, half a second at most. */
const margin = (seconds: number) => Math.min(seconds * 10, 500)

/** A window of so many seconds in which so many requests may be sent. */
export function createWindow({ seconds, requests }: { seconds: number; requests: number }) {
	const grain: Grain = seconds <= shortWindow ? 1 : 60
	const length = seconds * 1000 + margin(seconds)
	/** Our own, by when they leave the window, oldest first; and everybody else's. */
	let own: { leaves: number; count: number }[] = []
	let others: { leaves: number; count: number }[] = []

	const occupied = (now: number) => {
		if (own.length > 0 && own[0]!.leaves <= now) own = own.filter(({ leaves }) => leaves > now)
		if (others.length > 0) others = others.filter(({ leaves }) => leaves > now)
		return [...own, ...others].reduce((sum, { count }) => sum + count, 0)
	}

	return {
		seconds,
		requests,
		grain,
		title: titleOf(seconds),
		note(now: number) {
			const leaves = grain === 1 ? now + length : endOf(stretch(now, grain), grain) + length
			const last = own.at(-1)
			if (grain === 60 && last?.leaves === leaves) last.count++
			else own.push({ leaves, count: 1 })
		},
		/** What other processes sent, by stretch. */
		setOthers(counts: Map<number, number>) {
			others = [...counts]
				.filter(([, count]) => count > 0)
				.map(([at, count]) => ({ leaves: endOf(at, grain) + length, count }))
		},
		used: occupied,
		/** When there is room for one more within a share of the window; `now` or before when there is already. */
		freeAt(now: number, share = 1): number {
			const limit = Math.max(1, Math.floor(requests * share))
			let used = occupied(now)
			if (used < limit) return now
			for (const { leaves, count } of [...own, ...others].sort((left, right) => left.leaves - right.leaves)) {
				used -= count
				if (used < limit) return leaves
			}
			return now
		},
	}
}

/**
 * Counts what was sent in all windows of an account. What this process sends is added to the log every second, and what others sent is
 * read from it; without short or long windows, every minute.
 */
export function windowBook(windows: readonly RequestWindow[], log: RequestLog | undefined, machineNow: () => number) {
	const grains: Grain[] = windows.some(({ grain }) => grain === 1) ? [1, 60] : [60]
	/** Not yet in the log, and all that this process has put there. */
	let fresh = new Map<Grain, Map<number, number>>()
	const mine = new Map<Grain, Map<number, number>>()
	const beat = windows.length > 0 ? 1000 : 60_000
	let syncedAt = windows.length > 0 ? Number.NEGATIVE_INFINITY : machineNow()

	async function flush() {
		const counts = fresh
		fresh = new Map()
		if (!log || counts.size === 0) return
		await log.add(counts)
		for (const [grain, byStretch] of counts) for (const [at, count] of byStretch) add(mine, grain, at, count)
	}

	return {
		note(now: number) {
			for (const window of windows) window.note(now)
			for (const grain of grains) add(fresh, grain, stretch(now, grain), 1)
		},
		flush,
		async sync() {
			const now = machineNow()
			if (!log || now - syncedAt < beat) return
			syncedAt = now
			await flush()
			for (const window of windows) {
				const from = stretch(now - window.seconds * 1000 - 1000, window.grain) - 1
				const all = await log.read(window.grain, from)
				for (const [at, count] of mine.get(window.grain) ?? []) if (all.has(at)) all.set(at, all.get(at)! - count)
				window.setOthers(all)
			}
		},
	}
}

function add(counts: Map<Grain, Map<number, number>>, grain: Grain, at: number, more: number) {
	const byStretch = counts.get(grain) ?? new Map<number, number>()
	counts.set(grain, byStretch)
	byStretch.set(at, (byStretch.get(at) ?? 0) + more)
}

/** The number of the stretch that a moment lies in, from the epoch. */
function stretch(at: number, grain: Grain): number {
	return Math.floor(at / (grain * 1000))
}

function endOf(at: number, grain: Grain): number {
	return (at + 1) * grain * 1000
}

function titleOf(seconds: number): string {
	if (seconds % 3600 === 0) return `requests in ${seconds / 3600} ${seconds === 3600 ? 'hour' : 'hours'}`
	if (seconds % 60 === 0) return `requests in ${seconds / 60} ${seconds === 60 ? 'minute' : 'minutes'}`
	return `requests in ${seconds} seconds`
}
