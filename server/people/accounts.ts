import { sql } from 'kysely'
import { z } from 'zod'
import { TieoutError } from '../../models/error.ts'
import type { State } from '../state.ts'
import { forgetFailures } from './attempts.ts'
import { hashPassword, type PasswordCost, refuseWeakPassword, usualCost } from './password.ts'
import { type Person, personColumns, personOfRow, type Role, roles, userIdSchema } from './person.ts'
import { type Author, recordPeople, reservedIds } from './record.ts'
import { endSessionsOf } from './sessions.ts'
import { revokeTokensOf } from './tokens.ts'

/** An account as lists show it. Moments are UTC. */
export type Account = Person & {
	createdAt: string
	signedInAt: string | null
	disabledAt: string | null
	mustChangePassword: boolean
	hasPassword: boolean
	tokenCount: number
}

/** What every change of people takes beside what it changes. */
export type AccountEffects = { now?: () => number; cost?: PasswordCost }

const accountSchema = z.object({
	userId: userIdSchema.refine(
		(id) => !reservedIds.includes(id),
		'is kept for lines of the journal that no person wrote',
	),
	name: z.string().trim().min(1, 'a name').max(120, 'at most 120 characters'),
	email: z.email('an e-mail address').max(254).toLowerCase().nullable(),
	role: z.enum(roles),
	isAdmin: z.boolean(),
})

/** A new account, before it is checked. `isInitial`: somebody else chose the password, it must be changed first of all. */
export type NewAccount = z.input<typeof accountSchema> & { password: string; isInitial: boolean; author: Author }

/** Adds a person. Throws `user.value` for what can't be taken, `user.exists` for an id or e-mail address that is in use. */
export async function addUser(
	{ db }: Pick<State, 'db'>,
	{ password, isInitial, author, ...given }: NewAccount,
	{ now = Date.now, cost = usualCost }: AccountEffects = {},
): Promise<Person> {
	const person = checked(given)
	await refuseTaken({ db }, person)
	refuseWeakPassword(password, [person.userId, person.name, person.email?.split('@')[0] ?? null])
	const hash = await hashPassword(password, cost)
	await db.transaction().execute(async (transaction) => {
		await refuseTaken({ db: transaction }, person)
		await transaction
			.insertInto('users')
			.values({
				user_id: person.userId,
				name: person.name,
				email: person.email,
				role: person.role,
				is_admin: person.isAdmin ? 1 : 0,
				password_hash: hash,
				must_change_password: isInitial ? 1 : 0,
				created_at: new Date(now()).toISOString(),
				signed_in_at: null,
				disabled_at: null,
			})
			.execute()
		await recordPeople(transaction, { kind: 'user.added', author, body: bodyOf(person) }, { now })
	})
	return person
}

/** Everybody, by id; the disabled ones too. */
export async function accounts({ db }: Pick<State, 'db'>): Promise<Account[]> {
	const rows = await db
		.selectFrom('users')
		.select([
			...personColumns,
			'created_at',
			'signed_in_at',
			'disabled_at',
			'must_change_password',
			sql<number>`password_hash is not null`.as('has_password'),
			sql<number>`(select count(*) from user_tokens where user_tokens.user_id = users.user_id and revoked_at is null)`.as(
				'token_count',
			),
		])
		.orderBy('user_id')
		.execute()
	return rows.map((row) => ({
		...personOfRow(row),
		createdAt: row.created_at,
		signedInAt: row.signed_in_at,
		disabledAt: row.disabled_at,
		mustChangePassword: row.must_change_password === 1,
		hasPassword: row.has_password === 1,
		tokenCount: Number(row.token_count),
	}))
}

/** One account. Throws `user.unknown`. */
export async function accountOf(state: Pick<State, 'db'>, userId: string): Promise<Account> {
	const all = await accounts(state)
	const found = all.find((one) => one.userId === userId)
	if (found) return found
	throw new TieoutError('not_found', 'user.unknown', `there is no person ${userId}`, {
		where: userId,
		allowed: all.map((one) => one.userId),
		next: 'tieout user list',
	})
}

/** Gives another role. Throws `user.last_admin` when nobody would be left who may add people on the pages. */
export async function setRole(
	state: Pick<State, 'db'>,
	{ userId, role, isAdmin, author }: { userId: string; role: Role; isAdmin: boolean; author: Author },
	{ now = Date.now }: AccountEffects = {},
): Promise<void> {
	await state.db.transaction().execute(async (transaction) => {
		const before = await accountOf({ db: transaction }, userId)
		if (before.isAdmin && !isAdmin) await refuseLastAdmin({ db: transaction }, before)
		await transaction
			.updateTable('users')
			.set({ role, is_admin: isAdmin ? 1 : 0 })
			.where('user_id', '=', userId)
			.execute()
		const was = { was_role: before.role, was_admin: before.isAdmin }
		await recordPeople(
			transaction,
			{ kind: 'user.role', author, body: { user_id: userId, role, is_admin: isAdmin, ...was } },
			{ now },
		)
	})
}

