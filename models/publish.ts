import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type BuiltStep, builtKinds, builtSteps, completeBuild } from './build-file.ts'
import { canonical, type Entity } from './canonical.ts'
import type { CheckResult } from './check.ts'
import { copyMarts, type MartCopy } from './copy-marts.ts'
import { entityRows, type PublishedConnection } from './entities.ts'
import { TieoutError } from './error.ts'
import { fedBy } from './feeds.ts'
import { currentGeneration, type Generation, generations, putInService, removeOld } from './generation.ts'
import { checkRows, type HistoryRow, writeHistory } from './history-tables.ts'
import { type Model, modelFolders, readModels } from './model.ts'
import { projectFiles } from './project-files.ts'
import { readClocks } from './raw-views.ts'
import { identifier } from './sql-text.ts'
import { type Database, openDatabase } from './warehouse.ts'
import { isFrugal, usualBlocks } from './warehouse-size.ts'

/** What goes into a generation, and how many are kept. */
export type PublishOptions = {
	project: string
	modelFolders?: readonly string[]
	/** The build file; default the project's. */
	file?: string
	checks: readonly CheckResult[]
	/** History that BI reads beside the marts. */
	runs?: readonly HistoryRow[]
	certificates?: readonly HistoryRow[]
	freshness?: readonly HistoryRow[]
	/** The connections in use: what each has is published, so that reports leave out what none has. Without them nothing is left out. */
	connections?: readonly PublishedConnection[]
	/** How many generations stay; default 5. */
	keep?: number
	/** As DuckDB writes it (`2GB`); default as a build's. */
	memoryLimit?: string
	/** Generations that may not be removed: signed ones, and those somebody reads without a lease. */
	inUse?: readonly number[]
}

/** The generation that is in service now. */
export type Published = Generation & {
	/** Of the marts' contents alone: equal for equal rows, whenever they were built. */
	contentHash: string
	marts: MartCopy[]
	removed: number[]
}

/**
 * Writes a new generation beside the old ones and puts it in service: `<n>.duckdb.building`, to disk, renamed, then the pointer. Killed
 * before the pointer it leaves the last generation in service. Refuses a candidate that a blocking check refuses, and throws `data`
 * for a build that did not finish.
 */
export async function publish(
	options: PublishOptions,
	{ now = () => new Date() }: { now?: () => Date } = {},
): Promise<Published> {
	refuseBlocked(options.checks)
	const files = projectFiles(options.project)
	const previous = currentGeneration(files.published)
	const generation =
		Math.max(previous?.generation ?? 0, ...generations(files.published).map((one) => one.generation)) + 1
	const building = path.join(files.published, `${generation}.duckdb.building`)
	await clearUnfinished(building)
	try {
		const { contentHash, marts } = await writeGeneration(building, generation, previous, options, now)
		const published = putInService(files.published, building, generation)
		const removed = removeOld(files.published, options.keep ?? 5, options.inUse)
		return { ...published, contentHash, marts, removed }
	} catch (error) {
		for (const suffix of ['', '.wal']) rmSync(`${building}${suffix}`, { force: true })
		throw error
	}
}

/**
 * Writes a generation of a build into a folder of its own and puts it in service there: what was published once, built again as of then
 * (`options.file`), under its old number. Blocking checks don't refuse it. The folder must be empty; the caller removes it.
 */
export async function writeAgain(
	folder: string,
	generation: number,
	options: PublishOptions,
	{ now = () => new Date() }: { now?: () => Date } = {},
): Promise<Generation> {
	const building = path.join(folder, `${generation}.duckdb.building`)
	await writeGeneration(building, generation, undefined, options, now)
	return putInService(folder, building, generation)
}

/** A generation of at most so many rows has the same size with and without compression. */
const smallGeneration = 50_000

function martRows(steps: ReadonlyMap<string, BuiltStep>): number {
	return [...steps.values()]
		.filter(({ name }) => name.startsWith('marts.'))
		.reduce((sum, { rows }) => sum + Number(rows), 0)
}

async function writeGeneration(
	building: string,
	generation: number,
	previous: Generation | undefined,
	options: PublishOptions,
	now: () => Date,
) {
	const { build: usualBuild, warehouse } = projectFiles(options.project)
	const build = options.file ?? usualBuild
	const file = await openDatabase(building, {
		blockBytes: usualBlocks(build),
		isFrugal: isFrugal(warehouse),
		...(options.memoryLimit && { memoryLimit: options.memoryLimit }),
	})
	try {
		await file.attach(build, 'candidate')
		const hasPrevious = previous !== undefined && (await attachPrevious(file, previous))
		const { steps, clocks } = await readCandidate(file)
		await file.compress(martRows(steps) > smallGeneration ? 'quick' : 'none')
		await file.run('create schema marts; create schema tieout')
		const kinds = builtKinds(steps)
		const folders = options.modelFolders ?? modelFolders(options.project)
		const models = await readModels(folders, file, (kind) => kinds.has(kind))
		const marts = await copyMarts(file, models, steps, hasPrevious)
		const contentHash = hashOf(marts)
		const times = {
			built_at: now().toISOString(),
			loaded_until: clocks.loadedUntil,
			extracted_until: clocks.extractedUntil,
		}
		await writeHistory(file, 'generation', [{ generation, ...times, content_hash: contentHash }])
		await writeHistory(file, 'runs', options.runs ?? [])
		await writeHistory(file, 'certificates', options.certificates ?? [])
		await writeHistory(file, 'freshness', withFed(options, steps))
		await writeHistory(file, 'checks', checkRows(options.checks))
		await writeHistory(file, 'models', await modelRows(file, models, steps))
		await writeHistory(file, 'entities', entityRows(models, steps, options.connections ?? []))
		await file.checkpoint()
		return { contentHash, marts }
	} finally {
		await file.close()
	}
}

