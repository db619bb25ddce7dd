import { rmSync, truncateSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { type Disk, realDisk } from '../../extract/landing.ts'
import { decideHeldRun, replayLanding, replayQuarantine } from '../../extract/replay.ts'
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

async function setUp(things: string[], options: Record<string, unknown> = {}, interfere?: Interference) {
	const vendor = await startVendor({ thing: things, rate: ['{"id":1,"rate":0.92}'] }, interfere)
	const project = await startProject([smallConnection(vendor, options)])
	open.push(vendor, project)
	return { vendor, project }
}

const things = (count: number) => Array.from({ length: count }, (_, index) => thing(index + 1))
const live = `select id, amount from (select *, row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as version
	from raw.small__things) where version = 1 and not _deleted order by cast(id as integer)`

test('every record arrives once, proved by the source’s count, and a second run appends nothing', async () => {
	const { project } = await setUp(things(35))
	const first = await project.run()
	expect(first.streams.map(({ stream, outcome, appended }) => ({ stream, outcome, appended }))).toEqual([
		{ stream: 'things', outcome: 'loaded', appended: 35 },
		{ stream: 'rates', outcome: 'loaded', appended: 1 },
	])
	project.clock.now += 60_000
	const second = await project.run()
	expect(second.streams.map(({ outcome, appended }) => ({ outcome, appended }))).toEqual([
		{ outcome: 'loaded', appended: 0 },
		{ outcome: 'loaded', appended: 0 },
	])
	const verdicts = await project.db.selectFrom('certificates').select(['verdict', 'money']).execute()
	expect(verdicts.map(({ verdict }) => verdict)).toEqual(
		['proved', 'proved', 'proved', 'proved'].slice(0, verdicts.length),
	)
	expect(JSON.parse(verdicts.find(({ money }) => money !== '[]')!.money)).toEqual([
		{ currency: 'USD', source: null, landed: '367.5000', loaded: '367.5000' },
	])
})

test('money keeps every digit from the vendor’s JSON to the raw table', async () => {
	const { project } = await setUp([thing(1, { amount: '90071992547409.93' }), thing(2, { amount: '1.10' })])
	await project.run()
	expect(await project.rows('select amount from raw.small__things order by id')).toEqual([
		{ amount: '90071992547409.93' },
		{ amount: '1.10' },
	])
})

test('a changed record becomes a new version, and its old one stays', async () => {
	const { vendor, project } = await setUp(things(3))
	await project.run()
	vendor.objects['thing']![1] = thing(2, { amount: '99.00', changed: '"2026-03-02T09:30:00.000Z"' })
	project.clock.now += 3_600_000
	const { streams } = await project.run({ streams: ['things'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect(await project.rows("select amount from raw.small__things where id = '2' order by _extracted_at")).toEqual([
		{ amount: '10.50' },
		{ amount: '99.00' },
	])
})

test('a record that the source lists as deleted gets one tombstone, with its last values', async () => {
	const { vendor, project } = await setUp(things(3))
	await project.run()
	vendor.deleted.push({ id: '2', at: '2026-03-02T09:10:00.000Z' })
	for (const _ of [1, 2]) {
		project.clock.now += 3_600_000
		await project.run({ streams: ['things'] })
	}
	const rows = await project.rows(
		"select amount, _deleted from raw.small__things where id = '2' order by _extracted_at",
	)
	expect(rows).toEqual([
		{ amount: '10.50', _deleted: false },
		{ amount: '10.50', _deleted: true },
	])
})

test('a full read finds what no list tells of, and a record that comes back lives again', async () => {
	const { vendor, project } = await setUp(things(30), { lists: false })
	await project.run()
	const [gone] = vendor.objects['thing']!.splice(4, 1)
	project.clock.now += 3_600_000
	expect((await project.run({ full: true, streams: ['things'] })).streams[0]).toMatchObject({ deleted: 1, appended: 0 })
	expect(await project.rows(live)).toHaveLength(29)
	vendor.objects['thing']!.push(gone!)
	project.clock.now += 3_600_000
	expect((await project.run({ full: true, streams: ['things'] })).streams[0]).toMatchObject({ deleted: 0, appended: 1 })
	expect(await project.rows(live)).toHaveLength(30)
})

test('of a stream that is read whole each time exactly what came last is live, whatever came and went', async () => {
	const { vendor, project } = await setUp([])
	const rate = (id: number) => `{"id":${id},"rate":${id}.5}`
	// As many as before, but others; one that comes twice; one that comes back.
	const reads = [[1, 2], [1, 3], [3, 4], [4, 3], [3], [3, 3, 5], [1, 2, 3], [2, 3], [6, 5, 4, 3, 2], [1, 6, 5, 4, 3]]
	for (const ids of reads) {
		vendor.objects['rate'] = ids.map(rate)
		project.clock.now += 3_600_000
		await project.run({ streams: ['rates'] })
		const rows = await project.rows<{ id: string }>(`select id from (select *, row_number() over (
			partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as version from raw.small__rates)
			where version = 1 and not _deleted order by id`)
		expect(rows.map(({ id }) => Number(id))).toEqual([...new Set(ids)].sort())
	}
})

test('a short list that ends, or loses more than half, is held as well: one subsidiary of four is what a restricted role sees', async () => {
	const { vendor, project } = await setUp([])
	const read = async (ids: number[]) => {
		vendor.objects['rate'] = ids.map((id) => `{"id":${id},"rate":${id}.5}`)
		project.clock.now += 3_600_000
		return (await project.run({ streams: ['rates'] })).streams[0]!
	}
	expect(await read([1, 2, 3, 4])).toMatchObject({ outcome: 'loaded' })
	for (const ids of [[], [1]]) expect(await read(ids)).toMatchObject({ outcome: 'held', loaded: 0, deleted: 0 })
	expect(await project.rows('select id from raw.small__rates where _deleted')).toEqual([])
	expect(await read([1, 2])).toMatchObject({ outcome: 'loaded', deleted: 2 })
})

test('a full read with far fewer records is held for a person, and does what the person decides', async () => {
	const { vendor, project } = await setUp(things(100))
	await project.run()
	vendor.objects['thing']!.splice(10)
	project.clock.now += 3_600_000
	const held = (await project.run({ full: true, streams: ['things'] })).streams[0]!
	expect(held).toMatchObject({ outcome: 'held', error: { code: 'stream.held' } })
	expect(held.error!.message).toContain('10 records came, the last full read had 100')
	expect(await project.rows(live)).toHaveLength(100)
	const effects = { now: () => project.clock.now }
	await decideHeldRun(
		{ runId: held.runId!, decision: 'load', decidedBy: 'ada' },
		project.connections,
		project.resources,
		effects,
	)
	expect(await project.rows(live)).toHaveLength(10)
	expect(await project.resources.state.heldRuns()).toEqual([])
})

test('bad records go to quarantine with their reason, the good ones are loaded, and the same bad one read again is one', async () => {
	const bad = [
		thing(2, { amount: '12.34567' }),
		thing(3, { day: '"2026-02-30"' }),
		thing(4, { currency: '"ZZZ"' }),
		'{"amount":1}',
		thing(6, { amount: '"twelve"' }),
	]
	const { project } = await setUp([thing(1), ...bad, thing(7, { amount: '1.230000' })])
	const { streams } = await project.run({ streams: ['things'] })
	expect(streams[0]).toMatchObject({ outcome: 'loaded', landed: 7, loaded: 2, quarantined: 5 })
	const waiting = await project.resources.state.quarantined({ stream: 'things' })
	expect(waiting.map(({ line, key, code, reason }) => ({ line, key, code, reason }))).toEqual([
		{ line: 2, key: '2', code: 'too_many_decimals', reason: 'amount: "12.34567" has 5 decimals; 4 are held exactly' },
		{ line: 3, key: '3', code: 'impossible_date', reason: 'day: "2026-02-30" is no date (YYYY-MM-DD, from 1900 on)' },
		{ line: 4, key: '4', code: 'unknown_currency', reason: 'currency: "ZZZ" is no currency of ISO 4217' },
		{ line: 5, key: null, code: 'missing_key', reason: 'the record has no id' },
		{ line: 6, key: '6', code: 'not_a_number', reason: 'amount: "twelve" is no number' },
	])
	expect(await project.rows(live)).toEqual([
		{ id: '1', amount: '10.50' },
		{ id: '7', amount: '1.230000' },
	])
	project.clock.now += 60_000
	await project.run({ streams: ['things'], full: true })
	expect(await project.resources.state.quarantined({})).toHaveLength(5)
})

test('an element of a page that is no record is quarantined as malformed', async () => {
	const { project } = await setUp([thing(1), '"half a record"', thing(3)])
	await project.run({ streams: ['things'] })
	const [waiting] = await project.resources.state.quarantined({})
	expect(waiting).toMatchObject({ code: 'malformed', record: '"half a record"', line: 2 })
	expect(await project.rows(live)).toHaveLength(2)
})

test('a quarantined record is loaded by a replay once its column takes it, as of the moment when it was read', async () => {
	const { project } = await setUp([thing(1), thing(2, { amount: '12.34567' })])
	await project.run({ streams: ['things'] })
	const wider = vendorStreams.map((stream) => ({
		...stream,
		columns: {
			...stream.columns,
			...(stream.name === 'things' && { amount: { field: 'amount', type: 'price' as const } }),
		},
	}))
	const resources = { ...project.resources, sources: [vendorSource(wider)] }
	const results = await replayQuarantine({ connections: project.connections }, resources, {
		now: () => project.clock.now + 5,
	})
	expect(results).toEqual([{ connection: 'crm', stream: 'things', loaded: 1, kept: 0, reasons: {} }])
	expect(
		await project.rows("select amount, cast(_extracted_at as varchar) as at from raw.small__things where id = '2'"),
	).toEqual([{ amount: '12.34567', at: '2026-03-02 09:00:00' }])
	expect(await project.resources.state.quarantined({})).toEqual([])
})

test('of two records with one key the newest by its stamp is loaded, and the run says so', async () => {
	const { project } = await setUp([
		thing(1, { amount: '2', changed: '"2026-03-01T11:00:00.000Z"' }),
		thing(1, { amount: '1' }),
		thing(2),
	])
	const { streams } = await project.run({ streams: ['things'] })
	expect(streams[0]!.notes).toContain('1 records shared their key with a newer one that came with them')
	expect(streams[0]).toMatchObject({
		outcome: 'incomplete',
		error: {
			message:
				'short by 1 of 3 records: 1 record shares its key with another one that came, and only one of each was loaded',
			next: expect.stringContaining('look for the same id twice'),
		},
	})
	expect(await project.rows(live)).toEqual([
		{ id: '1', amount: '2' },
		{ id: '2', amount: '10.50' },
	])
})

test('undeclared fields are kept as JSON, digits and all', async () => {
	const { project } = await setUp([thing(1, { colour: '"red"', size: '1.10' }), thing(2)])
	await project.run({ streams: ['things'] })
	expect(await project.rows('select _extra from raw.small__things order by id')).toEqual([
		{ _extra: '{"colour":"red","size":"1.10"}' },
		{ _extra: null },
	])
})

test('a lost warehouse comes back from the landing archive, with the times of loading that it had', async () => {
	const { vendor, project } = await setUp(things(30))
	await project.run()
	vendor.objects['thing']![1] = thing(2, { amount: '99.00', changed: '"2026-03-02T09:30:00.000Z"' })
	vendor.deleted.push({ id: '3', at: '2026-03-02T09:10:00.000Z' })
	project.clock.now += 3_600_000
	await project.run()
	vendor.objects['thing']!.splice(5, 1)
	project.clock.now += 3_600_000
	await project.run({ full: true })
	const whole = 'select * from raw.small__things order by all'
	const before = await project.rows(whole)
	const again = await replayLanding({ connections: project.connections }, project.resources)
	expect(Object.values(again.appended)).toEqual([0, 0])
	await project.rows('drop schema raw cascade')
	await replayLanding({ connections: project.connections }, project.resources)
	expect(await project.rows(whole)).toEqual(before)
})

/** A disk with room for so many files; what happens to the first of them. */
function fullAfter(files: number, first: (file: string) => void = () => {}): Disk {
	let written = 0
	return {
		write: async (file, bytes) => {
			if (++written > files) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
			await realDisk.write(file, bytes)
			if (written === 1) first(file)
		},
	}
}

test('a full disk stops the stream with what to do, and the next run goes on from the last durable page', async () => {
	const { vendor, project } = await setUp(things(50))
	const { streams } = await project.run({ streams: ['things'] }, { disk: fullAfter(2), partBytes: 1 })
	expect(streams[0]).toMatchObject({ outcome: 'failed', error: { code: 'landing.disk_full' } })
	expect(streams[0]!.error!.next).toMatch(/free some space/)
	vendor.asked.length = 0
	expect((await project.run({ streams: ['things'] })).streams[0]).toMatchObject({ outcome: 'loaded', appended: 50 })
	expect(vendor.asked.filter((line) => line.includes('/data/')).at(0)).toContain('after=20')
})

test.each(['gone', 'damaged'] as const)(
	'what a run that broke off has landed is %s: the stream is read from the beginning, once',
	async (how) => {
		const { vendor, project } = await setUp(things(50))
		const spoil = (file: string) => (how === 'gone' ? rmSync(file) : truncateSync(file, 5))
		await project.run({ streams: ['things'] }, { disk: fullAfter(2, spoil), partBytes: 1 })
		vendor.asked.length = 0
		expect((await project.run({ streams: ['things'] })).streams[0]).toMatchObject({ outcome: 'loaded', appended: 50 })
		const asked = vendor.asked.filter((line) => line.includes('/data/'))
		expect(asked.at(0)).toContain('after=20')
		expect(asked.filter((line) => !line.includes('after='))).toHaveLength(1)
		expect(await project.rows('select count(*) as rows, count(distinct _key) as keys from raw.small__things')).toEqual([
			{ rows: '50', keys: '50' },
		])
		// A disk that keeps nothing ends the run with its reason.
		const bad = { write: async () => {} }
		project.clock.now += 60_000
		const { streams } = await project.run({ streams: ['things'], full: true }, { disk: bad })
		expect(streams[0]).toMatchObject({ outcome: 'failed', error: { code: 'landing.missing' } })
	},
)

test('a stream that another run is reading is left alone, and the lock of a dead process is taken over', async () => {
	const { project } = await setUp(things(3))
	const lock = await project.resources.state.lock('stream crm.things')
	const { streams } = await project.run()
	expect(streams.map(({ outcome }) => outcome)).toEqual(['failed', 'loaded'])
	expect(streams[0]!.error!.message).toMatch(/crm.things is being read by process \d+/)
	if ('release' in lock) await lock.release()
	const holder = JSON.stringify({ host: (await import('node:os')).hostname(), pid: 2 ** 22 + 1, started: '1' })
	await project.db
		.insertInto('stream_locks')
		.values({ name: 'stream crm.things', holder, token: 'x', beat_at: '2026-01-01' })
		.execute()
	expect((await project.run()).streams.map(({ outcome }) => outcome)).toEqual(['loaded', 'loaded'])
})

test('a clock that went back stops the stream before anything is asked, and says what to do', async () => {
	const { vendor, project } = await setUp(things(3))
	await project.run({ streams: ['things'] })
	vendor.asked.length = 0
	project.clock.now -= 86_400_000
	const { streams } = await project.run({ streams: ['things'] })
	expect(streams[0]).toMatchObject({ outcome: 'failed', error: { code: 'clock.behind' } })
	expect(vendor.asked).toEqual([])
	project.clock.now += 86_400_000
	expect((await project.run({ streams: ['things'] })).streams[0]).toMatchObject({ outcome: 'loaded' })
})

test('a source that counts more than it gave is short: the cursor stays, and the run says so', async () => {
	const six = `{"total":6,"more":false,"records":[${things(5).join(',')}]}`
	const { project } = await setUp(things(5), {}, ({ url }) => {
		if (url.pathname.startsWith('/count/')) return { json: { rows: 6 } }
		return url.pathname.startsWith('/data/') ? { text: six } : null
	})
	const { streams } = await project.run({ streams: ['things'] })
	expect(streams[0]).toMatchObject({ outcome: 'incomplete', loaded: 5, error: { message: 'short by 1 of 6 records' } })
	expect(await project.resources.state.cursor('crm', 'things')).toBeNull()
})

test('a record in quarantine does not hide that others never came: the cursor stays all the same', async () => {
	const bad = '{"id":6,"changed":"2026-01-01T00:06:00Z","amount":"twelve"}'
	const { project } = await setUp([], {}, ({ url }) => {
		if (url.pathname.startsWith('/count/')) return { json: { rows: 8 } }
		const records = [...things(5), bad].join(',')
		return url.pathname.startsWith('/data/') ? { text: `{"total":8,"more":false,"records":[${records}]}` } : null
	})
	const { streams } = await project.run({ streams: ['things'] })
	expect(streams[0]).toMatchObject({
		outcome: 'incomplete',
		loaded: 5,
		quarantined: 1,
		error: { message: 'short by 2 of 8 records' },
	})
	expect(await project.resources.state.cursor('crm', 'things')).toBeNull()
})

test('a source whose count changed while it was read has moved, which is no loss', async () => {
	const { project } = await setUp(things(5), {}, ({ url }) =>
		url.pathname.startsWith('/count/') ? { json: { rows: 6 } } : null,
	)
	expect((await project.run({ streams: ['things'] })).streams[0]!.outcome).toBe('loaded')
	const [certificate] = await project.db.selectFrom('certificates').selectAll().execute()
	expect(certificate).toMatchObject({ verdict: 'moved', source_rows: 6, landed_rows: 5 })
})