/** Ends every session and token of a person, who can't come in any more. Signatures keep the name. */
export async function disableUser(
	state: Pick<State, 'db'>,
	{ userId, author }: { userId: string; author: Author },
	{ now = Date.now }: AccountEffects = {},
): Promise<void> {
	const moment = new Date(now()).toISOString()
	await state.db.transaction().execute(async (transaction) => {
		const before = await accountOf({ db: transaction }, userId)
		if (before.disabledAt !== null) throw already(userId, 'disabled')
		if (before.isAdmin) await refuseLastAdmin({ db: transaction }, before)
		await transaction.updateTable('users').set({ disabled_at: moment }).where('user_id', '=', userId).execute()
		await endSessionsOf(transaction, userId)
		await revokeTokensOf(transaction, userId, moment)
		await recordPeople(transaction, { kind: 'user.disabled', author, body: { user_id: userId } }, { now })
	})
}

/** Lets a person in again, with the password of before; tokens that were revoked stay revoked. */
export async function enableUser(
	state: Pick<State, 'db'>,
	{ userId, author }: { userId: string; author: Author },
	{ now = Date.now }: AccountEffects = {},
): Promise<void> {
	await state.db.transaction().execute(async (transaction) => {
		const before = await accountOf({ db: transaction }, userId)
		if (before.disabledAt === null) throw already(userId, 'active')
		await transaction.updateTable('users').set({ disabled_at: null }).where('user_id', '=', userId).execute()
		await recordPeople(transaction, { kind: 'user.enabled', author, body: { user_id: userId } }, { now })
	})
}

/** Sets a password and ends every session of the person. `isInitial`: somebody else chose it. */
export async function setPassword(
	state: Pick<State, 'db'>,
	{ userId, password, isInitial, author }: { userId: string; password: string; isInitial: boolean; author: Author },
	{ now = Date.now, cost = usualCost }: AccountEffects = {},
): Promise<void> {
	const { name, email } = await accountOf(state, userId)
	refuseWeakPassword(password, [userId, name, email?.split('@')[0] ?? null])
	const hash = await hashPassword(password, cost)
	await state.db.transaction().execute(async (transaction) => {
		await transaction
			.updateTable('users')
			.set({ password_hash: hash, must_change_password: isInitial ? 1 : 0 })
			.where('user_id', '=', userId)
			.execute()
		await endSessionsOf(transaction, userId)
		await forgetFailures(transaction, userId)
		await recordPeople(
			transaction,
			{ kind: 'user.password', author, body: { user_id: userId, is_initial: isInitial } },
			{ now },
		)
	})
}

function bodyOf({ userId, name, email, role, isAdmin }: Person) {
	return { user_id: userId, name, email, role, is_admin: isAdmin }
}

function checked(given: z.input<typeof accountSchema>): Person {
	const result = accountSchema.safeParse(given)
	if (result.success) return result.data
	const issue = result.error.issues[0]!
	const field = String(issue.path[0])
	throw new TieoutError('usage', 'user.value', `${fieldWords[field] ?? field} is not taken: ${issue.message}`, {
		where: field,
		...(field === 'role' && { allowed: [...roles] }),
		next: 'correct it and send it again',
	})
}

const fieldWords: Record<string, string> = {
	userId: 'the id',
	name: 'the name',
	email: 'the e-mail address',
	role: 'the role',
}

async function refuseTaken({ db }: Pick<State, 'db'>, { userId, email }: Person): Promise<void> {
	const taken = await db
		.selectFrom('users')
		.select(['user_id', 'email'])
		.where((user) => user.or([user('user_id', '=', userId), ...(email ? [user('email', '=', email)] : [])]))
		.executeTakeFirst()
	if (!taken) return
	const what = taken.user_id === userId ? userId : (email ?? '')
	throw new TieoutError('usage', 'user.exists', `there is a person ${what} already`, {
		where: taken.user_id === userId ? 'userId' : 'email',
		next: 'choose another, or use that account: tieout user list. Ids are never given to somebody else',
	})
}

async function refuseLastAdmin({ db }: Pick<State, 'db'>, { userId, name }: Account): Promise<void> {
	const other = await db
		.selectFrom('users')
		.select('user_id')
		.where('is_admin', '=', 1)
		.where('disabled_at', 'is', null)
		.where('user_id', '!=', userId)
		.executeTakeFirst()
	if (other) return
	throw new TieoutError('refused', 'user.last_admin', `${name} is the only administrator`, {
		where: userId,
		next: 'make another administrator first: tieout user role ID ROLE --admin',
	})
}

function already(userId: string, state: string): TieoutError {
	return new TieoutError('usage', 'user.already', `${userId} is ${state} already`, { next: 'tieout user list' })
}
