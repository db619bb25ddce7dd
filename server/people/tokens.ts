import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { State, StateSchema } from '../state.ts'
import { type Person, personColumns, personOfRow } from './person.ts'
import { type Author, recordPeople } from './record.ts'
import { digestOf, randomSecret } from './secrets.ts'

/** With this every personal token begins, so that scanners and our own log know one when they see it. */
export const tokenPrefix = 'tieout_'

/** A personal token without its secret. */
export type TokenSummary = {
	tokenId: number
	name: string
	createdAt: string
	endsAt: string | null
	usedAt: string | null
	revokedAt: string | null
}

/** The moment of a token's use is kept at most once in this time. Milliseconds. */
const usedEvery = 60_000

/** Who has this personal token; null when nobody has, it ended or was revoked, or its owner was disabled. */
export async function personOfToken(
	state: Pick<State, 'db'>,
	token: string,
	{ now = Date.now }: { now?: () => number } = {},
): Promise<Person | null> {
	if (!token.startsWith(tokenPrefix)) return null
	const moment = new Date(now()).toISOString()
	const row = await state.db
		.selectFrom('user_tokens')
		.innerJoin('users', 'users.user_id', 'user_tokens.user_id')
		.select([...personColumns, 'user_tokens.token_id', 'user_tokens.ends_at', 'user_tokens.used_at'])
		.where('token_hash', '=', digestOf(token))
		.where('user_tokens.revoked_at', 'is', null)
		.where('users.disabled_at', 'is', null)
		.executeTakeFirst()
	if (!row || (row.ends_at !== null && row.ends_at <= moment)) return null
	if (row.used_at === null || Math.abs(now() - Date.parse(row.used_at)) > usedEvery)
		await state.db.updateTable('user_tokens').set({ used_at: moment }).where('token_id', '=', row.token_id!).execute()
	return personOfRow(row)
}

/** Makes a personal token and gives it, this once: only its sha256 is kept. `days` null: until it is revoked. */
export async function issueToken(
	{ db }: Pick<State, 'db'>,
	{ userId, name, days, author }: { userId: string; name: string; days: number | null; author: Author },
	{ now = Date.now }: { now?: () => number } = {},
): Promise<string> {
	const token = `${tokenPrefix}${randomSecret()}`
	const endsAt = days === null ? null : new Date(now() + days * 86_400_000).toISOString()
	await db.transaction().execute(async (transaction) => {
		const user = await transaction
			.selectFrom('users')
			.select('disabled_at')
			.where('user_id', '=', userId)
			.executeTakeFirst()
		if (!user || user.disabled_at !== null) throw notActive(userId)
		const { token_id } = await transaction
			.insertInto('user_tokens')
			.values({
				user_id: userId,
				name,
				token_hash: digestOf(token),
				created_at: new Date(now()).toISOString(),
				ends_at: endsAt,
				used_at: null,
				revoked_at: null,
			})
			.returning('token_id')
			.executeTakeFirstOrThrow()
		const body = { user_id: userId, token_id: token_id!, name, ends_at: endsAt }
		await recordPeople(transaction, { kind: 'user.token', author, body }, { now })
	})
	return token
}

/** The tokens of a person, newest first, also those that ended. */
export async function tokensOf({ db }: Pick<State, 'db'>, userId: string): Promise<TokenSummary[]> {
	const rows = await db
		.selectFrom('user_tokens')
		.selectAll()
		.where('user_id', '=', userId)
		.orderBy('token_id', 'desc')
		.execute()
	return rows.map((row) => ({
		tokenId: row.token_id!,
		name: row.name,
		createdAt: row.created_at,
		endsAt: row.ends_at,
		usedAt: row.used_at,
		revokedAt: row.revoked_at,
	}))
}

/** Ends one token of a person. Throws `token.unknown` when the person has no such one, or it has ended already. */
export async function revokeToken(
	{ db }: Pick<State, 'db'>,
	{ userId, tokenId, author }: { userId: string; tokenId: number; author: Author },
	{ now = Date.now }: { now?: () => number } = {},
): Promise<void> {
	await db.transaction().execute(async (transaction) => {
		const revoked = await transaction
			.updateTable('user_tokens')
			.set({ revoked_at: new Date(now()).toISOString() })
			.where('user_id', '=', userId)
			.where('token_id', '=', tokenId)
			.where('revoked_at', 'is', null)
			.returning('token_id')
			.execute()
		if (revoked.length === 0)
			throw new TieoutError('not_found', 'token.unknown', `${userId} has no token ${tokenId} in use`, {
				next: `tieout user token ${userId} --list`,
			})
		const body = { user_id: userId, token_id: tokenId }
		await recordPeople(transaction, { kind: 'user.token_revoked', author, body }, { now })
	})
}

/** Ends every token of a person, in the caller's transaction. */
export async function revokeTokensOf(transaction: Kysely<StateSchema>, userId: string, moment: string): Promise<void> {
	await transaction
		.updateTable('user_tokens')
		.set({ revoked_at: moment })
		.where('user_id', '=', userId)
		.where('revoked_at', 'is', null)
		.execute()
}

function notActive(userId: string): TieoutError {
	return new TieoutError('not_found', 'user.unknown', `there is no active person ${userId}`, {
		where: userId,
		next: 'tieout user list',
	})
}
