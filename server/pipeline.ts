import type { Progress } from '../extract/stream-load.ts'
import type { BuildProgress, BuildResult } from '../models/build.ts'
import { type CheckResult, check } from '../models/check.ts'
import { TieoutError } from '../models/error.ts'
import { type Published, publish } from '../models/publish.ts'
import { connectionNames, writeConfiguration } from '../models/raw-tables.ts'
import { openDatabase } from '../models/warehouse.ts'
import { countText } from '../reports/format.ts'
import { refuseTwins } from './accounts-read.ts'
import { buildMemory, buildProject } from './building.ts'
import type { Clock } from './clock.ts'
import { noteChanges } from './close/after-publish.ts'
import { signedGenerations } from './close/life.ts'
import type { Config } from './config.ts'
import { configurationTables } from './configuration/tables.ts'
import { judgeErrorRates } from './error-rates.ts'
import { type Extracted, extract, extractionError } from './extraction.ts'
import { type FreshnessResult, judgeFreshness } from './freshness.ts'
import { isSameAsPublished, publishedHistory } from './history.ts'
import { decisionRows } from './links/decisions.ts'
import type { Logger } from './log.ts'
import { notify } from './notify.ts'
import { repairPublished } from './published.ts'
import { startRunLog } from './run-log.ts'
import { markInterrupted, type RunRecord, startRun } from './runs.ts'
import { type DriftNote, noteDriftEffects } from './schema-effects.ts'
import { connectionFacts, publishedConnections, streamLimits, streamsAsked } from './sources.ts'
import type { State } from './state.ts'
import { streamLocks } from './stream-locks.ts'
import { repairWarehouse } from './warehouse-repair.ts'

export type StepName = 'extract' | 'build' | 'check' | 'publish'

/** What to do: which steps, on which streams. `trigger` says who asked: `person`, `schedule`, `demo`. */
export type PipelineRequest = {
	config: Config
	state: State
	command: string
	trigger: string
	steps: readonly StepName[]
	streams?: string[] | undefined
	full?: boolean | undefined
}

export type PipelineEffects = {
	clock: Clock
	log: Logger
	progress?: (event: PipelineProgress) => void
	signal?: AbortSignal
	fetch?: typeof globalThis.fetch
}

/** What a watcher sees: streams, tables that are built, and steps as they begin. */
export type PipelineProgress = Progress | ({ type: 'build' } & BuildProgress) | { type: 'step'; name: string }

/** What a run came to. `isUnchanged`: the generation in service says all of it already, and stays. */
export type PipelineResult = {
	runId: string
	extracted?: Extracted
	/** Changes of the sources' schemas that this run found, with what they break. */
	drift?: DriftNote[]
	built?: BuildResult
	checks?: CheckResult[]
	freshness?: FreshnessResult[]
	published?: Published
	/** A sentence for each signed paper in which something has changed that nobody has accepted, or that is in no calendar any more. */
	signed?: string[]
	isUnchanged: boolean
}

/**
 * Runs the pipeline, or some of its steps, as one run: recorded with every check's result, alone (a second one is refused), and
 * with alerts on what changed. Whatever fails, the generation in service stays. Throws `busy` (`run.busy`) while another run works.
 */
export async function runPipeline(request: PipelineRequest, outside: PipelineEffects): Promise<PipelineResult> {
	const { state, command, trigger, steps } = request
	const { clock } = outside
	const lock = await streamLocks(state.db).take('pipeline')
	if ('holder' in lock)
		throw new TieoutError('busy', 'run.busy', `another run is under way: ${lock.holder}`, {
			where: request.config.project.folder,
			next: 'wait for it to end (Health: Runs shows how far it is), or stop that process',
		})
	try {
		await markInterrupted(state.db, clock)
		const record = await startRun(state.db, { trigger, command }, clock)
		const result: PipelineResult = { runId: record.runId, isUnchanged: false }
		const said = await startRunLog(state.db, record.runId, { ...outside, stamp: clock.stamp })
		const effects = { ...outside, log: said.log, progress: said.progress }
		try {
			await runSteps(request, record, result, effects)
			await record.finish({
				outcome: outcomeOf(result),
				generation: result.published?.generation,
				rows: result.extracted?.totals,
				error: partialError(result),
			})
			said.note(`${outcomeOf(result)}${result.checks && steps.includes('publish') ? `: ${publishDetail(result)}` : ''}`)
			await notify(request, result, undefined, effects)
			return result
		} catch (error) {
			const isStopped = effects.signal?.aborted === true
			said.error(isStopped ? stopped() : error)
			await record.finish({
				outcome: isStopped ? 'interrupted' : 'failed',
				rows: result.extracted?.totals,
				error: isStopped ? stopped() : error,
			})
			if (!isStopped) await notify(request, result, error, effects)
			throw isStopped ? stopped() : error
		} finally {
			await said.end()
		}
	} finally {
		await lock.release()
	}
}

