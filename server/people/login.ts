import { TieoutError } from '../../models/error.ts'
import type { State } from '../state.ts'
import { type Account, accountOf } from './accounts.ts'
import { type Attempt, countAttempt, forgiveAttempt } from './attempts.ts'
import { checkPassword, hashPassword, type PasswordCost, usualCost } from './password.ts'
import { startSession } from './sessions.ts'

/** What a person gives to come in; `account` is the id or the e-mail address. */
export type Credentials = Attempt & { password: string }

/**
 * Signs a person in and gives the session's id. Throws `login.wrong`, the same and after as long for an unknown name, a disabled account
 * and a wrong password; `login.wait` after too many of those.
 */
export async function signIn(
	state: Pick<State, 'db'>,
	credentials: Credentials,
	{ now = Date.now, cost = usualCost }: { now?: () => number; cost?: PasswordCost } = {},
): Promise<{ sessionId: string; mustChangePassword: boolean }> {
	const account = await authenticate(state, credentials, { now, cost })
	return await state.db.transaction().execute(async (transaction) => {
		// Disabled, or another password, while this one was compared: then it is not the right one any more.
		const { disabledAt } = await accountOf({ db: transaction }, account.userId)
		if (disabledAt !== null) throw wrong()
		await transaction
			.updateTable('users')
			.set({ signed_in_at: new Date(now()).toISOString() })
			.where('user_id', '=', account.userId)
			.execute()
		const sessionId = await startSession(transaction, account.userId, { now })
		return { sessionId, mustChangePassword: account.mustChangePassword }
	})
}

/** Whose password it is, counted and slowed down like every attempt. Throws as `signIn` does. A password of another cost is kept anew. */
export async function authenticate(
	state: Pick<State, 'db'>,
	{ password, ...attempt }: Credentials,
	{ now = Date.now, cost = usualCost }: { now?: () => number; cost?: PasswordCost } = {},
): Promise<Account> {
	const named = attempt.account.trim().toLowerCase()
	const user = await state.db
		.selectFrom('users')
		.select(['user_id', 'password_hash', 'disabled_at'])
		.where((row) => row.or([row('user_id', '=', named), row('email', '=', named)]))
		.executeTakeFirst()
	// An id and its e-mail address are one account.
	const counted = { account: user?.user_id ?? named, address: attempt.address }
	await countAttempt(state, counted, { now })
	const { isRight, isOutdated } = await checkPassword(password, user?.password_hash, cost)
	if (!user || !isRight || user.disabled_at !== null) throw wrong()
	const rehashed = isOutdated ? await hashPassword(password, cost) : user.password_hash
	return await state.db.transaction().execute(async (transaction) => {
		const same = await transaction
			.updateTable('users')
			.set({ password_hash: rehashed })
			.where('user_id', '=', user.user_id)
			.where('password_hash', '=', user.password_hash)
			.returning('user_id')
			.execute()
		if (same.length === 0) throw wrong()
		await forgiveAttempt(transaction, counted)
		return await accountOf({ db: transaction }, user.user_id)
	})
}

function wrong(): TieoutError {
	return new TieoutError('refused', 'login.wrong', 'the name and the password do not belong together', {
		next: 'type both again; a forgotten password is set anew on the machine (tieout user password ID) or by an administrator',
	})
}
