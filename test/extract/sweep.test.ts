import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { decideHeldRun, replayLanding } from '../../extract/replay.ts'
import { runStreams } from '../../extract/run.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isThorough, rounds } from '../thorough.ts'
import { sandboxConnections, tablesOfChanges } from './sandboxes.ts'
import { type Interference, smallConnection, startProject, startVendor, thing, vendorSource } from './vendor.ts'

const day = 24 * 3_600_000
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

const things = (count: number) => Array.from({ length: count }, (_, index) => thing(index + 1))
const live = `select id from (select *, row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as version
	from raw.small__things) where version = 1 and not _deleted order by cast(id as integer)`

async function setUp(
	count: number,
	options: Record<string, unknown> = {},
	interfere?: Interference,
	source = vendorSource(),
) {
	const vendor = await startVendor({ thing: things(count) }, interfere)
	const project = await startProject([smallConnection(vendor, options)], { sources: [source] })
	open.push(vendor, project)
	await project.run({ streams: ['things'] })
	const next = async (later: number) => {
		project.clock.now += later
		vendor.asked.length = 0
		return (await project.run({ streams: ['things'] })).streams[0]!
	}
	const verdict = async () =>
		await project.db
			.selectFrom('certificates')
			.select(['verdict', 'reason'])
			.orderBy('id', 'desc')
			.executeTakeFirstOrThrow()
	return { vendor, project, next, verdict }
}

test('a list of deletions that no longer reaches back: the same run reads the keys of all', async () => {
	const { vendor, project, next } = await setUp(30, {}, ({ url }) =>
		url.pathname.startsWith('/deleted/') ? { json: { records: [], complete: false } } : null,
	)
	vendor.objects['thing']!.splice(3, 2)
	expect(await next(20 * day)).toMatchObject({ outcome: 'loaded', deleted: 2 })
	expect(await project.rows(live)).toHaveLength(28)
	expect(await project.resources.state.cursor('crm', 'things')).toMatchObject({ sweptAt: project.clock.now })
})

test('a list of deletions that may not be read is no failure: keys are read once a day at least, and the certificate says so', async () => {
	const isDenied = { now: true }
	// A source without a count has nothing but the keys.
	const { count: _, ...countless } = vendorSource()
	const { vendor, project, next, verdict } = await setUp(
		30,
		{},
		({ url }) =>
			url.pathname.startsWith('/deleted/') && isDenied.now
				? { status: 403, json: { code: 'no_permission', message: 'ask your administrator' } }
				: null,
		countless,
	)
	const before = await project.resources.state.cursor('crm', 'things')
	vendor.objects['thing']!.splice(3, 2)
	vendor.deleted.push({ id: '4', at: '2026-03-02T09:30:00Z' }, { id: '5', at: '2026-03-02T09:30:00Z' })
	expect(await next(3_600_000)).toMatchObject({ outcome: 'loaded', deleted: 0 })
	expect((await verdict()).reason).toContain(
		'its list of deleted records may not be read (no_permission): deletions are found by reading all keys, once a day at least',
	)
	// How far the list was read stays where it was, so that it is read from there once it may be.
	const after = await project.resources.state.cursor('crm', 'things')
	expect(after?.deletesUntil).toBe(before?.deletesUntil)
	expect(after?.watermark).toBeGreaterThan(before!.watermark!)
	expect(await next(day)).toMatchObject({ outcome: 'loaded', deleted: 2 })
	expect(await project.rows(live)).toHaveLength(28)
	const swept = await project.resources.state.cursor('crm', 'things')
	expect(swept).toMatchObject({ sweptAt: project.clock.now, deletesUntil: project.clock.now })
	isDenied.now = false
	vendor.objects['thing']!.splice(0, 1)
	vendor.deleted.push({ id: '1', at: '2026-03-03T11:00:00Z' })
	expect(await next(3_600_000)).toMatchObject({ outcome: 'loaded', deleted: 1 })
	expect((await verdict()).reason ?? '').not.toContain('may not be read')
})

test('records that may not be read are denied, whatever the list says', async () => {
	const isDenied = { now: false }
	const { next } = await setUp(3, {}, ({ url }) =>
		url.pathname.startsWith('/data/') && isDenied.now ? { status: 403, json: { code: 'no', message: 'no' } } : null,
	)
	isDenied.now = true
	expect(await next(3_600_000)).toMatchObject({ outcome: 'denied' })
})