async function runSteps(
	request: PipelineRequest,
	record: RunRecord,
	result: PipelineResult,
	effects: PipelineEffects,
): Promise<void> {
	const { config, state, steps } = request
	const begin = (name: string) => {
		effects.signal?.throwIfAborted()
		effects.progress?.({ type: 'step', name })
	}
	if (steps.includes('publish')) await repairService(config, effects)
	if (steps.includes('extract') || steps.includes('build')) await repairLoaded(request, effects)
	if (steps.includes('extract')) {
		begin('extract')
		const read = async () => {
			const extracted = await extract(request, effects)
			result.extracted = extracted
			result.drift = await noteDriftEffects(state.db, config)
			await record.streams(extracted.streams.flatMap((stream) => stream.runId ?? []))
			const { streams, failed } = extracted
			if (streams.length > 0 && failed.length === streams.length) throw extractionError(failed)
			return extracted
		}
		await record.step('extract', read, extractDetail)
	}
	if (steps.includes('build')) {
		begin('build')
		if (!steps.includes('extract')) await refuseTwins(state.db, config)
		await record.step(
			'configuration',
			() => writeSets(request, effects),
			(names) => names.join(', ') || 'unchanged',
		)
		result.built = await record.step('build', () => buildProject(config, effects), buildDetail)
	}
	if (steps.includes('check') || steps.includes('publish')) {
		begin('check')
		result.freshness = await judgeFreshness(state.db, config, streamLimits(config), effects.clock.now())
		await record.freshness(result.freshness)
		result.checks = await record.step('check', () => checkProject(request, effects), checkDetail)
		await record.checks(result.checks)
	}
	if (steps.includes('publish')) {
		begin('publish')
		await record.step(
			'publish',
			() => publishProject(request, record, result, effects),
			() => publishDetail(result),
		)
		if (result.published) result.signed = await noteSignedPapers(request, effects)
	}
}

async function writeSets(
	{ config, state }: PipelineRequest,
	{ clock, log, progress }: PipelineEffects,
): Promise<string[]> {
	const decisions = await decisionRows(state.db)
	const warehouse = await openDatabase(config.project.warehouse)
	try {
		const before = await connectionNames(warehouse)
		const changed = await writeConfiguration(
			warehouse,
			configurationTables(config, decisions, connectionFacts(config), { now: clock.now() }),
			clock,
		)
		const gone = before.filter((name) => !config.connections.some((one) => one.name === name))
		if (gone.length > 0) {
			const text = `${gone.join(', ')}: no connection of tieout.yml any more, so what was read by it is in no figure from now on; to keep a system that was replaced, write it again with enabled: false`
			log.warn(text)
			progress?.({ type: 'step', name: text })
		}
		return changed
	} finally {
		await warehouse.close()
	}
}

/** A generation that can't be read is left before anything stands on it: reading an older one beats reading none. */
async function repairService({ project }: Config, { log, progress }: PipelineEffects): Promise<void> {
	const repaired = await repairPublished(project)
	if (!repaired) return
	log.warn(repaired)
	progress?.({ type: 'step', name: repaired })
}

/** What a crash left is put right before anything is read or built upon it. */
async function repairLoaded(
	{ config, state, steps, full = false, streams = [] }: PipelineRequest,
	{ clock, log, progress }: PipelineEffects,
): Promise<void> {
	const readsAll = steps.includes('extract') && full && streams.length === 0
	const repaired = await repairWarehouse(config, state, { now: () => clock.now().getTime(), readsAll })
	if (!repaired) return
	log.warn(repaired)
	progress?.({ type: 'step', name: repaired })
}

