import { type ClientEffects, createClient } from './client.ts'
import { readFor } from './nested.ts'
import { type LimitedStream, type LimitPlan, withLimits } from './plan-limits.ts'
import { planStream, type StreamPlan } from './plan-stream.ts'
import { turns } from './reconcile.ts'
import { type RunRequest, type RunResources, refuseUnknownStreams, streamsOf } from './run.ts'
import type { Source, Stream } from './source.ts'

/** What a run would cost one account. */
export type ConnectionPlan = {
	connection: string
	kind: string
	/** Requests of all streams; logins, and what has to be asked twice, are not among them. */
	calls: number
	/** What the plan itself has asked. */
	asked: number
	/** The least that the account's limits make the run take. */
	seconds: number
	streams: LimitedStream[]
	limits: LimitPlan[]
}

/** `now` is the company's clock (epoch ms). */
export type PlanEffects = Omit<ClientEffects, 'now'> & { now?: () => number }

/**
 * What a run of the same request would ask, before it is made. Nothing but counts is asked, two of a stream at most; nothing is landed,
 * loaded or remembered but the requests. A stream that can't be counted is estimated from its last run, or else by the least that it takes.
 * Throws like `runStreams`.
 */
export async function planRun(
	request: RunRequest,
	resources: RunResources,
	effects: PlanEffects = {},
): Promise<ConnectionPlan[]> {
	if (request.streams) refuseUnknownStreams(request, resources)
	try {
		return await Promise.all(request.connections.map((given) => planConnection(given, request, resources, effects)))
	} finally {
		await resources.warehouse.rest()
	}
}

async function planConnection(
	given: RunRequest['connections'][number],
	request: RunRequest,
	resources: RunResources,
	effects: PlanEffects,
): Promise<ConnectionPlan> {
	const { source, connection, streams } = streamsOf(given, request, resources)
	const { now = Date.now } = effects
	const client = createClient(source, connection, resources.state, effects)
	const kind = request.full ? ('full' as const) : ('incremental' as const)
	try {
		const jobs = streams.map((stream) => ({ connection, stream, client, state: resources.state }))
		const whole = await turns(jobs, request.full ? undefined : request.reconcile, now())
		const firstDescribed = streams.find((stream) => source.describedTogether?.(stream))
		const plans = await planAll(source, streams, (stream, followed) => {
			const job = { source, connection, stream, kind, ...resources, client: client.of(stream) }
			const flags = { isTurn: whole.has(stream.name), isFirstDescribed: stream === firstDescribed }
			return planStream({ ...job, ...flags }, followed, now())
		})
		const { perSecond } = source.budget(connection.options)
		return {
			connection: connection.name,
			kind: source.kind,
			calls: plans.reduce((sum, { calls }) => sum + calls, 0),
			asked: client.requests(),
			...withLimits(plans, { ...(await client.limits()), perSecond }),
		}
	} finally {
		await client.close()
	}
}

/** Side by side, in the order in which they are declared; one that follows another stream after that one. */
async function planAll(
	source: Source,
	streams: readonly Stream[],
	plan: (stream: Stream, followed: StreamPlan | null) => Promise<StreamPlan>,
): Promise<StreamPlan[]> {
	const begun = new Map<string, Promise<StreamPlan>>()
	for (const stream of streams) if (!stream.follows) begun.set(stream.name, plan(stream, null))
	const following = async (stream: Stream) =>
		plan(stream, (await begun.get(readFor(source, stream.follows!.stream))) ?? null)
	return await Promise.all(streams.map((stream) => begun.get(stream.name) ?? following(stream)))
}
