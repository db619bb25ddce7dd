import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request as send } from 'undici'
import { createTransport, type Outgoing, type Transport } from '../../extract/http.ts'
import { sources } from '../../extract/registry.ts'
import { runStreams } from '../../extract/run.ts'
import { startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { crmSystems, type Pair, type System, usualPair } from '../../extract/sandbox/world/systems.ts'
import type { Connection, Source } from '../../extract/source.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'
import { sandboxConnections } from '../extract/sandboxes.ts'

/** A request as it was sent, and the lists that hold records in answers of that kind. */
type Recorded = { method: string; url: string; headers: Record<string, string>; body: string | null }
type Recording = { requests: Recorded[]; lists: string[] }

/** Vendors' paces that would only be waited for. */
const unhurried: Partial<Record<System, Record<string, number>>> = {
	hubspot: { requests_per_10_seconds: 250 },
	xero: { requests_per_minute: 100_000, requests_per_day: 1_000_000 },
	quickbooks: { requests_per_second: 100_000, requests_per_minute: 100_000 },
}

/** The sandbox of one system; tokens last for hours. */
export async function serveSystem({ system, scale }: { system: System; scale: number }) {
	const isCrm = (crmSystems as readonly System[]).includes(system)
	const sandboxes = await startSandboxes({
		pair: (isCrm ? { ...usualPair, crm: system } : { ...usualPair, erp: system }) as Pair,
		scale,
		serviceMilliseconds: 0,
		requestsPerMinute: 10_000_000,
		dailyRequests: { limit: 10_000_000, usedByOthers: 0 },
		tokenLifetimeSeconds: 100_000,
	})
	const connections = sandboxConnections(sandboxes)
		.filter(({ kind }) => kind === system)
		.map((connection) => ({ ...connection, options: { ...connection.options, ...unhurried[system] } }))
	return { connections, now: sandboxes.now(), close: () => sandboxes.close() }
}

/** The first load of a system by the product. `record`: a file that keeps every request, for {@link bareRequests}. */
export async function firstLoad({
	connections,
	now: at,
	folder,
	record,
}: {
	connections: Connection[]
	now: number
	folder: string
	record?: string
}) {
	const now = () => at
	const state = await openState(path.join(folder, 'state.sqlite'), { now })
	const warehouse = warehouseAt(path.join(folder, 'warehouse.duckdb'))
	const recording: Recording = { requests: [], lists: [] }
	const given = record ? sources.map((source) => listening(source, recording)) : []
	const resources = { state: extractState(state.db, { now }), warehouse, landing: path.join(folder, 'landing') }
	const transport = record ? { transport: recorder(recording) } : {}
	const { streams, requests } = await runStreams(
		{ connections },
		{ ...resources, sources: given },
		{ now, ...transport },
	)
	await warehouse.rest()
	await state.close()
	if (record) writeFileSync(record, JSON.stringify(recording))
	const failed = streams.filter(({ outcome }) => outcome !== 'loaded')
	if (failed.length > 0) throw new Error(JSON.stringify(failed.slice(0, 2)))
	return {
		rows: streams.reduce((sum, { appended }) => sum + appended, 0),
		streams: streams.length,
		requests: Object.values(requests).reduce((sum, one) => sum + one, 0),
	}
}

function recorder(recording: Recording): Transport {
	const { send: sendOn, close } = createTransport()
	return {
		close,
		send: async (outgoing: Outgoing) => {
			const { method, url, headers, body } = outgoing
			const answer = await sendOn(outgoing)
			// One that was refused for its haste is sent again, here and by the loop.
			if (answer.status !== 429) recording.requests.push({ method, url: url.href, headers, body: body ?? null })
			return answer
		},
	}
}

function listening(source: Source, { lists }: Recording): Source {
	return {
		...source,
		read: (query) => {
			const reading = source.read(query)
			const list = reading.records.split('.').at(-1)!
			if (!lists.includes(list)) lists.push(list)
			return reading
		},
	}
}

/**
 * The least that the same requests cost: sent four at a time with the credentials that they had (again after a second where the vendor says
 * too many), the records' numbers put in quotes, written as lines, and read into one table for each list. No archive, hash, key, lists
 * inside records, state or certificate. Throws when an answer is none.
 */
export async function bareRequests({ record, folder }: { record: string; folder: string }) {
	const { requests, lists } = JSON.parse(readFileSync(record, 'utf8')) as Recording
	const asked = requests.filter(
		({ url, method }) => !(method === 'POST' && /\/(token|bearer)s?$/.test(new URL(url).pathname)),
	)
	const agent = new Agent({ pipelining: 1 })
	const files = new Map<string, number>()
	const target = Buffer.allocUnsafe(64 << 20)
	let next = 0
	let rows = 0
	const work = async () => {
		while (next < asked.length) {
			const request = asked[next++]!
			const { url, body } = request
			const bytes = await answered(agent, request)
			const from = startOf(bytes, lists)
			if (from < 0) continue
			const { length, count } = quotedRecords(bytes, from, target)
			if (count === 0) continue
			rows += count
			writeSync(fileOf(url, body), target, 0, length)
		}
	}
	await Promise.all([work(), work(), work(), work()])
	await agent.close()
	for (const file of files.values()) closeSync(file)
	await readAll(folder)
	return { rows, requests: asked.length }

	function fileOf(url: string, body: string | null): number {
		const { pathname, searchParams } = new URL(url)
		const asks = `${searchParams.get('query') ?? ''} ${body ?? ''}`
		const table = /\bfrom (\w+)/i.exec(asks)?.[1] ?? ''
		const name = `${pathname} ${table}`.replaceAll(/[^\w]+/g, '-')
		if (!files.has(name)) files.set(name, openSync(path.join(folder, `${name.slice(-150)}.ndjson`), 'w'))
		return files.get(name)!
	}
}

/** The body of the answer to a request that the vendor has answered before. */
async function answered(agent: Agent, { method, url, headers, body }: Recorded): Promise<Buffer> {
	for (;;) {
		const answer = await send(url, { method: method as 'GET', headers, body, dispatcher: agent })
		const bytes = Buffer.from(await answer.body.arrayBuffer())
		if (answer.statusCode < 400) return bytes
		if (answer.statusCode !== 429) throw new Error(`${answer.statusCode} ${method} ${url}: ${bytes}`)
		await delay(1000)
	}
}

/** Where the first record of the page begins; -1 when it has none. */
function startOf(bytes: Buffer, lists: readonly string[]): number {
	if (bytes[0] === 0x5b) return 1
	for (const list of lists) {
		const at = list === '' ? -1 : bytes.indexOf(`"${list}":[`)
		if (at >= 0) return at + list.length + 4
	}
	return -1
}

/** The records of an array, one a line, numbers in quotes, at any depth. */
function quotedRecords(body: Buffer, from: number, out: Buffer): { length: number; count: number } {
	let [write, count, depth] = [0, 0, 0]
	for (let at = from; at < body.length; at++) {
		const byte = body[at]!
		if (byte === 0x22) {
			do {
				out[write++] = body[at]!
				if (body[at] === 0x5c) out[write++] = body[++at]!
				at++
			} while (body[at] !== 0x22)
			out[write++] = 0x22
		} else if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d) {
			out[write++] = 0x22
			while (at < body.length && body[at] !== 0x2c && body[at] !== 0x7d && body[at] !== 0x5d) out[write++] = body[at++]!
			at--
			out[write++] = 0x22
		} else if (byte === 0x7b || byte === 0x5b) {
			depth++
			out[write++] = byte
		} else if (byte === 0x7d || byte === 0x5d) {
			if (depth === 0) break
			out[write++] = byte
			if (--depth === 0) {
				out[write++] = 0x0a
				count++
				if (body[at + 1] === 0x2c) at++
			}
		} else if (depth > 0 && byte !== 0x0a && byte !== 0x0d) out[write++] = byte
	}
	return { length: write, count }
}

async function readAll(folder: string) {
	const database = await openDatabase(path.join(folder, 'bare.duckdb'), { threads: 1 })
	for (const [index, name] of readdirSync(folder)
		.filter((file) => file.endsWith('.ndjson'))
		.entries()) {
		const file = path.join(folder, name)
		if (statSync(file).size === 0) continue
		const text = readFileSync(file)
		const members = Object.keys(JSON.parse(text.subarray(0, text.indexOf(0x0a)).toString('utf8')) as object)
		const types = members.map((member) => `"${member.replaceAll('"', '""')}": 'varchar'`).join(', ')
		await database.run(
			`create table t${index} as select * from read_json('${file}', format = 'newline_delimited', columns = {${types}})`,
		)
	}
	await database.checkpoint()
	await database.close()
}
