import { type BuiltStep, builtNames, builtSteps, forgetSteps, type Kind, markSteps } from './build-file.ts'
import { type Marks, rawFingerprints, stepFingerprint } from './fingerprint.ts'
import { type View, versionedTable, versionViews } from './newest-versions.ts'
import type { Plan, Step } from './plan.ts'
import type { Clocks, RawTables } from './raw-views.ts'
import { qualifiedName } from './sql-text.ts'
import { makeStep } from './step.ts'
import { marksAfter, marksOfUnion, type TableMarks } from './table-marks.ts'
import type { Database } from './warehouse.ts'
import type { Room } from './with-room.ts'

/** One line of progress: a table that was built, `index` from 1. */
export type BuildProgress = { name: string; index: number; total: number; rows: string; seconds: number }

/** The clock, who hears of each table, and what ends the build at once: tables that are done are kept, the next build goes on. */
export type BuildEffects = { now?: () => Date; progress?: (line: BuildProgress) => void; signal?: AbortSignal }

/** What the tables are made of. With at most `compareAbove` rows in all of them (views left out), each that may have changed is made anew. */
export type BuildInputs = { plan: Plan; tables: RawTables; clocks: Clocks; compareAbove: number; room: Room }

/**
 * How many rows are built before they are written into the file: what was built after the last time is built again when the process is
 * killed. Each time the description of every table is written too; by rows and not by time, so that every build of the same does the same.
 */
const checkpointRows = 500_000

/**
 * Builds the tables whose text or inputs have changed, in the plan's order. A table that is there, made by the same text, is brought to
 * its new contents by its key, so that what stands on it need be built only where the columns it reads are others.
 */
export async function buildTables(
	database: Database,
	{ plan, tables, clocks, compareAbove, room }: BuildInputs,
	effects: BuildEffects,
): Promise<{ steps: BuiltStep[]; built: string[] }> {
	const marks = await rawFingerprints(database, plan.rawTables, tables, clocks)
	const known = await builtSteps(database)
	const kinds = await builtNames(database)
	const copied = [...known.values()].filter(({ name }) => kinds.get(name) === 'table')
	const merges = copied.reduce((rows, step) => rows + Number(step.rows), 0) > compareAbove
	const isChanged = (step: Step) => known.get(step.name)?.fingerprint !== stepFingerprint(step, marks)
	// A table of newest versions has keys with several, and will always have.
	const isCopied = (step: Step) => merges && kinds.get(step.name) === 'table'
	const versions = plan.steps.filter((step) => versionedTable(step) && isChanged(step) && !isCopied(step))
	const views = await versionViews(database, versions, clocks)
	const readers = Map.groupBy(
		plan.steps.flatMap((step) => step.reads.map((name) => ({ name, step }))),
		({ name }) => name,
	)
	const readersOf = (name: string) => (readers.get(name) ?? []).map(({ step }) => step)
	const marksBefore = new Map([...known.values()].map((step) => [step.name, JSON.parse(step.marks) as TableMarks]))
	const anew = new Set<string>()
	const work = { database, room, tables, marks, clocks, merges, kinds, views, known, marksBefore, readersOf, anew }
	const steps: BuiltStep[] = []
	const built: string[] = []
	let unwritten = 0
	const mark = () => markSteps(database, [...known.values()])
	try {
		for (const [index, step] of plan.steps.entries()) {
			const before = known.get(step.name)
			const isKnown = before !== undefined && before.fingerprint === (await fingerprintOf(work, step))
			effects.signal?.throwIfAborted()
			if (!isKnown && built.length === 0) await forgetSteps(database)
			if (!isKnown) built.push(step.name)
			const done = isKnown ? before : await buildStep(work, step, before, effects)
			marks.built.set(step.name, JSON.parse(done.marks) as TableMarks)
			known.set(step.name, done)
			steps.push(done)
			if (isKnown) continue
			const { name, rows, seconds } = done
			effects.progress?.({ name, index: index + 1, total: plan.steps.length, rows, seconds: Number(seconds) })
			if (kinds.get(name) === 'table') unwritten += Number(rows)
			if (unwritten < checkpointRows) continue
			await mark()
			await database.checkpoint()
			await forgetSteps(database)
			unwritten = 0
		}
	} catch (error) {
		// What could not be marked is built again; why the build ended is the error to tell.
		if (built.length > 0) await mark().catch(() => {})
		throw error
	}
	if (built.length > 0) await mark()
	return { steps, built }
}

/**
 * A build under way. `merges`: what changed is told from what did not, by each table's key. `kinds`: what stands in the file. `views`:
 * newest versions that need not be copied. `known`: what is built, with its `marksBefore` this build. `readersOf`: the steps that read
 * a table. `anew`: tables that were made anew, so that what reads them is, too.
 */
