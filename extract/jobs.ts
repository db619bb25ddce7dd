import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import type { JobPlan, Query, Reading } from './source.ts'
import type { StreamRun } from './state.ts'
import type { LoadEffects } from './stream-load.ts'
import type { StreamJob } from './stream-run.ts'
import { vendorCause } from './vendor-error.ts'

/** What is kept of a job at the vendor, or why there is none. */
type KeptJob = { job: string; rows: number } | { refused: string }

/** Milliseconds: the first wait, how it grows, and how long a run waits before it leaves the job to the next one. */
const [firstWait, growth, longestWait, patience] = [1000, 1.5, 30_000, 3_600_000]

/**
 * The pages of a job that the vendor does for a large first read: made once, found again by a later run of the same (its name is durable
 * before it is waited for), waited for. Null when the stream is to be read like any other: it is small, the vendor refused or failed the
 * job (`notes` says why), or reading has begun already. Throws `job.gone` when pages are landed of a job that the vendor no longer has.
 */
export async function jobReading(
	{ source, state, client, stream, connection }: StreamJob,
	run: StreamRun,
	query: Query<Record<string, unknown>>,
	{ notes, sleep = delay }: Pick<LoadEffects, 'sleep'> & { notes: string[] },
): Promise<Reading | null> {
	if (!source.job) return null
	const kept = (await state.vendorJob(run.runId, 'records')) as KeptJob | null
	const landed = (await state.parts(run.runId)).filter(({ purpose }) => purpose === 'records')
	if (landed.at(-1)?.resume === null) return null
	const hasBegun = landed.length > 0
	if (kept && 'refused' in kept) return refused(kept.refused)
	if (!kept && (hasBegun || run.kind !== 'full')) return null
	const rows = kept ? kept.rows : ((await source.count?.(query, client.ask))?.rows ?? 0)
	const plan = source.job(query, rows)
	if (!plan) return hasBegun ? gone() : null
	try {
		const job = kept?.job ?? (await create(plan))
		return plan.results(job, await finished(plan, job))
	} catch (error) {
		const cause = vendorCause(error)
		if (cause && kept && plan.isGone(cause.code)) return hasBegun ? gone() : await refuse('the vendor no longer has it')
		if (error instanceof JobFailed || (cause && plan.isRefusal(cause.code, cause.message)))
			return hasBegun ? gone() : await refuse((error as Error).message)
		throw error
	}

	async function create({ create: request, nameOf }: JobPlan): Promise<string> {
		const { json } = await client.ask(request)
		const job = nameOf(json)
		await state.noteVendorJob(run.runId, 'records', { job, rows })
		return job
	}

	async function finished({ poll, progress }: JobPlan, job: string): Promise<number> {
		for (let wait = firstWait, waited = 0; ; wait = Math.min(wait * growth, longestWait)) {
			const answer = progress((await client.ask(poll(job))).json)
			if (answer.state === 'done') return answer.rows
			if (answer.state === 'failed') throw new JobFailed(answer.message)
			if (waited >= patience) throw unfinished()
			await sleep(wait)
			waited += wait
		}
	}

	async function refuse(reason: string): Promise<null> {
		await state.noteVendorJob(run.runId, 'records', { refused: reason })
		return refused(reason)
	}

	function refused(reason: string): null {
		notes.push(`read page by page, not as a bulk job: ${reason}`)
		return null
	}

	function unfinished(): TieoutError {
		const cause = { action: 'quota' as const, code: 'job', message: 'the job is still under way', attempts: 1 }
		return new TieoutError(
			'vendor',
			'vendor.quota',
			`${source.title} is still preparing ${stream.name} after an hour`,
			{
				where: `${connection.name}.${stream.name}`,
				next: 'run it again later: it picks the same job up',
				cause,
			},
		)
	}
}

class JobFailed extends Error {}

/** The pages that are landed and those that would follow are of two different reads: the run begins anew. */
export function gone(): never {
	throw new TieoutError('vendor', 'job.gone', 'the vendor no longer has the job of which pages are landed', {
		next: 'nothing: it is read anew',
	})
}

/** Must the run be given up, and begun anew? */
export function isGone(error: unknown): boolean {
	return error instanceof TieoutError && error.code === 'job.gone'
}
