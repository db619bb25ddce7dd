import { isDeepStrictEqual } from 'node:util'
import { TieoutError } from '../models/error.ts'
import type { Client } from './client.ts'
import { completeFields, declaredFields, driftEvents, extraFields, refuseRetyped, resolveFields } from './fields.ts'
import { followedBounds } from './follow.ts'
import { readFollowing } from './follow-read.ts'
import { gone, isGone, jobReading } from './jobs.ts'
import { isLandingLost } from './landing.ts'
import type { NestedTotals } from './nested-load.ts'
import { createPartLoader, type PartLoader } from './part-loader.ts'
import { type PagesRead, readPages } from './read-pages.ts'
import { nextRun } from './run-bounds.ts'
import type { Connection, DeletesReading, Description, Query, Source, Stream } from './source.ts'
import type { DriftEvent, ExtractState, LandedPart, RunEnd, RunKind, RunOutcome, StreamRun } from './state.ts'
import { type LoadEffects, loadRun } from './stream-load.ts'
import { deniedListText, isSweepDue, readKeys } from './sweep.ts'
import { vendorCause } from './vendor-error.ts'
import type { Warehouse } from './warehouse-turn.ts'

/** One stream of one connection, and what its run needs. `landing` is the archive's folder. */
export type StreamJob = {
	source: Source
	connection: Connection
	stream: Stream
	kind: RunKind
	/** It is this stream's turn to be read whole. */
	isTurn?: boolean
	client: Client
	state: ExtractState
	warehouse: Warehouse
	landing: string
}

/** How a stream's run ended. `rows`: landed; `appended`: new versions in the warehouse. */
export type StreamOutcome = RunEnd & {
	connection: string
	stream: string
	runId: string | null
	pages: number
	appended: number
	/** What became of the lists inside its records, by stream. */
	nested?: Record<string, NestedTotals>
}

/**
 * Reads, lands and loads one stream, from where the last run ended or broke off. Never throws for what the vendor or the data do:
 * the outcome says so. Throws only when the state itself fails.
 */
export async function runStream(job: StreamJob, effects: LoadEffects): Promise<StreamOutcome> {
	const { connection, stream, state } = job
	const name = `${connection.name}.${stream.name}`
	const lock = await state.lock(`stream ${name}`)
	if ('holder' in lock) return failed(job, null, busy(name, lock.holder))
	const run = async () =>
		(await runOnce(job, effects, { mayGiveUp: true })) ?? (await runOnce(job, effects, { mayGiveUp: false }))!
	try {
		const outcome = await run()
		return (await hasUnread(job, outcome)) ? both(outcome, await run()) : outcome
	} finally {
		await lock.release()
	}
}

/**
 * Does the source have records that no run has read? Their keys were found, of which nothing had told (a rename, a restored record): all is
 * read again at once, as what they replace is gone here already.
 */
async function hasUnread({ state, connection, stream }: StreamJob, { outcome }: StreamOutcome): Promise<boolean> {
	if (!stream.cursor || outcome !== 'loaded') return false
	const cursor = await state.cursor(connection.name, stream.name)
	return cursor !== null && cursor.watermark === null
}

/** Two runs of a stream in one: how the second ended, and what both did. */
function both(first: StreamOutcome, second: StreamOutcome): StreamOutcome {
	return {
		...second,
		landed: first.landed + second.landed,
		loaded: first.loaded + second.loaded,
		quarantined: first.quarantined + second.quarantined,
		deleted: first.deleted + second.deleted,
		pages: first.pages + second.pages,
		appended: first.appended + second.appended,
		nested: second.nested ?? first.nested,
		notes: [...(first.notes ?? []), 'everything was read again for what was missing', ...(second.notes ?? [])],
	}
}

/**
 * Ends the run of a stream that follows another one which could not be read, as that one did: it would find nothing to ask for, and look
 * as if all were well. What changed meanwhile it asks for in the next run.
 */
export async function endUnread(job: StreamJob, { stream, outcome, error }: StreamOutcome): Promise<StreamOutcome> {
	const name = `${job.connection.name}.${job.stream.name}`
	const message = `${job.stream.name} follows ${stream}, which was not read: ${error?.message ?? outcome}`
	const next = error?.next ?? `see why ${job.connection.name}.${stream} was not read`
	return await endFailed(job, null, new TieoutError('vendor', 'follow.unread', message, { where: name, next }), outcome)
}

