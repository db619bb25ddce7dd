import { expect, test } from 'vitest'
import { guardedUrl } from '../../../extract/guard.ts'
import type { Ask, Page, Query, Reading, SourceRequest } from '../../../extract/source.ts'
import { erpnextDeletes } from '../../../extract/sources/erpnext/deletes.ts'
import { type ErpnextOptions, erpnext } from '../../../extract/sources/erpnext/erpnext.ts'
import { listRequest, siteTime, utcText } from '../../../extract/sources/erpnext/request.ts'
import { erpnextVerdict } from '../../../extract/sources/erpnext/verdict.ts'
import { vendorError } from '../../../extract/vendor-error.ts'

const options = {
	url: 'https://erp.acme.example',
	time_zone: 'America/New_York',
	api_key: 'key',
	api_secret: 'hidden',
	scheme: 'token',
	page_size: 500,
	concurrency: 2,
} as ErpnextOptions

function query(name: string, since: string | null, more: Partial<Query<unknown>> = {}): Query<Record<string, unknown>> {
	const stream = erpnext.streams.find((candidate) => candidate.name === name)!
	const columns = Object.entries(stream.columns).filter(([, column]) => !column.inverseOf)
	const fields = Object.fromEntries(columns.map(([column, { field }]) => [column, field]))
	const window = {
		since: since === null ? null : Date.parse(since),
		until: Date.parse('2026-11-04T09:00:00.500Z'),
		signature: '',
	}
	return { stream, fields, window, options, ...more } as Query<Record<string, unknown>>
}

