import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Kysely, Selectable } from 'kysely'
import type { CheckResult } from '../models/check.ts'
import type { HistoryRow } from '../models/history-tables.ts'
import { isProcessAlive, type ProcessMark, processMark } from '../models/living-process.ts'
import { errorDocument } from './errors.ts'
import type { FreshnessResult } from './freshness.ts'
import type { RunTables } from './migrations/101-runs.ts'
import type { StateSchema } from './state.ts'

export type Run = Selectable<RunTables['runs']>
export type RunOutcome = 'succeeded' | 'failed' | 'held' | 'interrupted'

/** What a run ends with. */
export type RunEnd = {
	outcome: RunOutcome
	generation?: number | undefined
	rows?: { landed: number; loaded: number; quarantined: number } | undefined
	error?: unknown
}

/** A run that is under way, as its pipeline writes about it. `stamp` is the clock of records. */
export type RunRecord = {
	runId: string
	/** Does one step and writes how it went; `detail` is a sentence of what came. */
	step<T>(name: string, work: () => Promise<T>, detail?: (result: T) => string): Promise<T>
	/** Notes the runs of streams that belong to this one. */
	streams(streamRunIds: readonly string[]): Promise<void>
	checks(results: readonly CheckResult[]): Promise<void>
	freshness(results: readonly FreshnessResult[]): Promise<void>
	finish(end: RunEnd): Promise<void>
}

/** Starts the record of a run. */
export async function startRun(
	db: Kysely<StateSchema>,
	{ trigger, command }: { trigger: string; command: string },
	{ stamp, ticks = () => performance.now() }: { stamp: () => Date; ticks?: () => number },
): Promise<RunRecord> {
	const startedAt = stamp()
	const started = ticks()
	const runId = `${startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(3).toString('hex')}`
	const holder = JSON.stringify({ host: hostname(), ...processMark() })
	await db
		.insertInto('runs')
		.values({ run_id: runId, trigger, command, holder, outcome: 'running', started_at: startedAt.toISOString() })
		.execute()
	let position = 0

	async function step<T>(name: string, work: () => Promise<T>, detail: (result: T) => string = () => ''): Promise<T> {
		const place = { run_id: runId, position: position++ }
		const begun = ticks()
		await db
			.insertInto('run_steps')
			.values({ ...place, name, outcome: 'running', started_at: stamp().toISOString() })
			.execute()
		const end = (outcome: string, text: string) =>
			db
				.updateTable('run_steps')
				.set({ outcome, detail: text, seconds: secondsSince(begun, ticks) })
				.where('run_id', '=', place.run_id)
				.where('position', '=', place.position)
				.execute()
		try {
			const result = await work()
			await end('succeeded', detail(result))
			return result
		} catch (error) {
			await end('failed', errorDocument(error).error.message)
			throw error
		}
	}

	return {
		runId,
		step,
		streams: (ids) =>
			inBatches(ids, async (batch) => {
				// A stream's run that broke off belongs to the run that finished it.
				const rows = batch.map((stream_run_id) => ({ stream_run_id, run_id: runId }))
				await db
					.insertInto('run_streams')
					.values(rows)
					.onConflict((conflict) => conflict.column('stream_run_id').doUpdateSet({ run_id: runId }))
					.execute()
			}),
		checks: (results) => keepChecks(db, runId, results),
		freshness: (results) => keepFreshness(db, runId, results, stamp().toISOString()),
		finish: async (end) => {
			const failure = end.error === undefined ? undefined : errorDocument(end.error).error
			await db
				.updateTable('runs')
				.set({
					outcome: end.outcome,
					finished_at: stamp().toISOString(),
					seconds: secondsSince(started, ticks),
					generation: end.generation ?? null,
					rows_landed: end.rows?.landed ?? null,
					rows_loaded: end.rows?.loaded ?? null,
					rows_quarantined: end.rows?.quarantined ?? null,
					error_code: failure?.code ?? null,
					error: failure?.message ?? null,
					next_step: failure?.next ?? null,
				})
				.where('run_id', '=', runId)
				.execute()
		},
	}
}

