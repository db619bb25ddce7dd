import type { Kysely } from 'kysely'
import {
	type QuarantinedRecord,
	type Run,
	type RunFacets,
	type RunFilter,
	type RunHistory,
	type RunStep,
	usualRuns,
} from '../reports/run-history.ts'
import type { Run as RunRow } from './runs.ts'
import type { StateSchema } from './state.ts'

/** How much of a record's text a page shows. */
const shownRecord = 400
/** Quarantined records listed with one run. */
const listedRecords = 100
/** Lines of a run's log that its page shows, from the end. */
const listedLines = 200

/** What ran, from the state: also runs that failed and published nothing, and the one under way. */
export function stateRuns(db: Kysely<StateSchema>): RunHistory {
	return {
		runs: async (limit, filter = {}) => {
			const rows = await filteredRuns(db, filter).orderBy('sequence', 'desc').limit(limit).execute()
			const [steps, usual] = await Promise.all([readSteps(db, rows), readUsual(db, rows)])
			return rows.map((row) => ({ ...runOf(row, usual), steps: steps.get(row.run_id) ?? [] }))
		},
		facets: () => readFacets(db),
		run: async (id) => {
			const run = await db.selectFrom('runs').selectAll().where('run_id', '=', id).executeTakeFirst()
			if (!run) return undefined
			const [steps, certificates, streams, quarantine, log, usual] = await Promise.all([
				readSteps(db, [run]),
				readCertificates(db, id),
				readStreams(db, id),
				readQuarantineOf(db, id),
				readLog(db, id),
				readUsual(db, [run]),
			])
			return { ...runOf(run, usual), steps: steps.get(id) ?? [], certificates, streams, quarantine, log }
		},
		quarantine: async (limit, { connection, stream, code } = {}) => {
			let waiting = db.selectFrom('quarantine').where('resolved_at', 'is', null)
			if (connection) waiting = waiting.where('connection', '=', connection)
			if (stream) waiting = waiting.where('stream', '=', stream)
			if (code) waiting = waiting.where('code', '=', code)
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

function recordOf({ run_id: _, record, ...row }: QuarantinedRecord & { run_id: string }) {
	return { ...row, record: record.length > shownRecord ? `${record.slice(0, shownRecord)}…` : record }
}

function filteredRuns(db: Kysely<StateSchema>, { connection, stream, ...own }: RunFilter) {
	let query = db.selectFrom('runs').selectAll('runs')
	for (const name of ['outcome', 'command', 'trigger'] as const)
		if (own[name]) query = query.where(name, '=', own[name])
	if (connection || stream) {
		let read = db
			.selectFrom('run_streams')
			.innerJoin('stream_runs', 'stream_runs.run_id', 'run_streams.stream_run_id')
			.select('run_streams.run_id')
		if (connection) read = read.where('stream_runs.connection', '=', connection)
		if (stream) read = read.where('stream_runs.stream', '=', stream)
		query = query.where('run_id', 'in', read)
	}
	return query
}

async function readFacets(db: Kysely<StateSchema>): Promise<RunFacets> {
	const ofRuns = async (name: 'outcome' | 'command' | 'trigger') =>
		await db
			.selectFrom('runs')
			.select([`${name} as value`, ({ fn }) => fn.countAll<number>().as('count')])
			.groupBy(name)
			.orderBy('count', 'desc')
			.orderBy(name)
			.execute()
	const ofStreams = async (name: 'connection' | 'stream') =>
		await db
			.selectFrom('run_streams')
			.innerJoin('stream_runs', 'stream_runs.run_id', 'run_streams.stream_run_id')
			.select([
				`stream_runs.${name} as value`,
				({ fn }) => fn.count<number>('run_streams.run_id').distinct().as('count'),
			])
			.groupBy(`stream_runs.${name}`)
			.orderBy('count', 'desc')
			.orderBy('value')
			.execute()
	const [outcome, command, trigger, connection, stream] = await Promise.all([
		ofRuns('outcome'),
		ofRuns('command'),
		ofRuns('trigger'),
		ofStreams('connection'),
		ofStreams('stream'),
	])
	return { outcome, command, trigger, connection, stream }
}

async function readLog(db: Kysely<StateSchema>, id: string) {
	const log = db.selectFrom('run_log').where('run_id', '=', id)
	const [lines, { count }] = await Promise.all([
		log.select(['said_at', 'level', 'text']).orderBy('position', 'desc').limit(listedLines).execute(),
		log.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
	])
	return { lines: lines.reverse(), count }
}

/** The usual duration of each run, by its id. Runs are in the order of their key, so each question ends after a few of them. */
async function readUsual(db: Kysely<StateSchema>, runs: readonly RunRow[]): Promise<Map<string, number>> {
	const usual = new Map<string, number>()
	for (const { run_id, command, sequence } of runs) {
		const before = await db
			.selectFrom('runs')
			.select('seconds')
			.where('command', '=', command)
			.where('outcome', '=', 'succeeded')
			.where('seconds', 'is not', null)
			.where('sequence', '<', sequence)
			.orderBy('sequence', 'desc')
			.limit(usualRuns)
			.execute()
		if (before.length > 0) usual.set(run_id, median(before.map((one) => one.seconds!)))
	}
	return usual
}

function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b)
	const middle = sorted.length / 2
	return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

function runOf(run: RunRow, usual: ReadonlyMap<string, number>): Run {
	const { sequence: _, holder: __, error_code: ___, ...shown } = run
	return { ...shown, usual_seconds: usual.get(run.run_id) ?? null }
}
