import { expect, test } from 'vitest'
import { salesforceDeletes } from '../../../extract/sources/salesforce/deletes.ts'
import { salesforce } from '../../../extract/sources/salesforce/salesforce.ts'
import { salesforceVerdict } from '../../../extract/sources/salesforce/verdict.ts'

const options = salesforce.options.parse({
	url: 'https://acme.my.salesforce.com',
	client_id: 'c',
	client_secret: 'secret',
})

function query(name: string, since: string | null) {
	const stream = salesforce.streams.find((candidate) => candidate.name === name)!
	const fields = Object.fromEntries(
		Object.entries(stream.columns)
			.filter(([, column]) => !column.inverseOf)
			.map(([column, { field }]) => [column, field]),
	)
	const window = {
		since: since === null ? null : Date.parse(since),
		until: Date.parse('2026-11-04T09:00:00Z'),
		signature: '',
	}
	return { stream, fields, window, options }
}

test('a first page is bounded on both sides, asks for deleted records too, and is in the order of stamp and id', () => {
	const { first } = salesforce.read(query('users', '2026-11-04T08:50:00Z'))
	expect(first.path).toBe('/services/data/v66.0/queryAll')
	expect(first.query!['q']).toBe(
		'select Id, Name, Email, IsActive, ManagerId, SystemModstamp from User where SystemModstamp >= 2026-11-04T08:50:00.000Z and SystemModstamp <= 2026-11-04T09:00:00.000Z order by SystemModstamp asc, Id asc',
	)
})

test('behind a record means its stamp and a greater id, or a later stamp', () => {
	const after = { id: '005000000000001AAA', system_modstamp: '2026-11-04T08:55:00.000+0000' }
	const { first } = salesforce.read({ ...query('users', null), after })
	expect(first.query!['q']).toContain(
		"(SystemModstamp > 2026-11-04T08:55:00.000Z or (SystemModstamp = 2026-11-04T08:55:00.000Z and Id > '005000000000001AAA'))",
	)
})

test('a computed column is not asked for', () => {
	expect(salesforce.read(query('currency_types', null)).first.query!['q']).toBe(
		'select Id, IsoCode, ConversionRate, DecimalPlaces, IsActive, IsCorporate, SystemModstamp from CurrencyType order by Id asc',
	)
})

test('the list of deletions covers at least two minutes, at most 15 days, and says when it no longer reaches back', () => {
	const recent = salesforceDeletes(query('accounts', null) as never, Date.parse('2026-11-04T08:59:30Z'), '/base')
	expect(recent.first.query).toEqual({ start: '2026-11-04T08:58:00.000Z', end: '2026-11-04T09:00:00.000Z' })
	const since = Date.parse('2026-10-01T00:00:00Z')
	const old = salesforceDeletes(query('accounts', null) as never, since, '/base')
	expect(old.first.query!['start']).toBe('2026-10-20T09:00:00.000Z')
	const envelope = {
		earliestDateAvailable: '2026-10-20T09:00:00.000+0000',
		latestDateCovered: '2026-11-04T08:59:00.000+0000',
	}
	expect(old.covered!(envelope)).toEqual({ isComplete: false, until: Date.parse('2026-11-04T08:59:00Z') })
})

const error = (errorCode: string, message = 'x') => JSON.stringify([{ message, errorCode }])

test.each([
	[401, error('INVALID_SESSION_ID'), 'auth'],
	[403, error('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'quota'],
	[403, error('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'), 'retry'],
	[401, error('INVALID_SESSION_ID', 'This session is not valid for use with the REST API'), 'config'],
	[403, error('INVALID_SESSION_ID', 'Connected app is not attached to Agent'), 'config'],
	[400, error('INVALID_FIELD'), 'drift'],
	[400, error('MALFORMED_QUERY'), 'drift'],
	[400, error('INVALID_TYPE'), 'drift'],
	[400, error('INVALID_QUERY_LOCATOR'), 'drift'],
	[403, error('INSUFFICIENT_ACCESS'), 'denied'],
	[403, error('API_DISABLED_FOR_ORG'), 'denied'],
	[403, error('TXN_SECURITY_METERING_ERROR'), 'config'],
	[503, error('TXN_SECURITY_METERING_ERROR'), 'config'],
	[400, JSON.stringify({ error: 'invalid_grant', error_description: 'expired authorization code' }), 'config'],
	[429, '', 'retry'],
	[500, error('UNKNOWN_EXCEPTION'), 'retry'],
	[400, error('QUERY_TIMEOUT'), 'smaller'],
	[404, error('NOT_FOUND'), 'denied'],
	[406, '', 'retry'],
	[420, '', 'retry'],
	[503, '<html>', 'retry'],
	[200, '', 'ok'],
])('%i %s means %s', (status, text, action) => {
	expect(salesforceVerdict({ status, headers: {}, text }).action).toBe(action)
})

test('a connection needs one way to log in', () => {
	const result = salesforce.options.safeParse({ url: 'https://acme.my.salesforce.com', client_id: 'c' })
	expect(result.error!.issues[0]!.message).toBe(
		'one of client_secret, private_key (with username) or refresh_token is needed',
	)
})

test('won deals are added up by close date, currency and the deal’s legal entity, which an org may call otherwise or not have', () => {
	const asked = (entity: string | null, after?: Record<string, string>) => {
		const base = query('booking_totals', null)
		const fields = { ...base.fields, legal_entity: entity }
		return salesforce.read({ ...base, fields, ...(after && { after }) })
	}
	const soql = (reading: ReturnType<typeof asked>) => reading.first.query!['q']
	expect(soql(asked('Entity__c'))).toBe(
		'select CloseDate, CurrencyIsoCode, Entity__c, SUM(Amount) total, COUNT(Id) dealCount from Opportunity where IsWon = true and IsDeleted = false group by CloseDate, CurrencyIsoCode, Entity__c order by CloseDate asc, CurrencyIsoCode asc, Entity__c asc limit 2000',
	)
	expect(soql(asked(null))).toContain('group by CloseDate, CurrencyIsoCode order by')
	const group = { close_date: '2026-10-01', currency_iso_code: 'USD', entity_group: "O'Neil" }
	const behind = "(CloseDate = 2026-10-01 and CurrencyIsoCode = 'USD' and Entity__c"
	expect(soql(asked('Entity__c', group))).toContain(`${behind} > 'O\\'Neil')) group by`)
	expect(soql(asked('Entity__c', { ...group, entity_group: '(none)' }))).toContain(`${behind} != null)) group by`)
	const page = { records: [{ CloseDate: '2026-10-01', Entity__c: null, total: '90071992547409.93' }] }
	expect(asked('Entity__c').lines!(page, asked(null).first)[0]).toMatchObject({ entityGroup: '(none)' })
	expect(asked(null).lines!(page, asked(null).first)[0]).toMatchObject({ entityGroup: '(all)' })
})
