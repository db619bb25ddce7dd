import type { Client } from './client.ts'
import { resolveFields } from './fields.ts'
import { countedRecords, type Expected, followingRecords, lastParts } from './plan-records.ts'
import { nextRun } from './run-bounds.ts'
import type { Ask, Connection, Query, Reading, Source, Stream } from './source.ts'
import type { ExtractState, LandedPart, RunKind, StreamCursor, StreamRun } from './state.ts'
import { isCountDue, isSweepDue, keysQuery } from './sweep.ts'
import type { Warehouse } from './warehouse-turn.ts'

/** A stream to be planned. */
export type PlannedJob = {
	source: Source
	connection: Connection
	stream: Stream
	kind: RunKind
	/** It is this stream's turn to be read whole. */
	isTurn?: boolean
	/** The first of the run's streams that are described together (`Source.describedTogether`): it bears the request that they share. */
	isFirstDescribed?: boolean
	client: Client
	state: ExtractState
	warehouse: Warehouse
}

/** What a stream's run would ask. */
export type StreamPlan = {
	stream: string
	kind: RunKind
	priority: number
	/** Records that would come; null where nothing tells. */
	records: number | null
	/** Where that number comes from; `least`: nothing tells, the calls are the least that it takes. */
	basis: 'counted' | 'last run' | 'least'
	calls: number
	/** The same calls by what they are for. */
	parts: { describe: number; records: number; deletions: number; keys: number; counts: number }
	/** An unfinished run would be gone on with: what is landed of it is not counted. */
	isResumed: boolean
	/** Everything is read though its stamps would do: it is its turn. */
	isTurn: boolean
	/** Why it could not be counted, in the vendor's words. */
	problem: string | null
}

/** The run that would be made. `done`: the parts of an unfinished one that it would go on with. `before`: those of the last like it. */
export type PlannedRun = {
	query: Query<Record<string, unknown>>
	kind: RunKind
	cursor: StreamCursor | null
	done: LandedPart[]
	before: LandedPart[]
	run: StreamRun
}

/** What one stream would cost a run that begins at `at` (epoch ms). `followed`: the plan of the stream that it follows, if that is read too. */
export async function planStream(job: PlannedJob, followed: StreamPlan | null, at: number): Promise<StreamPlan> {
	const planned = await plannedRun(job, at)
	const expected = job.stream.follows
		? await followingRecords(job, planned, followed)
		: await countedRecords(job, planned)
	const calls = job.stream.follows
		? { records: Math.ceil((expected.rows ?? 0) / job.stream.follows.batch), deletions: 0, keys: 0, counts: 0 }
		: await readingCalls(job, planned, expected)
	const describe = (await describeCalls(job.source, planned.query)) + (job.isFirstDescribed ? 1 : 0)
	const parts = { describe, ...calls, records: notYetLanded(calls.records, planned.done) }
	return {
		stream: job.stream.name,
		kind: planned.kind,
		priority: job.stream.priority ?? 2,
		records: expected.rows,
		basis: expected.basis,
		calls: Object.values(parts).reduce((sum, part) => sum + part, 0),
		parts,
		isResumed: planned.done.length > 0,
		isTurn: (job.isTurn ?? false) && planned.kind === 'full',
		problem: expected.problem,
	}
}

async function plannedRun(job: PlannedJob, at: number): Promise<PlannedRun> {
	const { connection, stream, state } = job
	const described = await state.description(connection.name, stream.name)
	const { fields } = resolveFields(stream, connection, described && { fields: described })
	const { cursor, since, signature } = await nextRun(job, fields, at)
	const begun = await state.unfinishedRun(connection.name, stream.name)
	const unfinished = begun?.window.signature === signature ? begun : null
	const window = unfinished?.window ?? { since, until: at, signature }
	const kind = window.since === null ? ('full' as const) : ('incremental' as const)
	const names = { connection: connection.name, stream: stream.name }
	const run = unfinished ?? { ...names, runId: '', kind, window, startedAt: at, outcome: 'running' as const }
	return {
		query: { stream, fields, options: connection.options, window },
		kind,
		cursor,
		done: unfinished ? await state.parts(unfinished.runId) : [],
		before: await lastParts(job, kind),
		run,
	}
}

