import type { KeyObject } from 'node:crypto'
import { ellipticKey, rsaKey, type SandboxKey } from './keys.ts'
import type { NetsuiteIntegration } from './netsuite/oauth.ts'
import type { SalesforceApp } from './salesforce/oauth.ts'

/** What a client needs to log in to the Salesforce sandbox: any one of the three ways. */
export type SalesforceCredentials = {
	clientId: string
	/** For client credentials, and with the refresh token. */
	clientSecret: string
	/** For JWT bearer (RS256), with the private key. Deriving the key takes a moment, so it waits until asked for. */
	username: string
	privateKey(): string
	refreshToken: string
}

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
}

/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const salesforceCredentials: SalesforceCredentials = {
	clientId: 'sandbox-salesforce-client',
	clientSecret: 'sandbox-salesforce-secret-opens-nothing-else',
	username: 'integration@sandbox.example',
	privateKey: () => salesforceKey().privatePem,
	refreshToken: 'sandbox-salesforce-refresh-token',
}

/** The same on every machine and at every start, like those of Salesforce. */
export const netsuiteCredentials: NetsuiteCredentials = {
	account: 'TSTDRV1234567',
	clientId: 'sandbox-netsuite-client',
	certificateId: 'sandbox-certificate-es256',
	privateKey: netsuiteKey().privatePem,
	rsaCertificateId: 'sandbox-certificate-ps256',
	rsaPrivateKey: () => netsuiteRsaKey().privatePem,
}

/** The app as the Salesforce server knows it. */
export function salesforceApp(rotatesRefreshTokens: boolean): SalesforceApp {
	const { clientId, clientSecret, username, refreshToken } = salesforceCredentials
	return {
		clientId,
		clientSecret,
		username,
		refreshToken,
		publicKey: () => salesforceKey().publicKey,
		rotatesRefreshTokens,
	}
}

/** The integration as the NetSuite server knows it. */
export function netsuiteIntegration(): NetsuiteIntegration {
	const { clientId, certificateId, rsaCertificateId } = netsuiteCredentials
	const certificate = (id: string): KeyObject | null => {
		if (id === certificateId) return netsuiteKey().publicKey
		return id === rsaCertificateId ? netsuiteRsaKey().publicKey : null
	}
	return { clientId, certificate }
}

const derived = new Map<string, SandboxKey>()

function salesforceKey(): SandboxKey {
	return once('salesforce', () => rsaKey('salesforce', 2048))
}

function netsuiteKey(): SandboxKey {
	return ellipticKey('netsuite')
}

function netsuiteRsaKey(): SandboxKey {
	return once('netsuite', () => rsaKey('netsuite', 3072))
}

function once(name: string, derive: () => SandboxKey): SandboxKey {
	const key = derived.get(name) ?? derive()
	derived.set(name, key)
	return key
}
