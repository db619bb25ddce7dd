import type { EntityCode } from '../world/company/entities.ts'
import type { Setting } from '../world/company/setting.ts'
import { tenantOf } from '../world/records/xero/identifiers.ts'
import type { XeroApp } from './oauth.ts'

/** The web app whose consent reached all organisations of the company. Known to everyone; it opens nothing but a sandbox. */
export const xeroWebApp = {
	clientId: 'sandbox-xero-client',
	clientSecret: 'sandbox-xero-secret-opens-nothing-else',
	refreshToken: 'sandbox-xero-first-refresh-token',
}

/** The custom connection of one organisation. */
export function xeroCustomConnection(entity: EntityCode): { clientId: string; clientSecret: string } {
	const clientId = `sandbox-xero-custom-${entity.toLowerCase()}`
	return { clientId, clientSecret: `${clientId}-secret-opens-nothing-else` }
}

/** The apps as the server knows them. */
export function xeroApps({ entities }: Pick<Setting, 'entities'>): XeroApp[] {
	return [
		{ ...xeroWebApp, tenants: entities.map(tenantOf) },
		...entities.map((entity) => ({
			...xeroCustomConnection(entity),
			tenants: [tenantOf(entity)],
			refreshToken: null,
		})),
	]
}
