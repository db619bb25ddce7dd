import { type Kysely, sql } from 'kysely'

/** What runs said while they worked. */
export interface RunLogTables {
	/** One line of a run's log, in order of `position`. `level`: info, warn, error. */
	run_log: { run_id: string; position: number; said_at: string; level: string; text: string }
}

declare module '../state.ts' {
	interface StateSchema extends RunLogTables {}
}

/** Makes the tables of {@link RunLogTables}, and what finds the runs of a stream's last day. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	`create table run_log (
		run_id text not null references runs (run_id), position integer not null, said_at text not null, level text not null,
		text text not null, primary key (run_id, position)) strict`,
	'create index stream_runs_by_moment on stream_runs (connection, stream, started_at)',
	'create index alert_events_by_alert on alert_events (alert_id, id)',
]
