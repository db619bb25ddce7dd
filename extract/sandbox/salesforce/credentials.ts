import { rsaKey, type SandboxKey } from '../keys.ts'
import type { SalesforceApp } from './oauth.ts'

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

/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const salesforceCredentials: SalesforceCredentials = {
	clientId: 'sandbox-salesforce-client',
	clientSecret: 'sandbox-salesforce-secret-opens-nothing-else',
	username: 'integration@sandbox.example',
	privateKey: () => salesforceKey().privatePem,
	refreshToken: 'sandbox-salesforce-refresh-token',
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

let derived: SandboxKey | undefined

function salesforceKey(): SandboxKey {
	derived ??= rsaKey('salesforce', 2048)
	return derived
}
