import type { Database } from '../models/warehouse.ts'
import { certify } from './certificate.ts'
import { type Loaded, loadSlice } from './load.ts'
import { type DeletesTarget, loadListedDeletes, loadMissingDeletes } from './load-deletes.ts'
import type { SliceShape } from './raw-table.ts'
import type { PageEffects, PagesRead } from './read-pages.ts'
import type { DeletesReading, Query, SourceCount } from './source.ts'
import type { Certificate, LandedPart, StreamRun } from './state.ts'
import type { StreamJob, StreamOutcome } from './stream-run.ts'

/** What a watcher of a run sees. `total`: the source's count, if it tells. */
export type Progress =
	| { type: 'page'; connection: string; stream: string; rows: number; pages: number; total: number | null }
	| { type: 'load'; connection: string; stream: string; rows: number }
	| ({ type: 'end' } & StreamOutcome)

/** `now`: the company's clock (epoch ms). */
export type LoadEffects = Omit<PageEffects, 'page' | 'part' | 'now'> & {
	now: () => number
	progress?: (event: Progress) => void
}

/** A run whose pages are all landed. */
export type ReadRun = StreamJob & {
	run: StreamRun
	query: Query<Record<string, unknown>>
	read: { records: PagesRead; deletes: (PagesRead & { reading: DeletesReading }) | null }
	notes: string[]
}

/** Bytes of lines that one load takes: enough to be fast, little enough for a flat memory. */
const sliceBytes = 192 << 20

/** A full run with fewer records than this share of the last full one, and so many fewer, waits for a person. */
const heldBelow = 0.7
const heldFrom = 20

/**
 * Loads what a run has landed, appends the tombstones, asks the source for its count, and only then moves the cursor. A full run that
 * brought far fewer records than the last one is held: nothing of it is loaded until a person decides.
 */
export async function loadRun(read: ReadRun, effects: LoadEffects): Promise<StreamOutcome> {
	const { state, connection, stream, run } = read
	const landed = sum(read.read.records.parts)
	const cursor = await state.cursor(connection.name, stream.name)
	const before = cursor?.fullRows ?? 0
	if (run.kind === 'full' && before - landed >= heldFrom && landed < before * heldBelow)
		return await hold(read, before, landed)
	const held = run.kind === 'full' ? await state.held(connection.name, stream.name) : null
	if (held && held.runId !== run.runId) await state.decideHeld(held.runId, 'discard', `replaced by run ${run.runId}`)
	return await finishLoaded(read, effects)
}

/** Loads a run whatever its size: what {@link loadRun} does when nothing speaks against it, and what a person's decision does. */
export async function finishLoaded(read: ReadRun, effects: LoadEffects): Promise<StreamOutcome> {
	const { state, run, source, query, client } = read
	const loaded = await loadParts(read, effects)
	const deleted = await loadDeletes(read, effects)
	const count = source.count ? await source.count(query, client.ask) : null
	const certificate = proof(read, loaded, count)
	const notes = [...read.notes, ...loadNotes(loaded), ...deleted.notes]
	if (certificate.verdict === 'short') notes.push(`not proved: ${certificate.reason}`)
	const isComplete = certificate.verdict !== 'short' || loaded.quarantined > 0
	const end = {
		outcome: isComplete ? ('loaded' as const) : ('incomplete' as const),
		landed: certificate.landedRows + loaded.duplicates,
		loaded: certificate.loadedRows,
		quarantined: loaded.quarantined,
		deleted: deleted.rows,
		notes,
		...(!isComplete && {
			error: {
				code: 'certificate.short',
				message: certificate.reason ?? 'fewer records came than the source counts',
				next: 'run it again: the cursor stays where it was; if it stays short, compare the integration user’s permissions',
			},
		}),
	}
	await state.atomically(async (together) => {
		await together.certify(run, certificate)
		if (isComplete) await moveCursor({ ...read, state: together }, certificate, deleted, effects)
		await together.finishRun(run.runId, end)
	})
	const pages = read.read.records.parts.reduce((all, part) => all + part.pages, 0)
	return { ...end, connection: run.connection, stream: run.stream, runId: run.runId, pages, appended: loaded.appended }
}

type LoadTotals = Omit<Loaded, 'quarantined'> & { quarantined: number }

async function loadParts(read: ReadRun, effects: LoadEffects): Promise<LoadTotals> {
	const { state, run, warehouse, landing, source } = read
	const totals: LoadTotals = { appended: 0, proved: 0, duplicates: 0, quarantined: 0, money: {} }
	for (const parts of slices(read.read.records.parts)) {
		const shape = shapeOf(read, parts)
		const slice = {
			kind: source.tables ?? source.kind,
			run,
			shape,
			parts: parts.filter((part) => part.file !== ''),
			folder: landing,
			loadedAt: loadedAt(run, effects),
		}
		const loaded = await warehouse(async (database) => {
			const result = await loadSlice(database, slice)
			if (result.appended > 0) await database.checkpoint()
			return result
		})
		await state.quarantine(loaded.quarantined)
		if (parts.length > 0)
			await state.markLoaded(
				run.runId,
				parts.map((part) => part.part),
				slice.loadedAt,
			)
		totals.appended += loaded.appended
		totals.proved += loaded.proved
		totals.duplicates += loaded.duplicates
		totals.quarantined += loaded.quarantined.length
		addMoney(totals.money, loaded.money)
		effects.progress?.({ type: 'load', connection: run.connection, stream: run.stream, rows: totals.proved })
	}
	return totals
}

