import {
	type BuiltStep,
	builtSteps,
	dropLeftovers,
	markComplete,
	markIncomplete,
	markSteps,
	prepareBuildFile,
} from './build-file.ts'
import type { Entity } from './canonical.ts'
import { TieoutError } from './error.ts'
import { rawFingerprints, stepFingerprint } from './fingerprint.ts'
import { type Model, modelFolders, readModels } from './model.ts'
import { type Plan, planBuild, type Step } from './plan.ts'
import { projectFiles } from './project-files.ts'
import { buildClocks, type Clocks, makeRawViews, type RawTables, rawTables, setClocks } from './raw-views.ts'
import type { Session } from './session.ts'
import { buildStep } from './step.ts'
import { type Database, openDatabase } from './warehouse.ts'

/** What is built, and from what. */
export type BuildOptions = {
	/** The project's folder. */
	project: string
	/** The folders of models, a later one before an earlier; default the product's and the project's. */
	modelFolders?: readonly string[]
	/** Kinds of the configured connections (`salesforce`): a stream of theirs that was never loaded is empty or an error. */
	kinds?: readonly string[]
	/** The columns each source declares, by raw table (`salesforce__accounts`), without the standard ones. */
	rawColumns?: Record<string, readonly string[]>
	/** What we knew then: UTC, `YYYY-MM-DD HH:MM:SS`. Built in a scratch file. */
	asOf?: string
	/** What the source said then. */
	extractedAsOf?: string
	/** As DuckDB writes it (`2GB`); above it a build works on disk. Default: half of the machine's memory, 4 GB at most. */
	memoryLimit?: string
	threads?: number
}

/** One line of progress: a table that was built, `index` from 1. */
export type BuildProgress = { name: string; index: number; total: number; rows: string; seconds: number }

/** What a build did. */
export type BuildResult = Clocks & {
	/** The build file, to be checked and published. */
	file: string
	/** All tables in build order. */
	steps: BuiltStep[]
	built: string[]
	unchanged: string[]
	dropped: string[]
	absentEntities: Entity[]
	/** Raw tables that were never loaded: the models saw no rows. */
	notLoaded: string[]
	notInUse: string[]
}

/** The clock, who hears of each table, and what ends the build at once: tables that are done are kept, the next build goes on. */
export type BuildEffects = { now?: () => Date; progress?: (line: BuildProgress) => void; signal?: AbortSignal }

/**
 * Builds every table whose text or inputs have changed, in dependency order, each in one transaction with its mark: killed
 * anywhere and started again it ends the same. Throws `configuration` with file and line for a model at fault, `not_found` when
 * nothing was ever loaded, `busy` when another process builds or loads.
 */
export async function build(options: BuildOptions, effects: BuildEffects = {}): Promise<BuildResult> {
	const files = projectFiles(options.project)
	const moments = [options.asOf && `known-${options.asOf}`, options.extractedAsOf && `said-${options.extractedAsOf}`]
	const file = moments.some(Boolean) ? files.asOfBuild(moments.filter((moment) => moment !== undefined)) : files.build
	const database = await openDatabase(file, { checkpointThreshold, ...options })
	const stop = () => database.interrupt()
	effects.signal?.addEventListener('abort', stop)
	try {
		await database
			.attach(files.warehouse, 'warehouse')
			.catch((error) => Promise.reject(unreadable(error, files.warehouse)))
		const models = await readModels(options.modelFolders ?? modelFolders(options.project), database)
		return { file, ...(await buildModels(database, models, options, effects)) }
	} finally {
		effects.signal?.removeEventListener('abort', stop)
		await database.close()
	}
}

