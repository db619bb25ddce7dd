import type { Database } from '../models/warehouse.ts'
import { certify, isOnlyQuarantined, type Standing, withRemark, withStanding } from './certificate.ts'
import { loadUnanswered } from './follow-deletes.ts'
import { type DeletesTarget, isFarShorter, liveRows, loadListedDeletes, loadMissingDeletes } from './load-deletes.ts'
import { missingText } from './missing.ts'
import { addTotals, namedTotals } from './money-sum.ts'
import { nestedShapes } from './nested.ts'
import { certifyNested, followParent } from './nested-proof.ts'
import { createPartLoader, type LoadTotals, type PartLoader } from './part-loader.ts'
import type { SliceShape } from './raw-table.ts'
import type { PageEffects, PagesRead } from './read-pages.ts'
import type { DeletesReading, Query, SourceCount } from './source.ts'
import type { Certificate, LandedPart, StreamRun } from './state.ts'
import type { StreamJob, StreamOutcome } from './stream-run.ts'
import { supersededRecords } from './superseded.ts'
import { countAll, countSince, isCountDue, type KeysRead, readKeys, readUntil } from './sweep.ts'

/** What a watcher of a run sees. `total`: the source's count, if it tells. */
export type Progress =
	| { type: 'page'; connection: string; stream: string; rows: number; pages: number; total: number | null }
	| { type: 'load'; connection: string; stream: string; rows: number }
	| ({ type: 'end' } & StreamOutcome)

/** `now`: the company's clock (epoch ms). */
export type LoadEffects = Omit<PageEffects, 'page' | 'part' | 'now'> & {
	now: () => number
	progress?: (event: Progress) => void
	/** How much is loaded at once. */
	sliceBytes?: SliceBytes
}

/** A run whose pages are all landed. */
export type ReadRun = StreamJob & {
	run: StreamRun
	query: Query<Record<string, unknown>>
	read: ReadParts
	notes: string[]
	/** What has loaded the first parts already; absent: nothing has. */
	loader?: PartLoader
	/** A person has said that what is missing was deleted. */
	isConfirmed?: boolean
}

/**
 * What a run read. `hasGap`: the list of deletions does not reach back to where the last one ended. `deniedList`: it may not be read,
 * said for people.
 */
export type ReadParts = {
	records: PagesRead
	deletes: (PagesRead & { reading: DeletesReading }) | null
	hasGap: boolean
	deniedList?: string | null
	keys: KeysRead | null
}

/**
 * Rows that DuckDB stores together. A load that ends with a group half full costs a rewriting of it at a later checkpoint, so slices end
 * just before a group is full.
 */
const groupRows = 122_880

/** Bytes of lines that one load takes: enough to be fast, little enough to be done with soon; and where it ends in any case. */
export type SliceBytes = { enough: number; most: number }

const sliceBytes: SliceBytes = { enough: 96 << 20, most: 384 << 20 }

/**
 * Loads what a run has landed, appends the tombstones, asks the source for its count, and only then moves the cursor. A full run that
 * brought far fewer records than the last one is held: nothing of it is loaded until a person decides.
 */
export async function loadRun(read: ReadRun, effects: LoadEffects): Promise<StreamOutcome> {
	const { state, connection, stream, run } = read
	const landed = sum(read.read.records.parts)
	const cursor = await state.cursor(connection.name, stream.name)
	const before = cursor?.fullRows ?? 0
	if (run.kind === 'full' && isFarShorter(before, landed, stream.mayBeEmpty)) return await hold(read, before, landed)
	if (run.kind === 'full' || read.read.keys) await replaceHeld(read)
	return await finishLoaded(read, effects)
}

