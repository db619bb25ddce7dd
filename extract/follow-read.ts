import { followReading, landKeys } from './follow.ts'
import { readPages } from './read-pages.ts'
import type { Query, Reading } from './source.ts'
import type { StreamRun } from './state.ts'
import type { LoadEffects, ReadParts } from './stream-load.ts'
import type { StreamJob } from './stream-run.ts'

/** Reads the records of a stream that follows another: lands the keys first, then asks for them, batch by batch. */
export async function readFollowing(
	job: StreamJob,
	run: StreamRun,
	query: Query<Record<string, unknown>>,
	effects: LoadEffects,
): Promise<ReadParts> {
	const { source, state, client, landing } = job
	const keys = await landKeys(job, run, effects)
	const done = (await state.parts(run.runId)).filter(({ purpose }) => purpose === 'records')
	const resumed = done.at(-1)?.resume as { keys?: [number, number] } | null | undefined
	let reading: (Reading & { place(): number }) | null = followReading(source, query, keys, landing, {
		from: resumed?.keys?.[0] ?? 0,
	})
	const nothing = { deletes: null, hasGap: false, keys: null }
	if (!reading) return { records: { parts: done, total: null, envelope: null }, ...nothing }
	const records = await readPages(
		{
			client,
			state,
			run,
			purpose: 'records',
			fields: query.fields,
			reading,
			// What went wrong is asked again from the beginning of its batch.
			again: (_, pageSize) => {
				reading = followReading(source, query, keys, landing, { from: reading!.place(), pageSize })!
				return reading
			},
			done,
			nextPart: keys.length + done.length + 1,
			folder: landing,
		},
		{
			...effects,
			page: (rows, pages, total) =>
				effects.progress?.({ type: 'page', connection: run.connection, stream: run.stream, rows, pages, total }),
		},
	)
	return { records, ...nothing }
}
