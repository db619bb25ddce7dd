import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createTransport } from '../../extract/http.ts'
import { type Disk, realDisk } from '../../extract/landing.ts'
import { defineSource, type SourceRequest } from '../../extract/source.ts'
import { slices } from '../../extract/stream-load.ts'
import { defaultLimits, warehouseAt } from '../../extract/warehouse-turn.ts'
import { TieoutError } from '../../models/error.ts'
import { smallConnection, startProject, startVendor, thing, vendorSource, vendorStreams } from './vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

const things = (count: number) => Array.from({ length: count }, (_, index) => thing(index + 1))
// A part is a page of 10 records, a slice two parts.
const small = { partBytes: 1, sliceBytes: { enough: 1, most: 3_000 } }

async function setUp(records: string[], source = vendorSource(vendorStreams.slice(0, 1))) {
	const vendor = await startVendor({ thing: records })
	const project = await startProject([smallConnection(vendor)], { sources: [source] })
	open.push(vendor, project)
	return { vendor, project }
}

/** The kinds of the events of a run, in order. */
function watched() {
	const seen: string[] = []
	return { seen, progress: ({ type }: { type: string }) => void seen.push(type) }
}

test('slices are loaded while the rest is still being read, and every record is there once', async () => {
	const { project } = await setUp(things(600))
	const { seen, progress } = watched()
	const [run] = (await project.run({}, { ...small, progress })).streams
	expect(run).toMatchObject({ outcome: 'loaded', landed: 600, loaded: 600, appended: 600 })
	expect(seen.indexOf('load')).toBeLessThan(seen.lastIndexOf('page'))
	expect(await project.rows('select count(*) as rows, count(distinct _key) as keys from raw.small__things')).toEqual([
		{ rows: '600', keys: '600' },
	])
	expect(
		await project.db.selectFrom('landed_parts').select('part').where('loaded_at', 'is', null).execute(),
	).toHaveLength(0)
	expect((await project.db.selectFrom('certificates').select('verdict').execute()).at(-1)).toEqual({
		verdict: 'proved',
	})
})

test('a full read that may have to be held loads nothing before it is known not to be', async () => {
	const { vendor, project } = await setUp(things(200))
	await project.run({}, small)
	vendor.objects['thing'] = things(90)
	project.clock.now += 60_000
	const { seen, progress } = watched()
	const [held] = (await project.run({ full: true }, { ...small, progress })).streams
	expect(held).toMatchObject({ outcome: 'held', loaded: 0 })
	expect(seen).not.toContain('load')
	vendor.objects['thing'] = things(190)
	project.clock.now += 60_000
	const again = watched()
	const [loaded] = (await project.run({ full: true }, { ...small, progress: again.progress })).streams
	expect(loaded).toMatchObject({ outcome: 'loaded', deleted: 10 })
	// Not before the page that brings more than seven tenths of what the last full read had.
	expect(again.seen.slice(0, 14).every((type) => type === 'page')).toBe(true)
})

test('an early load that fails is done at the end, and one that fails then too fails the run', async () => {
	const { project } = await setUp(things(100))
	const { warehouse } = project.resources
	let broken = 1
	const flaky = Object.assign(
		async <T>(work: Parameters<typeof warehouse<T>>[0]): Promise<T> => {
			if (broken-- > 0) throw new TieoutError('busy', 'warehouse.locked', 'somebody has it')
			return await warehouse(work)
		},
		{ rest: warehouse.rest },
	)
	project.resources.warehouse = flaky
	expect((await project.run({}, small)).streams[0]).toMatchObject({ outcome: 'loaded', loaded: 100 })
	project.clock.now += 60_000
	broken = 1000
	expect((await project.run({ full: true }, small)).streams[0]).toMatchObject({ error: { code: 'warehouse.locked' } })
	broken = 0
	expect((await project.run({ full: true }, small)).streams[0]).toMatchObject({ outcome: 'loaded', loaded: 100 })
})

test('a first read that was given up half loaded leaves no record that the source no longer has', async () => {
	const { vendor, project } = await setUp(things(100))
	vendor.interfere = ({ url }) =>
		url.searchParams.get('after') === '80' ? { status: 403, json: { code: 'no_right' } } : null
	expect((await project.run({}, small)).streams[0]).toMatchObject({ outcome: 'denied' })
	expect(await project.rows('select count(*) > 0 as some from raw.small__things')).toEqual([{ some: true }])
	vendor.interfere = () => null
	vendor.objects['thing'] = things(100).slice(1)
	project.clock.now += 60_000
	// Another question (a full read was asked for) makes a new run.
	expect((await project.run({ full: true }, small)).streams[0]).toMatchObject({ outcome: 'loaded', deleted: 1 })
})

