import { type Kysely, sql } from 'kysely'

/** When a stream's keys were last compared with the source's, what a part's last page said, and what its records add up to. */
export async function up(db: Kysely<never>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
	'alter table stream_cursors add column swept_at text',
	'alter table stream_cursors add column counted_at text',
	'alter table landed_parts add column envelope text',
	'alter table landed_parts add column money text',
]