/** Null: what was landed can't be gone on with, and the run was given up for a new one (only if it `mayGiveUp`). */
async function runOnce(
	job: StreamJob,
	effects: LoadEffects,
	{ mayGiveUp }: { mayGiveUp: boolean },
): Promise<StreamOutcome | null> {
	let run: StreamRun | null = null
	let loader: PartLoader | undefined
	let description: Description | null = null
	try {
		description = await describe(job)
		const query = prepareQuery(job, description)
		run = await openRun(job, query, effects)
		const bounded = { ...query.query, window: run.window }
		refuseRetyped(await noteDrift(job, run, description))
		loader = createPartLoader({ ...job, run, query: bounded }, effects)
		const read = await readAll(job, run, bounded, loader, { ...effects, notes: query.notes })
		if (!job.source.describe && run.kind === 'full') await noteMembers(job, run, read.records.parts)
		return await loadRun({ ...job, run, query: bounded, read, notes: query.notes, loader }, effects)
	} catch (error) {
		await loader?.settle()
		// Also when a field that is read is gone: what changed is told with what it breaks.
		if (!run && description) {
			run = await failedRun(job)
			await noteDrift(job, run, description)
		}
		if (!run || !mayGiveUp || !(isGone(error) || isLandingLost(error))) return await endFailed(job, run, error)
		await job.state.finishRun(run.runId, { ...nothing, outcome: 'abandoned' })
		return null
	}
}

type Prepared = { query: Query<Record<string, unknown>>; notes: string[] }

async function describe({ source, connection, stream, client }: StreamJob): Promise<Description | null> {
	return (await source.describe?.(declaredQuery(stream, connection), client.ask)) ?? null
}

function prepareQuery({ connection, stream }: StreamJob, description: Description | null): Prepared {
	const { fields, notes } = resolveFields(stream, connection, description)
	const { extra, left } = extraFields(fields, description ?? { fields: {} })
	if (left.length > 0) notes.push(`no room in the request for ${left.length} fields of your own: ${left.join(', ')}`)
	return {
		query: { ...declaredQuery(stream, connection), fields, ...(Object.keys(extra).length > 0 && { extra }) },
		notes,
	}
}

/** A question for a stream as it is declared, before anything is known of what the company has. */
export function declaredQuery(stream: Stream, connection: Connection): Query<Record<string, unknown>> {
	const declared = Object.entries(stream.columns).map(([name, column]) => [name, column.field] as const)
	return {
		stream,
		options: connection.options,
		fields: Object.fromEntries(declared) as Record<string, string | null>,
		window: { since: null, until: 0, signature: '' },
	}
}

/** The run to go on with, if the last one broke off and the same is asked again; else a new one. */
async function openRun(job: StreamJob, { query }: Prepared, { now }: LoadEffects): Promise<StreamRun> {
	const { connection, stream, state, kind } = job
	const at = now()
	const { cursor, isWhole, since, signature } = await nextRun(job, query.fields, at)
	const before = cursor ? await state.run(cursor.runId) : null
	if (kind !== 'full') refuseClock(job, cursor?.watermark ?? null, at)
	const unfinished = await state.unfinishedRun(connection.name, stream.name)
	// What a clock that was ahead began would end with bounds that are yet to come.
	const isAhead = unfinished !== null && unfinished.window.until > at + clockTolerance && unfinished.startedAt > at
	if (unfinished?.window.signature === signature && !isAhead) return unfinished
	if (unfinished) await state.finishRun(unfinished.runId, { ...nothing, outcome: 'abandoned' })
	// Two runs never have the same moment, also when the clock stands still: the later one's versions are the newer ones.
	const said = Math.min(at, (await job.source.saidAt?.(job.client.ask)) ?? at)
	const followed = stream.follows ? await followedBounds(job) : null
	const latest = Math.max(before?.window.until ?? 0, isAhead ? unfinished.window.until : 0)
	const until = Math.max(said, latest + 1, followed?.after ?? 0)
	const window = { since, until, signature, ...(followed && { upTo: followed.upTo }) }
	return await state.startRun({
		connection: connection.name,
		stream: stream.name,
		kind: isWhole ? 'full' : 'incremental',
		window,
	})
}

/** A small step back (NTP does that) is no harm: the bounds of runs only ever go forward. Milliseconds. */
const clockTolerance = 300_000

/**
 * A clock that went back would ask for what is read already, and call its own future read. Nobody can tell from here whether it is
 * wrong now or was then: a person says so by reading everything again.
 */
