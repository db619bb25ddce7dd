import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { StateSchema } from '../state.ts'
import '../migrations/103-people.ts'

/** What a person may do: look; prepare too; review (and prepare, never both on one paper). */
export const roles = ['reader', 'preparer', 'reviewer'] as const

/** One of {@link roles}. */
export type Role = (typeof roles)[number]

/** Who acts. `userId` is what the person signs in with, and never another's. */
export type Person = { userId: string; name: string; email: string | null; role: Role; isAdmin: boolean }

/** A name to sign in with: it stands in the journal and in `tieout.yml` as an owner, so it is short and plain. */
export const userIdSchema = z
	.string()
	.regex(/^[a-z][a-z0-9._-]{0,39}$/, 'starts with a-z; then a-z, 0-9, dot, dash and underscore, at most 40')

/** Columns of `users` that make a {@link Person}. */
export const personColumns = ['users.user_id', 'users.name', 'users.email', 'users.role', 'users.is_admin'] as const

/** The person of a row that has {@link personColumns}. */
export function personOfRow(row: PersonRow): Person {
	const { user_id: userId, name, email, role, is_admin: isAdmin } = row
	return { userId, name, email, role: role as Role, isAdmin: isAdmin === 1 }
}

type PersonRow = { user_id: string; name: string; email: string | null; role: string; is_admin: number }

/** Whether anybody was ever added: from then on pages want a session or a token, and papers can be signed. */
export async function hasPeople(db: Kysely<StateSchema>): Promise<boolean> {
	return (await db.selectFrom('users').select('user_id').limit(1).executeTakeFirst()) !== undefined
}
