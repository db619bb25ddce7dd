import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { State, StateSchema } from '../state.ts'
import { digestOf } from './secrets.ts'

/**
 * Failures of an account that cost nothing, then each further one doubles the wait from one second up to `longest` seconds; an
 * address has more of them, for several people may share it. Forgotten after a day without one.
 */
const limits = { account: 5, address: 20, longest: 15 * 60, forgottenAfter: 24 * 3_600_000 }

/** Which account was named and from which address; both as they came. */
export type Attempt = { account: string; address: string }

/**
 * Counts an attempt as failed before the password is looked at, so that a hundred at once are a hundred. Throws `login.wait` while
 * one of both waits: then nothing is counted, and no password is looked at, right or wrong.
 */
export async function countAttempt(
	{ db }: Pick<State, 'db'>,
	attempt: Attempt,
	{ now = Date.now }: { now?: () => number } = {},
): Promise<void> {
	await db.transaction().execute(async (transaction) => {
		await transaction
			.deleteFrom('login_failures')
			.where('failed_at', '<', new Date(now() - limits.forgottenAfter).toISOString())
			.execute()
		const known = new Map(
			(
				await transaction
					.selectFrom('login_failures')
					.selectAll()
					.where(
						'subject',
						'in',
						subjectsOf(attempt).map(({ subject }) => subject),
					)
					.execute()
			).map((row) => [row.subject, row]),
		)
		const until = Math.max(0, ...[...known.values()].map((row) => Date.parse(row.waits_until ?? '') || 0))
		if (until > now()) throw waits(until - now())
		for (const { subject, free } of subjectsOf(attempt))
			await write(transaction, subject, (known.get(subject)?.failures ?? 0) + 1, free, now())
	})
}

/** Takes the attempt back, for it did not fail: the account starts anew, the address has one failure less. */
export async function forgiveAttempt(db: Kysely<StateSchema>, attempt: Attempt): Promise<void> {
	const [account, address] = subjectsOf(attempt)
	await forgetFailures(db, attempt.account)
	await db
		.updateTable('login_failures')
		.set((failure) => ({ failures: failure('failures', '-', 1), waits_until: null }))
		.where('subject', '=', address!.subject)
		.where('subject', '!=', account!.subject)
		.execute()
}

/** Forgets the failures of an account: its password was set anew. */
export async function forgetFailures(db: Kysely<StateSchema>, account: string): Promise<void> {
	await db
		.deleteFrom('login_failures')
		.where('subject', '=', subjectsOf({ account, address: '' })[0]!.subject)
		.execute()
}

function subjectsOf({ account, address }: Attempt) {
	return [
		{ subject: digestOf(`account ${account.trim().toLowerCase()}`), free: limits.account },
		{ subject: digestOf(`address ${address}`), free: limits.address },
	]
}

async function write(db: Kysely<StateSchema>, subject: string, failures: number, free: number, now: number) {
	const seconds = failures < free ? 0 : Math.min(2 ** (failures - free), limits.longest)
	const waits_until = seconds === 0 ? null : new Date(now + seconds * 1000).toISOString()
	const values = { failures, failed_at: new Date(now).toISOString(), waits_until }
	await db
		.insertInto('login_failures')
		.values({ subject, ...values })
		.onConflict((conflict) => conflict.column('subject').doUpdateSet(values))
		.execute()
}

function waits(milliseconds: number): TieoutError {
	const seconds = Math.ceil(milliseconds / 1000)
	return new TieoutError('refused', 'login.wait', `too many failed attempts: the next is possible in ${seconds} s`, {
		next: 'wait, then try again; on the machine, tieout user password ID sets a new password and ends the wait',
	})
}
