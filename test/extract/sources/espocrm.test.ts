import { afterAll, beforeAll, expect, test } from 'vitest'
import { espocrmCredentials } from '../../../extract/sandbox/espocrm/credentials.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import type { SourceRequest } from '../../../extract/source.ts'
import { espocrm } from '../../../extract/sources/espocrm/espocrm.ts'
import { espocrmVerdict } from '../../../extract/sources/espocrm/verdict.ts'
import { declaredQuery } from '../../../extract/stream-run.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startCompany({ pair: { crm: 'espocrm', erp: 'netsuite' }, scale: 0.01 })
}, 60_000)
afterAll(() => sandboxes.close())

function connection(options: Record<string, unknown> = {}) {
	const [crm] = sandboxConnections(sandboxes)
	return { ...crm!, options: { ...crm!.options, ...options } }
}

test.each([
	[401, undefined, 'config'],
	[401, 'second-step-required', 'config'],
	[403, 'No read access.', 'denied'],
	[403, 'Max size should not exceed 200. Use offset and limit.', 'smaller'],
	[403, undefined, 'retry'],
	[400, "Not existing attribute 'nosuch' in where.", 'drift'],
	[404, undefined, 'drift'],
	[409, 'Conflict', 'data'],
	[429, undefined, 'retry'],
	[500, undefined, 'retry'],
	[503, undefined, 'retry'],
	[200, undefined, 'ok'],
])('%i with the reason %s means %s', (status, reason, action) => {
	const headers = reason === undefined ? {} : { 'x-status-reason': reason }
	expect(espocrmVerdict({ status, headers, text: '' }).action).toBe(action)
})

test('a 403 without a reason that comes from the API itself is a permission, no lock-out', () => {
	const headers = { 'content-type': 'application/json' }
	expect(espocrmVerdict({ status: 403, headers, text: '' }).action).toBe('denied')
})

test('signed requests read the same; small pages pass each other at one stamp', async () => {
	const project = await startProject([
		connection({ api_key: espocrmCredentials.hmacKey, secret_key: espocrmCredentials.secretKey, page_size: 10 }),
	])
	project.clock.now = sandboxes.now()
	const { streams } = await project.run({ streams: ['opportunities', 'accounts'] })
	expect(streams.map(({ outcome }) => outcome)).toEqual(['loaded', 'loaded'])
	const [rows] = await project.rows<{ rows: string; keys: string }>(
		'select count(*) as rows, count(distinct id) as keys from raw.espocrm__opportunities',
	)
	expect(rows!.rows).toBe(rows!.keys)
	expect(Number(rows!.rows)).toBe(streams.find(({ stream }) => stream === 'opportunities')!.appended)
	await project.close()
})

test('amounts keep the digits that came, rates are text and their inverse has ten places', async () => {
	const project = await startProject([connection()])
	project.clock.now = sandboxes.now()
	await project.run({ streams: ['opportunities', 'currency_rates'] })
	const amounts = await project.rows<{ amount: string }>('select amount from raw.espocrm__opportunities')
	expect(amounts.every(({ amount }) => /^\d+(\.\d{1,3})?$/.test(amount))).toBe(true)
	const rates = await project.rows<{ rate: string; inverse: string }>(
		`select rate, rate_inverse as inverse from raw.espocrm__currency_rates where record_name = 'JPY' limit 1`,
	)
	expect(rates[0]!.rate).toMatch(/^0\.00\d{1,4}$/)
	expect(rates[0]!.inverse).toMatch(/^\d+\.\d{10}$/)
	await project.close()
})

test('a deleted deal, of which nothing tells, is found by its count', async () => {
	const deal = (id: string, from: string, isGone = false): RecordVersion => ({
		system: 'espocrm',
		object: 'Opportunity',
		id,
		from: Date.parse(from),
		values: isGone
			? null
			: {
					id,
					name: `Deal ${id}`,
					stage: 'Closed Won',
					amount: '1200.50',
					amountCurrency: 'EUR',
					closeDate: '2026-03-01',
					createdAt: from,
					modifiedAt: from,
				},
	})
	const versions = [
		deal('66c3a', '2026-03-01T08:00:00Z'),
		deal('66c3b', '2026-03-01T08:00:00Z'),
		deal('66c3b', '2026-03-03T08:00:00Z', true),
	]
	const now = Date.parse('2026-03-02T09:00:00Z')
	const small = await startCompany({ pair: { crm: 'espocrm', erp: 'netsuite' }, versions, now })
	const project = await startProject([sandboxConnections(small)[0]!])
	project.clock.now = now
	expect((await project.run({ streams: ['opportunities'] })).streams[0]).toMatchObject({ appended: 2 })
	small.setClock(now + 2 * 86_400_000)
	project.clock.now = small.now()
	expect((await project.run({ streams: ['opportunities'] })).streams[0]).toMatchObject({ appended: 0, deleted: 1 })
	await project.close()
	await small.close()
})

