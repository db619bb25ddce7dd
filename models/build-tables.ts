import { type BuiltStep, builtSteps, markIncomplete, markStep } from './build-file.ts'
import { type Marks, rawFingerprints, stepFingerprint } from './fingerprint.ts'
import { versionedTable } from './newest-versions.ts'
import type { Plan, Step } from './plan.ts'
import type { Clocks, RawTables } from './raw-views.ts'
import { qualifiedName } from './sql-text.ts'
import { makeTable } from './step.ts'
import { marksAfter, type TableMarks } from './table-marks.ts'
import type { Database } from './warehouse.ts'

/** One line of progress: a table that was built, `index` from 1. */
export type BuildProgress = { name: string; index: number; total: number; rows: string; seconds: number }

/** The clock, who hears of each table, and what ends the build at once: tables that are done are kept, the next build goes on. */
export type BuildEffects = { now?: () => Date; progress?: (line: BuildProgress) => void; signal?: AbortSignal }

/** What the tables are made of. `isWhole`: each that changed is made anew, as every one of a past moment. */
export type BuildInputs = { plan: Plan; tables: RawTables; clocks: Clocks; isWhole: boolean }

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
	{ plan, tables, clocks, isWhole }: BuildInputs,
	effects: BuildEffects,
): Promise<{ steps: BuiltStep[]; built: string[] }> {
	const marks = await rawFingerprints(database, plan.rawTables, tables, clocks)
	const columns = await tableColumns(database)
	const work: Work = { database, tables, marks, columns, clocks, isWhole, anew: new Set() }
	const before = await builtSteps(database)
	const steps: BuiltStep[] = []
	const built: string[] = []
	let unwritten = 0
	for (const [index, step] of plan.steps.entries()) {
		const known = before.get(step.name)
		const isKnown = known?.fingerprint === stepFingerprint(step, marks, columns.get(step.name))
		effects.signal?.throwIfAborted()
		if (!isKnown && built.length === 0) await markIncomplete(database)
		const done = isKnown ? known : await buildStep(work, step, known, effects)
		marks.built.set(step.name, JSON.parse(done.marks) as TableMarks)
		steps.push(done)
		if (isKnown) continue
		built.push(step.name)
		const { name, rows, seconds } = done
		effects.progress?.({ name, index: index + 1, total: plan.steps.length, rows, seconds: Number(seconds) })
		unwritten += Number(rows)
		if (unwritten < checkpointRows) continue
		await database.checkpoint()
		unwritten = 0
	}
	return { steps, built }
}

/** A build under way. `anew`: tables that were made anew, so that what reads them is made anew too. */
type Work = {
	database: Database
	tables: RawTables
	marks: Marks
	columns: Map<string, string[]>
	clocks: Clocks
	isWhole: boolean
	anew: Set<string>
}

/** Each table is committed by itself: DuckDB has no statistics of uncommitted rows, and orders joins blindly without them. */
async function buildStep(
	work: Work,
	step: Step,
	known: BuiltStep | undefined,
	effects: BuildEffects,
): Promise<BuiltStep> {
	const { database, marks, clocks, anew } = work
	const { now = () => new Date() } = effects
	const started = performance.now()
	const merge = !work.isWhole && known?.sql === step.sql && !step.reads.some((name) => anew.has(name))
	const since = merge ? await provenClocks(work, step, known) : undefined
	return database.transaction(async () => {
		const { rows, moved } = await makeTable(database, step, { merge, since })
		if (!moved) {
			anew.add(step.name)
			const { columns } = await database.describe(`select * from ${qualifiedName(step.name)}`)
			work.columns.set(
				step.name,
				columns.map(({ name }) => name),
			)
		}
		const fingerprint = stepFingerprint(step, marks, work.columns.get(step.name))
		const before = moved && moved !== 'rows' ? (JSON.parse(known!.marks) as TableMarks) : undefined
		const built = {
			name: step.name,
			fingerprint,
			rows,
			seconds: ((performance.now() - started) / 1000).toFixed(3),
			builtAt: now().toISOString().replace('T', ' ').slice(0, 19),
			reads: step.reads.join(', '),
			sql: step.sql,
			marks: JSON.stringify(marksAfter(fingerprint, before, moved === 'rows' ? undefined : moved?.columns)),
			clocks: JSON.stringify(clocks),
		}
		await markStep(database, built)
		return built
	})
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

async function tableColumns(database: Database): Promise<Map<string, string[]>> {
	const rows = await database.all<{ name: string; columns: string[] }>(
		`select schema_name || '.' || table_name as name, list(column_name) as columns from duckdb_columns()
		where database_name = current_database() group by all`,
	)
	return new Map(rows.map((row) => [row.name, row.columns]))
}
