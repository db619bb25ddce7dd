import type { Kysely } from 'kysely'
import { createTask, type ScheduledTask } from 'node-cron'
import { Temporal } from 'temporal-polyfill'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'
import type { StateSchema } from './state.ts'

/** Something that is due by a cron expression, in the company's time zone: the words of the command that does it. */
export type Job = { name: string; schedule: string; words: string[] }

/** A running schedule. `settled` resolves when nothing is under way; `stop` starts nothing more. */
export type Scheduler = { settled(): Promise<void>; stop(): Promise<void>; next(): { name: string; at: Date }[] }

export type SchedulerEffects = {
	now?: () => Date
	log: Logger
	/** Does a job and gives its exit code. */
	run: (job: Job) => Promise<number>
}

/** A clock may step back so far without harm: what was due then is not done again. Milliseconds. */
const clockTolerance = 300_000

/** Timers know nothing of a clock that is set, or of a machine that slept: it is also looked so often. Milliseconds. */
const lookEvery = 60_000

/** How far back a missed run is looked for: a monthly one is found too. */
const lookBackMinutes = 32 * 24 * 60

/** The jobs of a project: the whole run, and streams that have a cadence of their own, those with the same one together. */
export function jobsOf(config: Config): Job[] {
	const whole: Job[] = config.schedule === 'off' ? [] : [{ name: 'run', schedule: config.schedule, words: ['run'] }]
	const read = config.connections.filter(({ enabled }) => enabled !== false)
	const streams = read.flatMap((connection) =>
		Object.entries(connection.streams)
			.filter(([, stream]) => stream.schedule && stream.schedule !== 'off' && stream.enabled !== false)
			.map(([name, stream]) => ({ schedule: stream.schedule!, stream: `${connection.name}.${name}` })),
	)
	const groups = Map.groupBy(streams, (one) => one.schedule)
	return [
		...whole,
		...[...groups].map(([schedule, list]) => {
			const names = list.map((one) => one.stream).sort()
			return { name: `run ${names.join(' ')}`, schedule, words: ['run', ...names] }
		}),
	]
}

/**
 * Starts the schedule and remembers it: a run that was missed while nothing was running is caught up at once, one time however often
 * it was missed. A job seen for the first time waits for its next moment. Jobs run one after the other.
 */
export async function startScheduler(
	{ jobs, timeZone, db }: { jobs: readonly Job[]; timeZone: string; db: Kysely<StateSchema> },
	{ now = () => new Date(), log, run }: SchedulerEffects,
): Promise<Scheduler> {
	let line: Promise<void> = Promise.resolve()
	let isStopped = false
	const tasks = new Map<Job, ScheduledTask>()
	const moments = new Map(jobs.map((job) => [job, dueMoments(job.schedule, timeZone)]))
	const due = (job: Job) => {
		line = line
			.then(() => (isStopped ? undefined : runIfDue(job)))
			.catch((error) => log.error({ error, job: job.name }, 'a scheduled run could not be started'))
		return line
	}
	for (const job of jobs) {
		const task = createTask(job.schedule, () => due(job), {
			timezone: timeZone,
			name: job.name,
			suppressMissedWarning: true,
		})
		tasks.set(job, task)
		await remember(job)
		void due(job)
		await task.start()
	}
	const timer = setInterval(() => {
		for (const job of jobs) void due(job)
	}, lookEvery)
	timer.unref()
	return {
		settled: () => line,
		next: () =>
			[...tasks].flatMap(([job, task]) => (task.getNextRun() ? [{ name: job.name, at: task.getNextRun()! }] : [])),
		stop: async () => {
			isStopped = true
			clearInterval(timer)
			for (const task of tasks.values()) await task.destroy()
		},
	}

	async function remember(job: Job): Promise<void> {
		const row = { name: job.name, last_due_at: now().toISOString(), last_outcome: null }
		await db
			.insertInto('schedules')
			.values(row)
			.onConflict((conflict) => conflict.doNothing())
			.execute()
	}

	async function runIfDue(job: Job): Promise<void> {
		const row = await db.selectFrom('schedules').selectAll().where('name', '=', job.name).executeTakeFirstOrThrow()
		const at = now()
		if (Date.parse(row.last_due_at) > at.getTime() + clockTolerance) return await goOnFromNow(job, row.last_due_at, at)
		const latest = moments.get(job)!.latest(new Date(row.last_due_at), at)
		if (!latest) return
		if (now().getTime() - latest.getTime() > 60_000)
			log.warn({ job: job.name, due: latest.toISOString() }, 'a missed run is caught up')
		// Written first: a run that takes the process down with it is not started again and again.
		if (!(await claim(job, row.last_due_at, latest.toISOString()))) return
		const exitCode = await run(job)
		await note(job, latest.toISOString(), exitCode === 0 ? 'succeeded' : `exit code ${exitCode}`)
	}

	/** True for one of all servers of the project: whoever writes first has the moment. */
	async function claim(job: Job, before: string, last_due_at: string): Promise<boolean> {
		const { numUpdatedRows } = await db
			.updateTable('schedules')
			.set({ last_due_at, last_outcome: 'started' })
			.where('name', '=', job.name)
			.where('last_due_at', '=', before)
			.executeTakeFirstOrThrow()
		return numUpdatedRows > 0n
	}

	/** A clock that was ahead left a moment that is yet to come: until then the job would rest. */
	async function goOnFromNow(job: Job, ahead: string, at: Date): Promise<void> {
		log.warn({ job: job.name, last_due_at: ahead }, 'the clock went back: the schedule goes on from now')
		await note(job, at.toISOString(), 'the clock went back')
	}

	async function note(job: Job, last_due_at: string, last_outcome: string): Promise<void> {
		await db.updateTable('schedules').set({ last_due_at, last_outcome }).where('name', '=', job.name).execute()
	}
}

