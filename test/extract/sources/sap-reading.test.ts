import { afterAll, beforeAll, expect, test } from 'vitest'
import { sourceOf } from '../../../extract/run.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import { sapCredentials } from '../../../extract/sandbox/sap/credentials.ts'
import { type RecordVersion, recordVersions } from '../../../extract/sandbox/world/world.ts'
import type { Connection } from '../../../extract/source.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const pair = { crm: 'salesforce', erp: 'sap' } as const
let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startCompany({ pair, scale: 0.02 })
}, 60_000)
afterAll(() => sandboxes.close())

function connection(more: Record<string, unknown> = {}, of = sandboxes): Connection {
	const erp = sandboxConnections(of).find(({ kind }) => kind === 'sap')!
	return { ...erp, options: { ...erp.options, ...more } }
}

type Project = Awaited<ReturnType<typeof startProject>>

async function withProject<T>(
	connections: Connection[],
	work: (project: Project) => Promise<T>,
	of = sandboxes,
): Promise<T> {
	const project = await startProject(connections)
	project.clock.now = of.now()
	try {
		return await work(project)
	} finally {
		await project.close()
	}
}

const orderTables = ['sales_orders', 'sales_order_items', 'sales_order_prices']

test('both versions of the sales order service bring the same orders, items and prices; by V2 nothing tells when', async () => {
	const read = (one: Connection) =>
		withProject([one], async (project) => {
			const { streams } = await project.run({ streams: orderTables })
			expect(streams.map(({ outcome }) => outcome)).toEqual(['loaded'])
			return {
				orders: await project.rows<Record<string, string>>(
					'select sales_order, total_net_amount, transaction_currency, creation_date, sales_order_date, substr(replace(last_change_date_time, $$T$$, $$ $$), 1, 19) as changed, overall_sdprocess_status, crm_opportunity from raw.sap__sales_orders order by 1',
				),
				items: await project.rows(
					'select _key, product, unit, requested_quantity, net_amount, tax_amount from raw.sap__sales_order_items order by 1',
				),
				times: await project.rows<{ n: string }>('select count(creation_time) as n from raw.sap__sales_orders'),
				rates: await project.rows<{ n: string }>(
					"select count(*) as n from raw.sap__sales_orders where accounting_exchange_rate like '-%'",
				),
			}
		})
	const v4 = await read(connection())
	const v2 = await read({ ...connection(), kind: 'sap_v2' })
	expect(v2.orders.length).toBeGreaterThan(50)
	expect(v2.orders).toEqual(v4.orders)
	expect(v2.items).toEqual(v4.items)
	expect([Number(v4.times[0]!.n), Number(v2.times[0]!.n)]).toEqual([v4.orders.length, 0])
	expect(Number(v2.rates[0]!.n)).toBeGreaterThan(0)
}, 60_000)

test('small pages, the server’s own pages and OAuth bring what one page brings', async () => {
	const read = (more: Record<string, unknown>) =>
		withProject([connection(more)], async (project) => {
			const { streams } = await project.run({ streams: ['income_items', 'billing_documents', 'exchange_rates'] })
			expect(streams.map(({ outcome }) => outcome)).toEqual(['loaded', 'loaded', 'loaded'])
			return await project.rows(
				'select (select count(*) from raw.sap__income_items) as items, (select count(distinct _key) from raw.sap__income_items) as keys, (select sum(cast(amount_in_transaction_currency as decimal(38, 4))) from raw.sap__income_items) as total, (select count(*) from raw.sap__billing_items) as lines, (select count(*) from raw.sap__exchange_rates) as rates',
			)
		})
	const { clientId: client_id, clientSecret: client_secret } = sapCredentials
	const oauth = { user: undefined, password: undefined, client_id, client_secret, page_size: 5000 }
	const whole = await read(oauth)
	expect(whole[0]!['items']).toBe(whole[0]!['keys'])
	expect(await read({ page_size: 90 })).toEqual(whole)
}, 60_000)

// The trial balance of each month of two years, both years, and an empty one on either side: read whole each time.
const balances = 28

test('a day later exactly what changed comes, for little', async () => {
	const start = Date.UTC(2026, 8, 22, 9)
	const end = start + 24 * 3_600_000
	const asked = sandboxes.now()
	sandboxes.setClock(start)
	await withProject([connection()], async (project) => {
		await project.run()
		sandboxes.setClock(end)
		project.clock.now = end
		const before = sandboxes.requests().sap.requests
		const { streams } = await project.run()
		sandboxes.setClock(asked)
		expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		expect(sandboxes.requests().sap.requests - before).toBeLessThan(60 + balances)
		const appended = streams
			.filter((one) => one.appended > 0 && one.stream !== 'trial_balance')
			.map((one) => [one.stream, one.appended])
		expect(Object.fromEntries(appended)).toEqual(changedBetween(start, end))
	})
}, 60_000)

const streamOf: Record<string, string> = {
	A_BillingDocument: 'billing_documents',
	SalesOrder: 'sales_orders',
	A_BusinessPartner: 'business_partners',
	A_CreditMemoRequest: 'credit_memo_requests',
	YY1_TIEOUT_EXCHANGERATES: 'exchange_rates',
}

