/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const espocrmCredentials = {
	apiKey: 'sandbox-espocrm-api-key',
	/** Of an API user whose requests are signed. */
	hmacKey: 'sandbox-espocrm-hmac-key',
	secretKey: 'sandbox-espocrm-secret-opens-nothing-else',
} as const
