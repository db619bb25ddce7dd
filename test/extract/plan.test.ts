import { existsSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { type ConnectionPlan, planRun } from '../../extract/plan.ts'
import { withLimits } from '../../extract/plan-limits.ts'
import type { StreamPlan } from '../../extract/plan-stream.ts'
import type { RunEffects, RunRequest } from '../../extract/run.ts'
import type { SandboxOptions } from '../../extract/sandbox/options.ts'
import type { Pair } from '../../extract/sandbox/world/systems.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isThorough, rounds } from '../thorough.ts'
import { sandboxConnections } from './sandboxes.ts'
import { startProject } from './vendor.ts'

const day = 86_400_000
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

async function setUp(crm: Pair['crm'], erp: Pair['erp'], more: SandboxOptions = {}, only?: string[]) {
	const sandboxes = await startCompany({ pair: { crm, erp }, scale: 0.02, serviceMilliseconds: 0, ...more })
	const connections = sandboxConnections(sandboxes).filter(({ name }) => !only || only.includes(name))
	// The real minute would make a test wait for it.
	for (const one of connections.filter(({ kind }) => kind === 'xero')) {
		one.options['requests_per_minute'] = 1000
		if (more.dailyRequests) one.options['requests_per_day'] = more.dailyRequests.limit
	}
	const project = await startProject(connections)
	open.push(sandboxes, project)
	const { now } = sandboxes
	const request = (given: Omit<RunRequest, 'connections'>) => ({ connections, ...given })
	return {
		sandboxes,
		project,
		plan: (given: Omit<RunRequest, 'connections'> = {}) => planRun(request(given), project.resources, { now }),
		run: async (given: Omit<RunRequest, 'connections'> = {}, effects: RunEffects = {}) => {
			project.clock.now = now()
			return await project.run(given, { now, ...effects })
		},
	}
}

function callsOf(plans: ConnectionPlan[]): Record<string, number> {
	return Object.fromEntries(plans.map(({ connection, calls }) => [connection, calls]))
}

const faithful = { requestsPerMinute: 1000 }

test('what a plan of Salesforce and NetSuite says is what the run then asks: at first, a week later, everything again', async () => {
	const { sandboxes, plan, run } = await setUp('salesforce', 'netsuite')
	const turns = [
		[0, false],
		[8 * day, false],
		[0, true],
	] as const
	for (const [wait, full] of rounds(turns, 2)) {
		sandboxes.setClock(sandboxes.now() + wait)
		const planned = await plan({ full })
		expect(callsOf(planned)).toEqual((await run({ full })).requests)
	}
})

test.runIf(isThorough)(
	'a plan of HubSpot and Xero, which count less, is within a tenth of what the run asks',
	async () => {
		const { sandboxes, plan, run } = await setUp('hubspot', 'xero', faithful, ['crm', 'erp_us'])
		const refused = () => sandboxes.requests().hubspot.byStatus['429'] ?? 0
		for (const wait of [0, day]) {
			sandboxes.setClock(sandboxes.now() + wait)
			const planned = callsOf(await plan())
			const before = refused()
			const { requests } = await run()
			// A run that follows its plan within the second has some searches refused, and asks them again.
			const asked: Record<string, number> = { ...requests, crm: requests['crm']! - (refused() - before) }
			for (const [name, real] of Object.entries(asked)) {
				expect(Math.abs(planned[name]! - real) / real, `${name}: ${planned[name]} planned, ${real} asked`).toBeLessThan(
					0.1,
				)
			}
		}
	},
)

test('a plan asks for counts alone, at most one of each stream at first, and leaves nothing behind', async () => {
	const { sandboxes, project, plan } = await setUp('salesforce', 'netsuite')
	const planned = await plan()
	const seen = sandboxes.requests()
	expect(Object.keys(seen.salesforce.byRoute).sort()).toEqual([
		'GET /services/data/v66.0/queryAll',
		'POST /services/oauth2/token',
	])
	expect(seen.salesforce.requests).toBe(planned[0]!.streams.length + 1)
	// What is asked for by keys has nothing to count.
	expect(seen.netsuite.requests).toBe(planned[1]!.streams.length - 2 + 1)
	expect(planned.map(({ asked, streams }) => asked - streams.length)).toEqual([0, -2])
	expect(await project.db.selectFrom('stream_runs').selectAll().execute()).toEqual([])
	expect(await project.db.selectFrom('stream_descriptions').selectAll().execute()).toEqual([])
	expect(existsSync(project.resources.landing)).toBe(false)
})

test('of a run that broke off only what is left is planned', async () => {
	const { plan, run } = await setUp('salesforce', 'netsuite', { scale: 0.2 }, ['erp'])
	const streams = ['transaction_lines']
	const whole = (await plan({ streams }))[0]!
	const stop = new AbortController()
	let pages = 0
	await run(
		{ streams },
		{
			signal: stop.signal,
			partBytes: 1,
			progress: ({ type }) => void (type === 'page' && ++pages === 3 && stop.abort()),
		},
	)
	const rest = (await plan({ streams }))[0]!
	expect(whole.streams[0]).toMatchObject({ isResumed: false, isTurn: false, kind: 'full' })
	expect(rest.streams[0]).toMatchObject({ isResumed: true, kind: 'full' })
	expect(rest.calls).toBeLessThan(whole.calls)
	expect(rest.calls).toBe((await run({ streams })).requests['erp'])
})

test('a stream that may not be read says so, and the others are planned', async () => {
	const { sandboxes, plan } = await setUp('salesforce', 'netsuite')
	sandboxes.setHidden('netsuite', 'employee', null, true)
	const [, erp] = await plan({ streams: ['employees', 'items'] })
	expect(erp!.streams.map(({ stream, problem }) => [stream, problem === null])).toEqual([
		['items', true],
		['employees', false],
	])
})

test('where the day has little left, what a month end needs goes first, and the plan names what is put off', async () => {
	const used = { limit: 1000, usedByOthers: 783 }
	const { plan } = await setUp('hubspot', 'xero', { ...faithful, dailyRequests: used }, ['erp_us'])
	const [erp] = await plan()
	const told = erp!.limits.find(({ isTold }) => isTold)!
	expect(told).toMatchObject({ isEnough: false, maximum: 1000, used: 791 })
	expect(erp!.streams.filter(({ putOffBy }) => putOffBy !== null).length).toBeGreaterThan(0)
})

function streamPlan(stream: string, calls: number, priority = 2): StreamPlan {
	const parts = { describe: 0, records: calls, deletions: 0, keys: 0, counts: 0 }
	return {
		...{ stream, calls, priority, parts, kind: 'full' as const, records: calls, basis: 'counted' as const },
		...{ isResumed: false, isTurn: false, problem: null },
	}
}

test('a window gives its last tenth to what a month end needs first, a quota its last fifth to nobody', () => {
	const streams = [streamPlan('contacts', 50), streamPlan('invoices', 45, 1), streamPlan('items', 10)]
	const window = { quota: 'requests in 24 hours', seconds: 86_400, used: 0, maximum: 100 }
	const inWindow = withLimits(streams, { windows: [window], told: null })
	expect(inWindow.streams.map(({ putOffBy }) => putOffBy)).toEqual([
		'requests in 24 hours',
		null,
		'requests in 24 hours',
	])
	const told = { quota: 'requests today', used: 700, maximum: 1000 }
	const inQuota = withLimits(streams, { windows: [], told })
	expect(inQuota.limits).toEqual([{ ...told, left: 100, isTold: true, isEnough: false }])
	expect(inQuota.streams.map(({ putOffBy }) => putOffBy)).toEqual(['requests today', null, 'requests today'])
})

test('short windows put nothing off: the plan says how long they make it take', () => {
	const minute = { quota: 'requests in a minute', seconds: 60, used: 10, maximum: 60 }
	const limits = { windows: [minute], told: null }
	expect(withLimits([streamPlan('invoices', 50)], limits)).toMatchObject({ seconds: 0, limits: [] })
	expect(withLimits([streamPlan('invoices', 51)], limits)).toMatchObject({ seconds: 60 })
	expect(withLimits([streamPlan('invoices', 171)], limits)).toMatchObject({ seconds: 180 })
	expect(withLimits([streamPlan('invoices', 50)], { ...limits, perSecond: 2 })).toMatchObject({ seconds: 25 })
})
