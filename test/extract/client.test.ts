import { afterEach, expect, test } from 'vitest'
import { refreshToken } from '../../extract/auth.ts'
import { createTransport, type Transport } from '../../extract/http.ts'
import { defineSource } from '../../extract/source.ts'
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

const things = (count: number) => Array.from({ length: count }, (_, index) => thing(index + 1))

async function setUp(interfere?: Interference, options: Record<string, unknown> = {}, fields?: Record<string, string>) {
	const vendor = await startVendor({ thing: things(25), rate: ['{"id":1,"rate":0.92}'] }, interfere)
	const project = await startProject([smallConnection(vendor, options, fields)])
	open.push(vendor, project)
	return { vendor, project, read: async () => (await project.run({ streams: ['things'] })).streams[0]! }
}

/** Interferes with the first `times` page requests only. */
function first(times: number, answer: ReturnType<Interference>): Interference {
	let left = times
	return ({ url }) => (url.pathname.startsWith('/data/') && left-- > 0 ? answer : null)
}

test.each([
	['a web page with status 200', { text: '<html>back soon</html>', headers: { 'content-type': 'text/html' } }],
	['a body that breaks off', { json: { total: 25, more: true, records: [] }, cut: true }],
	['a page that is cut inside the JSON', { text: '{"total":25,"more":true,"records":[{"id":"1","amo' }],
	['an empty page that promises more', { json: { total: 25, more: true, records: [] } }],
	['an answer without the list of records', { json: { message: 'please log in' } }],
	['a busy server', { status: 503, text: '' }],
	['a full minute', { status: 429, text: '', headers: { 'retry-after': '1' } }],
])('%s is asked for again, and nothing is lost', async (_, answer) => {
	const { read } = await setUp(first(2, answer))
	expect(await read()).toMatchObject({ outcome: 'loaded', landed: 25, appended: 25 })
})

test('a vendor that stays broken ends the stream after six attempts, with what to do', async () => {
	const { read } = await setUp(first(99, { status: 503, text: '' }))
	const { outcome, error } = await read()
	expect(outcome).toBe('failed')
	expect(error).toEqual({
		code: 'vendor.retry',
		message: 'Small vendor did not answer (6 attempts): HTTP 503: ',
		next: 'the run goes on from its last durable page when it is started again',
	})
})

test('a web page that comes again and again is told as one', async () => {
	const { read } = await setUp(first(99, { text: '<html>back soon</html>', headers: { 'content-type': 'text/html' } }))
	expect((await read()).error?.message).toContain('html: a web page came in place of data')
})

test('a token that ends in the middle is renewed once for all streams, and the page is asked for again', async () => {
	let ended = false
	const { vendor, project } = await setUp(({ url }) => {
		if (url.searchParams.get('after') === '10' && !ended) {
			ended = true
			vendor.valid.clear()
		}
		return null
	})
	const { streams } = await project.run()
	expect(streams.map(({ outcome }) => outcome)).toEqual(['loaded', 'loaded'])
	expect(vendor.tokens).toBe(2)
})

test('credentials that the vendor refuses stop the stream with its words, without the secret', async () => {
	const { read } = await setUp(undefined, { secret: 'a-wrong-secret-value' })
	const { outcome, error } = await read()
	expect(outcome).toBe('failed')
	expect(error!.message).toBe('the credentials were refused (400, invalid_client: [secret] is wrong)')
	expect(error!.next).toContain('tieout doctor')
})

test('a token that is refused although it is new is not renewed for ever', async () => {
	const { vendor, read } = await setUp(({ url }) =>
		url.pathname.startsWith('/data/') ? { status: 401, json: { code: 'expired', message: 'no' } } : null,
	)
	expect((await read()).error!.code).toBe('vendor.auth')
	expect(vendor.tokens).toBe(3)
})

test('an object without permission is a visible skip, and the other streams are read', async () => {
	const { project } = await setUp(({ url }) =>
		url.pathname === '/data/thing' ? { status: 403, json: { code: 'no_permission', message: 'object thing' } } : null,
	)
	const { streams } = await project.run()
	expect(streams.map(({ outcome }) => outcome)).toEqual(['denied', 'loaded'])
	expect(streams[0]!.error!.next).toContain('give the integration user read permission')
	const runs = await project.db.selectFrom('stream_runs').select(['stream', 'outcome']).orderBy('stream').execute()
	expect(runs).toEqual([
		{ stream: 'rates', outcome: 'loaded' },
		{ stream: 'things', outcome: 'denied' },
	])
})

