import { afterEach, beforeEach, expect, test } from 'vitest'
import { netsuiteCredentials } from '../../../../extract/sandbox/netsuite/credentials.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { type AssertionChanges, ask, netsuiteAssertion, netsuiteToken } from '../clients.ts'

let sandboxes: Sandboxes
beforeEach(async () => {
	sandboxes = await startSandboxes({ versions: [] })
})
afterEach(() => sandboxes.close())

test('an assertion signed with either certificate gives a session of an hour', async () => {
	const { rsaCertificateId, rsaPrivateKey } = netsuiteCredentials
	for (const changes of [{}, { algorithm: 'PS256', key: rsaPrivateKey(), keyId: rsaCertificateId }]) {
		const { status, json } = await netsuiteToken(sandboxes, await netsuiteAssertion(sandboxes, changes))
		expect([status, json]).toMatchObject([200, { expires_in: '3600', token_type: 'bearer' }])
		const headers = { authorization: `Bearer ${json.access_token}` }
		expect((await ask(`${sandboxes.url('netsuite')}/services/rest/system/v1/serverTime`, { headers })).status).toBe(200)
	}
})

test('an assertion is good once', async () => {
	const assertion = await netsuiteAssertion(sandboxes)
	expect((await netsuiteToken(sandboxes, assertion)).status).toBe(200)
	expect((await netsuiteToken(sandboxes, assertion)).json).toEqual({
		error: 'invalid_grant',
		'sandbox:reason': 'the client assertion was used before',
	})
})

test('an assertion may be dated by the company’s clock', async () => {
	expect(
		(await netsuiteToken(sandboxes, await netsuiteAssertion(sandboxes, { issuedAt: sandboxes.now() / 1000 }))).status,
	).toBe(200)
})

const now = Math.floor(Date.now() / 1000)

test.each<[string, AssertionChanges]>([
	['an unknown certificate', { keyId: 'other' }],
	['an unknown client', { issuer: 'nobody' }],
	['another audience', { audience: 'https://example.com/token' }],
	['another scope', { scope: ['restlets'] }],
	['more than an hour', { lifetime: 3700 }],
	['an end in the past', { issuedAt: now - 1000, lifetime: 600 }],
	['a beginning in the future', { issuedAt: now + 600 }],
])('an assertion with %s is refused', async (_, changes) => {
	const { status, json } = await netsuiteToken(sandboxes, await netsuiteAssertion(sandboxes, changes))
	expect([status, json.error]).toEqual([400, 'invalid_grant'])
})

test('an assertion signed by another key, or with an algorithm that NetSuite does not take, is refused', async () => {
	const { rsaCertificateId, certificateId, rsaPrivateKey } = netsuiteCredentials
	for (const changes of [
		{ algorithm: 'PS256', key: rsaPrivateKey(), keyId: certificateId },
		{ algorithm: 'RS256', key: rsaPrivateKey(), keyId: rsaCertificateId },
	])
		expect((await netsuiteToken(sandboxes, await netsuiteAssertion(sandboxes, changes))).json.error).toBe(
			'invalid_grant',
		)
	expect((await netsuiteToken(sandboxes, 'no.assertion.atall')).json.error).toBe('invalid_grant')
})
