import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTransport } from '../../extract/http.ts'
import { sourceOf } from '../../extract/run.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { type CrmSystem, crmSystems, type Pair, type System, usualPair } from '../../extract/sandbox/world/systems.ts'
import type { Connection, Stream } from '../../extract/source.ts'
import type { StreamOutcome } from '../../extract/stream-run.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isChosen, offeredSystems } from './chosen-systems.ts'
import { type Hostility, type PassingPage, startHostileProxy } from './hostile-proxy.ts'
import { sandboxConnections } from './sandboxes.ts'
import { selfSigned } from './self-signed.ts'
import { startProject } from './vendor.ts'

// Bodies that a broken or hostile server may send, in place of each system's own pages. Whatever comes: a named error, or the record in
// quarantine with its reason; nothing that the system doesn't have is loaded, and the next honest answer makes everything right.
// TIEOUT_SYSTEM=xero runs one system, TIEOUT_TESTS=all every one.
/** Bytes of an answer, here. */
const largest = 4 << 20
const systems = offeredSystems.filter(isChosen)

describe.each(systems.map((system) => [system]))('%s', (system) => {
	let sandboxes: Sandboxes
	let proxy: Awaited<ReturnType<typeof startHostileProxy>>
	let connection: Connection
	let stream: Stream
	let clean: string[]

	beforeAll(async () => {
		sandboxes = await startCompany({ pair: pairWith(system), scale: 0.02 })
		proxy = await startHostileProxy(sandboxes.url(system))
		proxy.isPage = (url, body) =>
			!otherPath.test(url.pathname) && !otherQuestion.test(`${decodeURIComponent(url.search)} ${body}`)
		connection = through(proxy.url)
		stream = attacked(connection)
		const project = await projectOf()
		const [outcome] = await project.read()
		expect({ error: undefined, ...outcome }).toMatchObject({ outcome: 'loaded', quarantined: 0, error: undefined })
		clean = await project.versions()
		expect(clean.length).toBeGreaterThan(records.length)
		proxy.pages = 0
		await project.close()
	}, 60_000)
	afterEach(() => {
		proxy.hostility = () => undefined
		proxy.pages = 0
	})
	afterAll(async () => {
		await proxy.close()
		await sandboxes.close()
	})

	test('a record that can’t be understood, or in two ways, waits in quarantine with its reason; the others are loaded', async () => {
		proxy.hostility = (page) => {
			if (page.count > 1) return undefined
			return withMarks(
				page,
				records.map(([, , change], index) => change(page.records[index]!, stream, index)),
			)
		}
		const project = await projectOf()
		const [outcome] = await project.read()
		const waiting = await project.db.selectFrom('quarantine').selectAll().orderBy('line').execute()
		expect(outcome).toMatchObject({ outcome: 'loaded', quarantined: records.length })
		expect(waiting.map(({ line, code }) => `${line} ${code}`)).toEqual(
			records.map(([, code], index) => `${index + 1} ${code}`),
		)
		expect(waiting.filter(({ reason }) => reason.length > 400)).toEqual([])
		expect(strangers(await project.versions())).toEqual([])
		await expectHealed(project)
	})

	test('what is no page is told by its name, again and again, and nothing of it is loaded', async () => {
		const project = await projectOf()
		for (const [name, code, change] of bodies) {
			proxy.hostility = change
			proxy.pages = 0
			const [outcome] = await project.read(true)
			if (outcome!.outcome === 'loaded') {
				// Smaller pages came instead.
				expect({ name, versions: await project.versions() }).toEqual({ name: 'a gzip bomb', versions: clean })
				continue
			}
			expect({ name, ...outcome }).toMatchObject({
				name,
				outcome: 'failed',
				error: { code: expect.stringMatching(code) },
			})
			expect(outcome!.error!.next).toBeTruthy()
			expect(strangers(await project.versions())).toEqual([])
		}
		await expectHealed(project)
	})

	test('pages that repeat, shrink, break off or double lose nothing and load nothing that is not there', async () => {
		const project = await projectOf()
		for (const [name, change] of lists()) {
			proxy.pages = 0
			project.clock.now += 60_000
			proxy.hostility = (page) => change(page, stream)
			const [outcome] = await project.read(true)
			const versions = await project.versions()
			expect({ name, strangers: strangers(versions) }).toEqual({ name, strangers: [] })
			if (outcome!.quarantined > 0) continue
			if (outcome!.outcome === 'loaded') expect({ name, versions }).toEqual({ name, versions: clean })
			else
				expect({ name, ...outcome!.error }).toMatchObject({ name, code: expect.any(String), next: expect.any(String) })
		}
		await expectHealed(project)
	})

	test('a certificate that does not verify stops the stream at once, before anything is asked', async () => {
		const secure = await startHostileProxy(sandboxes.url(system), selfSigned)
		const project = await projectOf(through(secure.url))
		const [outcome] = await project.read()
		await project.close()
		await secure.close()
		expect(secure.pages).toBe(0)
		expect(outcome).toMatchObject({
			outcome: 'failed',
			error: { code: 'http.certificate', next: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
		})
	})

	/** The connection with every address of the sandbox in its options replaced. */
	function through(url: string): Connection {
		const [direct] = sandboxConnections(sandboxes).filter(({ kind }) => kind === system)
		return JSON.parse(JSON.stringify(direct).replaceAll(sandboxes.url(system), url))
	}

	async function projectOf(given = connection) {
		const project = await startProject([given])
		project.clock.now = sandboxes.now()
		const { source } = sourceOf(given)
		const table = `raw."${source.tables ?? source.kind}__${stream?.name}"`
		return {
			...project,
			read: async (full = false): Promise<StreamOutcome[]> =>
				(
					await project.run(
						{ streams: [stream.name], full },
						{
							retry: { attempts: 3, base: 250 },
							sleep: delay,
							transport: createTransport({ maximumBytes: largest }),
						},
					)
				).streams,
			versions: async () => {
				const tables = await project.rows(
					`select 1 from duckdb_tables() where '${stream.name}' = split_part(table_name, '__', 2)`,
				)
				if (tables.length === 0) return []
				const rows = await project.rows<{ version: string }>(
					`select _key || ' ' || _hash as version from (select *, row_number() over (
						partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as nth from ${table})
					where nth = 1 and not _deleted order by 1`,
				)
				return rows.map(({ version }) => version)
			},
		}
	}

	/** After an honest answer all records are there, as they are, and nothing waits. */
	async function expectHealed(project: Awaited<ReturnType<typeof projectOf>>) {
		proxy.hostility = () => undefined
		project.clock.now += 60_000
		const [again] = await project.read(true)
		expect({ error: undefined, ...again }).toMatchObject({ outcome: 'loaded', quarantined: 0, error: undefined })
		const versions = await project.versions()
		expect(versions).toEqual(clean)
		expect(await project.resources.state.quarantined({})).toEqual([])
		await project.close()
	}

	function strangers(versions: string[]): string[] {
		const known = new Set(clean)
		return versions.filter((version) => !known.has(version))
	}
})

/** What is asked besides the stream's own pages. */
const otherPath = /describe|\/properties\/|metadata|getdoctype|\/limits|\/deleted\/|oauth|\/token/i
const otherQuestion = /deletedrecord|Deleted.Document|count\s*\(/i

/** A stream with money that is asked for by itself; else the first one with a number. */
function attacked(connection: Connection): Stream {
	const { source, connection: checked } = sourceOf(connection)
	const inUse = source.inUse?.(checked.options)
	const own = source.streams.filter(
		({ within, follows, name }) => !within && !follows && (!inUse || inUse.includes(name)),
	)
	return (
		own.find((stream) => stream.cursor && stream.money && amountField(stream)) ??
		own.find((stream) => stream.cursor && amountField(stream))!
	)
}

const numeric = new Set(['amount', 'price', 'quantity', 'rate'])

function amountField(stream: Stream): string | undefined {
	return Object.values(stream.columns).find(
		({ type, field, isCustom }) => numeric.has(type) && !isCustom && !field.includes('.'),
	)?.field
}

type Members = Record<string, unknown>

/** The object inside a record that holds the member, whatever its case; the record itself if none does. */
function holderOf(record: Members, name: string): { holder: Members; member: string } {
	for (const holder of [record, ...Object.values(record)] as Members[]) {
		if (typeof holder !== 'object' || holder === null) continue
		const member = Object.keys(holder).find((one) => one.toLowerCase() === name.toLowerCase())
		if (member) return { holder, member }
	}
	return { holder: record, member: name }
}

type Text = string | Buffer

/** The page with each text in place of its mark. */
function withMarks({ json }: PassingPage, texts: Text[]): { body: Buffer } {
	const parts = JSON.stringify(json).split(/"@hostile (\d+)@"/)
	return {
		body: Buffer.concat(
			parts.map((part, index) => Buffer.from(index % 2 === 0 ? part : (texts[Number(part)] as string))),
		),
	}
}

/** Marks one value of a record; what it is to become is answered. */
type RecordChange = (record: Members, stream: Stream, index: number) => Text

function value(text: Text, field: (stream: Stream) => string = () => 'hostile'): RecordChange {
	return (record, stream, index) => {
		const { holder, member } = holderOf(record, field(stream))
		holder[member] = `@hostile ${index}@`
		return text
	}
}

const amount = (stream: Stream) => amountField(stream)!

const records: [name: string, code: string, change: RecordChange][] = [
	['a number of 1e400', 'too_large', value('1e400', amount)],
	['a number of 400 digits', 'too_large', value('9'.repeat(400), amount)],
	['a list 100,000 levels deep', 'too_deep', value('['.repeat(100_000) + ']'.repeat(100_000))],
	['an object 100,000 levels deep', 'too_deep', value(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
	['the same name twice', 'duplicate_key', value('1,"hostile":2')],
	['the same name twice in an object inside', 'duplicate_key', value('{"a":1,"b":2,"a":3}')],
	['an escaped NUL', 'malformed', value('"a\\u0000b"')],
	['a raw NUL', 'malformed', value('"a\0b"')],
	['broken UTF-8', 'malformed', value(Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
	['half a character', 'malformed', value('"\\ud83d"')],
	['a record without key', 'missing_key', (record, stream) => withoutKey(record, stream)],
]

function withoutKey(record: Members, stream: Stream): Text {
	for (const name of stream.key) {
		const { holder, member } = holderOf(record, stream.columns[name]!.field)
		delete holder[member]
	}
	return ''
}

const bodies: [name: string, code: RegExp, change: Hostility][] = [
	[
		'a redirect to another host',
		/^vendor\.config$/,
		() => ({ body: '', status: 302, headers: { location: 'https://example.com/records' } }),
	],
	[
		'a body cut in the middle, with status 200',
		/^vendor\.retry$/,
		({ json }) => ({ body: JSON.stringify(json).slice(0, JSON.stringify(json).length >> 1) }),
	],
	[
		'a web page with status 200',
		/^vendor\.retry$/,
		() => ({ body: '<!doctype html><p>maintenance', headers: { 'content-type': 'text/html' } }),
	],
	[
		'a gzip bomb',
		/^vendor\.(smaller|retry)$/,
		// Smaller pages are asked for, where that can be: then honest ones come.
		({ count }) =>
			count > 2
				? undefined
				: { body: gzipSync(Buffer.alloc(largest + 1, 0x20)), headers: { 'content-encoding': 'gzip' } },
	],
	[
		'gzip that breaks off',
		/^vendor\.retry$/,
		({ json }) => ({
			body: gzipSync(JSON.stringify(json)).subarray(0, 200),
			headers: { 'content-encoding': 'gzip' },
		}),
	],
]

type ListChange = (page: PassingPage, stream: Stream) => ReturnType<Hostility>

function lists(): [name: string, change: ListChange][] {
	let first = ''
	return [
		[
			'a page that repeats',
			(page) => {
				if (page.count === 1) first = JSON.stringify(page.json)
				return page.count === 1 ? undefined : { body: first }
			},
		],
		[
			'a record twice on a page',
			(page) => {
				page.records.push(page.records[0]!)
				return { body: JSON.stringify(page.json) }
			},
		],
		['a total that shrinks', (page) => ({ body: shrunk(page) })],
		[
			'a page of which half is missing',
			(page) => {
				page.records.length = page.records.length >> 1
				return { body: JSON.stringify(page.json) }
			},
		],
		[
			'a last record without key',
			(page, stream) => {
				withoutKey(page.records.at(-1)!, stream)
				return { body: JSON.stringify(page.json) }
			},
		],
	]
}

/** Every total in the envelope halved; the records stay. */
function shrunk({ json, records: list }: PassingPage): string {
	const kept = JSON.stringify(list)
	return JSON.stringify(json)
		.split(kept)
		.map((part) =>
			part.replaceAll(
				/("(?:total\w*|count|rowCount|itemCount|@odata\.count)":\s*"?)(\d+)/gi,
				(_, name, count) => `${name}${count >> 1}`,
			),
		)
		.join(kept)
}

function pairWith(system: System): Pair {
	const isCrm = (crmSystems as readonly System[]).includes(system)
	return (isCrm ? { ...usualPair, crm: system as CrmSystem } : { ...usualPair, erp: system }) as Pair
}