/** Loads a run whatever its size: what {@link loadRun} does when nothing speaks against it, and what a person's decision does. */
export async function finishLoaded(read: ReadRun, effects: LoadEffects): Promise<StreamOutcome> {
	const { state, run, source, query, client } = read
	const loaded = await (read.loader ?? createPartLoader(read, effects)).finish(read.read.records.parts)
	const listed = await loadDeletes(read, loaded, effects)
	const count = listed.count ?? (source.count ? await source.count(query, client.ask) : null)
	const proved = proof(read, loaded, count)
	const madeGood = await supersededRecords(read, run.kind === 'full' && proved.verdict === 'proved')
	if (madeGood.length > 0) await state.resolveQuarantine(madeGood, 'superseded')
	const swept = await compareAll(read, loaded, effects)
	const judged = withStanding(proved, swept.standing)
	const missing = judged.verdict === 'short' ? await missingText(read, { isLive: proved.verdict !== 'short' }) : null
	const certificate = withRemark(withRemark(judged, missing), read.read.deniedList)
	const notes = [...read.notes, ...loadNotes(loaded), ...swept.notes]
	if (certificate.verdict === 'short' || swept.standing) notes.push(...standingNotes(certificate))
	const isComplete = proved.verdict !== 'short' || isOnlyQuarantined(proved)
	const held = swept.held ?? listed.held ?? null
	const end = {
		outcome: held ? ('held' as const) : isComplete ? ('loaded' as const) : ('incomplete' as const),
		landed: certificate.landedRows + loaded.duplicates,
		loaded: certificate.loadedRows,
		quarantined: loaded.quarantined,
		deleted: listed.rows + swept.deleted,
		notes,
		...(!isComplete && { error: shortError(proved, loaded.duplicates) }),
		...(held && { error: heldError(run, held, 'none of them is deleted here') }),
	}
	await state.atomically(async (together) => {
		await together.certify(run, certificate)
		await certifyNested({ ...read, state: together }, certificate, loaded.nested)
		// Keys that wait for a person are asked for again.
		const isDone = isComplete && !listed.held
		if (isDone) await moveCursor({ ...read, state: together }, certificate, listed.until, swept, effects)
		if (isDone) await followParent({ ...read, state: together })
		if (held) await together.hold(heldRun(run, held))
		await together.finishRun(run.runId, end)
	})
	const pages = read.read.records.parts.reduce((all, part) => all + part.pages, 0)
	return {
		...end,
		connection: run.connection,
		stream: run.stream,
		runId: run.runId,
		pages,
		appended: loaded.appended,
		nested: loaded.nested,
	}
}

/** The deletions that the source lists or, where everything is read each time, that a record's absence tells. */
async function loadDeletes(read: ReadRun, { keys, isFirst }: LoadTotals, effects: LoadEffects): Promise<Listed> {
	const { run, stream } = read
	const { records, deletes } = read.read
	if (stream.follows) return await buryUnanswered(read, effects)
	if (run.kind === 'full' && !stream.cursor) {
		const load = (database: Database, target: DeletesTarget) =>
			loadMissingDeletes(database, target, records.parts, { keys })
		const missing = isFirst ? { deleted: 0 } : await bury(read, effects, load)
		return { rows: missing.deleted, until: run.window.until }
	}
	if (!deletes) return { rows: 0, until: run.window.until }
	const listed = await bury(read, effects, async (database, target) => ({
		deleted: await loadListedDeletes(database, target, deletes.parts, deletes.reading),
	}))
	const covered = deletes.envelope === null ? null : (deletes.reading.covered?.(deletes.envelope) ?? null)
	return { rows: listed.deleted, until: covered?.until ?? run.window.until }
}

/** Tombstones of a run, how far the list of deletions goes, and what of a stream that follows another is known by itself. */
type Listed = { rows: number; until: number | null; held?: Change | null; count?: SourceCount }

/** What was asked for and did not come was deleted; where all was asked for, what did not come is found missing like anywhere. */
async function buryUnanswered(read: ReadRun, effects: LoadEffects): Promise<Listed> {
	const { run, isConfirmed = false } = read
	const isWhole = run.kind === 'full'
	const parts = [...(await read.state.parts(run.runId))]
	const found = await bury(read, effects, (database, target) =>
		loadUnanswered(database, target, parts, { isConfirmed, isWhole }),
	)
	const missing = isWhole
		? await bury(read, effects, (database, target) => loadMissingDeletes(database, target, read.read.records.parts))
		: { deleted: 0 }
	if (found.isHeld) await replaceHeld(read)
	const told = `${found.live} records of the keys asked for are live here, ${found.left} of them came`
	const without = found.asked - found.answered
	return {
		rows: found.deleted + missing.deleted,
		until: run.window.until,
		held: found.isHeld ? { before: found.live, now: found.left, reason: told } : null,
		count: {
			rows: sum(read.read.records.parts),
			reason: `${found.asked} keys were asked for, ${found.answered} answered${without > 0 ? `, ${without} have nothing` : ''}`,
		},
	}
}

