import { createTask } from 'node-cron'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { latestDue, startScheduler } from '../../server/scheduler.ts'
import { stateFixture } from './state-fixture.ts'

let fixture: Awaited<ReturnType<typeof stateFixture>>
const log = pino({ level: 'silent' })
const jobs = [{ name: 'run', schedule: '0 2 * * *', words: ['run'] }]

beforeEach(async () => {
	fixture = await stateFixture()
})
afterEach(() => fixture.remove())

async function startAt(moment: string, exitCode = 0): Promise<string[]> {
	const ran: string[] = []
	const run = async (job: { words: string[] }) => {
		ran.push(job.words.join(' '))
		return exitCode
	}
	const scheduler = await startScheduler(
		{ jobs, timeZone: 'America/New_York', db: fixture.state.db },
		{ now: () => new Date(moment), log, run },
	)
	await scheduler.settled()
	await scheduler.stop()
	return ran
}

test('a job seen for the first time waits for its next moment', async () => {
	expect(await startAt('2026-11-04T09:00:00Z')).toEqual([])
})

test('a run that was missed while nothing was running is caught up once, however often it was missed', async () => {
	await startAt('2026-11-04T09:00:00Z')
	expect(await startAt('2026-11-08T12:00:00Z')).toEqual(['run'])
	expect(await startAt('2026-11-08T12:01:00Z')).toEqual([])
	const schedule = await fixture.state.db.selectFrom('schedules').selectAll().executeTakeFirstOrThrow()
	expect(schedule).toMatchObject({ last_due_at: '2026-11-08T07:00:00.000Z', last_outcome: 'succeeded' })
})

test('a run that fails is not started again before its next moment', async () => {
	await startAt('2026-11-04T09:00:00Z')
	expect(await startAt('2026-11-05T12:00:00Z', 3)).toEqual(['run'])
	expect(await startAt('2026-11-05T13:00:00Z')).toEqual([])
	expect(await startAt('2026-11-06T13:00:00Z')).toEqual(['run'])
})

test('a clock that went back starts nothing', async () => {
	await startAt('2026-11-04T09:00:00Z')
	expect(await startAt('2026-11-01T09:00:00Z')).toEqual([])
})

test('moments are of the company’s zone, also over a change of daylight saving time', () => {
	const task = createTask('30 1 * * *', () => {}, { timezone: 'America/New_York' })
	const due = (since: string, now: string) => latestDue(task, new Date(since), new Date(now))?.toISOString()
	expect(due('2026-10-31T12:00:00Z', '2026-11-01T05:45:00Z')).toBe('2026-11-01T05:30:00.000Z')
	expect(due('2026-11-01T12:00:00Z', '2026-11-02T12:00:00Z')).toBe('2026-11-02T06:30:00.000Z')
	expect(due('2026-11-02T06:30:00Z', '2026-11-02T12:00:00Z')).toBeUndefined()
	task.destroy()
})

test('of two servers of one project one starts what is due', async () => {
	await startAt('2026-11-04T09:00:00Z')
	const both = await Promise.all([startAt('2026-11-05T12:00:00Z'), startAt('2026-11-05T12:00:00Z')])
	expect(both.flat()).toEqual(['run'])
})
