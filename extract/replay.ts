import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClient } from './client.ts'
import { resolveFields } from './fields.ts'
import { loadUnanswered } from './follow-deletes.ts'
import { lineProblem } from './inspect.ts'
import { isLandingLost, land, landedLines, requireLanded } from './landing.ts'
import { loadSlice } from './load.ts'
import { loadListedDeletes, loadMissingDeletes } from './load-deletes.ts'
import { readFor } from './nested.ts'
import { type RunEffects, type RunResources, sourceOf } from './run.ts'
import type { Connection, Query, Source, Stream } from './source.ts'
import type { ExtractState, LandedPart, QuarantinedRecord, StreamRun } from './state.ts'
import { finishLoaded, shapeOf, slices } from './stream-load.ts'
import type { StreamJob, StreamOutcome } from './stream-run.ts'

/** What a replay did with the records of one stream. `kept`: still not loadable, with the reasons by code. */
export type Replayed = {
	connection: string
	stream: string
	loaded: number
	kept: number
	reasons: Record<string, number>
}

/** Which streams: all connections given, or one stream of them by name. */
export type ReplayRequest = { connections: Connection[]; stream?: string }

/** Which records in quarantine: all of those streams, or those of one code, or those of these numbers. */
export type QuarantineRequest = ReplayRequest & { code?: string; ids?: number[] }

/**
 * Loads quarantined records that can be loaded now (a newer release or a corrected `fields:` may take what an older one could not).
 * They keep the moment at which the source said them; what was signed before does not change.
 */
export async function replayQuarantine(
	request: QuarantineRequest,
	resources: RunResources,
	effects: RunEffects = {},
): Promise<Replayed[]> {
	const results: Replayed[] = []
	for (const { connection, source, stream } of streamsOf(request, resources)) {
		const all = await resources.state.quarantined({ connection: connection.name, stream: stream.name })
		const asked = all.filter(
			({ id, code }) => (request.code ?? code) === code && (!request.ids || request.ids.includes(id)),
		)
		if (asked.length === 0) continue
		const context = await contextOf(source, connection, stream, resources)
		const shape = shapeOf(context, [])
		const waiting = await Promise.all(asked.map((record) => wholeRecord(record, resources.landing)))
		const looks = waiting.map(({ record }) => lineProblem(Buffer.from(record), shape).problem)
		const good = waiting.filter((_, index) => looks[index] === null)
		const kept = looks.filter((problem) => problem !== null)
		for (const runId of new Set(good.map((record) => record.runId))) {
			const run = (await resources.state.run(runId))!
			await loadRecords(
				context,
				run,
				good.filter((record) => record.runId === runId),
				resources,
				effects,
			)
		}
		const reasons: Record<string, number> = {}
		for (const { code } of kept) reasons[code] = (reasons[code] ?? 0) + 1
		results.push({ connection: connection.name, stream: stream.name, loaded: good.length, kept: kept.length, reasons })
	}
	await resources.warehouse.rest()
	return results
}

/** What came back from the landing archive. `appended`: versions, by stream. `lost`: streams that it does not hold whole, and what is missing. */
export type ReplayedLanding = { appended: Record<string, number>; lost: Record<string, string> }

/**
 * Loads every run of the landing archive again, in order, with the times of loading that it had: after a warehouse was lost, the same
 * rows come back; into one that is whole, nothing changes. Where the archive is not whole it throws `landing.missing` or
 * `landing.damaged`; with `forgetsLost`, such a stream and those that follow it count as never read instead.
 */
export async function replayLanding(
	request: ReplayRequest,
	resources: RunResources,
	{ forgetsLost = false }: { forgetsLost?: boolean } = {},
): Promise<ReplayedLanding> {
	const { state } = resources
	const appended: Record<string, number> = {}
	const lost: Record<string, string> = {}
	const all = streamsOf(request, resources)
	for (const { connection, source, stream } of all) {
		const context = await contextOf(source, connection, stream, resources)
		const name = `${connection.name}.${stream.name}`
		appended[name] = 0
		try {
			for (const run of await state.loadedRuns(connection.name, stream.name))
				appended[name] += await loadAgain(context, run, resources)
		} catch (error) {
			if (!forgetsLost || !isLandingLost(error)) throw error
			lost[name] = `${error.message}${error.where ? ` (${error.where})` : ''}`
		}
	}
	await resources.warehouse.rest()
	const isLost = (connection: Connection, name: string | undefined) => `${connection.name}.${name}` in lost
	for (const { connection, stream } of all)
		if (isLost(connection, stream.name) || isLost(connection, stream.follows?.stream))
			await state.atomically((together) => forgetStream(together, connection.name, stream.name))
	return { appended, lost }
}