/** Each stream's freshness, with what stands on its records and on the lists inside them: `feeds` and `is_read`. */
function withFed({ freshness = [], connections = [] }: PublishOptions, steps: ReadonlyMap<string, BuiltStep>) {
	const fed = fedBy(steps)
	const tables = new Map(connections.map((one) => [one.connection, one.tables]))
	return freshness.map((row): HistoryRow => {
		const prefix = tables.get(String(row['connection']))
		if (prefix === undefined) return row
		const inside = freshness.filter((one) => one['connection'] === row['connection'] && one['within'] === row['stream'])
		const { entities, isRead } = fed([row, ...inside].map((one) => `raw.${prefix}__${one['stream']}`))
		return { ...row, feeds: entities.join(', ') || null, is_read: isRead }
	})
}

/** The candidate's marks and clocks; refuses a candidate whose build did not finish. */
async function readCandidate(file: Database) {
	const [main] = await file.all<{ name: string }>('select current_database() as name')
	await file.run('use candidate')
	try {
		await completeBuild(file)
		const clocks = await readClocks(file)
		return { steps: await builtSteps(file), clocks: clocks! }
	} finally {
		await file.run(`use ${identifier(main!.name)}`)
	}
}

/** What every built table is, for the catalogue: words and text from the model, counts and times from the build. */
async function modelRows(
	file: Database,
	models: readonly Model[],
	steps: Map<string, BuiltStep>,
): Promise<HistoryRow[]> {
	const columns = await file.all<{ name: string; columns: string }>(
		`select schema_name || '.' || table_name as name, string_agg(column_name, ', ' order by column_index) as columns
		from duckdb_columns() where database_name = 'candidate' group by all`,
	)
	const columnsOf = new Map(columns.map((row) => [row.name, row.columns]))
	return [...steps.values()]
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map((step) => {
			const model = models.find((one) => one.name === step.name)
			const entity = step.name.startsWith('canonical.') ? entityWords(step) : undefined
			return {
				name: step.name,
				layer: step.name.split('.')[0],
				one_row_per: model?.oneRowPer ?? entity?.oneRowPer,
				key: model?.key.join(', ') ?? entity?.key,
				owner: model?.owner,
				columns: columnsOf.get(step.name),
				reads: step.reads,
				sql: step.sql,
				row_count: step.rows,
				built_at: step.builtAt,
			}
		})
}

/** What a row of a canonical entity is: its first column names it. One that is made of no staging model is empty for good. */
function entityWords({ name, reads }: BuiltStep): { oneRowPer: string; key: string } {
	const [key = ''] = Object.keys(canonical[name.slice('canonical.'.length) as Entity])
	const noun = key.replace(/_id$/, '').replaceAll('_', ' ')
	return { key, oneRowPer: reads === '' ? `${noun}: no system in use has any` : noun }
}

/** A generation that this very process reads cannot be attached as well: then everything is copied from the candidate. */
async function attachPrevious(file: Database, previous: Generation): Promise<boolean> {
	try {
		await file.attach(previous.file, 'previous')
	} catch (error) {
		if (error instanceof TieoutError && error.kind === 'busy') return false
		throw error
	}
	const rows = await file.all(
		`select 1 from duckdb_tables() where database_name = 'previous' and table_name = 'contents'`,
	)
	return rows.length === 1
}

function refuseBlocked(checks: readonly CheckResult[]): void {
	const blocking = checks.filter((one) => one.isBlocking && (one.status === 'fail' || one.status === 'broken'))
	if (blocking.length === 0) return
	const list = blocking.slice(0, 5).map((one) => `${one.name} (${one.status}): ${one.explanation}`)
	throw new TieoutError(
		'refused',
		'publish.blocked',
		`${blocking.length} blocking ${blocking.length === 1 ? 'check refuses' : 'checks refuse'} this build: ${list.join(' | ')}`,
		{
			where: blocking.map((one) => one.name).join(', '),
			next: 'look at the candidate (tieout check), repair, and run again: the last generation stays in service',
		},
	)
}

/** What a publisher left that was killed. One that is still at work holds its file, and opening it throws `busy`. */
async function clearUnfinished(building: string): Promise<void> {
	if (!existsSync(building)) return
	await (await openDatabase(building)).close()
	for (const suffix of ['', '.wal']) rmSync(`${building}${suffix}`, { force: true })
}

function hashOf(marts: readonly MartCopy[]): string {
	const contents = marts.map(({ name, columns, rows, sum }) => [name, columns, rows, sum])
	return createHash('sha256').update(JSON.stringify(contents)).digest('hex')
}
