import { type RunSummary, runStreams } from '../extract/run.ts'
import type { Progress } from '../extract/stream-load.ts'
import type { StreamOutcome } from '../extract/stream-run.ts'
import { warehouseAt } from '../extract/warehouse-turn.ts'
import { TieoutError } from '../models/error.ts'
import { noteAccounts } from './accounts-read.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { extractState } from './extract-state.ts'
import { connectionsRead, reconcileOf } from './sources.ts'
import type { State } from './state.ts'

/** What an extraction brought, over all streams. */
export type ExtractTotals = { landed: number; loaded: number; quarantined: number; deleted: number; requests: number }

/** How an extraction ended: all outcomes, and those of streams that failed or are held. */
export type Extracted = {
	streams: StreamOutcome[]
	totals: ExtractTotals
	failed: StreamOutcome[]
	held: StreamOutcome[]
}

const failures = new Set(['failed', 'stopped', 'denied', 'incomplete'])

/** Reads and loads the streams of a project. One stream's failure is its outcome and stops no other. */
export async function extract(
	{
		config,
		state,
		streams,
		full,
	}: { config: Config; state: State; streams?: string[] | undefined; full?: boolean | undefined },
	{ clock, progress, signal }: { clock: Clock; progress?: (event: Progress) => void; signal?: AbortSignal | undefined },
): Promise<Extracted> {
	refuseNothing(config)
	await noteAccounts(state.db, config, clock.now)
	const now = () => clock.now().getTime()
	const summary = await runStreams(
		{
			connections: connectionsRead(config),
			reconcile: reconcileOf(config),
			...(streams && { streams }),
			full: full ?? false,
		},
		{
			state: extractState(state.db, { now }),
			warehouse: warehouseAt(config.project.warehouse, config.loading),
			landing: config.project.landing,
			sources: [...config.ownSources],
		},
		{ now, ...(progress && { progress }), ...(signal && { signal }) },
	)
	return withTotals(summary)
}

/** Throws `config.no_connections` for a project that has nothing to read. */
export function refuseNothing(config: Config): void {
	if (config.connections.every(({ enabled }) => enabled === false))
		throw new TieoutError(
			'configuration',
			'config.no_connections',
			'tieout.yml has no connections that are read: there is nothing to do',
			{
				where: 'tieout.yml',
				next: 'add a CRM and an ERP under connections:, then tieout doctor',
			},
		)
}

/** The first failure as an error, for a run in which nothing at all could be read. */
export function extractionError(failed: readonly StreamOutcome[]): TieoutError {
	const first = failed[0]!
	const others = failed.length > 1 ? `, and ${failed.length - 1} more streams failed` : ''
	const name = `${first.connection}.${first.stream}`
	return new TieoutError(
		'vendor',
		first.error?.code ?? 'extract.failed',
		`${name}: ${first.error?.message ?? first.outcome}${others}`,
		{
			where: name,
			next: first.error?.next ?? 'tieout doctor',
		},
	)
}

function withTotals({ streams, requests }: RunSummary): Extracted {
	const totals = { landed: 0, loaded: 0, quarantined: 0, deleted: 0, requests: 0 }
	for (const stream of streams) {
		totals.landed += stream.landed
		totals.loaded += stream.appended
		totals.quarantined += stream.quarantined
		totals.deleted += stream.deleted
	}
	for (const count of Object.values(requests)) totals.requests += count
	return {
		streams,
		totals,
		failed: streams.filter((stream) => failures.has(stream.outcome)),
		held: streams.filter((stream) => stream.outcome === 'held'),
	}
}