/** The same on an open build file with the warehouse attached as `warehouse`. */
export async function buildModels(
	database: Database,
	models: readonly Model[],
	options: Omit<BuildOptions, 'project'>,
	effects: BuildEffects = {},
): Promise<Omit<BuildResult, 'file'>> {
	await prepareBuildFile(database)
	const tables = await rawTables(database, options.rawColumns ?? {})
	const plan = planBuild(models, knownTables(tables, options.kinds ?? []))
	const clocks = await buildClocks(database, tables, options)
	await setClocks(database, clocks, () => markIncomplete(database))
	await makeRawViews(database, plan.rawTables, tables)
	const dropped = await dropLeftovers(database, plan.steps)
	const { steps, built } = await buildChanged(database, plan, tables, clocks, effects)
	await markComplete(database, steps, effects.now ?? (() => new Date()))
	if (built.length + dropped.length > 0) await database.checkpoint()
	return {
		...clocks,
		steps,
		built,
		unchanged: steps.map((step) => step.name).filter((name) => !built.includes(name)),
		dropped,
		absentEntities: plan.absentEntities,
		notLoaded: plan.rawTables.filter((name) => !tables.loaded.has(name)),
		notInUse: plan.notInUse,
	}
}

/** How long a batch of tables goes on before it is committed, milliseconds: each commit waits for the disk. */
const batchMilliseconds = 2000

/**
 * How many rows a batch may have before it is committed. DuckDB has no statistics of rows that aren't committed, and joins tables
 * of some size in the wrong order without them: the whole build in one transaction takes a hundred times as long.
 */
const batchRows = 1_000

/** Eight times DuckDB's: whenever the log is written into the file, the description of every table is written again. */
const checkpointThreshold = '128MB'

async function buildChanged(session: Session, plan: Plan, tables: RawTables, clocks: Clocks, effects: BuildEffects) {
	const before = await builtSteps(session)
	const marks = await rawFingerprints(session, plan.rawTables, tables, `${clocks.loadedUntil} ${clocks.extractedUntil}`)
	const marked = plan.steps.map((step, index) => {
		const fingerprint = stepFingerprint(step, marks)
		marks.limited.set(step.name, fingerprint)
		return { step, index, fingerprint, isKnown: before.get(step.name)?.fingerprint === fingerprint }
	})
	const changed = marked.filter(({ isKnown }) => !isKnown)
	if (changed.length > 0) await markIncomplete(session)
	const done = new Map(before)
	while (changed.length > 0) {
		effects.signal?.throwIfAborted()
		for (const built of await buildBatch(session, changed, plan.steps.length, effects)) done.set(built.name, built)
	}
	return {
		steps: plan.steps.map((step) => done.get(step.name)!),
		built: marked.filter(({ isKnown }) => !isKnown).map(({ step }) => step.name),
	}
}

/** Takes steps from the front of the list and builds them in one transaction, until its time is up or it has many rows. */
async function buildBatch(
	session: Session,
	changed: { step: Step; index: number; fingerprint: string }[],
	total: number,
	{ now = () => new Date(), progress = () => {} }: BuildEffects,
): Promise<BuiltStep[]> {
	const until = performance.now() + batchMilliseconds
	return session.transaction(async () => {
		const batch: BuiltStep[] = []
		let rows = 0
		while (changed.length > 0 && (batch.length === 0 || (rows < batchRows && performance.now() < until))) {
			const { step, index, fingerprint } = changed.shift()!
			const built = await buildStep(session, step, fingerprint, now)
			batch.push(built)
			rows += Number(built.rows)
			progress({ name: step.name, index: index + 1, total, rows: built.rows, seconds: Number(built.seconds) })
		}
		await markSteps(session, batch)
		return batch
	})
}

function knownTables(tables: RawTables, kinds: readonly string[]) {
	const loaded = [...tables.loaded.keys()]
	return {
		available: new Set([...loaded, ...tables.declared.keys()]),
		kinds: new Set([...kinds, ...loaded.map((name) => name.slice('raw.'.length).split('__')[0]!)]),
	}
}

function unreadable(error: unknown, warehouse: string): unknown {
	if (!(error instanceof TieoutError) || !/does not exist|Cannot open/i.test(error.message)) return error
	return new TieoutError(
		'not_found',
		'build.nothing_loaded',
		`nothing has been loaded yet: ${warehouse} does not exist`,
		{
			where: warehouse,
			next: 'tieout extract   (or tieout run, which does all)',
			cause: error,
		},
	)
}