async function bury<T extends { deleted: number }>(
	read: ReadRun,
	effects: LoadEffects,
	work: (database: Database, target: DeletesTarget) => Promise<T>,
): Promise<T> {
	const { run, warehouse, landing, source } = read
	const shape = shapeOf(read, read.read.records.parts)
	const kind = source.tables ?? source.kind
	const target = { kind, run, shape, folder: landing, loadedAt: loadedAt(run, effects) }
	return await warehouse((database) => work(database, target))
}

/** What the comparison with the whole source found. `isSwept`, `isCounted`: it was done, and settled. */
type Compared = {
	deleted: number
	standing: Standing | null
	isSwept: boolean
	held: Change | null
	notes: string[]
}

/**
 * Compares the whole stream with the source's: by all its keys when they were read, else by its count when it is time for one. More
 * here than there means that a deletion went unnoticed: the keys are read at once.
 */
async function compareAll(read: ReadRun, { isFirst, appended }: LoadTotals, effects: LoadEffects): Promise<Compared> {
	const { state, connection, stream, run, query } = read
	if (read.read.keys) return await sweep(read, read.read.keys, effects)
	const cursor = await state.cursor(connection.name, stream.name)
	const nothingFound = { deleted: 0, standing: null, isSwept: cursor === null, held: null, notes: [] }
	// Did a run that was given up load some of its records? What was deleted since, nothing but the keys of all tells.
	if (cursor === null && stream.cursor && !isFirst)
		return await sweep(read, await readKeys(read, run, query, effects), effects)
	if (!isCountDue(read, run, cursor, { isChanged: appended > 0 })) return nothingFound
	const source = await countAll(read, query)
	if (source === null) return nothingFound
	const live = await bury(read, effects, async (database, target) => ({
		deleted: 0,
		rows: await liveRows(database, target),
	}))
	// What came to the source since the run's bounds would hide as many that are gone.
	const since = stream.isReplaced && live.rows <= source ? await countSince(read, query, effects.now()) : 0
	if (live.rows > source - since) {
		const swept = await sweep(read, await readKeys(read, run, query, effects), effects)
		return { ...swept, standing: swept.standing ?? { source, live: live.rows, pending: 0 } }
	}
	return { ...nothingFound, standing: await standingOf(read, source, live.rows, source - live.rows, effects) }
}

async function sweep(read: ReadRun, keys: KeysRead, effects: LoadEffects): Promise<Compared> {
	const { state, run, isConfirmed } = read
	const nothingFound = { deleted: 0, standing: null, isSwept: false, held: null }
	if (!keys.isWhole)
		return { ...nothingFound, notes: ['fewer keys came than the source counts: no deletion was taken from them'] }
	await replaceHeld(read)
	const missing = await bury(read, effects, (database, target) =>
		loadMissingDeletes(database, target, keys.parts, {
			sweep: true,
			isConfirmed: isConfirmed ?? false,
			mayBeEmpty: read.stream.mayBeEmpty,
		}),
	)
	if (missing.nameless > 0)
		return {
			...nothingFound,
			notes: [
				`${missing.nameless} ${missing.nameless === 1 ? 'record' : 'records'} came without a key: no deletion was taken from what is missing`,
			],
		}
	const told = `the source has ${missing.source} records, ${missing.live} are live here`
	const held = missing.isHeld ? { before: missing.live, now: missing.source, reason: told } : null
	if (held) return { ...nothingFound, held, notes: [] }
	await state.markLoaded(
		run.runId,
		keys.parts.map((part) => part.part),
		loadedAt(run, effects),
	)
	const live = missing.live - missing.deleted
	const standing = await standingOf(read, missing.source, live, missing.unknown, effects)
	return { deleted: missing.deleted, standing, isSwept: true, held: null, notes: [] }
}

