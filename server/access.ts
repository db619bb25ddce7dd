import type { Request, RequestHandler, Response } from 'express'
import { TieoutError } from '../models/error.ts'
import { html, renderHtml } from '../reports/html.ts'
import { errorDocument } from './errors.ts'
import { readSessionCookie } from './people/cookie.ts'
import { hasPeople } from './people/person.ts'
import { admit } from './people/request.ts'
import { digestOf, formTokenOf, isSameSecret } from './people/secrets.ts'
import { ownerOfSession } from './people/sessions.ts'
import { personOfToken } from './people/tokens.ts'
import { wantsJson } from './routes/failures.ts'
import type { State } from './state.ts'

/** Whether an address to listen on is reached from this machine only. */
export function isLoopbackAddress(bind: string): boolean {
	return bind === 'localhost' || bind === '::1' || /^127(\.\d{1,3}){3}$/.test(bind)
}

/** Throws `server.tokens` when the pages would be open to a network: without any token, and without accounts (`isGuarded`). */
export function refuseOpenNetwork(bind: string, tokens: Readonly<Record<string, string>>, isGuarded = false): void {
	if (isLoopbackAddress(bind) || Object.keys(tokens).length > 0 || isGuarded) return
	throw new TieoutError(
		'configuration',
		'server.tokens',
		`bound to ${bind}, everybody on that network could read the books: server.tokens is empty`,
		{
			where: 'tieout.yml: server.tokens',
			allowed: ['127.0.0.1', '::1', 'localhost'],
			next: `add a person (tieout user add ana --role reviewer --admin); or make a token (openssl rand -base64 32), put it into .env and write server: { tokens: { ana: "\${env:ANA_TOKEN}" } }; or bind to 127.0.0.1`,
		},
	)
}

/** Where accounts are, and the clock that ends sessions (milliseconds). Without them nobody has an account. */
export type PeopleAccess = { state: Pick<State, 'db'>; now?: () => number }

/**
 * Who may come in. A token of `server.tokens` reads: `Authorization: Bearer <token>`, or Basic with the token as the password, which
 * browsers ask for. A personal token (Bearer) and a session's cookie are their person. Once somebody has an account, everything but
 * the login page wants one of these. Before that, without tokens (loopback only), everybody on this machine may come in, but only
 * under this machine's own name: a foreign page that points its host name at 127.0.0.1 may not. Compared in constant time.
 */
export function accessControl(tokens: Readonly<Record<string, string>>, people?: PeopleAccess): RequestHandler {
	const known = Object.entries(tokens).map(([name, token]) => ({ name, digest: digestOf(token) }))
	return async (request, response, next) => {
		const user = userOf(request.headers.authorization ?? '', known)
		if (user !== undefined) {
			response.locals['user'] = user
			return next()
		}
		if (people && (await hasPeople(people.state.db))) return await admitPerson(request, response, next, people)
		if (known.length > 0) return refuse(request, response, 401, noToken(response))
		if (isOwnName(request.headers.host ?? '')) return next()
		refuse(request, response, 403, otherHost(request))
	}
}

/** Pages that anybody may see: they show nothing of the company. */
const open = /^\/(login$|assets\/)/

/** What a session may do whose password must be changed first. */
const beforeChange = /^\/(account|logout|assets\/)/

async function admitPerson(
	request: Request,
	response: Response,
	next: () => void,
	{ state, now = Date.now }: PeopleAccess,
): Promise<void> {
	const bearer = /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1]
	const person = bearer ? await personOfToken(state, bearer, { now }) : null
	const sessionId = bearer ? undefined : readSessionCookie(request)
	const owner = sessionId ? await ownerOfSession(state, sessionId, { now }) : null
	if (person) admit(request, { person })
	if (owner && sessionId) admit(request, { ...owner, sessionId, formToken: formTokenOf(sessionId) })
	const found = person ?? owner?.person
	if (found) response.locals['user'] = found.userId
	if (owner?.mustChangePassword && !beforeChange.test(request.path)) {
		if (wantsJson(request)) return refuse(request, response, 403, mustChange())
		return response.redirect(303, '/account')
	}
	if (found || open.test(request.path)) return next()
	if (!isBrowsing(request)) return refuse(request, response, 401, noSession())
	response.set('Cache-Control', 'no-store')
	response.redirect(303, `/login?${new URLSearchParams({ next: request.originalUrl })}`)
}

/** A browser that asks for a page: it is led to the login page, everything else is told that it may not. */
function isBrowsing(request: Request): boolean {
	const wantsPage = /\btext\/html\b/.test(request.get('accept') ?? '') && !wantsJson(request)
	return request.method === 'GET' && wantsPage && request.get('authorization') === undefined
}

function noToken(response: Response): TieoutError {
	response.set('WWW-Authenticate', 'Basic realm="tieout", charset="UTF-8"')
	return new TieoutError('refused', 'access.token', 'this address needs a token', {
		next: 'send Authorization: Bearer <token>; in a browser the token is the password, the name is free',
	})
}

function noSession(): TieoutError {
	return new TieoutError('refused', 'access.session', 'nobody is signed in, or the session has ended', {
		next: 'sign in at /login; a program sends Authorization: Bearer <token> (tieout user token ID)',
	})
}

function mustChange(): TieoutError {
	return new TieoutError('refused', 'access.password', 'somebody else chose your password: change it first', {
		next: 'open /account and choose one of your own',
	})
}

function otherHost(request: Request): TieoutError {
	return new TieoutError('refused', 'access.host', `this server does not answer as "${request.headers.host}"`, {
		next: 'open http://127.0.0.1 with its port; to serve under another name, add people (tieout user add ana --role reviewer --admin) or configure server.tokens',
	})
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
	const title = titles[code] ?? 'Refused'
	const page = html`<head><meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="color-scheme" content="light dark" /><title>${title} · tieout</title></head>
		<body><main><h1>${title}</h1><p>${message}</p>${next && html`<p>Next: ${next}</p>`}<p><small>${status} · ${code}</small></p></main></body>`
	response.type('html').send(`<!doctype html><html lang="en">${renderHtml(page)}</html>`)
}

const titles: Record<string, string> = { 'access.token': 'A token is needed', 'access.session': 'Sign in first' }

type Known = { name: string; digest: string }

/** Every token is compared, whichever fits. */
function userOf(authorization: string, known: readonly Known[]): string | undefined {
	const [scheme = '', value = ''] = authorization.split(/ +(.*)/s)
	const given = scheme.toLowerCase() === 'basic' ? basicPassword(value) : scheme.toLowerCase() === 'bearer' ? value : ''
	const digest = digestOf(given.trim())
	let user: string | undefined
	for (const one of known) if (isSameSecret(one.digest, digest)) user = one.name
	return user
}

function basicPassword(value: string): string {
	const text = Buffer.from(value, 'base64').toString('utf8')
	return text.slice(text.indexOf(':') + 1)
}

function isOwnName(host: string): boolean {
	return isLoopbackAddress(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
}