test('a deletion that nothing tells is found by the source’s count, at the latest an hour later', async () => {
	const { vendor, project, next, verdict } = await setUp(30, { lists: false })
	vendor.objects['thing']!.splice(3, 2)
	expect(await next(50 * 60_000)).toMatchObject({ outcome: 'loaded', deleted: 0 })
	expect(await next(10 * 60_000)).toMatchObject({ outcome: 'loaded', deleted: 2 })
	expect(await project.rows(live)).toHaveLength(28)
	expect(await verdict()).toMatchObject({ verdict: 'proved' })
})

test('a read of everything reads all keys too; where one of them is empty, nothing counts as deleted', async () => {
	let pages = Number.NEGATIVE_INFINITY
	const { vendor, project } = await setUp(30, { lists: false, limit: 100 }, ({ url }) => {
		if (!url.pathname.startsWith('/data/') || ++pages < 2) return null
		return { text: `{"total":29,"more":false,"records":[{"id":null},${vendor.objects['thing']!.join(',')}]}` }
	})
	const full = async () => {
		project.clock.now += 3_600_000
		vendor.asked.length = 0
		const { streams } = await project.run({ streams: ['things'], full: true })
		return { ...streams[0]!, asked: vendor.asked.filter((line) => line.includes('/data/')).length }
	}
	expect(await full()).toMatchObject({ outcome: 'loaded', deleted: 0, asked: 2 })
	const sweptAt = project.clock.now
	expect(await project.resources.state.cursor('crm', 'things')).toMatchObject({ sweptAt })
	vendor.objects['thing']!.splice(3, 1)
	pages = 0
	const { outcome, deleted, notes } = await full()
	expect({ outcome, deleted, notes }).toEqual({
		outcome: 'loaded',
		deleted: 0,
		notes: ['1 record came without a key: no deletion was taken from what is missing'],
	})
	expect(await project.resources.state.cursor('crm', 'things')).toMatchObject({ sweptAt })
	pages = Number.NEGATIVE_INFINITY
	expect(await full()).toMatchObject({ outcome: 'loaded', deleted: 1 })
})

test('one record gone and one never read leave the count as it was: the keys of all are read once a week', async () => {
	const { vendor, project, next } = await setUp(30, { lists: false })
	vendor.objects['thing']!.splice(3, 1)
	vendor.objects['thing']!.push(thing(31, { changed: '"2026-01-01T00:00:00.000Z"' }))
	expect(await next(day)).toMatchObject({ appended: 0, deleted: 0 })
	const swept = await next(6 * day)
	expect(swept).toMatchObject({ appended: 1, deleted: 1 })
	expect(swept.notes).toEqual([
		'not proved: short by 1: the source has 30 records in all, 29 are live here; missing: 31',
		'everything was read again for what was missing',
	])
	expect(await next(60_000)).toMatchObject({ appended: 0, deleted: 0 })
	expect(await project.rows(live)).toHaveLength(30)
})

test('records that were never read show as short, and the run reads everything at once, once a day at most', async () => {
	const { vendor, project, next, verdict } = await setUp(30)
	// It came late, with a stamp from before everything that was read.
	vendor.objects['thing']!.push(thing(31, { changed: '"2026-01-01T00:00:00.000Z"' }))
	const late = await next(2 * day)
	expect(late).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect(late.notes).toEqual([
		'not proved: short by 1: the source has 31 records in all, 30 are live here; missing: 31',
		'everything was read again for what was missing',
	])
	expect(await verdict()).toMatchObject({ verdict: 'proved' })
	expect(await project.rows(live)).toHaveLength(31)
	vendor.objects['thing']!.push(thing(32, { changed: '"2026-01-01T00:00:00.000Z"' }))
	const soon = await next(2 * 3_600_000)
	expect(soon).toMatchObject({ outcome: 'loaded', appended: 0 })
	expect(await verdict()).toMatchObject({ verdict: 'short' })
	expect(await next(day)).toMatchObject({ outcome: 'loaded', appended: 1 })
})

test('keys that are not all there delete nothing', async () => {
	let isShort = false
	const { vendor, project, next, verdict } = await setUp(30, { lists: false }, ({ url }) =>
		isShort && url.pathname.startsWith('/data/') && !url.searchParams.has('since')
			? { text: `{"total":29,"more":false,"records":[${things(20).join(',')}]}` }
			: null,
	)
	vendor.objects['thing']!.splice(3, 1)
	isShort = true
	const short = await next(day)
	expect(short).toMatchObject({ outcome: 'loaded', deleted: 0 })
	expect(short.notes).toEqual([
		'fewer keys came than the source counts: no deletion was taken from them',
		'not proved: over by 1: the source has 29 records in all, 30 are live here',
	])
	expect((await verdict()).verdict).toBe('over')
	isShort = false
	expect(await next(60_000)).toMatchObject({ deleted: 1 })
	expect(await project.rows(live)).toHaveLength(29)
})

