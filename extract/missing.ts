import { literal } from '../models/sql-text.ts'
import { valueAt } from './inspect.ts'
import { scanPage } from './page-scan.ts'
import { rawTable } from './raw-table.ts'
import { listOfLines } from './report-lines.ts'
import type { Page, Query } from './source.ts'
import type { ReadRun } from './stream-load.ts'
import { vendorCause } from './vendor-error.ts'

/** How many questions a search may ask, and how many ids it names. */
const mostQuestions = 40
const mostNamed = 20

/** A stretch of time between two stamps of ours (epoch ms; null: from the beginning), and how many records of it are missing here. */
type Stretch = { since: number | null; until: number; missing: number }

/** Which records count: all within the run's bounds, as the source counts them, or (`isLive`) all that are not deleted. */
export type Missed = { isLive: boolean }

/**
 * Says which records are missing of a stream that is short: the bounds are halved by the source's counts until little is left, and that is
 * read again for its keys. A sentence with the ids, or with the stretch of time where they are counted and not given; null when the source
 * can't count within bounds, or refuses a question, or nothing was found in a bounded number of them.
 */
export async function missingText(read: ReadRun, { isLive }: Missed): Promise<string | null> {
	if (!read.source.count || !read.stream.cursor) return null
	try {
		const query = { ...read.query, ...(isLive && { isLive: true }) }
		const window = { ...query.window, since: isLive ? null : query.window.since }
		const bounds = await stampBounds(read, isLive, window)
		const { total, stretches } = await search(read, { ...query, window }, bounds)
		// A source that counts by something else than the stamp has too many in one stretch and too few in another: then it tells no place.
		const isByStamp = stretches.reduce((sum, { missing }) => sum + missing, 0) <= total
		const named = new Set<string>()
		const hidden: string[] = []
		for (const stretch of stretches) {
			const ids = await missingKeys(read, {
				...query,
				window: { ...window, since: stretch.since, until: stretch.until },
			})
			for (const id of ids) named.add(id)
			if (isByStamp && ids.length < stretch.missing) hidden.push(`${stretch.missing - ids.length} ${between(stretch)}`)
		}
		return sentence([...named], hidden)
	} catch (error) {
		if (vendorCause(error) === null) throw error
		return null
	}
}

function sentence(named: string[], hidden: string[]): string | null {
	const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : ''
	return (
		[
			named.length > 0 && `missing: ${named.slice(0, mostNamed).join(', ')}${more}`,
			hidden.length > 0 && `counted but not given: ${hidden.slice(0, mostNamed).join(', ')}`,
		]
			.filter(Boolean)
			.join('; ') || null
	)
}

function between({ since, until }: Stretch): string {
	const from = since === null ? '' : `from ${new Date(since).toISOString()} `
	return `${from}up to ${new Date(until).toISOString()}`
}

/** Stamps that part ours evenly, each with how many of ours lie up to it. */
type Bound = { until: number; ours: number }

async function stampBounds(
	read: ReadRun,
	isLive: boolean,
	{ since, until }: Query<unknown>['window'],
): Promise<Bound[]> {
	const rows = await read.warehouse((database) =>
		database.all<{ bound: string; ours: string }>(
			`with stamped as (select cast(ceil(epoch(try_cast(_cursor as timestamptz)) * 1000) as bigint) as stamp from (${ours(read, isLive)})),
				counted as (select stamp, ntile(512) over (order by stamp) as tile, count(*) over (order by stamp) as ours from stamped
					where stamp <= ${until}${since === null ? '' : ` and stamp >= ${since}`})
			select max(stamp) as bound, max(ours) as ours from counted group by tile order by 1`,
		),
	)
	const bounds = new Map(rows.map(({ bound, ours: count }) => [Number(bound), Number(count)]))
	// What has no stamp lies in no stretch, and is among all that there is.
	const last = isLive ? await liveCount(read) : ([...bounds.values()].at(-1) ?? 0)
	bounds.set(until, last)
	return [...bounds].map(([bound, count]) => ({ until: bound, ours: count }))
}

