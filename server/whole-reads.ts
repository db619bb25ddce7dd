import type { Kysely } from 'kysely'
import { intervalOf } from '../extract/reconcile.ts'
import type { Source } from '../extract/source.ts'
import type { Config } from './config.ts'
import { connectionsRead, reconcileOf, sourcesOf } from './sources.ts'
import type { StateSchema } from './state.ts'

/**
 * When a stream was last read whole, and when it is again at the latest if the budget lets it: until then a change without a new stamp
 * may go unnoticed. `every_minutes` null: only with `--full`; 0: in each run. Moments ISO, UTC.
 */
export type WholeRead = {
	connection: string
	stream: string
	every_minutes: number | null
	read_whole_at: string | null
	due_at: string | null
	overdue_minutes: number
}

/** Every stream that is asked for by itself, in the order of its source's declaration. */
export async function wholeReads(
	db: Kysely<StateSchema>,
	config: Config,
	now: Date,
	sources: readonly Source[] = sourcesOf(config),
): Promise<WholeRead[]> {
	const cursors = await db.selectFrom('stream_cursors').select(['connection', 'stream', 'full_at']).execute()
	const fullAt = new Map(cursors.map((row) => [`${row.connection}.${row.stream}`, row.full_at]))
	const reconcile = reconcileOf(config)
	return connectionsRead(config, sources).flatMap(({ name: connection, kind, streams }) =>
		sources
			.find((source) => source.kind === kind)!
			.streams.filter((stream) => streams?.includes(stream.name) && !stream.within)
			.map((stream) => {
				const isEachTime = !stream.cursor && !stream.follows
				const every = isEachTime ? 0 : (stream.follows?.again ?? intervalOf(stream, connection, reconcile))
				const at = fullAt.get(`${connection}.${stream.name}`) ?? null
				const due = at !== null && every ? Date.parse(at) + every * 60_000 : null
				return {
					connection,
					stream: stream.name,
					every_minutes: every,
					read_whole_at: at,
					due_at: due === null ? null : new Date(due).toISOString(),
					overdue_minutes: due === null ? 0 : Math.max(0, Math.floor((now.getTime() - due) / 60_000)),
				}
			}),
	)
}

/** Streams whose turn is more than a day late, in one line with what helps; null when there is none. */
export function lateTurnsText(reads: readonly WholeRead[]): string | null {
	const late = reads.filter(({ overdue_minutes }) => overdue_minutes > 1440)
	const longest = late.toSorted((one, other) => other.overdue_minutes - one.overdue_minutes)[0]
	if (!longest) return null
	const days = Math.floor(longest.overdue_minutes / 1440)
	const wait = late.length === 1 ? '1 stream waits' : `${late.length} streams wait`
	return `${wait} to be read whole again, ${longest.connection}.${longest.stream} for ${days} ${days === 1 ? 'day' : 'days'}: raise reconcile.requests, or tieout extract ${longest.connection}.${longest.stream} --full`
}
