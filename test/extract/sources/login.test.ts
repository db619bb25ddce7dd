import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedHeader } from '../../../extract/oauth1.ts'
import { netsuiteCredentials } from '../../../extract/sandbox/netsuite/credentials.ts'
import { salesforceCredentials } from '../../../extract/sandbox/salesforce/credentials.ts'
import { type Sandboxes, startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { Connection } from '../../../extract/source.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startSandboxes({ versions: [], rotatesRefreshTokens: true })
})
afterAll(() => sandboxes.close())

async function outcomes(connection: Connection, times = 1) {
	const project = await startProject([connection], { sources: [] })
	project.clock.now = sandboxes.now()
	const streams = []
	for (let time = 0; time < times; time++) {
		project.clock.now += 60_000
		streams.push(
			...(
				await project.run({
					streams: ['users', 'employees'].filter(
						(name) => name === (connection.kind === 'netsuite' ? 'employees' : 'users'),
					),
				})
			).streams,
		)
	}
	await project.close()
	return streams.map(({ outcome, error }) => ({ outcome, message: error?.message }))
}

const loaded = { outcome: 'loaded', message: undefined }

test('Salesforce lets a signed login in (JWT bearer, RS256)', async () => {
	const url = sandboxes.url('salesforce')
	const credentials = salesforceCredentials
	const options = {
		url,
		client_id: credentials.clientId,
		username: credentials.username,
		private_key: credentials.privateKey(),
		audience: url,
	}
	const [result] = await outcomes({ name: 'crm', kind: 'salesforce', options })
	expect(result).toEqual(loaded)
})

test('Salesforce lets a refresh token in that it changes at each use', async () => {
	const url = sandboxes.url('salesforce')
	const credentials = salesforceCredentials
	const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = credentials
	expect(
		await outcomes({ name: 'crm', kind: 'salesforce', options: { url, client_id, client_secret, refresh_token } }, 3),
	).toEqual([loaded, loaded, loaded])
})

test('NetSuite lets assertions in that are signed with either kind of key', async () => {
	const [, erp] = sandboxConnections(sandboxes)
	const { rsaCertificateId, rsaPrivateKey } = netsuiteCredentials
	const rsa = { ...erp!.options, algorithm: 'PS256', certificate_id: rsaCertificateId, private_key: rsaPrivateKey() }
	expect(await outcomes(erp!)).toEqual([loaded])
	expect(await outcomes({ ...erp!, options: rsa })).toEqual([loaded])
})

test('NetSuite lets requests in that a token signs, each attempt anew, also when they have to be repeated', async () => {
	const [, erp] = sandboxConnections(sandboxes)
	const { certificate_id: _, private_key: __, algorithm: ___, ...rest } = erp!.options
	const { consumerKey, consumerSecret, token, tokenSecret } = netsuiteCredentials.token
	const signed = {
		...rest,
		client_id: consumerKey,
		consumer_secret: consumerSecret,
		token_id: token,
		token_secret: tokenSecret,
	}
	sandboxes.setFaults({ rate: 0.2, retryAfterSeconds: 0 })
	expect(await outcomes({ ...erp!, options: signed })).toEqual([loaded])
	sandboxes.setFaults({ rate: 0 })
	const [wrong] = await outcomes({ ...erp!, options: { ...signed, token_secret: 'another-secret' } })
	expect(wrong!.outcome).toBe('failed')
	expect(wrong!.message).toContain('refused the credential')
	const header = signedHeader(
		{ method: 'GET', url: new URL(`${sandboxes.url('netsuite')}/services/rest/system/v1/serverTime`) },
		{ ...netsuiteCredentials.token },
	)
	const ask = () =>
		fetch(`${sandboxes.url('netsuite')}/services/rest/system/v1/serverTime`, { headers: { authorization: header } })
	expect([(await ask()).status, (await ask()).status]).toEqual([200, 401])
})

test('a key of the wrong form is refused with how to convert it', async () => {
	const [, erp] = sandboxConnections(sandboxes)
	const [result] = await outcomes({ ...erp!, options: { ...erp!.options, private_key: 'no key at all' } })
	expect(result!.message).toContain("the private key can't be read")
})

test('a hidden object is a visible skip in both systems', async () => {
	sandboxes.setHidden('salesforce', 'User', null, true)
	sandboxes.setHidden('netsuite', 'employee', null, true)
	const [crm, erp] = sandboxConnections(sandboxes)
	expect([...(await outcomes(crm!)), ...(await outcomes(erp!))].map(({ outcome }) => outcome)).toEqual([
		'denied',
		'denied',
	])
	sandboxes.setHidden('salesforce', 'User', null, false)
	sandboxes.setHidden('netsuite', 'employee', null, false)
})

test('a standard field that is hidden stops its stream by name', async () => {
	sandboxes.setHidden('salesforce', 'User', 'Email', true)
	sandboxes.setHidden('netsuite', 'employee', 'email', true)
	const [crm, erp] = sandboxConnections(sandboxes)
	const results = [...(await outcomes(crm!)), ...(await outcomes(erp!))]
	expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
	expect(results[0]!.message).toBe('User no longer has the field Email, which is read')
	expect(results[1]!.message).toContain("Unknown identifier 'email'")
})
