import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dueMoments, startScheduler } from '../../server/scheduler.ts'
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

const dueIn = (schedule: string, timeZone: string) => {
	const moments = dueMoments(schedule, timeZone)
	return (since: string, now: string) => moments.latest(new Date(since), new Date(now))?.toISOString()
}

test('moments are of the company’s zone, also over a change of daylight saving time', () => {
	const due = dueIn('30 1 * * *', 'America/New_York')
	expect(due('2026-10-31T12:00:00Z', '2026-11-01T05:45:00Z')).toBe('2026-11-01T05:30:00.000Z')
	expect(due('2026-11-01T12:00:00Z', '2026-11-02T12:00:00Z')).toBe('2026-11-02T06:30:00.000Z')
	expect(due('2026-11-02T06:30:00Z', '2026-11-02T12:00:00Z')).toBeUndefined()
})

// Each: what is due while the clocks change, looked for every minute, as a running schedule does it.
test.each([
	['the hour that is skipped', '30 2 * * *', 'Europe/Berlin', '2026-03-29', ['01:00']],
	['the hour that is skipped', '30 2 * * *', 'America/New_York', '2026-03-08', ['07:00']],
	['the half hour that is skipped', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03', ['15:30']],
	['a midnight that is skipped', '0 0 * * *', 'America/Santiago', '2026-09-06', ['04:00']],
	['an hour before it', '30 1 * * *', 'Europe/Berlin', '2026-03-29', ['00:30', '23:30']],
	['the hour that comes twice', '30 2 * * *', 'Europe/Berlin', '2026-10-25', ['00:30']],
	['the hour that comes twice', '30 1 * * *', 'America/New_York', '2026-11-01', ['05:30']],
	['the half hour that comes twice', '45 1 * * *', 'Australia/Lord_Howe', '2026-04-04', ['14:45']],
	[
		'every second hour, one of them skipped',
		'0 */2 * * *',
		'Europe/Berlin',
		'2026-03-29',
		hours([1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]),
	],
	[
		'every hour, of 25',
		'0 * * * *',
		'Europe/Berlin',
		'2026-10-25',
		hours(Array.from({ length: 23 }, (_, at) => at + 1)),
	],
	[
		'every half hour, of 23 hours',
		'*/30 * * * *',
		'America/New_York',
		'2026-03-08',
		Array.from({ length: 47 }, (_, at) => clockOf((at + 1) * 30)),
	],
	['no change at all', '0 5 * * *', 'Pacific/Kiritimati', '2026-03-29', ['15:00']],
	['no change at all', '0 5 * * *', 'Pacific/Pago_Pago', '2026-03-29', ['16:00']],
	['a leap day', '0 5 29 2 *', 'Pacific/Pago_Pago', '2028-02-29', ['16:00']],
	['the last night of the year', '0 5 1 1 *', 'Pacific/Kiritimati', '2026-12-31', ['15:00']],
])('what is due is due once: %s (%s, %s)', (_, schedule, timeZone, day, expected) => {
	const due = dueIn(schedule, timeZone)
	const from = Date.parse(`${day}T00:00:00Z`)
	const found: string[] = []
	let since = new Date(from).toISOString()
	for (let at = from; at < from + 86_400_000; at += 60_000) {
		const latest = due(since, new Date(at).toISOString())
		if (latest === undefined) continue
		found.push(latest.slice(11, 16))
		since = latest
	}
	expect(found).toEqual(expected)
})

function hours(list: readonly number[]): string[] {
	return list.map((hour) => clockOf(hour * 60))
}

function clockOf(minutes: number): string {
	return new Date(minutes * 60_000).toISOString().slice(11, 16)
}

test('a skipped moment is due also where it is looked for days later, and then no more', () => {
	const due = dueIn('30 2 29 3 *', 'Europe/Berlin')
	expect(due('2026-03-20T00:00:00Z', '2026-04-05T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z')
	expect(due('2026-03-29T01:00:00Z', '2026-04-05T00:00:00Z')).toBeUndefined()
})

test('of two servers of one project one starts what is due', async () => {
	await startAt('2026-11-04T09:00:00Z')
	const both = await Promise.all([startAt('2026-11-05T12:00:00Z'), startAt('2026-11-05T12:00:00Z')])
	expect(both.flat()).toEqual(['run'])
})
