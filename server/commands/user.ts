import { userInfo } from 'node:os'
import { TieoutError } from '../../models/error.ts'
import { companyClock } from '../clock.ts'
import { type Command, type CommandContext, type CommandInput, document, line } from '../command.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { type PasswordInput, readPassword } from '../password-prompt.ts'
import {
	type AccountEffects,
	accountOf,
	accounts,
	addUser,
	disableUser,
	enableUser,
	setPassword,
	setRole,
} from '../people/accounts.ts'
import { authenticate } from '../people/login.ts'
import { type PasswordCost, usualCost } from '../people/password.ts'
import { type Role, roles } from '../people/person.ts'
import { machineAuthor } from '../people/record.ts'
import { issueToken, revokeToken, tokensOf } from '../people/tokens.ts'
import { openState, type State } from '../state.ts'
import { tableLines } from '../text-table.ts'

/** What may stand behind `tieout user`. */
const actions = ['list', 'add', 'role', 'disable', 'enable', 'password', 'token'] as const
type Action = (typeof actions)[number]

/** `tieout user`: who may come in, as what. Passwords come from a prompt or standard input, never from the command line. */
export const user: Command = async (context, input) => await userWith(context, input, process.stdin)

/** The same; `typed`: where passwords are read from, `cost`: that of new ones. */
export async function userWith(
	context: CommandContext,
	input: CommandInput,
	typed: PasswordInput,
	{ cost = usualCost }: { cost?: PasswordCost } = {},
): Promise<number> {
	const { action, userId } = asked(input)
	const config = await loadProject(context.folder, context)
	const clock = companyClock(environmentOf(config.project.folder, context.environment))
	const now = () => clock.stamp().getTime()
	const state = await openState(config.project.state, { now })
	try {
		const job = { context, state, userId, flags: input.flags, names: input.names, typed, effects: { now, cost } }
		await work[action](job)
		return exitCodes.fine
	} finally {
		await state.close()
	}
}

type Job = {
	context: CommandContext
	state: State
	userId: string
	flags: CommandInput['flags']
	names: string[]
	typed: PasswordInput
	effects: Required<AccountEffects>
}

const work: Record<Action, (job: Job) => Promise<void>> = {
	list: async (job) => await tellAccounts(job),
	add: async (job) => {
		const { state, userId, flags, effects } = job
		const name = textFlag(flags, 'name') ?? userId
		const role = roleOf(textFlag(flags, 'role') ?? 'preparer')
		const password = await ask(job, `password for ${userId}: `, true)
		const person = { userId, name, email: textFlag(flags, 'email') ?? null, role, isAdmin: flags['admin'] === true }
		await addUser(state, { ...person, password, isInitial: false, author: author() }, effects)
		await tellDone(
			job,
			`${userId} is added as ${role}`,
			`tieout user token ${userId}   (for the command line), or sign in`,
		)
	},
	role: async (job) => {
		const { state, userId, names, flags, effects } = job
		const role = roleOf(names[2] ?? textFlag(flags, 'role') ?? '')
		await setRole(state, { userId, role, isAdmin: flags['admin'] === true, author: author() }, effects)
		await tellDone(job, `${userId} is ${role}${flags['admin'] === true ? ' and administrator' : ''} from now on`)
	},
	disable: async (job) => {
		await disableUser(job.state, { userId: job.userId, author: author() }, job.effects)
		await tellDone(job, `${job.userId} is disabled: sessions and tokens have ended, signatures keep the name`)
	},
	enable: async (job) => {
		await enableUser(job.state, { userId: job.userId, author: author() }, job.effects)
		await tellDone(job, `${job.userId} may sign in again; tokens that were revoked stay revoked`)
	},
	password: async (job) => {
		await accountOf(job.state, job.userId)
		const password = await ask(job, `new password for ${job.userId}: `, true)
		const change = { userId: job.userId, password, isInitial: false, author: author() }
		await setPassword(job.state, change, job.effects)
		await tellDone(job, `the password of ${job.userId} is set: sessions have ended, tokens stay`)
	},
	token: async (job) => await token(job),
}

/** A token acts as its person: it takes the person's password, not only the machine. */
async function token(job: Job): Promise<void> {
	const { context, state, userId, flags, effects } = job
	if (flags['list'] === true) return await tellTokens(job)
	if (flags['revoke'] !== undefined) {
		const tokenId = wholeNumber(flags['revoke'], '--revoke', 1, 999_999_999)
		await revokeToken(state, { userId, tokenId, author: author() }, effects)
		return await tellDone(job, `token ${tokenId} of ${userId} is revoked`)
	}
	const days = flags['days'] === undefined ? 90 : wholeNumber(flags['days'], '--days', 1, 366)
	const { name: personName, email } = await accountOf(state, userId)
	const password = await ask(job, `password of ${userId}: `, false)
	await authenticate(state, { account: userId, password, address: 'this machine' }, effects)
	const name = textFlag(flags, 'name') ?? 'command line'
	const made = await issueToken(state, { userId, name, days, author: { userId, name: personName } }, effects)
	if (context.isJson) {
		document(context.out, { schema: 'tieout.token/1', user_id: userId, email, name, days, token: made })
		return
	}
	line(context.out, made)
	line(context.notes, `shown this once, for ${days} days: keep it where you keep passwords`)
	line(context.notes, 'next: export TIEOUT_TOKEN=...   (the command line then acts as you)')
}

