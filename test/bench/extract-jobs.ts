import { closeSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { z } from 'zod'
import { clientCredentials } from '../../extract/auth.ts'
import { columns } from '../../extract/columns.ts'
import { runStreams } from '../../extract/run.ts'
import { defineSource, type Source } from '../../extract/source.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'

const pageRows = 2000
const columnList =
	'id name account_id owner_id stage type channel currency amount:amount tax:amount discount:decimal quantity:decimal price:decimal close_date:date created:datetime changed:datetime is_won:boolean is_closed:boolean city note'
const fields = columnList.split(' ').map((word) => word.split(':')[0]!)

/** A vendor with `rows` records of 20 fields, five of them numbers, in pages of 2,000. */
export async function serveVendor({ rows }: { rows: number }) {
	const endings = Array.from({ length: 997 }, (_, index) => recordWithoutId(index))
	const server = createServer((request, response) => {
		const url = new URL(request.url!, 'http://vendor')
		const body =
			url.pathname === '/token'
				? '{"access_token":"token"}'
				: page(endings, Number(url.searchParams.get('from') ?? 0), rows)
		response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
		response.end(body)
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
		},
	}
}

function page(endings: string[], from: number, rows: number): string {
	const to = Math.min(from + pageRows, rows)
	const records = []
	for (let at = from; at < to; at++) records.push(`{"id":"0065g${String(at).padStart(13, '0')}",${endings[at % 997]}`)
	return `{"total":${rows},"next":${to < rows ? to : 'null'},"records":[${records.join(',')}]}`
}

function recordWithoutId(index: number): string {
	const cents = (index * 7919) % 10_000_000
	return (
		`"name":"Keystone Instruments ${index} - Torque Bench, annual \\"A\\"","account_id":"0015g${String(index).padStart(13, '0')}",` +
		`"owner_id":"0055g0000000${String(index % 40).padStart(6, '0')}","stage":"Closed Won","type":"New Business","channel":"direct","currency":"USD",` +
		`"amount":${cents}.${String(index % 100).padStart(2, '0')},"tax":${index}.5,"discount":${index % 30},"quantity":${index + 1},"price":${cents}.1250,` +
		`"close_date":"2026-03-${String((index % 28) + 1).padStart(2, '0')}","created":"2026-01-05T10:00:00.000Z","changed":"2026-03-01T10:00:00.000Z",` +
		`"is_won":true,"is_closed":true,"city":"München","note":${index % 3 === 0 ? 'null' : '"renewal"'}}`
	)
}

/** The product's engine: fetch, scan, landing archive, load, certificate, state. */
export async function product({ url, folder }: { url: string; folder: string }) {
	const now = () => Date.UTC(2026, 2, 2, 9)
	const state = await openState(path.join(folder, 'state.sqlite'), { now })
	const warehouse = warehouseAt(path.join(folder, 'warehouse.duckdb'))
	const resources = {
		state: extractState(state.db, { now }),
		warehouse,
		landing: path.join(folder, 'landing'),
		sources: [vendorSource()],
	}
	const connections = [{ name: 'crm', kind: 'bench', options: { url } }]
	const { streams } = await runStreams({ connections }, resources, { now })
	const [counted] = await warehouse((database) =>
		database.all<{ rows: string; sum: string }>(
			'select count(*) as rows, sum(cast(amount as decimal(18, 4))) as sum from raw.bench__deals',
		),
	)
	await warehouse.rest()
	await state.close()
	return { ...counted, verdict: streams[0]?.outcome }
}

function vendorSource(): Source {
	return defineSource<{ url: string }>({
		kind: 'bench',
		title: 'Bench vendor',
		role: 'crm',
		options: z.object({ url: z.string() }) as never,
		secrets: () => [],
		origin: ({ url }) => url,
		origins: ({ url }) => [url],
		allow: [
			{ method: 'POST', path: '/token' },
			{ method: 'GET', path: '/deals' },
		],
		auth: ({ url }) =>
			clientCredentials({ tokenUrl: `${url}/token`, clientId: 'bench', clientSecret: 'a-good-secret' }),
		verdict: ({ status }) =>
			status < 300 ? { action: 'ok' } : { action: 'retry', code: `HTTP ${status}`, message: 'the vendor failed' },
		budget: () => ({ concurrency: 4 }),
		streams: [
			{
				name: 'deals',
				object: 'deals',
				key: ['id'],
				columns: columns(columnList, (field) => field),
				cursor: { column: 'changed', heldBack: 60, overlap: 60 },
				money: { amount: 'amount', currency: 'currency' },
				freshness: { warn: 60, error: 120 },
			},
		],
		read: () => {
			const request = (from: string) => ({ method: 'GET' as const, path: '/deals', query: { from } })
			return {
				first: request('0'),
				records: 'records',
				next: ({ envelope }) => {
					const { next } = envelope as { next: string | null }
					return next === null ? null : request(String(next))
				},
				total: (envelope) => Number((envelope as { total: string }).total),
			}
		},
	})
}

/** The least that exact money costs: fetch pages, put their numbers in quotes, write NDJSON, read_json. No archive, hash or key. */
export async function bareLoop({ url, folder }: { url: string; folder: string }) {
	const file = path.join(folder, 'bare.ndjson')
	const out = openSync(file, 'w')
	const target = Buffer.allocUnsafe(4 << 20)
	let from: number | null = 0
	while (from !== null) {
		const answer: Response = await fetch(`${url}/deals?from=${from}`)
		const body = Buffer.from(await answer.arrayBuffer())
		const start = body.indexOf('[')
		const next: string = /"next":(\d+|null)/.exec(body.toString('latin1', 0, start))![1]!
		writeSync(out, target, 0, quoteNumbers(body, start + 1, target))
		from = next === 'null' ? null : Number(next)
	}
	closeSync(out)
	return await readJson({ file, folder })
}

/** The records of an array, one a line, numbers in quotes; answers the bytes written. */
function quoteNumbers(body: Buffer, from: number, out: Buffer): number {
	let write = 0
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
			while (body[at] !== 0x2c && body[at] !== 0x7d) out[write++] = body[at++]!
			at--
			out[write++] = 0x22
		} else if (byte === 0x7d) {
			out[write++] = byte
			out[write++] = 0x0a
			at++
			if (body[at] === 0x5d) break
		} else out[write++] = byte
	}
	return write
}

/** DuckDB alone: the same NDJSON into a table, all columns text. */
export async function readJson({ file, folder }: { file: string; folder: string }) {
	const database = await openDatabase(path.join(folder, `${process.pid}.duckdb`))
	const types = fields.map((name) => `"${name}": 'varchar'`).join(', ')
	await database.run(
		`create table deals as select * from read_json('${file}', format = 'newline_delimited', columns = {${types}})`,
	)
	await database.checkpoint()
	const [counted] = await database.all<{ rows: string; sum: string }>(
		'select count(*) as rows, sum(cast(amount as decimal(18, 4))) as sum from deals',
	)
	await database.close()
	return { ...counted, file }
}
