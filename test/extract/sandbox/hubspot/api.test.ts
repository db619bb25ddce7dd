import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { hubspotCredentials } from '../../../../extract/sandbox/hubspot/credentials.ts'
import type { SandboxOptions } from '../../../../extract/sandbox/options.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { ask } from '../clients.ts'
import { deal, link, setting, version } from './records.ts'

let sandboxes: Sandboxes
afterEach(() => sandboxes.close())

const yesterday = '2026-11-03T10:00:00Z'
const now = Date.parse('2026-11-04T09:00:00Z')

async function start(versions: SandboxOptions['versions'], more: SandboxOptions = {}) {
	sandboxes = await startSandboxes({ pair: { crm: 'hubspot', erp: 'netsuite' }, versions: versions ?? [], ...more })
	const headers = { authorization: `Bearer ${hubspotCredentials.accessToken}`, 'content-type': 'application/json' }
	const get = (where: string) => ask(sandboxes.url('hubspot') + where, { headers })
	const post = (where: string, body: unknown) =>
		ask(sandboxes.url('hubspot') + where, { method: 'POST', headers, body: JSON.stringify(body) })
	return {
		get,
		post,
		/** Asked again when five were asked in a second already. */
		search: async (object: string, filters: unknown[], more: Record<string, unknown> = {}) => {
			for (;;) {
				const answer = await post(`/crm/v3/objects/${object}/search`, { filterGroups: [{ filters }], ...more })
				if (answer.status !== 429) return answer
				await delay(100)
			}
		},
	}
}

const changedSince = (value: string, propertyName = 'hs_lastmodifieddate') => ({ propertyName, operator: 'GTE', value })
const ids = ({ json }: { json: { results: { id: string }[] } }) => json.results.map(({ id }) => id)

test('a record has the properties asked for, each as text or nothing; what HubSpot doesn’t know is left out in silence', async () => {
	const { get } = await start([
		deal('11', yesterday, { closedate: '2026-10-30T23:30:00.000Z', dealname: '', amount: '1234.50' }),
	])
	const { json, headers } = await get(
		'/crm/v3/objects/deals?properties=amount,dealname,nonsense&properties=closedate,pipeline,dealtype',
	)
	expect(json).toEqual({
		results: [
			{
				id: '11',
				properties: {
					amount: '1234.50',
					closedate: '2026-10-30T23:30:00Z',
					createdate: '2026-10-01T08:00:00Z',
					dealname: '',
					dealtype: null,
					hs_lastmodifieddate: '2026-11-03T10:00:00Z',
					hs_object_id: '11',
					pipeline: 'default',
				},
				createdAt: '2026-10-01T08:00:00Z',
				updatedAt: '2026-11-03T10:00:00Z',
				archived: false,
			},
		],
	})
	expect(headers.get('x-hubspot-ratelimit-daily')).toBe('1000000')
})

test('lists go by id, a hundred at most, and a misspelt parameter is passed over', async () => {
	const { get } = await start(Array.from({ length: 130 }, (_, at) => deal(String(1000 - at), yesterday)))
	const first = await get('/crm/v3/objects/deals?limit=100&archivd=true')
	expect(first.json.results).toHaveLength(100)
	expect(first.json.results[0].id).toBe('871')
	const second = await get(`/crm/v3/objects/deals?limit=100&after=${first.json.paging.next.after}`)
	expect(second.json.results).toHaveLength(30)
	expect(second.json.paging).toBeUndefined()
	expect((await get('/crm/v3/objects/deals?limit=101')).json).toMatchObject({ category: 'VALIDATION_ERROR' })
	expect((await get(`/crm/v3/objects/deals?properties=${'x'.repeat(16_400)}`)).status).toBe(414)
})

test('archived records have a list of their own; they leave the search at once, and their stamp does not move', async () => {
	const archived = { archived: true, archivedAt: '2026-11-04T08:59:50.000Z' }
	const { get, search } = await start([
		deal('11', yesterday),
		deal('12', yesterday),
		deal('12', '2026-11-04T08:59:50Z', { ...archived, hs_lastmodifieddate: new Date(yesterday).toISOString() }),
	])
	expect(ids(await get('/crm/v3/objects/deals'))).toEqual(['11'])
	const list = await get('/crm/v3/objects/deals?archived=true')
	expect(list.json.results).toMatchObject([
		{ id: '12', archived: true, archivedAt: '2026-11-04T08:59:50Z', updatedAt: '2026-11-03T10:00:00Z' },
	])
	expect(ids(await search('deals', [changedSince('1')]))).toEqual(['11'])
})