/** Requests for records, for the source's list of deletions, for the keys of all, and for counts. */
async function readingCalls(job: PlannedJob, planned: PlannedRun, expected: Expected) {
	const { source, stream } = job
	const { query, kind, run, cursor, before } = planned
	const whole = keysQuery(query)
	const isSwept = await isSweepDue(job, run, { hasGap: false, isListDenied: false })
	const isCounted = isSwept || isCountDue({ source, stream }, run, cursor, { isChanged: expected.rows !== 0 })
	const wholeCount = isCounted && source.count ? await rehearsed((ask) => source.count!(whole, ask)) : 0
	const bulk = kind === 'full' && expected.rows !== null ? (source.job?.(query, expected.rows) ?? null) : null
	const hasJobs = kind === 'full' && source.job !== undefined
	return {
		// A job is made, and asked at least once how far it is.
		records: bulk
			? 2 + pagesFor(bulk.results('', expected.rows!), expected.rows, [])
			: pagesFor(source.read(query), expected.rows, partsOf(before, 'records')),
		deletions: deletionCalls(job, planned),
		keys: isSwept
			? pagesFor(source.read(whole), await liveRecords(job, whole, expected), partsOf(before, 'records'))
			: 0,
		counts: expected.countCalls * (hasJobs ? 2 : 1) + Math.max(wholeCount, wholeCount && expected.countCalls),
	}
}

/** The source's list of deletions is as long as last time, and takes one request at least. */
function deletionCalls({ source }: PlannedJob, { query, cursor, before }: PlannedRun): number {
	const { since } = query.window
	if (since === null || !source.deletes?.(query, cursor?.deletesUntil ?? since)) return 0
	return Math.max(1, pagesOf(partsOf(before, 'deletes')))
}

/** All that is not deleted: as many as a whole read brings, else by a count of its own. */
async function liveRecords(
	{ source, client }: PlannedJob,
	whole: PlannedRun['query'],
	{ rows, countCalls, kind }: Expected,
): Promise<number | null> {
	if (kind === 'full' || countCalls === 0 || !source.count) return rows
	return (await source.count(whole, client.ask)).rows
}

async function describeCalls(source: Source, query: PlannedRun['query']): Promise<number> {
	if (source.describeRequests) return source.describeRequests(query)
	return source.describe ? await rehearsed((ask) => source.describe!(query, ask)) : 0
}

/** Does this ask anything? 1, or 0; nothing is sent. */
async function rehearsed(work: (ask: Ask) => Promise<unknown>): Promise<number> {
	let asked = 0
	const ask: Ask = () => {
		asked = 1
		throw new Error('only a rehearsal')
	}
	await work(ask).catch((error) => {
		if (asked === 0) throw error
	})
	return asked
}

/** Requests for so many records; where the source does not say how many a page holds, as many as last time did. */
function pagesFor(reading: Reading, rows: number | null, before: LandedPart[]): number {
	const [lastRows, lastPages] = [before.reduce((sum, part) => sum + part.rows, 0), pagesOf(before)]
	// Some requests don't depend on what comes, such as one for each day of rates.
	if (rows === null) return Math.max(1, lastPages, reading.requests?.(0) ?? 0)
	if (reading.requests) return reading.requests(rows)
	const size = reading.pageSize ?? (lastPages > 1 && lastRows > 0 ? lastRows / lastPages : Number.POSITIVE_INFINITY)
	return Math.max(1, Math.ceil(rows / size))
}

function notYetLanded(calls: number, done: LandedPart[]): number {
	const landed = partsOf(done, 'records')
	if (landed.length === 0) return calls
	return landed.at(-1)!.resume === null ? 0 : Math.max(1, calls - pagesOf(landed))
}

function partsOf(parts: LandedPart[], purpose: LandedPart['purpose']): LandedPart[] {
	return parts.filter((part) => part.purpose === purpose)
}

function pagesOf(parts: LandedPart[]): number {
	return parts.reduce((sum, { pages }) => sum + pages, 0)
}
