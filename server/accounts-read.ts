import type { Kysely } from 'kysely'
import { TieoutError } from '../models/error.ts'
import type { Config } from './config.ts'
import { accountsOf } from './sources.ts'
import type { StateSchema } from './state.ts'

/** What a connection leads to: its raw tables' first word, and the account (a host, a realm, an account id); null where the options don't say. */
export type AccountRead = { connection: string; tables: string; account: string | null }

/** Says that a connection leads elsewhere than before. */
export type Moved = AccountRead & { before: Omit<AccountRead, 'connection'> }

/**
 * The connections that lead to another system or account than what is loaded under their name: cursors would go on where the other one
 * ended, and records of both would stand side by side. One of `formerly` is the same account under an address of before.
 */
export async function movedConnections(db: Kysely<StateSchema>, config: Config): Promise<Moved[]> {
	const known = new Map(
		(await db.selectFrom('connection_accounts').selectAll().execute()).map((one) => [one.connection, one]),
	)
	return accountsOf(config).flatMap((now) => {
		const before = known.get(now.connection)
		if (!before) return []
		const formerly = config.connections.find(({ name }) => name === now.connection)!.formerly ?? []
		const isSameAccount =
			before.account === null || now.account === null || [now.account, ...formerly].includes(before.account)
		return before.tables === now.tables && isSameAccount ? [] : [{ ...now, before }]
	})
}

/** Notes what each connection leads to. Throws `config.other_account` where it is another account than what is loaded under its name. */
export async function noteAccounts(db: Kysely<StateSchema>, config: Config, now: () => Date): Promise<void> {
	const [first] = await movedConnections(db, config)
	if (first)
		throw new TieoutError('configuration', 'config.other_account', movedText(first), {
			where: `tieout.yml: connections.${first.connection}`,
			next: movedNext(first),
		})
	for (const { connection, tables, account } of accountsOf(config)) {
		const row = { tables, noted_at: now().toISOString(), ...(account !== null && { account }) }
		await db
			.insertInto('connection_accounts')
			.values({ account: null, ...row, connection })
			.onConflict((conflict) => conflict.column('connection').doUpdateSet(row))
			.execute()
	}
}

/** What a connection was read from, and where it leads now: a sentence. */
export function movedText({ connection, tables, account, before }: Moved): string {
	const [read, reads] =
		tables === before.tables ? [before.account, account] : [`a system of the kind ${before.tables}`, tables]
	return `what is loaded as ${connection} was read from ${read}, and ${connection} leads to ${reads} now`
}

/** What a person does about it. */
export function movedNext({ connection, tables, before }: Moved): string {
	const rename = `give the connection another name (its records are then read anew, and what ${connection} had read is in no figure any more)`
	if (tables !== before.tables) return rename
	return `${rename}; or, if it is the same account under another address, write formerly: "${before.account}" under connections.${connection}`
}
