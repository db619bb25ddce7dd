import { expect, test } from 'vitest'
import { columnProblem } from '../../../extract/column-type.ts'
import { guardedUrl } from '../../../extract/guard.ts'
import { quickbooks } from '../../../extract/sources/quickbooks/quickbooks.ts'
import { rateDays } from '../../../extract/sources/quickbooks/rates.ts'
import { momentText } from '../../../extract/sources/quickbooks/statement.ts'
import { entities } from '../../../extract/sources/quickbooks/streams.ts'
import { quickbooksVerdict } from '../../../extract/sources/quickbooks/verdict.ts'

const fault = (type: string, code: string, Message: string, Detail = '') =>
	JSON.stringify({ Fault: { Error: [{ Message, Detail, code, element: '' }], type }, time: 'x' })
const gateway = (word: string, code: string, status: number) =>
	JSON.stringify({ fault: { error: [{ message: `message=${word}; errorCode=${code}; statusCode=${status}`, code }] } })

test.each([
	[200, '{"QueryResponse":{}}', 'ok', undefined],
	[200, fault('SystemFault', '10000', 'An application error'), 'retry', '10000'],
	[401, gateway('AuthenticationFailed', '003200', 401), 'auth', '3200'],
	[401, fault('AUTHENTICATION', '3200', 'Token expired'), 'auth', '3200'],
	[401, '', 'auth', 'HTTP 401'],
	[403, gateway('ApplicationAuthorizationFailed', '003100', 403), 'config', '3100'],
	[403, gateway('ApplicationAuthorizationFailed', '003201', 403), 'denied', '3201'],
	[403, fault('ValidationFault', '5020', 'Permission Denied Error'), 'denied', '5020'],
	[400, fault('ValidationFault', '5020', 'Permission Denied Error'), 'denied', '5020'],
	[403, '<html>', 'denied', 'HTTP 403'],
	[400, fault('ValidationFault', '4000', 'Error parsing query', 'QueryParserError: Encountered OR'), 'drift', '4000'],
	[400, fault('ValidationFault', '4001', 'Invalid query', 'Property X not found'), 'drift', '4001'],
	[400, fault('ValidationFault', '2010', 'Request has invalid or unsupported property'), 'drift', '2010'],
	[400, fault('SystemFault', '6000', 'Business Validation Error'), 'retry', '6000'],
	[404, '', 'config', 'HTTP 404'],
	[408, '', 'retry', 'HTTP 408'],
	[429, gateway('ThrottleExceeded', '003001', 429), 'retry', '3001'],
	[429, '', 'retry', 'HTTP 429'],
	[429, fault('THROTTLE', '3001', 'CorePlus call limit of the month exceeded'), 'quota', '3001'],
	[500, fault('SystemFault', '10000', 'System Failure Error'), 'retry', '10000'],
	[501, '', 'config', 'HTTP 501'],
	[503, '<html>', 'retry', 'HTTP 503'],
	[504, '', 'retry', 'HTTP 504'],
])('%i %s means %s', (status, text, action, code) => {
	const verdict = quickbooksVerdict({ status, headers: {}, text })
	expect(verdict.action).toBe(action)
	if (verdict.action !== 'ok') expect(verdict.code).toBe(code)
})

test('a refusal tells Intuit’s id of the request; of a limit that says nothing, a minute is waited for', () => {
	const text = gateway('ThrottleExceeded', '003001', 429)
	const verdict = quickbooksVerdict({ status: 429, headers: { intuit_tid: '1-abc' }, text })
	expect(verdict).toMatchObject({ after: 60, message: expect.stringContaining('intuit_tid 1-abc') })
	expect(quickbooksVerdict({ status: 429, headers: { 'retry-after': '3' }, text })).toMatchObject({ after: 3 })
})

test('each entity is followed by what it has: the limits are moving windows', () => {
	const given = { concurrency: 4, requests_per_second: 10, requests_per_minute: 500 }
	expect(quickbooks.budget(given).windows).toEqual([
		{ seconds: 1, requests: 10 },
		{ seconds: 60, requests: 500 },
	])
	expect(quickbooks.hasOrders!({})).toBe(false)
})

