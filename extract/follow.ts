import { TieoutError } from '../models/error.ts'
import { identifier, literal } from '../models/sql-text.ts'
import { land, landedLinesSync, partFile } from './landing.ts'
import { sqlMoment } from './load.ts'
import { rawTable } from './raw-table.ts'
import type { Page, Query, Reading, Source, SourceRequest, Stream } from './source.ts'
import type { LandedPart, StreamRun } from './state.ts'
import type { LoadEffects } from './stream-load.ts'
import type { StreamJob } from './stream-run.ts'

/** A request for some of the keys: the place of the first one among all that are asked for, and how many. */
type FollowingRequest = SourceRequest & { keys: [number, number] }

/** Keys in one landed file: what is held in memory at once. */
const keysInPart = 100_000

/**
 * How far the stream that is followed was read (`upTo`), and the moment after which this run must lie (epoch ms). Throws
 * `follow.unread` when it was never read.
 */
export async function followedBounds({ state, source, connection, stream, warehouse }: StreamJob) {
	const followed = followedStream(source, stream)
	const cursor = await state.cursor(connection.name, followed.name)
	const run = cursor && (await state.run(cursor.runId))
	if (!run)
		throw new TieoutError('vendor', 'follow.unread', `${stream.name} follows ${followed.name}, which was never read`, {
			where: `${connection.name}.${stream.name}`,
			next: `read ${connection.name}.${followed.name} first: see why it failed`,
		})
	const table = rawTable(source.tables ?? source.kind, followed)
	const newest = await warehouse((database) =>
		database.all<{ at: string | null }>(
			`select cast(epoch_ms(max(_loaded_at)) as varchar) as at from ${table} where _connection = $1`,
			[connection.name],
		),
	)
	return { upTo: run.window.until, after: Number(newest[0]?.at ?? 0) }
}

/**
 * Lands the keys that this run asks for (`asked`) and those that were deleted there since (`gone`), all at once: a run that goes on
 * asks for the same. Answers the landed parts.
 */
export async function landKeys(job: StreamJob, run: StreamRun, effects: LoadEffects): Promise<LandedPart[]> {
	const done = await job.state.parts(run.runId)
	const known = done.filter(({ purpose }) => purpose === 'asked' || purpose === 'gone')
	if (known.length > 0) return known
	const before = await job.state.cursor(job.connection.name, job.stream.name)
	const last = before && (await job.state.run(before.runId))
	const parts: LandedPart[] = []
	await job.warehouse(async (database) => {
		const { batches } = await database.stream(wantedKeys(job, run, last?.window.until ?? null))
		let open = { asked: [] as string[], gone: [] as string[] }
		for await (const rows of batches) {
			for (const [key, isGone] of rows as [string, boolean][]) open[isGone ? 'gone' : 'asked'].push(key)
			if (open.asked.length < keysInPart && open.gone.length < keysInPart) continue
			await write(open)
			open = { asked: [], gone: [] }
		}
		await write(open)
	})
	// An empty part says that the keys were looked for, and there were none.
	if (parts.length === 0) parts.push(keyPart(run, 1, 'asked', '', [], '', effects))
	await job.state.atomically(async (together) => {
		for (const part of parts) await together.recordPart(part)
	})
	return parts

	async function write(keys: Record<'asked' | 'gone', string[]>) {
		for (const purpose of ['asked', 'gone'] as const) {
			if (keys[purpose].length === 0) continue
			const number = parts.length + 1
			const file = partFile(run.connection, run.stream, run.runId, number, purpose)
			const lines = Buffer.from(keys[purpose].map((key) => `${JSON.stringify({ key })}\n`).join(''))
			const sha256 = await land(job.landing, file, lines, effects.disk)
			parts.push(keyPart(run, number, purpose, file, keys[purpose], sha256, effects))
		}
	}
}

/** How many keys a run with these bounds would ask for, as far as they are known before the stream that it follows is read again. */
export async function countKeys(
	job: Pick<StreamJob, 'source' | 'connection' | 'stream' | 'state' | 'warehouse'>,
	window: StreamRun['window'],
): Promise<number> {
	const before = await job.state.cursor(job.connection.name, job.stream.name)
	const last = before && (await job.state.run(before.runId))
	const wanted = wantedKeys(job, { window }, last?.window.until ?? null)
	const [row] = await job.warehouse((database) =>
		database.all<{ keys: string }>(`select count(*) filter (where not is_deleted) as keys from (${wanted})`),
	)
	return Number(row?.keys ?? 0)
}

