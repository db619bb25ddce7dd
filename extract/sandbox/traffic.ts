import type { FaultKind } from './faults.ts'

/** What one server has seen: for tests that prove what was asked, and that nothing was written. */
export type Traffic = {
	requests: number
	/** Answers by HTTP status; requests whose connection was broken are under 0. */
	byStatus: Record<number, number>
	/** Requests by `METHOD /path` without record ids, locators and query strings. */
	byRoute: Record<string, number>
	/** Faults met. */
	faults: Partial<Record<FaultKind, number>>
	/** Requests that would have changed something at the vendor, as `METHOD /path`; the sandbox changes nothing. */
	writes: string[]
	/** The most requests that were in the server at the same time. */
	mostAtOnce: number
	tokensIssued: number
}

/** Nothing seen yet. */
export function noTraffic(): Traffic {
	return { requests: 0, byStatus: {}, byRoute: {}, faults: {}, writes: [], mostAtOnce: 0, tokensIssued: 0 }
}

/** Adds one under `name`. */
export function countOne<K extends string | number>(counts: Partial<Record<K, number>>, name: K): void {
	counts[name] = (counts[name] ?? 0) + 1
}
