import type { Kysely } from 'kysely'
import { TieoutError } from '../models/error.ts'
import type { Config } from './config.ts'
import { accountsOf, connectionsRead } from './sources.ts'
import type { StateSchema } from './state.ts'

/** What a connection leads to: its raw tables' first word, and the account (a host, a realm, an account id); null where the options don't say. */
export type AccountRead = { connection: string; tables: string; account: string | null }

/** Why a connection must not be read as it is configured, and what a person does about it. */
export type AccountProblem = { connection: string; code: string; text: string; next: string }

/** The connections that would mix what belongs apart: records of another account than before, or the same records under two names. */
export async function accountProblems(db: Kysely<StateSchema>, config: Config): Promise<AccountProblem[]> {
	return [...(await movedConnections(db, config)), ...(await twinConnections(db, config))]
}

/** Throws `config.same_account` where two connections have the same records: what is built on them would count each twice. */
export async function refuseTwins(db: Kysely<StateSchema>, config: Config): Promise<void> {
	refuse(await twinConnections(db, config))
}

function refuse([first]: readonly AccountProblem[]): void {
	if (first)
		throw new TieoutError('configuration', first.code, first.text, {
			where: `tieout.yml: connections.${first.connection}`,
			next: first.next,
		})
}

/** Notes what each connection leads to. Throws `config.other_account` and `config.same_account`. */
export async function noteAccounts(db: Kysely<StateSchema>, config: Config, now: () => Date): Promise<void> {
	refuse(await accountProblems(db, config))
	const known = await accountsKnown(db)
	for (const { connection, tables, account } of accountsOf(config)) {
		const before = known.get(connection)
		if (before?.tables === tables && (account === null || before.account === account)) continue
		const row = { tables, noted_at: now().toISOString(), ...(account !== null && { account }) }
		await db
			.insertInto('connection_accounts')
			.values({ account: null, ...row, connection })
			.onConflict((conflict) => conflict.column('connection').doUpdateSet(row))
			.execute()
	}
}

async function accountsKnown(db: Kysely<StateSchema>): Promise<Map<string, AccountRead>> {
	const rows = await db.selectFrom('connection_accounts').selectAll().execute()
	return new Map(rows.map((one) => [one.connection, one]))
}

/**
 * Those that lead to another system or account than what is loaded under their name: cursors would go on where the other one ended, and
 * records of both would stand side by side. One of `formerly` is the same account under an address of before.
 */
async function movedConnections(db: Kysely<StateSchema>, config: Config): Promise<AccountProblem[]> {
	const known = await accountsKnown(db)
	return accountsOf(config).flatMap(({ connection, tables, account }) => {
		const before = known.get(connection)
		if (!before) return []
		const formerly = config.connections.find(({ name }) => name === connection)!.formerly ?? []
		const isSameSystem = before.tables === tables
		const isSameAccount = before.account === null || account === null || [account, ...formerly].includes(before.account)
		if (isSameSystem && isSameAccount) return []
		const [was, is] = isSameSystem ? [before.account, account] : [`a system of the kind ${before.tables}`, tables]
		const rename = `give the connection another name (its records are then read anew, and what ${connection} had read is in no figure any more)`
		const keep = `; or, if it is the same account under another address, write formerly: "${before.account}" under connections.${connection}`
		return [
			{
				connection,
				code: 'config.other_account',
				text: `what is loaded as ${connection} was read from ${was}, and ${connection} leads to ${is} now`,
				next: isSameSystem ? `${rename}${keep}` : rename,
			},
		]
	})
}

/**
 * Those with streams of an account which an earlier connection has too: every record would count twice. What was read and is asked no more
 * (`enabled: false`) still counts.
 */
async function twinConnections(db: Kysely<StateSchema>, config: Config): Promise<AccountProblem[]> {
	const cursors = await db.selectFrom('stream_cursors').select(['connection', 'stream']).execute()
	const asked = connectionsRead(config).flatMap(({ name, streams = [] }) =>
		streams.map((stream) => ({ connection: name, stream })),
	)
	const streams = Map.groupBy([...asked, ...cursors], ({ connection }) => connection)
	const isAsked = new Set(asked.map(({ connection }) => connection))
	const isRead = (connection: string) => cursors.some((one) => one.connection === connection)
	const streamsOf = (connection: string) => new Set(streams.get(connection)?.map(({ stream }) => stream))
	// Where a connection that is asked nothing leads, its options need not say any more.
	const known = await accountsKnown(db)
	const accounts = accountsOf(config).map((one) => ({
		...one,
		account: one.account ?? known.get(one.connection)?.account ?? null,
	}))
	return accounts.flatMap(({ connection, tables, account }, at) => {
		if (account === null) return []
		const earlier = accounts.slice(0, at).filter((one) => one.tables === tables && one.account === account)
		return earlier.flatMap((other) => {
			const others = streamsOf(other.connection)
			const both = [...streamsOf(connection)].filter((stream) => others.has(stream))
			if (both.length === 0) return []
			// What is asked no more, or was read by both already, still counts: to switch off more of it helps nothing.
			const canShare = [connection, other.connection].every((name) => isAsked.has(name)) && !isRead(connection)
			return [
				{
					connection,
					code: 'config.same_account',
					text: `${other.connection} and ${connection} both read ${both.length > 3 ? `${both.length} streams` : both.join(', ')} of ${account}: every record would count twice`,
					next: canShare
						? `take ${connection} out, or switch off in one of the two what the other reads: streams: { ${both[0]}: { enabled: false } }`
						: `take ${connection} or ${other.connection} out: what was read still counts where it is switched off`,
				},
			]
		})
	})
}
