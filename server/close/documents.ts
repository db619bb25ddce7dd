import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { StateSchema } from '../state.ts'
import { sha256 } from './canonical-json.ts'

/** A document by its hash, as journal lines name it; undefined when it is not there. Throws `journal.document` for one that was changed. */
export async function keptDocument(db: Kysely<StateSchema>, hash: string): Promise<unknown> {
	const row = await db.selectFrom('close_contents').select('content').where('hash', '=', hash).executeTakeFirst()
	if (!row) return undefined
	if (sha256(row.content) === hash) return JSON.parse(row.content)
	throw new TieoutError('data', 'journal.document', `the document ${hash} was changed: its sha256 is another`, {
		where: `close_contents, ${hash}`,
		next: 'restore the state file from a backup',
	})
}

/** Keeps a document (canonical JSON) under its hash, in the caller's transaction, and gives the hash. */
export async function keepDocument(transaction: Kysely<StateSchema>, content: string): Promise<string> {
	const hash = sha256(content)
	await transaction
		.insertInto('close_contents')
		.values({ hash, content })
		.onConflict((conflict) => conflict.doNothing())
		.execute()
	return hash
}
