import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadReports } from '../../reports/registry.ts'
import { accessControl } from '../../server/access.ts'
import { createApp } from '../../server/app.ts'
import { closeSchema } from '../../server/configuration/close.ts'
import { addUser } from '../../server/people/accounts.ts'
import type { Role } from '../../server/people/person.ts'
import { openQueries } from '../../server/query/queries.ts'
import { openState, type State } from '../../server/state.ts'
import { type SampleProject, startPublishedSample } from '../sample-project.ts'

const paper = '2026-10'
const words = 'four words of mine'
const cost = { N: 16, r: 1, p: 1 }

let sample: SampleProject
let state: State
let queries: ReturnType<typeof openQueries>
let origin: string
let end: () => Promise<void>

beforeAll(async () => {
	sample = await startPublishedSample()
	const own = sample.config()
	const certify = closeSchema.parse({
		certify: [
			{ name: 'quiet <b>', codes: ['timing', 'deferred', 'not_invoiced', 'exchange_rate'], variance: '100000000' },
		],
	}).certify
	const config = { ...own, close: { ...own.close, certify, attachment_limit: '1MB' } }
	state = await openState(config.project.state)
	const moment = new Date('2026-11-04T09:00:00Z')
	const [now, stamp] = [() => moment.getTime(), () => moment]
	queries = openQueries({ published: config.project.published, spool: config.project.spool })
	const app = createApp({
		queries,
		reports: await loadReports(),
		company: { name: config.company.name, materiality: config.company.materiality, minorDigits: () => 2 },
		now: stamp,
		access: accessControl({}, { state, now }),
		tell: ({ error }) => {
			throw error
		},
		...{ state, config, stamp, passwordCost: cost },
	})
	const server = app.listen(0, '127.0.0.1')
	await new Promise((resolve) => server.once('listening', resolve))
	origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`
	end = async () => {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
}, 180_000)

afterAll(async () => {
	await end?.()
	await queries?.close()
	await state?.close()
	await sample?.close()
})

async function add(userId: string, role: Role): Promise<void> {
	const person = { userId, name: `${userId} <i>Lima</i>`, email: null, role, isAdmin: role === 'reviewer' }
	const author = { userId: 'system', name: 'root, on this machine' }
	await addUser(
		state,
		{ ...person, password: words, isInitial: false, author },
		{ cost, now: () => Date.parse('2026-11-04T09:00:00Z') },
	)
}

/** A browser without script: it keeps its cookie, and sends forms as they stand on the page. */
async function browser(account: string) {
	let cookie = ''
	const go = async (address: string, init: RequestInit = {}) => {
		const headers = { accept: 'text/html', cookie, ...init.headers }
		const response = await fetch(`${origin}${address}`, { redirect: 'manual', ...init, headers })
		cookie = response.headers.getSetCookie().at(-1)?.split(';')[0] ?? cookie
		const text = await response.text()
		return {
			status: response.status,
			to: response.headers.get('location'),
			text,
			headers: response.headers,
			page: parseHTML(text).document,
		}
	}
	/** Sends the form that leads to `action`, with what it holds and what is given; `from` a page, or its text. */
	const send = async (from: string, action: string, given: Record<string, string | string[]> = {}) => {
		const page = from.startsWith('<') ? parseHTML(from).document : (await go(from)).page
		const body = new URLSearchParams()
		for (const field of page.querySelectorAll(
			`form[action="${action}"] input[type=hidden], form[action="${action}"] textarea`,
		))
			body.append(field.getAttribute('name')!, field.getAttribute('value') ?? field.textContent ?? '')
		for (const [name, value] of Object.entries(given)) {
			body.delete(name)
			for (const one of [value].flat()) body.append(name, one)
		}
		return await go(action, { method: 'POST', body })
	}
	if (account) await send('/login', '/login', { account, password: words })
	return { go, send, upload: (address: string, body: FormData) => go(address, { method: 'POST', body }) }
}

const addresses = [
	'/close',
	`/close/${paper}`,
	`/close/${paper}/items`,
	`/close/${paper}/items?status=unsettled&sort=-age_days`,
	'/journal',
	'/restatement',
]

test('before anybody has an account papers can be read, and say that nothing can be signed', async () => {
	const nobody = await browser('')
	for (const address of addresses) {
		const { status, text, page } = await nobody.go(address)
		expect(status, address).toBe(200)
		expect(page.querySelectorAll('h1').length, address).toBe(1)
		expect(text, address).not.toMatch(/<style| style="|<script(?! src="\/assets\/)| on[a-z]+="/)
		expect(text.length, `${address} is small enough`).toBeLessThan(150_000)
	}
	const { page } = await nobody.go(`/close/${paper}`)
	expect(page.querySelector('button.main[disabled]')?.textContent).toContain('Prepare')
	expect(page.querySelector('#not-now')?.textContent).toBe('nobody has an account yet')
	expect((await nobody.go(`/close/${paper}/sign?step=prepared`)).status).toBe(403)
	expect((await nobody.go('/close/2031-01')).status).toBe(404)
})

test('a month is prepared, reviewed and locked by two people through the pages, without script', async () => {
	await Promise.all([add('ben', 'preparer'), add('ana', 'reviewer'), add('rea', 'reader')])
	const [ben, ana, rea] = await Promise.all(['ben', 'ana', 'rea'].map(browser))
	expect((await rea!.go(`/close/${paper}/sign?step=prepared`)).status).toBe(403)
	expect((await rea!.go(`/close/${paper}`)).page.querySelector('#not-now')?.textContent).toMatch(/you are a reader/)
	const month = await ben!.go(`/month/${paper}`)
	expect(month.page.querySelector('.month-close a.main')?.getAttribute('href')).toBe(
		`/close/${paper}/sign?step=prepared`,
	)

	const form = await ben!.go(`/close/${paper}/sign?step=prepared`)
	expect(form.page.querySelector('h2#overrides-title'), 'nothing blocks').toBeNull()
	expect(form.text).toContain('You, ben &lt;i>Lima&lt;/i>, sign')
	const wrong = await ben!.send(form.text, `/close/${paper}/sign`, { content_hash: 'f'.repeat(64) })
	expect([wrong.status, wrong.page.querySelector('.banner.bad')?.textContent]).toEqual([
		403,
		expect.stringContaining('is not what you looked at'),
	])
	expect((await ben!.send(form.text, `/close/${paper}/sign`, { statement: 'All <b>mine</b>' })).to).toBe(
		`/close/${paper}?done=prepared`,
	)

	const own = await ben!.go(`/close/${paper}`)
	expect(own.page.querySelector('#not-now')?.textContent).toBe('it waits for a reviewer')
	expect(own.text).toContain('“All &lt;b>mine&lt;/b>”')
	expect((await ana!.send(`/close/${paper}/sign?step=reviewed`, `/close/${paper}/sign`)).to).toBe(
		`/close/${paper}?done=reviewed`,
	)
	const locking = await ana!.send(`/close/${paper}/sign?step=locked`, `/close/${paper}/sign`)
	expect(locking.to).toBe(`/close/${paper}?done=locked`)
	const locked = await ana!.go(locking.to!)
	expect(locked.page.querySelector('[role=status]')?.textContent).toBe('Locked: the period is closed.')
	expect(locked.page.querySelectorAll('#sign-offs > ol > li').length).toBe(3)
	expect(locked.page.querySelector('button.main, a.main')).toBeNull()
	expect((await ana!.go('/')).to).not.toBe(`/month/${paper}`)
})

test('who prepared a paper does not review it, whatever the role', async () => {
	const ana = await browser('ana')
	await ana.send('/close/2026-09/sign?step=prepared', '/close/2026-09/sign')
	expect((await ana.go('/close/2026-09')).page.querySelector('#not-now')?.textContent).toBe(
		'you prepared it: somebody else reviews it',
	)
	const refused = await ana.send('/close/2026-09/sign?step=reviewed', '/close/2026-09/sign')
	expect([refused.status, refused.page.querySelector('.banner.bad')?.textContent]).toEqual([
		403,
		expect.stringContaining('preparer and reviewer are different people'),
	])
})

test('a blocking reason is signed over with a reason of one’s own, and both stand on the paper', async () => {
	const ben = await browser('ben')
	const form = await ben.go('/close/2026-11/sign?step=prepared')
	expect(form.page.querySelector('[name="why:period"]')).not.toBeNull()
	const blocked = await ben.send(form.text, '/close/2026-11/sign', { statement: 'kept while it is refused' })
	expect([blocked.status, blocked.text.includes('kept while it is refused')]).toEqual([403, true])
	const blocking = [...form.page.querySelectorAll('[name^="why:"]')].map((field) => [
		field.getAttribute('name')!,
		'the auditor asked <b>for it</b>',
	])
	expect((await ben.send(form.text, '/close/2026-11/sign', Object.fromEntries(blocking))).to).toBe(
		'/close/2026-11?done=prepared',
	)
	expect((await ben.go('/close/2026-11')).page.querySelector('#sign-offs .override')?.textContent).toMatch(
		/has not ended in the data.*Why: the auditor asked <b>for it<\/b>/s,
	)
})

test('a locked paper is opened again with a reason, its signatures stay, and later signed papers are marked', async () => {
	const ana = await browser('ana')
	const action = `/close/${paper}/reopen`
	const page = await ana.go(action)
	expect(page.page.querySelector('#content')?.textContent).toContain('November 2026 (prepared)')
	const silent = await ana.send(page.text, action, { reason: ' ' })
	expect([silent.status, silent.page.querySelector('[aria-invalid=true]')?.getAttribute('name')]).toEqual([
		400,
		'reason',
	])
	expect((await ana.send(page.text, action, { reason: 'An invoice was posted late' })).to).toBe(
		`/close/${paper}?done=reopened`,
	)
	const reopened = await ana.go(`/close/${paper}`)
	expect(reopened.page.querySelector('h1 + .chip')?.textContent).toContain('reopened')
	expect(reopened.page.querySelectorAll('#sign-offs > ol > li').length).toBe(4)
	expect((await ana.go('/close/2026-11')).text).toContain('earlier paper reopened')
	expect((await ana.go(action)).status).toBe(403)
})

test('items are given away in bulk, ticked or all of a filter; what can’t be taken keeps what was typed', async () => {
	const ben = await browser('ben')
	const list = `/close/${paper}/items`
	const first = await ben.go(list)
	const ticked = [...first.page.querySelectorAll('input[name=item]')]
		.slice(0, 2)
		.map((box) => box.getAttribute('value')!)
	expect(
		(await ben.send(first.text, list, { item: ticked, owner: 'rea', comment: '<script>alert(1)</script>' })).to,
	).toBe(`${list}?done=2`)
	const mine = await ben.go(`${list}?owner=rea`)
	expect(mine.page.querySelectorAll('tbody tr').length).toBe(2)
	const filtered = await ben.go(`${list}?code=timing&status=open`)
	const count = Number(/all ([\d,]+) of the filter/.exec(filtered.text)![1])
	expect((await ben.send(filtered.text, list, { all: 'yes', status: 'accepted' })).status).toBe(400)
	const accepted = await ben.send(filtered.text, list, {
		all: 'yes',
		status: 'accepted',
		reason: 'invoiced in November',
	})
	expect(accepted.to).toContain(`done=${new Set([...(await names(ben, `${list}?code=timing&status=accepted`))]).size}`)
	expect(count).toBeGreaterThan(0)
	const none = await ben.send(first.text, list, { owner: 'rea' })
	expect([
		none.status,
		none.page.querySelector('.banner.bad')?.textContent,
		none.page.querySelector('#owner')?.getAttribute('value'),
	]).toEqual([400, expect.stringContaining('no item is ticked'), 'rea'])
	const rea = await browser('rea')
	expect((await rea.go(list)).page.querySelector('form.bulk')).toBeNull()
})

async function names(who: Awaited<ReturnType<typeof browser>>, address: string): Promise<string[]> {
	const { text } = await who.go(address.replace('/close', '/api/close'))
	return (JSON.parse(text).items as { item: string }[]).map(({ item }) => item)
}

test('each heading of the items orders them, what has no value last; an order or a filter that there is not is refused', async () => {
	const rea = await browser('rea')
	const list = `/close/${paper}/items`
	const { page } = await rea.go(list)
	const orders = [...page.querySelectorAll('th[scope=col] a')].map((a) => a.getAttribute('href')!)
	expect(orders.length).toBeGreaterThan(8)
	for (const first of orders)
		for (const sort of [
			first,
			first.includes('sort=-') ? first.replace('sort=-', 'sort=') : first.replace('sort=', 'sort=-'),
		]) {
			const name = new URL(sort, 'http://host').searchParams.get('sort')!
			const column = name.replace('-', '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
			const { items } = JSON.parse((await rea.go(`/api${sort}`)).text) as {
				items: Record<string, string | number | null>[]
			}
			const values = items.map((item) => item[column])
			const known = values.filter((value) => value !== null)
			expect(values.slice(0, known.length), name).toEqual(known)
			if (column === 'status') continue
			const size = (value: unknown) =>
				/amount|days|comments|attach/.test(column) ? Math.abs(Number(value)) : String(value)
			const ordered = known.toSorted((a, b) => (size(a) < size(b) ? -1 : size(a) > size(b) ? 1 : 0))
			expect(known.map(size), name).toEqual((name.startsWith('-') ? ordered.reverse() : ordered).map(size))
		}
	expect((await rea.go(`${list}?sort=colour`)).status).toBe(400)
	expect((await rea.go(`${list}?curency=EUR`)).status).toBe(400)
	expect((await rea.go(`${list}?page=900`)).text).toContain('is beyond the last')
})

test('items of cells that a rule certified are marked, and can be left out by a link', async () => {
	const rea = await browser('rea')
	const list = `/close/${paper}/items`
	const { items } = JSON.parse((await rea.go(`/api${list}`)).text) as { items: { certified_by: string | null }[] }
	const certified = items.filter((one) => one.certified_by === 'quiet <b>').length
	expect([certified > 0, certified < items.length]).toEqual([true, true])
	const only = await rea.go(`${list}?certified=${encodeURIComponent('quiet <b>')}`)
	expect([only.page.querySelectorAll('tbody tr').length, only.text.includes('certified: quiet &lt;b>')]).toEqual([
		Math.min(certified, 100),
		true,
	])
	const others = JSON.parse((await rea.go(`/api${list}?certified=no+rule`)).text)
	expect(others.items).toHaveLength(items.length - certified)
})

test('one item shows its thread as data, takes a file of a hostile name, and gives it back as a download', async () => {
	const ben = await browser('ben')
	const item = (await names(ben, `/close/${paper}/items?owner=rea`))[0]!
	const address = `/close/${paper}/items/${encodeURIComponent(item).replaceAll('%3A', ':')}`
	const page = await ben.go(address)
	expect(page.text).toContain('&lt;script>alert(1)&lt;/script>')
	const token = page.page.querySelector('input[name=form_token]')!.getAttribute('value')!
	const form = new FormData()
	form.append('form_token', token)
	form.append(
		'file',
		new File(['evidence\r\n--not the boundary'], '../../"etc"/<b>\u202Epasswd.html', { type: 'text/html' }),
	)
	expect((await ben.upload(`${address}/files`, form)).to).toBe(`${address}?done=1`)
	const shown = await ben.go(address)
	const link = [...shown.page.querySelectorAll('#thread a')].find((one) =>
		one.getAttribute('href')?.includes('/files/'),
	)!
	expect(link.textContent).toContain('passwd.html')
	const file = await ben.go(link.getAttribute('href')!)
	expect([file.text, file.headers.get('content-type'), file.headers.get('content-security-policy')]).toEqual([
		'evidence\r\n--not the boundary',
		'application/octet-stream',
		"default-src 'none'; sandbox",
	])
	expect(file.headers.get('content-disposition')).toMatch(/^attachment; /)
	const foreign = new FormData()
	foreign.append('file', new File(['x'], 'x'))
	expect((await ben.upload(`${address}/files`, foreign)).status).toBe(403)
	const large = new FormData()
	large.append('form_token', token)
	large.append('file', new File([new Uint8Array(1.5e6)], 'large'))
	const refused = await ben.upload(`${address}/files`, large)
	expect([refused.status, refused.page.querySelector('.banner.bad')?.textContent]).toEqual([
		400,
		expect.stringContaining('larger than 1 MB'),
	])
})

test('the journal shows every line, is filtered by links, and says that it is whole', async () => {
	const ana = await browser('ana')
	const { page, text } = await ana.go(`/journal?paper=${paper}&kind=paper.reopened`)
	expect(page.querySelectorAll('tbody tr').length).toBe(1)
	expect(text).toContain('An invoice was posted late')
	const whole = await ana.go('/journal')
	expect(whole.page.querySelector('.why')?.textContent).toMatch(/whole \d+ lines/)
	const { lines } = JSON.parse((await ana.go('/api/journal')).text)
	expect(lines[0].seq).toBeGreaterThan(10)
})

test('a build that is published between the page and the signature: it is refused with what changed, and what changed is shown and accepted', {
	timeout: 180_000,
}, async () => {
	const ana = await browser('ana')
	const moving = '/close/2026-11'
	const form = await ana.go(`${moving}/sign?step=reviewed`)
	sample.setClock(Date.parse('2026-11-06T09:00:00Z'))
	await sample.run()
	const refused = await ana.send(form.text, `${moving}/sign`, { 'why:period': 'agreed' })
	expect([refused.status, refused.page.querySelector('.banner.bad')?.textContent]).toEqual([
		403,
		expect.stringMatching(/is not what you looked at: .+/),
	])
	const paperNow = await ana.go(moving)
	expect(paperNow.page.querySelector('.banner.bad')?.textContent).toMatch(/changed since signing \d+ change/)
	expect(paperNow.text).toContain('Prepare again…')
	const changes = await ana.go(`${moving}/changes`)
	const hashes = [...changes.page.querySelectorAll('input[name=change]')].map((one) => one.getAttribute('value')!)
	expect(hashes.length).toBeGreaterThan(0)
	expect(changes.page.querySelectorAll('#records tbody tr').length).toBeGreaterThan(0)
	const accept = `${moving}/accept`
	const stale = await ana.send(changes.text, accept, { change: ['0'.repeat(64)], reason: 'seen' })
	expect([stale.status, stale.text.includes('are not what they were when you looked')]).toEqual([403, true])
	expect((await ana.send(changes.text, accept, { change: hashes, reason: 'agreed with sales' })).to).toBe(
		`${moving}/changes?done=accepted`,
	)
	const after = await ana.go(moving)
	expect(after.page.querySelector('.banner.bad')).toBeNull()
	expect(after.page.querySelector('#acceptances')?.textContent).toContain('agreed with sales')
	const list = await ana.go('/close')
	expect(list.page.querySelector('tbody tr')?.textContent).toContain('as signed')
	expect((await ana.go('/restatement')).page.querySelectorAll('tbody tr').length).toBeGreaterThan(0)
})
