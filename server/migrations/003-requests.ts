import { type Kysely, sql } from 'kysely'

declare module '../state.ts' {
	interface StateSchema {
		/** How many requests were sent to an account, by its stretch of time: `seconds` long, from `started_at` (by the machine's clock). */
		request_counts: { connection: string; seconds: number; started_at: string; requests: number }
		/** Work that a vendor does for us and that outlives a run (bulk jobs): what is needed to pick it up. `detail` is JSON. */
		vendor_jobs: { run_id: string; name: string; detail: string; noted_at: string }
	}
}

/** Makes the tables of requests sent, and of work under way at the vendors. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	`create table request_counts (
		connection text not null, seconds integer not null, started_at text not null, requests integer not null,
		primary key (connection, seconds, started_at)) strict`,
	`create table vendor_jobs (
		run_id text not null references stream_runs (run_id), name text not null, detail text not null, noted_at text not null,
		primary key (run_id, name)) strict`,
]
