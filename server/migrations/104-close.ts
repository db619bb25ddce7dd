import { type Generated, type Kysely, sql } from 'kysely'

/** What people decide at the close. Moments are ISO 8601 text in UTC with milliseconds. Nothing here is ever changed or removed. */
export interface CloseTables {
	/** The hash-chained log of every decision (`server/close/journal.ts`): papers, items and people are read back from its lines. */
	journal: {
		/** From 1 without gaps. */
		seq: Generated<number>
		at: string
		kind: string
		paper: string | null
		item: string | null
		/** A user id, or `system`. */
		actor: string
		actor_name: string
		/** Canonical JSON. */
		body: string
		previous_hash: string
		hash: string
	}
	/** What a signature stands on, by its hash: canonical JSON that line of the journal name. */
	close_contents: { hash: string; content: string }
	/** What was found changed between two generations, kept so that it is worked out once: it can be made anew from the generations. */
	close_changes: { signature: string; generation: string; changes: string }
}

declare module '../state.ts' {
	interface StateSchema extends CloseTables {}
}

/** Makes the tables of {@link CloseTables}, and the triggers that refuse to change what is written. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const refuse = (table: string, event: 'update' | 'delete') => `create trigger ${table}_no_${event}
	before ${event} on ${table} begin select raise(abort, '${table} is append-only'); end`

const statements = [
	`create table journal (
		seq integer primary key autoincrement, at text not null, kind text not null, paper text, item text, actor text not null,
		actor_name text not null, body text not null, previous_hash text not null, hash text not null) strict`,
	'create index journal_by_paper on journal (paper, item, seq)',
	'create index journal_by_kind on journal (kind, seq)',
	'create index journal_by_item on journal (item, seq) where item is not null',
	refuse('journal', 'update'),
	refuse('journal', 'delete'),
	`create trigger journal_follows before insert on journal
		when new.previous_hash is not coalesce((select hash from journal order by seq desc limit 1), '${'0'.repeat(64)}')
		begin select raise(abort, 'a line of the journal follows the last one'); end`,
	'create table close_contents (hash text primary key, content text not null) strict',
	refuse('close_contents', 'update'),
	refuse('close_contents', 'delete'),
	`create table close_changes (
		signature text not null, generation text not null, changes text not null,
		primary key (signature, generation)) strict`,
]