/** `unknown`: how many records of the source are not live here. Most are newer than the run; what changed since is asked only then. */
async function standingOf(
	read: ReadRun,
	source: number,
	live: number,
	unknown: number,
	{ now }: LoadEffects,
): Promise<Standing> {
	if (unknown <= 0 || !read.source.count) return { source, live, pending: Math.max(unknown, 0) }
	const { state, connection, stream } = read
	const waiting = await state.quarantined({ connection: connection.name, stream: stream.name })
	return { source, live, pending: waiting.length + (await countSince(read, read.query, now())) }
}

/** Records that share a key look like records that did not come: of them only one can be loaded. */
function shortError({ reason }: Certificate, duplicates: number) {
	const short = reason ?? 'fewer records came than the source counts'
	if (duplicates === 0)
		return {
			code: 'certificate.short',
			message: short,
			next: 'run it again: the cursor stays where it was; if it stays short, compare the integration user’s permissions',
		}
	const shared = duplicates === 1 ? '1 record shares its key' : `${duplicates} records share their key`
	return {
		code: 'certificate.short',
		message: `${short}: ${shared} with another one that came, and only one of each was loaded`,
		next: 'look for the same id twice in the source (for files: choose columns that name a record), then run it again',
	}
}

function standingNotes({ verdict, reason }: Certificate): string[] {
	if (verdict === 'short' || verdict === 'over') return [`not proved: ${reason}`]
	return []
}

async function moveCursor(
	{ state, connection, stream, run, read }: ReadRun,
	certificate: Certificate,
	deletesUntil: number | null,
	compared: Compared,
	{ now }: LoadEffects,
) {
	const before = await state.cursor(connection.name, stream.name)
	const isFull = run.kind === 'full'
	// After a clock that was ahead the bounds stay ahead, a step a run; how far was read is said by the clock that is right.
	const until = readUntil(run)
	const sweptAt = compared.isSwept ? until : (before?.sweptAt ?? null)
	// A run that a person decided about may be older than what was read since.
	const newest = before && before.runId !== run.runId ? await state.run(before.runId) : null
	if (before && newest && newest.window.until > run.window.until)
		return await state.moveCursor(connection.name, stream.name, { ...before, sweptAt })
	const watermark = stream.cursor ? until - stream.cursor.heldBack * 1000 : (run.window.upTo ?? until)
	const { standing } = compared
	const isShort = standing !== null && standing.source - standing.live > standing.pending
	// Records that were never read are found by reading everything, once a day at most.
	const isLost = isShort && (before?.fullAt ?? 0) <= now() - 86_400_000
	const isSettled = before === null || (standing !== null && !isShort && standing.live <= standing.source)
	await state.moveCursor(connection.name, stream.name, {
		watermark: isLost ? null : watermark,
		// A gap in the list is closed by the keys; until then the next run finds it again.
		deletesUntil:
			(read.hasGap || read.deniedList) && !compared.isSwept
				? (before?.deletesUntil ?? null)
				: earlier(deletesUntil, until),
		fullRows: isFull ? certificate.landedRows : (before?.fullRows ?? null),
		fullAt: isFull ? now() : (before?.fullAt ?? null),
		sweptAt,
		countedAt: isSettled ? until : (before?.countedAt ?? null),
		runId: run.runId,
	})
}

function earlier(moment: number | null, until: number): number | null {
	return moment === null ? null : Math.min(moment, until)
}

/** Of the runs of a stream that wait for a person only the newest does. */
async function replaceHeld({ state, connection, stream, run }: ReadRun) {
	const held = await state.held(connection.name, stream.name)
	if (held && held.runId !== run.runId) await state.decideHeld(held.runId, 'discard', `replaced by run ${run.runId}`)
}

