import { checkPrimeSync, createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** A key pair of a sandbox: the private half as PKCS #8 PEM, for the client, the public half for the server. */
export type SandboxKey = { privatePem: string; publicKey: KeyObject }

/**
 * A P-256 pair (ES256) derived from its name: the same at every start and on every machine, so known to everyone and
 * good for nothing but a sandbox.
 */
export function ellipticKey(name: string): SandboxKey {
	const exchange = createECDH('prime256v1')
	const secret = stream(`${name} elliptic`, 32)
	exchange.setPrivateKey(secret)
	const point = exchange.getPublicKey()
	const jwk = {
		kty: 'EC',
		crv: 'P-256',
		d: base64(secret),
		x: base64(point.subarray(1, 33)),
		y: base64(point.subarray(33)),
	}
	return pair(createPrivateKey({ key: jwk, format: 'jwk' }))
}

/** An RSA pair (RS256, PS256) of `bits` bits, derived from its name like `ellipticKey`. Takes about a tenth of a second. */
export function rsaKey(name: string, bits: 2048 | 3072): SandboxKey {
	const exponent = 65_537n
	const [p, q] = [prime(`${name} p`, bits / 2, exponent), prime(`${name} q`, bits / 2, exponent)]
	const d = inverse(exponent, (p - 1n) * (q - 1n))
	const numbers = { n: p * q, e: exponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
	const jwk = Object.fromEntries(Object.entries(numbers).map(([part, value]) => [part, base64(bytes(value))]))
	return pair(createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' }))
}

function pair(privateKey: KeyObject): SandboxKey {
	return {
		privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
		publicKey: createPublicKey(privateKey),
	}
}

/** The first fitting prime at or after a number derived from the name, its two highest bits set so that p·q has full length. */
function prime(name: string, bits: number, exponent: bigint): bigint {
	const start = stream(name, bits / 8)
	start[0] = (start[0] ?? 0) | 0xc0
	let candidate = BigInt(`0x${start.toString('hex')}`) | 1n
	while ((candidate - 1n) % exponent === 0n || !checkPrimeSync(candidate)) candidate += 2n
	return candidate
}

function stream(name: string, length: number): Buffer {
	return createHash('shake256', { outputLength: length }).update(`tieout sandbox ${name}`).digest()
}

/** The inverse of `value` modulo `modulus`, by Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
	let [previous, current] = [modulus, value % modulus]
	let [before, now] = [0n, 1n]
	while (current > 0n) {
		const quotient = previous / current
		;[previous, current] = [current, previous - quotient * current]
		;[before, now] = [now, before - quotient * now]
	}
	return ((before % modulus) + modulus) % modulus
}

function bytes(value: bigint): Buffer {
	const hex = value.toString(16)
	return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function base64(value: Buffer): string {
	return value.toString('base64url')
}