/** How many records of each stream the company has changed or made between two moments. */
function changedBetween(start: number, end: number): Record<string, number> {
	const states = [start, end].map(() => new Map<string, { stream: string; text: string }>())
	for (const { system, object, id, from, values } of recordVersions({ scale: 0.02, pair })) {
		const isReceivable = values?.['FinancialAccountType'] === 'D'
		const ofLedger = isReceivable ? 'receivables' : String(values?.['GLAccount']) >= '4' ? 'income_items' : undefined
		const stream = object === 'A_OperationalAcctgDocItemCube' ? ofLedger : streamOf[object]
		if (system !== 'sap' || !stream || values === null) continue
		for (const [at, moment] of [start, end].entries())
			if (from <= moment) states[at]!.set(`${object} ${id}`, { stream, text: JSON.stringify(values) })
	}
	const changed: Record<string, number> = {}
	for (const [id, { stream, text }] of states[1]!)
		if (states[0]!.get(id)?.text !== text) changed[stream] = (changed[stream] ?? 0) + 1
	return changed
}

test('a field that is gone is named before the first page; a service out of reach is denied, not empty', async () => {
	sandboxes.setHidden('sap', 'A_BillingDocument', 'TotalNetAmount', true)
	sandboxes.setHidden('sap', 'A_Product', null, true)
	await withProject([connection()], async (project) => {
		const { streams } = await project.run({ streams: ['billing_documents', 'products'] })
		const by = Object.fromEntries(streams.map((one) => [one.stream, one]))
		expect(by['billing_documents']).toMatchObject({ outcome: 'failed', error: { code: 'drift.removed' } })
		expect(by['products']!.outcome).toBe('denied')
	})
	sandboxes.setHidden('sap', 'A_BillingDocument', 'TotalNetAmount', false)
	sandboxes.setHidden('sap', 'A_Product', null, false)
})

test('a wrong password, a wrong client and a host that is not ours stop the run with the reason', async () => {
	for (const more of [{ password: 'wrong' }, { sap_client: '200' }])
		await withProject([connection(more)], async (project) => {
			const { streams } = await project.run({ streams: ['company_codes'] })
			expect(streams[0]!.outcome).toBe('failed')
			expect(JSON.stringify(streams[0]!.error)).toMatch(/401|credential|refused/i)
			expect(JSON.stringify(streams[0]!.error)).not.toContain('sandbox-opens-nothing-else')
		})
})

test('the doctor names the company codes, and says when no account of the range holds anything', async () => {
	const asked = async (more: Record<string, unknown>) =>
		await withProject([connection(more)], async () => {
			const { source, connection: checked } = sourceOf(connection(more))
			const url = sandboxes.url('sap')
			const authorization = `Basic ${Buffer.from(`${sapCredentials.user}:${sapCredentials.password}`).toString('base64')}`
			return await source.probe!(checked.options, async ({ path, query, headers }) => {
				const answer = await fetch(`${url}${path}?${new URLSearchParams(query)}`, {
					headers: { accept: 'application/json', ...headers, authorization },
				})
				return { json: await answer.json(), headers: {} }
			})
		})
	const found = await asked({})
	expect(found[0]!.detail).toContain('1710 Halvorsen Instruments, In (USD)')
	expect(found[1]!.detail).toMatch(/^\d+ journal entry items on 40000000-49999999$/)
	expect((await asked({ income_accounts: '0040000000-0049999999' }))[1]!.detail).toContain('look at income_accounts')
})

const at = Date.UTC(2026, 10, 1)
function order(number: string, amount: string, from = at, isGone = false): RecordVersion {
	const body = {
		SalesOrder: number,
		SalesOrganization: '1710',
		SoldToParty: '10041000',
		TotalNetAmount: amount,
		TransactionCurrency: 'USD',
		CreationDate: '2026-11-01',
		CreationTime: '08:00:00',
		SalesOrderDate: '2026-11-01',
		OverallSDProcessStatus: 'C',
		_Item: [
			{
				SalesOrder: number,
				SalesOrderItem: '10',
				NetAmount: amount,
				TransactionCurrency: 'USD',
				RequestedQuantity: '1',
				_ItemPricingElement: [],
			},
		],
	}
	const columns = {
		SalesOrder: number,
		CreationDate: '2026-11-01',
		SalesOrderDate: '2026-11-01',
		OverallSDProcessStatus: 'C',
	}
	const values = isGone ? null : { ...columns, changed: '2026-11-01T08:00:00Z', body: JSON.stringify(body) }
	return { system: 'sap', object: 'SalesOrder', id: number, from, values }
}

