import type { Kysely } from 'kysely'
import type { State, StateSchema } from '../state.ts'
import { type Person, personColumns, personOfRow } from './person.ts'
import { digestOf, randomSecret } from './secrets.ts'

/** How long a session lasts at most, and without a request. Milliseconds. */
export const sessionLimits = { whole: 12 * 3_600_000, idle: 60 * 60_000 }

/** The moment of the last request is kept at most once in this time. Milliseconds. */
const seenEvery = 60_000

/** Whose session it is, and whether the password must be changed before anything else. */
export type SessionOwner = { person: Person; mustChangePassword: boolean }

/** Starts a session, in the caller's transaction, and gives its id: 256 random bits, of which only the sha256 is kept. */
export async function startSession(
	db: Kysely<StateSchema>,
	userId: string,
	{ now = Date.now }: { now?: () => number } = {},
): Promise<string> {
	const id = randomSecret()
	const [at, endsAt] = [now(), now() + sessionLimits.whole].map((moment) => new Date(moment).toISOString())
	await db.deleteFrom('sessions').where('ends_at', '<=', at!).execute()
	await db
		.insertInto('sessions')
		.values({ session_hash: digestOf(id), user_id: userId, started_at: at!, seen_at: at!, ends_at: endsAt! })
		.execute()
	return id
}

/** Whose session this is; null when there is none, it ended, nothing was asked for too long, or its owner was disabled. */
export async function ownerOfSession(
	{ db }: Pick<State, 'db'>,
	id: string,
	{ now = Date.now }: { now?: () => number } = {},
): Promise<SessionOwner | null> {
	const hash = digestOf(id)
	const row = await db
		.selectFrom('sessions')
		.innerJoin('users', 'users.user_id', 'sessions.user_id')
		.select([...personColumns, 'users.must_change_password', 'sessions.seen_at', 'sessions.ends_at'])
		.where('session_hash', '=', hash)
		.where('users.disabled_at', 'is', null)
		.executeTakeFirst()
	if (!row) return null
	const sinceSeen = now() - Date.parse(row.seen_at)
	if (now() >= Date.parse(row.ends_at) || sinceSeen >= sessionLimits.idle) {
		await endSession(db, id)
		return null
	}
	if (Math.abs(sinceSeen) > seenEvery)
		await db
			.updateTable('sessions')
			.set({ seen_at: new Date(now()).toISOString() })
			.where('session_hash', '=', hash)
			.execute()
	return { person: personOfRow(row), mustChangePassword: row.must_change_password === 1 }
}

/** Ends one session. */
export async function endSession(db: Kysely<StateSchema>, id: string): Promise<void> {
	await db.deleteFrom('sessions').where('session_hash', '=', digestOf(id)).execute()
}

/** Ends every session of a person, in the caller's transaction. */
export async function endSessionsOf(db: Kysely<StateSchema>, userId: string): Promise<void> {
	await db.deleteFrom('sessions').where('user_id', '=', userId).execute()
}
