import { mkdtempSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { clientCredentials } from '../../extract/auth.ts'
import { columns } from '../../extract/columns.ts'
import { type RunEffects, type RunRequest, runStreams } from '../../extract/run.ts'
import { type Connection, defineSource, type Source, type Stream } from '../../extract/source.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'

/** An answer of the small vendor: JSON unless `text` is given. */
export type Answer = { status?: number; json?: unknown; text?: string; headers?: Record<string, string>; cut?: boolean }

/** Answers data requests; null leaves it to the vendor's own pages. */
export type Interference = (request: { url: URL; token: string | undefined; count: number }) => Answer | null

/**
 * A vendor small enough to be read: records of one object by keyset (`/data/<object>?after=&limit=&since=&until=`), a count, a list of
 * deleted ids, a description, tokens that end when told.
 */
export async function startVendor(objects: Record<string, string[]>, interfere: Interference = () => null) {
	const vendor = {
		objects,
		deleted: [] as { id: string; at: string }[],
		described: {} as Record<string, Record<string, string>>,
		interfere,
		tokens: 0,
		valid: new Set<string>(),
		asked: [] as string[],
		url: '',
		close: async () => {},
	}
	const server = createServer((request, response) => void answer(vendor, request, response))
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
	vendor.close = async () => {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
	return vendor
}

export type Vendor = Awaited<ReturnType<typeof startVendor>>

async function answer(vendor: Vendor, request: IncomingMessage, response: ServerResponse) {
	const url = new URL(request.url!, vendor.url)
	vendor.asked.push(`${request.method} ${url.pathname}${url.search}`)
	let body = ''
	for await (const chunk of request) body += chunk
	if (url.pathname === '/token') {
		const form = new URLSearchParams(body)
		if (form.get('client_secret') !== 'a-good-secret')
			return send(response, {
				status: 400,
				json: { error: 'invalid_client', error_description: `${form.get('client_secret')} is wrong` },
			})
		const token = `token-number-${++vendor.tokens}`
		vendor.valid.add(token)
		return send(response, { json: { access_token: token } })
	}
	const token = request.headers.authorization?.replace('Bearer ', '')
	const special = vendor.interfere({ url, token, count: vendor.asked.length })
	if (special) return send(response, special)
	if (!vendor.valid.has(token ?? ''))
		return send(response, { status: 401, json: { code: 'expired', message: 'the token ended' } })
	send(response, resource(vendor, url))
}

function resource(vendor: Vendor, url: URL): Answer {
	const [, kind, object = ''] = url.pathname.split('/')
	const records = (vendor.objects[object] ?? []).map((text) => ({
		text,
		value: JSON.parse(text.replace(/^[^{].*/, '{}') || '{}'),
	}))
	const inside = records.filter(({ value }) => {
		const since = url.searchParams.get('since')
		const until = url.searchParams.get('until')
		if (until && value.changed > until) return false
		return !since || value.changed === undefined || value.changed >= since
	})
	if (kind === 'count') return { json: { rows: inside.length } }
	if (kind === 'describe') return { json: vendor.described[object] ?? null }
	if (kind === 'deleted') return { json: { records: vendor.deleted, complete: true } }
	const keys = url.searchParams.get('keys')?.split(',')
	if (keys) {
		const found = records.filter(({ value }) => keys.includes(String(value.id)) || keys.includes(String(value.of)))
		return { text: `{"more":false,"records":[${found.map(({ text }) => text).join(',')}]}` }
	}
	const after = url.searchParams.get('after')
	const from = after === null ? 0 : inside.findIndex(({ value }) => String(value.id) === after) + 1
	const limit = Number(url.searchParams.get('limit'))
	const page = inside.slice(from, from + limit)
	const more = from + limit < inside.length
	return { text: `{"total":${inside.length},"more":${more},"records":[${page.map(({ text }) => text).join(',')}]}` }
}

function send(response: ServerResponse, { status = 200, json, text, headers, cut }: Answer) {
	const body = text ?? JSON.stringify(json)
	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body),
		...headers,
	})
	if (!cut) return void response.end(body)
	response.write(body.slice(0, body.length >> 1), () => response.destroy())
}

const cursor = { column: 'changed', heldBack: 60, overlap: 60 }

/** Streams of the small vendor; `things` by stamp, `rates` whole. */
export const vendorStreams: Stream[] = [
	{
		name: 'things',
		object: 'thing',
		key: ['id'],
		columns: columns('id amount:amount currency:currency day:date changed:datetime *code=Code__c', (field) => field),
		cursor,
		money: { amount: 'amount', currency: 'currency' },
		freshness: { warn: 60, error: 120 },
	},
	{
		name: 'rates',
		object: 'rate',
		key: ['id'],
		columns: columns('id rate:rate', (field) => field),
		cursor: null,
		freshness: { warn: 60, error: 120 },
	},
]

