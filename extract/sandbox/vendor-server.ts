import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../../models/error.ts'
import type { FaultKind, Faults } from './faults.ts'
import { countOne, noTraffic, type Traffic } from './traffic.ts'
import type { System } from './world/world.ts'

/** A request as a vendor's handler sees it. `inFlight` counts this one too. */
export type VendorRequest = {
	method: string
	url: URL
	/** The raw request target, as it was sent. */
	target: string
	headers: IncomingMessage['headers']
	body: string
	inFlight: number
	traffic: Traffic
}

/** An answer; a body without a content type is JSON. */
export type VendorAnswer = { status: number; headers?: Record<string, string>; body?: string }

/** One vendor: how it answers, what its errors look like, and what ends when its tokens do. */
export type Vendor = {
	system: System
	/** The faults that it is known for. */
	faultKinds: readonly FaultKind[]
	/** The least that an answer takes. */
	serviceMilliseconds: number
	/** The name of the route that a request belongs to, for counting. */
	route(method: string, path: string): string
	answer(request: VendorRequest): Promise<VendorAnswer> | VendorAnswer
	/** The vendor's own answer to an unforeseen failure of the sandbox. */
	broken(message: string): VendorAnswer
	faultAnswer(kind: FaultKind): VendorAnswer
	expireTokens(): void
}

/** A running server on loopback. */
export type VendorServer = {
	url: string
	port: number
	traffic(): Traffic
	forgetTraffic(): void
	close(): Promise<void>
}

/** Serves a vendor on 127.0.0.1; port 0 takes a free one. The caller closes it. Throws TieoutError if the port is taken. */
export async function startVendorServer(vendor: Vendor, port: number, faults: Faults): Promise<VendorServer> {
	let traffic = noTraffic()
	let inFlight = 0
	// The vendor's limits (16,384 bytes) are answered by the vendor's code, in the vendor's words, not by Node.
	const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 60_000 }, (request, response) => {
		inFlight++
		traffic.mostAtOnce = Math.max(traffic.mostAtOnce, inFlight)
		response.once('close', () => {
			inFlight--
			countOne(traffic.byStatus, response.headersSent ? response.statusCode : 0)
		})
		respond(vendor, faults, request, response, { traffic, inFlight: () => inFlight }).catch(() =>
			request.socket.destroy(),
		)
	})
	await listen(server, port, vendor.system)
	const bound = (server.address() as AddressInfo).port
	return {
		url: `http://127.0.0.1:${bound}`,
		port: bound,
		traffic: () => structuredClone(traffic),
		forgetTraffic: () => {
			traffic = noTraffic()
		},
		close: () => stop(server),
	}
}

/** Starts listening on loopback. Throws TieoutError if the port is taken. */
export async function listen(server: Server, port: number, what: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', (cause) =>
			reject(
				new TieoutError(
					'busy',
					'sandbox.port',
					`the ${what} sandbox could not listen on 127.0.0.1:${port}: ${cause.message}`,
					{
						next: 'choose another port, or end what listens there',
						cause,
					},
				),
			),
		)
		server.listen(port, '127.0.0.1', resolve)
	})
}

/** Stops a server at once, open connections included. */
export async function stop(server: Server): Promise<void> {
	await new Promise<void>((resolve) => {
		server.close(() => resolve())
		server.closeAllConnections()
	})
}

type Counting = { traffic: Traffic; inFlight(): number }

async function respond(
	vendor: Vendor,
	faults: Faults,
	request: IncomingMessage,
	response: ServerResponse,
	counting: Counting,
) {
	const { traffic } = counting
	const target = request.url ?? '/'
	const method = request.method ?? 'GET'
	const body = await readBody(request)
	// A vendor takes its time, so that requests sent together are in flight together.
	if (vendor.serviceMilliseconds > 0) await delay(vendor.serviceMilliseconds)
	const url = new URL(target, 'http://127.0.0.1')
	traffic.requests++
	countOne(traffic.byRoute, `${method} ${vendor.route(method, url.pathname)}`)
	const fault = faults.next(vendor, `${method} ${target} ${url.pathname.endsWith('/token') ? '' : body}`)
	if (fault) countOne(traffic.faults, fault)
	if (fault === 'reset') return request.socket.destroy()
	if (fault === 'expired-token') vendor.expireTokens()
	if (fault === 'slow') await delay(faults.slowMilliseconds())
	if (fault && !['expired-token', 'slow', 'truncated'].includes(fault)) return send(response, vendor.faultAnswer(fault))
	const asked = { method, url, target, headers: request.headers, body, inFlight: counting.inFlight(), traffic }
	send(response, await answerOf(vendor, asked), fault === 'truncated')
}

async function answerOf(vendor: Vendor, request: VendorRequest): Promise<VendorAnswer> {
	try {
		return await vendor.answer(request)
	} catch (error) {
		return vendor.broken(error instanceof Error ? error.message : String(error))
	}
}

async function readBody(request: IncomingMessage): Promise<string> {
	const parts: Buffer[] = []
	for await (const part of request) parts.push(part as Buffer)
	return Buffer.concat(parts).toString('utf8')
}

/** `isTruncated`: the length of the whole is promised, half is sent, and the connection ends. */
function send(response: ServerResponse, answer: VendorAnswer, isTruncated = false): void {
	const bytes = Buffer.from(answer.body ?? '', 'utf8')
	const type: Record<string, string> = bytes.length > 0 ? { 'content-type': 'application/json;charset=UTF-8' } : {}
	// A 204 or 304 has no length, by HTTP.
	const length: Record<string, string> = [204, 304].includes(answer.status)
		? {}
		: { 'content-length': String(bytes.length) }
	response.writeHead(answer.status, { ...type, ...length, ...answer.headers })
	if (!isTruncated || bytes.length < 2) return void response.end(bytes)
	response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
}
