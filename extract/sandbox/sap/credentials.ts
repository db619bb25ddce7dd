/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const sapCredentials = {
	user: 'TIEOUT_READER',
	password: 'sandbox-opens-nothing-else',
	clientId: 'sandbox-sap-client',
	clientSecret: 'sandbox-sap-secret',
	/** The one client of the sandbox's system. */
	client: '100',
} as const
