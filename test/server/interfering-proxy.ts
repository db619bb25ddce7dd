import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer on its way from a vendor. */
export type Passing = { url: URL; status: number; type: string; body: string }

/** What becomes of an answer: undefined leaves it. */
export type Interference = (passing: Passing) => { body: string } | undefined

/** Stands before a vendor at `target` and lets a test change its answers. The vendor's own address in them becomes the proxy's. */
export async function startProxy(target: string) {
	const proxy = { url: '', asked: [] as string[], interfere: (() => undefined) as Interference, close: async () => {} }
	const server = createServer((request, response) => {
		void pass(request, response).catch(() => response.destroy())
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
	proxy.close = async () => {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
	return proxy

	async function pass(request: IncomingMessage, response: ServerResponse) {
		const chunks: Buffer[] = []
		for await (const chunk of request) chunks.push(chunk as Buffer)
		const url = new URL(request.url!, target)
		proxy.asked.push(`${request.method} ${decodeURIComponent(url.pathname + url.search)}`)
		const { authorization, 'content-type': contentType } = request.headers
		const answer = await fetch(url, {
			method: request.method!,
			headers: { ...(authorization && { authorization }), ...(contentType && { 'content-type': contentType }) },
			...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
		})
		const body = (await answer.text()).replaceAll(target, proxy.url)
		const passing = { url, status: answer.status, type: answer.headers.get('content-type') ?? '', body }
		const { body: sent } = proxy.interfere(passing) ?? { body }
		const headers = { 'content-type': passing.type, 'content-length': Buffer.byteLength(sent) }
		response.writeHead(passing.status, headers).end(sent)
	}
}