/** Asks for the landed keys batch by batch; null when there are none. `pageSize`: fewer keys at once than the stream declares. */
export function followReading(
	source: Source,
	query: Query<Record<string, unknown>>,
	parts: readonly LandedPart[],
	folder: string,
	{ from = 0, pageSize = query.stream.follows!.batch }: { from?: number; pageSize?: number | undefined } = {},
): (Reading & { place(): number }) | null {
	const keys = landedKeys(parts, folder)
	if (keys.total === 0) return null
	let current = from
	let asked: { place: string; reading: Reading } | null = null
	const readingOf = ([start, count]: [number, number]) => {
		const place = `${start} ${count}`
		if (asked?.place !== place) asked = { place, reading: source.read({ ...query, keys: keys.slice(start, count) }) }
		return asked.reading
	}
	const firstOf = (start: number): FollowingRequest => {
		const range: [number, number] = [start, keys.slice(start, pageSize).length]
		return { ...readingOf(range).first, keys: range }
	}
	const first = firstOf(from)
	const { records, ignore, mayLackList, isExpired } = readingOf(first.keys)
	return {
		first,
		records,
		...(ignore && { ignore }),
		...(mayLackList && { mayLackList }),
		...(isExpired && { isExpired }),
		pageSize,
		mayBeEmpty: true,
		place: () => current,
		next(page, request) {
			const { keys: range } = request as FollowingRequest
			refuseUnasked(query, page, keys.slice(...range))
			const more = readingOf(range).next(page, request)
			current = more ? range[0] : range[0] + range[1]
			if (!more) return current < keys.total ? firstOf(current) : null
			if (page.rows > 0) return { ...more, keys: range } as FollowingRequest
			throw new TieoutError('vendor', 'page.empty', 'an empty page came, and more were promised', {
				where: request.path,
			})
		},
	}
}

/** The columns of a following stream that hold the key which was asked for. */
export function askedColumns({ follows, key }: Stream): string[] {
	return follows?.by ?? key
}

/** The stream that is followed. */
export function followedStream(source: Pick<Source, 'streams'>, { follows }: Stream): Stream {
	return source.streams.find(({ name }) => name === follows!.stream)!
}

/** A source that does not understand the keys answers with something else, and everything would count as deleted. */
function refuseUnasked({ stream }: Query<Record<string, unknown>>, page: Page, asked: readonly string[]) {
	if (!page.last || stream.follows!.mayAnswerOthers) return
	const key = askedColumns(stream)
		.map((column) => page.last![column])
		.join(':')
	if (asked.includes(key)) return
	throw new TieoutError('vendor', 'page.unasked', `a record of ${key} came, which was not asked for`, {
		where: stream.object,
		next: 'the source did not understand the keys: nothing of the answer was taken',
	})
}

/** The keys with a version that came since the last run, or all that are alive when everything is read. */
function wantedKeys(
	{ source, connection, stream }: Pick<StreamJob, 'source' | 'connection' | 'stream'>,
	run: Pick<StreamRun, 'window'>,
	lastRun: number | null,
): string {
	const table = rawTable(source.tables ?? source.kind, followedStream(source, stream))
	const { since, upTo } = run.window
	const at = (moment: number) => `timestamp ${literal(sqlMoment(moment))}`
	const mine = `_connection = ${literal(connection.name)} and _extracted_at <= ${at(upTo!)}`
	// A record that a replay brought has an old moment, and was loaded since.
	const late = lastRun === null ? '' : ` or _loaded_at > ${at(lastRun)}`
	const isNew =
		since === null
			? ''
			: ` and _key in (select _key from ${table} where ${mine} and (_extracted_at > ${at(since)}${late}))`
	const { column, isOfChanges } = stream.follows!
	const newest = '(_extracted_at, _cursor, _loaded_at)'
	const key = column === undefined ? '_key' : `arg_max(${identifier(column)}, ${newest})`
	return `select key as _key, is_deleted from (
			select ${key} as key, arg_max(_deleted, ${newest}) as is_deleted from ${table} where ${mine}${isNew} group by _key${isOfChanges ? ' having count(*) > 1' : ''})
		where key is not null${since === null ? ' and not is_deleted' : ''} order by key`
}

function keyPart(
	run: StreamRun,
	part: number,
	purpose: 'asked' | 'gone',
	file: string,
	keys: readonly string[],
	sha256: string,
	{ now }: LoadEffects,
): LandedPart {
	return {
		...{ runId: run.runId, part, purpose, file, sha256, rows: keys.length, pages: 0, extractedAt: now() },
		...{ bytes: keys.reduce((sum, key) => sum + key.length + 11, 0), fields: [], numberFields: [], money: null },
		...{ resume: null, last: null, sourceTotal: null, envelope: null, loadedAt: null },
	}
}

/** All keys asked for, by their place; one file's are in memory at a time, and no slice goes over its end. */
function landedKeys(parts: readonly LandedPart[], folder: string) {
	const asked = parts.filter(({ purpose, rows }) => purpose === 'asked' && rows > 0)
	let held: { file: string; keys: string[] } | null = null
	return {
		total: asked.reduce((sum, { rows }) => sum + rows, 0),
		slice(from: number, count: number): string[] {
			let start = from
			for (const { file, rows, sha256 } of asked) {
				if (start < rows) {
					if (held?.file !== file) held = { file, keys: landedLinesSync(folder, file, sha256).map(keyOf) }
					return held.keys.slice(start, start + count)
				}
				start -= rows
			}
			return []
		},
	}
}

function keyOf(line: Buffer): string {
	return (JSON.parse(line.toString('utf8')) as { key: string }).key
}
