import type { Kysely } from 'kysely'
import type { QuarantinedRecord, Run, RunHistory, RunStep } from '../reports/run-history.ts'
import type { Run as RunRow } from './runs.ts'
import type { StateSchema } from './state.ts'

/** How much of a record's text a page shows. */
const shownRecord = 400
/** Quarantined records listed with one run. */
const listedRecords = 100

/** What ran, from the state: also runs that failed and published nothing, and the one under way. */
export function stateRuns(db: Kysely<StateSchema>): RunHistory {
	return {
		runs: async (limit) => {
			const rows = await db.selectFrom('runs').selectAll().orderBy('sequence', 'desc').limit(limit).execute()
			const steps = await readSteps(db, rows)
			return rows.map((row) => ({ ...runOf(row), steps: steps.get(row.run_id) ?? [] }))
		},
		run: async (id) => {
			const run = await db.selectFrom('runs').selectAll().where('run_id', '=', id).executeTakeFirst()
			if (!run) return undefined
			const [steps, certificates, streams, quarantine] = await Promise.all([
				readSteps(db, [run]),
				readCertificates(db, id),
				readStreams(db, id),
				readQuarantineOf(db, id),
			])
			return { ...runOf(run), steps: steps.get(id) ?? [], certificates, streams, quarantine }
		},
		quarantine: async (limit) => {
			const waiting = db.selectFrom('quarantine').where('resolved_at', 'is', null)
			const [rows, { count }] = await Promise.all([
				waiting.selectAll().orderBy('id').limit(limit).execute(),
				waiting.select((of) => of.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
			])
			return { records: rows.map(recordOf), count }
		},
		held: async () =>
			await db
				.selectFrom('held_runs')
				.select(['run_id', 'connection', 'stream', 'reason', 'rows_before', 'rows_now', 'held_at'])
				.where('decision', 'is', null)
				.orderBy('held_at')
				.execute(),
	}
}

async function readSteps(db: Kysely<StateSchema>, runs: { run_id: string }[]): Promise<Map<string, RunStep[]>> {
	const ids = runs.map((run) => run.run_id)
	if (ids.length === 0) return new Map()
	const rows = await db
		.selectFrom('run_steps')
		.selectAll()
		.where('run_id', 'in', ids)
		.orderBy('run_id')
		.orderBy('position')
		.execute()
	const groups = Map.groupBy(rows, (row) => row.run_id)
	return new Map([...groups].map(([id, steps]) => [id, steps.map(({ run_id: _, position: __, ...step }) => step)]))
}

async function readCertificates(db: Kysely<StateSchema>, id: string) {
	const rows = await db
		.selectFrom('certificates')
		.innerJoin('run_streams', 'run_streams.stream_run_id', 'certificates.run_id')
		.selectAll('certificates')
		.where('run_streams.run_id', '=', id)
		.orderBy('connection')
		.orderBy('stream')
		.execute()
	return rows.map(({ id: _, window: __, ...row }) => ({ ...row, run_id: id }))
}

async function readStreams(db: Kysely<StateSchema>, id: string) {
	return await db
		.selectFrom('stream_runs')
		.innerJoin('run_streams', 'run_streams.stream_run_id', 'stream_runs.run_id')
		.select([
			'stream_runs.run_id as stream_run_id',
			'connection',
			'stream',
			'kind',
			'outcome',
			'rows_landed',
			'rows_loaded',
			'rows_deleted',
			'rows_quarantined',
			'error',
			'next_step',
			'notes',
		])
		.where('run_streams.run_id', '=', id)
		.orderBy('connection')
		.orderBy('stream')
		.execute()
}

async function readQuarantineOf(db: Kysely<StateSchema>, id: string): Promise<QuarantinedRecord[]> {
	const rows = await db
		.selectFrom('quarantine')
		.innerJoin('run_streams', 'run_streams.stream_run_id', 'quarantine.run_id')
		.selectAll('quarantine')
		.where('run_streams.run_id', '=', id)
		.orderBy('quarantine.id')
		.limit(listedRecords)
		.execute()
	return rows.map(recordOf)
}

function recordOf({ id: _, run_id: __, record, ...row }: QuarantinedRecord & { id: number; run_id: string }) {
	return { ...row, record: record.length > shownRecord ? `${record.slice(0, shownRecord)}…` : record }
}

function runOf(run: RunRow): Run {
	const { sequence: _, holder: __, seconds: ___, error_code: ____, ...shown } = run
	return shown
}