async function loadDeletes(
	read: ReadRun,
	effects: LoadEffects,
): Promise<{ rows: number; until: number | null; notes: string[] }> {
	const { run, warehouse, landing, source } = read
	const { records, deletes } = read.read
	const target: DeletesTarget = {
		kind: source.tables ?? source.kind,
		run,
		shape: shapeOf(read, records.parts),
		folder: landing,
		loadedAt: loadedAt(run, effects),
	}
	const bury = (work: (database: Database) => Promise<number>) =>
		warehouse(async (database) => {
			const rows = await work(database)
			if (rows > 0) await database.checkpoint()
			return rows
		})
	if (run.kind === 'full') {
		const rows = await bury((database) => loadMissingDeletes(database, target, records.parts))
		return { rows, until: run.window.until, notes: [] }
	}
	if (!deletes) return { rows: 0, until: null, notes: [] }
	const rows = await bury((database) => loadListedDeletes(database, target, deletes.parts, deletes.reading))
	const covered = deletes.envelope === null ? null : (deletes.reading.covered?.(deletes.envelope) ?? null)
	const notes =
		covered && !covered.isComplete
			? ['the source no longer lists all deletions since the last run: the next run reads everything to find them']
			: []
	return { rows, until: notes.length > 0 ? null : (covered?.until ?? run.window.until), notes }
}

async function moveCursor(
	{ state, connection, stream, run }: ReadRun,
	certificate: Certificate,
	deleted: { until: number | null; notes: string[] },
	{ now }: LoadEffects,
) {
	const before = await state.cursor(connection.name, stream.name)
	const isFull = run.kind === 'full'
	const watermark = stream.cursor ? run.window.until - stream.cursor.heldBack * 1000 : run.window.until
	await state.moveCursor(connection.name, stream.name, {
		// Without the list of deletions a whole read is the only way: forgetting the watermark asks for one.
		watermark: deleted.notes.length > 0 ? null : watermark,
		deletesUntil: deleted.until,
		fullRows: isFull ? certificate.landedRows : (before?.fullRows ?? null),
		fullAt: isFull ? now() : (before?.fullAt ?? null),
		runId: run.runId,
	})
}

async function hold(
	{ state, connection, stream, run }: ReadRun,
	before: number,
	landed: number,
): Promise<StreamOutcome> {
	const reason = `${landed} records came, the last full read had ${before}`
	const held = await state.held(connection.name, stream.name)
	if (held && held.runId !== run.runId) await state.decideHeld(held.runId, 'discard', `replaced by run ${run.runId}`)
	await state.hold({
		runId: run.runId,
		connection: connection.name,
		stream: stream.name,
		reason,
		rowsBefore: before,
		rowsNow: landed,
	})
	const end = {
		outcome: 'held' as const,
		landed,
		loaded: 0,
		quarantined: 0,
		deleted: 0,
		error: {
			code: 'stream.held',
			message: `${reason}: nothing was loaded`,
			next: `look at the source; then \`tieout replay --held load --confirm ${run.runId}\`, or \`--held discard\``,
		},
	}
	await state.finishRun(run.runId, end)
	return { ...end, connection: connection.name, stream: stream.name, runId: run.runId, pages: 0, appended: 0 }
}

function proof(read: ReadRun, loaded: LoadTotals, count: SourceCount | null): Certificate {
	const { parts, total } = read.read.records
	return certify(count, {
		landed: sum(parts) - loaded.duplicates,
		proved: loaded.proved,
		quarantined: loaded.quarantined,
		money: loaded.money,
		totalAtStart: total,
	})
}

/** Batches of parts that one load takes; one empty batch when there is nothing, so that the table is made. */
export function slices(parts: LandedPart[]): LandedPart[][] {
	const batches: LandedPart[][] = [[]]
	let bytes = 0
	for (const part of parts) {
		if (bytes > 0 && bytes + part.bytes > sliceBytes) {
			batches.push([])
			bytes = 0
		}
		batches.at(-1)!.push(part)
		bytes += part.bytes
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
	return { stream, fields: query.fields, zone: source.zone?.(connection.options) ?? 'UTC', hasExtra }
}

function loadNotes(loaded: LoadTotals): string[] {
	const notes: string[] = []
	if (loaded.duplicates > 0)
		notes.push(`${loaded.duplicates} records shared their key with a newer one that came with them`)
	if (loaded.quarantined > 0) notes.push(`${loaded.quarantined} records are in quarantine`)
	return notes
}

/** Never before the moment that the run was asked for, also when the clock went back in between. */
function loadedAt(run: StreamRun, { now }: LoadEffects): number {
	return Math.max(now(), run.window.until)
}

function sum(parts: LandedPart[]): number {
	return parts.reduce((all, part) => all + part.rows, 0)
}

/** Exact sums of decimal texts with up to 4 decimals. */
function addMoney(totals: Record<string, string>, more: Record<string, string>) {
	for (const [currency, amount] of Object.entries(more)) {
		const sumOfBoth = scaled(totals[currency] ?? '0') + scaled(amount)
		const digits = String(sumOfBoth < 0n ? -sumOfBoth : sumOfBoth).padStart(5, '0')
		totals[currency] = `${sumOfBoth < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
	}
}

function scaled(amount: string): bigint {
	const [whole = '0', fraction = ''] = amount.split('.')
	const magnitude = BigInt(`${whole.replace('-', '')}${fraction.padEnd(4, '0').slice(0, 4)}`)
	return amount.startsWith('-') ? -magnitude : magnitude
}
