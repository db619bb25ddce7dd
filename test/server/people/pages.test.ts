import { rmSync } from 'node:fs'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessControl } from '../../../server/access.ts'
import { addUser, disableUser } from '../../../server/people/accounts.ts'
import type { Role } from '../../../server/people/person.ts'
import { issueToken } from '../../../server/people/tokens.ts'
import { publishSample } from '../../reports/sample.ts'
import { serve } from '../routes/serving.ts'
import { stateFixture } from '../state-fixture.ts'

const author = { userId: 'system', name: 'root, on this machine' }
const words = 'four words of mine'
const apiToken = 'a-token-of-at-least-24-characters'

let published: string
let fixture: Awaited<ReturnType<typeof stateFixture>>
let served: Awaited<ReturnType<typeof serve>>
const told: string[] = []

beforeAll(async () => {
	published = await publishSample()
	fixture = await stateFixture()
	const { state } = fixture
	await add('ana', 'reviewer', true)
	await add('ben', 'preparer', false)
	served = await serve(published, {
		state,
		passwordCost: { N: 16, r: 1, p: 1 },
		stamp: () => new Date('2026-11-04T09:00:00Z'),
		access: accessControl({ robot: apiToken }, { state, now: () => Date.parse('2026-11-04T09:00:00Z') }),
		tellPeople: (event) => told.push(JSON.stringify(event)),
	})
})

afterAll(async () => {
	await served.close()
	await fixture.remove()
	rmSync(published, { recursive: true, force: true })
})

async function add(userId: string, role: Role, isAdmin: boolean) {
	const person = {
		userId,
		name: `${userId} <b>Lima</b>`,
		email: null,
		role,
		isAdmin,
		password: words,
		isInitial: false,
	}
	const effects = { now: () => Date.parse('2026-11-04T09:00:00Z'), cost: { N: 16, r: 1, p: 1 } }
	await addUser(fixture.state, { ...person, author }, effects)
}

const html = { accept: 'text/html,*/*;q=0.8' }

