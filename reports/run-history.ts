import type { Kysely } from 'kysely'
import type { CertificateTable, RunTable, Schema } from '../models/schema.ts'

/** A run of the pipeline with its certificates per stream. */
export type RunDetail = RunTable & { certificates: CertificateTable[] }

/** What ran, newest first. Runs that failed publish nothing: the server gives them from its state. */
export type RunHistory = {
	runs(limit: number): Promise<RunTable[]>
	run(id: string): Promise<RunDetail | undefined>
}

/** The runs that a published file knows: those up to its own. */
export function publishedRuns(db: Kysely<Schema>): RunHistory {
	return {
		runs: (limit) =>
			db.selectFrom('tieout.runs').selectAll().orderBy('started_at', 'desc').orderBy('run_id').limit(limit).execute(),
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
			return { ...run, certificates }
		},
	}
}