/** A stream of which landed files are gone with the warehouse: its next run is its first; one that was begun, or held, is given up. */
async function forgetStream(state: ExtractState, connection: string, stream: string): Promise<void> {
	const unfinished = await state.unfinishedRun(connection, stream)
	if (unfinished) await state.finishRun(unfinished.runId, { ...nothing, outcome: 'abandoned' })
	const held = await state.held(connection, stream)
	if (held) await discard(state, held.runId, 'tieout: what was landed is gone')
	await state.forget(connection, stream)
}

const nothing = { landed: 0, loaded: 0, quarantined: 0, deleted: 0 }

async function discard(state: ExtractState, runId: string, decidedBy: string): Promise<void> {
	await state.decideHeld(runId, 'discard', decidedBy)
	await state.finishRun(runId, { ...nothing, outcome: 'discarded' })
}

/** Carries out a person's decision about a held run: its records are loaded and what is missing is deleted, or nothing is. */
export async function decideHeldRun(
	{ runId, decision, decidedBy }: { runId: string; decision: 'load' | 'discard'; decidedBy: string },
	connections: Connection[],
	resources: RunResources,
	effects: RunEffects = {},
): Promise<StreamOutcome | null> {
	const { state } = resources
	const run = (await state.run(runId))!
	const found = streamsOf({ connections, stream: `${run.connection}.${run.stream}` }, resources)[0]!
	if (decision === 'discard') {
		await discard(state, runId, decidedBy)
		return null
	}
	const client = createClient(found.source, found.connection, state, effects)
	try {
		const context = { ...(await contextOf(found.source, found.connection, found.stream, resources)), client }
		const all = await state.parts(runId)
		const parts = all.filter((part) => part.purpose === 'records')
		const total = parts.find((part) => part.sourceTotal !== null)?.sourceTotal ?? null
		const swept = all.filter((part) => part.purpose === 'keys')
		const rows = swept.reduce((sum, part) => sum + part.rows, 0)
		// Only whole lists of keys lead to a hold.
		const keys = swept.length > 0 ? { parts: swept, rows, isWhole: true } : null
		const read = { records: { parts, total, envelope: null }, deletes: null, hasGap: false, keys }
		const query = { ...context.query, window: run.window }
		const outcome = await finishLoaded(
			{ ...context, kind: run.kind, run, query, read, notes: [], isConfirmed: true },
			{ ...effects, now: effects.now ?? Date.now },
		)
		await state.decideHeld(runId, decision, decidedBy)
		return outcome
	} finally {
		await Promise.all([client.close(), resources.warehouse.rest()])
	}
}

function streamsOf({ connections, stream: wanted }: ReplayRequest, { sources }: RunResources) {
	return connections.flatMap((given) => {
		const { source, connection } = sourceOf(given, sources)
		return source.streams
			.filter((stream) => !stream.within)
			.filter(({ name }) => !wanted || readFor(source, wanted.replace(`${connection.name}.`, '')) === name)
			.map((stream) => ({ source, connection, stream }))
	})
}

type Context = Omit<StreamJob, 'client' | 'kind'> & { query: Query<Record<string, unknown>> }

/** A record whose text was too long to be kept twice, with all of it. */
async function wholeRecord<T extends QuarantinedRecord>(record: T, landing: string): Promise<T> {
	if (!record.isCut) return record
	const line = (await landedLines(landing, record.file))[record.line - 1]
	return line ? { ...record, record: line.toString('utf8') } : record
}