/** The source of the small vendor. */
export function vendorSource(streams = vendorStreams): Source {
	return defineSource<{
		url: string
		secret: string
		limit: number
		describes: boolean
		lists: boolean
		bounds: boolean
	}>({
		kind: 'small',
		title: 'Small vendor',
		role: 'crm',
		options: z.object({
			url: z.string(),
			secret: z.string().default('a-good-secret'),
			limit: z.number().default(10),
			describes: z.boolean().default(false),
			lists: z.boolean().default(true),
			bounds: z.boolean().default(false),
		}) as never,
		secrets: (options) => [options.secret],
		origin: (options) => options.url,
		origins: (options) => [options.url],
		allow: [
			{ method: 'POST', path: '/token' },
			...['data', 'count', 'deleted', 'describe'].map((name) => ({ method: 'GET' as const, path: `/${name}/*` })),
		],
		auth: (options) =>
			clientCredentials({ tokenUrl: `${options.url}/token`, clientId: 'client', clientSecret: options.secret }),
		verdict: ({ status, text }) => {
			if (status < 300) return { action: 'ok' }
			const { code = `HTTP ${status}`, message = '' } = safeJson(text)
			const action =
				({ 401: 'auth', 403: 'denied', 400: 'drift', 413: 'smaller', 402: 'quota' } as const)[status as 401] ?? 'retry'
			return { action, code, message, isTooSlow: status === 504 }
		},
		budget: () => ({ concurrency: 2 }),
		streams,
		read: ({ stream, window, options, after, pageSize, keys, extra }) => {
			const limit = pageSize ?? options.limit
			const request = (last?: string | null) => ({
				method: 'GET' as const,
				path: `/data/${stream.object}`,
				query: {
					limit: String(limit),
					...(options.bounds && !keys && { until: new Date(window.until).toISOString() }),
					...(keys && { keys: keys.join(',') }),
					...(extra && { extra: Object.keys(extra).join(',') }),
					...(!keys && window.since !== null && { since: new Date(window.since).toISOString() }),
					...(last && { after: last }),
				},
			})
			return {
				first: request(after?.['id']),
				records: 'records',
				pageSize: limit,
				next: ({ envelope, last }) => ((envelope as { more: boolean }).more ? request(last?.['id']) : null),
				total: (envelope) => (after ? null : Number((envelope as { total: string }).total)),
				isExpired: (code) => code === 'locator_gone',
			}
		},
		describe: async ({ stream, options }, ask) => {
			if (!options.describes) return null
			const { json } = await ask({ method: 'GET', path: `/describe/${stream.object}` })
			const fields = json as Record<string, string>
			return { fields, custom: Object.keys(fields).filter((name) => name.endsWith('__x')) }
		},
		deletes: ({ stream, options }) =>
			options.lists
				? {
						first: { method: 'GET', path: `/deleted/${stream.object}` },
						records: 'records',
						next: () => null,
						read: ({ id, at }) => ({ key: String(id), at: String(at) }),
						covered: (envelope) => ({ isComplete: (envelope as { complete: boolean }).complete, until: null }),
					}
				: null,
		count: async ({ stream, window, options }, ask) => {
			const query = {
				...(window.since !== null && { since: new Date(window.since).toISOString() }),
				...(options.bounds && stream.cursor && { until: new Date(window.until).toISOString() }),
			}
			const { json } = await ask({ method: 'GET', path: `/count/${stream.object}`, query })
			return { rows: Number((json as { rows: string }).rows) }
		},
	})
}

function safeJson(text: string): { code?: string; message?: string } {
	try {
		return JSON.parse(text)
	} catch {
		return {}
	}
}

/** A record of `things` as JSON text. */
export function thing(id: number, more: Record<string, string> = {}): string {
	const values = {
		amount: '10.50',
		currency: '"USD"',
		day: '"2026-01-31"',
		changed: '"2026-03-01T10:00:00.000Z"',
		Code__c: 'null',
		...more,
	}
	return `{"id":"${id}",${Object.entries(values)
		.map(([name, value]) => `"${name}":${value}`)
		.join(',')}}`
}

export const start = Date.parse('2026-03-02T09:00:00Z')

/** A project folder with its state, its warehouse and a clock that the test moves. The caller closes it. */
export async function startProject(
	connections: Connection[],
	{ sources = [vendorSource()] }: { sources?: Source[] } = {},
) {
	const folder = mkdtempSync(path.join(tmpdir(), 'extract-'))
	const clock = { now: start }
	const now = () => clock.now
	const state = await openState(path.join(folder, 'state.sqlite'), { now })
	const warehouse = warehouseAt(path.join(folder, 'warehouse.duckdb'))
	const resources = {
		state: extractState(state.db, { now }),
		warehouse,
		landing: path.join(folder, 'landing'),
		sources,
	}
	return {
		folder,
		clock,
		db: state.db,
		resources,
		connections,
		run: (request: Omit<RunRequest, 'connections'> = {}, effects: RunEffects = {}) =>
			runStreams({ connections, ...request }, resources, { now, sleep: async () => {}, ...effects }),
		rows: <T = Record<string, unknown>>(sql: string) => warehouse((database) => database.all<T>(sql)),
		close: async () => {
			await warehouse.rest()
			await state.close()
		},
	}
}

/** A connection to the small vendor, called `crm`. */
export function smallConnection(
	vendor: Vendor,
	options: Record<string, unknown> = {},
	fields?: Record<string, string>,
): Connection {
	return { name: 'crm', kind: 'small', options: { url: vendor.url, ...options }, ...(fields && { fields }) }
}
