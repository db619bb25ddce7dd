import type { Kysely } from 'kysely'
import type { RunTable } from '../models/schema.ts'
import type { RunHistory } from '../reports/run-history.ts'
import type { Run } from './runs.ts'
import type { StateSchema } from './state.ts'

/** What ran, from the state: also runs that failed and published nothing, and the one under way. */
export function stateRuns(db: Kysely<StateSchema>): RunHistory {
	return {
		runs: async (limit) => {
			const rows = await db.selectFrom('runs').selectAll().orderBy('sequence', 'desc').limit(limit).execute()
			return rows.map(runRow)
		},
		run: async (id) => {
			const run = await db.selectFrom('runs').selectAll().where('run_id', '=', id).executeTakeFirst()
			if (!run) return undefined
			const certificates = await db
				.selectFrom('certificates')
				.innerJoin('run_streams', 'run_streams.stream_run_id', 'certificates.run_id')
				.selectAll('certificates')
				.where('run_streams.run_id', '=', id)
				.orderBy('connection')
				.orderBy('stream')
				.execute()
			return {
				...runRow(run),
				certificates: certificates.map(({ id: _, window: __, ...row }) => ({ ...row, run_id: id })),
			}
		},
	}
}

function runRow(run: Run): RunTable {
	const {
		run_id,
		trigger,
		outcome,
		started_at,
		finished_at,
		generation,
		rows_landed,
		rows_loaded,
		rows_quarantined,
		error,
		next_step,
	} = run
	return {
		run_id,
		trigger,
		outcome,
		started_at,
		finished_at,
		generation,
		rows_landed,
		rows_loaded,
		rows_quarantined,
		error,
		next_step,
	}
}