test('a used-up quota stops the run, and the next one goes on from the last durable page', async () => {
	let isSpent = true
	const { vendor, project, read } = await setUp(({ url }) =>
		isSpent && url.searchParams.get('after') === '20'
			? { status: 402, json: { code: 'daily', message: 'no more today' } }
			: null,
	)
	expect(await read()).toMatchObject({ outcome: 'stopped', landed: 20, error: { code: 'vendor.quota' } })
	isSpent = false
	vendor.asked.length = 0
	expect(await read()).toMatchObject({ outcome: 'loaded', appended: 25 })
	expect(vendor.asked.filter((line) => line.includes('/data/'))).toEqual(['GET /data/thing?limit=10&after=20'])
	expect(await project.rows('select count(*) as rows from raw.small__things')).toEqual([{ rows: '25' }])
})

test.each([
	{ priority: 1 as const, landed: 30, used: 82, rest: 'the rest is left to others' },
	{ priority: 2 as const, landed: 10, used: 74, rest: 'the rest is left to what a month end needs first, and others' },
])(
	'a run leaves part of the vendor’s quota to others, and more of it if a month end can wait for it ($priority)',
	async (one) => {
		let used = 70
		const count = () => {
			used += 4
			return { quota: 'requests', used, maximum: 100 }
		}
		const streams = vendorStreams.map((stream) => ({ ...stream, priority: one.priority }))
		const source = { ...vendorSource(streams), usage: count }
		const vendor = await startVendor({ thing: things(60) })
		const project = await startProject([smallConnection(vendor)], { sources: [source] })
		open.push(vendor, project)
		const { outcome, landed, error } = (await project.run({ streams: ['things'] })).streams[0]!
		expect({ outcome, landed, code: error!.code }).toEqual({
			outcome: 'stopped',
			landed: one.landed,
			code: 'vendor.quota',
		})
		expect(error!.message).toContain(`${one.used} of 100 requests are used`)
		expect(error!.message).toContain(one.rest)
		expect(await project.db.selectFrom('api_usage').select(['quota', 'used', 'maximum']).execute()).toEqual([
			{ quota: 'requests', used: one.used, maximum: 100 },
		])
	},
)

test('what the vendor cannot answer at once is asked for in smaller pages, behind the last record', async () => {
	const { vendor, read } = await setUp(({ url }) =>
		Number(url.searchParams.get('limit')) > 5 && url.searchParams.get('after') === '10'
			? { status: 413, json: { code: 'too_much', message: 'x' } }
			: null,
	)
	expect(await read()).toMatchObject({ outcome: 'loaded', appended: 25 })
	expect(vendor.asked).toContain('GET /data/thing?limit=5&after=10')
})

test('what does not come in time, however often it is asked for, is asked for in smaller pages', async () => {
	const { vendor, read } = await setUp(({ url }) =>
		Number(url.searchParams.get('limit')) > 5 && url.searchParams.get('after') === '10'
			? { status: 504, json: { code: 'late', message: 'x' } }
			: null,
	)
	expect(await read()).toMatchObject({ outcome: 'loaded', appended: 25 })
	const pages = vendor.asked.filter((line) => line.includes('after=10'))
	expect(pages).toHaveLength(7)
	expect(pages.slice(5)).toEqual(['GET /data/thing?limit=10&after=10', 'GET /data/thing?limit=5&after=10'])
})

test('a vendor that never answers in time is left after three smaller pages', async () => {
	const { vendor, read } = await setUp(({ url }) =>
		url.searchParams.get('after') === '10' || Number(url.searchParams.get('limit')) < 10
			? { status: 504, json: { code: 'late', message: 'x' } }
			: null,
	)
	expect(await read()).toMatchObject({ outcome: 'failed', landed: 10, error: { code: 'vendor.retry' } })
	const asked = vendor.asked.flatMap((line) => /limit=(\d+)&after=10/.exec(line)?.[1] ?? [])
	expect([...new Set(asked)]).toEqual(['10', '5', '2', '1'])
})