/** A browser of its own: it keeps the session's cookie, and sends forms with the token of the page they are on. */
function browser() {
	let cookie = ''
	const go = async (address: string, init: RequestInit = {}) => {
		const response = await served.get(address, { ...init, headers: { ...html, cookie, ...init.headers } })
		const set = response.headers.getSetCookie().at(-1)
		if (set) cookie = set.split(';')[0]!
		return { status: response.status, headers: response.headers, text: await response.text(), set }
	}
	const send = (address: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
		go(address, { method: 'POST', body: new URLSearchParams(fields), headers })
	const form = async (page: string, action: string, fields: Record<string, string>) => {
		const { document } = parseHTML((await go(page)).text)
		const own = [...document.querySelectorAll(`form[action="${action}"] input[type=hidden]`)]
		const hidden = Object.fromEntries(
			own.map((input) => [input.getAttribute('name'), input.getAttribute('value') ?? '']),
		)
		return await send(action, { ...hidden, ...fields })
	}
	const signIn = (account: string, password: string, next = '/month/2026-10') =>
		form(`/login?next=${encodeURIComponent(next)}`, '/login', { account, password })
	return { go, send, form, signIn, cookie: () => cookie }
}

test('with people a page leads to the login page and back; nothing of the company is seen before', async () => {
	const ana = browser()
	const first = await ana.go('/month/2026-10?currency=USD')
	expect([first.status, first.headers.get('location')]).toEqual([
		303,
		'/login?next=%2Fmonth%2F2026-10%3Fcurrency%3DUSD',
	])
	const login = await ana.go('/login')
	expect(login.text).not.toMatch(/Sample Company|generation|<script|<style/)
	const entered = await ana.signIn('ana', words, '/month/2026-10?currency=USD')
	expect([entered.status, entered.headers.get('location')]).toEqual([303, '/month/2026-10?currency=USD'])
	expect(entered.set).toMatch(/^tieout_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
	const month = await ana.go('/month/2026-10')
	expect(month.status).toBe(200)
	expect(month.text).toContain('ana &lt;b>Lima&lt;/b></a>')
	expect(told).toContain('{"event":"signed in","account":"ana","address":"127.0.0.1"}')
})

test('a proxy on this machine that speaks https makes the cookie one of https alone', async () => {
	const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' }
	const { set } = await browser().send('/login', { account: 'ana', password: words }, headers)
	expect(set).toMatch(/^__Host-tieout_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
	expect(told).toContain('{"event":"signed in","account":"ana","address":"192.0.2.7"}')
})

test('the answer to a wrong name is that to a wrong password, and tells no name', async () => {
	const unknown = await browser().signIn('<b>nobody</b>', 'wrong')
	const wrong = await browser().signIn('ben', 'wrong')
	expect([unknown.status, wrong.status]).toEqual([401, 401])
	expect(unknown.text.replace('&lt;b>nobody&lt;/b>', '')).toBe(wrong.text.replace('value="ben"', 'value=""'))
	expect(told.join()).not.toMatch(/nobody|"account":"ben"/)
})

test('scripts are told what they may not, browsers of a wrong token too', async () => {
	for (const headers of [{ accept: 'application/json' }, { ...html, authorization: 'Bearer tieout_wrong' }]) {
		const response = await served.get('/month/2026-10', { headers })
		expect(response.status).toBe(401)
	}
	const api = await served.get('/api/month/2026-10')
	expect([api.status, (await api.json()).error.code]).toEqual([401, 'access.session'])
})

test('a token of the configuration reads and is nobody; a personal token is its person', async () => {
	const reader = { authorization: `Bearer ${apiToken}` }
	expect((await served.get('/api/month/2026-10', { headers: reader })).status).toBe(200)
	const account = await served.get('/account', { headers: reader })
	expect([account.status, (await account.text()).includes('nobody is signed in')]).toEqual([403, true])
	const effects = { now: () => Date.parse('2026-11-04T09:00:00Z') }
	const token = await issueToken(fixture.state, { userId: 'ben', name: 'x', days: 1, author }, effects)
	const own = await served.get('/account', { headers: { authorization: `Bearer ${token}` } })
	expect(await own.text()).toContain('<code>ben</code>')
	const made = await served.get('/account/token', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
	expect([made.status, (await made.json().catch(() => ({}))).error?.code ?? 'html']).toEqual([403, 'html'])
})

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/%09/evil', '\\\\evil', '/..//evil.example'])(
	'after signing in %s leads to no other host',
	async (next) => {
		const { status, headers } = await browser().signIn('ana', words, next)
		expect(status).toBe(303)
		expect(new URL(headers.get('location')!, 'http://own').host).toBe('own')
	},
)

test('a form without the token of its session, or from another site, changes nothing', async () => {
	const ana = browser()
	await ana.signIn('ana', words)
	const fields = { userId: 'eve', name: 'Eve', role: 'reviewer', password: 'a long enough one' }
	const other = browser()
	await other.signIn('ana', words)
	const token = parseHTML((await other.go('/users')).text).document.querySelector('input[name=form_token]')!
	for (const form_token of ['', 'wrong', token.getAttribute('value')!])
		expect((await ana.send('/users/add', { ...fields, form_token })).status).toBe(403)
	const foreign = await ana.send('/users/add', fields, {
		origin: 'https://evil.example',
		'sec-fetch-site': 'cross-site',
	})
	expect(foreign.status).toBe(403)
	expect((await ana.go('/users')).text).not.toContain('<code>eve</code>')
})

test('an administrator adds a person, who must choose a password before anything else', async () => {
	const ana = browser()
	await ana.signIn('ana', words)
	const fields = {
		userId: 'cora',
		name: 'Cora',
		email: 'cora@acme.example',
		role: 'preparer',
		password: 'chosen by ana',
	}
	const refused = await ana.form('/users', '/users/add', { ...fields, userId: 'No Id' })
	expect(refused.status).toBe(400)
	expect(refused.text).toMatch(/value="No Id"[^>]*aria-invalid="true"/)
	const added = await ana.form('/users', '/users/add', fields)
	expect(added.headers.get('location')).toBe('/users?done=add')
	const cora = browser()
	await cora.signIn('cora@acme.example', 'chosen by ana')
	expect((await cora.go('/month/2026-10')).headers.get('location')).toBe('/account')
	expect((await cora.go('/api/month/2026-10')).status).toBe(403)
	const change = { password: 'chosen by ana', new_password: 'chosen by cora', again: 'chosen by cora' }
	const differs = await cora.form('/account', '/account/password', { ...change, again: 'another' })
	expect(differs.text).toContain('the two new passwords are not the same')
	const before = cora.cookie()
	expect((await cora.form('/account', '/account/password', change)).headers.get('location')).toBe('/')
	expect((await cora.go('/month/2026-10')).status).toBe(200)
	expect((await served.get('/month/2026-10', { headers: { ...html, cookie: before } })).status).toBe(303)
})

test('only administrators see people; roles are what they are at the next click', async () => {
	const ben = browser()
	await ben.signIn('ben', words)
	const refused = await ben.go('/users')
	expect([refused.status, refused.text.includes('is no administrator')]).toEqual([403, true])
	const ana = browser()
	await ana.signIn('ana', words)
	await ana.form('/users', '/users/role', { user_id: 'ben', role: 'reader', is_admin: 'yes' })
	expect((await ben.go('/users')).status).toBe(200)
	await ana.form('/users', '/users/role', { user_id: 'ben', role: 'preparer' })
	expect((await ben.go('/users')).status).toBe(403)
})

test('a token is shown once, and revoked by its owner', async () => {
	const ben = browser()
	await ben.signIn('ben', words)
	const made = await ben.form('/account', '/account/token', { name: 'laptop', days: '7' })
	const token = /<code class="secret">(tieout_[\w-]{43})<\/code>/.exec(made.text)?.[1]
	const ask = async () =>
		(await served.get('/api/month/2026-10', { headers: { authorization: `Bearer ${token}` } })).status
	expect(await ask()).toBe(200)
	const page = (await ben.go('/account')).text
	expect(page).not.toContain(token)
	const id = /name="token_id" value="(\d+)" aria-label="Revoke laptop"/.exec(page)![1]!
	await ben.form('/account', '/account/revoke', { token_id: id })
	expect(await ask()).toBe(401)
})

test('signing out ends the session, and disabling an account ends it in the middle', async () => {
	const ben = browser()
	await ben.signIn('ben', words)
	const cookie = ben.cookie()
	const out = await ben.form('/account', '/logout', {})
	expect([out.status, out.headers.get('location'), out.set]).toEqual([
		303,
		'/login',
		expect.stringContaining('Max-Age=0'),
	])
	expect((await served.get('/month/2026-10', { headers: { ...html, cookie } })).status).toBe(303)
	await ben.signIn('ben', words)
	await disableUser(fixture.state, { userId: 'ben', author })
	expect((await ben.go('/month/2026-10')).status).toBe(303)
})

test('a page is not taken from the cache of somebody else', async () => {
	const [ana, other] = [browser(), browser()]
	await ana.signIn('ana', words)
	await other.signIn('ana', words)
	const tag = async (of: typeof ana) => (await of.go('/month/2026-10')).headers.get('etag')
	expect(await tag(ana)).toBe(await tag(ana))
	expect(await tag(ana)).not.toBe(await tag(other))
})
