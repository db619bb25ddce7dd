import { HubspotRefusal } from './refusal.ts'

/** Requests of one private app in ten seconds, searches of the account in a second, requests of all private apps in a day. */
export type HubspotLimits = { tenSeconds: number; searches: number; day: number; usedByOthers: number }

/** Counts in real time: the company's clock stands still, a limit does not. */
export function createLimits(limits: HubspotLimits, { now = Date.now } = {}) {
	const all: number[] = []
	const searches: number[] = []
	let today = limits.usedByOthers
	let refusals = 0

	/** Every other refusal says how long to wait. */
	const refusal = (policyName: string, words: string, seconds: number) =>
		new HubspotRefusal(429, 'RATE_LIMITS', `You have reached your ${words} limit.`, {
			errorType: 'RATE_LIMIT',
			policyName,
			...(++refusals % 2 === 0 && { retryAfter: seconds }),
		})

	return {
		/** Counts a request; answers the headers that tell what is left. Throws the 429 of the limit that it meets. */
		begin(isSearch: boolean, hasDay: boolean): Record<string, string> {
			const at = now()
			while (all.length > 0 && all[0]! <= at - 10_000) all.shift()
			while (searches.length > 0 && searches[0]! <= at - 1000) searches.shift()
			if (hasDay && today >= limits.day) throw refusal('DAILY', 'daily', 3600)
			if (all.length >= limits.tenSeconds)
				throw refusal('TEN_SECONDLY_ROLLING', 'ten_secondly_rolling', Math.ceil((all[0]! + 10_000 - at) / 1000))
			if (isSearch && searches.length >= limits.searches) throw refusal('SECONDLY', 'secondly', 1)
			all.push(at)
			today++
			if (isSearch) searches.push(at)
			// A search tells nothing of the limits.
			if (isSearch) return {}
			const day: Record<string, string> = hasDay
				? {
						'x-hubspot-ratelimit-daily': String(limits.day),
						'x-hubspot-ratelimit-daily-remaining': String(limits.day - today),
					}
				: {}
			return {
				...day,
				'x-hubspot-ratelimit-interval-milliseconds': '10000',
				'x-hubspot-ratelimit-max': String(limits.tenSeconds),
				'x-hubspot-ratelimit-remaining': String(limits.tenSeconds - all.length),
			}
		},
		used: () => ({ used: today, limit: limits.day }),
	}
}

export type Limits = ReturnType<typeof createLimits>
