import { afterEach, expect, test } from 'vitest'
import { columns } from '../../extract/columns.ts'
import { decideHeldRun, replayLanding } from '../../extract/replay.ts'
import type { Stream } from '../../extract/source.ts'
import {
	type Interference,
	smallConnection,
	startProject,
	startVendor,
	thing,
	vendorSource,
	vendorStreams,
} from './vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

/** What belongs to a thing can only be asked for by the thing's id. */
const details: Stream = {
	name: 'details',
	object: 'detail',
	key: ['id'],
	columns: columns('id text', (field) => field),
	cursor: null,
	freshness: { warn: 60, error: 120 },
	follows: { stream: 'things', batch: 4 },
}

const detail = (id: number, text = 'a') => `{"id":"${id}","text":"${text}"}`
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

async function setUp(
	count: number,
	{ streams = [details], interfere }: { streams?: Stream[]; interfere?: Interference } = {},
) {
	const vendor = await startVendor(
		{ thing: range(count).map((id) => thing(id)), detail: range(count).map((id) => detail(id)) },
		interfere,
	)
	// Declared before what they follow: the order of reading is not that of declaring.
	const project = await startProject([smallConnection(vendor, { lists: true })], {
		sources: [vendorSource([...streams, vendorStreams[0]!])],
	})
	open.push(vendor, project)
	const next = async (request: Parameters<typeof project.run>[0] = {}, minutes = 60) => {
		project.clock.now += minutes * 60_000
		vendor.asked.length = 0
		const { streams } = await project.run(request)
		return streams.find(({ stream }) => stream === 'details')!
	}
	const asked = () =>
		vendor.asked.flatMap((line) => {
			const keys = new URL(line.split(' ')[1]!, vendor.url).searchParams.get('keys')
			return keys ? [keys] : []
		})
	const certificate = async () =>
		await project.db
			.selectFrom('certificates')
			.selectAll()
			.where('stream', '=', 'details')
			.orderBy('id', 'desc')
			.executeTakeFirstOrThrow()
	return { vendor, project, next, asked, certificate }
}

const live = `select id, text from (select *, row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as version
	from raw.small__details) where version = 1 and not _deleted order by cast(id as integer)`

const changed = '"2026-03-02T10:30:00.000Z"'

test('the keys of what is followed are asked for in batches, once it is read, and all are proved', async () => {
	const { project, next, asked, certificate } = await setUp(10)
	expect(await next()).toMatchObject({ outcome: 'loaded', landed: 10, appended: 10 })
	expect(asked()).toEqual(['1,10,2,3', '4,5,6,7', '8,9'])
	expect(await certificate()).toMatchObject({
		verdict: 'proved',
		reason: '10 keys were asked for, 10 answered',
		source_rows: 10,
	})
	expect(await next()).toMatchObject({ outcome: 'loaded', landed: 0, appended: 0 })
	expect(asked()).toEqual([])
	expect(await project.rows(live)).toHaveLength(10)
})

test('later only the keys that changed are asked for; what has nothing more, or was deleted there, gets a tombstone', async () => {
	const { vendor, project, next, asked, certificate } = await setUp(10)
	await next()
	for (const id of [3, 5]) vendor.objects['thing']![id - 1] = thing(id, { amount: '7', changed })
	vendor.objects['detail'] = range(10)
		.filter((id) => id !== 5)
		.map((id) => detail(id, 'b'))
	vendor.deleted.push({ id: '8', at: '2026-03-02T10:40:00.000Z' })
	expect(await next()).toMatchObject({ outcome: 'loaded', appended: 1, deleted: 2 })
	expect(asked()).toEqual(['3,5'])
	expect((await certificate()).reason).toBe('2 keys were asked for, 1 answered, 1 have nothing')
	const rows = await project.rows<{ id: string; text: string }>(live)
	expect(rows.map(({ id, text }) => id + text).join(' ')).toBe('1a 2a 3b 4a 6a 7a 9a 10a')
	vendor.objects['thing']!.splice(7, 1)
	expect(await next({ full: true }, 1)).toMatchObject({ deleted: 0, appended: 7 })
	expect(asked().join().split(',')).toHaveLength(9)
})

test('what tells of changes alone is asked for records that changed since they were first read, and for none at first', async () => {
	const { vendor, next, asked, certificate } = await setUp(10, {
		streams: [{ ...details, follows: { stream: 'things', batch: 4, isOfChanges: true } }],
	})
	expect(await next()).toMatchObject({ outcome: 'loaded', landed: 0, deleted: 0 })
	expect(asked()).toEqual([])
	expect((await certificate()).verdict).toBe('proved')
	vendor.objects['thing']![2] = thing(3, { amount: '7', changed })
	vendor.objects['thing']!.push(thing(11, { changed }))
	expect(await next()).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect(asked()).toEqual(['3'])
	expect(await next({ full: true }, 1)).toMatchObject({ outcome: 'loaded', appended: 0, deleted: 0 })
	expect(asked()).toEqual(['3'])
})