/** When a cron expression is due in a time zone. `latest`: the newest moment after `since` and up to `now`; undefined when there was none. */
export type DueMoments = { latest(since: Date, now: Date): Date | undefined }

/**
 * Local times that a change of the clocks skips are due when it has happened; those that it brings twice are due the first time. What is
 * due in every hour goes by the hours that pass. As cron does it: ISC cron, cron(8), "Daylight Saving Time and other time changes".
 * A clock that went back is no moment.
 */
export function dueMoments(schedule: string, timeZone: string): DueMoments {
	const minute = 60_000
	// Matched as local times, of which the zone of the task must skip none.
	const task = createTask(schedule, () => {}, { timezone: 'UTC', suppressMissedWarning: true })
	const isHourly = ['*', '*/1', '0-23'].includes(schedule.trim().split(/\s+/).at(-4) ?? '')
	const isDue = (local: number) => task.match(new Date(local))
	// The minutes in which nothing was due are not looked at every minute again.
	let nothing = { since: Number.NaN, until: Number.NaN }
	return {
		latest: (since, now) => {
			const last = Math.floor(now.getTime() / minute) * minute
			const isLooked = nothing.since === since.getTime() && nothing.until <= last
			const begin = Math.max(since.getTime(), isLooked ? nothing.until : 0)
			const oldest = Math.max(begin, now.getTime() - lookBackMinutes * minute)
			let at = last
			while (at > oldest) {
				const { begins, before, offset } = clocksAt(timeZone, at)
				for (; at >= begins && at > oldest; at -= minute) {
					const isSecondTime = at + offset < begins + before
					if (isDue(at + offset) && (isHourly || !isSecondTime)) return new Date(at)
					if (at > begins || isHourly) continue
					for (let skipped = begins + before; skipped < begins + offset; skipped += minute)
						if (isDue(skipped)) return new Date(at)
				}
			}
			nothing = { since: since.getTime(), until: last }
			return undefined
		},
	}
}

/** Since when (epoch ms) a zone's clocks go as they do at a moment, and what they add to UTC since then and before (ms). */
function clocksAt(timeZone: string, at: number): { begins: number; before: number; offset: number } {
	const zoned = (moment: number) =>
		Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(timeZone) as Temporal.ZonedDateTime
	const offsetAt = (moment: number) => zoned(moment).offsetNanoseconds / 1e6
	const offset = offsetAt(at)
	const change = zoned(at + 1).getTimeZoneTransition('previous')
	if (!change) return { begins: Number.NEGATIVE_INFINITY, before: offset, offset }
	return { begins: change.epochMilliseconds, before: offsetAt(change.epochMilliseconds - 1), offset }
}
