import { legalEntities } from '../world/company/entities.ts'

/** A user of the site, as it is known to the server. `company`: the only one that User Permissions leave to it. */
export type SiteUser = { key: string; secret: string; email: string; company: string | null }

/** The same on every machine and at every start, and known to everyone: they open nothing but a sandbox. */
export const erpnextCredentials = {
	apiKey: 'sandboxreader01',
	apiSecret: 'sandbox-opens-nothing-else',
	/** A user that sees one company's rows only. */
	limitedKey: 'sandboxlimited1',
	limitedSecret: 'sandbox-limited-opens-less',
	clientId: 'sandbox-erpnext-client',
	clientSecret: 'sandbox-erpnext-secret',
	refreshToken: 'sandbox-erpnext-refresh-token',
} as const

/** The users of the sandbox's site: the reader, and one bound to a company. */
export const siteUsers: SiteUser[] = [
	{
		key: erpnextCredentials.apiKey,
		secret: erpnextCredentials.apiSecret,
		email: 'tieout.reader@halvorsen.example',
		company: null,
	},
	{
		key: erpnextCredentials.limitedKey,
		secret: erpnextCredentials.limitedSecret,
		email: 'tieout.limited@halvorsen.example',
		company: legalEntities.DE.name,
	},
]
