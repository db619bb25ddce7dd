import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { BudgetSpent, createBudget } from '../../extract/budget.ts'
import { requestLog } from '../../server/request-log.ts'
import { openState, type State } from '../../server/state.ts'
import { smallConnection, startProject, startVendor, thing, vendorSource, vendorStreams } from './vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

/** A clock that waiting moves on. */
function startClock() {
	const clock = { now: Date.parse('2026-03-02T09:00:00Z') }
	const sleep = async (milliseconds: number) => {
		clock.now += milliseconds
	}
	return { clock, machineNow: () => clock.now, sleep }
}

async function openLog(): Promise<State> {
	const state = await openState(path.join(mkdtempSync(path.join(tmpdir(), 'budget-')), 'state.sqlite'))
	open.push(state)
	return state
}

/** Sends so many requests and answers when each was sent, in seconds from the start. */
async function send(
	budget: ReturnType<typeof createBudget>,
	machineNow: () => number,
	count: number,
	start = machineNow(),
) {
	const sent: number[] = []
	await Promise.all(
		Array.from({ length: count }, () => budget.use(async () => void sent.push((machineNow() - start) / 1000))),
	)
	return sent
}

/** The most that were sent in any stretch of so many seconds. */
function most(sent: number[], seconds: number): number {
	return Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + seconds).length))
}

test('no stretch of the window holds more requests than the vendor takes, and nearly as many are sent', async () => {
	const { machineNow, sleep } = startClock()
	const windows = [
		{ seconds: 10, requests: 100 },
		{ seconds: 60, requests: 250 },
	]
	const sent = await send(createBudget({ concurrency: 5, windows }, { machineNow, sleep }), machineNow, 1000)
	expect(most(sent, 10)).toBe(100)
	expect(most(sent, 60)).toBe(250)
	expect(sent.at(-1)).toBeLessThan(60 * 3 * 1.02 + 20.3)
})

test('a second process sees what the first one has sent, and so does the next after a crash', async () => {
	const { db } = await openLog()
	const { clock, machineNow, sleep } = startClock()
	const log = requestLog(db, 'erp')
	const windows = [{ seconds: 60, requests: 50 }]
	const start = machineNow()
	const first = createBudget({ concurrency: 2, windows }, { machineNow, sleep, log })
	const sent = await send(first, machineNow, 30, start)
	await first.close()
	clock.now += 5000
	const second = createBudget({ concurrency: 2, windows }, { machineNow, sleep, log })
	sent.push(...(await send(second, machineNow, 40, start)))
	await second.close()
	expect(most(sent, 60)).toBe(50)
	const others = requestLog(db, 'crm')
	expect(
		await send(createBudget({ concurrency: 2, windows }, { machineNow, sleep, log: others }), machineNow, 5),
	).toEqual([0, 0, 0, 0, 0])
})

test('two processes at once keep the window together, but for what the last second brought', async () => {
	const { db } = await openLog()
	const { machineNow, sleep } = startClock()
	const windows = [{ seconds: 60, requests: 60 }]
	const budgets = [1, 2].map(() =>
		createBudget({ concurrency: 1, perSecond: 5, windows }, { machineNow, sleep, log: requestLog(db, 'erp') }),
	)
	const start = machineNow()
	const sent = (await Promise.all(budgets.map((budget) => send(budget, machineNow, 100, start)))).flat()
	expect(most(sent, 60)).toBeLessThanOrEqual(60 + 10)
})

test('a day that is used up stops the run at once, and says until when', async () => {
	const { db } = await openLog()
	const { clock, machineNow, sleep } = startClock()
	const log = requestLog(db, 'erp')
	const windows = [{ seconds: 86_400, requests: 20 }]
	const budget = createBudget({ concurrency: 1, windows }, { machineNow, sleep, log })
	await Promise.all(Array.from({ length: 20 }, () => budget.use(async () => {}, 1)))
	expect(await budget.close()).toEqual([{ quota: 'requests in 24 hours', used: 20, maximum: 20 }])
	clock.now += 3_600_000
	const next = createBudget({ concurrency: 1, windows }, { machineNow, sleep, log })
	const refused = await next.use(async () => {}, 1).catch((error) => error)
	expect(refused).toBeInstanceOf(BudgetSpent)
	expect(refused.message).toBe('20 of 20 requests in 24 hours are used')
	expect(new Date(refused.until).toISOString()).toBe('2026-03-03T09:01:00.500Z')
	clock.now = refused.until
	await createBudget({ concurrency: 1, windows }, { machineNow, sleep, log }).use(async () => {}, 1)
})

test('of requests that wait, those that a month end needs go first; the last tenth of a day is theirs', async () => {
	const { machineNow, sleep } = startClock()
	const budget = createBudget({ concurrency: 1, windows: [{ seconds: 86_400, requests: 20 }] }, { machineNow, sleep })
	const order: string[] = []
	const results = await Promise.allSettled([
		...Array.from({ length: 18 }, () => budget.use(async () => void order.push('users'), 2)),
		...Array.from({ length: 3 }, () => budget.use(async () => void order.push('invoices'), 1)),
	])
	expect(order.slice(0, 5)).toEqual(['invoices', 'invoices', 'invoices', 'users', 'users'])
	expect(order).toHaveLength(18)
	const refused = results.filter((result) => result.status === 'rejected')
	expect(refused.map(({ reason }) => reason.message)).toEqual(
		Array(3).fill('18 of 20 requests in 24 hours are used; what is left is kept for what a month end needs first'),
	)
	await budget.use(async () => {}, 1)
})

test('a stream that is put off says so, keeps what it has, and its priority decides who that is', async () => {
	const streams = vendorStreams.map((stream) => ({
		...stream,
		...(stream.name === 'things' && { priority: 1 as const }),
	}))
	const vendor = await startVendor({
		thing: Array.from({ length: 30 }, (_, index) => thing(index + 1)),
		rate: Array.from({ length: 100 }, (_, index) => `{"id":${index + 1},"rate":1}`),
	})
	const source = vendorSource([streams[1]!, streams[0]!])
	source.budget = () => ({ concurrency: 1, windows: [{ seconds: 86_400, requests: 10 }] })
	const project = await startProject([smallConnection(vendor)], { sources: [source] })
	open.push(vendor, project)
	const { streams: outcomes } = await project.run()
	expect(outcomes.map(({ stream, outcome }) => [stream, outcome])).toEqual([
		['rates', 'stopped'],
		['things', 'loaded'],
	])
	expect(outcomes[0]!.error).toMatchObject({ code: 'vendor.quota', message: expect.stringContaining('month end') })
	expect(outcomes[0]!.error!.next).toMatch(
		/^run it again from 20\d\d-.* UTC on; it goes on from its last durable page$/,
	)
	const [usage] = await project.db.selectFrom('api_usage').selectAll().execute()
	expect(usage).toMatchObject({ quota: 'requests in 24 hours', maximum: 10 })
	expect(usage!.used).toBeGreaterThanOrEqual(9)
})