test.each([
	['Opportunity', 'opportunities', 'amount'],
	['Opportunity', 'opportunities', 'stage'],
	['Opportunity', 'opportunities', 'cErpOrderId'],
	['Account', 'accounts', 'cErpCustomerId'],
])(
	'a field that the site has and the role may not read, %s (%s): %s, stops the stream by its name; it is not taken for empty',
	async (entity, stream, field) => {
		const project = await startProject([connection()])
		project.clock.now = sandboxes.now()
		sandboxes.setHidden('espocrm', entity, field, true)
		try {
			const [found] = (await project.run({ streams: [stream] })).streams
			expect(found).toMatchObject({
				outcome: 'failed',
				appended: 0,
				error: {
					code: 'fields.withheld',
					message: expect.stringContaining(field),
					next: expect.stringContaining('permission'),
				},
			})
		} finally {
			sandboxes.setHidden('espocrm', entity, field, false)
		}
		const [again] = (await project.run({ streams: [stream] })).streams
		expect(again).toMatchObject({ outcome: 'loaded' })
		expect(again!.appended).toBeGreaterThan(5)
		await project.close()
	},
)

test('ids of another system, in both cases, are in the order of the site’s database; a page that comes again is noticed', async () => {
	const project = await startProject([connection()])
	const opportunities = espocrm.streams.find(({ name }) => name === 'opportunities')!
	const stamp = '2026-03-01 08:00:00'
	const query = {
		...declaredQuery(opportunities, project.connections[0]!),
		options: { ...project.connections[0]!.options, page_size: 2 },
		window: { since: null, until: Date.parse('2026-03-02T08:00:00Z'), signature: '' },
		after: { id: '0065gb', modified_at: stamp },
	}
	const next = (id: string) => {
		const reading = espocrm.read(query)
		const last = { id, modified_at: stamp }
		return reading.next({ rows: 2, envelope: {}, last, lastRecord: last, headers: {} }, reading.first)
	}
	// A bulk import gives all its records one stamp. MariaDB has B behind a, and C behind b.
	expect(JSON.stringify(next('0065gC'))).toContain('0065gC')
	expect(() => next('0065gb')).toThrow(/came again/)
	await project.close()
})

test('a field that nothing declares and the role may not read is not asked for', async () => {
	const project = await startProject([connection()])
	const [crm] = project.connections
	const query = { ...declaredQuery(espocrm.streams[0]!, crm!), options: crm!.options }
	const acl = { fieldTableQuickAccess: { Account: { attributes: { read: { yes: [], no: ['cSecret'] } } } } }
	const fields = { cSecret: { type: 'varchar', isCustom: true }, cOther: { type: 'varchar', isCustom: true } }
	const ask = async ({ path }: SourceRequest) => ({ json: path.endsWith('App/user') ? { acl } : fields, headers: {} })
	expect(await espocrm.describe!(query, ask)).toMatchObject({ custom: ['cOther'], withheld: { fields: ['cSecret'] } })
	await project.close()
})

