import { type Kysely, sql } from 'kysely'

declare module '../state.ts' {
	interface StateSchema {
		/** What each connection reads: its tables (`salesforce`), and which account, as far as its options say. */
		connection_accounts: { connection: string; tables: string; account: string | null; noted_at: string }
	}
}

/** A connection that reads another account than before is refused: what it has read so far is noted. */
export async function up(db: Kysely<never>): Promise<void> {
	await sql
		.raw(
			'create table connection_accounts (connection text primary key, tables text not null, account text, noted_at text not null) strict',
		)
		.execute(db)
}