test('rows reach the search minutes after the list, also what was changed in them', async () => {
	const { get, search } = await start([
		deal('11', yesterday),
		deal('11', '2026-11-04T08:59:00Z', { amount: '7' }),
		deal('12', '2026-11-04T08:59:00Z'),
	])
	expect(ids(await get('/crm/v3/objects/deals'))).toEqual(['11', '12'])
	const early = await search('deals', [], { properties: ['amount'] })
	expect(early.json).toMatchObject({ total: 1, results: [{ id: '11', properties: { amount: '100.00' } }] })
	sandboxes.setClock(now + 120_000)
	const later = await search('deals', [], { properties: ['amount'], sorts: [{ propertyName: 'hs_object_id' }] })
	expect(later.json).toMatchObject({ total: 2, results: [{ properties: { amount: '7' } }, { id: '12' }] })
})

test('a search ends at its 10,000th record; behind an id it goes on', async () => {
	const at = yesterday
	const { search } = await start(Array.from({ length: 10_200 }, (_, index) => deal(String(20_000 + index), at)))
	const sorts = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }]
	const last = await search('deals', [changedSince('1')], { sorts, limit: 200, after: '9800' })
	expect(last.json).toMatchObject({ total: 10_200, paging: { next: { after: '10000' } } })
	const beyond = await search('deals', [changedSince('1')], { sorts, limit: 200, after: '10000' })
	expect([beyond.status, beyond.json.category]).toEqual([400, 'VALIDATION_ERROR'])
	const behind = { propertyName: 'hs_object_id', operator: 'GT', value: '29999' }
	const rest = await search('deals', [changedSince('1'), behind], { sorts, limit: 200 })
	expect(rest.json.total).toBe(200)
	expect(ids(rest)[0]).toBe('30000')
})

test('a search takes milliseconds or ISO, gives a row from just before, and knows what it can’t do', async () => {
	const { search } = await start([
		deal('11', '2026-11-03T10:00:00Z'),
		version('contacts', '21', '2026-11-03T10:00:00Z', { email: 'a@b.example' }),
	])
	const at = Date.parse('2026-11-03T10:00:00Z')
	expect(ids(await search('deals', [changedSince(String(at))]))).toEqual(['11'])
	expect(ids(await search('deals', [changedSince('2026-11-03T10:00:00.900Z')]))).toEqual(['11'])
	expect(ids(await search('deals', [changedSince(String(at + 2000))]))).toEqual([])
	expect((await search('deals', [changedSince('0')])).status).toBe(500)
	// Contacts are stamped under another name.
	expect((await search('contacts', [changedSince('1')])).status).toBe(400)
	expect(ids(await search('contacts', [changedSince('1', 'lastmodifieddate')]))).toEqual(['21'])
	for (const refused of [
		await search('deals', [{ propertyName: 'nonsense', operator: 'EQ', value: '1' }]),
		await search('deals', [{ propertyName: 'hs_object_id', operator: 'GT', value: 'x' }]),
		await search('deals', [{ propertyName: 'amount', operator: 'LIKE', value: '1' }]),
		await search(
			'deals',
			Array.from({ length: 11 }, () => changedSince('1')),
		),
		await search('deals', [changedSince('1')], { limit: 201 }),
	])
		expect([refused.status, refused.json.category]).toEqual([400, 'VALIDATION_ERROR'])
}, 15_000)

test('a batch is answered in part with 207; a merged id is answered with the record that lives on', async () => {
	const { post } = await start([
		deal('11', yesterday, { hs_merged_object_ids: '7;12' }),
		deal('12', '2026-11-01T10:00:00Z'),
		deal('12', yesterday, null),
	])
	const whole = await post('/crm/v3/objects/deals/batch/read', { inputs: [{ id: '11' }], properties: ['amount'] })
	expect([whole.status, whole.json.status]).toEqual([200, 'COMPLETE'])
	const part = await post('/crm/v3/objects/deals/batch/read', { inputs: [{ id: '12' }, { id: '99' }, { id: 'x' }] })
	expect(part.status).toBe(207)
	expect(ids(part)).toEqual(['11'])
	expect(part.json).toMatchObject({
		numErrors: 1,
		errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['99', 'x'] } }],
	})
	const inputs = (count: number) => Array.from({ length: count }, (_, at) => ({ id: String(at) }))
	expect((await post('/crm/v3/objects/deals/batch/read', { inputs: inputs(101) })).status).toBe(400)
	const histories = { inputs: inputs(51), propertiesWithHistory: ['dealstage'] }
	expect((await post('/crm/v3/objects/deals/batch/read', histories)).json.message).toContain('property histories is 50')
})

