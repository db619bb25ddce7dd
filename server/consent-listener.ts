import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { TieoutError } from '../models/error.ts'

/** What came back from a consent, and how to tell the person in the browser what became of it. */
export type Redirected = { parameters: URLSearchParams; tell(title: string, text: string): Promise<void> }

/** Waits for the browser of a person who consents. `close` it. */
export type ConsentListener = {
	/** Where the vendor sends the browser back to; must be registered there exactly so. */
	redirectUri: string
	/** The first redirect that `isOurs` accepts; all others are turned away. Rejects when `signal` aborts. */
	redirected(isOurs: (parameters: URLSearchParams) => boolean, signal: AbortSignal): Promise<Redirected>
	close(): Promise<void>
}

/** The path that the vendor sends the browser to. */
const callbackPath = '/connect'

/** Listens on 127.0.0.1; port 0 takes a free one. Vendors take `http://localhost` where they take no address without https. */
export async function listenForConsent(port: number): Promise<ConsentListener> {
	let onRedirect: ((parameters: URLSearchParams, response: ServerResponse) => void) | null = null
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? '/', 'http://localhost')
		if (request.method !== 'GET' || url.pathname !== callbackPath || !onRedirect)
			return page(response, 404, 'Nothing here', 'tieout waits for a consent on another path.')
		onRedirect(url.searchParams, response)
	})
	await new Promise<void>((resolve, reject) => {
		server.once('error', (cause: NodeJS.ErrnoException) => reject(taken(port, cause)))
		server.listen(port, '127.0.0.1', resolve)
	})
	return {
		redirectUri: `http://localhost:${(server.address() as AddressInfo).port}${callbackPath}`,
		redirected: (isOurs, signal) =>
			new Promise((resolve, reject) => {
				signal.addEventListener('abort', () => reject(notCome(signal)), { once: true })
				onRedirect = (parameters, response) => {
					if (!isOurs(parameters))
						return page(response, 400, 'Not this consent', 'This address belongs to no consent that tieout asked for.')
					onRedirect = null
					resolve({
						parameters,
						tell: (title, text) =>
							new Promise((done) => {
								response.once('close', done)
								page(response, 200, title, text)
							}),
					})
				}
			}),
		close: () => new Promise((done) => void server.close(() => done()).closeAllConnections()),
	}
}

/** Where no browser can come back to this machine: the address at which it ended is pasted, one line. */
export function pastedConsent(redirectUri: string, input: NodeJS.ReadableStream): ConsentListener {
	const lines = createInterface({ input })
	return {
		redirectUri,
		redirected: (isOurs, signal) =>
			new Promise((resolve, reject) => {
				signal.addEventListener('abort', () => reject(notCome(signal)), { once: true })
				lines.on('close', () => reject(notCome(signal)))
				lines.on('line', (line) => {
					const parameters = URL.parse(line.trim())?.searchParams
					if (!parameters) return
					if (isOurs(parameters)) resolve({ parameters, tell: async () => {} })
					else reject(otherState())
				})
			}),
		close: async () => lines.close(),
	}
}

function page(response: ServerResponse, status: number, title: string, text: string) {
	const headers = {
		'content-type': 'text/html; charset=utf-8',
		'cache-control': 'no-store',
		'content-security-policy': "default-src 'none'",
		'referrer-policy': 'no-referrer',
		'x-content-type-options': 'nosniff',
	}
	const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><h1>${escaped(title)}</h1><p>${escaped(text)}</p>`
	response.writeHead(status, headers).end(body)
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function notCome(signal: AbortSignal): TieoutError {
	const isLate = (signal.reason as Error | undefined)?.name === 'TimeoutError'
	return new TieoutError(
		'refused',
		'consent.not_come',
		isLate ? 'nobody consented in time' : 'it ended before a consent came',
		{ next: 'the same command again; nothing was changed' },
	)
}

function otherState(): TieoutError {
	return new TieoutError('usage', 'consent.state', 'the address belongs to another consent than the one asked for', {
		where: 'state',
		next: 'the same command again, and paste the whole address at which the browser ended',
	})
}

function taken(port: number, cause: NodeJS.ErrnoException): TieoutError {
	return new TieoutError('usage', 'consent.port', `port ${port} can't be listened on (${cause.code})`, {
		where: '--port',
		next: 'choose another with --port; the address to come back to must be registered at the vendor with it',
		cause,
	})
}
