import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { currentGeneration } from '../../models/generation.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { accessControl } from '../../server/access.ts'
import { verifyJournal } from '../../server/close/journal.ts'
import { linkHistory, subjectOfSides } from '../../server/links/decisions.ts'
import { addUser } from '../../server/people/accounts.ts'
import type { Role } from '../../server/people/person.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { openState, type State } from '../../server/state.ts'
import { type SampleProject, startPublishedSample } from '../sample-project.ts'
import { runWords } from './command-line.ts'
import { serve } from './routes/serving.ts'

const words = 'four words of mine'
const cost = { N: 16, r: 1, p: 1 }
const moment = new Date('2026-11-04T09:00:00Z')
let sample: SampleProject
let state: State
let site: Awaited<ReturnType<typeof serve>>
let deal: string
let order: string

beforeAll(async () => {
	sample = await startPublishedSample()
	const config = sample.config()
	state = await openState(config.project.state)
	const access = accessControl({}, { state, now: () => moment.getTime() })
	site = await serve(config.project.published, { access, state, config, stamp: () => moment, passwordCost: cost })
	// A deal without an order, and an order of another: what the records say does not bring them together.
	deal = (
		await rows(
			`select opportunity_id as id from marts.link_candidates where opportunity_id is not null order by 1 limit 1`,
		)
	)[0]!['id']!
	order = (
		await rows(
			`select order_id as id from marts.link_candidates where opportunity_id is distinct from '${deal}' and order_id is not null order by 1 limit 1`,
		)
	)[0]!['id']!
}, 180_000)
afterAll(async () => {
	await site?.close()
	await state?.close()
	await sample?.close()
})

async function rows(sql: string) {
	const database = await openDatabase(currentGeneration(sample.config().project.published)!.file, { readOnly: true })
	try {
		return await database.all<Record<string, string>>(sql)
	} finally {
		await database.close()
	}
}

async function add(userId: string, role: Role): Promise<string> {
	const author = { userId: 'system', name: 'root, on this machine' }
	const person = { userId, name: userId.toUpperCase(), email: null, role, isAdmin: false }
	const now = () => moment.getTime()
	await addUser(state, { ...person, password: words, isInitial: false, author }, { cost, now })
	return await issueToken(state, { userId, name: 'test', days: 90, author }, { now })
}

/** A browser without script: it keeps its cookie, and sends the form that stands on the page. */
async function browser(account: string) {
	let cookie = ''
	const go = async (address: string, init: RequestInit = {}) => {
		const headers = { accept: 'text/html', cookie, ...init.headers }
		const response = await site.get(address, { ...init, headers })
		cookie = response.headers.getSetCookie().at(-1)?.split(';')[0] ?? cookie
		const text = await response.text()
		return { status: response.status, to: response.headers.get('location'), text, page: parseHTML(text).document }
	}
	const send = async (from: string, action: string, given: Record<string, string>) => {
		const { page } = await go(from)
		const body = new URLSearchParams()
		for (const field of page.querySelectorAll(`form[action="${action}"] input`))
			body.append(field.getAttribute('name')!, field.getAttribute('value') ?? '')
		for (const [name, value] of Object.entries(given)) body.set(name, value)
		return await go(action, { method: 'POST', body })
	}
	await send('/login', '/login', { account, password: words })
	return { go, send }
}

const build = () => sample.run({ steps: ['build', 'check', 'publish'] })
const ofPair = () =>
	rows(`select distinct order_link_evidence as evidence from marts.chain
	where opportunity_id = '${deal}' and order_id = '${order}'`)

test('before anybody has an account links can be read and not decided', async () => {
	const response = await site.get(`/links?record=${deal}`)
	const text = await response.text()
	expect(response.status).toBe(200)
	expect(text).toContain('Only a named person can decide')
	expect(text).not.toContain('name="crm_id"')
	const body = new URLSearchParams({ verb: 'link', crm_id: deal, erp_id: order, reason: 'x' })
	expect((await site.get('/links', { method: 'POST', body })).status).toBe(403)
	const exceptions = await (await site.get('/reports/exceptions')).text()
	expect(exceptions).toContain('href="/links?record=')
	const [found] = await rows(`select break_id as id from marts.breaks where opportunity_id = '${deal}' limit 1`)
	const page = await (await site.get(`/break/${encodeURIComponent(found!['id']!)}`)).text()
	expect(page).toContain(`href="/links?record=${encodeURIComponent(deal)}"`)
})