/** What loading needs to know, from what was last described; nothing is asked. */
async function contextOf(
	source: Source,
	connection: Connection,
	stream: Stream,
	resources: RunResources,
): Promise<Context> {
	const described = await resources.state.description(connection.name, stream.name)
	const { fields } = resolveFields(stream, connection, described && { fields: described })
	const query = { stream, options: connection.options, fields, window: { since: null, until: 0, signature: '' } }
	const { state, warehouse, landing } = resources
	return { source, connection, stream, state, warehouse, landing, query }
}

async function loadRecords(
	context: Context,
	run: StreamRun,
	records: (QuarantinedRecord & { id: number })[],
	{ state, warehouse }: RunResources,
	{ now = Date.now }: RunEffects,
) {
	const folder = await mkdtemp(path.join(tmpdir(), 'tieout-replay-'))
	try {
		const file = 'records.ndjson.zst'
		const sha256 = await land(folder, file, Buffer.from(records.map(({ record }) => `${record}\n`).join('')))
		const members = new Set(records.flatMap(({ record }) => Object.keys(JSON.parse(record))))
		const part = { ...emptyPart(run.runId), file, sha256, rows: records.length, fields: [...members] }
		const slice = {
			kind: context.source.tables ?? context.source.kind,
			run,
			shape: shapeOf(context, [part]),
			parts: [part],
			folder,
			loadedAt: now(),
		}
		await warehouse(async (database) => {
			await loadSlice(database, slice)
			await database.checkpoint()
		})
		await state.resolveQuarantine(
			records.map(({ id }) => id),
			'replayed',
		)
	} finally {
		await rm(folder, { recursive: true, force: true })
	}
}

async function loadAgain(
	context: Context,
	run: StreamRun,
	{ state, warehouse, landing }: RunResources,
): Promise<number> {
	const all = await state.parts(run.runId)
	const records = all.filter((part) => part.purpose === 'records')
	let appended = 0
	for (const parts of slices(records)) {
		const kept = parts.filter((part) => part.file !== '')
		// DuckDB would load a changed file as it stands, and take a torn one for a mistake of the warehouse.
		for (const part of kept) await requireLanded(landing, part)
		const loadedAt = kept[0]?.loadedAt ?? run.window.until
		const slice = {
			kind: context.source.tables ?? context.source.kind,
			run,
			shape: shapeOf(context, kept),
			parts: kept,
			folder: landing,
			loadedAt,
		}
		appended += await warehouse(async (database) => {
			const loaded = await loadSlice(database, slice)
			await database.checkpoint()
			return loaded.appended
		})
	}
	const loadedAt = all[0]?.loadedAt ?? run.window.until
	const target = {
		kind: context.source.tables ?? context.source.kind,
		run,
		shape: shapeOf(context, records),
		folder: landing,
		loadedAt,
	}
	const listing =
		run.window.since === null
			? null
			: context.source.deletes?.({ ...context.query, window: run.window }, run.window.since)
	const deleted = await warehouse(async (database) => {
		const listed = all.filter((part) => part.purpose === 'deletes')
		// Keys of which nothing came (they were not whole, or wait for a person, or were refused by one) count for nothing here either.
		const keys = all.filter((part) => part.purpose === 'keys' && part.loadedAt !== null)
		let rows = listing ? await loadListedDeletes(database, target, listed, listing) : 0
		if (context.stream.follows && run.kind !== 'full')
			rows += (await loadUnanswered(database, target, all, { isConfirmed: true })).deleted
		else if (keys.length > 0)
			rows += (await loadMissingDeletes(database, target, keys, { sweep: true, isConfirmed: true })).deleted
		else if (run.kind === 'full' && !context.stream.cursor)
			rows += (await loadMissingDeletes(database, target, records)).deleted
		return rows
	})
	return appended + deleted
}

function emptyPart(runId: string): LandedPart {
	return {
		runId,
		part: 0,
		purpose: 'records',
		file: '',
		rows: 0,
		bytes: 0,
		pages: 1,
		sha256: '',
		fields: [],
		numberFields: [],
		resume: null,
		last: null,
		sourceTotal: null,
		extractedAt: 0,
		envelope: null,
		money: null,
		loadedAt: null,
	}
}