test('what follows a stream that can’t be read ends like it, and asks later for what changed meanwhile', async () => {
	let broken = false
	const { vendor, next, asked } = await setUp(10, {
		interfere: ({ url }) => (broken && !url.searchParams.has('keys') ? { status: 401, json: {} } : null),
	})
	await next()
	broken = true
	vendor.objects['thing']![2] = thing(3, { amount: '7', changed })
	const ended = await next()
	expect(ended).toMatchObject({ outcome: 'failed', landed: 0, error: { code: 'follow.unread' } })
	expect(ended.error!.message).toContain('details follows things, which was not read')
	expect(asked()).toEqual([])
	broken = false
	expect(await next()).toMatchObject({ outcome: 'loaded', landed: 1 })
	expect(asked()).toEqual(['3'])
})

test('a record that several answers belong to keeps the ones that came', async () => {
	const many: Stream = {
		...details,
		key: ['id'],
		columns: columns('id of text', (field) => field),
		follows: { stream: 'things', batch: 4, by: ['of'] },
	}
	const part = (id: string, of: number) => `{"id":"${id}","of":"${of}","text":"x"}`
	const { vendor, project, next } = await setUp(3, { streams: [many] })
	vendor.objects['detail'] = [part('a', 1), part('b', 1), part('c', 2)]
	await next()
	vendor.objects['thing']![0] = thing(1, { changed, amount: '1' })
	vendor.objects['detail'] = [part('b', 1), part('d', 1)]
	expect(await next()).toMatchObject({ appended: 1, deleted: 1 })
	const rows = await project.rows<{ id: string }>(live.replace('order by cast(id as integer)', 'order by id'))
	expect(rows.map(({ id }) => id)).toEqual(['b', 'c', 'd'])
})

test('a run that broke off goes on with the batch that it was at, and asks for the same keys', async () => {
	let broken = true
	const { vendor, project, next, asked } = await setUp(10, {
		interfere: ({ url }) => (broken && url.searchParams.get('keys') === '4,5,6,7' ? { status: 503, json: {} } : null),
	})
	expect(await next()).toMatchObject({ outcome: 'failed' })
	broken = false
	vendor.objects['thing']!.push(thing(11, { changed }))
	expect(await next({ streams: ['details'] })).toMatchObject({ outcome: 'loaded', appended: 10 })
	expect(asked()).toEqual(['4,5,6,7', '8,9'])
	vendor.objects['detail']!.push(detail(11))
	expect(await next()).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect(await project.rows(live)).toHaveLength(11)
})

test('fewer keys are asked for at once when the vendor can’t bear more', async () => {
	const { next, asked } = await setUp(10, {
		interfere: ({ url }) =>
			(url.searchParams.get('keys')?.split(',').length ?? 0) > 2 ? { status: 413, json: {} } : null,
	})
	expect(await next()).toMatchObject({ outcome: 'loaded', appended: 10 })
	expect(asked().slice(0, 3)).toEqual(['1,10,2,3', '1,10', '2,3'])
})

test('a vendor that does not understand the keys, and answers with others, deletes nothing', async () => {
	const { vendor, project, next } = await setUp(10)
	await next()
	vendor.objects['thing']![2] = thing(3, { changed, amount: '1' })
	vendor.interfere = ({ url }) =>
		url.searchParams.has('keys') ? { text: `{"more":false,"records":[${detail(1)},${detail(2)}]}` } : null
	expect(await next()).toMatchObject({
		outcome: 'failed',
		error: { message: expect.stringContaining('not asked for') },
	})
	expect(await project.rows(live)).toHaveLength(10)
})

test('so many keys without an answer wait for a person', async () => {
	const { vendor, project, next, asked } = await setUp(60)
	await next()
	for (const id of range(50)) vendor.objects['thing']![id - 1] = thing(id, { changed, amount: '1' })
	vendor.objects['detail'] = []
	const held = await next()
	expect(held).toMatchObject({ outcome: 'held', deleted: 0 })
	const again = await next()
	expect(again.outcome).toBe('held')
	expect(asked()).toHaveLength(13)
	expect((await project.resources.state.heldRuns()).map(({ runId }) => runId)).toEqual([again.runId])
	await decideHeldRun(
		{ runId: again.runId!, decision: 'load', decidedBy: 'ada' },
		project.connections,
		project.resources,
		{
			now: () => project.clock.now,
		},
	)
	expect(await project.rows(live)).toHaveLength(10)
	expect(await next()).toMatchObject({ outcome: 'loaded', deleted: 0 })
	expect(asked()).toEqual([])
})

test('a lost warehouse comes back from the archive with the same rows', async () => {
	const { vendor, project, next } = await setUp(10)
	await next()
	vendor.objects['thing']![2] = thing(3, { changed, amount: '1' })
	vendor.objects['detail']!.splice(2, 1)
	await next()
	const whole = 'select * from raw.small__details order by all'
	const before = await project.rows(whole)
	expect(before).toHaveLength(11)
	await project.rows('drop schema raw cascade')
	await replayLanding({ connections: project.connections }, project.resources)
	expect(await project.rows(whole)).toEqual(before)
})

test('a stream that follows one which was never read says so', async () => {
	const { next } = await setUp(3)
	expect(await next({ streams: ['details'] })).toMatchObject({ outcome: 'failed', error: { code: 'follow.unread' } })
	expect(await next()).toMatchObject({ outcome: 'loaded', appended: 3 })
})
