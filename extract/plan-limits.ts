import { type WindowUse, windowShare } from './budget.ts'
import { quotaShare, runShare } from './client.ts'
import type { StreamPlan } from './plan-stream.ts'

/** A limit of an account, and what the run would take of it. `left`: what the run may still use, for what a month end needs first. */
export type LimitPlan = {
	quota: string
	maximum: number
	used: number
	left: number
	/** Is it a window of ours, or a quota that the vendor tells? */
	isTold: boolean
	isEnough: boolean
}

/** A stream's plan, and which limit would put it off, wholly or in part; null if none. */
export type LimitedStream = StreamPlan & { putOffBy: string | null }

/** What limits an account, as its client knows it. `told`: what the vendor said last of its own quota. */
export type KnownLimits = {
	windows: WindowUse[]
	told: { quota: string; used: number; maximum: number } | null
	perSecond?: number | undefined
}

/** A run waits so long for room in a window; beyond it streams are put off. Seconds. */
const longestWait = 300

/**
 * Holds the calls of an account's streams against its limits. Of streams those with a lower `priority` go first, then in their order;
 * one that a limit has no room for is put off. `seconds`: the least that the limits make the run take.
 */
export function withLimits(
	streams: readonly StreamPlan[],
	{ windows, told, perSecond }: KnownLimits,
): { streams: LimitedStream[]; limits: LimitPlan[]; seconds: number } {
	const calls = streams.reduce((sum, stream) => sum + stream.calls, 0)
	const longer = windows.filter(({ seconds }) => seconds > longestWait)
	const bounds = [
		...longer.map((window) => ({
			...window,
			isTold: false,
			room: (priority: number) => Math.floor(window.maximum * windowShare(priority, window.seconds)) - window.used,
		})),
		...(told ? [{ ...told, isTold: true, room: (priority: number) => toldRoom(told, priority) }] : []),
	]
	const putOff = new Map<string, string>()
	let needed = 0
	for (const stream of [...streams].sort((one, other) => one.priority - other.priority)) {
		needed += stream.calls
		const full = bounds.find(({ room }) => needed > room(stream.priority))
		if (full) putOff.set(stream.stream, full.quota)
	}
	const limits = bounds.map(({ quota, maximum, used, isTold, room }) => {
		const isEnough = ![...putOff.values()].includes(quota)
		return { quota, maximum, used, left: Math.max(0, room(1)), isTold, isEnough }
	})
	const waits = windows
		.filter(({ seconds }) => seconds <= longestWait)
		.map(({ seconds, maximum, used }) => Math.max(0, Math.ceil((calls + used - maximum) / maximum)) * seconds)
	const seconds = Math.ceil(Math.max(0, perSecond ? calls / perSecond : 0, ...waits))
	return {
		streams: streams.map((stream) => ({ ...stream, putOffBy: putOff.get(stream.stream) ?? null })),
		limits,
		seconds,
	}
}

/** A run ends at its own quarter of a quota only beyond the share that is left to others, as the client does. */
function toldRoom({ used, maximum }: { used: number; maximum: number }, priority: number): number {
	return Math.floor(Math.min(maximum * quotaShare(priority) - used, maximum * runShare))
}
