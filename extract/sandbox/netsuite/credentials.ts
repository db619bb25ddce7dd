import type { KeyObject } from 'node:crypto'
import { ellipticKey, rsaKey, type SandboxKey } from '../keys.ts'
import type { NetsuiteIntegration } from './oauth.ts'
import type { NetsuiteToken } from './token-auth.ts'

/** What a client needs to log in to the NetSuite sandbox: assertions signed by one of two certificates. */
export type NetsuiteCredentials = {
	account: string
	clientId: string
	/** An ES256 key. */
	certificateId: string
	privateKey: string
	/** A PS256 key (RSA 3072). */
	rsaCertificateId: string
	rsaPrivateKey(): string
	/** Token-based authentication. */
	token: NetsuiteToken
}

/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const netsuiteCredentials: NetsuiteCredentials = {
	account: 'TSTDRV1234567',
	clientId: 'sandbox-netsuite-client',
	certificateId: 'sandbox-certificate-es256',
	privateKey: netsuiteKey().privatePem,
	rsaCertificateId: 'sandbox-certificate-ps256',
	rsaPrivateKey: () => netsuiteRsaKey().privatePem,
	token: {
		consumerKey: 'sandbox-netsuite-consumer',
		consumerSecret: 'sandbox consumer secret & more',
		token: 'sandbox-netsuite-token',
		tokenSecret: 'sandbox-netsuite-token-secret',
		realm: 'TSTDRV1234567',
	},
}

/** The integration as the NetSuite server knows it. */
export function netsuiteIntegration(): NetsuiteIntegration {
	const { clientId, certificateId, rsaCertificateId } = netsuiteCredentials
	const certificate = (id: string): KeyObject | null => {
		if (id === certificateId) return netsuiteKey().publicKey
		return id === rsaCertificateId ? netsuiteRsaKey().publicKey : null
	}
	return { clientId, certificate, token: netsuiteCredentials.token }
}

function netsuiteKey(): SandboxKey {
	return ellipticKey('netsuite')
}

let derived: SandboxKey | undefined

function netsuiteRsaKey(): SandboxKey {
	derived ??= rsaKey('netsuite', 3072)
	return derived
}
