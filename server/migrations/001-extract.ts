import { type Generated, type Kysely, sql } from 'kysely'

/** What extraction remembers. Moments are ISO 8601 text in UTC by the company's clock, unless a column says otherwise. */
export interface ExtractTables {
	/** How far each stream was read and loaded. `watermark`: everything the source had stamped up to here is in the warehouse. */
	stream_cursors: {
		connection: string
		stream: string
		watermark: string | null
		/** How far the source's list of deleted records was read. */
		deletes_until: string | null
		run_id: string
		/** Keys that the last full read brought; what the mass-deletion hold compares with. */
		full_rows: number | null
		full_at: string | null
		/** When all keys of the source were last compared with ours, and when it last counted them. */
		swept_at: string | null
		counted_at: string | null
		updated_at: string
	}
	/** One row per run of one stream. `window` is JSON: the frozen bounds that a resumed run keeps. */
	stream_runs: {
		sequence: Generated<number>
		run_id: string
		connection: string
		stream: string
		kind: string
		started_at: string
		finished_at: string | null
		outcome: string
		window: string
		error_code: string | null
		error: string | null
		next_step: string | null
		rows_landed: Generated<number>
		rows_loaded: Generated<number>
		rows_quarantined: Generated<number>
		rows_deleted: Generated<number>
		notes: string | null
	}
	/** Every durable page boundary. `resume` is the JSON of the request that follows; null after the last page. */
	landed_parts: {
		run_id: string
		part: number
		purpose: string
		file: string
		rows: number
		bytes: number
		pages: number
		sha256: string
		fields: string
		number_fields: string
		resume: string | null
		last_record: string | null
		source_total: number | null
		extracted_at: string
		loaded_at: string | null
		/** JSON: the last page without its records; null before it. */
		envelope: string | null
		/** JSON: what the records add up to, exact text by currency; null where they were not added up. */
		money: string | null
		/** 1: its records are looked at one by one before they are loaded. */
		is_doubtful: Generated<number>
	}
	certificates: {
		id: Generated<number>
		run_id: string
		connection: string
		stream: string
		verdict: string
		reason: string | null
		source_rows: number | null
		landed_rows: number
		loaded_rows: number
		quarantined_rows: number
		/** JSON: one entry per currency with the source's, the landed and the loaded total as exact text. */
		money: string
		window: string
		certified_at: string
	}
	quarantine: {
		id: Generated<number>
		connection: string
		stream: string
		run_id: string
		file: string
		line: number
		record_key: string | null
		code: string
		reason: string
		record: string
		quarantined_at: string
		resolved_at: string | null
		resolution: string | null
		/** The record's money, as text, where it has any that can be read. */
		amount: string | null
		currency: string | null
		/** 1: `record` is only the beginning of the text; the whole stands in the landed file. */
		is_cut: Generated<number>
	}
	/** The newest OAuth tokens of a connection; written before they are used. */
	oauth_tokens: { connection: string; tokens: string; updated_at: string }
	stream_descriptions: { connection: string; stream: string; fields: string; described_at: string }
	drift_events: {
		id: Generated<number>
		connection: string
		stream: string
		field: string
		change: string
		type_before: string | null
		type_after: string | null
		is_declared: number
		run_id: string
		found_at: string
		/** JSON: what it breaks (`server/schema-effects.ts`); null until that was looked at. */
		effect: string | null
	}
	/** The newest state of each quota of a connection, as the vendor counts it. */
	api_usage: { connection: string; quota: string; used: number; maximum: number; noted_at: string }
	held_runs: {
		run_id: string
		connection: string
		stream: string
		reason: string
		rows_before: number
		rows_now: number
		held_at: string
		decision: string | null
		decided_by: string | null
		decided_at: string | null
	}
	/** Who reads a stream. `holder` is JSON: host, process and its start, so that a dead one is recognised; `beat_at` is by the machine's clock. */
	stream_locks: { name: string; holder: string; token: string; beat_at: string }
}

/** Makes the tables of {@link ExtractTables}. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	`create table stream_cursors (
		connection text not null, stream text not null, watermark text, deletes_until text, run_id text not null,
		full_rows integer, full_at text, updated_at text not null, primary key (connection, stream)) strict`,
	`create table stream_runs (
		sequence integer primary key autoincrement, run_id text not null unique,
		connection text not null, stream text not null, kind text not null,
		started_at text not null, finished_at text, outcome text not null, window text not null,
		error_code text, error text, next_step text,
		rows_landed integer not null default 0, rows_loaded integer not null default 0,
		rows_quarantined integer not null default 0, rows_deleted integer not null default 0, notes text) strict`,
	`create index stream_runs_by_stream on stream_runs (connection, stream, sequence)`,
	`create table landed_parts (
		run_id text not null references stream_runs (run_id), part integer not null, purpose text not null,
		file text not null, rows integer not null, bytes integer not null, pages integer not null, sha256 text not null,
		fields text not null, number_fields text not null, resume text, last_record text, source_total integer,
		extracted_at text not null, loaded_at text, primary key (run_id, part)) strict`,
	`create table certificates (
		id integer primary key autoincrement, run_id text not null references stream_runs (run_id),
		connection text not null, stream text not null, verdict text not null, reason text,
		source_rows integer, landed_rows integer not null, loaded_rows integer not null, quarantined_rows integer not null,
		money text not null, window text not null, certified_at text not null) strict`,
	`create index certificates_by_stream on certificates (connection, stream, id)`,
	`create table quarantine (
		id integer primary key autoincrement, connection text not null, stream text not null, run_id text not null,
		file text not null, line integer not null, record_key text, code text not null, reason text not null,
		record text not null, quarantined_at text not null, resolved_at text, resolution text,
		unique (file, line)) strict`,
	`create index quarantine_by_stream on quarantine (connection, stream, resolved_at)`,
	`create table oauth_tokens (connection text primary key, tokens text not null, updated_at text not null) strict`,
	`create table stream_descriptions (
		connection text not null, stream text not null, fields text not null, described_at text not null,
		primary key (connection, stream)) strict`,
	`create table drift_events (
		id integer primary key autoincrement, connection text not null, stream text not null, field text not null,
		change text not null, type_before text, type_after text, is_declared integer not null,
		run_id text not null, found_at text not null) strict`,
	`create table api_usage (
		connection text not null, quota text not null, used integer not null, maximum integer not null,
		noted_at text not null, primary key (connection, quota)) strict`,
	`create table held_runs (
		run_id text primary key references stream_runs (run_id), connection text not null, stream text not null,
		reason text not null, rows_before integer not null, rows_now integer not null, held_at text not null,
		decision text, decided_by text, decided_at text) strict`,
	`create table stream_locks (name text primary key, holder text not null, token text not null, beat_at text not null) strict`,
]
