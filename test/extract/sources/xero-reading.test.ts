import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../../extract/client.ts'
import type { Outgoing } from '../../../extract/http.ts'
import { sourceOf } from '../../../extract/run.ts'
import { type Company, openCompany } from '../../../extract/sandbox/company.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import { tenantOf } from '../../../extract/sandbox/world/records/xero/identifiers.ts'
import { startProject } from '../vendor.ts'
import { consented, custom, number, record, startXero } from './xero-sandbox.ts'

const day = 86_400_000
const scale = 0.1
let sandboxes: Sandboxes
let company: Company
beforeAll(async () => {
	sandboxes = await startXero({ scale })
	company = openCompany({ pair: { crm: 'salesforce', erp: 'xero' }, scale })
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

/** Stream to endpoint: enough of them to be sure of all, few enough to be quick. */
const streams: Record<string, string> = {
	items: 'Items',
	contacts: 'Contacts',
	invoices: 'Invoices',
	credit_notes: 'CreditNotes',
	payments: 'Payments',
}

/** A connection that reads these streams and the lines of invoices. */
function few(entity: 'US' | 'DE', more: Record<string, unknown> = {}) {
	return { ...custom(sandboxes, entity, more), streams: [...Object.keys(streams), 'invoice_lines'] }
}

/** The ids of an organisation's records at a moment, by stream, straight from the company's story. */
function idsAt(moment: number, entity: 'US' | 'DE', since = 0) {
	return Object.fromEntries(
		Object.entries(streams).map(([stream, endpoint]) => {
			const rows = company.store.database
				.prepare(
					`select id from "xero_${endpoint}" where tenant = ? and _from <= ? and _until > ? and _gone = 0 and _from > ? order by id`,
				)
				.all(tenantOf(entity), moment, moment, since) as { id: string }[]
			return [stream, rows.map(({ id }) => id)]
		}),
	)
}

async function loadedKeys(project: Project, connection: string, where = 'true', names = Object.keys(streams)) {
	const found: Record<string, string[]> = {}
	for (const stream of names) {
		const rows = await project.rows<{ _key: string }>(
			`select distinct _key from raw.xero__${stream} where _connection = '${connection}' and ${where} order by 1`,
		)
		found[stream] = rows.map(({ _key }) => _key)
	}
	return found
}

test('the first read has every record of its organisation and of no other, the second nothing new, days later exactly what those changed', async () => {
	const project = await projectOf(few('US'), { ...few('DE'), streams: ['contacts', 'invoices', 'invoice_lines'] })
	const first = await project.run()
	expect(first.streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(await loadedKeys(project, 'erp_us')).toEqual(idsAt(company.start, 'US'))
	const { contacts, invoices } = idsAt(company.start, 'DE')
	expect(await loadedKeys(project, 'erp_de')).toMatchObject({ contacts, invoices, payments: [] })
	// A page and a count of each paged list, and the token.
	expect(first.requests['erp_us']).toBe(9)

	project.clock.now += 1000
	const second = await project.run()
	expect(second.streams.filter(({ outcome, appended }) => outcome !== 'loaded' || appended > 0)).toEqual([])

	project.clock.now = company.start + 6 * day
	sandboxes.setClock(project.clock.now)
	const third = await project.run()
	expect(third.streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	const run = new Set(third.streams.map(({ runId }) => runId))
	const changed = await loadedKeys(project, 'erp_us', `_run_id in (${[...run].map((id) => `'${id}'`).join(', ')})`)
	expect(changed).toEqual(idsAt(project.clock.now, 'US', company.start))
	expect(Object.values(changed).flat().length).toBeGreaterThan(0)
	// A page of each, and once an hour the count of the whole.
	expect(third.requests['erp_us']).toBe(9)
}, 30_000)

test('every paged stream is proved by Xero’s own count; what has no count says so; money is added up twice', async () => {
	const project = await projectOf({
		...custom(sandboxes, 'DE', { page_size: 20 }),
		streams: ['invoices', 'items', 'batch_payments', 'quotes', 'manual_journals'],
	})
	const { streams: outcomes } = await project.run()
	expect(outcomes.find(({ stream }) => stream === 'invoices')!.pages).toBeGreaterThan(3)
	const certificates = (await project.db
		.selectFrom('certificates' as never)
		.selectAll()
		.execute()) as { stream: string; verdict: string; reason: string | null; money: string }[]
	const unverifiable = certificates.filter(({ verdict }) => verdict !== 'proved')
	expect(unverifiable.map(({ stream, verdict }) => `${stream} ${verdict}`).sort()).toEqual(
		['batch_payments', 'items', 'quotes'].map((name) => `${name} unverifiable`),
	)
	expect(unverifiable[0]!.reason).toContain('Xero has no count')
	const money = JSON.parse(certificates.find(({ stream }) => stream === 'invoices')!.money) as Record<string, string>[]
	expect(money.length).toBeGreaterThan(0)
	for (const { landed, loaded } of money) expect(landed).toBe(loaded)
}, 20_000)

test('one request in twenty going wrong changes nothing of what arrives', async () => {
	sandboxes.setFaults({ rate: 0.05, retryAfterSeconds: 0, slowMilliseconds: 5 })
	const project = await projectOf(few('DE', { page_size: 10 }))
	const { streams: outcomes } = await project.run()
	expect(outcomes.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(Object.values(sandboxes.requests().xero.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2)
	expect(await loadedKeys(project, 'erp_de')).toEqual(idsAt(company.start, 'DE'))
	expect(sandboxes.requests().xero.writes).toEqual([])
}, 20_000)

test('four organisations of one consent share the refresh token, which is never used twice', async () => {
	const own = await startXero({ versions: [] })
	const entities = ['US', 'DE', 'UK', 'JP'] as const
	const connections = entities.map((entity) => ({ ...consented(own, entity), streams: ['users'] }))
	const project = await projectOf(...connections)
	for (let run = 0; run < 3; run++) {
		if (run === 2) own.expireTokens()
		project.clock.now += 1000
		const { streams: outcomes } = await project.run()
		expect(outcomes.map(({ outcome, error }) => error?.message ?? outcome)).toEqual(Array(4).fill('loaded'))
	}
	// One for the first run, which the second goes on with, and one after they all ended.
	expect(own.requests().xero.tokensIssued).toBe(2)
	await own.close()
})

test('a scope that was not given is a visible skip, and so is another tenant; neither asks for tokens again and again', async () => {
	const own = await startXero({ versions: [] })
	own.setHidden('xero', 'ManualJournals', null, true)
	const project = await projectOf(custom(own, 'US'), custom(own, 'DE', { tenant_id: tenantOf('JP') }))
	const { streams: outcomes } = await project.run({
		streams: ['erp_us.manual_journals', 'erp_us.users', 'erp_de.users'],
	})
	expect(outcomes.map(({ outcome }) => outcome)).toEqual(['loaded', 'denied', 'denied'])
	expect(outcomes[1]!.error!.next).toContain('it needs the scope accounting.manualjournals.read')
	expect(outcomes[2]!.error!.next).toContain('tenant_id')
	expect(outcomes[2]!.error!.next).not.toContain('scope')
	expect(own.requests().xero.tokensIssued).toBe(2)
	await own.close()
})

const invoice = (id: string, more: Record<string, unknown> = {}) => ({
	Type: 'ACCREC',
	InvoiceID: id,
	InvoiceNumber: `INV-${id}`,
	Contact: { ContactID: 'c1', Name: 'Acme' },
	Date: '/Date(1793491200000+0000)/',
	Status: 'AUTHORISED',
	LineAmountTypes: 'Exclusive',
	CurrencyCode: 'USD',
	CurrencyRate: number('1.000000'),
	Total: number('100.00'),
	LineItems: [
		{ LineItemID: `${id}-1`, Quantity: number('1.0000'), UnitAmount: number('100.0000'), LineAmount: number('100.00') },
	],
	...(more as object),
})
const at = Date.UTC(2026, 10, 2)
const later = Date.UTC(2026, 10, 6)
const accrec = { kind: 'ACCREC', status: 'AUTHORISED' }

test('deleted, voided, merged, archived and vanished records are seen; an item that is gone is buried, lines taken out too', async () => {
	const contact = (id: string, more: Record<string, string> = {}) => ({
		ContactID: id,
		Name: `Contact ${id}`,
		ContactStatus: 'ACTIVE',
		...more,
	})
	const changed = { updated: '2026-11-06T00:00:00Z', from: later }
	const own = await startXero({
		now: Date.UTC(2026, 10, 4),
		versions: [
			record('Items', 'i1', { ItemID: 'i1', Code: 'A' }),
			record('Items', 'i2', { ItemID: 'i2', Code: 'B' }),
			record('Items', 'i2', null, { from: later }),
			record('Contacts', 'c1', contact('c1'), { status: 'ACTIVE' }),
			record('Contacts', 'c2', contact('c2'), { status: 'ACTIVE' }),
			record('Contacts', 'c2', contact('c2', { ContactStatus: 'ARCHIVED', MergedToContactID: 'c1' }), {
				...changed,
				status: 'ARCHIVED',
			}),
			record('Contacts', 'c3', contact('c3', { ContactStatus: 'ARCHIVED' }), { status: 'ARCHIVED' }),
			record('Invoices', 'v1', invoice('v1'), { ...accrec, from: at }),
			record('Invoices', 'v1', invoice('v1', { Status: 'VOIDED' }), { ...accrec, ...changed, status: 'VOIDED' }),
			record('Invoices', 'v2', invoice('v2', { Status: 'DRAFT' }), { ...accrec, from: at, status: 'DRAFT' }),
			record('Invoices', 'v2', invoice('v2', { Status: 'DELETED', LineItems: [] }), {
				...accrec,
				...changed,
				status: 'DELETED',
			}),
			record('Invoices', 'v3', invoice('v3'), { ...accrec, from: at }),
			record('Invoices', 'v3', invoice('v3', { Status: 'ARCHIVED', LineItems: [] }), {
				...accrec,
				...changed,
				status: 'ARCHIVED',
			}),
			record(
				'Invoices',
				'bill',
				{ ...invoice('bill'), Type: 'ACCPAY' },
				{ kind: 'ACCPAY', status: 'AUTHORISED', from: at },
			),
		],
	})
	const project = await startProject(
		[{ ...custom(own, 'US'), streams: ['items', 'contacts', 'invoices', 'invoice_lines'] }],
		{ sources: [] },
	)
	open.push(project)
	project.clock.now = own.now()
	await project.run()
	own.setClock(later + day)
	project.clock.now = own.now()
	const { streams: outcomes } = await project.run()
	expect(outcomes.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	expect(outcomes.find(({ stream }) => stream === 'items')!.deleted).toBe(1)
	const newest = (table: string, columns: string) =>
		project.rows(
			`select ${columns}, _deleted from (select *, row_number() over (partition by _key order by _extracted_at desc) as n from raw.xero__${table}) where n = 1 order by _key`,
		)
	expect(await newest('items', 'item_id')).toEqual([
		{ item_id: 'i1', _deleted: false },
		{ item_id: 'i2', _deleted: true },
	])
	expect(await newest('contacts', 'contact_id, contact_status, merged_to_contact_id')).toEqual([
		{ contact_id: 'c1', contact_status: 'ACTIVE', merged_to_contact_id: null, _deleted: false },
		{ contact_id: 'c2', contact_status: 'ARCHIVED', merged_to_contact_id: 'c1', _deleted: false },
		{ contact_id: 'c3', contact_status: 'ARCHIVED', merged_to_contact_id: null, _deleted: false },
	])
	expect(await newest('invoices', 'invoice_id, status')).toEqual([
		{ invoice_id: 'v1', status: 'VOIDED', _deleted: false },
		{ invoice_id: 'v2', status: 'DELETED', _deleted: false },
		{ invoice_id: 'v3', status: 'ARCHIVED', _deleted: false },
	])
	expect(await newest('invoice_lines', 'line_item_id')).toEqual([
		{ line_item_id: 'v1-1', _deleted: false },
		{ line_item_id: 'v2-1', _deleted: true },
		{ line_item_id: 'v3-1', _deleted: true },
	])
	await own.close()
})

test('every digit arrives: amounts beyond what a float holds, four decimals of a price, dates of either form in UTC', async () => {
	const own = await startXero({
		versions: [
			record(
				'Invoices',
				'big',
				invoice('big', {
					Total: number('90071992547409.93'),
					CurrencyRate: number('0.006661'),
					CurrencyCode: 'JPY',
					// Five minutes to midnight in New York, and a day that a client in another zone would get wrong.
					DueDate: '/Date(1793491200000)/',
					LineItems: [
						{
							LineItemID: 'l',
							Quantity: number('3.0000'),
							UnitAmount: number('30023997515803.3105'),
							LineAmount: number('90071992547409.93'),
						},
					],
				}),
				{ ...accrec, from: at },
			),
		],
	})
	const project = await projectOf(custom(own, 'US'))
	await project.run({ streams: ['invoices'] })
	expect(
		await project.rows(
			'select total, currency_rate, currency_rate_inverse, date, due_date, updated_date_utc from raw.xero__invoices',
		),
	).toEqual([
		{
			total: '90071992547409.93',
			currency_rate: '0.006661',
			currency_rate_inverse: '150.1276084672',
			date: '2026-11-01',
			due_date: '2026-11-01',
			updated_date_utc: expect.stringMatching(/^2026-11-01 00:00:00\.\d{3}$/),
		},
	])
	expect(await project.rows('select unit_amount, line_amount from raw.xero__invoice_lines')).toEqual([
		{ unit_amount: '30023997515803.3105', line_amount: '90071992547409.93' },
	])
	await own.close()
})

test('a filter that Xero passes over is noticed: the stream fails, and nothing of the page is taken', async () => {
	const own = await startXero({
		versions: [
			record('Invoices', 'old', invoice('old'), {
				...accrec,
				updated: '2025-01-01T00:00:00Z',
				from: Date.UTC(2025, 0, 1),
			}),
		],
	})
	const project = await projectOf(custom(own, 'US'))
	await project.run({ streams: ['invoices'] })
	project.clock.now += day
	const { streams: outcomes } = await project.run(
		{ streams: ['invoices'] },
		{
			transport: {
				close: async () => {},
				send: async ({ method, url, headers, body }) => {
					// A proxy that takes the header away.
					const { 'if-modified-since': _, ...rest } = headers
					const answer = await fetch(url, { method, headers: rest, body: body ?? null })
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
	expect(outcomes[0]!.error!.message).toContain('2025-01-01')
	await own.close()
})

test('the doctor is told which organisations the login reaches, and whether the pinned one is among them', async () => {
	const own = await startXero({
		versions: [record('Organisation', 'o', { Name: 'Halvorsen US', BaseCurrency: 'USD' })],
	})
	const connection = consented(own, 'US')
	const project = await projectOf(connection)
	const { source, connection: checked } = sourceOf(connection)
	const client = createClient(source, checked, project.resources.state)
	const [reached, found] = await source.probe!(checked.options, client.ask)
	expect(reached!.detail).toContain(`Halvorsen DE ${tenantOf('DE')}`)
	expect(found!.detail).toMatch(/^Halvorsen US, USD; \d+ requests left today$/)
	const elsewhere = { ...checked.options, tenant_id: '00000000-0000-4000-8000-000000000000' }
	await expect(source.probe!(elsewhere, client.ask)).rejects.toMatchObject({ code: 'vendor.denied' })
	await client.close()
	await own.close()
})

test('304 in place of an empty list is as good: nothing has changed', async () => {
	const own = await startXero({ versions: [record('Invoices', 'one', invoice('one'), { ...accrec, from: at })] })
	const project = await projectOf(custom(own, 'US'))
	await project.run({ streams: ['invoices'] })
	project.clock.now += 1000
	const send = async ({ url, method, headers, body }: Outgoing) => {
		if (headers['if-modified-since']) return { status: 304, headers: {}, body: Buffer.alloc(0) }
		const answer = await fetch(url, { method, headers, body: body ?? null })
		return {
			status: answer.status,
			headers: Object.fromEntries(answer.headers),
			body: Buffer.from(await answer.arrayBuffer()),
		}
	}
	const { streams: outcomes } = await project.run(
		{ streams: ['invoices'] },
		{ transport: { send, close: async () => {} } },
	)
	expect(outcomes[0]).toMatchObject({ outcome: 'loaded', landed: 0, appended: 0, deleted: 0 })
	await own.close()
})

test('pages of a hundred where more were asked for, and no word of how many there are, are not taken for the end', async () => {
	const many = Array.from({ length: 250 }, (_, index) => {
		const id = `n${String(index).padStart(3, '0')}`
		return record('Invoices', id, invoice(id), { ...accrec, from: at })
	})
	const own = await startXero({ versions: many })
	const project = await projectOf(custom(own, 'US'))
	const send = async ({ url, method, headers, body }: Outgoing) => {
		url.searchParams.delete('pageSize')
		const answer = await fetch(url, { method, headers, body: body ?? null })
		const text = (await answer.text()).replace(/"pagination":\{[^}]*\},/, '')
		return { status: answer.status, headers: Object.fromEntries(answer.headers), body: Buffer.from(text) }
	}
	const { streams: outcomes } = await project.run(
		{ streams: ['invoices'] },
		{ transport: { send, close: async () => {} } },
	)
	expect(outcomes[0]).toMatchObject({ outcome: 'loaded', landed: 250 })
	await own.close()
})

test('a member that every invoice had and none has any more is told as a field that is gone', async () => {
	const many = Array.from({ length: 25 }, (_, index) => {
		const id = `n${String(index).padStart(2, '0')}`
		return record('Invoices', id, invoice(id), { ...accrec, from: at })
	})
	const own = await startXero({ versions: many })
	const project = await projectOf(custom(own, 'US'))
	const drift = async () => {
		await project.run({ streams: ['invoices'], full: true })
		project.clock.now += 1000
		return await project.db
			.selectFrom('drift_events' as never)
			.select(['field', 'change', 'is_declared'] as never[])
			.execute()
	}
	expect(await drift()).toEqual([])
	own.setHidden('xero', 'Invoices', 'Total', true)
	const gone = { field: 'Total', change: 'removed', is_declared: 1 }
	expect(await drift()).toEqual([gone])
	expect(await drift()).toEqual([gone])
	own.setHidden('xero', 'Invoices', 'Total', false)
	expect(await drift()).toEqual([gone, { field: 'Total', change: 'added', is_declared: 1 }])
	await own.close()
})

test('a day that is used up stops the run with the moment to go on, and leaves a rest to others', async () => {
	const own = await startXero({ versions: [], dailyRequests: { limit: 5000, usedByOthers: 4100 } })
	const project = await projectOf({
		...custom(own, 'US', { concurrency: 1 }),
		streams: ['contacts', 'invoices', 'payments'],
	})
	const { streams: outcomes } = await project.run()
	expect(outcomes.some(({ outcome, error }) => outcome === 'stopped' && /left to others/.test(error!.message))).toBe(
		true,
	)
	await own.close()
	const starter = await startXero({ versions: [], dailyRequests: { limit: 1000, usedByOthers: 0 } })
	const third = await projectOf(custom(starter, 'US', { concurrency: 1 }))
	const { streams: small } = await third.run({ streams: ['contacts', 'invoices'] })
	expect(small.at(-1)).toMatchObject({ error: { next: expect.stringContaining('requests_per_day: 1000') } })
	await starter.close()
	const spent = await startXero({ versions: [], dailyRequests: { limit: 5000, usedByOthers: 5000 } })
	const second = await projectOf(custom(spent, 'US'))
	const { streams: stopped } = await second.run({ streams: ['users'] })
	expect(stopped[0]).toMatchObject({ outcome: 'stopped', error: { next: expect.stringContaining('24 h') } })
	await spent.close()
})

test('broken off in the middle of a read and started again, it goes on behind its last page, and nothing is there twice', async () => {
	const connection = {
		...few('DE', { page_size: 10, concurrency: 1 }),
		streams: ['contacts', 'invoices', 'invoice_lines'],
	}
	const project = await projectOf(connection)
	const broken = new AbortController()
	let pages = 0
	const progress = () => void (++pages === 4 && broken.abort())
	const first = await project.run({}, { progress, signal: broken.signal, partBytes: 1 })
	expect(first.streams.map(({ outcome }) => outcome)).toContain('stopped')
	const before = sandboxes.requests().xero.requests
	const second = await project.run()
	expect(second.streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
	const { contacts, invoices } = idsAt(company.start, 'DE')
	expect(await loadedKeys(project, 'erp_de', 'true', ['contacts', 'invoices'])).toEqual({ contacts, invoices })
	const all = Math.ceil(contacts!.length / 10) + Math.ceil(invoices!.length / 10) + 3
	expect(sandboxes.requests().xero.requests - before).toBeLessThan(all)
	const twice = await project.rows('select _key from raw.xero__invoice_lines group by _key having count(*) > 1')
	expect(twice).toEqual([])
})
