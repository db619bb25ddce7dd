import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { consentRequest, isAnswerTo, takeConsent } from '../../../extract/consent.ts'
import { sourceOf } from '../../../extract/run.ts'
import { type Company, openCompany } from '../../../extract/sandbox/company.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import { realmOf } from '../../../extract/sandbox/world/records/quickbooks/identifiers.ts'
import { startProject } from '../vendor.ts'
import { connection, number, record, startQuickbooks } from './quickbooks-sandbox.ts'

const day = 86_400_000
const scale = 0.1
let sandboxes: Sandboxes
let company: Company
beforeAll(async () => {
	sandboxes = await startQuickbooks({ scale })
	company = openCompany({ pair: { crm: 'salesforce', erp: 'quickbooks' }, scale })
})
afterAll(async () => {
	await sandboxes.close()
	company.store.close()
})

type Project = Awaited<ReturnType<typeof startProject>>
const open: Project[] = []
afterEach(async () => {
	for (const project of open.splice(0)) await project.close()
	sandboxes.setClock(company.start)
	sandboxes.setFaults({ rate: 0 })
})

async function projectOf(...connections: Parameters<typeof startProject>[0]) {
	const project = await startProject(connections, { sources: [] })
	project.clock.now = sandboxes.now()
	open.push(project)
	return project
}

/** Stream to entity: enough of them to be sure of all, few enough to be quick. */
const streams: Record<string, string> = {
	items: 'Item',
	customers: 'Customer',
	invoices: 'Invoice',
	credit_memos: 'CreditMemo',
	payments: 'Payment',
}

/** A connection that reads these streams and the lines of invoices. */
function few(entity: 'US' | 'DE', more: Record<string, unknown> = {}) {
	return { ...connection(sandboxes, entity, more), streams: [...Object.keys(streams), 'invoice_lines'] }
}

/** The ids of a company's records at a moment, by stream, straight from the story; `gone`: those deleted since. */
function idsAt(moment: number, entity: 'US' | 'DE', { since = 0, gone = 0 } = {}) {
	return Object.fromEntries(
		Object.entries(streams).map(([stream, name]) => {
			const rows = company.store.database
				.prepare(
					`select _id as id from "quickbooks_${name}" where _id like ? and _from <= ? and _until > ? and _gone = ? and _from > ?`,
				)
				.all(`${realmOf(entity)}:%`, moment, moment, gone, since) as { id: string }[]
			return [stream, rows.map(({ id }) => id.split(':')[1]!).sort()]
		}),
	)
}

async function keys(project: Project, name: string, where = 'true', names = Object.keys(streams)) {
	const found: Record<string, string[]> = {}
	for (const stream of names) {
		const rows = await project.rows<{ _key: string }>(
			`select distinct _key from raw.quickbooks__${stream} where _connection = '${name}' and ${where}`,
		)
		found[stream] = rows.map(({ _key }) => _key).sort()
	}
	return found
}