test('a stamp with any offset is one; moments are asked for in UTC', () => {
	for (const text of ['2023-02-18T13:16:17-08:00', '2026-03-29T03:00:00+02:00', '2026-11-01T01:30:00Z'])
		expect(columnProblem('offset_datetime', text)).toBeNull()
	expect(columnProblem('offset_datetime', '2026-13-01T00:00:00Z')).toMatchObject({ code: 'impossible_date' })
	expect(momentText(Date.parse('2026-11-01T01:30:00.987-07:00'))).toBe('2026-11-01T08:30:00Z')
})

test('rates are asked for at month ends that are over, or every day that is; at least the last one', () => {
	const [since, until] = [Date.UTC(2026, 0, 15), Date.UTC(2026, 3, 2, 9)]
	expect(rateDays(since, until, 'month_end')).toEqual(['2026-01-31', '2026-02-28', '2026-03-31'])
	expect(rateDays(until - 2 * 86_400_000, until, 'daily')).toEqual(['2026-03-31', '2026-04-01'])
	expect(rateDays(until, until, 'daily')).toEqual(['2026-04-01'])
	expect(rateDays(until + 86_400_000, until, 'month_end')).toEqual(['2026-03-31'])
})

test('options: a realm of digits, and currencies with their first day', () => {
	const usual = { client_id: 'c', client_secret: 's', refresh_token: 'r' }
	const problems = (more: Record<string, unknown>) =>
		quickbooks.options.safeParse({ ...usual, ...more }).error?.issues.map(({ path }) => path.join('.'))
	expect(problems({ realm_id: '9341450000000101' })).toBeUndefined()
	expect(problems({ realm_id: 'mine' })).toEqual(['realm_id'])
	expect(problems({ realm_id: '1', currencies: 'EUR, GBP' })).toEqual(['rates_from'])
	expect(problems({ realm_id: '1', currencies: 'euro', rates_from: '2026-01-01' })).toEqual(['currencies'])
	const names = (given: Record<string, unknown>) => quickbooks.inUse!(given)
	expect(names({})).not.toContain('exchange_rates')
	expect(names({ currencies: 'EUR' })).toContain('exchange_rates')
})

const origin = 'https://quickbooks.api.intuit.com'
const login = 'https://oauth.platform.intuit.com'
const company = '/v3/company/9341450000000101'

test('no write leaves the process, and nothing is read that is not on the list', () => {
	const refused = (method: string, where: string, query?: Record<string, string>, host = origin) =>
		expect(() =>
			guardedUrl(
				{ method: method as 'GET', path: host + where, ...(query && { query }) },
				origin,
				[origin, login],
				quickbooks.allow,
			),
		).toThrow(expect.objectContaining({ kind: 'refused' }))
	for (const entity of [...Object.keys(entities), 'Bill', 'Vendor', 'Deposit', 'Purchase', 'Transfer', 'TaxService']) {
		const where = `${company}/${entity.toLowerCase()}`
		for (const operation of ['create', 'update', 'delete', 'void']) refused('POST', where, { operation })
		refused('POST', `${where}/12/send`)
		refused('GET', `${where}/12`)
		refused('GET', `${where}/12/pdf`)
	}
	refused('POST', `${company}/batch`)
	refused('POST', `${company}/query`)
	refused('POST', `${company}/upload`)
	refused('GET', `${company}/reports/BalanceSheet`)
	refused('POST', `${company}/reports/ProfitAndLoss`)
	refused('POST', '/oauth2/v1/tokens/revoke', undefined, login)
	for (const query of [
		'',
		'delete from Invoice',
		'select * from Bill',
		'select * from Invoice; delete from Invoice',
		'update Invoice set x',
	])
		refused('GET', `${company}/query`, { query })
	refused('GET', `${company}/query`, { query: 'select * from Invoice' }, `${origin}.evil.example`)
	const statement =
		"select * from Invoice where MetaData.LastUpdatedTime >= '2026-11-01T00:00:00Z' orderby Id startposition 1 maxresults 1000"
	const request = { method: 'GET' as const, path: `${company}/query`, query: { query: statement } }
	expect(guardedUrl(request, origin, [origin], quickbooks.allow).searchParams.get('query')).toBe(statement)
})
