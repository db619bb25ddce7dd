import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../models/warehouse.ts'
import { publishSample } from '../../reports/sample.ts'
import { isThorough } from '../../thorough.ts'
import { serve } from './serving.ts'

let folder: string
let served: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
	folder = await publishSample()
	served = await serve(folder)
})

afterAll(async () => {
	await served.close()
	rmSync(folder, { recursive: true, force: true })
})

const text = async (address: string) => await (await served.get(address)).text()

const addresses = [
	...[
		'/month/2026-10',
		'/month/2026-11',
		'/breaks',
		'/break/b-000002',
		'/customers',
		'/customer/crm:001A000004',
		'/reports',
	],
	...[
		'/checks',
		'/checks/orders_have_deals',
		'/runs',
		'/runs/r-2',
		'/runs/r-1',
		'/models',
		'/models/marts.breaks',
		'/sql',
		'/search?q=acme',
	],
]

test('every page answers, is a whole document with one heading, and needs no inline style or script', async () => {
	for (const address of addresses) {
		const response = await served.get(address)
		const body = await response.text()
		expect(response.status, address).toBe(200)
		expect(body, address).toMatch(/^<!doctype html><html lang="en"><head>.*<title>[^<]+ · tieout<\/title>/s)
		expect(body.match(/<h1/g)?.length, address).toBe(1)
		expect(body, address).not.toMatch(/<style| style="|<script(?! src="\/assets\/)| on[a-z]+="/)
		expect(body.length, `${address} is small enough`).toBeLessThan(134_000)
	}
})

test('the first address leads to the newest month that has ended', async () => {
	const response = await served.get('/')
	expect(response.status).toBe(302)
	expect(response.headers.get('location')).toBe('/month/2026-10')
})

/** Of a page with filters, so many forms are asked for; all of them where everything is tested. */
const fewOfPath = 2

test('no link of any page leads nowhere', { timeout: 120_000 }, async () => {
	const seen = new Set<string>()
	const shapes = new Set<string>()
	const ofPath = new Map<string, number>()
	const queue = [...addresses, '/reports/chain', '/breaks?code=timing', '/breaks?currency=XXX&q=a']
	while (queue.length > 0) {
		const address = queue.pop()!
		// One of each kind: a hundred breaks have one page, and a file is asked for with one filter at most.
		const shape = address
			.replace(/(\.csv(?:\.manifest\.json)?\?)[^=]*=.*/, '$1')
			.replace(/=[^&]*/g, '=')
			.replace(/\d{4}-\d{2}/, '')
			.replace(/^\/(break|customer|checks|runs|models)\/.*/, '/$1/')
		if (seen.has(address) || shapes.has(shape)) continue
		const [path = ''] = shape.split('?')
		if (!isThorough && (ofPath.get(path) ?? 0) === fewOfPath) continue
		const { searchParams } = new URL(address, served.origin)
		if (searchParams.size > (searchParams.has('period_id') ? 2 : 1)) continue
		ofPath.set(path, (ofPath.get(path) ?? 0) + 1)
		seen.add(address)
		shapes.add(shape)
		const response = await served.get(address)
		expect(response.status, address).toBeLessThan(400)
		const body = await response.text()
		if (!response.headers.get('content-type')?.includes('text/html')) continue
		const { document } = parseHTML(body)
		for (const link of document.querySelectorAll('a[href]')) {
			const url = new URL(String(link.getAttribute('href')), served.origin + address)
			// Of a table's files CSV stands for all formats here: test/server/downloads.test.ts asks for each.
			const isOther = /\.(xlsx|parquet)$/.test(url.pathname)
			if (url.origin === served.origin && !isOther) queue.push(url.pathname + url.search)
		}
	}
	expect(seen.size).toBeGreaterThan(100)
})

test('names that look like markup are shown as they are', async () => {
	const body = await text('/customers?q=bold')
	expect(body).toContain('O’Brien &lt;b>Bold&lt;/b>')
	expect(body).not.toContain('<b>Bold')
	expect(await text('/search?q=%3Cscript%3Ealert(1)%3C/script%3E')).not.toContain('<script>alert')
	expect(await text('/breaks?code=%22%3E%3Cimg%3E')).not.toContain('"><img>')
})

