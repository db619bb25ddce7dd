import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { certificateEnd, endings, endingText } from '../../extract/expiry.ts'
import { sourceOf } from '../../extract/run.ts'
import type { Tokens } from '../../extract/state.ts'

const day = 86_400_000
const now = Date.parse('2026-11-21T09:00:00Z')

/** What ends of a connection, as people read it, and how near it is. */
function told(kind: string, options: Record<string, unknown>, { tokens = null as Tokens | null, at = now } = {}) {
	const { source, connection } = sourceOf({ name: 'it', kind, options })
	return endings(source, connection, tokens, at).map((ending) => [ending.status, endingText(ending)])
}

/** A key and a certificate for it that ends in so many days, made by openssl. */
function pem(days: number): { key: string; certificate: string } {
	const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'))
	const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')]
	const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=tieout']
	try {
		execFileSync('openssl', [...made, '-days', String(days), '-keyout', key, '-out', certificate], { stdio: 'ignore' })
		return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') }
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}

const xero = { client_id: 'x', tenant_id: '4d3c1f0e-0000-4000-8000-000000000001', refresh_token: 'first' }

test('Xero’s refresh token ends 60 days after its last use: far, near on the thirtieth day, and past', () => {
	const tokens = { usedAt: now }
	const after = (days: number) => told('xero', xero, { tokens, at: now + days * day })
	const what = 'the refresh token, if it is not used'
	expect(after(29)).toEqual([['far', `${what} ends on 2027-01-20, in 31 days`]])
	expect(after(30)).toEqual([['near', `${what} ends on 2027-01-20, in 30 days`]])
	expect(after(59)).toEqual([['near', `${what} ends on 2027-01-20, in 1 day`]])
	expect(after(60)).toEqual([['past', `${what} ended on 2027-01-20`]])
	expect(told('xero', xero)).toEqual([])
})

test('what a vendor says of its refresh token is told: its idle end, and the one that nothing moves', () => {
	const tokens = { usedAt: now, idleEndsAt: now + 100 * day, hardEndsAt: now + 20 * day }
	const options = { url: 'https://acme.my.salesforce.com', client_id: 'x', refresh_token: 'first' }
	expect(told('salesforce', options, { tokens })).toEqual([
		['near', 'the refresh token ends on 2026-12-11, in 20 days'],
		['far', 'the refresh token, if it is not used ends on 2027-03-01, in 100 days'],
	])
})

test('Salesforce’s versions end by the announcements: the newest has none, the thirties first lose support', () => {
	const options = { url: 'https://acme.my.salesforce.com', client_id: 'x', client_secret: 'y' }
	expect(told('salesforce', options)).toEqual([])
	expect(told('salesforce', { ...options, api_version: '40.0' })).toEqual([
		['far', 'Salesforce’s support of API version 40.0 ends on 2027-06-01, in 191 days'],
		['far', 'API version 40.0 ends on 2028-06-01, in 557 days'],
	])
	expect(told('salesforce', { ...options, api_version: '30.0' })[0]).toEqual([
		'past',
		'API version 30.0 ended on 2025-06-01',
	])
})

test('HubSpot’s versions end as it has announced: numbered ones in 2027, dated ones after 18 months', () => {
	const options = { time_zone: 'Europe/Berlin', access_token: 'pat-x' }
	const at = Date.parse('2027-03-15T00:00:00Z')
	expect(told('hubspot', options, { at }).map(([status]) => status)).toEqual(['near', 'far'])
	expect(told('hubspot', { ...options, api_version: '2025-09' }, { at })[0]![0]).toBe('past')
	expect(told('hubspot', { ...options, api_version: '2026-03' }, { at })[0]![0]).toBe('far')
})

test('a certificate’s end is read from its PEM, beside the key or apart; a bare key has none', () => {
	const { key, certificate } = pem(10)
	const machine = Date.now()
	const base = { account: '1234567', client_id: 'x', certificate_id: 'y' }
	const apart = told('netsuite', { ...base, private_key: key, certificate }, { at: machine })
	expect(apart).toEqual([['near', expect.stringMatching(/^the certificate ends on .*, in 9 days$/)]])
	expect(told('netsuite', { ...base, private_key: `${key}${certificate}` }, { at: machine })).toEqual(apart)
	expect(told('netsuite', { ...base, private_key: key })).toEqual([])
	expect(told('netsuite', { ...base, private_key: key, certificate }, { at: machine + 11 * day })[0]![0]).toBe('past')
	expect(certificateEnd('-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----')).toBeNull()
})
