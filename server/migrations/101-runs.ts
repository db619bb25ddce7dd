import { type Generated, type Kysely, sql } from 'kysely'

/** What the pipeline, the schedule, alerts and people's decisions leave behind. Moments are ISO 8601 text in UTC. */
export interface RunTables {
	/** One row per run of the pipeline or of a part of it. `outcome`: running, succeeded, failed, held, interrupted. */
	runs: {
		sequence: Generated<number>
		run_id: string
		/** What started it: a person's command, `schedule`, `demo`. */
		trigger: string
		command: string
		/** JSON: host and process id, so that a run left behind by a crash is recognised. */
		holder: string
		outcome: string
		started_at: string
		finished_at: string | null
		seconds: number | null
		generation: number | null
		rows_landed: number | null
		rows_loaded: number | null
		rows_quarantined: number | null
		error_code: string | null
		error: string | null
		next_step: string | null
	}
	/** The steps of a run: extract, configuration, build, check, publish. */
	run_steps: {
		run_id: string
		position: number
		name: string
		outcome: string
		started_at: string
		seconds: number | null
		detail: string | null
	}
	/** The runs of streams that a run of the pipeline started. */
	run_streams: { run_id: string; stream_run_id: string }
	/** Every result of every check, passes too. */
	check_results: {
		id: Generated<number>
		run_id: string
		check_name: string
		owner: string | null
		severity: string
		is_blocking: number
		status: string
		problem_count: number
		explanation: string
		/** JSON: at most 20 problems. */
		sample: string
		checked_at: string
	}
	/** Every judgement of a stream's age. */
	freshness_results: {
		id: Generated<number>
		run_id: string
		connection: string
		stream: string
		watermark: string | null
		age_minutes: number | null
		warn_minutes: number
		error_minutes: number
		status: string
		owner: string | null
		checked_at: string
	}
	/** When each schedule was last due and dealt with. */
	schedules: { name: string; last_due_at: string; last_outcome: string | null }
	/** One row per problem, with its life. `state`: open, acknowledged, snoozed, resolved. */
	alerts: {
		alert_id: Generated<number>
		kind: string
		subject: string
		owner: string | null
		severity: string
		state: string
		text: string
		link: string
		opened_at: string
		changed_at: string
		last_seen_at: string
		seen_count: Generated<number>
		snoozed_until: string | null
		reason: string | null
		acted_by: string | null
	}
	/** What was said about an alert. `event`: opened, escalated, resolved, reopened, acknowledged, snoozed. */
	alert_events: {
		id: Generated<number>
		alert_id: number
		event: string
		text: string
		happened_at: string
	}
	/** Messages that a webhook has not taken yet; tried again at the next occasion. */
	alert_outbox: {
		id: Generated<number>
		body: string
		made_at: string
		attempts: Generated<number>
		last_error: string | null
	}
	/** Every statement of other people's SQL. */
	query_audit: {
		id: Generated<number>
		asked_at: string
		user_name: string
		sql: string
		milliseconds: number
		rows: number
		generation: string
		outcome: string
	}
}

declare module '../state.ts' {
	interface StateSchema extends RunTables {}
}

/** Makes the tables of {@link RunTables}. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	`create table runs (
		sequence integer primary key autoincrement, run_id text not null unique, trigger text not null, command text not null,
		holder text not null, outcome text not null, started_at text not null, finished_at text, seconds real, generation integer,
		rows_landed integer, rows_loaded integer, rows_quarantined integer, error_code text, error text, next_step text) strict`,
	`create table run_steps (
		run_id text not null references runs (run_id), position integer not null, name text not null, outcome text not null,
		started_at text not null, seconds real, detail text, primary key (run_id, position)) strict`,
	`create table run_streams (
		stream_run_id text primary key, run_id text not null references runs (run_id)) strict`,
	`create index run_streams_by_run on run_streams (run_id)`,
	`create table check_results (
		id integer primary key autoincrement, run_id text not null references runs (run_id), check_name text not null, owner text,
		severity text not null, is_blocking integer not null, status text not null, problem_count integer not null,
		explanation text not null, sample text not null, checked_at text not null) strict`,
	`create index check_results_by_name on check_results (check_name, id)`,
	`create index check_results_by_run on check_results (run_id)`,
	`create table freshness_results (
		id integer primary key autoincrement, run_id text not null references runs (run_id), connection text not null,
		stream text not null, watermark text, age_minutes integer, warn_minutes integer not null, error_minutes integer not null,
		status text not null, owner text, checked_at text not null) strict`,
	`create index freshness_results_by_run on freshness_results (run_id)`,
	`create table schedules (name text primary key, last_due_at text not null, last_outcome text) strict`,
	`create table alerts (
		alert_id integer primary key autoincrement, kind text not null, subject text not null, owner text, severity text not null,
		state text not null, text text not null, link text not null, opened_at text not null, changed_at text not null,
		last_seen_at text not null, seen_count integer not null default 1, snoozed_until text, reason text, acted_by text,
		unique (kind, subject)) strict`,
	`create table alert_events (
		id integer primary key autoincrement, alert_id integer not null references alerts (alert_id), event text not null,
		text text not null, happened_at text not null) strict`,
	`create table alert_outbox (
		id integer primary key autoincrement, body text not null, made_at text not null, attempts integer not null default 0,
		last_error text) strict`,
	`create table query_audit (
		id integer primary key autoincrement, asked_at text not null, user_name text not null, sql text not null,
		milliseconds integer not null, rows integer not null, generation text not null, outcome text not null) strict`,
	`create table decisions (
		id integer primary key autoincrement, kind text not null, crm_id text not null, erp_id text not null, reason text,
		decided_by text not null, decided_at text not null) strict`,
]
