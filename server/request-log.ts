import { type Kysely, sql } from 'kysely'
import type { RequestLog } from '../extract/budget-window.ts'
import type { StateSchema } from './state.ts'
import './migrations/003-requests.ts'

/** How long counts are kept: by second what a short window needs, by minute what a forecast learns from. Milliseconds. */
const kept = { 1: 10 * 60_000, 60: 35 * 24 * 3_600_000 }

/** The requests sent to an account, by all processes, in the state database. Moments are the machine's. */
export function requestLog(db: Kysely<StateSchema>, connection: string): RequestLog {
	return {
		read: async (seconds, from) => {
			const rows = await db
				.selectFrom('request_counts')
				.select(['started_at', 'requests'])
				.where('connection', '=', connection)
				.where('seconds', '=', seconds)
				.where('started_at', '>=', startOf(from, seconds))
				.execute()
			return new Map(rows.map((row) => [Date.parse(row.started_at) / 1000 / seconds, row.requests]))
		},
		add: async (counts) => {
			await db.transaction().execute(async (transaction) => {
				for (const [seconds, stretches] of counts) {
					for (const [at, requests] of stretches) {
						const row = { connection, seconds, started_at: startOf(at, seconds), requests }
						await transaction
							.insertInto('request_counts')
							.values(row)
							.onConflict((conflict) =>
								conflict.doUpdateSet({ requests: sql<number>`request_counts.requests + excluded.requests` }),
							)
							.execute()
					}
					const newest = Math.max(...stretches.keys()) * seconds * 1000
					await transaction
						.deleteFrom('request_counts')
						.where('connection', '=', connection)
						.where('seconds', '=', seconds)
						.where('started_at', '<', new Date(newest - kept[seconds]).toISOString())
						.execute()
				}
			})
		},
	}
}

function startOf(stretch: number, seconds: number): string {
	return new Date(stretch * seconds * 1000).toISOString()
}