test('what waits is shown one kind at a time, with how many of each there are', async () => {
	const [counts] = await rows(`select (select count(*) from marts.customer_candidates) as customers,
		(select count(*) from marts.link_candidates where state <> 'nothing fits') as orders`)
	const [customers, orders] = [Number(counts!['customers']), Number(counts!['orders'])]
	expect(orders).toBeGreaterThan(0)
	const shown = async (address: string) => {
		const { document } = parseHTML(await (await site.get(address)).text())
		const tabs = [...document.querySelectorAll('nav[aria-label="What waits"] a')]
		return {
			tabs: tabs.map((tab) => [tab.textContent, tab.getAttribute('href')]),
			current: tabs.filter((tab) => tab.hasAttribute('aria-current')).map((tab) => tab.textContent),
		}
	}
	const deals = `Deals and orders: ${orders}`
	expect(await shown('/links?show=orders')).toMatchObject({
		tabs: [
			[`Customers: ${customers}`, '/links?show=customers'],
			[deals, '/links?show=orders'],
		],
		current: [deals],
	})
	expect((await shown('/links?show=customers')).current).toEqual([`Customers: ${customers}`])
	expect((await shown('/links')).current).toEqual([customers > 0 ? `Customers: ${customers}` : deals])
	const text = await (await site.get('/links?show=orders')).text()
	expect(text).toContain('Deals and orders that may belong together')
	expect(text).not.toContain('Customers that may belong together')
	expect(text).toContain('Close date')
	expect(await (await site.get('/links?show=customers')).text()).not.toContain('Close date')
	expect((await shown(`/links?record=${deal}`)).tabs).toEqual([])
})

test('a preparer links a deal with an order on the page, the next build shows it, and withdrawing takes it back', {
	timeout: 120_000,
}, async () => {
	const [, token] = await Promise.all([add('rea', 'reader'), add('ben', 'preparer')])
	const [rea, ben] = await Promise.all([browser('rea'), browser('ben')])
	expect((await rea.go(`/links?record=${deal}`)).text).not.toContain('name="crm_id"')
	expect((await rea.send('/account', '/links', { verb: 'link', crm_id: deal, erp_id: order })).status).toBe(403)
	expect(await ofPair()).toEqual([])

	const pair = { crm_id: deal, erp_id: order }
	const from = `/links?crm=${deal}&erp=${order}`
	const silent = await ben.send(from, '/links', { ...pair, verb: 'link', reason: ' ' })
	expect([silent.status, silent.text.includes('there is no reason')]).toEqual([400, true])
	const unknown = await ben.send(from, '/links', { crm_id: deal, erp_id: 'erp:none', verb: 'link', reason: 'x' })
	expect([
		unknown.status,
		unknown.text.includes('no order has the id &quot;erp:none&quot;') ||
			unknown.text.includes('no order has the id "erp:none"'),
	]).toEqual([404, true])
	const made = await ben.send(from, '/links', { ...pair, verb: 'link', reason: 'The <b>number</b> was mistyped' })
	expect([made.status, made.to]).toEqual([303, expect.stringContaining('done=link')])
	const after = await ben.go(made.to!)
	expect(after.text).toContain('Linked: the next build goes by it.')
	expect(after.text).toContain('The &lt;b>number&lt;/b> was mistyped')
	const again = await ben.send(from, '/links', { ...pair, verb: 'link', reason: 'x' })
	expect([again.status, again.text.includes('has said so already')]).toEqual([400, true])

	await build()
	expect(await ofPair()).toEqual([{ evidence: 'BEN: The <b>number</b> was mistyped' }])
	expect(
		await rows(`select 1 as one from marts.breaks where code = 'missing_in_crm' and order_id = '${order}'`),
	).toEqual([])

	const environment = { TIEOUT_TOKEN: token }
	const list = await runWords(['link', '--json', '--project', sample.folder], sample.folder, { environment })
	expect(JSON.parse(list.out)).toMatchObject({
		decisions: [{ verb: 'link', crm_id: deal, erp_id: order, decided_by: 'BEN' }],
	})
	const withdraw = ['link', 'withdraw', deal, order, '--reason', 'It was another one', '--project', sample.folder]
	expect(await runWords(withdraw, sample.folder, { environment })).toMatchObject({ code: 0 })
	const kept = JSON.parse((await ben.go(`/api/links?record=${deal}`)).text) as Record<'history' | 'decisions', object[]>
	expect([kept.history.length, kept.decisions.length]).toEqual([2, 0])
	const { lines, firstBad } = await verifyJournal(state)
	expect([lines > 2, firstBad]).toEqual([true, undefined])
})

