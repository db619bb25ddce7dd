import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { guardedUrl } from '../../../extract/guard.ts'
import { hubspotObjects } from '../../../extract/sandbox/hubspot/objects.ts'
import type { Ask, Page, Query, SourceRequest } from '../../../extract/source.ts'
import { hubspotDeletes } from '../../../extract/sources/hubspot/deletes.ts'
import { type HubspotOptions, hubspot } from '../../../extract/sources/hubspot/hubspot.ts'
import type { HubspotQuery } from '../../../extract/sources/hubspot/request.ts'
import { hubspotVerdict } from '../../../extract/sources/hubspot/verdict.ts'

const options = hubspot.options.parse({ time_zone: 'Europe/Berlin', access_token: 'pat-eu1-hidden' })

function query(name: string, since: string | null, more: Partial<Query<unknown>> = {}) {
	const stream = hubspot.streams.find((candidate) => candidate.name === name)!
	const columns = Object.entries(stream.columns).filter(([, column]) => !column.inverseOf)
	const fields = Object.fromEntries(columns.map(([column, { field }]) => [column, field]))
	const window = {
		since: since === null ? null : Date.parse(since),
		until: Date.parse('2026-11-04T09:00:00Z'),
		signature: '',
	}
	return { stream, fields, window, options, ...more } as Query<Record<string, unknown>>
}

function page(rows: number, envelope: unknown, last: Record<string, string | null> | null = null): Page {
	return { rows, last, lastRecord: last, envelope, headers: {} }
}

const since = '2026-11-04T07:55:00Z'

test('everything is listed, page by page, with the properties named and each of them once', () => {
	const reading = hubspot.read(query('deals', null))
	expect(reading.first).toMatchObject({ method: 'GET', path: '/crm/v3/objects/deals' })
	const { properties, ...rest } = reading.first.query!
	expect(rest).toEqual({ limit: '100', archived: 'false' })
	const names = properties!.split(',')
	expect(names.filter((name) => name === 'closedate')).toHaveLength(1)
	expect(names).toContain('sales_channel')
	const next = reading.next(page(100, { paging: { next: { after: '19000000123' } } }), reading.first)
	expect(next!.query).toMatchObject({ after: '19000000123', limit: '100', archived: 'false' })
	expect(reading.next(page(7, {}), reading.first)).toBeNull()
})

test('what was changed is searched for by id, each page behind the last id and none by its place', () => {
	const reading = hubspot.read(query('contacts', since))
	expect(reading.first).toMatchObject({ method: 'POST', path: '/crm/v3/objects/contacts/search' })
	const bounds = [
		{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(Date.parse(since)) },
		{ propertyName: 'lastmodifieddate', operator: 'LTE', value: String(Date.parse('2026-11-04T09:00:00Z')) },
	]
	expect(reading.first.body).toMatchObject({
		filterGroups: [{ filters: bounds }],
		sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
		limit: 200,
	})
	const last = { hs_object_id: '52000107', lastmodifieddate: '2026-11-04T08:10:00Z' }
	const next = reading.next(page(200, { total: '10412' }, last), reading.first)
	expect(next!.body).not.toHaveProperty('after')
	expect((next!.body as { filterGroups: unknown[] }).filterGroups).toEqual([
		{ filters: [...bounds, { propertyName: 'hs_object_id', operator: 'GT', value: '52000107' }] },
	])
	expect(reading.next(page(200, { total: '200' }, last), reading.first)).toBeNull()
	expect(reading.total!({ total: '10412' }, reading.first)).toBe(10_412)
})

test('links are asked for by 500 keys, histories by 50, as HubSpot takes them', () => {
	const keys = ['19000000011', '19000000022']
	const inputs = keys.map((id) => ({ id }))
	expect(hubspot.read(query('deal_companies', null, { keys })).first).toEqual({
		method: 'POST',
		path: '/crm/v4/associations/deals/companies/batch/read',
		body: { inputs },
	})
	expect(hubspot.read(query('deal_histories', null, { keys })).first).toEqual({
		method: 'POST',
		path: '/crm/v3/objects/deals/batch/read',
		query: { archived: 'false' },
		body: { inputs, properties: ['hs_object_id'], propertiesWithHistory: ['dealstage', 'amount', 'closedate'] },
	})
	const batch = (name: string) => hubspot.streams.find((stream) => stream.name === name)!.follows!.batch
	expect([batch('deal_companies'), batch('line_item_deals'), batch('deal_histories')]).toEqual([500, 500, 50])
})