function asked({ query: given }: SourceRequest) {
	return Object.fromEntries(
		Object.entries(given!).map(([name, text]) => [name, /^[[{]/.test(text) ? JSON.parse(text) : text]),
	)
}

function page(rows: number, last: Record<string, string | null> | null): Page {
	return { rows, last, lastRecord: last, envelope: {}, headers: {} }
}

test('a page asks for what lies behind the last name, within the bounds on the site’s clock', () => {
	const reading = erpnext.read(query('gl_entries', '2026-11-03T07:00:00Z'))
	expect(reading.first.path).toBe('/api/resource/GL%20Entry')
	expect(asked(reading.first)).toMatchObject({
		filters: [
			['modified', '<=', '2026-11-04 04:00:00.500999'],
			['modified', '>=', '2026-11-03 02:00:00.000000'],
		],
		order_by: 'name asc',
		limit_page_length: '500',
	})
	const next = reading.next(page(500, { name: 'a/b "c"', modified: '2026-11-03 08:00:00.000001' }), reading.first)
	expect(asked(next!)['filters'][0]).toEqual(['name', '>', 'a/b "c"'])
	expect(reading.next(page(499, { name: 'x', modified: '2026-11-03 08:00:00.000001' }), reading.first)).toBeNull()
})

test('open documents are read again whatever their stamp; keys and counts of all are not bound to them', () => {
	const { or_filters: either, filters } = asked(erpnext.read(query('invoices', '2026-11-03T07:00:00Z')).first)
	expect(filters).toEqual([['modified', '<=', '2026-11-04 04:00:00.500999']])
	expect(either.map(([field]: string[]) => field)).toEqual(['modified', 'status'])
	const live = asked(erpnext.read(query('invoices', '2026-11-03T07:00:00Z', { isLive: true })).first)
	expect(live['or_filters']).toBeUndefined()
})

test('the rows of a child table are asked for with their parent', () => {
	expect(asked(erpnext.read(query('invoice_lines', null)).first)['parent']).toBe('Sales Invoice')
	expect(asked(erpnext.read(query('order_charges', null)).first)).toMatchObject({
		parent: 'Sales Order',
		filters: [
			['parenttype', '=', 'Sales Order'],
			['modified', '<=', '2026-11-04 04:00:00.500999'],
		],
	})
})

test('a request line that gunicorn would end is sent as a POST of the same list', () => {
	const long = Array.from({ length: 150 }, (_, at) => `a_custom_field_${at}`)
	const { request, records } = listRequest('Sales Invoice', {
		fields: long,
		filters: [],
		orderBy: 'name asc',
		size: 500,
	})
	expect({ method: request.method, path: request.path, records }).toEqual({
		method: 'POST',
		path: '/api/method/frappe.client.get_list',
		records: 'message',
	})
	expect(request.body).toMatchObject({ doctype: 'Sales Invoice', fields: long, limit_page_length: 500 })
	expect(guardedUrl(request, options.url, [options.url], erpnext.allow).pathname).toBe(request.path)
})

test('a filter or limit that was ignored is noticed', () => {
	const reading = erpnext.read(query('gl_entries', '2026-11-03T07:00:00Z'))
	const next = (rows: number, modified: string) => () =>
		reading.next(page(rows, { name: 'x', modified }), reading.first)
	expect(next(501, '2026-11-03 08:00:00.000000')).toThrow(/501 rows came where 500 were asked for/)
	expect(next(500, '2024-05-01 08:00:00.000000')).toThrow(/older than was asked for/)
})

test('stamps are read in the site’s zone, in the night when an hour comes twice too', () => {
	expect(siteTime(Date.parse('2026-11-01T05:30:00Z'), options.time_zone)).toBe('2026-11-01 01:30:00.000000')
	expect(siteTime(Date.parse('2026-11-01T06:30:00Z'), options.time_zone)).toBe('2026-11-01 01:30:00.000000')
	expect(utcText('2026-11-01 01:30:00.123456', options.time_zone)).toBe('2026-11-01 06:30:00')
	expect(utcText('2026-03-08 02:30:00.1', options.time_zone)).toBe('2026-03-08 07:30:00')
	expect(utcText('2026-07-01 12:00:00', 'Asia/Kolkata')).toBe('2026-07-01 06:30:00')
	// The hour before the clock goes back is read again, whichever of the two it was.
	const [held, overlap] = [erpnext.streams[0]!.cursor!.heldBack, erpnext.streams[0]!.cursor!.overlap]
	expect(overlap + held).toBeGreaterThan(2 * 3600)
})

test('deletions are told of the document; its lines and entries go with it, a restored one is alive', () => {
	const named = (name: string) => erpnext.streams.find((stream) => stream.name === name)!
	const types = (reading: Reading) => asked(reading.first)['filters'][0]
	const since = Date.parse('2026-11-03T20:00:00Z')
	expect(types(erpnextDeletes(named('orders'), since, options.time_zone))).toEqual([
		'deleted_doctype',
		'in',
		['Sales Order'],
	])
	expect(types(erpnextDeletes(named('invoice_charges'), since, options.time_zone))[2]).toEqual(['Sales Invoice'])
	const ledger = erpnextDeletes(named('gl_entries'), since, options.time_zone)
	expect(types(ledger)[2]).toEqual(['Sales Invoice', 'Payment Entry', 'Journal Entry'])
	expect(asked(ledger.first)['filters'][1]).toEqual(['creation', '>=', '2026-11-03 12:59:00.000000'])
	const row = { deleted_name: 'HI-1', creation: '2026-11-03 16:30:00.5', restored: '0' }
	expect(ledger.read(row)).toEqual({ key: 'HI-1', at: '2026-11-03 21:30:00' })
	expect(ledger.read({ ...row, restored: '1' })).toBeNull()
})

test('the count comes with the money by currency, as far as a float can tell it', async () => {
	const answers: Record<string, string | null>[][] = [
		[
			{ currency: 'EUR', rows_counted: '2', total: '4219999.98' },
			{ currency: null, rows_counted: '1', total: '0.0' },
		],
		[{ currency: 'EUR', rows_counted: '3', total: '90071992547409.94' }],
	]
	const requests: SourceRequest[] = []
	const ask: Ask = async (request) => {
		requests.push(request)
		return { json: { data: answers[requests.length - 1] }, headers: {} }
	}
	const count = () => erpnext.count!(query('orders', null), ask)
	expect(await count()).toMatchObject({ rows: 3, money: { EUR: '4219999.98', '(none)': '0.0' } })
	const beyond = await count()
	expect(beyond).toMatchObject({ rows: 3 })
	expect(beyond.money).toBeUndefined()
	expect(beyond.reason).toContain('more than the 15 digits')
	expect(asked(requests[0]!)).toMatchObject({
		fields: ['currency', 'count(name) as rows_counted', 'sum(grand_total) as total'],
		group_by: 'currency',
		limit_page_length: '0',
	})
})

test('a version that takes no functions is asked for the rows by its own method; what that can’t count is unverifiable', async () => {
	const cause = {
		action: 'drift' as const,
		code: 'ValidationError',
		message: 'SQL functions are not allowed',
		attempts: 1,
	}
	const ask: Ask = async (request) => {
		if (request.path.startsWith('/api/resource/'))
			throw vendorError(erpnext, { name: 'erp', kind: 'erpnext', options: {} }, cause, request)
		expect(guardedUrl(request, options.url, [options.url], erpnext.allow).pathname).toContain('get_count')
		return { json: { message: '987' }, headers: {} }
	}
	expect(await erpnext.count!(query('orders', null), ask)).toMatchObject({ rows: 987 })
	for (const [stream, since] of [
		['orders', '2026-11-03T07:00:00Z'],
		['order_lines', null],
	] as const)
		expect(await erpnext.count!(query(stream, since), ask)).toEqual({ rows: null, reason: expect.any(String) })
})

const site = options.url
const refused = (request: Omit<SourceRequest, 'method'> & { method: string }) =>
	expect(() => guardedUrl(request as SourceRequest, site, [site], erpnext.allow)).toThrow(
		/not one of the reads|none of a list|is no field|group is no field|none of this method|not a host/,
	)

test('the ledger is added up by account and day, year by year from the next one back; functions as the version takes them', () => {
	const reading = erpnext.read(query('ledger_totals', null))
	expect(asked(reading.first)).toEqual({
		fields: ['company', 'account', 'posting_date', 'sum(credit) as credits', 'sum(debit) as debits'],
		filters: [
			['is_cancelled', '=', 0],
			['voucher_type', '!=', 'Period Closing Voucher'],
			['posting_date', '>=', '2027-01-01'],
			['posting_date', '<=', '2027-12-31'],
		],
		group_by: 'company, account, posting_date',
		order_by: 'posting_date asc',
		limit_page_length: '0',
	})
	const allowed = (request: SourceRequest) => guardedUrl(request, options.url, [options.url], erpnext.allow)
	expect(allowed(reading.first).search).toContain('group_by=')
	const years: (SourceRequest | null)[] = [reading.first]
	for (const rows of [0, 0, 9, 0]) years.push(reading.next(page(rows, null), years.at(-1)!))
	expect(years.map((request) => request && asked(request)['filters'][2][2])).toEqual([
		'2027-01-01',
		'2026-01-01',
		'2025-01-01',
		'2024-01-01',
		null,
	])
	const newer = erpnext.read({ ...query('ledger_totals', null), options: { ...options, functions: 'object' } })
	expect(asked(newer.first)['fields'][3]).toEqual({ SUM: 'credit', as: 'credits' })
	expect(allowed(newer.first).search).toContain('SUM')
})

test('whatever would write or run code is refused before a socket opens', () => {
	for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'])
		refused({ method, path: '/api/resource/Sales%20Invoice' })
	for (const method of ['GET', 'PUT', 'DELETE']) refused({ method, path: '/api/resource/Sales%20Invoice/HI-1' })
	const fields = '["name"]'
	refused({ method: 'GET', path: '/api/resource/Sales%20Invoice', query: { fields, run_method: 'submit' } })
	refused({ method: 'GET', path: '/api/resource/Sales%20Invoice', query: { fields, cmd: 'frappe.client.delete' } })
	refused({ method: 'GET', path: '/api/resource/User', query: { fields: '["sleep(9)"]' } })
	refused({ method: 'GET', path: '/api/resource/User', query: { fields: '[{"SLEEP":"9","as":"total"}]' } })
	refused({ method: 'GET', path: '/api/resource/User', query: { fields, order_by: 'sleep(9)' } })
	refused({ method: 'GET', path: '/api/resource/User', query: { fields, group_by: 'sleep(9)' } })
	for (const method of ['frappe.client.submit', 'frappe.client.insert', 'frappe.client.set_value', 'login'])
		for (const verb of ['GET', 'POST']) refused({ method: verb, path: `/api/method/${method}` })
	refused({
		method: 'POST',
		path: '/api/method/frappe.client.get_list',
		body: { doctype: 'User', fields: ['name'], cmd: 'x' },
	})
	refused({ method: 'GET', path: '/api/v2/document/Sales%20Invoice/HI-1/method/submit' })
	refused({ method: 'POST', path: '/api/v2/document/Sales%20Invoice' })
	refused({
		method: 'GET',
		path: '/api/method/frappe.desk.form.load.getdoctype',
		query: { doctype: 'User', with_parent: '1' },
	})
	refused({ method: 'GET', path: 'https://erp.other.example/api/resource/User', query: { fields } })
})

const frappe = (type: string, message: string, exception = `frappe.exceptions.${type}: ${message}`) =>
	JSON.stringify({
		exception,
		exc_type: type,
		exc: '["Traceback: api_secret=hidden"]',
		_server_messages: JSON.stringify([JSON.stringify({ message })]),
	})

test('a version that takes functions in other words only leaves the sums out, and says what to write', () => {
	const text = frappe('ValidationError', 'SQL functions are not allowed as strings in SELECT: sum(credit) as credits')
	expect(erpnextVerdict({ status: 417, headers: {}, text })).toMatchObject({
		action: 'denied',
		next: expect.stringContaining('functions: object'),
	})
})

const doctypeAccess = (user: string) =>
	frappe(
		'PermissionError',
		`User <strong>${user}</strong> does not have doctype access via role permission for document <strong>X</strong>`,
	)

test.each([
	[200, '', 'ok'],
	[429, 'Too Many Requests', 'retry'],
	[417, frappe('RateLimitExceededError', 'You hit the rate limit'), 'retry'],
	[502, '<html>', 'retry'],
	[503, frappe('SessionStopped', 'Site is being updated'), 'retry'],
	[503, '<html>Updating</html>', 'retry'],
	[504, '<html>', 'retry'],
	[500, frappe('QueryDeadlockError', 'Deadlock found'), 'retry'],
	[500, frappe('OperationalError', 'x', 'pymysql.err.OperationalError: (1205, "Lock wait timeout exceeded")'), 'retry'],
	[500, frappe('QueryTimeoutError', 'Query execution was interrupted'), 'smaller'],
	[413, '<html>', 'smaller'],
	[401, frappe('AuthenticationError', ''), 'auth'],
	[403, doctypeAccess('Guest'), 'config'],
	[403, '<!doctype html><title>Access denied</title>', 'config'],
	[403, doctypeAccess('reader@acme.example'), 'denied'],
	[417, frappe('DataError', 'Field not permitted in query: no_such_field'), 'drift'],
	[
		500,
		JSON.stringify({
			exc_type: 'OperationalError',
			exception: "pymysql.err.OperationalError: (1054, \"Unknown column 'x' in 'ORDER BY'\")",
		}),
		'drift',
	],
	[404, frappe('DoesNotExistError', 'DocType No Such Thing not found'), 'drift'],
	[404, frappe('DoesNotExistError', 'Sales Invoice ACC-SINV-1999-00001 not found'), 'data'],
	[404, '<html>', 'config'],
	[400, '<html><p>Bad Request</p>Request Line is too large (7843 &gt; 4094)</html>', 'config'],
	[500, frappe('JSONDecodeError', 'Expecting value'), 'config'],
	[409, frappe('DuplicateEntryError', 'x'), 'config'],
])('%i %s means %s', (status, text, action) => {
	const verdict = erpnextVerdict({ status, headers: { 'retry-after': '7' }, text })
	expect(verdict.action).toBe(action)
	if (verdict.action !== 'ok') {
		expect(verdict.after).toBe(7)
		expect(verdict.message).not.toMatch(/hidden|Traceback|<strong>/)
	}
})

test('a company that writes no Sales Orders says so: they are not read, and nothing waits for one', () => {
	const given = (more: object) => erpnext.options.parse({ ...options, ...more }) as Record<string, unknown>
	expect([erpnext.hasOrders!(given({})), erpnext.hasOrders!(given({ orders: false }))]).toEqual([true, false])
	const read = erpnext.inUse!(given({ orders: false }))
	expect(erpnext.inUse!(given({})).filter((name) => !read.includes(name))).toEqual([
		'orders',
		'order_lines',
		'order_charges',
	])
})

test('key and secret, or OAuth; and the site’s zone, are asked for', () => {
	const parse = (given: Record<string, unknown>) => erpnext.options.safeParse(given).success
	const base = { url: site, time_zone: 'Asia/Kolkata' }
	expect(parse({ ...base, api_key: 'a', api_secret: 'b' })).toBe(true)
	expect(parse({ ...base, client_id: 'a', refresh_token: 'b' })).toBe(true)
	expect(parse({ ...base, api_key: 'a' })).toBe(false)
	expect(parse({ url: site, api_key: 'a', api_secret: 'b' })).toBe(false)
	expect(parse({ ...base, time_zone: 'IST2', api_key: 'a', api_secret: 'b' })).toBe(false)
	expect(erpnext.secrets({ ...options, scheme: 'basic' })).toContain(Buffer.from('key:hidden').toString('base64'))
})
