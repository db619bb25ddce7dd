import { type Request, type Response, Router, urlencoded } from 'express'
import { z } from 'zod'
import { TieoutError } from '../../../models/error.ts'
import { type AccountPage, AccountView } from '../../../reports/pages/people/account.ts'
import { type AccountEffects, setPassword } from '../../people/accounts.ts'
import { clearSessionCookie, setSessionCookie } from '../../people/cookie.ts'
import { authenticate } from '../../people/login.ts'
import { admissionOf, requireFormToken, requirePerson } from '../../people/request.ts'
import { startSession } from '../../people/sessions.ts'
import { issueToken, revokeToken, tokensOf } from '../../people/tokens.ts'
import type { State } from '../../state.ts'
import type { Answerer } from '../answering.ts'
import { failureOf, formOf, sendView } from '../view.ts'

const passwordForm = z.object({ password: z.string().max(1024), new_password: z.string().max(1024), again: z.string() })
const tokenForm = z.object({
	name: z.string().trim().min(1, 'what it is for').max(80, 'at most 80 characters'),
	days: z.coerce.number('a number of days').int('whole days').min(1, '1 to 366').max(366, '1 to 366'),
})
const revokeForm = z.object({ token_id: z.coerce.number().int().positive() })

/** `/account`: one's own password, tokens and sessions. */
export function accountRoutes(answers: Answerer, state: Pick<State, 'db'>, effects: AccountEffects = {}): Router {
	const { now = Date.now } = effects
	const router = Router()
	const form = urlencoded({ extended: false, limit: '10kb' })
	const show = (request: Request, response: Response, more: Partial<AccountPage> = {}, status = 200) =>
		showAccount({ answers, state, now }, request, response, more, status)
	const take = (path: string, work: (request: Request, response: Response) => Promise<void>) =>
		router.post(path, form, async (request, response) => {
			requireFormToken(request, (request.body as { form_token?: unknown } | undefined)?.form_token)
			requireSession(request)
			try {
				await work(request, response)
			} catch (error) {
				const { failure, status } = failureOf(error)
				await show(request, response, { failure }, status)
			}
		})
	router.get('/account', (request, response) => show(request, response))
	take('/account/password', (request, response) => changePassword({ state, effects }, request, response))
	take('/account/token', async (request, response) => {
		const { userId, name } = requirePerson(request)
		const asked = formOf(request, tokenForm)
		const newToken = await issueToken(state, { userId, ...asked, author: { userId, name } }, { now })
		await show(request, response, { newToken })
	})
	take('/account/revoke', async (request, response) => {
		const { userId, name } = requirePerson(request)
		const { token_id: tokenId } = formOf(request, revokeForm)
		await revokeToken(state, { userId, tokenId, author: { userId, name } }, { now })
		await show(request, response, { done: 'The token is revoked: nothing comes in with it any more.' })
	})
	return router
}

type Effects = { answers: Answerer; state: Pick<State, 'db'>; now: () => number }

async function showAccount(
	{ answers, state, now }: Effects,
	request: Request,
	response: Response,
	more: Partial<AccountPage>,
	status: number,
): Promise<void> {
	const person = requirePerson(request)
	const { formToken, mustChangePassword } = admissionOf(request)
	const page: AccountPage = {
		viewer: { ...person, formToken },
		email: person.email,
		mustChangePassword,
		tokens: await tokensOf(state, person.userId),
		now: new Date(now()),
		...more,
	}
	const content = (context: Parameters<typeof AccountView>[0]['context']) => AccountView({ page, context })
	await sendView(answers, request, response, { title: 'Account', section: null, content, status })
}

/** Every session ends with the password; this one goes on under a new id. */
async function changePassword(
	{ state, effects }: { state: Pick<State, 'db'>; effects: AccountEffects },
	request: Request,
	response: Response,
): Promise<void> {
	const { userId, name } = requirePerson(request)
	const { password, new_password, again } = formOf(request, passwordForm)
	if (new_password !== again) throw wrongField('again', 'the two new passwords are not the same')
	if (new_password === password) throw wrongField('new_password', 'the new password is the old one')
	const address = request.ip ?? 'unknown'
	await authenticate(state, { account: userId, password, address }, effects).catch((error: unknown) => {
		throw error instanceof TieoutError && error.code === 'login.wrong'
			? wrongField('password', 'that is not your password')
			: error
	})
	const change = { userId, password: new_password, isInitial: false, author: { userId, name } }
	await setPassword(state, change, effects).catch((error: unknown) => {
		throw error instanceof TieoutError && error.code === 'password.weak'
			? wrongField('new_password', error.message)
			: error
	})
	clearSessionCookie(request, response)
	setSessionCookie(request, response, await startSession(state.db, userId, effects))
	response.redirect(303, '/')
}

function wrongField(where: string, message: string): TieoutError {
	return new TieoutError('usage', 'account.password', message, { where, next: 'type it again and send the form' })
}

/** Passwords and tokens are changed by who typed the password, not by who found a token. */
function requireSession(request: Request): void {
	requirePerson(request)
	if (admissionOf(request).sessionId) return
	throw new TieoutError('refused', 'account.session', 'a token can not change passwords or make tokens', {
		next: 'sign in with a browser, or on the machine: tieout user token ID',
	})
}
