import { createHash } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import type { Connection, Source, Stream } from './source.ts'
import type { ExtractState, RunKind, StreamCursor } from './state.ts'

/** A stream, and what tells how far it was read. */
export type BoundedStream = {
	source: Source
	connection: Connection
	stream: Stream
	kind: RunKind
	/** It is this stream's turn to be read whole. */
	isTurn?: boolean
	state: Pick<ExtractState, 'cursor'>
}

/** What the next run of a stream asks. `since` in epoch ms, null when everything is read; `signature` tells its question from another. */
export type NextRun = { cursor: StreamCursor | null; isWhole: boolean; since: number | null; signature: string }

/** What a run that begins at `at` (epoch ms, the company's clock) asks, if none is to be gone on with. `fields`: by landing name. */
export async function nextRun(
	bounded: BoundedStream,
	fields: Record<string, string | null>,
	at: number,
): Promise<NextRun> {
	const { connection, stream, kind, state, isTurn = false } = bounded
	const cursor = await state.cursor(connection.name, stream.name)
	const signature = createHash('sha256')
		.update(JSON.stringify([kind, stream.object, fields, stream.filter ?? null]))
		.digest('hex')
		.slice(0, 16)
	const again = stream.follows?.again
	const isOver = again !== undefined && at - (cursor?.fullAt ?? 0) >= again * 60_000
	const isWhole =
		kind === 'full' || isTurn || isOver || (!stream.cursor && !stream.follows) || cursor?.watermark == null
	return { cursor, isWhole, since: isWhole ? null : sinceOf(bounded, cursor!.watermark!), signature }
}

function sinceOf({ source, connection, stream }: BoundedStream, watermark: number): number {
	if (!stream.cursor) return watermark - (stream.follows?.overlap ?? 0) * 1000
	const since = watermark - stream.cursor.overlap * 1000
	if (!stream.cursor.wholeDays) return since
	const zone = source.zone?.(connection.options) ?? 'UTC'
	return Temporal.Instant.fromEpochMilliseconds(since).toZonedDateTimeISO(zone).startOfDay().epochMilliseconds
}
