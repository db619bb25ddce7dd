import { type Request, type Response, Router, urlencoded } from 'express'
import { z } from 'zod'
import { TieoutError } from '../../../models/error.ts'
import type { Failure } from '../../../reports/pages/failure.ts'
import { LoginView } from '../../../reports/pages/people/login.ts'
import { renderPlainPage } from '../../../reports/plain-page.ts'
import type { AccountEffects } from '../../people/accounts.ts'
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../../people/cookie.ts'
import { signIn } from '../../people/login.ts'
import { hasPeople } from '../../people/person.ts'
import { admissionOf, requireFormToken } from '../../people/request.ts'
import { endSession } from '../../people/sessions.ts'
import type { State } from '../../state.ts'
import { assets } from '../assets.ts'
import { failureOf, formOf } from '../view.ts'

const loginForm = z.object({
	account: z.string().max(300).default(''),
	password: z.string().max(1024).default(''),
	next: z.string().max(4000).default('/'),
})

/** What tells of people: signed in, turned away. Never a password or a session's id. */
export type TellPeople = (event: { event: string; account: string; address: string | undefined }) => void

/** `/login` and `/logout`. */
export function loginRoutes(
	state: Pick<State, 'db'>,
	{ tell, ...effects }: AccountEffects & { tell: TellPeople },
): Router {
	const router = Router()
	const form = urlencoded({ extended: false, limit: '10kb' })
	router.get('/login', async (request, response) => {
		const next = localPath(new URL(request.originalUrl, 'http://host').searchParams.get('next') ?? '/')
		if (admissionOf(request).person || !(await hasPeople(state.db))) return response.redirect(303, next)
		send(response, { next, account: '' })
	})
	router.post('/login', form, async (request, response) => {
		const { account, password, next } = formOf(request, loginForm)
		const address = request.ip ?? 'unknown'
		try {
			const { sessionId } = await signIn(state, { account, password, address }, effects)
			const old = readSessionCookie(request)
			if (old) await endSession(state.db, old)
			setSessionCookie(request, response, sessionId)
			tell({ event: 'signed in', account, address })
			response.set('Cache-Control', 'no-store').redirect(303, localPath(next))
		} catch (error) {
			turnAway(error, { request, response, account, next }, tell)
		}
	})
	router.post('/logout', form, async (request, response) => {
		requireFormToken(request, (request.body as { form_token?: unknown } | undefined)?.form_token)
		const { sessionId } = admissionOf(request)
		if (sessionId) await endSession(state.db, sessionId)
		clearSessionCookie(request, response)
		response.set({ 'Cache-Control': 'no-store', 'Clear-Site-Data': '"cache"' }).redirect(303, '/login')
	})
	return router
}

type Given = { request: Request; response: Response; account: string; next: string }

/** The same page again, with the name that was typed and never the password. A name that nobody has may be a password: it is not told. */
function turnAway(error: unknown, { request, response, account, next }: Given, tell: TellPeople): void {
	const { failure, status } = failureOf(error)
	tell({ event: failure.code, account: '', address: request.ip })
	const wait = error instanceof TieoutError && /in (\d+) s/.exec(error.code === 'login.wait' ? error.message : '')?.[1]
	if (wait) response.set('Retry-After', wait)
	send(response, { next: localPath(next), account, failure }, wait ? 429 : status === 403 ? 401 : status)
}

function send(response: Response, view: { next: string; account: string; failure?: Failure }, status = 200): void {
	const page = { title: 'Sign in', content: LoginView(view), assets: { style: assets.style.path } }
	response.status(status).set('Cache-Control', 'no-store').type('html').send(renderPlainPage(page))
}

/** A path of ours; anything that a browser could take for another host is the first page. */
function localPath(next: string): string {
	if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next)) return '/'
	const { host, pathname, search, hash } = new URL(next, 'http://own')
	return host === 'own' && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/'
}
