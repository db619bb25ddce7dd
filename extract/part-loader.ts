import type { Database } from '../models/warehouse.ts'
import { type Loaded, loadSlice } from './load.ts'
import { isFarShorter } from './load-deletes.ts'
import { addTotals } from './money-sum.ts'
import { addNested } from './nested-proof.ts'
import type { LandedPart } from './state.ts'
import { type LoadEffects, loadedAt, type ReadRun, shapeOf, slices } from './stream-load.ts'

/** Loads the parts of a run, the first of them while the rest is still being read. */
export type PartLoader = {
	/** A part is durable: it may be loaded as soon as there is enough for a slice. Never throws. */
	offer(part: LandedPart): void
	/** Loads what is left of all parts, in order, and answers the totals of all. Throws what a load throws. */
	finish(parts: LandedPart[]): Promise<LoadTotals>
	/** Resolves when no load is under way any more; nothing is begun after it. */
	settle(): Promise<void>
}

/**
 * What the loads of a run did together; `quarantined` is a number of records. `keys`: how many different ones came, each of which is live
 * in the warehouse now; null where that is not known: several slices may have the same, some wait in quarantine, or came as deleted.
 */
export type LoadTotals = Omit<Loaded, 'quarantined'> & { quarantined: number; keys: number | null }

/** The run whose parts are loaded. */
export type PartRun = Omit<ReadRun, 'read' | 'notes' | 'loader' | 'isConfirmed'>

/**
 * A loader for one run. Slices are cut at the same places whether they are loaded early or at the end. What a person may have to decide
 * about first (far fewer records than the last full read had) is not loaded early. An early load that fails is tried again at the end:
 * reading goes on meanwhile.
 */
export function createPartLoader(job: PartRun, effects: LoadEffects): PartLoader {
	const totals: LoadTotals = {
		isFirst: true,
		appended: 0,
		proved: 0,
		duplicates: 0,
		quarantined: 0,
		money: {},
		nested: {},
		keys: 0,
	}
	const loaded = new Set<number>()
	let waiting: LandedPart[] = []
	let rows = 0
	let line: Promise<void> = Promise.resolve()
	let isReading = true

	return {
		offer(part) {
			waiting.push(part)
			rows += part.rows
			if (slices(waiting, effects.sliceBytes).length > 1) line = line.then(loadEarly).catch(stopEarly)
		},
		async finish(parts) {
			isReading = false
			await line
			const left = parts.filter(({ part }) => !loaded.has(part))
			for (const slice of slices(left, effects.sliceBytes)) if (slice.length > 0 || loaded.size === 0) await load(slice)
			return totals
		},
		async settle() {
			isReading = false
			await line
		},
	}

	async function loadEarly() {
		const [first, ...rest] = slices(waiting, effects.sliceBytes)
		if (!isReading || rest.length === 0 || (await mustWait())) return
		await load(first!)
		waiting = waiting.slice(first!.length)
	}

	function stopEarly() {
		isReading = false
	}

	/** Is a person's decision still possible? A full read that has brought nearly as much as the last one needs none any more. */
	async function mustWait(): Promise<boolean> {
		if (job.run.kind !== 'full') return false
		const cursor = await job.state.cursor(job.connection.name, job.stream.name)
		return isFarShorter(cursor?.fullRows ?? 0, rows, job.stream.mayBeEmpty)
	}

	async function load(parts: LandedPart[]) {
		const { state, run } = job
		const at = loadedAt(run, effects)
		const isRead = (await state.cursor(run.connection, run.stream)) !== null
		const one = await job.warehouse((database) => loadParts(database, job, parts, { at, isRead }))
		// What DuckDB keeps of a table grows with it; a file that is closed gives all of it back.
		if (isLarge(parts)) await job.warehouse.rest()
		await state.quarantine(one.quarantined)
		if (parts.length > 0)
			await state.markLoaded(
				run.runId,
				parts.map(({ part }) => part),
				at,
			)
		const rows = parts.reduce((sum, part) => sum + part.rows, 0)
		const isCounted = loaded.size === 0 && one.proved + one.duplicates === rows && !job.stream.deletedWhen
		if (rows > 0) totals.keys = isCounted ? one.proved : null
		for (const { part } of parts) loaded.add(part)
		totals.isFirst &&= one.isFirst
		totals.appended += one.appended
		totals.proved += one.proved
		totals.duplicates += one.duplicates
		totals.quarantined += one.quarantined.length
		totals.money = addTotals(totals.money, one.money)
		totals.nested = addNested(totals.nested, one.nested)
		effects.progress?.({ type: 'load', connection: run.connection, stream: run.stream, rows: totals.proved })
	}
}

/** Bytes of lines after which the warehouse is closed for a moment. */
function isLarge(parts: LandedPart[]): boolean {
	return parts.reduce((sum, { bytes }) => sum + bytes, 0) > 64 << 20
}

async function loadParts(
	database: Database,
	job: PartRun,
	parts: LandedPart[],
	{ at, isRead }: { at: number; isRead: boolean },
): Promise<Loaded> {
	const { run, landing, source } = job
	return await loadSlice(database, {
		kind: source.tables ?? source.kind,
		run,
		shape: shapeOf(job, parts),
		parts: parts.filter((part) => part.file !== ''),
		folder: landing,
		loadedAt: at,
		isRead,
	})
}