test('a place in a list that has expired is left, and the reading goes on behind the last record', async () => {
	let isGone = true
	const { read } = await setUp(({ url }) => {
		if (!isGone || url.searchParams.get('after') !== '10') return null
		isGone = false
		return { status: 400, json: { code: 'locator_gone', message: 'x' } }
	})
	expect(await read()).toMatchObject({ outcome: 'loaded', landed: 25, appended: 25 })
})

test('a redirect is not followed', async () => {
	const { vendor, read } = await setUp(
		first(1, { status: 302, text: '', headers: { location: 'http://127.0.0.1:1/elsewhere' } }),
	)
	const { error } = await read()
	expect(error!.code).toBe('vendor.config')
	expect(error!.message).toContain('it points to http://127.0.0.1:1/elsewhere; redirects are not followed')
	expect(vendor.asked.some((line) => line.includes('elsewhere'))).toBe(false)
})

test('a configured field that the vendor does not have is an error before the first page, with the nearest names', async () => {
	const { vendor, read } = await setUp(undefined, { describes: true }, { code: 'Kode__c' })
	vendor.described['thing'] = {
		id: 'text',
		amount: 'money',
		currency: 'text',
		day: 'date',
		changed: 'datetime',
		Code__c: 'text',
	}
	const { error } = await read()
	expect(error).toMatchObject({
		code: 'fields.unknown',
		message: 'thing has no field Kode__c, which fields.code names',
	})
	expect(vendor.asked.some((line) => line.includes('/data/'))).toBe(false)
})

test('a custom field that the company does not have lands empty, and the run says so', async () => {
	const { vendor, read } = await setUp(undefined, { describes: true })
	vendor.described['thing'] = { id: 'text', amount: 'money', currency: 'text', day: 'date', changed: 'datetime' }
	const { outcome, notes } = await read()
	expect(outcome).toBe('loaded')
	expect(notes).toContain('thing has no field Code__c; code is empty (set fields.code if it is called otherwise)')
})

test('added and removed fields are noted; one that is read and is gone or changed its type stops the stream by its name', async () => {
	const { vendor, project, read } = await setUp(undefined, { describes: true })
	const fields = { id: 'text', amount: 'money', currency: 'text', day: 'date', changed: 'datetime', Code__c: 'text' }
	vendor.described['thing'] = { ...fields, old: 'text' }
	await read()
	vendor.described['thing'] = { ...fields, brand: 'text' }
	project.clock.now += 60_000
	expect((await read()).outcome).toBe('loaded')
	const events = await project.db
		.selectFrom('drift_events')
		.select(['field', 'change', 'is_declared'])
		.orderBy('field')
		.execute()
	expect(events).toEqual([
		{ field: 'brand', change: 'added', is_declared: 0 },
		{ field: 'old', change: 'removed', is_declared: 0 },
	])
	vendor.described['thing'] = { ...fields, amount: 'text' }
	project.clock.now += 60_000
	expect((await read()).error).toMatchObject({
		code: 'drift.retyped',
		message: expect.stringContaining('amount was money and is text'),
	})
	const { amount: _, ...without } = fields
	vendor.described['thing'] = without
	expect((await read()).error).toMatchObject({
		code: 'drift.removed',
		message: 'thing no longer has the field amount, which is read',
	})
})

test('a request that is not on the allow-list never leaves', async () => {
	const sneaky = vendorSource()
	const source = {
		...sneaky,
		read: () => ({ first: { method: 'POST' as const, path: '/data/thing' }, records: 'records', next: () => null }),
	}
	const vendor = await startVendor({ thing: things(1) })
	const project = await startProject([smallConnection(vendor)], { sources: [source] })
	open.push(vendor, project)
	const { error } = (await project.run({ streams: ['things'] })).streams[0]!
	expect(error).toMatchObject({ code: 'http.not_allowed' })
	expect(vendor.asked.filter((line) => line.includes('/data/'))).toEqual([])
})

