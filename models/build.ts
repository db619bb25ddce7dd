import { type BuiltStep, dropLeftovers, markComplete, markIncomplete, prepareBuildFile } from './build-file.ts'
import { type BuildEffects, buildTables } from './build-tables.ts'
import type { Entity } from './canonical.ts'
import { TieoutError } from './error.ts'
import { modelFolders, readModels } from './model.ts'
import { kindOf, planBuild, usedKinds } from './plan.ts'
import { projectFiles } from './project-files.ts'
import {
	buildClocks,
	type Clocks,
	connectionsInForce,
	countedConnections,
	makeRawViews,
	type RawTables,
	rawTables,
	setClocks,
} from './raw-views.ts'
import { type Database, openDatabase } from './warehouse.ts'
import { isFrugal, isLarge, usualBlocks, usualThreads } from './warehouse-size.ts'
import { roomOf } from './with-room.ts'

export type { BuildEffects, BuildProgress } from './build-tables.ts'

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
	/**
	 * As DuckDB writes it (`2GB`); above it a build works on disk. Default: 800 MB, and for a table that does not fit half of the machine's
	 * memory, 4 GB at most.
	 */
	memoryLimit?: string
	threads?: number
	/** More rows than this in all tables, and what changed is told from what did not, so that only what reads it is built; default a million. */
	compareAbove?: number
}

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

/**
 * Builds every table whose text or inputs have changed, in dependency order, each in one transaction with its mark. No log is written:
 * the file goes from one checkpoint to the next, so a build that is killed anywhere and started again ends the same. Throws
 * `configuration` with file and line for a model at fault, `not_found` when nothing was ever loaded, `busy` when another process builds
 * or loads.
 */
export async function build(options: BuildOptions, effects: BuildEffects = {}): Promise<BuildResult> {
	const files = projectFiles(options.project)
	const moments = [options.asOf && `known-${options.asOf}`, options.extractedAsOf && `said-${options.extractedAsOf}`]
	const file = moments.some(Boolean) ? files.asOfBuild(moments.filter((moment) => moment !== undefined)) : files.build
	const threads = options.threads ?? usualThreads(files.warehouse)
	const database = await openDatabase(file, {
		hasLog: false,
		memoryLimit: roomOf(options).usual,
		threads,
		blockBytes: usualBlocks(files.warehouse),
		isFrugal: isFrugal(files.warehouse),
	})
	const stop = () => database.interrupt()
	effects.signal?.addEventListener('abort', stop)
	try {
		// Of a large warehouse the disk matters more than the time.
		await database.compress(isLarge(files.warehouse) ? 'quick' : 'none')
		await database
			.attach(files.warehouse, 'warehouse')
			.catch((error) => Promise.reject(unreadable(error, files.warehouse)))
		return { file, ...(await buildModels(database, options, effects)) }
	} finally {
		effects.signal?.removeEventListener('abort', stop)
		await database.close()
	}
}

/** The same on an open build file with the warehouse attached as `warehouse`. */
async function buildModels(
	database: Database,
	options: BuildOptions,
	effects: BuildEffects,
): Promise<Omit<BuildResult, 'file'>> {
	await prepareBuildFile(database)
	const loaded = await rawTables(database, options.rawColumns ?? {})
	const clocks = await buildClocks(database, loaded, options)
	const tables = { ...loaded, connections: await connectionsInForce(database, loaded, clocks) }
	const known = knownTables(tables, options.kinds ?? [])
	const folders = options.modelFolders ?? modelFolders(options.project)
	const used = usedKinds(known)
	const models = await readModels(folders, database, (kind) => used.has(kind))
	const plan = planBuild(models, known)
	const hasMoved = await setClocks(database, clocks, () => markIncomplete(database))
	const hasViews = await makeRawViews(database, plan.rawTables, tables)
	const dropped = await dropLeftovers(database, plan.steps)
	const { steps, built } = await buildTables(
		database,
		{ plan, tables, clocks, compareAbove: compareAbove(options), room: roomOf(options) },
		effects,
	)
	const isNew = await markComplete(database, steps, effects.now ?? (() => new Date()))
	if (hasMoved || hasViews || dropped.length > 0 || built.length > 0 || isNew) await database.checkpoint()
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

/**
 * Telling what changed costs some statements for each table, which at a small company is more than making all tables anew. A past
 * moment has a file of its own, which nothing was built in before.
 */
function compareAbove(options: BuildOptions): number {
	if (options.asOf !== undefined || options.extractedAsOf !== undefined) return Number.POSITIVE_INFINITY
	return options.compareAbove ?? 1_000_000
}

function knownTables(tables: RawTables, kinds: readonly string[]) {
	const loaded = [...tables.loaded.keys()]
	return {
		available: new Set([...loaded, ...tables.declared.keys()]),
		// Of a source that is configured no more there need not be all tables.
		kinds: new Set([...kinds, ...loaded.filter((name) => countedConnections(name, tables)?.length !== 0).map(kindOf)]),
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