test('a dated version has other paths, and all of them may be asked', () => {
	const dated = { ...options, api_version: '2026-03' }
	const given = (name: string, more: Partial<Query<unknown>> = {}) =>
		hubspot.read({ ...query(name, null, more), options: dated }).first
	const asked = [
		given('deals'),
		hubspot.read({ ...query('deals', since), options: dated }).first,
		given('deal_companies', { keys: ['1'] }),
		given('deal_histories', { keys: ['1'] }),
		given('owners'),
		given('pipelines'),
		given('exchange_rates'),
	]
	expect(asked.map((request) => request.path)).toEqual([
		'/crm/objects/2026-03/deals',
		'/crm/objects/2026-03/deals/search',
		'/crm/associations/2026-03/deals/companies/batch/read',
		'/crm/objects/2026-03/deals/batch/read',
		'/crm/owners/2026-03',
		'/crm/pipelines/2026-03/deals',
		'/settings/currencies/2026-03/exchange-rates',
	])
	for (const request of asked)
		expect(guardedUrl(request, options['url'] as string, [options['url'] as string], hubspot.allow).pathname).toBe(
			request.path,
		)
})

test('owners who left are a list of their own, read behind the others', () => {
	const reading = hubspot.read(query('owners', null))
	expect(reading.first.query).toEqual({ limit: '100', archived: 'false' })
	const next = reading.next(page(12, {}), reading.first)!
	expect(next.query).toEqual({ limit: '100', archived: 'true' })
	expect(reading.next(page(0, {}), next)).toBeNull()
})

test('a parameter or a filter that was ignored is noticed', () => {
	const list = hubspot.read(query('deals', null))
	expect(() => list.next(page(101, {}), list.first)).toThrow(/101 records came where 100 were asked for/)
	const search = hubspot.read(query('deals', since))
	const next = (rows: number, total: string, last: Record<string, string> | null, request = search.first) =>
		search.next(page(rows, { total }, last), request)
	expect(() => next(201, '900', { hs_object_id: '9', hs_lastmodifieddate: since })).toThrow(/201 records came/)
	expect(() => next(200, '900', { hs_object_id: '9', hs_lastmodifieddate: '2024-01-01T00:00:00Z' })).toThrow(
		/long before what was asked for/,
	)
	expect(() => next(0, '3', null)).toThrow(/3 were promised/)
	const second = next(200, '900', { hs_object_id: '99', hs_lastmodifieddate: since })!
	expect(() => next(200, '700', { hs_object_id: '98', hs_lastmodifieddate: since }, second)).toThrow(/98 came again/)
	// Stamped a second before: HubSpot does that.
	expect(next(1, '1', { hs_object_id: '100', hs_lastmodifieddate: '2026-11-04T07:54:59.4Z' }, second)).toBeNull()
})

