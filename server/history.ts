import { sql } from 'kysely'
import type { BuildResult } from '../models/build.ts'
import type { CheckResult } from '../models/check.ts'
import { currentGeneration } from '../models/generation.ts'
import type { HistoryRow } from '../models/history-tables.ts'
import type { Extracted } from './extraction.ts'
import type { FreshnessResult } from './freshness.ts'
import type { Project } from './project.ts'
import { openPublished, type Published } from './published.ts'
import { type RunEnd, runHistory } from './runs.ts'
import type { State } from './state.ts'

/** What a run found that a published file would say. */
type Candidate = {
	built: BuildResult | undefined
	checks: readonly CheckResult[]
	freshness: readonly FreshnessResult[]
	extracted: Extracted | undefined
}

/**
 * Whether publishing would change nothing that anybody reads: no table built, no new version loaded, and the generation in service
 * has this very build's marts and clocks, and every check, freshness and quarantine as it is now. A build that an earlier run left
 * unpublished (it was killed, or asked to build only) is not the one in service.
 */
export async function isSameAsPublished(project: Project, candidate: Candidate): Promise<boolean> {
	const { built, extracted } = candidate
	const isBuilt = built === undefined || built.built.length > 0 || built.dropped.length > 0
	const isLoaded = extracted !== undefined && (extracted.totals.loaded > 0 || extracted.totals.quarantined > 0)
	if (isBuilt || isLoaded || !currentGeneration(project.published)) return false
	const published = await openPublished(project)
	try {
		if (!(await saysEntities(published.db)) || !(await isOfBuild(published.db, built))) return false
		const checks = await published.db.selectFrom('tieout.checks').select(['check_name', 'status', 'owner']).execute()
		const freshness = await published.db.selectFrom('tieout.freshness').selectAll().execute()
		return (
			sameSet(
				checks.map((one) => [one.check_name, one.status, one.owner]),
				candidate.checks.map((one) => [one.name, one.status, one.owner]),
			) &&
			sameSet(
				freshness.map((one) => [one.connection, one.stream, one.status, one.outcome ?? null, one.is_empty ?? false]),
				candidate.freshness.map((one) => [one.connection, one.stream, one.status, one.outcome, one.is_empty]),
			)
		)
	} finally {
		await published.close()
	}
}

/** An older release did not say which entities the systems have: its generation is followed by one that does. */
async function saysEntities(db: Published['db']): Promise<boolean> {
	const { rows } =
		await sql`select 1 from duckdb_tables() where schema_name = 'tieout' and table_name = 'entities'`.execute(db)
	return rows.length > 0
}

async function isOfBuild(db: Published['db'], { steps, loadedUntil, extractedUntil }: BuildResult): Promise<boolean> {
	const { rows: marts } = await sql<{ name: string; mark: string }>`select name, mark from tieout.contents`.execute(db)
	const { rows: clocks } = await sql<{ same: boolean }>`select loaded_until = cast(${loadedUntil} as timestamp)
		and extracted_until = cast(${extractedUntil} as timestamp) as same from tieout.generation`.execute(db)
	const wanted = steps
		.filter(({ name }) => name.startsWith('marts.'))
		.map(({ name, fingerprint }) => [name, fingerprint])
	return (
		clocks[0]?.same === true &&
		sameSet(
			marts.map(({ name, mark }) => [name, mark]),
			wanted,
		)
	)
}

/**
 * The history that goes into the next published file: runs, the newest certificates of all runs, freshness. What was proved, or not, of a
 * connection that is configured no more says nothing of these figures.
 */
export async function publishedHistory(
	state: State,
	current: {
		runId: string
		rows: RunEnd['rows']
		freshness: readonly FreshnessResult[]
		connections: readonly string[]
	},
	{ stamp }: { stamp: () => Date },
): Promise<{ runs: HistoryRow[]; certificates: HistoryRow[]; freshness: HistoryRow[] }> {
	const certificates = await state.db
		.selectFrom('certificates')
		.leftJoin('run_streams', 'run_streams.stream_run_id', 'certificates.run_id')
		.selectAll('certificates')
		.select('run_streams.run_id as pipeline_run_id')
		.where('certificates.connection', 'in', current.connections)
		.orderBy('certificates.id', 'desc')
		.limit(5000)
		.execute()
	return {
		runs: await runHistory(state.db, current, { stamp }),
		certificates: inOrder(certificates.reverse()).map(({ id: _, window: __, pipeline_run_id, ...row }) => ({
			...row,
			run_id: pipeline_run_id ?? row.run_id,
		})),
		freshness: current.freshness.map((one) => ({ ...one })),
	}
}

/**
 * Readers take the newest certificate of a stream by its moment. While a sample company's clock stands still, or starts again with
 * each process, a later one is a millisecond later than the one before it at the least.
 */
function inOrder<T extends { connection: string; stream: string; certified_at: string }>(certificates: T[]): T[] {
	const last = new Map<string, number>()
	return certificates.map((one) => {
		const stream = `${one.connection}.${one.stream}`
		const at = Math.max(Date.parse(one.certified_at), (last.get(stream) ?? Number.NEGATIVE_INFINITY) + 1)
		last.set(stream, at)
		return { ...one, certified_at: new Date(at).toISOString() }
	})
}

function sameSet(a: readonly unknown[], b: readonly unknown[]): boolean {
	const text = (rows: readonly unknown[]) =>
		rows
			.map((row) => JSON.stringify(row))
			.sort()
			.join('\n')
	return text(a) === text(b)
}
