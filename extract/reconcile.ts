import type { Client } from './client.ts'
import { lastParts } from './plan-records.ts'
import type { Connection, Stream } from './source.ts'
import type { ExtractState, StreamCursor } from './state.ts'

/**
 * How often everything is read again, for what changes without a new stamp (merges, renames of a parent, formulas, links). `every`:
 * minutes, null for never. `requests`: what one run may ask of an account for it. `streams`: those with an interval of their own (`crm.accounts`), null
 * for never.
 */
export type Reconcile = { every: number | null; requests: number; streams?: Record<string, number | null> }

/** A stream of an account, and what tells when it was last read whole. */
type Turn = { connection: Connection; stream: Stream; client: Client; state: ExtractState }

/** Of a limit of an hour or more, one part of this many goes into it in one run. */
const partOfLimit = 10

/**
 * Which of an account's streams a run that begins at `at` (epoch ms) reads whole though it needn't: those that are over their interval,
 * the longest overdue first, as many as the budget takes, and one in any case while the account's limits leave room, so that each has its turn. What a whole read costs is
 * what the last one did, twice: keys are read after the records.
 */
export async function turns(jobs: readonly Turn[], reconcile: Reconcile | undefined, at: number): Promise<Set<string>> {
	const chosen = new Set<string>()
	const overdue: { job: Turn; by: number }[] = []
	if (!reconcile) return chosen
	for (const job of jobs) {
		const every = intervalOf(job.stream, job.connection.name, reconcile)
		const cursor = every === null ? null : await job.state.cursor(job.connection.name, job.stream.name)
		const by = cursor && every !== null ? lateness(cursor, every, at) : 0
		if (by >= 1) overdue.push({ job, by })
	}
	if (overdue.length === 0) return chosen
	let left = await room(overdue[0]!.job.client, reconcile.requests)
	for (const { job } of overdue.sort((one, other) => other.by - one.by)) {
		const cost = await wholeCalls(job)
		if (left <= 0 || (cost > left && chosen.size > 0)) continue
		chosen.add(job.stream.name)
		left -= cost
	}
	return chosen
}

/** Minutes after which a stream is read whole again: what is configured, or less where the source says so; null where nothing can go unnoticed, or nobody wants it. */
export function intervalOf(stream: Stream, connection: string, { every, streams = {} }: Reconcile): number | null {
	if (!stream.cursor || stream.follows || stream.within) return null
	const own = streams[`${connection}.${stream.name}`]
	if (own !== undefined) return own
	return every === null ? null : Math.min(every, stream.whole ?? every)
}

/** How many intervals have gone by; a moment that is yet to come was written by a clock that was ahead. */
function lateness({ fullAt, watermark }: StreamCursor, every: number, at: number): number {
	if (watermark === null) return 0
	if (fullAt === null || fullAt > at + 300_000) return Number.POSITIVE_INFINITY
	return (at - fullAt) / (every * 60_000)
}

async function room(client: Client, requests: number): Promise<number> {
	const { windows } = await client.limits()
	const longer = windows.filter(({ seconds }) => seconds >= 3600)
	const parts = longer.map(({ maximum, used }) => Math.min(maximum - used, Math.floor(maximum / partOfLimit)))
	return Math.min(requests, ...parts)
}

async function wholeCalls(job: Turn): Promise<number> {
	const parts = await lastParts(job, 'full')
	const records = parts.filter(({ purpose }) => purpose === 'records')
	return Math.max(1, 2 * records.reduce((sum, { pages }) => sum + pages, 0))
}
