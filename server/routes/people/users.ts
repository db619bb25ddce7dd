import { type Request, type Response, Router, urlencoded } from 'express'
import { z } from 'zod'
import { type UsersPage, UsersView } from '../../../reports/pages/people/users.ts'
import {
	type AccountEffects,
	accounts,
	addUser,
	disableUser,
	enableUser,
	setPassword,
	setRole,
} from '../../people/accounts.ts'
import { roles } from '../../people/person.ts'
import { admissionOf, requireFormToken, requirePerson } from '../../people/request.ts'
import type { State } from '../../state.ts'
import type { Answerer } from '../answering.ts'
import { failureOf, formOf, sendView, textField } from '../view.ts'

const whose = z.object({ user_id: z.string() })
const addForm = z.object({
	userId: textField,
	name: textField,
	email: textField.default('').transform((text) => text || null),
	role: z.enum(roles),
	password: z.string().max(1024),
})
const roleForm = whose.extend({ role: z.enum(roles), is_admin: z.string().optional() })
const passwordForm = whose.extend({ password: z.string().max(1024) })

/** What a change of people says when it is done, by its place in the address. */
const done: Record<string, string> = {
	add: 'Added. The person signs in with the first password and chooses another at once.',
	role: 'The role is changed, from the next click on.',
	disable: 'Disabled: sessions and tokens have ended.',
	enable: 'Enabled: the person signs in with the password of before, and makes new tokens.',
	password: 'The password is set: sessions have ended, and the person chooses another when signing in.',
}

/** `/users`: people and their roles, for administrators. */
export function userRoutes(answers: Answerer, state: Pick<State, 'db'>, effects: AccountEffects = {}): Router {
	const router = Router()
	const form = urlencoded({ extended: false, limit: '20kb' })
	const take = (name: keyof typeof done, work: (request: Request) => Promise<unknown>) =>
		router.post(`/users/${name}`, form, async (request, response) => {
			const { form_token, ...given } = (request.body ?? {}) as Record<string, string>
			requireFormToken(request, form_token)
			requirePerson(request, 'admin')
			try {
				await work(request)
				response.redirect(303, `/users?done=${name}`)
			} catch (error) {
				const { failure, status } = failureOf(error)
				await show({ answers, state }, request, response, { failure, given }, status)
			}
		})
	router.get('/users', async (request, response) => {
		const name = new URL(request.originalUrl, 'http://host').searchParams.get('done') ?? ''
		await show({ answers, state }, request, response, { done: Object.hasOwn(done, name) ? done[name] : undefined })
	})
	const author = (request: Request) => requirePerson(request, 'admin')
	take('add', async (request) => {
		const person = { ...formOf(request, addForm), isAdmin: false, isInitial: true }
		await addUser(state, { ...person, author: author(request) }, effects)
	})
	take('role', async (request) => {
		const { user_id: userId, role, is_admin } = formOf(request, roleForm)
		await setRole(state, { userId, role, isAdmin: is_admin !== undefined, author: author(request) }, effects)
	})
	take('disable', async (request) => {
		await disableUser(state, { userId: formOf(request, whose).user_id, author: author(request) }, effects)
	})
	take('enable', async (request) => {
		await enableUser(state, { userId: formOf(request, whose).user_id, author: author(request) }, effects)
	})
	take('password', async (request) => {
		const { user_id: userId, password } = formOf(request, passwordForm)
		await setPassword(state, { userId, password, isInitial: true, author: author(request) }, effects)
	})
	return router
}

async function show(
	{ answers, state }: { answers: Answerer; state: Pick<State, 'db'> },
	request: Request,
	response: Response,
	more: Partial<UsersPage>,
	status = 200,
): Promise<void> {
	const person = requirePerson(request, 'admin')
	const viewer = { ...person, formToken: admissionOf(request).formToken }
	const page: UsersPage = { viewer, accounts: await accounts(state), ...more }
	const content = (context: Parameters<typeof UsersView>[0]['context']) => UsersView({ page, context })
	await sendView(answers, request, response, { title: 'People', section: null, content, status })
}
