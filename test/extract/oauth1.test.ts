import { expect, test } from 'vitest'
import { signatureOf, signedHeader } from '../../extract/oauth1.ts'

const secrets = {
	consumerKey: 'key',
	consumerSecret: 'kd94hf93k423kf44',
	token: 'nnch734d00sl2jdk',
	tokenSecret: 'pfkkdhi9sl3r4s00',
}

test('the signature covers the method, the address and every parameter, encoded and sorted as the standard says', () => {
	// The request of RFC 5849, section 3.4.1, signed by OpenSSL: printf '%s' "$base" | openssl dgst -sha256 -hmac "$key" -binary | base64
	const url = new URL('http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2=&a3=2%20q')
	const parameters = {
		oauth_consumer_key: '9djdj82h48djs9d2',
		oauth_token: 'kkk9d7dh3k39sjv7',
		oauth_signature_method: 'HMAC-SHA256',
		oauth_timestamp: '137131201',
		oauth_nonce: '7d8f3e4a',
	}
	expect(
		signatureOf({ method: 'post', url }, parameters, { consumerSecret: 'j49sk3j29djd', tokenSecret: 'dh893hdasih9' }),
	).toBe('ypAxjNip++Dm0fTM+gCl8wAo6ufSnseu1WHxL7py3BU=')
})

test('each attempt has another nonce, and the moment of the machine', () => {
	const url = new URL('https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/query/v1/suiteql?limit=1000')
	const request = { method: 'POST', url }
	const machineNow = () => Date.parse('2026-03-02T09:00:00Z')
	const [first, second] = [1, 2].map(() => signedHeader(request, { ...secrets, realm: '1234567_SB1' }, { machineNow }))
	expect(first).toMatch(
		/^OAuth realm="1234567_SB1", oauth_consumer_key="key", oauth_nonce="\w{32}", .*oauth_timestamp="1772442000"/,
	)
	expect(first).not.toBe(second)
	expect(first).not.toContain(secrets.tokenSecret)
})
