import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { TieoutError } from '../models/error.ts'
import { html, renderHtml } from '../reports/html.ts'
import { errorDocument } from './errors.ts'

/** Whether an address to listen on is reached from this machine only. */
export function isLoopbackAddress(bind: string): boolean {
	return bind === 'localhost' || bind === '::1' || /^127(\.\d{1,3}){3}$/.test(bind)
}

/** Throws `server.tokens` when the pages would be open to a network without any token. */
export function refuseOpenNetwork(bind: string, tokens: Readonly<Record<string, string>>): void {
	if (isLoopbackAddress(bind) || Object.keys(tokens).length > 0) return
	throw new TieoutError(
		'configuration',
		'server.tokens',
		`bound to ${bind}, everybody on that network could read the books: server.tokens is empty`,
		{
			where: 'tieout.yml: server.tokens',
			allowed: ['127.0.0.1', '::1', 'localhost'],
			next: `make a token (openssl rand -base64 32), put it into .env and write server: { tokens: { ana: "\${env:ANA_TOKEN}" } }, or bind to 127.0.0.1`,
		},
	)
}

/**
 * Lets a request in that carries one of the tokens: `Authorization: Bearer <token>`, or Basic with the token as the password, which
 * browsers ask for. Without tokens (loopback only) everybody on this machine may come in, but only under this machine's own name:
 * a foreign page that points its host name at 127.0.0.1 may not. Compared in constant time.
 */
export function accessControl(tokens: Readonly<Record<string, string>>): RequestHandler {
	const known = Object.entries(tokens).map(([name, token]) => ({ name, digest: digestOf(token) }))
	return (request, response, next) => {
		if (known.length === 0) {
			if (isOwnName(request.headers.host ?? '')) return next()
			const error = new TieoutError(
				'refused',
				'access.host',
				`this server does not answer as "${request.headers.host}"`,
				{
					next: 'open http://127.0.0.1 with its port, or configure server.tokens to serve under another name',
				},
			)
			refuse(request, response, 403, error)
			return
		}
		const user = userOf(request.headers.authorization ?? '', known)
		if (user !== undefined) {
			response.locals['user'] = user
			return next()
		}
		response.set('WWW-Authenticate', 'Basic realm="tieout", charset="UTF-8"')
		const error = new TieoutError('refused', 'access.token', 'this address needs a token', {
			next: 'send Authorization: Bearer <token>; in a browser the token is the password, the name is free',
		})
		refuse(request, response, 401, error)
	}
}

/** A page for people, which shows nothing of the company; `{ error }` for everybody else. */
function refuse(request: Request, response: Response, status: number, error: TieoutError): void {
	const document = errorDocument(error)
	response.status(status).set('Cache-Control', 'no-store')
	if (request.accepts(['json', 'html']) !== 'html') {
		response.json(document)
		return
	}
	const { message, next, code } = document.error
	const page = html`<head><meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="color-scheme" content="light dark" /><title>${status === 401 ? 'A token is needed' : 'Refused'} · tieout</title></head>
		<body><main><h1>${status === 401 ? 'A token is needed' : 'Refused'}</h1><p>${message}</p>${next && html`<p>Next: ${next}</p>`}<p><small>${status} · ${code}</small></p></main></body>`
	response.type('html').send(`<!doctype html><html lang="en">${renderHtml(page)}</html>`)
}

type Known = { name: string; digest: Buffer }

/** Every token is compared, whichever fits. */
function userOf(authorization: string, known: readonly Known[]): string | undefined {
	const [scheme = '', value = ''] = authorization.split(/ +(.*)/s)
	const given = scheme.toLowerCase() === 'basic' ? basicPassword(value) : scheme.toLowerCase() === 'bearer' ? value : ''
	const digest = digestOf(given.trim())
	let user: string | undefined
	for (const one of known) if (timingSafeEqual(one.digest, digest)) user = one.name
	return user
}

function basicPassword(value: string): string {
	const text = Buffer.from(value, 'base64').toString('utf8')
	return text.slice(text.indexOf(':') + 1)
}

function digestOf(token: string): Buffer {
	return createHash('sha256').update(token).digest()
}

function isOwnName(host: string): boolean {
	return isLoopbackAddress(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
}
