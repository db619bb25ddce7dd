import { countKeys } from './follow.ts'
import type { PlannedJob, PlannedRun, StreamPlan } from './plan-stream.ts'
import type { Ask } from './source.ts'
import type { LandedPart, RunKind } from './state.ts'
import { vendorCause } from './vendor-error.ts'

/** How many records a run would bring, and how many requests it takes to count them. */
export type Expected = Pick<StreamPlan, 'basis' | 'problem' | 'kind'> & { rows: number | null; countCalls: number }

/** The source's own count within the run's bounds; where it has none, as many as came last time. */
export async function countedRecords({ source, client }: PlannedJob, planned: PlannedRun): Promise<Expected> {
	const { query, kind, before } = planned
	const guess = {
		kind,
		rows: before.length > 0 ? rowsOf(before) : null,
		basis: before.length > 0 ? ('last run' as const) : ('least' as const),
		problem: null,
	}
	if (!source.count) return { ...guess, countCalls: 0 }
	// To add up takes the vendor longer than to count, and a plan needs no money.
	const { money: _, ...stream } = query.stream
	let countCalls = 0
	const ask: Ask = (request) => {
		countCalls++
		return client.ask(request)
	}
	try {
		const { rows } = await source.count({ ...query, stream }, ask)
		return rows === null ? { ...guess, countCalls } : { ...guess, rows, basis: 'counted', countCalls }
	} catch (error) {
		if (vendorCause(error) === null) throw error
		return { ...guess, countCalls, problem: client.redact((error as Error).message) }
	}
}

/**
 * The keys that would be asked for: those that wait already, and those that the stream which is followed would bring. What it brings
 * again without a change is not asked for, so that this is the most.
 */
export async function followingRecords(
	job: PlannedJob,
	{ query, kind, cursor }: PlannedRun,
	followed: StreamPlan | null,
): Promise<Expected> {
	const { column, isOfChanges } = job.stream.follows!
	const isPartly = column !== undefined || isOfChanges === true
	const isReadBefore = (await job.state.cursor(job.connection.name, job.stream.follows!.stream)) !== null
	const isReadWhole = kind === 'full' && followed?.kind === 'full'
	const waiting =
		isReadBefore && (isPartly || !isReadWhole) ? await countKeys(job, { ...query.window, upTo: query.window.until }) : 0
	// Which of the records that come name a key, or have changed, only the run finds out: none at first, and at most all of them.
	const isKnown =
		!isPartly || (kind === 'incremental' && (isOfChanges || (await countKeys(job, everything(query))) > 0))
	const coming = isKnown ? (followed?.records ?? 0) : 0
	return {
		kind,
		rows: waiting + coming,
		basis: followed === null ? 'counted' : isKnown ? followed.basis : 'least',
		countCalls: 0,
		problem: cursor === null && followed === null && !isReadBefore ? 'what it follows was never read' : null,
	}
}

function everything({ window }: PlannedRun['query']): PlannedRun['run']['window'] {
	return { ...window, since: null, upTo: window.until }
}

/** What the last run of this kind that was loaded has landed; empty if there is none. */
export async function lastParts(
	{ state, connection, stream }: Pick<PlannedJob, 'state' | 'connection' | 'stream'>,
	kind: RunKind,
): Promise<LandedPart[]> {
	const runs = await state.loadedRuns(connection.name, stream.name)
	const last = runs.findLast((run) => run.kind === kind)
	return last ? await state.parts(last.runId) : []
}

function rowsOf(parts: LandedPart[]): number {
	return parts.filter(({ purpose }) => purpose === 'records').reduce((sum, { rows }) => sum + rows, 0)
}