async function hold(read: ReadRun, before: number, landed: number): Promise<StreamOutcome> {
	const { state, run } = read
	await replaceHeld(read)
	const change = { before, now: landed, reason: `${landed} records came, the last full read had ${before}` }
	await state.hold(heldRun(run, change))
	const end = {
		outcome: 'held' as const,
		landed,
		loaded: 0,
		quarantined: 0,
		deleted: 0,
		error: heldError(run, change, 'nothing was loaded'),
	}
	await state.finishRun(run.runId, end)
	return { ...end, connection: run.connection, stream: run.stream, runId: run.runId, pages: 0, appended: 0 }
}

/** So many records fewer that a person must decide. */
type Change = { before: number; now: number; reason: string }

function heldRun({ runId, connection, stream }: StreamRun, { before, now, reason }: Change) {
	return { runId, connection, stream, reason, rowsBefore: before, rowsNow: now }
}

function heldError(run: StreamRun, { reason }: Change, consequence: string) {
	return {
		code: 'stream.held',
		message: `${reason}: ${consequence}`,
		next: `look at the source; then \`tieout replay --held load --confirm ${run.runId}\`, or \`--held discard\``,
	}
}

function proof(read: ReadRun, loaded: LoadTotals, count: SourceCount | null): Certificate {
	const { parts, total } = read.read.records
	const own = read.source.ownCurrency?.(read.connection.options)
	const landed = landedMoney(read)
	return certify(count && { ...count, ...(count.money && { money: namedTotals(count.money, own) }) }, {
		landed: sum(parts) - loaded.duplicates,
		proved: loaded.proved,
		quarantined: loaded.quarantined,
		money: namedTotals(loaded.money, own),
		landedMoney: landed && namedTotals(landed, own),
		duplicates: loaded.duplicates,
		totalAtStart: total,
	})
}

/** Batches of parts that one load takes; one empty batch when there is nothing, so that the table is made. */
export function slices(parts: LandedPart[], limits: SliceBytes = sliceBytes): LandedPart[][] {
	const batches: LandedPart[][] = [[]]
	let [bytes, rows] = [0, 0]
	for (const part of parts) {
		const isFull = bytes >= limits.enough && Math.floor((rows + part.rows) / groupRows) > Math.floor(rows / groupRows)
		if (bytes > 0 && (isFull || bytes + part.bytes > limits.most)) {
			batches.push([])
			bytes = 0
			rows = 0
		}
		batches.at(-1)!.push(part)
		bytes += part.bytes
		rows += part.rows
	}
	return batches
}

/** How the parts are read: with `_extra` only when a record has members that are not declared. */
export function shapeOf(
	{ source, connection, stream, query }: Pick<ReadRun, 'source' | 'connection' | 'stream' | 'query'>,
	parts: LandedPart[],
): SliceShape {
	const declared = new Set(Object.values(query.fields).map((field) => field?.split('.')[0]))
	const hasExtra = parts.some((part) => part.fields.some((field) => !declared.has(field)))
	const zone = source.zone?.(connection.options) ?? 'UTC'
	return { stream, fields: query.fields, zone, hasExtra, nested: nestedShapes(source, connection, stream) }
}

function loadNotes(loaded: LoadTotals): string[] {
	const notes: string[] = []
	if (loaded.duplicates > 0)
		notes.push(`${loaded.duplicates} records shared their key with a newer one that came with them`)
	if (loaded.quarantined > 0) notes.push(`${loaded.quarantined} records are in quarantine`)
	return notes
}

/** Never before the moment that the run was asked for, also when the clock went back in between. */
export function loadedAt(run: StreamRun, { now }: LoadEffects): number {
	return Math.max(now(), run.window.until)
}

function sum(parts: LandedPart[]): number {
	return parts.reduce((all, part) => all + part.rows, 0)
}

/** What the landed records add up to, by what was noted as they were landed; null when it was not. */
function landedMoney({ stream, read }: ReadRun): Record<string, string> | null {
	const sums = read.records.parts.filter((part) => part.rows > 0).map((part) => part.money)
	if (!stream.money || sums.some((totals) => totals === null)) return null
	return sums.reduce<Record<string, string>>((all, totals) => addTotals(all, totals!), {})
}
