import { hostname } from 'node:os'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { trust } from '../../models/trust.ts'
import type { Config } from '../../server/config.ts'
import { judgeFreshness } from '../../server/freshness.ts'
import { startScheduler } from '../../server/scheduler.ts'
import { streamLocks } from '../../server/stream-locks.ts'
import { stateFixture } from './state-fixture.ts'

// The machine's clock jumps a year forward, and back again.
const right = Date.parse('2026-11-04T09:00:00Z')
const ahead = Date.parse('2027-11-04T09:00:00Z')
const hour = 3_600_000
const log = pino({ level: 'silent' })
let fixture: Awaited<ReturnType<typeof stateFixture>>

beforeEach(async () => {
	fixture = await stateFixture()
})
afterEach(() => fixture.remove())

describe('the schedule', () => {
	/** Starts the schedule of one job at two in the night, and says how often it ran. */
	async function runsAt(moment: number): Promise<number> {
		let runs = 0
		const jobs = [{ name: 'run', schedule: '0 2 * * *', words: ['run'] }]
		const run = async () => {
			runs++
			return 0
		}
		const scheduler = await startScheduler(
			{ jobs, timeZone: 'America/New_York', db: fixture.state.db },
			{ now: () => new Date(moment), log, run },
		)
		await scheduler.settled()
		await scheduler.stop()
		return runs
	}

	test('catches up once after a jump forward, and does not rest for a year after the jump back', async () => {
		expect(await runsAt(right)).toBe(0)
		expect(await runsAt(ahead)).toBe(1)
		expect(await runsAt(right + hour)).toBe(0)
		const row = await fixture.state.db.selectFrom('schedules').selectAll().executeTakeFirstOrThrow()
		expect(row).toMatchObject({
			last_due_at: new Date(right + hour).toISOString(),
			last_outcome: 'the clock went back',
		})
		expect(await runsAt(right + 24 * hour)).toBe(1)
	})

	test('does nothing twice when the clock steps back by seconds', async () => {
		await runsAt(right)
		const due = Date.parse('2026-11-05T07:00:00Z')
		expect(await runsAt(due + 1000)).toBe(1)
		expect(await runsAt(due - 20_000)).toBe(0)
		expect(await runsAt(due + 5000)).toBe(0)
	})
})

describe('a lock', () => {
	const other = { host: 'another-machine', pid: 7, isAlive: () => true }
	const beat = (moment: number) =>
		fixture.state.db
			.updateTable('stream_locks')
			.set({ beat_at: new Date(moment).toISOString() })
			.execute()

	test('of a living process on another machine is not taken over because this clock jumped forward', async () => {
		await streamLocks(fixture.state.db, { ...other, now: () => right }).take('pipeline')
		const here = streamLocks(fixture.state.db, { now: () => ahead, sleep: () => beat(right + 20_000) })
		expect(await here.take('pipeline')).toEqual({ holder: 'process 7 on another-machine' })
	})

	test('of a dead process on another machine is taken over, also when it beat by a clock that was ahead', async () => {
		await streamLocks(fixture.state.db, { ...other, now: () => ahead }).take('pipeline')
		const watched: number[] = []
		const sleep = async (milliseconds: number) => watched.push(milliseconds)
		expect(await streamLocks(fixture.state.db, { now: () => right, sleep }).take('pipeline')).toHaveProperty('release')
		expect(watched).toEqual([30_000])
	})

	test('that beat a moment ago is left alone without watching', async () => {
		await streamLocks(fixture.state.db, { ...other, now: () => right }).take('pipeline')
		const sleep = () => Promise.reject(new Error('nobody needs to wait'))
		expect(await streamLocks(fixture.state.db, { now: () => right + 30_000, sleep }).take('pipeline')).toHaveProperty(
			'holder',
		)
	})

	test('of this machine goes by the process alone, whatever the clock', async () => {
		const mine = { host: hostname(), pid: process.pid }
		await streamLocks(fixture.state.db, { ...mine, now: () => right, isAlive: () => true }).take('pipeline')
		const at = (now: number, isAlive: boolean) =>
			streamLocks(fixture.state.db, { ...mine, now: () => now, isAlive: () => isAlive }).take('pipeline')
		expect(await at(ahead, true)).toHaveProperty('holder')
		expect(await at(right - 400 * 24 * hour, true)).toHaveProperty('holder')
		expect(await at(right, false)).toHaveProperty('release')
	})
})

describe('freshness', () => {
	async function judged(now: number) {
		const config = { connections: [{ name: 'crm', streams: {} }], owners: { default: 'ana' } } as unknown as Config
		const limits = [{ connection: 'crm', stream: 'things', warn: 60, error: 120 }]
		const [result] = await judgeFreshness(fixture.state.db, config, limits, new Date(now))
		return result!
	}

	test('is no pass while a stream is read up to a moment that is yet to come', async () => {
		await fixture.state.db
			.insertInto('stream_cursors')
			.values({
				connection: 'crm',
				stream: 'things',
				watermark: new Date(ahead).toISOString(),
				run_id: 'x',
				updated_at: '',
			})
			.execute()
		expect(await judged(ahead)).toMatchObject({ status: 'pass', age_minutes: 0 })
		expect(await judged(ahead - 60_000)).toMatchObject({ status: 'pass', age_minutes: 0 })
		const late = await judged(right)
		expect(late).toMatchObject({ status: 'fail', age_minutes: (right - ahead) / 60_000 })
		const { reasons } = trust({
			freshness: [late],
			checks: [],
			certificates: [],
			quarantine: [],
			unexplained: { currency: 'USD', periods: [] },
		} as never)
		expect(JSON.stringify(reasons)).toContain('crm.things was read 365 d ahead of the clock')
	})
})
