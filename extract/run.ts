import { TieoutError } from '../models/error.ts'
import { type ClientEffects, createClient } from './client.ts'
import type { Disk } from './landing.ts'
import { readFor } from './nested.ts'
import { type Reconcile, turns } from './reconcile.ts'
import { sources as builtIn } from './registry.ts'
import type { Connection, Source, Stream } from './source.ts'
import type { ExtractState } from './state.ts'
import type { Progress, SliceBytes } from './stream-load.ts'
import { endUnread, runStream, type StreamOutcome } from './stream-run.ts'
import type { Warehouse } from './warehouse-turn.ts'

/** What to read. `streams`: names, alone (`opportunities`) or with their connection (`crm.opportunities`); all if absent. */
export type RunRequest = {
	connections: Connection[]
	streams?: string[]
	/** Everything is read again; what is missing was deleted. */
	full?: boolean
	/** How often each stream is read whole besides; absent: never. */
	reconcile?: Reconcile
}

/** Where things are kept. `landing` is the archive's folder; `sources` adds to, or replaces by kind, the built-in ones. */
export type RunResources = { state: ExtractState; warehouse: Warehouse; landing: string; sources?: Source[] }

/** `now`: the company's clock (epoch ms). The rest is for tests and for stopping. */
export type RunEffects = Omit<ClientEffects, 'now'> & {
	now?: () => number
	progress?: (event: Progress) => void
	disk?: Disk
	partBytes?: number
	sliceBytes?: SliceBytes
}

/** How each stream ended, in the order in which they were declared. Whether the whole is good is the caller's judgement. */
export type RunSummary = { streams: StreamOutcome[]; requests: Record<string, number> }

/**
 * Reads and loads all streams asked for, side by side; each account's budget is shared by its streams. What goes wrong in one stream
 * is its outcome and stops no other. Throws `usage` and `configuration` errors before anything is asked.
 */
export async function runStreams(
	request: RunRequest,
	resources: RunResources,
	effects: RunEffects = {},
): Promise<RunSummary> {
	const { now = Date.now } = effects
	const accounts = request.connections.map((connection) =>
		openAccount(connection, request, resources, { ...effects, now }),
	)
	if (request.streams) refuseUnknownStreams(request, resources)
	try {
		const outcomes = await Promise.all(
			accounts.map(async ({ jobs }) => {
				const whole = await turns(jobs, request.full ? undefined : request.reconcile, now())
				const chosen = jobs.map((job) => ({ ...job, isTurn: whole.has(job.stream.name) }))
				return await Promise.all(
					inOrder(chosen, async (job, followed: StreamOutcome | null) => {
						const isUnread = followed !== null && !['loaded', 'held'].includes(followed.outcome)
						const outcome = isUnread ? await endUnread(job, followed) : await runStream(job, { ...effects, now })
						effects.progress?.({ type: 'end', ...outcome })
						return outcome
					}),
				)
			}),
		)
		const requests = Object.fromEntries(accounts.map(({ connection, client }) => [connection.name, client.requests()]))
		return { streams: outcomes.flat(), requests }
	} finally {
		await Promise.all([...accounts.map(({ client }) => client.close()), resources.warehouse.rest()])
	}
}

/** The source of a connection, its options checked. Throws `source.unknown` and `source.options`. */
export function sourceOf(connection: Connection, extra: Source[] = []): { source: Source; connection: Connection } {
	const all = [...extra, ...builtIn]
	const source = all.find((candidate) => candidate.kind === connection.kind)
	if (!source)
		throw new TieoutError(
			'configuration',
			'source.unknown',
			`connections.${connection.name}.source is "${connection.kind}"`,
			{
				allowed: [...new Set(all.map((candidate) => candidate.kind))],
				next: 'correct tieout.yml',
			},
		)
	const options = source.options.safeParse(connection.options)
	if (options.success) return { source, connection: { ...connection, options: options.data } }
	const issue = options.error.issues[0]!
	throw new TieoutError(
		'configuration',
		'source.options',
		`connections.${connection.name}.${issue.path.join('.')}: ${issue.message}`,
		{
			next: 'correct tieout.yml or .env',
			cause: options.error,
		},
	)
}

function openAccount(
	given: Connection,
	request: RunRequest,
	resources: RunResources,
	effects: RunEffects & { now: () => number },
) {
	const { source, connection, streams } = streamsOf(given, request, resources)
	const client = createClient(source, connection, resources.state, effects)
	const { state, warehouse, landing } = resources
	const kind = request.full ? ('full' as const) : ('incremental' as const)
	const jobs = streams.map((stream) => ({
		...{ source, connection, stream, kind, client: client.of(stream) },
		...{ state, warehouse, landing },
	}))
	return { connection, client, jobs }
}

/** The streams of a connection that a request would read, with its source and its checked options. */
export function streamsOf(given: Connection, request: RunRequest, { sources }: Pick<RunResources, 'sources'>) {
	const { source, connection } = sourceOf(given, sources)
	const inUse = source.inUse?.(connection.options)
	const streams = source.streams
		.filter((stream) => !stream.within)
		.filter((stream) => !inUse || inUse.includes(stream.name))
		.filter((stream) => !connection.streams || connection.streams.includes(stream.name))
		.filter((stream) => isAsked(request, connection.name, stream.name, source))
		.map((stream) => withMoney(stream, source.ownCurrency?.(connection.options)))
	return { source, connection, streams }
}

/** Amounts without a currency beside them are money only where all of the connection's are in one. */
function withMoney(stream: Stream, ownCurrency: string | undefined): Stream {
	if (stream.money?.currency !== null || ownCurrency !== undefined) return stream
	const { money: _, ...rest } = stream
	return rest
}

/** Runs jobs side by side; one that follows another stream begins when that one has ended, if it is read too, and knows how. */
function inOrder<T extends { stream: Stream; source: Source }, R>(
	jobs: readonly T[],
	work: (job: T, followed: R | null) => Promise<R>,
): Promise<R>[] {
	const begun = new Map<string, Promise<R>>()
	const begin = (job: T): Promise<R> => {
		const known = begun.get(job.stream.name)
		if (known) return known
		const followed = jobs.find(({ stream }) => stream.name === readFor(job.source, job.stream.follows?.stream ?? ''))
		const result = followed ? begin(followed).then((outcome) => work(job, outcome)) : work(job, null)
		begun.set(job.stream.name, result)
		return result
	}
	return jobs.map(begin)
}

/** A list inside a stream's records is asked for by reading the stream. */
function isAsked({ streams }: RunRequest, connection: string, stream: string, source: Source): boolean {
	if (!streams) return true
	return streams.some((asked) => {
		if (asked === connection) return true
		const name = asked.startsWith(`${connection}.`) ? asked.slice(connection.length + 1) : asked
		return readFor(source, name) === stream
	})
}

/** Throws `stream.unknown` for a name that no connection has. */
export function refuseUnknownStreams(
	{ connections, streams = [] }: Pick<RunRequest, 'connections' | 'streams'>,
	{ sources = [] }: Pick<RunResources, 'sources'>,
) {
	const known = connections.flatMap((given) => {
		const { source, connection } = sourceOf(given, sources)
		return [connection.name, ...source.streams.flatMap(({ name }) => [name, `${connection.name}.${name}`])]
	})
	const unknown = streams.find((name) => !known.includes(name))
	if (unknown === undefined) return
	throw new TieoutError('usage', 'stream.unknown', `there is no stream "${unknown}"`, {
		allowed: [...new Set(known)].sort(),
		next: 'name one of these, alone or with its connection',
	})
}