test('the command rejects a link that the records make, and says what it does not know', {
	timeout: 120_000,
}, async () => {
	const token = await add('eva', 'preparer')
	const [linked] = await rows(`select opportunity_id as deal, order_id as id from marts.chain where order_id is not null
		and opportunity_id in (select opportunity_id from marts.chain group by 1 having count(distinct order_id) = 1) order by 1 limit 1`)
	const ids = [linked!['deal']!, linked!['id']!]
	const run = (names: string[], environment = { TIEOUT_TOKEN: token }) =>
		runWords(['link', ...names, '--project', sample.folder], sample.folder, { environment })
	expect((await run(['candidates', ids[0]!])).out).toContain(ids[1]!)
	expect((await run(['candidates'])).code).toBe(0)
	expect(await run(['reject', ...ids])).toMatchObject({ code: 2, notes: expect.stringContaining('there is no reason') })
	expect(await run(['reject', ids[0]!])).toMatchObject({ code: 2 })
	expect(await run(['marry', ...ids])).toMatchObject({ code: 2, notes: expect.stringContaining('join') })
	expect((await run(['reject', ...ids, '--reason', 'x'], { TIEOUT_TOKEN: '' })).notes).toContain('nobody is signed in')
	expect((await run(['withdraw', ...ids, '--reason', 'x'])).notes).toContain('nothing that holds was decided')
	expect(await run(['reject', ...ids, '--reason', 'Another contract'])).toMatchObject({ code: 0 })
	await build()
	expect(await ofPair(), 'what was withdrawn holds no more').toEqual([])
	expect(
		await rows(`select 1 as one from marts.chain where opportunity_id = '${ids[0]}' and order_id is not null`),
	).toEqual([])
	expect(
		await rows(
			`select state, evidence from marts.link_candidates where opportunity_id = '${ids[0]}' and order_id = '${ids[1]}'`,
		),
	).toEqual([{ state: 'rejected', evidence: 'EVA: Another contract' }])
	const file = path.join(sample.folder, 'candidates.csv')
	writeFileSync(file, `state,opportunity_id,order_id\nrejected,${ids.join()}\n`)
	expect((await run(['import', file, '--reason', 'All of them'])).out, 'a list of all candidates').toContain(
		'0 of 0 pairs',
	)
	const [account] = await rows(
		`select customer_id as crm, source_customer_id as erp from marts.customer_links where tier = 'external_id' order by 1 limit 1`,
	)
	expect(await run(['join', account!['crm']!, account!['erp']!, '--reason', 'The same company'])).toMatchObject({
		code: 0,
	})
	const [other] = await rows(
		`select source_customer_id as crm from marts.customer_links where tier = 'crm' and source_customer_id <> '${account!['crm']}' order by 1 limit 1`,
	)
	expect((await run(['join', other!['crm']!, account!['erp']!, '--reason', 'x'])).notes).toContain(
		'belongs to one account',
	)
	// A file moves the customer to the other account, and changes nothing the second time.
	const withdrawn = `withdraw,${account!['crm']},${account!['erp']},`
	writeFileSync(file, `verb,crm_id,erp_id,reason\n${withdrawn}Sold\nlink,${other!['crm']},${account!['erp']},Bought\n`)
	const imported = async () => {
		const { code, out } = await run(['import', file])
		return [code, out.trim().replace(file, 'file'), (await linkHistory(state.db)).length]
	}
	const before = (await linkHistory(state.db)).length
	expect(await imported()).toEqual([0, 'file: 2 of 2 pairs written', before + 2])
	expect(await imported()).toEqual([0, 'file: 0 of 2 pairs written; 2 held already', before + 2])
	writeFileSync(file, `verb,crm_id,erp_id,reason\n${withdrawn}Sold\nlink,${account!['crm']},${account!['erp']},No\n`)
	expect(await run(['import', file])).toMatchObject({
		code: 2,
		notes: expect.stringContaining('line 3: it says link of a pair of which line 2 says withdraw'),
	})
	writeFileSync(file, `verb,crm_id,erp_id,reason\nwithdraw,${deal},${ids[1]},Never linked\n`)
	expect((await run(['import', file])).notes).toContain('nothing that holds was decided')
})

test('an id that a deal and an account share is taken for what its partner is, and refused where that may be both', () => {
	const sides = new Map([
		['crm:1', ['account', 'deal']],
		['erp:1', ['erp_customer', 'order']],
		['erp:2', ['order']],
		['erp:3', ['erp_customer']],
	])
	expect(subjectOfSides(sides, 'crm:1', 'erp:2')).toBe('order')
	expect(subjectOfSides(sides, 'crm:1', 'erp:3')).toBe('customer')
	expect(() => subjectOfSides(sides, 'crm:1', 'erp:1')).toThrow('crm:1 is a deal and an account')
})