test('keys of which most are gone wait for a person; what changed is loaded meanwhile, and a lost warehouse comes back the same', async () => {
	const { vendor, project, next } = await setUp(100, { lists: false })
	vendor.objects['thing']!.splice(10)
	vendor.objects['thing']!.push(thing(101, { changed: '"2026-03-02T12:00:00.000Z"' }))
	const held = await next(day)
	expect(held).toMatchObject({ outcome: 'held', appended: 1, deleted: 0 })
	expect(held.error!.message).toBe('the source has 11 records, 101 are live here: none of them is deleted here')
	expect(await project.rows(live)).toHaveLength(101)
	const again = await next(day)
	expect(again).toMatchObject({ outcome: 'held', deleted: 0 })
	expect((await project.resources.state.heldRuns()).map(({ runId }) => runId)).toEqual([again.runId])
	const effects = { now: () => project.clock.now }
	const decision = { runId: again.runId!, decision: 'load' as const, decidedBy: 'ada' }
	expect(await decideHeldRun(decision, project.connections, project.resources, effects)).toMatchObject({ deleted: 90 })
	expect(await project.rows(live)).toHaveLength(11)
	expect(await next(60_000)).toMatchObject({ outcome: 'loaded', appended: 0, deleted: 0 })
	const whole = 'select * exclude (_loaded_at) from raw.small__things order by all'
	const before = await project.rows(whole)
	await project.rows('drop schema raw cascade')
	await replayLanding({ connections: project.connections }, project.resources)
	expect(await project.rows(whole)).toEqual(before)
})

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startCompany({ scale: isThorough ? 0.03 : 0.02 })
})
afterAll(() => sandboxes.close())

// With short gaps it is lived through by the conformance suite.
test.runIf(isThorough)(
	'months lived with long gaps end with the records that a fresh extraction finds',
	async () => {
		const connections = sandboxConnections(sandboxes)
		const end = sandboxes.now()
		const lived = await startProject(connections)
		open.push(lived)
		for (const moment of rounds(['2025-07-01', '2025-11-01', '2026-03-20', '2026-10-01'], 1)) {
			sandboxes.setClock(Date.parse(`${moment}T09:00:00Z`))
			lived.clock.now = sandboxes.now()
			expect(unusual(await runStreams({ connections }, lived.resources, { now: () => sandboxes.now() }))).toEqual([])
		}
		sandboxes.setClock(end)
		lived.clock.now = end
		const last = await runStreams({ connections }, lived.resources, { now: () => sandboxes.now() })
		expect(unusual(last)).toEqual([])
		const fresh = await startProject(connections)
		open.push(fresh)
		fresh.clock.now = end
		await runStreams({ connections }, fresh.resources, { now: () => sandboxes.now() })
		const [expected, found] = [await liveKeys(fresh), await liveKeys(lived)]
		for (const table of Object.keys(expected))
			expect({ table, keys: found[table] }).toEqual({ table, keys: expected[table] })
		const [gone] = await lived.rows<{ rows: string }>(
			'select count(*) as rows from raw.salesforce__opportunities where _deleted',
		)
		expect(Number(gone!.rows)).toBeGreaterThan(0)
		const verdicts = await lived.db.selectFrom('certificates').select(['stream', 'verdict', 'reason']).execute()
		expect(verdicts.filter(({ verdict }) => verdict === 'over' || verdict === 'short')).toEqual([])
	},
	120_000,
)

function unusual({ streams }: Awaited<ReturnType<typeof runStreams>>) {
	return streams.filter(({ outcome }) => outcome !== 'loaded')
}

async function liveKeys(project: Awaited<ReturnType<typeof startProject>>): Promise<Record<string, string[]>> {
	const tables = await project.rows<{ name: string }>(
		`select table_name as name from duckdb_tables() where schema_name = 'raw' order by 1`,
	)
	const keys: Record<string, string[]> = {}
	for (const { name } of tables) {
		if (tablesOfChanges.has(name)) continue
		const rows = await project.rows<{ key: string }>(
			`select _key || ' ' || _hash as key from (select _key, _deleted, _hash, row_number() over (partition by _connection, _key
				order by _extracted_at desc, _cursor desc, _loaded_at desc) as version from raw."${name}") where version = 1 and not _deleted order by 1`,
		)
		keys[name] = rows.map(({ key }) => key)
	}
	return keys
}