async function tellTokens({ context, state, userId }: Job): Promise<void> {
	await accountOf(state, userId)
	const tokens = await tokensOf(state, userId)
	const rows = tokens.map((one) => ({
		token_id: one.tokenId,
		name: one.name,
		made_at: one.createdAt,
		used_at: one.usedAt,
		ends_at: one.endsAt,
		revoked_at: one.revokedAt,
	}))
	if (context.isJson) return document(context.out, { schema: 'tieout.tokens/1', user_id: userId, tokens: rows })
	const columns = ['token_id', 'name', 'made_at', 'used_at', 'ends_at', 'revoked_at'] as const
	const cells = rows.map((row) => columns.map((name) => String(row[name] ?? '-')))
	for (const text of tableLines(columns, cells, context.outStyle, context.out.columns)) line(context.out, text)
}

async function tellAccounts({ context, state }: Job): Promise<void> {
	const rows = (await accounts(state)).map((one) => ({
		user_id: one.userId,
		name: one.name,
		email: one.email,
		role: one.role,
		is_admin: one.isAdmin,
		state: one.disabledAt ? 'disabled' : 'active',
		signed_in_at: one.signedInAt,
		tokens: one.tokenCount,
	}))
	if (context.isJson) return document(context.out, { schema: 'tieout.users/1', users: rows })
	if (rows.length === 0) {
		line(context.out, 'nobody has an account: pages are open to this machine, and nothing can be signed')
		return line(context.notes, 'next: tieout user add ana --name "Ana Lima" --role reviewer --admin')
	}
	const columns = ['user_id', 'name', 'email', 'role', 'is_admin', 'state', 'signed_in_at', 'tokens'] as const
	const cells = rows.map((row) => columns.map((name) => cellText(row[name])))
	for (const text of tableLines(columns, cells, context.outStyle, context.out.columns)) line(context.out, text)
}

function cellText(value: string | number | boolean | null): string {
	return value === true ? 'yes' : value === false ? 'no' : String(value ?? '-')
}

async function tellDone({ context, state, userId }: Job, text: string, next?: string): Promise<void> {
	if (context.isJson) {
		const { name, email, role, isAdmin, disabledAt } = await accountOf(state, userId)
		const found = { user_id: userId, name, email, role, is_admin: isAdmin, is_disabled: disabledAt !== null }
		return document(context.out, { schema: 'tieout.user/1', ...found })
	}
	line(context.out, text)
	if (next) line(context.notes, `next: ${next}`)
}

async function ask({ context, typed }: Job, question: string, isNew: boolean): Promise<string> {
	const { notes, signal } = context
	return await readPassword({ question, isNew }, { input: typed, notes, signal })
}

function author() {
	return machineAuthor(userInfo().username)
}

function asked({ names }: CommandInput): { action: Action; userId: string } {
	const [action = 'list', userId = ''] = names
	const known = actions.find((one) => one === action)
	if (!known)
		throw new TieoutError('usage', 'usage.user', `user can't be "${action}"`, {
			allowed: [...actions],
			next: 'tieout user list, tieout user add ana --role preparer',
		})
	if (known !== 'list' && userId === '')
		throw new TieoutError('usage', 'usage.user_id', `whom? ${known} needs the id of a person`, {
			next: known === 'add' ? 'tieout user add ana --name "Ana Lima" --role preparer' : 'tieout user list',
		})
	return { action: known, userId }
}

function roleOf(text: string): Role {
	const role = roles.find((one) => one === text)
	if (role) return role
	throw new TieoutError('usage', 'usage.role', text ? `there is no role ${text}` : 'which role?', {
		where: 'role',
		allowed: [...roles],
		next: 'tieout user role ana reviewer, or --role reviewer with tieout user add ana',
	})
}

function textFlag(flags: CommandInput['flags'], name: string): string | undefined {
	const value = flags[name]
	return typeof value === 'string' ? value : undefined
}

function wholeNumber(value: unknown, where: string, least: number, most: number): number {
	const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN
	if (number >= least && number <= most) return number
	throw new TieoutError('usage', 'usage.number', `${where} is "${value}"`, {
		where,
		allowed: [`a whole number from ${least} to ${most}`],
		next: 'correct it',
	})
}
