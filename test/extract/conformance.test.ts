import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardedUrl } from '../../extract/guard.ts'
import { createTransport, type Transport } from '../../extract/http.ts'
import { sources } from '../../extract/registry.ts'
import { sourceOf } from '../../extract/run.ts'
import { faultKinds } from '../../extract/sandbox/faults.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { type CrmSystem, crmSystems, type Pair, type System, usualPair } from '../../extract/sandbox/world/systems.ts'
import type { Connection, Source, Stream } from '../../extract/source.ts'
import { editorColumns } from '../../server/close/changed-by.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isThorough } from '../thorough.ts'
import { isChosen, offeredSystems } from './chosen-systems.ts'
import {
	emptyFolder,
	extractOnce,
	type Once,
	sandboxConnections,
	tablesOfChanges,
	warehouseFingerprint,
} from './sandboxes.ts'
import { startProject } from './vendor.ts'

// What every source must hold against its sandbox. A new system gets all of it by being in the registry.
// TIEOUT_SYSTEM=xero runs one system, TIEOUT_TESTS=all every one.
const scale = 0.01
const day = 24 * 3_600_000
/** Where each company is a connection of its own, two of them show what four would. */
const companies = 2

/** Kinds and options that read a sandbox in another way than its own kind does: the streams that differ, and enough others for a run. */
type Variant = { name: string; kind: string; system: System; streams: string[]; options?: Record<string, string> }
const others = ['business_partners', 'products', 'billing_documents']
const variants: Variant[] = [
	{ name: 'sap_v2', kind: 'sap_v2', system: 'sap', streams: ['sales_orders', ...others] },
	{
		name: 'sap by the universal journal',
		kind: 'sap',
		system: 'sap',
		streams: ['journal_items', ...others],
		options: { income_from: 'universal_journal' },
	},
]
const own = offeredSystems.map((system) => ({ name: system, kind: system, system, streams: null, options: {} }))
const kinds = [...own, ...variants].filter(({ system }) => isChosen(system))

/** The vendor's own pace is kept by tests of its source; here it would only be waited for. */
const unhurried: Partial<Record<System, Record<string, number>>> = {
	xero: { requests_per_minute: 100_000, requests_per_day: 1_000_000 },
	quickbooks: { requests_per_second: 100_000, requests_per_minute: 100_000 },
}

/** Where documents come whatever their stamp as long as they are open: what doesn't. */
const filtered: Partial<Record<System, string>> = { erpnext: 'gl_entries' }

