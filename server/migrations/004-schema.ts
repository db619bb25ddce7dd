import { type Kysely, sql } from 'kysely'

/**
 * Parts whose records are looked at one by one; the money of records in quarantine, and whether their text is kept whole; what a change
 * of the source's schema breaks.
 */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	'alter table landed_parts add column is_doubtful integer not null default 0',
	'alter table quarantine add column amount text',
	'alter table quarantine add column currency text',
	'alter table quarantine add column is_cut integer not null default 0',
	'alter table drift_events add column effect text',
]
