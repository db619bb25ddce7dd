/** What a client needs to log in to the HubSpot sandbox, one way or the other: a private app's token, or an OAuth app. */
export const hubspotCredentials = {
	accessToken: 'pat-eu1-sandbox-0000-opens-nothing-else',
	clientId: 'sandbox-hubspot-client',
	clientSecret: 'sandbox-hubspot-secret-opens-nothing-else',
	refreshToken: 'eu1-sandbox-hubspot-refresh-token',
} as const

/** The account's number. */
export const portalId = 26_190_935