function refuseClock({ connection, stream }: StreamJob, watermark: number | null, at: number) {
	if (watermark === null || watermark <= at + clockTolerance) return
	const name = `${connection.name}.${stream.name}`
	throw new TieoutError(
		'configuration',
		'clock.behind',
		`the clock says ${new Date(at).toISOString()}, but ${name} is read up to ${new Date(watermark).toISOString()}`,
		{
			where: name,
			next: `set the clock (NTP), then run it again; nothing was read. If the clock is right now and was ahead then: tieout extract ${name} --full`,
		},
	)
}

async function noteDrift(
	{ state, connection, stream }: StreamJob,
	run: StreamRun,
	description: Description | null,
): Promise<DriftEvent[]> {
	if (!description) return []
	const before = await state.description(connection.name, stream.name)
	const declared = declaredFields(stream, connection)
	const fields = completeFields(before, description.fields, declared)
	const events = driftEvents(run, before, fields, declared)
	await state.recordDrift(events)
	if (!isDeepStrictEqual(before, fields)) await state.saveDescription(connection.name, stream.name, fields)
	return events
}

/** Of fewer records one member that none of them has says nothing. */
const fewRecords = 20

/**
 * Where the system describes nothing, its records do: a member that is read, that some record had when all were last read and that none
 * has any more, was taken away, also by the vendor.
 */
async function noteMembers(
	{ state, connection, stream }: StreamJob,
	run: StreamRun,
	parts: LandedPart[],
): Promise<void> {
	if (parts.reduce((sum, { rows }) => sum + rows, 0) < fewRecords) return
	const declared = declaredFields(stream, connection)
	const seen = new Set(parts.flatMap(({ fields }) => fields).filter((field) => declared.has(field.toLowerCase())))
	// Apart from what a system describes, which is all that there is.
	const kept = `${stream.name} (members)`
	const before = (await state.description(connection.name, kept)) ?? {}
	const gone = Object.keys(before).filter((field) => before[field] === 'seen' && !seen.has(field))
	const back = Object.keys(before).filter((field) => before[field] === 'gone' && seen.has(field))
	const event = { connection: connection.name, stream: stream.name, runId: run.runId, isDeclared: true }
	await state.recordDrift([
		...gone.map((field): DriftEvent => ({ ...event, field, change: 'removed', before: 'seen', after: null })),
		...back.map((field): DriftEvent => ({ ...event, field, change: 'added', before: null, after: 'seen' })),
	])
	const now = {
		...Object.fromEntries(Object.keys(before).map((field) => [field, 'gone'])),
		...Object.fromEntries([...seen].map((field) => [field, 'seen'])),
	}
	if (!isDeepStrictEqual(before, now)) await state.saveDescription(connection.name, kept, now)
}

/** Everything that the run still has to read: the records, the source's list of deleted ones and, when it is time, the keys of all. */
async function readAll(
	job: StreamJob,
	run: StreamRun,
	query: Query<Record<string, unknown>>,
	loader: PartLoader,
	effects: LoadEffects & { notes: string[] },
) {
	if (job.stream.follows) return await readFollowing(job, run, query, effects)
	const { source, state, client, landing } = job
	const done = await state.parts(run.runId)
	const common = { client, state, run, fields: query.fields, folder: landing }
	const doneRecords = done.filter((part) => part.purpose === 'records')
	for (const part of doneRecords) loader.offer(part)
	const bulk = await jobReading(job, run, query, effects)
	const records = await readPages(
		{
			...common,
			purpose: 'records',
			money: moneyMembers(query),
			reading: bulk ?? source.read(query),
			again: (after, pageSize) =>
				bulk ? gone() : source.read({ ...query, ...(after && { after }), ...(pageSize && { pageSize }) }),
			done: doneRecords,
			nextPart: done.length + 1,
		},
		{
			...effects,
			part: async (part) => loader.offer(part),
			page: (rows, pages, total) =>
				effects.progress?.({ type: 'page', connection: run.connection, stream: run.stream, rows, pages, total }),
		},
	)
	const deletes = await readDeletes(job, run, query, common, effects)
	const list = deletes !== null && 'reading' in deletes ? deletes : null
	const deniedList = deletes !== null && 'denied' in deletes ? deletes.denied : null
	const hasGap = deletes !== null && ('isTooLong' in deletes || (list !== null && !isCovered(list)))
	const isDue = await isSweepDue(job, run, { hasGap, isListDenied: deniedList !== null })
	const keys = isDue ? await readKeys(job, run, query, effects) : null
	return { records, deletes: list, hasGap, deniedList, keys }
}

type ListRead = PagesRead & { reading: DeletesReading }

