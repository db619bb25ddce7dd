import type { Kysely } from 'kysely'
import type { CertificatesTable, RunsTable, Schema } from '../models/schema.ts'

/** Whole numbers as the warehouse gives them (text) or as the state does. */
type Counted<T> = { [column in keyof T]: column extends CountColumn ? T[column] | number : T[column] }
type CountColumn =
	| 'generation'
	| 'rows_landed'
	| 'rows_loaded'
	| 'rows_quarantined'
	| 'source_rows'
	| 'landed_rows'
	| 'loaded_rows'
	| 'quarantined_rows'

/**
 * One run of the pipeline or of a part of it. `command` is what was typed, where it is known; `seconds` what it took, `usual_seconds`
 * the median of the successful runs of the same command before it, at most `usualRuns` of them (null: there was none).
 */
export type Run = Counted<RunsTable> & {
	command?: string | null
	steps?: RunStep[]
	seconds?: number | null
	usual_seconds?: number | null
}

/** Runs before one that its usual duration is made of. */
export const usualRuns = 10

/** Which runs are asked for; `connection` and `stream`: those that read it. */
export type RunFilter = {
	outcome?: string | undefined
	command?: string | undefined
	trigger?: string | undefined
	connection?: string | undefined
	stream?: string | undefined
}

/** Values that runs have, with how many of all runs have each, most first. */
export type RunFacets = Record<keyof RunFilter, { value: string; count: number }[]>

/** One line of what a run said while it worked. `level`: info, warn, error. */
export type LogLine = { said_at: string; level: string; text: string }

/** One step of a run, in order; `detail` says in a sentence what came of it. */
export type RunStep = {
	name: string
	outcome: string
	started_at: string
	seconds: number | null
	detail: string | null
}

/** What a run brought of one stream. `kind`: full, incremental and so on, as the source reads it. */
export type StreamRun = {
	stream_run_id: string
	connection: string
	stream: string
	kind: string
	outcome: string
	rows_landed: number
	rows_loaded: number
	rows_deleted: number
	rows_quarantined: number
	error: string | null
	next_step: string | null
	notes: string | null
}

/** A record that could not be loaded: why, and where in the landing archive it stands. `record` is its text, cut. */
export type QuarantinedRecord = {
	/** What `tieout replay --record` calls it. */
	id: number
	connection: string
	stream: string
	record_key: string | null
	code: string
	reason: string
	file: string
	line: number
	record: string
	quarantined_at: string
	resolved_at: string | null
	resolution: string | null
}

/** A run of a stream that waits for a person: far fewer rows than before. */
export type HeldRun = {
	run_id: string
	connection: string
	stream: string
	reason: string
	rows_before: number
	rows_now: number
	held_at: string
}

/** A run with all that is known of it. Steps, streams and quarantine are kept in the state, not in a published file. */
export type RunDetail = Run & {
	certificates: Counted<CertificatesTable>[]
	steps: RunStep[]
	streams: StreamRun[]
	quarantine: QuarantinedRecord[]
	/** The end of its log, oldest line first, and how many lines there are in all. */
	log: { lines: LogLine[]; count: number }
}

/** What ran, newest first. Runs that failed publish nothing: the server gives them from its state. */
export type RunHistory = {
	runs(limit: number, filter?: RunFilter): Promise<Run[]>
	facets(): Promise<RunFacets>
	run(id: string): Promise<RunDetail | undefined>
	/** What is in quarantine now, oldest first, and how much there is; of one connection or stream where they are named. */
	quarantine(
		limit: number,
		filter?: RunFilter & { code?: string | undefined },
	): Promise<{ records: QuarantinedRecord[]; count: number }>
	/** Held runs about which nobody has decided. */
	held(): Promise<HeldRun[]>
}

/** Without a state and before the first generation no run is known. */
export const noRuns: RunHistory = {
	runs: async () => [],
	facets: async () => ({ outcome: [], command: [], trigger: [], connection: [], stream: [] }),
	run: async () => undefined,
	quarantine: async () => ({ records: [], count: 0 }),
	held: async () => [],
}

/** The runs that a published file knows: those up to its own. */
export function publishedRuns(db: Kysely<Schema>): RunHistory {
	return {
		runs: (limit, { outcome, trigger } = {}) => {
			let query = db.selectFrom('tieout.runs').selectAll().orderBy('started_at', 'desc').orderBy('run_id').limit(limit)
			if (outcome) query = query.where('outcome', '=', outcome)
			if (trigger) query = query.where('trigger', '=', trigger)
			return query.execute()
		},
		facets: async () => {
			const [outcome, trigger] = await Promise.all([facetOf(db, 'outcome'), facetOf(db, 'trigger')])
			return { outcome, trigger, command: [], connection: [], stream: [] }
		},
		run: async (id) => {
			const run = await db.selectFrom('tieout.runs').selectAll().where('run_id', '=', id).executeTakeFirst()
			if (!run) return undefined
			const certificates = await db
				.selectFrom('tieout.certificates')
				.selectAll()
				.where('run_id', '=', id)
				.orderBy('connection')
				.orderBy('stream')
				.execute()
			return { ...run, certificates, steps: [], streams: [], quarantine: [], log: { lines: [], count: 0 } }
		},
		quarantine: async () => ({ records: [], count: 0 }),
		held: async () => [],
	}
}

async function facetOf(db: Kysely<Schema>, name: 'outcome' | 'trigger'): Promise<{ value: string; count: number }[]> {
	const rows = await db
		.selectFrom('tieout.runs')
		.select([name, (runs) => runs.fn.countAll<string>().as('count')])
		.groupBy(name)
		.orderBy('count', 'desc')
		.orderBy(name)
		.execute()
	return rows.flatMap(({ count, ...row }) => (row[name] ? [{ value: row[name], count: Number(count) }] : []))
}