describe.each(kinds)('$name', ({ kind: ownKind, system, streams: own, options }) => {
	let sandboxes: Sandboxes
	let connections: Connection[]
	let project: Awaited<ReturnType<typeof startProject>>
	let expected: Record<string, string>

	beforeAll(async () => {
		sandboxes = await startCompany({
			pair: pairWith(system),
			scale,
			requestsPerMinute: 100_000,
			dailyRequests: { limit: 1_000_000, usedByOthers: 0 },
			faults: { retryAfterSeconds: 0, slowMilliseconds: 5 },
		})
		connections = sandboxConnections(sandboxes)
			.filter(({ kind }) => kind === system)
			.slice(0, companies)
			.map((connection) => ({
				...connection,
				kind: ownKind,
				...(own && { streams: own }),
				options: { ...connection.options, ...unhurried[system], ...options },
			}))
		project = await startProject(connections)
		project.clock.now = sandboxes.now()
	}, 60_000)
	afterAll(async () => {
		await project.close()
		await sandboxes.close()
	})

	test('the first run brings every stream, with a certificate that proves it or says why it can’t', async () => {
		const { streams } = await project.run()
		expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		expect(streams.reduce((rows, { appended }) => rows + appended, 0)).toBeGreaterThan(100)
		const certificates = await project.db
			.selectFrom('certificates')
			.select(['connection', 'stream', 'verdict', 'reason', 'money'])
			.execute()
		const doubtful = certificates.filter(
			({ verdict, reason }) => verdict !== 'proved' && !(verdict === 'unverifiable' && reason),
		)
		expect(doubtful).toEqual([])
		expect(certificates.some(({ verdict }) => verdict === 'proved')).toBe(true)
		for (const { stream, money } of certificates)
			for (const { landed, loaded } of JSON.parse(money) as { landed: string | null; loaded: string }[])
				expect({ stream, landed: landed ?? loaded }).toEqual({ stream, landed: loaded })
		expect(await nobodysColumns(project)).toEqual([])
		expected = await fingerprintOf(project)
	})

	test('a second run appends nothing and deletes nothing', async () => {
		const before = sandboxes.requests()[system].requests
		project.clock.now += 60_000
		const { streams } = await project.run()
		expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		expect(streams.filter(({ appended, deleted }) => appended + deleted > 0)).toEqual([])
		expect(sandboxes.requests()[system].requests).toBeGreaterThan(before)
	})

	test('killed in landing and in loading, a run goes on from there while much goes wrong, and ends with the same warehouse', async () => {
		const job: Once = { folder: emptyFolder(), connections, now: sandboxes.now(), partBytes: 20_000 }
		// Now and then every token ends, until it is killed; the rest is read while much goes wrong.
		sandboxes.setFaults({ rate: 0.03, kinds: ['expired-token'] })
		let died = 0
		for (const kill of [
			['page', 5, 0],
			['load', 2, 3],
		] as Once['kill'][])
			if (!(await extractOnce({ ...job, kill }))) died++
		expect(died).toBeGreaterThanOrEqual(1)
		sandboxes.setFaults({ rate: 0.5, kinds: faultKinds.filter((kind) => kind !== 'expired-token') })
		const ended = await extractOnce(job)
		sandboxes.setFaults({ rate: 0 })
		expect(ended!.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		expect(await warehouseFingerprint(job.folder)).toEqual(expected)
		expect(Object.keys(sandboxes.requests()[system].faults).length).toBeGreaterThan(2)
	}, 60_000)

	test.runIf(isThorough)(
		'months lived one after the other end with the records of a fresh read: changes, deletions, merges and voids',
		async () => {
			const end = sandboxes.now()
			const company = connections.slice(0, 1)
			const lived = await startProject(company)
			const fresh = await startProject(company)
			try {
				sandboxes.setClock(Date.parse('2026-03-25T09:00:00Z'))
				lived.clock.now = sandboxes.now()
				const { streams } = await lived.run()
				expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
				sandboxes.setClock(end + day)
				lived.clock.now = fresh.clock.now = sandboxes.now()
				await lived.run()
				// What no list tells and no count shows is found by the sweep of all keys, within its week.
				lived.clock.now += 8 * day
				await lived.run({ full: true })
				await fresh.run()
				expect(await liveKeys(lived)).toEqual(await liveKeys(fresh))
			} finally {
				sandboxes.setClock(end)
				await lived.close()
				await fresh.close()
			}
		},
		120_000,
	)

	test('an answer that passes over what was asked for is noticed, and nothing of it is taken', async () => {
		const end = sandboxes.now()
		const project = await startProject(connections.slice(0, 1))
		const stream = filtered[system] ?? documentsOf(system).stream.name
		const recorded = replaying()
		const read = async (at: string | number) => {
			sandboxes.setClock(typeof at === 'string' ? Date.parse(at) : at)
			project.clock.now = sandboxes.now()
			const { streams } = await project.run({ streams: [stream] }, { transport: recorded.transport })
			return streams[0]!
		}
		try {
			expect(await read('2026-03-25T09:00:00Z')).toMatchObject({ outcome: 'loaded' })
			recorded.record()
			expect(await read('2026-06-25T09:00:00Z')).toMatchObject({ outcome: 'loaded' })
			recorded.stop()
			expect(await read('2026-08-25T09:00:00Z')).toMatchObject({ outcome: 'loaded' })
			// A vendor that does not understand the question answers another one: here, that of months ago.
			recorded.answer()
			const misread = await read(end)
			expect(misread).toMatchObject({ outcome: 'failed', landed: 0, appended: 0 })
			expect(misread.error!.message).toMatch(
				/passed over|outside of what|long before what|older than|without the stamp|ignored/,
			)
			recorded.stop()
			expect(await read(end)).toMatchObject({ outcome: 'loaded' })
		} finally {
			sandboxes.setClock(end)
			await project.close()
			await recorded.close()
		}
	}, 60_000)

	test.runIf(isThorough)(
		'records that were never read are told by the source’s own count, and read within a day',
		async () => {
			const end = sandboxes.now()
			const project = await startProject(connections.slice(0, 1))
			const { source } = sourceOf(connections[0]!)
			const run = async (at: number) => {
				sandboxes.setClock(at)
				project.clock.now = at
				const { streams } = await project.run()
				const runs = streams.flatMap(({ runId }) => runId ?? [])
				const found = await project.db
					.selectFrom('certificates')
					.select(['stream', 'verdict'])
					.where('run_id', 'in', runs)
					.execute()
				return new Map(found.map(({ stream, verdict }) => [stream, verdict]))
			}
			try {
				await run(end)
				const lost = new Map<string, string[]>()
				for (const stream of source.streams.filter(({ cursor, within, follows }) => cursor && !within && !follows)) {
					const table = `raw."${source.tables ?? source.kind}__${stream.name}"`
					const known = await project.rows<{ table: string }>(
						`from duckdb_tables() where schema_name = 'raw' and table_name = '${table.slice(5, -1)}'`,
					)
					if (known.length === 0) continue
					const oldest = await project.rows<{ key: string }>(
						`delete from ${table} where _key in (select _key from ${table} group by _key order by max(_cursor), _key limit 5)
							and (select count(distinct _key) from ${table}) > 20 returning _key as key`,
					)
					if (oldest.length > 0)
						lost.set(
							stream.name,
							oldest.map(({ key }) => key),
						)
				}
				expect(lost.size).toBeGreaterThan(1)
				const verdicts = await run(end + day / 12)
				const untold = [...lost.keys()].filter((name) => verdicts.get(name) === 'proved')
				expect(untold).toEqual([])
				await run(end + day)
				await run(end + day + 3_600_000)
				const missing: string[] = []
				for (const [name, keys] of lost) {
					if (verdicts.get(name) !== 'short') continue
					const back = await project.rows<{ key: string }>(
						`select distinct _key as key from raw."${source.tables ?? source.kind}__${name}"`,
					)
					const here = new Set(back.map(({ key }) => key))
					if (keys.some((key) => !here.has(key))) missing.push(name)
				}
				expect(missing).toEqual([])
			} finally {
				sandboxes.setClock(end)
				await project.close()
			}
		},
		120_000,
	)

	test('nothing that would write leaves the process, and nothing was written', () => {
		for (const connection of connections) {
			const { source, connection: checked } = sourceOf(connection)
			const origin = source.origin(checked.options)
			const origins = source.origins(checked.options)
			const paths = source.allow.map(({ path }) => path.replaceAll('*', 'x'))
			for (const path of paths)
				for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
					if (source.allow.some((rule) => rule.method === (method as string))) continue
					expect(() => guardedUrl({ method: method as 'POST', path }, origin, origins, source.allow)).toThrow(
						/not one of the reads/,
					)
				}
			expect(() => guardedUrl({ method: 'GET', path: 'https://example.com/' }, origin, origins, source.allow)).toThrow(
				/not a host of this source/,
			)
		}
		expect(sandboxes.requests()[system].writes).toEqual([])
	})
})

