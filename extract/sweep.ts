import { readPages } from './read-pages.ts'
import type { DeletesReading, Query } from './source.ts'
import type { LandedPart, StreamCursor, StreamRun } from './state.ts'
import type { LoadEffects } from './stream-load.ts'
import type { StreamJob } from './stream-run.ts'

/** The keys of everything that the source has, landed. `isWhole`: as many as it counts; else no deletion may be taken from them. */
export type KeysRead = { parts: LandedPart[]; rows: number; isWhole: boolean }

/** A read of all keys at least this often, in minutes, where the stream doesn't say: a deletion that nothing tells waits no longer. */
const weekly = 7 * 24 * 60

/** And where the source does not permit its list of deletions: a day later at most, in minutes. */
const daily = 24 * 60

/** The source's whole count is asked this often at most, in minutes. */
const hourly = 60

/** What became of the source's list of deletions: it no longer reaches back, or it may not be read. */
export type ListState = { hasGap: boolean; isListDenied: boolean }

/**
 * Is it time to compare all keys with the source's? After a list of deletions that no longer reaches back, with every full read (its
 * bounds leave out what changed meanwhile, so that absence from it proves nothing), and on the stream's cadence: once a day at least
 * where the list may not be read.
 */
export async function isSweepDue(
	job: Pick<StreamJob, 'state' | 'connection' | 'stream'>,
	run: StreamRun,
	{ hasGap, isListDenied }: ListState,
): Promise<boolean> {
	const { state, connection, stream } = job
	const cursor = await state.cursor(connection.name, stream.name)
	if (!stream.cursor || !cursor) return false
	if (hasGap || run.kind === 'full') return true
	const begun = (await state.parts(run.runId)).some((part) => part.purpose === 'keys')
	const cadence = Math.min(stream.sweep ?? weekly, isListDenied ? daily : Number.POSITIVE_INFINITY)
	return begun || isOver(run, cursor.sweptAt ?? cursor.fullAt, cadence)
}

/** What a certificate, and `tieout doctor`, say of a list of deletions that may not be read. `code` is the vendor's. */
export function deniedListText({ permission }: Pick<DeletesReading, 'permission'>, code: string): string {
	const wanted = permission ? `; it needs the permission ${permission}` : ''
	return `its list of deleted records may not be read (${code})${wanted}: deletions are found by reading all keys, once a day at least`
}

/** Is it time to ask the source how many records it has in all? `isChanged`: the run brought a new version. */
export function isCountDue(
	{ source, stream }: Pick<StreamJob, 'source' | 'stream'>,
	run: StreamRun,
	cursor: StreamCursor | null,
	{ isChanged }: { isChanged: boolean },
): boolean {
	if (!stream.cursor || !cursor || !source.count) return false
	return (isChanged && stream.isReplaced === true) || isOver(run, cursor.countedAt, hourly)
}

/** Reads and lands the keys of all records that are not deleted, whatever their stamp; goes on where a killed run was. */
export async function readKeys(
	job: StreamJob,
	run: StreamRun,
	query: Query<Record<string, unknown>>,
	effects: LoadEffects,
): Promise<KeysRead> {
	const { source, state, client, landing } = job
	const keys = keysQuery(query)
	const done = await state.parts(run.runId)
	const { parts, total } = await readPages(
		{
			client,
			state,
			run,
			purpose: 'keys',
			fields: keys.fields,
			reading: source.read(keys),
			again: (after, pageSize) => source.read({ ...keys, ...(after && { after }), ...(pageSize && { pageSize }) }),
			done: done.filter((part) => part.purpose === 'keys'),
			nextPart: done.length + 1,
			folder: landing,
		},
		effects,
	)
	const rows = parts.reduce((sum, part) => sum + part.rows, 0)
	const counted = (await source.count?.(keys, client.ask))?.rows ?? Number.POSITIVE_INFINITY
	// Records that go while the keys are read lower the later count, those that come raise it: the smaller one must be there.
	const expected = Math.min(total ?? Number.POSITIVE_INFINITY, counted)
	return { parts, rows, isWhole: expected === Number.POSITIVE_INFINITY || rows >= expected }
}

/** The question for nothing but the keys of all that is not deleted. */
export function keysQuery<Options>(query: Query<Options>): Query<Options> {
	const { money: _, deletedWhen: __, ...stream } = query.stream
	const columns = Object.fromEntries(stream.key.map((name) => [name, stream.columns[name]!]))
	const fields = Object.fromEntries(stream.key.map((name) => [name, query.fields[name]!]))
	const window = { ...query.window, since: null }
	const { extra: ___, ...asked } = query
	return { ...asked, stream: { ...stream, columns, cursor: null }, fields, window, isLive: true }
}

/** What the source counts in all, and how many records of it changed since the run's end and need not be here yet. */
export async function countAll({ source, client }: StreamJob, query: Query<Record<string, unknown>>) {
	const counted = await source.count!(keysQuery(query), client.ask)
	return counted.rows
}

/** How many records have a stamp later than the run's end. */
export async function countSince(
	{ source, client }: StreamJob,
	query: Query<Record<string, unknown>>,
	now: number,
): Promise<number> {
	const { money: _, ...stream } = query.stream
	const window = { ...query.window, since: query.window.until, until: Math.max(now, query.window.until) + 86_400_000 }
	return (await source.count!({ ...query, stream, window, isLive: true }, client.ask)).rows ?? 0
}

/** The moment up to which a run speaks for its source (epoch ms): its upper bound, unless that is ahead of the clock that began it. */
export function readUntil({ window, startedAt }: StreamRun): number {
	return Math.min(window.until, startedAt)
}

/** A moment that is yet to come was written by a clock that was ahead. */
function isOver(run: StreamRun, last: number | null, minutes: number): boolean {
	const until = readUntil(run)
	return last === null || last > until + 300_000 || until - last >= minutes * 60_000
}