async function liveCount(read: ReadRun): Promise<number> {
	const [row] = await read.warehouse((database) =>
		database.all<{ rows: string }>(`select count(*) as rows from (${ours(read, true)})`),
	)
	return Number(row!.rows)
}

/** What of the stream is here, in the version in force; what the source itself marks as deleted counts where it counts it. */
function ours({ source, stream, connection }: ReadRun, isLive: boolean): string {
	const { deletedWhen } = stream
	const marked = deletedWhen && !isLive ? ` or "${deletedWhen.column}" = ${literal(deletedWhen.equals)}` : ''
	return `select _key, _cursor from (
		select * from ${rawTable(source.tables ?? source.kind, stream)} where _connection = ${literal(connection.name)}
		qualify row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) = 1
	) where not _deleted${marked}`
}

/** How many records are missing, and the stretches in which they are, each between two neighbouring bounds. */
async function search(
	read: ReadRun,
	query: Query<Record<string, unknown>>,
	bounds: Bound[],
): Promise<{ total: number; stretches: Stretch[] }> {
	let questions = 0
	const found: Stretch[] = []
	const missingUpTo = async (at: number): Promise<number> => {
		questions++
		const { rows } = await read.source.count!(
			{ ...query, window: { ...query.window, until: bounds[at]!.until } },
			read.client.ask,
		)
		return (rows ?? 0) - bounds[at]!.ours
	}
	const descend = async (low: number, high: number, before: number, upTo: number): Promise<void> => {
		if (upTo - before <= 0 || questions >= mostQuestions) return
		if (high - low <= 1) {
			const since = low < 0 ? query.window.since : bounds[low]!.until
			found.push({ since, until: bounds[high]!.until, missing: upTo - before })
			return
		}
		const middle = (low + high) >> 1
		const there = await missingUpTo(middle)
		await descend(low, middle, before, there)
		await descend(middle, high, there, upTo)
	}
	const last = bounds.length - 1
	const total = await missingUpTo(last)
	await descend(-1, last, 0, total)
	return { total, stretches: found }
}

/** The keys that the source gives for a stretch, and that are not here; quarantined ones are not missing. */
async function missingKeys(read: ReadRun, query: Query<Record<string, unknown>>): Promise<string[]> {
	const { client, source, stream, state, connection } = read
	const reading = source.read(query)
	const keys = new Set<string>()
	let request: ReturnType<typeof reading.next> = reading.first
	for (let pages = 0; request !== null && pages < 5; pages++) {
		const asked = request
		const page: Page & { keys: string[] } = await client.exchange(asked, ({ body, headers }) => {
			const lines = { bytes: new Uint8Array(0), length: 0 }
			const scan = scanPage(
				listOfLines(body, reading, asked),
				{
					...reading,
					fields: new Set(),
					numberFields: new Set(),
					passFirst: (reading.overlap?.(asked) ?? null) !== null,
				},
				lines,
			)
			const text = Buffer.from(lines.bytes.subarray(0, lines.length)).toString('utf8').trimEnd()
			const records = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
			const lastRecord = records.at(-1) ?? null
			const last = lastRecord && valuesOf(lastRecord, query.fields)
			return { ...scan, headers, lastRecord, last, keys: records.map((record) => keyOf(record, read)) }
		})
		for (const key of page.keys) keys.add(key)
		request = reading.next(page, asked)
	}
	if (keys.size === 0) return []
	const here = await read.warehouse((database) =>
		database.all<{ key: string }>(
			`select distinct _key as key from ${rawTable(source.tables ?? source.kind, stream)}
			where _connection = $1 and _key in (select unnest($2::varchar[]))`,
			[connection.name, [...keys]],
		),
	)
	const waiting = await state.quarantined({ connection: connection.name, stream: stream.name })
	const known = new Set([...here.map(({ key }) => key), ...waiting.map(({ key }) => key)])
	return [...keys].filter((key) => !known.has(key))
}

function keyOf(record: Record<string, unknown>, { stream, query }: ReadRun): string {
	return stream.key.map((name) => valueAt(record, query.fields[name] ?? null) ?? '').join(':')
}

function valuesOf(record: Record<string, unknown>, fields: Record<string, string | null>) {
	return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueAt(record, field)]))
}
