import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type ServerResponse,
	request as send,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** An answer with a page of records on its way. `records`: the list in `json`; `count`: pages of that path so far, from 1. */
export type PassingPage = {
	url: URL
	method: string
	json: Record<string, unknown>
	records: Record<string, unknown>[]
	count: number
}

/** What is sent in place of a page: a body with its headers, or undefined to leave it. */
export type Hostility = (
	page: PassingPage,
) => { body: Buffer | string; status?: number; headers?: Record<string, string> } | undefined

/**
 * Stands before a sandbox and sends hostile bodies in place of its pages; all else passes, headers included. With `tls` it speaks https
 * with that key and certificate. Only answers to paths that `isPage` accepts are looked at.
 */
export async function startHostileProxy(target: string, tls?: { key: string; cert: string }) {
	const proxy = {
		url: '',
		hostility: (() => undefined) as Hostility,
		isPage: (_: URL, __: string): boolean => true,
		pages: 0,
		close: async () => {},
	}
	const listener: RequestListener = (request, response) => {
		void pass(request, response).catch(() => response.destroy())
	}
	const server = tls ? createSecureServer(tls, listener) : createServer(listener)
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	proxy.url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
	proxy.close = async () => {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
	return proxy

	async function pass(request: IncomingMessage, response: ServerResponse) {
		const asked = await bytesOf(request)
		const url = new URL(request.url!, target)
		// The vendor is asked under the proxy's own name, so that the addresses it writes and the logins it checks are the proxy's.
		const headers = { ...request.headers, 'accept-encoding': 'identity' }
		const answer = await new Promise<IncomingMessage>((resolve, reject) => {
			send(url, { method: request.method!, headers }, resolve).on('error', reject).end(asked)
		})
		const body = await bytesOf(answer)
		const changed = interfered(url, request.method!, answer.statusCode!, body.toString('utf8'), asked.toString('utf8'))
		const out = Buffer.from(changed?.body ?? body)
		const { 'transfer-encoding': _, ...kept } = answer.headers
		response
			.writeHead(changed?.status ?? answer.statusCode!, { ...kept, 'content-length': out.length, ...changed?.headers })
			.end(out)
	}

	function interfered(url: URL, method: string, status: number, body: string, asked: string) {
		if (status !== 200 || !proxy.isPage(url, asked)) return undefined
		const json = parsed(body)
		const records = json && listOf(json)
		if (!records) return undefined
		return proxy.hostility({ url, method, json, records, count: ++proxy.pages })
	}
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
	const chunks: Buffer[] = []
	for await (const chunk of stream) chunks.push(chunk)
	return Buffer.concat(chunks)
}

function parsed(body: string): Record<string, unknown> | null {
	try {
		const value = JSON.parse(body, exact)
		return typeof value === 'object' ? value : null
	} catch {
		return null
	}
}

/** A number keeps its digits. */
function exact(_: string, value: unknown, context?: { source?: string }): unknown {
	const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }
	return typeof value === 'number' ? rawJSON(context!.source!) : value
}

/** The longest list of objects in a page, at most two levels down. */
function listOf(json: Record<string, unknown>): Record<string, unknown>[] | undefined {
	const lists = [json, ...Object.values(json)].flatMap((value) =>
		typeof value === 'object' && value !== null ? Object.values(value).filter(Array.isArray) : [],
	)
	return lists
		.filter((list) => list.length > 2 && list.every((one) => typeof one === 'object' && one !== null))
		.toSorted((a, b) => b.length - a.length)[0]
}