/** The source's list of deleted records, or why it can't be had; null when there is none for this run. */
async function readDeletes(
	job: StreamJob,
	run: StreamRun,
	query: Query<Record<string, unknown>>,
	common: Pick<Parameters<typeof readPages>[0], 'client' | 'state' | 'run' | 'fields' | 'folder'>,
	effects: LoadEffects,
): Promise<ListRead | { isTooLong: true } | { denied: string } | null> {
	const since = await deletesSince(job, run)
	const listing = since === null ? null : (job.source.deletes?.(query, since) ?? null)
	if (!listing) return null
	const all = await job.state.parts(run.runId)
	const done = all.filter((part) => part.purpose === 'deletes')
	try {
		const list = { ...common, purpose: 'deletes' as const, reading: listing, again: () => listing }
		const read = await readPages({ ...list, done, nextPart: all.length + 1 }, effects)
		return { ...read, reading: listing }
	} catch (error) {
		const cause = vendorCause(error)
		if (listing.isTooLong?.(cause?.code ?? '')) return { isTooLong: true }
		// The records may be read, only the list may not: the keys of all tell of deletions too, later.
		if (cause?.action === 'denied') return { denied: deniedListText(listing, cause.code) }
		throw error
	}
}

function isCovered({ envelope, reading }: ListRead): boolean {
	return envelope === null || (reading.covered?.(envelope).isComplete ?? true)
}

/**
 * The members of the vendor's record that are its money; null when there is none, or the amount doesn't stand on top. Where the company
 * has one currency a record may name none.
 */
function moneyMembers({ stream, fields }: Query<Record<string, unknown>>) {
	const { money, deletedWhen } = stream
	const onTop = [money?.amount, deletedWhen?.column].filter((name) => name !== undefined)
	if (!money || onTop.some((name) => !fields[name] || fields[name].includes('.'))) return null
	const currency = money.currency === null ? null : (fields[money.currency] ?? null)
	const deleted = deletedWhen && { member: fields[deletedWhen.column]!, equals: deletedWhen.equals }
	return { amount: fields[money.amount]!, currency, ...(deleted && { deleted }) }
}

/** From when on deletions are asked for; null when the run finds them itself, or there was nothing to delete yet. */
async function deletesSince({ state, connection, stream }: StreamJob, run: StreamRun): Promise<number | null> {
	if (run.window.since === null) return null
	const cursor = await state.cursor(connection.name, stream.name)
	return cursor?.deletesUntil ?? run.window.since
}

const nothing = { landed: 0, loaded: 0, quarantined: 0, deleted: 0 }

async function endFailed(
	job: StreamJob,
	run: StreamRun | null,
	error: unknown,
	how = outcomeOf(error),
): Promise<StreamOutcome> {
	const { state } = job
	const ended = run ?? (await failedRun(job))
	const parts = await state.parts(ended.runId)
	const landed = parts.filter((part) => part.purpose === 'records').reduce((sum, part) => sum + part.rows, 0)
	const outcome = { ...failed(job, ended, error), outcome: how, landed }
	await state.finishRun(ended.runId, outcome)
	return outcome
}

/** What failed before the first page is a run too: denied and misconfigured streams must be seen. */
async function failedRun({ state, connection, stream, kind }: StreamJob): Promise<StreamRun> {
	const window = { since: null, until: 0, signature: '' }
	return (
		(await state.unfinishedRun(connection.name, stream.name)) ??
		(await state.startRun({ connection: connection.name, stream: stream.name, kind, window }))
	)
}

function failed({ connection, stream, client }: StreamJob, run: StreamRun | null, error: unknown): StreamOutcome {
	const told = error instanceof TieoutError ? error : null
	const said = client.redact(error instanceof Error ? error.message : String(error))
	// Who gives the permission looks for the vendor's own name, which few vendors say.
	const isUnnamed = vendorCause(error)?.action === 'denied' && !said.includes(stream.object)
	const message = isUnnamed ? `${said} (${stream.object})` : said
	return {
		...nothing,
		connection: connection.name,
		stream: stream.name,
		runId: run?.runId ?? null,
		outcome: outcomeOf(error),
		pages: 0,
		appended: 0,
		error: { code: told?.code ?? 'broken', message, next: told?.next },
	}
}

function outcomeOf(error: unknown): RunOutcome {
	if (error instanceof DOMException && error.name === 'AbortError') return 'stopped'
	const action = vendorCause(error)?.action
	if (action === 'quota') return 'stopped'
	return action === 'denied' ? 'denied' : 'failed'
}

function busy(name: string, holder: string): TieoutError {
	return new TieoutError('busy', 'stream.busy', `${name} is being read by ${holder}`, {
		where: name,
		next: 'wait until that run ends; nothing is lost by it',
	})
}