/** Marks runs that a crash left "running": their process, on this machine, is gone. Gives their ids. */
export async function markInterrupted(
	db: Kysely<StateSchema>,
	{ stamp, isAlive = isProcessAlive }: { stamp: () => Date; isAlive?: (holder: ProcessMark) => boolean },
): Promise<string[]> {
	const running = await db.selectFrom('runs').selectAll().where('outcome', '=', 'running').execute()
	const dead = running.filter((run) => {
		const holder = JSON.parse(run.holder) as ProcessMark & { host: string }
		return holder.host === hostname() && !isAlive(holder)
	})
	for (const run of dead) {
		const change = { outcome: 'interrupted', finished_at: stamp().toISOString() }
		const why = {
			error_code: 'run.interrupted',
			error: 'the process ended in the middle of the run',
			next_step: 'tieout run',
		}
		await db
			.updateTable('runs')
			.set({ ...change, ...why })
			.where('run_id', '=', run.run_id)
			.execute()
		await db
			.updateTable('run_steps')
			.set({ outcome: 'interrupted' })
			.where('run_id', '=', run.run_id)
			.where('outcome', '=', 'running')
			.execute()
	}
	return dead.map((run) => run.run_id)
}

/** The newest runs for `tieout.runs` of the next generation; `current` is the run that publishes it. */
export async function runHistory(
	db: Kysely<StateSchema>,
	current: { runId: string; rows: RunEnd['rows']; generation?: number },
	{ stamp, limit = 500 }: { stamp: () => Date; limit?: number },
): Promise<HistoryRow[]> {
	const rows = await db.selectFrom('runs').selectAll().orderBy('sequence', 'desc').limit(limit).execute()
	return rows.reverse().map((run) => {
		const isCurrent = run.run_id === current.runId
		return {
			run_id: run.run_id,
			trigger: run.trigger,
			outcome: isCurrent ? 'succeeded' : run.outcome,
			started_at: run.started_at,
			finished_at: isCurrent ? stamp().toISOString() : run.finished_at,
			generation: isCurrent ? (current.generation ?? null) : run.generation,
			rows_landed: isCurrent ? (current.rows?.landed ?? null) : run.rows_landed,
			rows_loaded: isCurrent ? (current.rows?.loaded ?? null) : run.rows_loaded,
			rows_quarantined: isCurrent ? (current.rows?.quarantined ?? null) : run.rows_quarantined,
			error: run.error,
			next_step: run.next_step,
		}
	})
}

async function keepChecks(db: Kysely<StateSchema>, runId: string, results: readonly CheckResult[]): Promise<void> {
	await inBatches(results, async (batch) => {
		await db
			.insertInto('check_results')
			.values(
				batch.map((result) => ({
					run_id: runId,
					check_name: result.name,
					owner: result.owner,
					severity: result.severity,
					is_blocking: Number(result.isBlocking),
					status: result.status,
					problem_count: result.problemCount,
					explanation: result.explanation,
					sample: JSON.stringify(result.sample),
					checked_at: result.checkedAt,
				})),
			)
			.execute()
	})
}

async function keepFreshness(
	db: Kysely<StateSchema>,
	runId: string,
	results: readonly FreshnessResult[],
	checkedAt: string,
): Promise<void> {
	await inBatches(results, async (batch) => {
		await db
			.insertInto('freshness_results')
			.values(batch.map((result) => ({ ...ageOf(result), run_id: runId, checked_at: checkedAt })))
			.execute()
	})
}

/** How old a stream was found. Why it was not read stands with its own run. */
function ageOf({
	connection,
	stream,
	watermark,
	age_minutes,
	warn_minutes,
	error_minutes,
	status,
	owner,
}: FreshnessResult) {
	return { connection, stream, watermark, age_minutes, warn_minutes, error_minutes, status, owner }
}

/** SQLite binds at most 32,766 values a statement. */
async function inBatches<T>(items: readonly T[], write: (batch: T[]) => Promise<void>): Promise<void> {
	for (let from = 0; from < items.length; from += 500) await write(items.slice(from, from + 500))
}

function secondsSince(started: number, ticks: () => number): number {
	return Math.round(ticks() - started) / 1000
}
