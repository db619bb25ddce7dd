import type { Kysely } from 'kysely'
import type { Config } from './config.ts'
import type { StateSchema } from './state.ts'

/**
 * How old a stream is by the source's own watermark. Minutes; `watermark` ISO, UTC; `not run`: it was never read. Below 0:
 * it was read up to a moment that is yet to come, by a clock that was ahead or is behind now.
 */
export type FreshnessResult = {
	connection: string
	stream: string
	watermark: string | null
	age_minutes: number | null
	warn_minutes: number
	error_minutes: number
	/** `off`: the configuration says that it is not to be read. */
	status: 'pass' | 'warn' | 'fail' | 'not run' | 'off'
	owner: string | null
	/** The stream in whose records it lies: it is read, and fails, with that one. */
	within: string | null
	/** How the newest run of the stream ended, where that was without its records (`denied`, `failed`, `held`, ...), and what it said. */
	outcome: string | null
	problem: string | null
	next_step: string | null
	/** It was read, and never had a record, although it is none of those that a company may well have none of. */
	is_empty: boolean
}

/** A clock may be so much behind without harm. Minutes. */
const clockTolerance = 5

/** A stream of a connection, with the limits that its source declares, in minutes. `within`: the one in whose records it lies. */
export type StreamLimits = {
	connection: string
	stream: string
	warn: number
	error: number
	within?: string | undefined
	mayBeEmpty?: boolean | undefined
	isOff?: boolean
}

/**
 * Judges every stream: the age is `now` minus the moment up to which everything that the source had stamped is loaded (its cursor;
 * for a stream that is read whole, when that was), not our load time. Limits: the stream's in the configuration, else the
 * connection's, else the source's.
 */
export async function judgeFreshness(
	db: Kysely<StateSchema>,
	config: Config,
	streams: readonly StreamLimits[],
	now: Date,
): Promise<FreshnessResult[]> {
	const cursors = await db
		.selectFrom('stream_cursors')
		.select(['connection', 'stream', 'watermark', 'full_at'])
		.execute()
	const unread = await unreadStreams(db)
	const most = await mostRecords(db)
	const watermarks = new Map(cursors.map((row) => [`${row.connection}.${row.stream}`, row.watermark ?? row.full_at]))
	return streams.map((one) => {
		const connection = config.connections.find((candidate) => candidate.name === one.connection)
		const settings = connection?.streams[one.stream]
		const warn = settings?.freshness?.warn ?? connection?.freshness?.warn ?? one.warn
		const error = Math.max(warn, settings?.freshness?.error ?? connection?.freshness?.error ?? one.error)
		const watermark = watermarks.get(`${one.connection}.${one.stream}`) ?? null
		const minutes = watermark === null ? null : Math.floor((now.getTime() - Date.parse(watermark)) / 60_000)
		const age = minutes !== null && minutes < 0 && minutes >= -clockTolerance ? 0 : minutes
		return {
			connection: one.connection,
			stream: one.stream,
			watermark,
			age_minutes: age,
			warn_minutes: warn,
			error_minutes: error,
			status: one.isOff ? 'off' : statusOf(age, warn, error),
			owner: settings?.owner ?? connection?.owner ?? config.owners.default,
			within: one.within ?? null,
			...((one.isOff ? undefined : unread.get(`${one.connection}.${one.within ?? one.stream}`)) ?? wasRead),
			is_empty:
				!one.isOff &&
				watermark !== null &&
				!(settings?.may_be_empty ?? one.mayBeEmpty) &&
				most.get(`${one.connection}.${one.stream}`) === 0,
		}
	})
}

/** The most records that a run of a stream ever brought, by the certificates; of a stream without one nobody knows. */
async function mostRecords(db: Kysely<StateSchema>): Promise<Map<string, number>> {
	const rows = await db
		.selectFrom('certificates')
		.select(({ fn }) => ['connection', 'stream', fn.max('landed_rows').as('most')])
		.groupBy(['connection', 'stream'])
		.execute()
	return new Map(rows.map(({ connection, stream, most }) => [`${connection}.${stream}`, Number(most)]))
}

type Unread = Pick<FreshnessResult, 'outcome' | 'problem' | 'next_step'>

const wasRead: Unread = { outcome: null, problem: null, next_step: null }

/** The streams whose newest run that ended left them as they were, or short of the source. */
async function unreadStreams(db: Kysely<StateSchema>): Promise<Map<string, Unread>> {
	const newest = db
		.selectFrom('stream_runs')
		.select(({ fn }) => fn.max('sequence').as('sequence'))
		.where('outcome', 'not in', ['running', 'abandoned'])
		.groupBy(['connection', 'stream'])
	const runs = await db
		.selectFrom('stream_runs')
		.select(['connection', 'stream', 'outcome', 'error', 'next_step'])
		.where('sequence', 'in', newest)
		.where('outcome', 'not in', ['loaded', 'discarded'])
		.execute()
	return new Map(
		runs.map(({ connection, stream, outcome, error, next_step }) => [
			`${connection}.${stream}`,
			{ outcome, problem: error, next_step },
		]),
	)
}

function statusOf(age: number | null, warn: number, error: number): FreshnessResult['status'] {
	if (age === null) return 'not run'
	// Read up to a moment that is yet to come: a clock that was ahead, or is behind. Nobody knows how old it is.
	if (age > error || age < 0) return 'fail'
	return age > warn ? 'warn' : 'pass'
}