test('a deal and an account that an import or a link changed without a new stamp are seen a day later', async () => {
	const from = Date.parse('2026-03-01T08:00:00Z')
	const stamps = { createdAt: '2026-03-01T08:00:00Z', modifiedAt: '2026-03-01T08:00:00Z' }
	const record = (object: string, id: string, at: number, values: Record<string, string>): RecordVersion => ({
		system: 'espocrm',
		object,
		id,
		from: at,
		values: { id, name: id, ...stamps, ...values },
	})
	const deal = {
		stage: 'Closed Won',
		amount: '1200.50',
		amountCurrency: 'EUR',
		closeDate: '2026-03-01',
		accountId: '66a1',
	}
	const now = Date.parse('2026-03-02T09:00:00Z')
	const versions = [
		record('Account', '66a1', from, { cErpCustomerId: 'C-1' }),
		record('Opportunity', '66c3a', from, deal),
		// Its import is silent, as the form for it proposes: `modifiedAt` stays.
		record('Opportunity', '66c3a', now + 3_600_000, { ...deal, amount: '200.50', accountId: '66a2' }),
		record('Account', '66a1', now + 3_600_000, { cErpCustomerId: 'C-2' }),
	]
	const small = await startCompany({ pair: { crm: 'espocrm', erp: 'netsuite' }, versions, now })
	const project = await startProject([sandboxConnections(small)[0]!])
	const run = async (at: number) => {
		small.setClock(at)
		project.clock.now = at
		const { streams } = await project.run({
			streams: ['accounts', 'opportunities'],
			reconcile: { every: 7 * 24 * 60, requests: 1000 },
		})
		return streams.map(({ stream, appended }) => ({ stream, appended }))
	}
	const each = (appended: number) => [
		{ stream: 'accounts', appended },
		{ stream: 'opportunities', appended },
	]
	try {
		expect(await run(now)).toEqual(expect.arrayContaining(each(1)))
		expect(await run(now + 2 * 3_600_000)).toEqual(expect.arrayContaining(each(0)))
		expect(await run(now + 25 * 3_600_000)).toEqual(expect.arrayContaining(each(1)))
		const [newest] = await project.rows<{ amount: string; account: string }>(
			`select amount, account_id as account from raw.espocrm__opportunities order by _extracted_at desc limit 1`,
		)
		expect(newest).toEqual({ amount: '200.5', account: '66a2' })
	} finally {
		await project.close()
		await small.close()
	}
})

test('a site before 9.3 has rates of the day alone: each day adds its own, and says so where they are not asked for', async () => {
	const now = Date.parse('2026-10-31T09:00:00Z')
	const old = await startCompany({
		pair: { crm: 'espocrm', erp: 'netsuite' },
		scale: 0.01,
		now,
		espocrmVersion: '9.2.7',
	})
	const [crm] = sandboxConnections(old)
	const project = await startProject([{ ...crm!, options: { ...crm!.options, base_currency: 'USD' } }])
	const unaware = await startProject([crm!])
	try {
		const rates = async () => {
			project.clock.now = old.now()
			const { streams } = await project.run({ streams: ['currency_rates'] })
			const { outcome, appended, deleted } = streams[0]!
			return { outcome, appended, deleted }
		}
		expect(await rates()).toEqual({ outcome: 'loaded', appended: 5, deleted: 0 })
		old.setClock(now + 2 * 86_400_000)
		expect(await rates()).toEqual({ outcome: 'loaded', appended: 5, deleted: 0 })
		project.clock.now += 60_000
		expect(await project.rows(exchangeRates)).toEqual([
			{ code: 'EUR', day: '2026-10-31', rate: expect.stringMatching(/^1\.\d+$/), base: 'USD' },
			{ code: 'EUR', day: '2026-11-02', rate: expect.stringMatching(/^1\.\d+$/), base: 'USD' },
		])
		expect(await certificate(project)).toEqual(['unverifiable', 'EspoCRM counts no rates of the day'])
		unaware.clock.now = old.now()
		const { streams } = await unaware.run({ streams: ['currency_rates'] })
		expect(streams[0]).toMatchObject({ outcome: 'failed', error: { next: expect.stringContaining('base_currency') } })
	} finally {
		await unaware.close()
		await project.close()
		await old.close()
	}
})

test('rates against another base than the configured one are not read; without the permission for rates they are denied', async () => {
	const wrong = await startProject([connection({ base_currency: 'EUR' })])
	const right = await startProject([connection({ base_currency: 'USD' })])
	const dated = await startProject([connection()])
	wrong.clock.now = right.clock.now = dated.clock.now = sandboxes.now()
	const read = async ({ run }: typeof wrong) => (await run({ streams: ['currency_rates'] })).streams[0]!
	try {
		expect(await read(wrong)).toMatchObject({
			outcome: 'failed',
			error: { message: expect.stringContaining('base currency is USD') },
		})
		sandboxes.setHidden('espocrm', 'CurrencyRecordRate', null, true)
		expect(await read(right)).toMatchObject({ outcome: 'denied' })
		expect(await read(dated)).toMatchObject({ outcome: 'denied' })
	} finally {
		sandboxes.setHidden('espocrm', 'CurrencyRecordRate', null, false)
		for (const project of [wrong, right, dated]) await project.close()
	}
})

const exchangeRates = `select record_name as code, date as day, rate, base_code as base from raw.espocrm__currency_rates
	where record_name = 'EUR' order by date`

async function certificate({ db }: Awaited<ReturnType<typeof startProject>>): Promise<unknown[]> {
	const found = await db.selectFrom('certificates').select(['verdict', 'reason']).orderBy('certified_at').execute()
	return Object.values(found.at(-1)!)
}