test('a clock that is more than ten minutes ahead of the vendor’s reads nothing, and says so', async () => {
	const vendor = await startVendor({ thing: things(3) })
	const project = await startProject([{ ...smallConnection(vendor), options: { url: 'https://vendor.example' } }])
	open.push(vendor, project)
	const { send, close } = createTransport()
	// The vendor under a name of its own, with a clock that is so many minutes behind ours.
	const read = async (minutes: number) => {
		const transport: Transport = {
			close: async () => {},
			send: async (outgoing) => {
				const answer = await send({
					...outgoing,
					url: new URL(outgoing.url.pathname + outgoing.url.search, vendor.url),
				})
				const date = new Date(project.clock.now - minutes * 60_000).toUTCString()
				return { ...answer, headers: { ...answer.headers, date } }
			},
		}
		return (await project.run({ streams: ['things'] }, { transport })).streams[0]!
	}
	expect(await read(11)).toMatchObject({
		outcome: 'failed',
		error: {
			message: expect.stringContaining("this machine's clock is 11 minutes ahead of vendor.example"),
			next: 'set the clock (NTP); nothing was read, so that no change is passed over',
		},
	})
	expect(await project.resources.state.cursor('crm', 'things')).toBeNull()
	expect(await read(10)).toMatchObject({ outcome: 'loaded', landed: 3 })
	await close()
})

test('a rotated refresh token is on the disk before it is used, and the next run uses it', async () => {
	const used: string[] = []
	const base = vendorSource()
	const vendor = await startVendor({ thing: things(3) })
	const source = defineSource({
		...base,
		auth: (options) => async (context) =>
			refreshToken({ tokenUrl: `${options['url']}/token`, clientId: 'c', initial: 'first-refresh-token' })({
				...context,
				post: async (_, form) => {
					used.push(form['refresh_token']!)
					vendor.valid.add(`for-${used.length}`)
					return { status: 200, json: { access_token: `for-${used.length}`, refresh_token: `rotated-${used.length}` } }
				},
				saveTokens: async (tokens) => {
					expect(vendor.asked).toHaveLength(0)
					await context.saveTokens(tokens)
				},
			}),
	})
	const project = await startProject([smallConnection(vendor)], { sources: [source] })
	open.push(vendor, project)
	expect((await project.run({ streams: ['things'] })).streams[0]!.outcome).toBe('loaded')
	vendor.asked.length = 0
	expect((await project.run({ streams: ['things'] })).streams[0]!.outcome).toBe('loaded')
	expect(used).toEqual(['first-refresh-token', 'rotated-1'])
})

test('a page that leads back to one that was read before is no page, however often it comes', async () => {
	const { read } = await setUp(({ url }) =>
		url.searchParams.get('after') === '20' ? { text: `{"total":25,"more":true,"records":[${thing(10)}]}` } : null,
	)
	const { outcome, error } = await read()
	expect({ outcome, code: error?.code }).toEqual({ outcome: 'failed', code: 'vendor.retry' })
	expect(error?.message).toContain('page.loop: the page leads back to one that was read before')
})

test('a page that leads to itself, and an empty one that promises more, are asked again and then refused', async () => {
	for (const [records, message] of [
		[thing(20), 'page.loop: the page leads to itself'],
		['', 'page.empty: an empty page came, and more were promised'],
	]) {
		const { read } = await setUp(({ url }) =>
			url.searchParams.get('after') === '20' ? { text: `{"total":25,"more":true,"records":[${records}]}` } : null,
		)
		const { outcome, error } = await read()
		expect({ outcome, code: error?.code }).toEqual({ outcome: 'failed', code: 'vendor.retry' })
		expect(error?.message).toContain(message)
	}
})

test('pages that go on long after the source’s own count fill no disk', async () => {
	const many = Array.from({ length: 11_000 }, (_, index) => thing(index + 1)).join(',')
	const { read, project } = await setUp(({ url }) =>
		url.pathname === '/data/thing' ? { text: `{"total":25,"more":true,"records":[${many}]}` } : null,
	)
	expect(await read()).toMatchObject({
		outcome: 'failed',
		error: {
			code: 'page.endless',
			message: '11000 records came where the source counts 25, and more follow',
			next: expect.stringContaining('tieout extract crm.things --full'),
		},
	})
	expect(await project.rows("select 1 from duckdb_tables() where table_name = 'small__things'")).toEqual([])
})