test('a page says as of when, from which generation, and whether it can be trusted', async () => {
	const body = await text('/month/2026-10')
	const { document } = parseHTML(body)
	expect(document.querySelector('.trust')?.textContent).toMatch(
		/✕ not trusted.*orders_have_deals.*as of 2026-11-04 08:39 UTC \(20 min ago\) · generation 142/s,
	)
	expect(document.querySelector('time')?.getAttribute('datetime')).toBe('2026-11-04T08:39:50Z')
})

test('security headers allow nothing inline and nothing from elsewhere, and no cookie is set', async () => {
	const { headers } = await served.get('/month/2026-10')
	expect(headers.get('content-security-policy')).toBe(
		"default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
	)
	expect(headers.get('x-content-type-options')).toBe('nosniff')
	expect(headers.get('set-cookie')).toBeNull()
	expect(headers.get('x-powered-by')).toBeNull()
})

test('assets are kept for ever under an address with their hash', async () => {
	const [, style] = /href="(\/assets\/style\.[0-9a-f]{12}\.css)"/.exec(await text('/reports'))!
	const response = await served.get(style!)
	expect(response.headers.get('cache-control')).toContain('immutable')
	expect((await response.text()).length).toBeLessThan(24_000)
	const footer = await (
		await served.get(`/assets/footer.css?text=${encodeURIComponent('a"} body{display:none')}`)
	).text()
	expect(footer.match(/"/g)?.length).toBe(2)
	expect(footer).not.toContain('body{')
})

test('a page that has not changed is not sent again', async () => {
	const first = await served.get('/breaks')
	const etag = first.headers.get('etag')!
	await first.text()
	expect(etag).toMatch(/^W\/"142-/)
	const again = await served.get('/breaks', { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' } })
	expect(again.status).toBe(304)
})

test('CSV has all rows of the filter, formulas are defused, and its manifest proves it', async () => {
	const response = await served.get('/breaks.csv?currency=KWD&page=2')
	const bytes = Buffer.from(await response.arrayBuffer())
	expect(response.headers.get('content-disposition')).toBe('attachment; filename="tieout-breaks-generation-142.csv"')
	const rows = parse(bytes, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
	const [, address] = /<([^>]+)>; rel="describedby"/.exec(response.headers.get('link')!)!
	const manifest = (await (await served.get(address!)).json()) as Record<string, unknown>
	expect(manifest).toMatchObject({
		schema: 'tieout.export/1',
		generation: '142',
		filter: 'currency=KWD',
		rows: rows.length,
		isComplete: true,
		sha256: createHash('sha256').update(bytes).digest('hex'),
	})
	expect(rows.length).toBeGreaterThan(40)
	expect(rows.every((row) => row['currency'] === 'KWD')).toBe(true)
	const formulas = parse(await text('/customers.csv?q=formula'), { columns: true }) as Record<string, string>[]
	expect(formulas[0]!['customer_name']).toBe("'=Formula Holdings")
})

test('a manifest can be asked for without its file', async () => {
	const manifest = (await (await served.get('/reports/roll-forward.csv.manifest.json?code=timing')).json()) as {
		rows: number
	}
	const csv = await text('/reports/roll-forward.csv?code=timing')
	expect(csv.split('\r\n').length - 2).toBe(manifest.rows)
})

test("a month's file holds its cells, and only its own", async () => {
	const rows = parse(await text('/month/2026-10.csv'), { columns: true }) as Record<string, string>[]
	expect(new Set(rows.map((row) => row['period_id']))).toEqual(new Set(['2026-10']))
	expect(rows[0]).toHaveProperty('timing_amount')
})

test("the bridge's file is of the entity and the currency that the month is narrowed to", async () => {
	const { entities } = JSON.parse(await text('/api/month/2026-10')) as { entities: string[] }
	const entity = `legal_entity=${encodeURIComponent(entities[0]!)}`
	for (const filter of ['', entity, 'currency=JPY', `currency=USD&${entity}`]) {
		const { document } = parseHTML(await text(`/month/2026-10?${filter}`))
		const section = [...document.querySelectorAll('section.table')].find(
			(one) => one.querySelector('h2')?.textContent === 'Bridge',
		)!
		const month = JSON.parse(await text(`/api/month/2026-10?${filter}`))
		const rows: Record<string, string>[] = parse(await text(section.querySelector('.files a')!.getAttribute('href')!), {
			columns: true,
		})
		const amount = filter.includes('currency') ? 'amount' : 'reporting_amount'
		const expected = month.codes.filter(({ count }: { count: number }) => count > 0)
		expect(expected.length, filter).toBeGreaterThan(3)
		expect(Object.fromEntries(rows.map((row) => [row['code'], row[amount] || '0.0000'])), filter).toEqual(
			Object.fromEntries(expected.map((group: Record<string, string>) => [group['code'], group['amount']])),
		)
		// Nothing is said of a currency that nobody asked for.
		expect(new Set(rows.map(({ currency }) => currency)), filter).toEqual(
			new Set([new URLSearchParams(filter).get('currency') ?? undefined]),
		)
	}
})

test('a currency without a rate is said of its own month only, and leads to it within the legal entity', async () => {
	const banner = (markup: string) =>
		[...parseHTML(markup).document.querySelectorAll('.banner a')].map((a) => a.getAttribute('href'))
	const { rows } = JSON.parse(await text('/api/reports/bookings-vs-revenue?currency=CHF&period_id=2026-10'))
	const legal_entity = rows[0].legal_entity
	const narrowed = await text(`/month/2026-10?${new URLSearchParams({ legal_entity })}`)
	expect(banner(narrowed)).toContain(`/month/2026-10?${new URLSearchParams({ currency: 'CHF', legal_entity })}`)

	const other = await publishSample()
	const database = await openDatabase(path.join(other, '142.duckdb'))
	await database.run(`update marts.cells set is_validated = true, bookings_reporting_amount = 0, billings_reporting_amount = 0,
		revenue_reporting_amount = 0, variance_reporting_amount = 0 where currency = 'CHF' and period_id = '2026-10'`)
	await database.checkpoint()
	await database.close()
	const rated = await serve(other)
	const page = async (period: string) => await (await rated.get(`/month/${period}`)).text()
	expect(banner(await page('2026-09'))).toContain('/month/2026-09?currency=CHF')
	expect(await page('2026-10')).not.toContain('outside these figures')
	// Its own amounts need no rate: the month before stands beside them whether it had one or not.
	const month = async (period: string) =>
		(await (await rated.get(`/api/month/${period}`)).json()) as {
			unvalidated: { currency: string; variance: string }[]
			by_currency: { id: string; variance: string; previous: { variance: string } }[]
		}
	const [september, october] = [await month('2026-09'), await month('2026-10')]
	const francs = ({ by_currency }: typeof october) => by_currency.filter(({ id }) => id === 'CHF')
	expect(francs(october).length).toBe(1)
	expect(francs(october)[0]!.previous.variance).toBe(francs(september)[0]!.variance)
	expect(september.unvalidated).toMatchObject([{ currency: 'CHF', variance: francs(september)[0]!.variance }])
	expect(october.unvalidated).toEqual([])
	const narrow = '/reports/bookings-vs-revenue?currency=CHF&is_validated=false&period_id=2026-09'
	expect(await page('2026-09')).toContain(narrow.replaceAll('&', '&amp;'))
	await rated.close()
	rmSync(other, { recursive: true, force: true })
})

test('a month of one legal entity or currency says so in its heading, its title and its printed footer', async () => {
	const page = await text('/month/2026-10?currency=EUR&legal_entity=DE')
	const { document } = parseHTML(page)
	const name = 'October 2026, DE, in EUR'
	expect(document.querySelector('h1')!.textContent).toBe(name)
	expect(document.querySelector('title')!.textContent).toBe(`${name} · tieout`)
	const footer = document.querySelector('link[media=print]')!.getAttribute('href')!
	expect(new URL(footer, served.origin).searchParams.get('text')).toContain(`· ${name} ·`)
	expect(parseHTML(await text('/month/2026-10')).document.querySelector('h1')!.textContent).toBe('October 2026')
})

test('a month in which nothing happened is not said to agree', async () => {
	const page = await text('/month/2026-11')
	expect(page).toContain('November 2026: no bookings and no revenue')
	expect(page).not.toContain('agree to the cent')
	const { document } = parseHTML(page)
	const codes = document.querySelector('#by-code .empty')
	expect(codes?.textContent).toBe('Nothing was booked, billed or recognised in this period.')
})

test('a filter that a page does not take, or a legal entity that there is not, is refused: its zeros would look like a month', async () => {
	for (const [address, code, allowed] of [
		['/month/2026-10?entity=US', 'page.address', 'legal_entity'],
		['/month/2026-10?legal_entity=us', 'month.filter', 'US'],
		['/month/2026-10?currency=XXX', 'month.filter', 'USD'],
		['/runs?result=failed', 'page.address', 'outcome'],
		['/alerts?status=open', 'page.address', 'state'],
		['/quarantine?reason=x', 'page.address', 'code'],
		['/models?layer=marts', 'page.address', ''],
	] as const) {
		const response = await served.get(`/api${address}`)
		expect(response.status, address).toBe(400)
		const { error } = (await response.json()) as { error: { code: string; allowed: string[]; next: string } }
		expect(error.code, address).toBe(code)
		expect(error.allowed.join(), address).toContain(allowed)
		expect((await served.get(address)).status, address).toBe(400)
	}
})

test('a difference of rates alone says its direction by the reporting currency, and none where there is none', async () => {
	const other = await publishSample()
	const database = await openDatabase(path.join(other, '142.duckdb'))
	const found = await database.all<{ break_id: string }>(
		`select break_id from marts.breaks where currency = 'EUR' order by break_id limit 2`,
	)
	const [lower, none] = found.map(({ break_id }) => break_id)
	await database.run(`update marts.breaks set amount = 0, reporting_amount = case break_id when '${lower}' then -7.25 else 0 end
		where break_id in ('${lower}', '${none}')`)
	await database.checkpoint()
	await database.close()
	const rated = await serve(other)
	const page = async (id: string) => await (await rated.get(`/break/${id}`)).text()
	expect(await page(lower!)).toContain('by itself: revenue above bookings')
	expect(await page(none!)).not.toMatch(/by itself: (revenue|bookings) above/)
	await rated.close()
	rmSync(other, { recursive: true, force: true })
})

test('a list is said to have the largest first where it is ordered by size', async () => {
	expect(await text('/breaks')).toContain(', largest first')
	expect(await text('/reports/ageing')).not.toContain('largest first')
	expect(await text('/breaks?sort=-customer_name')).not.toContain('largest first')
})

test('a list that is cut on a customer’s page says of how many, in its document too', async () => {
	const many = await publishSample({ breaks: 2400, customers: 40 })
	const rich = await serve(many)
	const id = 'crm:001A000004'
	const of = async (address: string) => await (await rich.get(address)).text()
	const customer = JSON.parse(await of(`/api/customer/${id}`))
	const all = JSON.parse(await of(`/api/reports/chain?customer_id=${id}`))
	expect(all.row_count).toBeGreaterThan(customer.chains.length)
	expect(customer.chain_count).toBe(all.row_count)
	expect(await of(`/customer/${id}`)).toContain(`>all ${all.row_count}</a>`)
	await rich.close()
	rmSync(many, { recursive: true, force: true })
})

test('every page is JSON under /api, amounts as text, names in snake case', async () => {
	for (const address of addresses.filter((one) => one !== '/sql')) {
		const response = await served.get(`/api${address}`)
		expect(response.status, address).toBe(200)
		const document = (await response.json()) as Record<string, unknown>
		expect(document, address).toMatchObject({
			generation: '142',
			as_of: '2026-11-04T08:39:50Z',
			verdict: 'not trusted',
		})
		expect(JSON.stringify(document), address).not.toMatch(/"[a-z]+[A-Z][A-Za-z]*":/)
	}
	const month = (await (await served.get('/api/month/2026-10')).json()) as { figures: Record<string, unknown> }
	expect(month.figures['bookings']).toMatch(/^-?\d+\.\d{4}$/)
})

test('a failure has one shape: a page for people, a document for scripts, with the next step', async () => {
	const page = await served.get('/break/none')
	expect(page.status).toBe(404)
	expect(await page.text()).toContain('there is no break &quot;none&quot; in this generation')
	for (const [address, status, code] of [
		['/api/break/none', 404, 'break.unknown'],
		['/api/month/1999-01', 404, 'month.unknown'],
		['/api/breaks?colour=red', 400, 'report.address'],
		['/reports/none.csv', 404, 'report.unknown'],
		['/breaks.csv?sort=colour', 400, 'report.address'],
		['/api/nowhere', 404, 'http.no_page'],
		['/api/checks/none', 404, 'check.unknown'],
		['/api/models/none', 404, 'model.unknown'],
		['/api/runs/none', 404, 'run.unknown'],
		['/api/customer/none', 404, 'customer.unknown'],
	] as const) {
		const response = await served.get(address)
		expect(response.status, address).toBe(status)
		expect(await response.json(), address).toMatchObject({
			error: { code, message: expect.any(String), next: expect.any(String) },
		})
	}
	expect((await served.get('/break/%E0%A4%A')).status).toBe(400)
})

test('an id of either system leads to its customer, and one exact hit is opened at once', async () => {
	const member = await served.get('/customer/ns:1007')
	expect(member.status).toBe(302)
	expect(member.headers.get('location')).toBe('/customer/crm:001A000007')
	const found = await served.get('/search?q=orders_have_deals')
	expect(found.headers.get('location')).toBe('/checks/orders_have_deals')
})

test('a question in SQL is answered when its form is sent, and its refusal stands beside the question', async () => {
	const send = (q: string, address = '/sql', headers: Record<string, string> = {}) =>
		served.get(address, { method: 'POST', body: new URLSearchParams({ q }), headers })
	const answer = await send('select period_id from marts.periods order by period_id')
	expect(answer.status).toBe(200)
	expect(await answer.text()).toMatch(/<td>2026-08<\/td>.*4 rows|4 rows.*<td>2026-08<\/td>/s)
	const refusal = await send("select * from read_text('/etc/passwd')")
	expect(refusal.status).toBe(403)
	const body = await refusal.text()
	expect(body).toContain('read_text')
	expect(body).toContain('<textarea')
	const api = await send(
		'select reporting_currency, max(revenue_amount) as revenue from marts.cells group by 1',
		'/api/sql',
	)
	expect(await api.json()).toMatchObject({ rows: [['USD', '250000.0000']] })
	const file = await send('select period_id from marts.periods order by 1', '/sql.csv')
	expect(await file.text()).toBe('period_id\r\n2026-08\r\n2026-09\r\n2026-10\r\n2026-11\r\n')
	expect((await send('select 1', '/sql', { Origin: 'https://evil.example' })).status).toBe(403)
	expect((await send('select 1', '/sql', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
	expect((await send('select 1', '/sql', { Origin: served.origin, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200)
	expect((await send('', '/sql')).status).toBe(400)
})

test('opening an address with a question does not run it', async () => {
	const body = await text('/sql?q=select%201')
	expect(body).toContain('>select 1</textarea>')
	expect(body).not.toContain('Answer')
})

test('before the first publish every page says what to do, files and JSON say 404, and readiness is 503', async () => {
	const empty = mkdtempSync(path.join(tmpdir(), 'tieout-empty-'))
	const other = await serve(empty)
	try {
		for (const address of ['/', '/month/2026-10', '/breaks', '/checks', '/models']) {
			const response = await other.get(address)
			expect(response.status, address).toBe(200)
			expect(await response.text(), address).toContain('Nothing is published yet')
		}
		expect((await other.get('/sql')).status).toBe(200)
		expect((await other.get('/api/breaks')).status).toBe(404)
		expect((await other.get('/breaks.csv')).status).toBe(404)
		expect((await other.get('/healthz')).status).toBe(200)
		expect((await other.get('/readyz')).status).toBe(503)
	} finally {
		await other.close()
		rmSync(empty, { recursive: true, force: true })
	}
	expect(await (await served.get('/readyz')).json()).toEqual({ status: 'ready', generation: '142' })
})

test('whoever may not come in sees nothing but whether the server lives', async () => {
	const guarded = await serve(folder, { access: (_request, response) => void response.status(401).end() })
	try {
		expect((await guarded.get('/breaks')).status).toBe(401)
		expect((await guarded.get('/breaks.csv')).status).toBe(401)
		expect((await guarded.get('/api/breaks')).status).toBe(401)
		expect((await guarded.get('/healthz')).status).toBe(200)
	} finally {
		await guarded.close()
	}
})
