import { expect, test } from 'vitest'
import { guardedUrl, notOneSelect } from '../../extract/guard.ts'

const allow = [
	{ method: 'GET' as const, path: '/services/data/v*/query/*' },
	{
		method: 'POST' as const,
		path: '/sql',
		refuse: ({ body }: { body?: unknown }) => notOneSelect(String((body as { q: string }).q)),
	},
]
const ask = (method: 'GET' | 'POST', path: string, body?: unknown, origin = 'https://acme.example.com') =>
	guardedUrl(
		{ method, path, body },
		origin,
		['https://acme.example.com', 'https://*.vendor.com', 'http://127.0.0.1:9', 'http://acme.example.com'],
		allow,
	)

test('a read on the list passes, with its query', () => {
	expect(ask('GET', '/services/data/v66.0/query/01g-2000').href).toBe(
		'https://acme.example.com/services/data/v66.0/query/01g-2000',
	)
	expect(ask('GET', '/services/data/v66.0/query/INV%2F2026%2F1.2').pathname).toMatch(/INV%2F2026%2F1\.2$/)
	expect(ask('POST', '/sql', { q: 'SELECT 1' }, 'http://127.0.0.1:9').port).toBe('9')
	expect(ask('GET', 'https://eu7.vendor.com/services/data/v66.0/query/x').host).toBe('eu7.vendor.com')
})

test.each([
	['another method', () => ask('POST', '/services/data/v66.0/query/x')],
	['another path', () => ask('GET', '/services/data/v66.0/sobjects/Account')],
	['a longer path', () => ask('GET', '/services/data/v66.0/query/x/y')],
	['a path that climbs', () => ask('GET', '/services/data/v66.0/query/../../delete')],
	['a path that climbs in disguise', () => ask('GET', '/services/data/v66.0/query/%2e%2e')],
	['a path that climbs beside something', () => ask('GET', '/services/data/v66.0/query/x%2e%2e')],
	['a path that climbs by slashes in disguise', () => ask('GET', '/services/data/v66.0/query/x%2F..%2F..%2Fdelete')],
	['a path that climbs by the other slash', () => ask('GET', '/services/data/v66.0/query/x%5C..%5Cdelete')],
	['a path that ends for some servers', () => ask('GET', '/services/data/v66.0/query/x%00')],
	['a foreign host', () => ask('GET', 'https://evil.example.net/services/data/v66.0/query/x')],
	['a host that only ends alike', () => ask('GET', 'https://evilvendor.com/services/data/v66.0/query/x')],
	['a host without encryption', () => ask('GET', 'http://acme.example.com/services/data/v66.0/query/x')],
	['a statement that writes', () => ask('POST', '/sql', { q: 'DELETE FROM customer' })],
])('%s is refused', (_, attempt) => {
	expect(attempt).toThrow()
})

test.each([
	['SELECT id FROM customer', null],
	["select 'a; delete' as x -- drop\nfrom customer", null],
	['with x as (select 1) select * from x', null],
	['select 1; select 2', 'the query holds a second statement'],
	['select * from customer where id in (delete from x)', 'the query holds DELETE'],
	['update customer set x = 1', 'the query does not begin with SELECT'],
	['', 'the query does not begin with SELECT'],
])('%j: %s', (sql, reason) => {
	expect(notOneSelect(sql)).toBe(reason)
})

test('a foreign host and a request without encryption are named, with what is allowed', () => {
	const refusal = (url: string) => {
		try {
			return ask('GET', url)
		} catch (error) {
			return error
		}
	}
	expect(refusal('https://evil.example.net/services/data/v66.0/query/x')).toMatchObject({
		...{ code: 'http.foreign_host', kind: 'refused' },
		message: 'https://evil.example.net is not a host of this source',
	})
	expect(() => ask('GET', '/services/data/v66.0/query/x', undefined, 'http://acme.example.com')).toThrow(
		expect.objectContaining({ code: 'http.not_encrypted', next: expect.stringContaining('use https') }),
	)
})