test('the first read has every record of its company and of no other, the second nothing new, days later exactly what those changed and deleted', async () => {
	const project = await projectOf(few('US'), { ...few('DE'), streams: ['customers', 'invoices'] })
	const first = await project.run()
	expect(first.streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(await keys(project, 'erp_us')).toEqual(idsAt(company.start, 'US'))
	const { customers, invoices } = idsAt(company.start, 'DE')
	expect(await keys(project, 'erp_de')).toMatchObject({ customers, invoices, payments: [] })
	// Of each stream a page and a count; the token is not counted here.
	expect(first.requests['erp_us']).toBe(10)

	project.clock.now += 1000
	const second = await project.run()
	expect(second.streams.filter(({ outcome, appended }) => outcome !== 'loaded' || appended > 0)).toEqual([])

	project.clock.now = company.start + 6 * day
	sandboxes.setClock(project.clock.now)
	const third = await project.run()
	expect(third.streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	const runs = [...new Set(third.streams.map(({ runId }) => `'${runId}'`))].join(', ')
	const living = await keys(project, 'erp_us', `_run_id in (${runs}) and not _deleted`)
	expect(living).toEqual(idsAt(project.clock.now, 'US', { since: company.start }))
	const buried = await keys(project, 'erp_us', `_run_id in (${runs}) and _deleted`)
	expect(buried).toEqual(idsAt(project.clock.now, 'US', { since: company.start, gone: 1 }))
	expect(Object.values(living).flat().length).toBeGreaterThan(0)
	// A page of each, the changes of three, and once an hour the count of the whole.
	expect(third.requests['erp_us']).toBe(13)
}, 40_000)

test('what is read whole is proved by QuickBooks’ own count, page by page from position 1; what has no count says so', async () => {
	const project = await projectOf({
		...connection(sandboxes, 'DE', { page_size: 20, currencies: 'USD, GBP', rates_from: '2026-08-01' }),
		streams: ['invoices', 'customers', 'exchange_rates', 'preferences'],
	})
	const { streams: outcomes } = await project.run()
	expect(outcomes.find(({ stream }) => stream === 'invoices')!.pages).toBeGreaterThan(3)
	const certificates = (await project.db
		.selectFrom('certificates' as never)
		.selectAll()
		.execute()) as {
		stream: string
		verdict: string
		reason: string | null
	}[]
	const verdicts = Object.fromEntries(certificates.map(({ stream, verdict }) => [stream, verdict]))
	expect(verdicts).toEqual({
		invoices: 'proved',
		customers: 'proved',
		preferences: 'proved',
		exchange_rates: 'unverifiable',
	})
	// Month ends, a Saturday's being Friday's.
	expect(await project.rows('select distinct as_of_date from raw.quickbooks__exchange_rates order by 1')).toEqual(
		['2026-08-31', '2026-09-30', '2026-10-30'].map((as_of_date) => ({ as_of_date })),
	)
	const [rate] = await project.rows<Record<string, string>>(
		`select rate, rate_inverse, target_currency_code from raw.quickbooks__exchange_rates where source_currency_code = 'GBP' limit 1`,
	)
	expect(rate!['target_currency_code']).toBe('EUR')
	expect(Number(rate!['rate']) * Number(rate!['rate_inverse'])).toBeCloseTo(1, 8)
}, 20_000)

test('more than ten requests a second, or five hundred a minute, are not asked of one company: windows that move, without a header', async () => {
	const own = await startQuickbooks({ versions: [], requestsPerMinute: 500 })
	const currencies = { currencies: 'EUR', rates_from: '2026-10-20', rate_days: 'daily' }
	const usual = connection(own, 'US', { ...currencies, requests_per_second: 10, requests_per_minute: 500 })
	const project = await projectOf({ ...usual, streams: ['exchange_rates'] })
	const sleeps: number[] = []
	const begun = performance.now()
	const { streams: outcomes } = await project.run(
		{},
		{
			sleep: async (milliseconds) => {
				sleeps.push(milliseconds)
				await new Promise((resolve) => setTimeout(resolve, milliseconds))
			},
		},
	)
	// Fifteen days and the token's request: the eleventh waits for the first to be a second old.
	expect(outcomes[0]).toMatchObject({ outcome: 'loaded', pages: 15 })
	expect(performance.now() - begun).toBeGreaterThan(900)
	expect(sleeps.length).toBeGreaterThan(0)
	expect(own.requests().quickbooks.byStatus[429] ?? 0).toBe(0)
	await own.close()
}, 20_000)

test('one request in twenty going wrong changes nothing of what arrives', async () => {
	sandboxes.setFaults({ rate: 0.05, retryAfterSeconds: 0, slowMilliseconds: 5 })
	const project = await projectOf(few('DE', { page_size: 10 }))
	const { streams: outcomes } = await project.run()
	expect(outcomes.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(Object.values(sandboxes.requests().quickbooks.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(
		2,
	)
	expect(await keys(project, 'erp_de')).toEqual(idsAt(company.start, 'DE'))
	expect(sandboxes.requests().quickbooks.writes).toEqual([])
}, 20_000)

test('a refresh token that is replaced at every use is kept before it is used; an old one ends the connection and says so', async () => {
	const own = await startQuickbooks({ versions: [], rotatesRefreshTokens: true })
	const usual = { ...connection(own, 'US'), streams: ['terms'] }
	const project = await projectOf(usual)
	for (let run = 0; run < 3; run++) {
		if (run > 0) own.expireTokens()
		project.clock.now += 1000
		const { streams: outcomes } = await project.run()
		expect(outcomes.map(({ outcome, error }) => error?.message ?? outcome)).toEqual(['loaded'])
	}
	expect(own.requests().quickbooks.tokensIssued).toBe(3)
	const other = await projectOf(usual)
	const { streams: outcomes } = await other.run()
	expect(outcomes[0]).toMatchObject({ outcome: 'failed', error: { code: 'auth.rejected' } })
	expect(outcomes[0]!.error!.message).toContain('invalid_grant')
	expect(JSON.stringify(outcomes)).not.toContain(String(usual.options['refresh_token']))
	await own.close()
})

test('a person’s consent gives the refresh token of the company that they chose; that of another company is refused', async () => {
	const own = await startQuickbooks({ versions: [] })
	const url = own.url('quickbooks')
	const usual = {
		...connection(own, 'DE', { refresh_token: 'consent', consent_url: `${url}/connect/oauth2` }),
		streams: ['terms'],
	}
	const project = await projectOf(usual)
	expect((await project.run()).streams[0]).toMatchObject({ error: { code: 'auth.no_consent' } })
	const { source, connection: checked } = sourceOf(usual)
	const consent = source.consent!(checked.options)!
	expect(consent.needsHttps).toBe(false)
	const request = consentRequest(consent, 'http://localhost:4180/connect')
	const chosen = async (entity: string) => {
		const page = await (await fetch(request.url)).text()
		const [, target = ''] = new RegExp(`id="${entity}" href="([^"]+)"`).exec(page) ?? []
		return new URL(target.replaceAll('&amp;', '&')).searchParams
	}
	const take = (parameters: URLSearchParams) =>
		takeConsent({ source, connection: checked, consent }, request, parameters, project.resources.state)
	await expect(take(await chosen('US'))).rejects.toMatchObject({ code: 'consent.other_account' })
	const parameters = await chosen('DE')
	expect(isAnswerTo(request, parameters)).toBe(true)
	await take(parameters)
	expect((await project.run()).streams[0]).toMatchObject({ outcome: 'loaded' })
	await expect(take(parameters)).rejects.toMatchObject({ code: 'auth.rejected' })
	await own.close()
})

test('another company’s realm and an entity without permission are told apart; each error bears Intuit’s id', async () => {
	const own = await startQuickbooks({ versions: [] })
	own.setHidden('quickbooks', 'JournalEntry', null, true)
	const wrong = connection(own, 'DE', { realm_id: realmOf('JP') })
	const project = await projectOf(
		{ ...connection(own, 'US'), streams: ['journal_entries', 'terms'] },
		{
			...wrong,
			streams: ['terms'],
		},
	)
	const { streams: outcomes } = await project.run()
	expect(outcomes.map(({ connection: name, stream, outcome }) => `${name} ${stream} ${outcome}`).sort()).toEqual([
		'erp_de terms failed',
		'erp_us journal_entries denied',
		'erp_us terms loaded',
	])
	const errors = outcomes.flatMap(({ error }) => error ?? [])
	expect(errors.map(({ message }) => /intuit_tid 1-[0-9a-f-]{36}/.test(message))).toEqual([true, true])
	await own.close()
})

const invoice = (more: Record<string, unknown> = {}) => ({
	DocNumber: '1037',
	TxnDate: '2026-11-01',
	CustomerRef: { value: '58', name: 'Acme' },
	CurrencyRef: { value: 'USD' },
	ExchangeRate: number('1'),
	TotalAmt: number('100.0'),
	Balance: number('100.0'),
	Line: [
		{
			Id: '1',
			LineNum: number('1'),
			Amount: number('100.0'),
			DetailType: 'SalesItemLineDetail',
			SalesItemLineDetail: { ItemRef: { value: '5' }, Qty: number('1'), UnitPrice: number('100') },
		},
		{ Amount: number('100.0'), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} },
	],
	...(more as object),
})
const at = Date.UTC(2026, 9, 20)
const later = Date.UTC(2026, 10, 6)
const first = { from: at, updated: '2026-10-20T00:00:00Z' }
const second = { from: later, updated: '2026-11-06T00:00:00Z' }

const newest = (project: Project, table: string, columns: string) =>
	project.rows(
		`select ${columns}, _deleted from (select *, row_number() over (partition by _key order by _extracted_at desc, _cursor desc) as n
		from raw.quickbooks__${table}) where n = 1 order by _key`,
	)

test('deleted invoices are buried by change data capture, voided ones stay with zeros, inactive customers are read', async () => {
	const customer = (name: string, Active: boolean) => ({ DisplayName: name, Active })
	const own = await startQuickbooks({
		now: Date.UTC(2026, 10, 4),
		versions: [
			record('Customer', '58', customer('Acme', true), first),
			record('Customer', '59', customer('Acme (deleted)', false), first),
			record('Invoice', '1', invoice(), first),
			record('Invoice', '1', null, { from: later }),
			record('Invoice', '2', invoice(), first),
			record('Invoice', '2', invoice({ TotalAmt: number('0'), Balance: number('0'), Line: [] }), {
				...second,
				reference: 'Voided',
			}),
			record('Payment', '3', { TotalAmt: number('5.0'), Line: [] }, first),
			record('Payment', '3', null, { from: later }),
		],
	})
	const project = await startProject(
		[{ ...connection(own, 'US'), streams: ['customers', 'invoices', 'invoice_lines', 'payments'] }],
		{ sources: [] },
	)
	open.push(project)
	project.clock.now = own.now()
	await project.run()
	own.setClock(later + day)
	project.clock.now = own.now()
	const { streams: outcomes } = await project.run()
	expect(outcomes.map(({ stream, deleted }) => `${stream} ${deleted}`).sort()).toEqual([
		'customers 0',
		'invoices 1',
		'payments 1',
	])
	expect(await newest(project, 'customers', 'display_name, active')).toEqual([
		{ display_name: 'Acme', active: 'true', _deleted: false },
		{ display_name: 'Acme (deleted)', active: 'false', _deleted: false },
	])
	expect(await newest(project, 'invoices', 'id, total_amt, private_note')).toEqual([
		{ id: '1', total_amt: '100.0', private_note: null, _deleted: true },
		{ id: '2', total_amt: '0', private_note: 'Voided', _deleted: false },
	])
	expect((await newest(project, 'invoice_lines', '_key')).map(({ _deleted }) => _deleted)).toEqual([
		true,
		true,
		true,
		true,
	])
	await own.close()
})

test('a thousand changes, or more than thirty days, are too much for change data capture: then the keys of all are read', async () => {
	const many = Array.from({ length: 1000 }, (_, index) => record('Invoice', String(1000 + index), invoice(), second))
	const own = await startQuickbooks({
		now: Date.UTC(2026, 10, 4),
		versions: [record('Invoice', '1', invoice(), first), record('Invoice', '1', null, { from: later }), ...many],
	})
	const project = await startProject([{ ...connection(own, 'US'), streams: ['invoices'] }], { sources: [] })
	open.push(project)
	project.clock.now = own.now()
	await project.run()
	own.setClock(later + day)
	project.clock.now = own.now()
	const busy = await project.run()
	expect(busy.streams[0]).toMatchObject({ outcome: 'loaded', appended: 1000, deleted: 1 })
	await own.close()

	const slow = await startQuickbooks({
		now: Date.UTC(2026, 8, 1),
		versions: [
			record('Invoice', '1', invoice(), { from: Date.UTC(2026, 7, 1), updated: '2026-08-01T00:00:00Z' }),
			record('Invoice', '1', null, { from: Date.UTC(2026, 8, 2) }),
			record('Invoice', '2', invoice(), { from: Date.UTC(2026, 7, 1), updated: '2026-08-01T00:00:00Z' }),
		],
	})
	const sleeper = await startProject([{ ...connection(slow, 'US'), streams: ['invoices'] }], { sources: [] })
	open.push(sleeper)
	sleeper.clock.now = slow.now()
	await sleeper.run()
	slow.setClock(Date.UTC(2026, 9, 20))
	sleeper.clock.now = slow.now()
	const { streams: outcomes } = await sleeper.run()
	expect(outcomes[0]).toMatchObject({ outcome: 'loaded', deleted: 1 })
	await slow.close()
}, 20_000)

test('an invoice that is deleted while its list is read takes no other one with it', async () => {
	const ids = ['1', '2', '3', '4', '5', '6']
	const gone = later + 3_600_000
	const own = await startQuickbooks({
		now: Date.UTC(2026, 10, 4),
		versions: [
			...ids.flatMap((id) => [
				record('Invoice', id, invoice(), first),
				record('Invoice', id, invoice({ TotalAmt: number('200.0') }), second),
			]),
			record('Invoice', '1', null, { from: gone }),
			record('Invoice', '2', null, { from: gone }),
		],
	})
	const one = { ...connection(own, 'US', { page_size: 2, concurrency: 1 }), streams: ['invoices'] }
	const project = await startProject([one], { sources: [] })
	open.push(project)
	project.clock.now = own.now()
	await project.run()
	// All six were changed; the first two go when the second page of the changes has been read.
	own.setClock(gone - 60_000)
	project.clock.now = own.now()
	let pages = 0
	const progress = ({ type }: { type: string }) => void (type === 'page' && ++pages === 2 && own.setClock(gone + 1))
	const { streams: outcomes } = await project.run({}, { progress })
	expect(outcomes[0]).toMatchObject({ outcome: 'loaded', deleted: 2 })
	expect(await newest(project, 'invoices', 'id, total_amt')).toEqual(
		ids.map((id) => ({ id, total_amt: '200.0', _deleted: id < '3' })),
	)
	await own.close()
})

test('a list that moves again and again ends the run, and its cursor stays', async () => {
	const ids = ['1', '2', '3', '4', '5', '6']
	const own = await startQuickbooks({
		now: Date.UTC(2026, 10, 4),
		versions: ids.map((id) => record('Invoice', id, invoice(), first)),
	})
	const one = { ...connection(own, 'US', { page_size: 2, concurrency: 1 }), streams: ['invoices'] }
	const project = await startProject([one], { sources: [] })
	open.push(project)
	project.clock.now = own.now()
	const { streams: outcomes } = await project.run(
		{},
		{
			transport: {
				close: async () => {},
				send: async ({ method, url, headers, body }) => {
					const asked = url.searchParams.get('query')
					// As if one before the page had been deleted each time.
					if (asked) url.searchParams.set('query', asked.replace('startposition 2 ', 'startposition 3 '))
					const answer = await fetch(url, { method, headers, body: body ?? null })
					return {
						status: answer.status,
						headers: Object.fromEntries(answer.headers),
						body: Buffer.from(await answer.arrayBuffer()),
					}
				},
			},
		},
	)
	expect(outcomes[0]).toMatchObject({ outcome: 'failed', error: { code: 'list.moved' } })
	const again = await project.run()
	expect(again.streams[0]).toMatchObject({ outcome: 'loaded' })
	expect((await newest(project, 'invoices', 'id')).map((row) => (row as { id: string }).id)).toEqual(ids)
	await own.close()
})

test('pages of a hundred where a thousand were asked for are not taken for the end', async () => {
	const many = Array.from({ length: 250 }, (_, index) => record('Invoice', String(1000 + index), invoice(), first))
	const own = await startQuickbooks({ now: Date.UTC(2026, 10, 4), versions: many })
	const project = await startProject([{ ...connection(own, 'US'), streams: ['invoices'] }], { sources: [] })
	open.push(project)
	project.clock.now = own.now()
	const { streams: outcomes } = await project.run(
		{},
		{
			transport: {
				close: async () => {},
				send: async ({ method, url, headers, body }) => {
					const asked = url.searchParams.get('query')
					if (asked) url.searchParams.set('query', asked.replace(/ maxresults \d+/, ''))
					const answer = await fetch(url, { method, headers, body: body ?? null })
					return {
						status: answer.status,
						headers: Object.fromEntries(answer.headers),
						body: Buffer.from(await answer.arrayBuffer()),
					}
				},
			},
		},
	)
	expect(outcomes[0]).toMatchObject({ outcome: 'loaded', landed: 250 })
	await own.close()
})

test('stamps with the company’s offset are moments: across the end of daylight saving the later change is the later one', async () => {
	// 01:50 in Los Angeles, twice: at -07:00 and, 40 minutes later, 01:30 at -08:00.
	const [summer, winter] = ['2026-11-01T08:50:00Z', '2026-11-01T09:30:00Z']
	const own = await startQuickbooks({
		now: Date.parse('2026-11-01T09:00:00Z'),
		versions: [
			record('Term', '1', { Name: 'Net 30', Active: true }, { from: Date.parse(summer), updated: summer }),
			record('Term', '1', { Name: 'Net 45', Active: true }, { from: Date.parse(winter), updated: winter }),
		],
	})
	const project = await startProject([{ ...connection(own, 'US'), streams: ['terms'] }], { sources: [] })
	open.push(project)
	project.clock.now = own.now()
	await project.run()
	own.setClock(Date.parse('2026-11-01T09:45:00Z'))
	project.clock.now = own.now()
	const { streams: outcomes } = await project.run()
	expect(outcomes[0]).toMatchObject({ appended: 1 })
	expect(
		await project.rows('select name, last_updated_time, _cursor from raw.quickbooks__terms order by _cursor'),
	).toEqual([
		{ name: 'Net 30', last_updated_time: '2026-11-01 08:50:00', _cursor: '2026-11-01 08:50:00' },
		{ name: 'Net 45', last_updated_time: '2026-11-01 09:30:00', _cursor: '2026-11-01 09:30:00' },
	])
	await own.close()
})

test('every digit arrives: amounts beyond what a float holds, rates, prices of bundles’ lines', async () => {
	const inner = {
		Id: '3',
		Amount: number('90071992547409.93'),
		DetailType: 'SalesItemLineDetail',
		SalesItemLineDetail: { ItemRef: { value: '7' }, Qty: number('3.125'), UnitPrice: number('28823037615171.1775') },
	}
	const bundle = {
		Id: '2',
		Amount: number('90071992547409.93'),
		DetailType: 'GroupLineDetail',
		GroupLineDetail: { GroupItemRef: { value: '9' }, Quantity: number('1'), Line: [inner] },
	}
	const own = await startQuickbooks({
		versions: [
			record(
				'Invoice',
				'1',
				invoice({ TotalAmt: number('90071992547409.93'), ExchangeRate: number('0.0066612345'), Line: [bundle] }),
				{ from: at },
			),
		],
	})
	const project = await projectOf(connection(own, 'US'))
	await project.run({ streams: ['invoices'] })
	expect(await project.rows('select total_amt, exchange_rate from raw.quickbooks__invoices')).toEqual([
		{ total_amt: '90071992547409.93', exchange_rate: '0.0066612345' },
	])
	expect(await project.rows('select _key, amount, qty, unit_price from raw.quickbooks__invoice_bundle_lines')).toEqual([
		{ _key: '1:1.1', amount: '90071992547409.93', qty: '3.125', unit_price: '28823037615171.1775' },
	])
	await own.close()
})

test('a filter that QuickBooks passes over is noticed: the stream fails, and nothing of the page is taken', async () => {
	const own = await startQuickbooks({ versions: [record('Invoice', '1', invoice(), { ...first, from: at })] })
	const project = await projectOf(connection(own, 'US'))
	await project.run({ streams: ['invoices'] })
	project.clock.now += day
	const { streams: outcomes } = await project.run(
		{ streams: ['invoices'] },
		{
			transport: {
				close: async () => {},
				send: async ({ method, url, headers, body }) => {
					// A proxy that reads only the beginning of the statement.
					const asked = url.searchParams.get('query')
					if (asked) url.searchParams.set('query', asked.replace(/ where .* orderby/, ' orderby'))
					const answer = await fetch(url, { method, headers, body: body ?? null })
					return {
						status: answer.status,
						headers: Object.fromEntries(answer.headers),
						body: Buffer.from(await answer.arrayBuffer()),
					}
				},
			},
		},
	)
	expect(outcomes[0]).toMatchObject({ outcome: 'failed', appended: 0, error: { code: 'filter.ignored' } })
	expect(outcomes[0]!.error!.message).toContain('2026-10-19T17:00:00-07:00')
	await own.close()
})

test('broken off in the middle of a read and started again, it goes on behind its last page, and nothing is there twice', async () => {
	const one = { ...few('DE', { page_size: 10, concurrency: 1 }), streams: ['customers', 'invoices', 'invoice_lines'] }
	const project = await projectOf(one)
	const broken = new AbortController()
	let pages = 0
	const progress = () => void (++pages === 4 && broken.abort())
	const stopped = await project.run({}, { progress, signal: broken.signal, partBytes: 1 })
	expect(stopped.streams.map(({ outcome }) => outcome)).toContain('stopped')
	const { streams: outcomes } = await project.run()
	expect(outcomes.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	const { customers, invoices } = idsAt(company.start, 'DE')
	expect(await keys(project, 'erp_de', 'true', ['customers', 'invoices'])).toEqual({ customers, invoices })
	const twice = await project.rows('select _key from raw.quickbooks__invoice_lines group by _key having count(*) > 1')
	expect(twice).toEqual([])
})
