import { type Kysely, sql } from 'kysely'
import { appendJournal } from '../close/journal.ts'
import type { StateSchema } from '../state.ts'

/** Decisions about links stand in the journal like all others: what an earlier release kept in a table of its own moves there. */
export async function up(db: Kysely<StateSchema>): Promise<void> {
	const { rows } = await sql<Record<'kind' | 'crm_id' | 'erp_id' | 'decided_by' | 'decided_at', string>>`
		select kind, crm_id, erp_id, coalesce(reason, 'no reason given') as reason, decided_by, decided_at from decisions order by id`.execute(
		db,
	)
	for (const { kind, ...row } of rows) {
		const { decided_by: by, decided_at: said, ...body } = row
		const [subject, verb] = kind.split('_')
		await appendJournal(db, {
			kind: verb === 'link' ? 'link.made' : 'link.rejected',
			actor: { userId: by, name: by },
			body: { ...body, subject, decided_at: said },
		})
	}
	await sql`drop table decisions`.execute(db)
}
