import { throttleRefusal } from './refusal.ts'

/** Requests of the app to one company: at once, and in any minute. */
export type QuickbooksLimits = { atOnce: number; minute: number }

/** As Intuit publishes them (500 a minute, 10 at once). */
export const usualLimits: QuickbooksLimits = { atOnce: 10, minute: 500 }

/** Counts in real time, in a minute that moves. */
export function createQuickbooksLimits(limits: QuickbooksLimits, { now = Date.now } = {}) {
	const asked = new Map<string, number[]>()
	const running = new Map<string, number>()
	return {
		/** Counts a request to a company that runs until the answer is called. Throws the 429. */
		begin(realm: string): () => void {
			const at = now()
			const times = asked.get(realm) ?? []
			asked.set(realm, times)
			while (times.length > 0 && times[0]! <= at - 60_000) times.shift()
			const inFlight = running.get(realm) ?? 0
			if (times.length >= limits.minute || inFlight >= limits.atOnce) throw throttleRefusal()
			times.push(at)
			running.set(realm, inFlight + 1)
			return () => void running.set(realm, (running.get(realm) ?? 1) - 1)
		},
	}
}