test('the history of a property is its last twenty values, the newest first, with when and by whom', async () => {
	const versions = Array.from({ length: 25 }, (_, at) =>
		deal('11', new Date(now - (30 - at) * 3_600_000).toISOString(), {
			dealstage: `stage${at}`,
			...(at > 0 && { hs_updated_by_user_id: '9580' }),
		}),
	)
	const { post } = await start([...versions, deal('11', '2026-11-04T08:00:00Z', { dealstage: 'stage24', amount: '1' })])
	const { json } = await post('/crm/v3/objects/deals/batch/read', {
		inputs: [{ id: '11' }],
		propertiesWithHistory: ['dealstage', 'nonsense'],
	})
	const { dealstage, ...others } = json.results[0].propertiesWithHistory
	expect(others).toEqual({})
	expect(dealstage).toHaveLength(20)
	expect(dealstage[0]).toEqual({
		value: 'stage24',
		timestamp: '2026-11-04T03:00:00Z',
		sourceType: 'CRM_UI',
		sourceId: 'userId:9580',
		updatedByUserId: 9580,
	})
})

test('links tell every kind of each; without any a record is an error of its own, and more than 500 go on elsewhere', async () => {
	const many = Array.from({ length: 501 }, (_, at) =>
		link('deal_company', '12', String(1000 + at), yesterday, at === 500),
	)
	const { post } = await start([link('deal_company', '11', '901', yesterday), ...many])
	const path = '/crm/v4/associations/deals/companies/batch/read'
	const { status, json } = await post(path, { inputs: [{ id: '11' }, { id: '13' }, { id: '12' }] })
	expect(status).toBe(207)
	expect(json.results[0]).toEqual({
		from: { id: '11' },
		to: [
			{
				toObjectId: 901,
				associationTypes: [
					{ category: 'HUBSPOT_DEFINED', typeId: 5, label: 'Primary' },
					{ category: 'HUBSPOT_DEFINED', typeId: 341, label: null },
				],
			},
		],
	})
	expect(json.results[1]).toMatchObject({ from: { id: '12' }, paging: { next: { after: '500' } } })
	expect(json.errors).toMatchObject([
		{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND', context: { fromObjectId: ['13'] } },
	])
	const rest = await post(path, { inputs: [{ id: '12', after: '500' }] })
	expect(rest.json.results[0].to).toHaveLength(1)
	expect((await post(path, { inputs: Array.from({ length: 1001 }, () => ({ id: '1' })) })).status).toBe(400)
	const dated = await post('/crm/associations/2026-03/companies/deals/batch/read', { inputs: [{ id: '901' }] })
	expect(dated.json.results[0].to[0].toObjectId).toBe(11)
})

test('owners who left are told only where they are asked for; stages, rates and properties are what was set up', async () => {
	const { get } = await start([
		setting('owners', '41', { email: 'a@x.example', firstName: 'A', lastName: 'B', userId: '7', archived: false }),
		setting('owners', '42', { email: 'c@x.example', firstName: 'C', lastName: 'D', userId: '8', archived: true }),
		setting('stages', 'closedwon', {
			label: 'Won',
			displayOrder: '4',
			probability: '1.0',
			isClosed: 'true',
			archived: false,
		}),
		setting('exchange_rates', '9', {
			fromCurrencyCode: 'JPY',
			toCurrencyCode: 'USD',
			conversionRate: '0.006710',
			effectiveAt: '2026-10-31T23:00:00.000Z',
			visibleInUI: true,
		}),
	])
	expect((await get('/crm/v3/owners')).json.results).toMatchObject([{ id: '41', userId: 7, archived: false }])
	expect((await get('/crm/v3/owners?archived=true')).json.results).toMatchObject([
		{ id: '42', userId: null, userIdIncludingInactive: 8, archived: true },
	])
	expect((await get('/crm/v3/pipelines/deals')).json.results[0].stages).toMatchObject([
		{ id: 'closedwon', metadata: { isClosed: 'true', probability: '1.0' } },
	])
	const rates = await get('/settings/v3/currencies/exchange-rates')
	expect(rates.text).toContain('"conversionRate":0.006710')
	expect(rates.json.results[0].effectiveAt).toBe('2026-10-31T23:00:00Z')
	const properties = (await get('/crm/v3/properties/deals')).json.results
	expect(properties.find(({ name }: { name: string }) => name === 'closedate')).toMatchObject({ type: 'datetime' })
	expect((await get('/account-info/v3/details')).json).toMatchObject({
		timeZone: 'Europe/Berlin',
		companyCurrency: 'USD',
	})
})

test('numbered and dated versions answer alike, and a path without one leads nowhere', async () => {
	const { get, post } = await start([deal('11', yesterday)])
	for (const path of [
		'/crm/objects/2026-03/deals',
		'/crm/owners/2026-03',
		'/crm/pipelines/2026-03/deals',
		'/settings/currencies/2026-03/exchange-rates',
		'/crm/properties/2026-03/deals',
	])
		expect([path, (await get(path)).status]).toEqual([path, 200])
	expect((await post('/crm/objects/2026-03/deals/search', {})).json.total).toBe(1)
	expect((await get('/crm/objects/deals')).status).toBe(404)
	expect((await get('/crm/v3/objects/unicorns')).json.message).toContain('Unable to infer object type')
})

test('who has no token, a wrong one or one without a form is told apart', async () => {
	await start([])
	const as = (authorization?: string) =>
		ask(`${sandboxes.url('hubspot')}/crm/v3/owners`, authorization ? { headers: { authorization } } : {})
	expect((await as()).json).toMatchObject({ status: 'error', category: 'INVALID_AUTHENTICATION' })
	expect((await as('Bearer pat-eu1-wrong')).json.category).toBe('INVALID_AUTHENTICATION')
	expect((await as('Bearer ended')).json.category).toBe('EXPIRED_AUTHENTICATION')
	expect((await as('Bearer "pat" x')).status).toBe(530)
})

test('the sixth search of a second is refused, some refusals don’t say how long to wait, and searches tell no limits', async () => {
	const { post } = await start([deal('11', yesterday)])
	const answers = await Promise.all(Array.from({ length: 9 }, () => post('/crm/v3/objects/deals/search', {})))
	const refused = answers.filter(({ status }) => status === 429)
	expect(refused).toHaveLength(4)
	expect(refused[0]!.json).toMatchObject({ errorType: 'RATE_LIMIT', policyName: 'SECONDLY' })
	const told = refused.filter(({ headers }) => headers.has('retry-after'))
	expect(told).toHaveLength(2)
	const found = answers.find(({ status }) => status === 200)!
	expect([...found.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([])
})

test('a used-up day is refused as a day, and a write is counted and changes nothing', async () => {
	const { get, post } = await start([deal('11', yesterday)], { dailyRequests: { limit: 102, usedByOthers: 100 } })
	expect((await get('/crm/v3/objects/deals')).headers.get('x-hubspot-ratelimit-daily-remaining')).toBe('1')
	expect((await post('/crm/v3/objects/deals', { properties: { amount: '1' } })).status).toBe(201)
	expect(sandboxes.requests().hubspot.writes).toEqual(['POST /crm/v3/objects/deals'])
	expect((await get('/crm/v3/owners')).json).toMatchObject({
		policyName: 'DAILY',
		message: 'You have reached your daily limit.',
	})
})

test('an account with one currency says which, has no property for it on deals, and no rates', async () => {
	const deals = [deal('11', yesterday, { legal_entity: 'Acme US' })]
	const { get, search } = await start(deals, { isOneEntity: true })
	const [found] = (await get('/crm/v3/objects/deals?properties=amount,deal_currency_code,legal_entity')).json.results
	expect(found.properties).toMatchObject({ amount: '100.00' })
	expect(found.properties).not.toHaveProperty('deal_currency_code')
	expect(found.properties).not.toHaveProperty('legal_entity')
	const names = (await get('/crm/v3/properties/deals')).json.results.map(({ name }: { name: string }) => name)
	expect(names).toContain('amount')
	expect(names).not.toContain('deal_currency_code')
	expect((await get('/account-info/v3/details')).json).toMatchObject({
		companyCurrency: 'USD',
		additionalCurrencies: [],
	})
	expect((await get('/settings/v3/currencies/exchange-rates')).json).toEqual({ results: [] })
	const filters = [{ propertyName: 'deal_currency_code', operator: 'EQ', value: 'EUR' }]
	expect((await search('deals', filters)).status).toBe(400)
})