function pairWith(system: System): Pair {
	const isCrm = (crmSystems as readonly System[]).includes(system)
	return (isCrm ? { ...usualPair, crm: system as CrmSystem } : { ...usualPair, erp: system }) as Pair
}

/** Columns that are to say who changed a record, and say it of none. */
async function nobodysColumns(project: Project): Promise<string[]> {
	const columns = await project.rows<{ table: string; column: string }>(
		`select table_name as table, column_name as column from duckdb_columns()
		where schema_name = 'raw' and list_contains(['${editorColumns.join("', '")}'], column_name) order by 1, 2`,
	)
	const empty: string[] = []
	for (const { table, column } of columns) {
		const [row] = await project.rows<{ rows: string; told: string }>(
			`select count(*) as rows, count("${column}") as told from raw."${table}"`,
		)
		if (row!.rows !== '0' && row!.told === '0') empty.push(`${table}.${column}`)
	}
	return empty
}

/** The transport, which can answer each path with the longest answer that it once gave. */
function replaying() {
	const real = createTransport()
	const answers = new Map<string, Awaited<ReturnType<Transport['send']>>>()
	let state: 'passing' | 'recording' | 'answering' = 'passing'
	const transport: Transport = {
		// Each run closes it; it is wanted again.
		close: async () => {},
		send: async (request) => {
			const { method, url } = request
			const place = `${method} ${new URL(url).pathname}`
			const known = answers.get(place)
			// Whoever reads an answer may give its memory back.
			if (state === 'answering' && known) return { ...known, body: Buffer.from(known.body) }
			const answer = await real.send(request)
			const isLonger = answer.body.length > (known?.body.length ?? 0)
			if (state === 'recording' && isLonger && !/token|oauth/i.test(place))
				answers.set(place, { ...answer, body: Buffer.from(answer.body) })
			return answer
		},
	}
	return {
		transport,
		record: () => {
			state = 'recording'
		},
		answer: () => {
			state = 'answering'
		},
		stop: () => {
			state = 'passing'
		},
		close: () => real.close(),
	}
}

/** The stream of documents that has money and is read by its stamp. */
function documentsOf(system: System): { source: Source; stream: Stream } {
	const source = sources.find(({ kind }) => kind === system)!
	const own = source.streams.filter(({ cursor, within, follows }) => cursor && !within && !follows)
	return { source, stream: own.find(({ money }) => money) ?? own.find(({ name }) => name === 'transactions')! }
}

type Project = Awaited<ReturnType<typeof startProject>>

async function fingerprintOf(project: Project): Promise<Record<string, string>> {
	await project.resources.warehouse.rest()
	return await warehouseFingerprint(project.folder)
}

/** Key and content of every record in force, by raw table. */
async function liveKeys(project: Project): Promise<Record<string, string[]>> {
	const tables = await project.rows<{ name: string }>(
		`select table_name as name from duckdb_tables() where schema_name = 'raw' order by 1`,
	)
	const keys: Record<string, string[]> = {}
	for (const { name } of tables) {
		if (tablesOfChanges.has(name)) continue
		const rows = await project.rows<{ key: string }>(
			`select _connection || ' ' || _key || ' ' || _hash as key from (select _connection, _key, _deleted, _hash, row_number() over (
				partition by _connection, _key order by _extracted_at desc, _cursor desc, _loaded_at desc) as version from raw."${name}")
			where version = 1 and not _deleted order by 1`,
		)
		keys[name] = rows.map(({ key }) => key)
	}
	return keys
}
