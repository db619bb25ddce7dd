import type { Kysely } from 'kysely'
import { appendJournal } from '../close/journal.ts'
import type { StateSchema } from '../state.ts'

/** Who did something to an account: a person, or {@link machineAuthor}. */
export type Author = { userId: string; name: string }

/** What happened to people; it stands in the journal. */
export type PeopleEntry = {
	kind:
		| 'user.added'
		| 'user.role'
		| 'user.disabled'
		| 'user.enabled'
		| 'user.password'
		| 'user.token'
		| 'user.token_revoked'
	author: Author
	/** No secret, nor a part of one. */
	body: Record<string, string | number | boolean | null>
}

/** Ids that nobody can have: they stand in the journal for something else. */
export const reservedIds = ['system', 'tieout']

/** Whoever works on the machine itself, by the name of that account. */
export function machineAuthor(accountName: string): Author {
	return { userId: 'system', name: `${accountName}, on this machine` }
}

/** Writes a line of the journal, in the caller's transaction. */
export async function recordPeople(
	transaction: Kysely<StateSchema>,
	{ kind, author, body }: PeopleEntry,
	{ now }: { now: () => number },
): Promise<void> {
	const entry = { kind, actor: { userId: author.userId, name: author.name }, body }
	await appendJournal(transaction, entry, { now: () => new Date(now()) })
}