/** The build's checks and those of the streams, by name. A check's owner in the configuration wins over its own header. */
async function checkProject({ config, state }: PipelineRequest, { clock }: PipelineEffects): Promise<CheckResult[]> {
	const built = await check({ project: config.project.folder, ...buildMemory(config) }, { now: clock.now })
	const owned = built.map((result) => ({
		...result,
		owner: config.owners.checks[result.name] ?? result.owner ?? config.owners.default,
	}))
	const rates = await judgeErrorRates(state.db, config, streamsAsked(config), clock.now())
	return [...owned, ...rates].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function publishProject(
	{ config, state }: PipelineRequest,
	record: RunRecord,
	result: PipelineResult,
	{ clock }: PipelineEffects,
): Promise<void> {
	const checks = result.checks!
	const freshness = result.freshness!
	if (
		await isSameAsPublished(config.project, { built: result.built, checks, freshness, extracted: result.extracted })
	) {
		result.isUnchanged = true
		return
	}
	const connections = publishedConnections(config)
	const history = await publishedHistory(
		state,
		{
			runId: record.runId,
			rows: result.extracted?.totals,
			freshness,
			connections: connections.map(({ connection }) => connection),
		},
		clock,
	)
	const inUse = await signedGenerations(state.db)
	try {
		result.published = await publish(
			{ project: config.project.folder, checks, ...history, connections, inUse, ...buildMemory(config) },
			{ now: clock.stamp },
		)
	} catch (error) {
		throw withUnread(error, freshness)
	}
}

/** Streams that a refusal names; the rest is counted. */
const namedStreams = 3

/** A build that checks refuse may lack what could not be read: that is said first, for it is where to begin. */
function withUnread(error: unknown, freshness: readonly FreshnessResult[]): unknown {
	const unread = freshness.filter(({ outcome, within, is_empty }) => (outcome !== null && within === null) || is_empty)
	if (!(error instanceof TieoutError) || error.code !== 'publish.blocked' || unread.length === 0) return error
	const named = unread
		.slice(0, namedStreams)
		.map(({ connection, stream, outcome, problem }) =>
			outcome === null
				? `${connection}.${stream} was read without a single record`
				: `${connection}.${stream} is ${outcome}: ${problem}`,
		)
	const rest = unread.length > namedStreams ? `; and ${unread.length - namedStreams} more streams` : ''
	return new TieoutError(error.kind, error.code, `${named.join('; ')}${rest}; ${error.message}`, {
		where: error.where,
		next: unread[0]!.next_step ?? error.next,
		cause: error,
	})
}

/** What is published stays published, whether the signed papers could be compared or not: pages then do it themselves. */
async function noteSignedPapers({ config, state }: PipelineRequest, { log }: PipelineEffects): Promise<string[]> {
	const said = await noteChanges(config, state).catch((error: Error) => [
		`what changed since papers were signed could not be told: ${error.message}`,
	])
	for (const text of said) log.warn(text)
	return said
}

/** Held streams wait for a person; everything else that was published is a success, whatever the verdict. */
function outcomeOf({ extracted }: PipelineResult): 'succeeded' | 'held' {
	return extracted && extracted.held.length > 0 ? 'held' : 'succeeded'
}

/** Streams that failed beside others that did not: told with the run, though it went on. */
function partialError({ extracted }: PipelineResult): TieoutError | undefined {
	return extracted && extracted.failed.length > 0 ? extractionError(extracted.failed) : undefined
}

function stopped(): TieoutError {
	return new TieoutError(
		'refused',
		'run.interrupted',
		'the run was stopped; what was loaded stays, and the next run goes on from there',
		{
			next: 'tieout run',
		},
	)
}

function extractDetail({ streams, totals, failed, held }: Extracted): string {
	const problems = [
		...(failed.length > 0 ? [`${failed.length} failed`] : []),
		...(held.length > 0 ? [`${held.length} held`] : []),
		...(totals.quarantined > 0 ? [`${totals.quarantined} records in quarantine`] : []),
	]
	const rest = problems.length > 0 ? `; ${problems.join(', ')}` : ''
	return `${streams.length} streams, ${countText(totals.landed)} records, ${countText(totals.loaded)} new versions${rest}`
}

function buildDetail({ built, unchanged }: BuildResult): string {
	return `${built.length} tables built, ${unchanged.length} unchanged`
}

function checkDetail(results: readonly CheckResult[]): string {
	const counts = Map.groupBy(results, (result) => result.status)
	return [...counts].map(([status, list]) => `${list.length} ${status}`).join(', ')
}

function publishDetail({ published, isUnchanged }: PipelineResult): string {
	return isUnchanged ? 'nothing changed: the generation in service stays' : `generation ${published?.generation}`
}
