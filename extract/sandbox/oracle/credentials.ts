import { rsaKey, type SandboxKey } from '../keys.ts'

/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const oracleCredentials = {
	username: 'tieout.reader',
	password: 'sandbox-opens-nothing-else',
	clientId: 'sandbox-oracle-client',
	clientSecret: 'sandbox-oracle-client-secret',
	scope: 'urn:opc:resource:fa:instanceid=1urn:opc:resource:consumer::all',
	keyId: 'tieout',
} as const

let key: SandboxKey | undefined

/** The key whose certificate the application trusts; made when it is first asked for. */
export function oracleAssertionKey(): SandboxKey {
	key ??= rsaKey('oracle assertion', 2048)
	return key
}