test('an order that is billed in part comes again though its header’s stamp stands still, until it is done', async () => {
	const now = Date.UTC(2026, 10, 10)
	const partly = { ...order('91', '12.00', now + 3_600_000) }
	const opened = order('91', '10.00')
	for (const version of [opened, partly]) {
		const body = { ...JSON.parse(version.values!['body'] as string), OverallSDProcessStatus: 'B' }
		version.values = { ...version.values, OverallSDProcessStatus: 'B', body: JSON.stringify(body) }
	}
	const small = await startCompany({ pair, now, versions: [opened, order('92', '5.00'), partly] })
	try {
		await withProject(
			[connection({}, small)],
			async (project) => {
				await project.run({ streams: orderTables })
				small.setClock(now + 24 * 3_600_000)
				project.clock.now = small.now()
				const { streams } = await project.run({ streams: orderTables })
				expect(streams[0]).toMatchObject({ outcome: 'loaded', landed: 1, appended: 1 })
			},
			small,
		)
	} finally {
		await small.close()
	}
})

test('money keeps its digits beyond those of a float; a deleted order is found', async () => {
	const now = Date.UTC(2026, 10, 2)
	const small = await startCompany({
		pair,
		now,
		versions: [order('91', '9007199254740993.123'), order('92', '0.100'), order('92', '', now + 3_600_000, true)],
	})
	try {
		await withProject(
			[connection({}, small)],
			async (project) => {
				await project.run({ streams: orderTables })
				const amounts = () =>
					project.rows<{ amount: string }>(
						'select total_net_amount as amount from raw.sap__sales_orders where not _deleted order by 1 desc',
					)
				expect((await amounts()).map(({ amount }) => amount)).toEqual(['9007199254740993.123', '0.100'])
				expect(await project.rows('select net_amount from raw.sap__sales_order_items order by 1 desc')).toEqual([
					{ net_amount: '9007199254740993.123' },
					{ net_amount: '0.100' },
				])
				small.setClock(now + 2 * 3_600_000)
				project.clock.now = small.now()
				const { streams } = await project.run({ streams: orderTables })
				expect(streams[0]).toMatchObject({ outcome: 'loaded', deleted: 1 })
			},
			small,
		)
	} finally {
		await small.close()
	}
})

test('where the system’s day has begun and that of UTC has not, what was made since is neither missed nor deleted', async () => {
	// A system in Tokyo: half past seven in the morning of 2 November is 22:30 of the day before in UTC.
	const made = Date.UTC(2026, 10, 1, 22, 30)
	const morning = order('92', '5.00', made)
	const dates = { CreationDate: '2026-11-02', SalesOrderDate: '2026-11-02' }
	const body = { ...JSON.parse(morning.values!['body'] as string), ...dates }
	morning.values = { ...morning.values, ...dates, changed: '2026-11-01T22:30:00Z', body: JSON.stringify(body) }
	const small = await startCompany({ pair, now: made - 3_600_000, versions: [order('91', '10.00'), morning] })
	const run = async (project: Project, now: number, full = false) => {
		small.setClock(now)
		project.clock.now = now
		await project.run({ streams: orderTables, full })
		return await project.rows<{ live: string }>(
			`select string_agg(sales_order, ' ' order by sales_order) as live from (
				select * from raw.sap__sales_orders qualify row_number() over (partition by _key order by _extracted_at desc) = 1
			) where not _deleted`,
		)
	}
	try {
		await withProject(
			[connection({}, small)],
			async (project) => {
				expect(await run(project, made - 3_600_000)).toEqual([{ live: '91' }])
				expect(await run(project, made + 600_000)).toEqual([{ live: '91 92' }])
				expect(await run(project, made + 1_200_000, true)).toEqual([{ live: '91 92' }])
			},
			small,
		)
		await withProject(
			[connection({}, small)],
			async (project) => expect(await run(project, made + 1_200_000)).toEqual([{ live: '91 92' }]),
			small,
		)
	} finally {
		await small.close()
	}
})

test('what is missing of SAP’s own count is told, with ids where they are known, and no place that only another date would have', async () => {
	const asked = sandboxes.now()
	await withProject([connection()], async (project) => {
		const streams = ['billing_documents', 'business_partners']
		await project.run({ streams })
		const lost = async (name: string) => {
			const table = `raw.sap__${name}`
			const rows = await project.rows<{ key: string }>(
				`delete from ${table} where _key in (select _key from ${table} order by md5(_key) limit 2) returning _key as key`,
			)
			return rows.map(({ key }) => key).sort()
		}
		const [, partners] = [await lost('billing_documents'), await lost('business_partners')]
		sandboxes.setClock(asked + 7_200_000)
		project.clock.now = sandboxes.now()
		await project.run({ streams })
		sandboxes.setClock(asked)
		const told = await project.db
			.selectFrom('certificates')
			.select(['stream', 'reason'])
			.where('verdict', '=', 'short')
			.where('stream', 'in', streams)
			.orderBy('stream')
			.execute()
		expect(told).toEqual([
			{ stream: 'billing_documents', reason: expect.stringMatching(/^short by 2: /) },
			{ stream: 'business_partners', reason: expect.stringMatching(/^short by 2: /) },
		])
		expect(told[0]!.reason).not.toContain('not given')
		expect(told[1]!.reason).toMatch(new RegExp(`; missing: ${partners!.join(', ')}$`))
	})
}, 60_000)
