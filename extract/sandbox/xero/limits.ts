import { limitRefusal } from './refusal.ts'

/** Requests of one app: for one organisation at once, in a minute and in a day, and for all of them in a minute. */
export type XeroLimits = { concurrent: number; minute: number; day: number; appMinute: number }

/** As Xero publishes them (developer.xero.com/faq/limits). */
export const usualLimits: XeroLimits = { concurrent: 5, minute: 60, day: 5000, appMinute: 10_000 }

/** What each answer's headers say is left. */
export type Left = Record<string, string>

/** Counts in real time: the company's clock stands still, a limit does not. Both stretches move; `usedByOthers` counts for the whole day. */
export function createLimits(limits: XeroLimits, usedByOthers = 0, { now = Date.now } = {}) {
	const asked = new Map<string, number[]>()
	const running = new Map<string, number>()
	const ofApp: number[] = []

	return {
		/** Counts a request to an organisation that runs until `done`. Throws the 429 of the limit that it meets. */
		begin(tenant: string): { left: Left; done(): void } {
			const at = now()
			const times = recent(asked, tenant, at)
			while (ofApp.length > 0 && ofApp[0]! <= at - 60_000) ofApp.shift()
			const minute = times.filter((time) => time > at - 60_000)
			const dayUsed = times.length + usedByOthers
			if (dayUsed >= limits.day) throw limitRefusal('day', Math.ceil(((times[0] ?? at) + 86_400_000 - at) / 1000))
			if (minute.length >= limits.minute || ofApp.length >= limits.appMinute)
				throw limitRefusal('minute', Math.max(1, Math.ceil(((minute[0] ?? at) + 60_000 - at) / 1000)))
			const inFlight = running.get(tenant) ?? 0
			if (inFlight >= limits.concurrent) throw limitRefusal('concurrent', null)
			times.push(at)
			ofApp.push(at)
			running.set(tenant, inFlight + 1)
			return {
				left: {
					'x-minlimit-remaining': String(limits.minute - minute.length - 1),
					'x-daylimit-remaining': String(limits.day - dayUsed - 1),
					'x-appminlimit-remaining': String(limits.appMinute - ofApp.length),
				},
				done: () => void running.set(tenant, (running.get(tenant) ?? 1) - 1),
			}
		},
	}
}

function recent(asked: Map<string, number[]>, tenant: string, at: number): number[] {
	const times = asked.get(tenant) ?? []
	while (times.length > 0 && times[0]! <= at - 86_400_000) times.shift()
	asked.set(tenant, times)
	return times
}
