import { afterEach, expect, test } from 'vitest'
import { planRun } from '../../extract/plan.ts'
import type { Reconcile } from '../../extract/reconcile.ts'
import { type RunEffects, runStreams } from '../../extract/run.ts'
import type { Source } from '../../extract/source.ts'
import { smallConnection, startProject, startVendor, thing, vendorSource, vendorStreams } from './vendor.ts'

const day = 24 * 3_600_000
const week: Reconcile = { every: 7 * 24 * 60, requests: 1000 }
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

const things = (count: number) => Array.from({ length: count }, (_, index) => thing(index + 1))
/** The amount changes, the stamp does not: what a merge, a rename of a parent or a formula does. */
const unstamped = thing(3, { amount: '99.00' })

async function setUp(objects: Record<string, string[]>, source: Source = vendorSource()) {
	const vendor = await startVendor(objects)
	const connections = [smallConnection(vendor)]
	const project = await startProject(connections, { sources: [source] })
	open.push(vendor, project)
	const run = async (later: number, reconcile: Reconcile = week, effects: RunEffects = {}) => {
		project.clock.now += later
		vendor.asked.length = 0
		const request = { connections, reconcile, streams: source.streams.map(({ name }) => name) }
		const now = () => project.clock.now
		return (await runStreams(request, project.resources, { now, sleep: async () => {}, ...effects })).streams
	}
	const kinds = async (names: string[]) => {
		const cursors = await Promise.all(names.map((name) => project.resources.state.cursor('crm', name)))
		return names.filter((_, index) => cursors[index]!.fullAt === project.clock.now)
	}
	return { vendor, project, connections, run, kinds }
}

const amounts = `select amount from (select *, row_number() over (partition by _key order by _extracted_at desc) as version
	from raw.small__things) where version = 1 and not _deleted and id = '3'`

test('what changes without a new stamp is found when the stream has its turn to be read whole, and not before', async () => {
	const { vendor, project, run } = await setUp({ thing: things(30), rate: [] })
	await run(0)
	vendor.objects['thing']![2] = unstamped
	await run(6 * day)
	expect(await project.rows(amounts)).toEqual([{ amount: '10.50' }])
	const [whole] = await run(1.5 * day)
	expect(whole).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect(await project.rows(amounts)).toEqual([{ amount: '99.00' }])
	// From then on a week counts again.
	vendor.objects['thing']![2] = thing(3, { amount: '1.00' })
	await run(day)
	expect(await project.rows(amounts)).toEqual([{ amount: '99.00' }])
})

test('streams take turns: a run reads whole what its budget takes, the longest overdue first, one in any case', async () => {
	const names = ['things', 'others', 'more']
	const streams = names.map((name) => ({ ...vendorStreams[0]!, name }))
	const { run, kinds } = await setUp({ thing: things(30) }, vendorSource(streams))
	await run(0)
	// Each takes 3 pages, and as many for the keys.
	const tight = { ...week, requests: 8 }
	await run(8 * day, tight)
	expect(await kinds(names)).toEqual(['things'])
	await run(day, tight)
	expect(await kinds(names)).toEqual(['others'])
	await run(day, { ...week, requests: 1 })
	expect(await kinds(names)).toEqual(['more'])
	await run(day, tight)
	expect(await kinds(names)).toEqual([])
	await run(7 * day)
	expect(await kinds(names)).toEqual(names)
})

test('a source may say that a stream is read whole more often; what is configured for the stream, or off, counts', async () => {
	const stream = { ...vendorStreams[0]!, whole: 24 * 60 }
	const { run, kinds } = await setUp({ thing: things(5) }, vendorSource([stream]))
	await run(0)
	await run(1.5 * day)
	expect(await kinds(['things'])).toEqual(['things'])
	await run(1.5 * day, { ...week, streams: { 'crm.things': 48 * 60 } })
	expect(await kinds(['things'])).toEqual([])
	await run(30 * day, { ...week, every: null })
	expect(await kinds(['things'])).toEqual([])
	await run(1000, { ...week, every: 60 })
	expect(await kinds(['things'])).toEqual(['things'])
})

test('a stream may have an interval of its own, or none', async () => {
	const { run, kinds } = await setUp({ thing: things(5), rate: [] })
	await run(0)
	await run(30 * day, { every: 7 * 24 * 60, requests: 1000, streams: { 'crm.things': null } })
	expect(await kinds(['things'])).toEqual([])
	await run(day, { every: null, requests: 1000, streams: { 'crm.things': 60 } })
	expect(await kinds(['things'])).toEqual(['things'])
})

test('however much may be asked for it, nine tenths of a daily limit are left', async () => {
	const names = ['things', 'others']
	const streams = names.map((name) => ({ ...vendorStreams[0]!, name }))
	const budget = () => ({ concurrency: 2, windows: [{ seconds: 86_400, requests: 80 }] })
	const { run, kinds } = await setUp({ thing: things(30) }, { ...vendorSource(streams), budget })
	await run(0)
	await run(8 * day)
	expect(await kinds(names)).toEqual(['things'])
})

test('a run that broke off while it read a stream whole goes on with it', async () => {
	const { vendor, project, run, kinds } = await setUp({ thing: things(60), rate: [] })
	await run(0)
	vendor.objects['thing']![2] = unstamped
	const stop = new AbortController()
	const outcomes = await run(8 * day, week, {
		signal: stop.signal,
		partBytes: 100,
		progress: (event) => {
			if (event.type === 'page' && event.pages === 2) stop.abort()
		},
	})
	expect(outcomes[0]!.outcome).toBe('stopped')
	await run(day)
	expect(await kinds(['things'])).toEqual(['things'])
	expect(vendor.asked.filter((asked) => asked.startsWith('GET /data/thing') && !asked.includes('after='))).toHaveLength(
		1,
	)
	expect(await project.rows(amounts)).toEqual([{ amount: '99.00' }])
})

test('the plan of a run says whose turn it is', async () => {
	const { project, connections, run } = await setUp({ thing: things(30), rate: [] })
	await run(0)
	const planned = async () => {
		const now = () => project.clock.now
		const [plan] = await planRun({ connections, reconcile: week }, project.resources, { now })
		return plan!.streams.map(({ stream, kind, isTurn }) => ({ stream, kind, isTurn }))
	}
	project.clock.now += 6 * day
	expect(await planned()).toContainEqual({ stream: 'things', kind: 'incremental', isTurn: false })
	project.clock.now += 2 * day
	expect(await planned()).toContainEqual({ stream: 'things', kind: 'full', isTurn: true })
})
