import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { CompanyClock } from './clock.ts'
import { type FaultOptions, type Faults, faultKinds } from './faults.ts'
import type { Store } from './store.ts'
import type { Traffic } from './traffic.ts'
import { listen, stop } from './vendor-server.ts'
import type { Visibility } from './visibility.ts'
import { crmSystems, erpSystems, type System } from './world/systems.ts'

/** What a person or a test may do to running sandboxes. */
export type Controls = {
	clock: CompanyClock
	faults: Faults
	visibility: Visibility
	setEmpty: Store['setEmpty']
	/** Of the systems that run. */
	traffic(): Partial<Record<System, Traffic>>
	forgetTraffic(): void
	expireTokens(): void
}

/** A running control server. No vendor has its paths, and it has its own port. */
export type ControlServer = { url: string; close(): Promise<void> }

/**
 * Serves the controls on loopback: `GET /sandbox` (the clock and what was asked for), `POST /sandbox/clock`, `/sandbox/faults`,
 * `/sandbox/visibility`, `/sandbox/rows`, `/sandbox/expire-tokens`, `/sandbox/forget-traffic`. Bodies are JSON. The caller closes it.
 */
export async function startControl(controls: Controls, port: number): Promise<ControlServer> {
	const server = createServer(async (request, response) => {
		const { status, body } = await answer(controls, request)
		response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
	})
	await listen(server, port, 'control')
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => stop(server) }
}

const system = z.enum([...crmSystems, ...erpSystems])

const bodies = {
	'/sandbox/clock': z.strictObject({ now: z.iso.datetime({ offset: true }) }),
	'/sandbox/faults': z.strictObject({
		rate: z.number().min(0).max(1).optional(),
		kinds: z.array(z.enum(faultKinds)).optional(),
		only: z.string().optional(),
		slowMilliseconds: z.int().min(0).max(600_000).optional(),
		retryAfterSeconds: z.int().min(0).max(3600).optional(),
	}),
	'/sandbox/visibility': z.strictObject({
		system,
		object: z.string(),
		field: z.string().nullable().default(null),
		hidden: z.boolean(),
	}),
	'/sandbox/rows': z.strictObject({ system, object: z.string(), empty: z.boolean() }),
	'/sandbox/expire-tokens': z.unknown(),
	'/sandbox/forget-traffic': z.unknown(),
}

type Answer = { status: number; body: unknown }

async function answer(controls: Controls, request: IncomingMessage): Promise<Answer> {
	const path = request.url ?? ''
	if (request.method === 'GET' && path === '/sandbox') return { status: 200, body: state(controls) }
	if (request.method !== 'POST' || !Object.hasOwn(bodies, path)) {
		return {
			status: 404,
			body: {
				error: `there is no ${request.method} ${path}`,
				allowed: ['GET /sandbox', ...Object.keys(bodies).map((each) => `POST ${each}`)],
			},
		}
	}
	// A page in a browser can't send this type to another origin without asking first, and the answer to asking is 404.
	if (!request.headers['content-type']?.startsWith('application/json'))
		return { status: 415, body: { error: 'send JSON, with content-type: application/json' } }
	const known = path as keyof typeof bodies
	const parsed = bodies[known].safeParse(await readJson(request))
	if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } }
	try {
		apply(controls, known, parsed.data)
	} catch (error) {
		if (error instanceof RangeError) return { status: 400, body: { error: error.message } }
		throw error
	}
	return { status: 200, body: state(controls) }
}

function apply(
	{ clock, faults, visibility, setEmpty, forgetTraffic, expireTokens }: Controls,
	path: keyof typeof bodies,
	body: unknown,
): void {
	if (path === '/sandbox/clock') clock.set(Date.parse((body as z.infer<(typeof bodies)['/sandbox/clock']>).now))
	if (path === '/sandbox/faults') faults.set(body as FaultOptions)
	if (path === '/sandbox/expire-tokens') expireTokens()
	if (path === '/sandbox/forget-traffic') forgetTraffic()
	if (path === '/sandbox/rows') {
		const { system, object, empty } = body as z.infer<(typeof bodies)['/sandbox/rows']>
		setEmpty(system, object, empty)
	}
	if (path === '/sandbox/visibility') {
		const { system, object, field, hidden } = body as z.infer<(typeof bodies)['/sandbox/visibility']>
		visibility.setHidden(system, object, field, hidden)
	}
}

function state({ clock, traffic }: Controls): unknown {
	return { now: new Date(clock.now()).toISOString(), traffic: traffic() }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
	const parts: Buffer[] = []
	for await (const part of request) parts.push(part as Buffer)
	const text = Buffer.concat(parts).toString('utf8')
	try {
		return text === '' ? {} : JSON.parse(text)
	} catch {
		return undefined
	}
}