test('behind a part that could not be written nothing is kept, and the next run reads on from there', async () => {
	const { project } = await setUp(things(100))
	let writes = 0
	const disk: Disk = {
		write: async (file, bytes) => {
			if (++writes === 3) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
			await realDisk.write(file, bytes)
		},
	}
	expect((await project.run({}, { ...small, disk })).streams[0]).toMatchObject({
		landed: 20,
		error: { code: 'landing.disk_full' },
	})
	expect((await project.run({}, small)).streams[0]).toMatchObject({ outcome: 'loaded', landed: 100, loaded: 100 })
})

test('slices end before a group of rows is full, and in any case when they are large', () => {
	const part = (number: number, rows: number, bytes: number) => ({ part: number, rows, bytes }) as never
	const cut = (rows: number, bytes: number, count: number) =>
		slices(Array.from({ length: count }, (_, index) => part(index, rows, bytes))).map((slice) => slice.length)
	// 4 MB parts: two groups of 122,880 rows are the first that make 96 MB; records of 4 KB never fill one.
	expect(cut(8_000, 4 << 20, 70)).toEqual([30, 30, 10])
	expect(cut(1_000, 4 << 20, 200)).toEqual([96, 96, 8])
	expect(cut(10, 100, 5)).toEqual([5])
	expect(slices([])).toEqual([[]])
})

test('the next page is asked for before this one is looked through, when its address is in the envelope', async () => {
	const base = vendorSource(vendorStreams.slice(0, 1))
	const source = defineSource({
		...base,
		read: (query) => {
			const reading = base.read(query)
			const next = ({ query: asked, ...rest }: SourceRequest): SourceRequest => {
				const after = String(Number(asked?.['after'] ?? 0) + 10)
				return { ...rest, query: { ...asked, after } }
			}
			return {
				...reading,
				next: ({ envelope }, request) => ((envelope as { more: boolean }).more ? next(request) : null),
			}
		},
	})
	const { vendor, project } = await setUp(things(40), source)
	const order: string[] = []
	const real = createTransport()
	const transport = {
		send: (outgoing: Parameters<typeof real.send>[0]) => {
			if (outgoing.url.pathname === '/data/thing') order.push(`ask ${outgoing.url.searchParams.get('after') ?? 0}`)
			return real.send(outgoing)
		},
		close: real.close,
	}
	let broken = true
	vendor.interfere = ({ url }) => {
		if (url.searchParams.get('after') !== '20' || !broken) return null
		broken = false
		return { text: '{"total":40,"more":true,"records":[{"id":21},{"id"' }
	}
	const progress = (event: { type: string; rows?: number }) => {
		if (event.type === 'page') order.push(`page of ${event.rows}`)
	}
	expect((await project.run({}, { transport, progress })).streams[0]).toMatchObject({ outcome: 'loaded', loaded: 40 })
	expect(order).toEqual([
		'ask 0',
		'ask 10',
		'page of 10',
		'ask 20',
		'page of 20',
		'ask 20',
		'ask 30',
		'page of 30',
		'page of 40',
	])
})

test('work for which the memory is not enough is done once more with room', async () => {
	const { project } = await setUp([])
	const file = path.join(project.folder, 'small.duckdb')
	const warehouse = warehouseAt(file, { threads: 1, memory: '40MB' })
	open.push({ close: warehouse.rest })
	const limits: string[] = []
	const groups = await warehouse(async (database) => {
		const [set] = await database.all<{ limit: string }>("select current_setting('memory_limit') as limit")
		limits.push(set!.limit)
		// What a list holds can't be put on the disk.
		const [row] = await database.all<{ size: string }>(
			"select len(list(repeat('x', 40) || range)) as size from range(2000000)",
		)
		return row!.size
	})
	expect(groups).toBe('2000000')
	expect(limits).toHaveLength(2)
	const [after] = await warehouse((database) => database.all("select current_setting('memory_limit') as limit"))
	expect(after).toEqual({ limit: limits[0] })
	expect(existsSync(file)).toBe(true)
})

test('the limits follow the machine', () => {
	expect([1, 2, 4, 8, 64].map((cores) => defaultLimits(cores))).toEqual([
		{ threads: 1, memory: '256MB' },
		{ threads: 1, memory: '256MB' },
		{ threads: 2, memory: '384MB' },
		{ threads: 4, memory: '640MB' },
		{ threads: 4, memory: '640MB' },
	])
})
