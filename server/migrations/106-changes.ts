import { type Kysely, sql } from 'kysely'
import type { StateSchema } from '../state.ts'

/** What changed since a signature was looked for by sums that some changes went past: all of it is worked out again when it is asked for. */
export async function up(db: Kysely<StateSchema>): Promise<void> {
	await sql`delete from close_changes`.execute(db)
}
