import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companyClock } from '../../server/clock.ts'
import { loadProject } from '../../server/load-project.ts'
import { addUser } from '../../server/people/accounts.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { startServing } from '../../server/serving.ts'
import { openState, type State } from '../../server/state.ts'
import { runWords } from './command-line.ts'

// What may go wrong between a browser or a program and the server, on a project that is published and served.
const folder = path.join(mkdtempSync(path.join(tmpdir(), 'tieout-http-')), 'halden')
const author = { userId: 'ana', name: 'Ana' }
const cost = { N: 16, r: 1, p: 1 }
let state: State
let serving: Awaited<ReturnType<typeof startServing>>
const tokens = new Map<string, string>()

beforeAll(async () => {
	cpSync(path.join(import.meta.dirname, '../../examples/halden'), folder, { recursive: true })
	rmSync(path.join(folder, 'data'), { recursive: true, force: true })
	expect(await runWords(['run'], folder)).toMatchObject({ code: 0 })
	const config = await loadProject(folder, { environment: {} })
	state = await openState(config.project.state)
	const people = [
		['ana', 'reviewer'],
		['ben', 'preparer'],
		['cara', 'reader'],
	] as const
	for (const [userId, role] of people) {
		const person = { userId, name: userId, email: null, role, isAdmin: userId === 'ana', isInitial: false }
		await addUser(state, { ...person, password: 'four words of mine', author }, { cost })
		tokens.set(userId, await issueToken(state, { userId, name: 'test', days: 9, author }))
	}
	await addUser(
		state,
		{
			...{ userId: 'dan', name: 'Dan', email: null, role: 'reader', isAdmin: false },
			...{ password: 'four words of mine', isInitial: true, author },
		},
		{ cost },
	)
	serving = await startServing(
		{ config, state, bind: '127.0.0.1', port: 0, hasSchedule: false },
		{ clock: companyClock({}), log: pino({ level: 'silent' }), environment: {} },
	)
}, 120_000)
afterAll(async () => {
	await serving.close()
	await state.close()
	rmSync(path.dirname(folder), { recursive: true, force: true })
})

const json = { accept: 'application/json' }

/** A request of a person's token, with the fields of a form. */
async function ask(
	method: string,
	address: string,
	{
		as = 'ana',
		form,
		headers = {},
	}: { as?: string; form?: Record<string, string>; headers?: Record<string, string> } = {},
) {
	const response = await fetch(`${serving.url}${address}`, {
		method,
		redirect: 'manual',
		headers: { ...json, authorization: `Bearer ${tokens.get(as)}`, ...headers },
		...(form && { body: new URLSearchParams(form) }),
	})
	const text = await response.text()
	return { status: response.status, text, error: text.startsWith('{') ? JSON.parse(text).error : undefined }
}

test.each([
	['GET', '/api/journal?page=x', undefined, 400, 'journal.page'],
	['GET', '/api/reports/won-to-order', undefined, 404, 'report.absent'],
	['GET', '/break/%E0%A4%A', undefined, 400, 'http.request'],
	['GET', '/breaks/nowhere', undefined, 404, 'http.no_page'],
	['POST', '/api/sql', {}, 400, 'sql.empty'],
	['GET', '/close/2026-06/items/nothing/files/1', undefined, 404, 'close.unknown_item'],
	['POST', '/account/password', { old_password: 'x', new_password: 'y' }, 403, 'account.session'],
	['POST', '/close/2026-06/sign', { step: 'sealed' }, 400, 'close.step'],
] as const)('%s %s with %j', async (method, address, form, status, code) => {
	const answer = await ask(method, address, form ? { form } : {})
	expect([answer.status, answer.error?.code]).toEqual([status, code])
	expect(answer.error.next ?? '').not.toBe('')
})

// A form that can't be taken is shown again, with what is wrong and what to do.
test.each([
	['/close/2026-06/items', {}, 400, 'close.no_items', ['no item is ticked', 'tick items in the table']],
	['/links', { verb: 'marry' }, 400, 'links.verb', ['marry', 'say whether they belong together']],
	['/users/add', {}, 400, 'form.value', ['correct it and send the form again']],
] as const)('POST %s with %j shows the form again', async (address, form, status, _code, texts) => {
	const answer = await ask('POST', address, { form })
	expect(answer.status).toBe(status)
	for (const text of texts) expect(answer.text).toContain(text)
})

test('a form of another site is refused', async () => {
	const answer = await ask('POST', '/links', { form: {}, headers: { origin: 'https://evil.example' } })
	expect([answer.status, answer.error.code]).toEqual([403, 'http.other_origin'])
	expect(answer.error.message).toContain('https://evil.example')
})

test('who may not is told who may', async () => {
	expect((await ask('GET', '/users', { as: 'ben' })).error).toMatchObject({
		...{ code: 'people.admin', where: 'ben', allowed: ['administrators'] },
		next: 'ask an administrator; on the machine: tieout user role ben preparer --admin',
	})
	const signed = await ask('POST', '/close/2026-06/sign', { as: 'cara', form: { step: 'prepared' } })
	expect(signed.status).toBe(403)
})

/** A browser that signs in: the session's cookie, and the token of its forms. */
async function signedIn(account: string) {
	const login = await fetch(`${serving.url}/login`, {
		method: 'POST',
		redirect: 'manual',
		headers: { accept: 'text/html' },
		body: new URLSearchParams({ account, password: 'four words of mine' }),
	})
	return { ...json, cookie: login.headers.getSetCookie().at(-1)!.split(';')[0]! }
}

test('a session sends the forms that it got, and a password that somebody else chose is changed first', async () => {
	const headers = await signedIn('ana')
	const stale = await fetch(`${serving.url}/links`, {
		method: 'POST',
		headers,
		body: new URLSearchParams({ form_token: 'x' }),
	})
	expect([stale.status, (await stale.json()).error.code]).toEqual([403, 'people.form_token'])
	const first = await fetch(`${serving.url}/api/close`, { headers: await signedIn('dan') })
	expect([first.status, (await first.json()).error]).toMatchObject([
		403,
		{ code: 'access.password', next: /\/account/ },
	])
	const page = await (await fetch(`${serving.url}/account`, { headers: { ...headers, accept: 'text/html' } })).text()
	const form_token = /name="form_token" value="([^"]+)"/.exec(page)![1]!
	const wrong = await fetch(`${serving.url}/account/password`, {
		method: 'POST',
		headers: { ...headers, accept: 'text/html' },
		body: new URLSearchParams({
			form_token,
			password: 'not mine',
			new_password: 'five words of my own',
			again: 'five words of my own',
		}),
	})
	expect(wrong.status).toBe(400)
	expect(await wrong.text()).toContain('that is not your password')
	const upload = await fetch(`${serving.url}/close/2026-06/items/nothing/files`, {
		method: 'POST',
		headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
		body: 'no part',
	})
	expect(upload.status).toBeGreaterThanOrEqual(400)
})

test('a file that is not there, and a form that is none, are told beside the item', async () => {
	const { items } = JSON.parse((await ask('GET', '/api/close/2026-06/items')).text)
	const address = `/close/2026-06/items/${encodeURIComponent(items[0].item)}/files`
	const none = await ask('POST', address, { form: { file: '' } })
	expect([none.status, none.text.includes('it is not sent as multipart/form-data')]).toEqual([400, true])
	const body = '--x\r\ncontent-disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
	const response = await fetch(`${serving.url}${address}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${tokens.get('ana')}`, 'content-type': 'multipart/form-data; boundary=x' },
		body,
	})
	expect(response.status).toBe(400)
	expect(await response.text()).toContain('no file was chosen')
})