test('of a partial answer, what has no links or does not exist is no fault; anything else is asked again', () => {
	const reading = hubspot.read(query('deal_companies', null, { keys: ['1', '2'] }))
	const next = (errors: unknown[]) => reading.next(page(1, { results: [], errors }), reading.first)
	const none = { category: 'OBJECT_NOT_FOUND', subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND', message: 'none' }
	expect(next([none])).toBeNull()
	expect(() => next([none, { category: 'INTERNAL_ERROR', message: 'try later' }])).toThrow(/INTERNAL_ERROR: try later/)
})

test('archived records are taken from where the last run ended, in a form that sorts behind their second', () => {
	const from = Date.parse('2026-11-03T09:00:00Z')
	const reading = hubspotDeletes(query('deals', since) as unknown as HubspotQuery, from)
	expect(reading.first.query).toEqual({ limit: '100', archived: 'true', properties: 'hs_object_id' })
	expect(reading.read({ id: '7', archivedAt: '2026-11-03T09:00:00.120Z' })).toEqual({
		key: '7',
		at: '2026-11-03T09:00:00Z',
	})
	expect('2026-11-03T09:00:00Z' >= '2026-11-03T09:00:00.999Z').toBe(true)
	expect(reading.read({ id: '7', archivedAt: '2026-11-03T08:59:59Z' })).toBeNull()
	expect(reading.covered!({})).toEqual({ isComplete: true, until: null })
	const old = hubspotDeletes(query('deals', since) as unknown as HubspotQuery, Date.parse('2026-08-01T00:00:00Z'))
	expect(old.covered!({}).isComplete).toBe(false)
	expect(hubspot.deletes!(query('pipelines', since), from)).toBeNull()
})

test('a whole list has at least what the search finds; what is no object is not counted', async () => {
	const asked: SourceRequest[] = []
	const ask: Ask = async (request) => {
		asked.push(request)
		return { json: { total: '17', results: [] }, headers: {} }
	}
	const reason = 'money: HubSpot adds nothing up'
	expect(await hubspot.count!(query('deals', null), ask)).toEqual({ rows: 17, isLeast: true, reason })
	expect(asked[0]!.body).toMatchObject({ limit: 1, properties: ['hs_object_id'] })
	expect(await hubspot.count!(query('deals', since), ask)).toEqual({ rows: 17, reason })
	expect(await hubspot.count!(query('pipelines', null), ask)).toEqual({
		rows: null,
		reason: 'HubSpot counts no pipelines',
	})
	expect(asked).toHaveLength(2)
})

const error = (category: string, message = 'x', more: Record<string, unknown> = {}) =>
	JSON.stringify({ status: 'error', message, correlationId: 'c', category, ...more })
const limit = (policyName: string, message: string) =>
	error('RATE_LIMITS', message, { errorType: 'RATE_LIMIT', policyName })

test.each([
	[200, '', 'ok'],
	[207, error('OBJECT_NOT_FOUND'), 'ok'],
	[429, limit('TEN_SECONDLY_ROLLING', 'You have reached your ten_secondly_rolling limit.'), 'retry'],
	[429, limit('SECONDLY', 'You have reached your secondly limit.'), 'retry'],
	[429, error('RATE_LIMITS', 'You have reached your secondly limit.'), 'retry'],
	[429, limit('DAILY', 'You have reached your daily limit.'), 'quota'],
	[429, error('RATE_LIMITS', 'You have reached your daily limit.'), 'quota'],
	[429, '', 'retry'],
	[401, error('EXPIRED_AUTHENTICATION'), 'auth'],
	[401, error('INVALID_AUTHENTICATION'), 'auth'],
	[403, error('MISSING_SCOPES'), 'denied'],
	[400, error('VALIDATION_ERROR', "Property 'x' does not exist"), 'drift'],
	[404, error('OBJECT_NOT_FOUND'), 'drift'],
	[413, '', 'smaller'],
	[414, '<html>', 'config'],
	[423, error('LOCKED'), 'retry'],
	[477, '', 'retry'],
	[500, error('INTERNAL_ERROR'), 'retry'],
	[502, '<html>', 'retry'],
	[503, '', 'retry'],
	[504, '', 'retry'],
	[521, '<html>', 'retry'],
	[530, '<html>', 'config'],
	[405, '', 'config'],
])('%i %s means %s', (status, text, action) => {
	expect(hubspotVerdict({ status, headers: {}, text }).action).toBe(action)
})

test('a refusal keeps HubSpot’s words, how long to wait, and when a used-up day is over', () => {
	const text = limit('TEN_SECONDLY_ROLLING', 'You have reached your ten_secondly_rolling limit.')
	expect(hubspotVerdict({ status: 429, headers: { 'retry-after': '7' }, text })).toMatchObject({
		code: 'TEN_SECONDLY_ROLLING',
		after: 7,
	})
	const daily = hubspotVerdict({ status: 429, headers: {}, text: limit('DAILY', 'You have reached your daily limit.') })
	expect(daily).toMatchObject({ action: 'quota', until: 'after midnight in the account’s zone' })
	const scopes = hubspotVerdict({ status: 403, headers: {}, text: error('MISSING_SCOPES', 'not all required scopes') })
	expect(scopes).toMatchObject({ code: 'MISSING_SCOPES', message: 'not all required scopes' })
})

test('a connection needs one way to log in, and a zone that exists', () => {
	const problems = (given: Record<string, unknown>) =>
		hubspot.options.safeParse(given).error?.issues.map(({ message }) => message)
	expect(problems({ time_zone: 'Europe/Berlin' })).toEqual([expect.stringContaining('an access_token (private app)')])
	expect(problems({ time_zone: 'Europe/Berlin', client_id: 'c', client_secret: 's' })).toHaveLength(1)
	expect(problems({ time_zone: 'UTC', client_id: 'c', client_secret: 's', refresh_token: 'r' })).toBeUndefined()
	expect(problems({ time_zone: 'Berlin', access_token: 'pat' })).toEqual([expect.stringContaining('time zone')])
	expect(problems({ access_token: 'pat' })).toHaveLength(1)
})

test('the limits are the subscription’s, searches have one of their own, and a day is counted for private apps', () => {
	expect(hubspot.budget(options)).toEqual({
		concurrency: 5,
		windows: [
			{ seconds: 10, requests: 100 },
			{ seconds: 86_400, requests: 250_000 },
		],
		apart: [{ path: '/search', seconds: 1, requests: 4 }],
	})
	const app = { time_zone: 'UTC', client_id: 'c', client_secret: 's', refresh_token: 'r' }
	expect(hubspot.budget(hubspot.options.parse(app)).windows).toEqual([{ seconds: 10, requests: 100 }])
	const headers = { 'x-hubspot-ratelimit-daily': '650000', 'x-hubspot-ratelimit-daily-remaining': '649000' }
	expect(hubspot.usage!(headers, options)).toEqual({ quota: 'requests today', used: 1000, maximum: 650_000 })
	expect(hubspot.usage!({}, options)).toBeNull()
})

test('doctor is told the account, its zone and the day’s use; a zone with another clock is an error', async () => {
	const ask: Ask = async ({ path: where }) => ({
		headers: {},
		json: where.endsWith('details')
			? { portalId: '26190935', accountType: 'STANDARD', timeZone: 'Europe/Berlin', companyCurrency: 'EUR' }
			: { results: [{ currentUsage: '12', usageLimit: '650000', fetchStatus: 'SUCCESS' }] },
	})
	expect(await hubspot.probe!(options, ask)).toEqual([
		{ name: 'account', detail: '26190935 (standard), company currency EUR' },
		{ name: 'time zone', detail: 'Europe/Berlin' },
		{ name: 'requests used today', detail: '12 of 650000' },
	])
	await expect(hubspot.probe!({ ...options, time_zone: 'Europe/Paris' }, ask)).resolves.toHaveLength(3)
	await expect(hubspot.probe!({ ...options, time_zone: 'Europe/London' }, ask)).rejects.toMatchObject({
		code: 'hubspot.zone',
		next: expect.stringContaining('set time_zone to Europe/Berlin'),
	})
})

test('no write leaves the process: none that HubSpot’s API has', () => {
	const origin = (options as HubspotOptions).url
	const refused = (method: string, where: string) =>
		expect(
			() => guardedUrl({ method: method as 'POST', path: where }, origin, [origin], hubspot.allow),
			`${method} ${where}`,
		).toThrow(expect.objectContaining({ kind: 'refused' }))
	for (const { name } of hubspotObjects)
		for (const root of [`/crm/v3/objects/${name}`, `/crm/objects/2026-03/${name}`]) {
			for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) refused(method, root)
			for (const method of ['PUT', 'PATCH', 'DELETE']) refused(method, `${root}/123`)
			refused('POST', `${root}/merge`)
			refused('POST', `${root}/gdpr-delete`)
			for (const verb of ['create', 'update', 'upsert', 'archive']) refused('POST', `${root}/batch/${verb}`)
			for (const method of ['PUT', 'PATCH', 'DELETE']) refused(method, `${root}/search`)
			refused('PUT', `${root}/1/associations/companies/2/5`)
			refused('GET', `${root}/../../../oauth/v1/token`)
		}
	for (const root of ['/crm/v4/associations/deals/companies', '/crm/associations/2026-03/deals/companies']) {
		for (const verb of ['create', 'archive', 'labels/archive', 'associate/default'])
			refused('POST', `${root}/batch/${verb}`)
		refused('POST', `${root}/labels`)
	}
	for (const root of ['/crm/v3/properties/deals', '/crm/v3/pipelines/deals', '/settings/v3/currencies/exchange-rates'])
		for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) refused(method, root)
	refused('PUT', '/settings/v3/currencies/company-currency')
	refused('POST', '/settings/v3/currencies/central-fx-rates/add-currency')
	refused('DELETE', '/oauth/v1/refresh-tokens/x')
	refused('POST', '/crm/v3/imports')
	refused('POST', '/automation/v4/actions/callbacks/complete')
	refused('GET', 'https://api.hubapi.com.evil.example/crm/v3/objects/deals')
})

test('the docs page names every scope that is needed', () => {
	const text = readFileSync(path.join(import.meta.dirname, '../../../docs/systems/hubspot.md'), 'utf8')
	for (const { scope } of hubspotObjects) expect(text).toContain(scope)
	for (const scope of ['crm.objects.owners.read', 'crm.schemas.deals.read', 'settings.currencies.read'])
		expect(text).toContain(scope)
})
