import { type Kysely, sql } from 'kysely'

/** Who may come in, and as what. Moments are ISO 8601 text in UTC, by the machine's clock. */
export interface PeopleTables {
	/** Never deleted: signatures keep the name they were made under. `password_hash` names its own parameters; null: none. */
	users: {
		user_id: string
		name: string
		email: string | null
		role: string
		is_admin: number
		password_hash: string | null
		/** 1: somebody else chose the password; the first thing to do is to change it. */
		must_change_password: number
		created_at: string
		signed_in_at: string | null
		disabled_at: string | null
	}
	/** Of the session's id only its sha256. */
	sessions: { session_hash: string; user_id: string; started_at: string; seen_at: string; ends_at: string }
	/** Of a personal token only its sha256. `ends_at` null: until it is revoked. */
	user_tokens: {
		token_id?: number
		user_id: string
		name: string
		token_hash: string
		created_at: string
		ends_at: string | null
		used_at: string | null
		revoked_at: string | null
	}
	/** Failed logins of one account or address (`subject` is a sha256: a password typed as a name is not kept). */
	login_failures: { subject: string; failures: number; failed_at: string; waits_until: string | null }
}

declare module '../state.ts' {
	interface StateSchema extends PeopleTables {}
}

/** Makes the tables of {@link PeopleTables}. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	`create table users (
		user_id text primary key, name text not null, email text unique,
		role text not null check (role in ('reader', 'preparer', 'reviewer')), is_admin integer not null default 0,
		password_hash text, must_change_password integer not null default 0, created_at text not null, signed_in_at text,
		disabled_at text) strict`,
	`create table sessions (
		session_hash text primary key, user_id text not null references users (user_id), started_at text not null,
		seen_at text not null, ends_at text not null) strict, without rowid`,
	'create index sessions_by_user on sessions (user_id)',
	`create table user_tokens (
		token_id integer primary key, user_id text not null references users (user_id), name text not null,
		token_hash text not null unique, created_at text not null, ends_at text, used_at text, revoked_at text) strict`,
	`create table login_failures (
		subject text primary key, failures integer not null, failed_at text not null, waits_until text) strict, without rowid`,
	`create trigger users_stay before delete on users begin
		select raise(abort, 'people are disabled, never deleted: signatures keep their names'); end`,
]