type Work = {
	database: Database
	room: Room
	tables: RawTables
	marks: Marks
	clocks: Clocks
	merges: boolean
	kinds: Map<string, Kind>
	views: ReadonlyMap<string, View>
	known: ReadonlyMap<string, BuiltStep>
	marksBefore: ReadonlyMap<string, TableMarks>
	readersOf: (name: string) => Step[]
	anew: Set<string>
}

/** Each table is committed by itself: DuckDB has no statistics of uncommitted rows, and orders joins blindly without them. */
async function buildStep(
	work: Work,
	step: Step,
	known: BuiltStep | undefined,
	effects: BuildEffects,
): Promise<BuiltStep> {
	const { database, clocks, kinds, anew } = work
	const { now = () => new Date() } = effects
	const started = performance.now()
	const merge = work.merges && known?.sql === step.sql && !step.reads.some((name) => anew.has(name))
	const since = merge ? await provenClocks(work, step, known) : undefined
	const isAsked = merge && (await sparesRows(work, step, Number(known.rows) * enoughSpared))
	const how = { before: kinds.get(step.name), view: viewOf(work, step), merge, since, isAsked }
	const { kind, rows, moved } = await makeStep(database, step, how, work.room)
	kinds.set(step.name, kind)
	if (!moved) anew.add(step.name)
	const fingerprint = await fingerprintOf(work, step)
	const before = moved && moved !== 'rows' ? (JSON.parse(known!.marks) as TableMarks) : undefined
	const columns = moved === 'rows' ? undefined : moved?.columns
	return {
		name: step.name,
		fingerprint,
		rows,
		seconds: ((performance.now() - started) / 1000).toFixed(3),
		builtAt: now().toISOString().replace('T', ' ').slice(0, 19),
		reads: step.reads.join(', '),
		sql: step.sql,
		marks: JSON.stringify(step.model ? marksAfter(fingerprint, before, columns) : marksOfUnion(step, work.marks.built)),
		clocks: JSON.stringify(clocks),
	}
}

/** A table is compared with what it was where that may spare this share of its rows in others. */
const enoughSpared = 0.1

/**
 * Do so many rows stand on a step, which need not be made if the columns that are read of it stayed? What must be built anyway, for
 * something else that it reads, is spared nothing; by rows and not by time, as above.
 */
async function sparesRows(work: Work, step: Step, enough: number): Promise<boolean> {
	const { marks, marksBefore, known, kinds } = work
	const soFar = { ...work, marks: { ...marks, built: new Map([...marksBefore, ...marks.built]) } }
	const spared = new Set<string>()
	const waiting = [step.name]
	let rows = 0
	while (waiting.length > 0 && rows < enough)
		for (const reader of work.readersOf(waiting.pop()!)) {
			const { name } = reader
			const before = known.get(name)
			if (spared.has(name) || before?.fingerprint !== (await fingerprintOf(soFar, reader))) continue
			spared.add(name)
			waiting.push(name)
			if (kinds.get(name) === 'table') rows += Number(before.rows)
		}
	return rows >= enough
}

/** What need not be copied: newest versions that are the only ones, and the union of an entity's staging tables. */
function viewOf({ views, known }: Work, step: Step): View | undefined {
	if (step.model) return views.get(step.name)
	return { select: step.sql, rows: String(step.reads.reduce((rows, name) => rows + Number(known.get(name)!.rows), 0)) }
}

/** The step's mark by what it reads now. Which columns its own table has matters only where one that it reads moved by columns. */
async function fingerprintOf({ database, marks }: Work, step: Step): Promise<string> {
	if (!step.reads.some((name) => Object.keys(marks.built.get(name)?.columns ?? {}).length > 0))
		return stepFingerprint(step, marks)
	const { columns } = await database.describe(`select * from ${qualifiedName(step.name)}`)
	return stepFingerprint(
		step,
		marks,
		columns.map(({ name }) => name),
	)
}

/**
 * The clocks with which a table of newest versions was made, if all versions within them are still those that it was made from: then
 * only what came since need be looked at.
 */
async function provenClocks(work: Work, step: Step, known: BuiltStep): Promise<Clocks | undefined> {
	const raw = versionedTable(step)
	const then = JSON.parse(known.clocks) as Clocks
	if (!raw || then.loadedUntil > work.clocks.loadedUntil || then.extractedUntil > work.clocks.extractedUntil)
		return undefined
	const marks = await rawFingerprints(work.database, [raw], work.tables, then)
	return stepFingerprint(step, marks) === known.fingerprint ? then : undefined
}
