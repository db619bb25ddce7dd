import type { SandboxOptions } from '../options.ts'
import { inEnvironment, type SandboxConnection, type SandboxSystem } from '../system.ts'
import { type EntityCode, entityCodes } from '../world/company/entities.ts'
import { settingOf } from '../world/company/setting.ts'
import { tenantOf } from '../world/records/xero/identifiers.ts'
import { xeroApps, xeroCustomConnection } from './credentials.ts'
import { storedXeroEndpoint, xeroEndpoints } from './endpoints.ts'
import { usualLimits } from './limits.ts'
import { createXero, type XeroServerOptions } from './server.ts'

/** Xero as the sandboxes start it: one server, four organisations, a connection for each. */
export const xeroSystem: SandboxSystem = {
	system: 'xero',
	title: 'Xero',
	open: (options) => ({
		stored: xeroEndpoints.map(storedXeroEndpoint),
		serve: (parts) => createXero(parts, serverOptions(options)),
	}),
	connections: (url) => entityCodes.map((entity) => connection(url, entity)),
}

/** Custom connections: their credentials do not change with use, so that the demo can be started again. */
function connection(url: string, entity: EntityCode): SandboxConnection {
	const { clientId, clientSecret } = xeroCustomConnection(entity)
	return {
		name: `erp_${entity.toLowerCase()}`,
		source: 'xero',
		options: {
			url: inEnvironment('XERO_URL', url),
			login_url: inEnvironment('XERO_URL', url),
			tenant_id: tenantOf(entity),
			client_id: inEnvironment(`XERO_${entity}_CLIENT_ID`, clientId),
			client_secret: inEnvironment(`XERO_${entity}_CLIENT_SECRET`, clientSecret),
		},
		recordUrl: {
			customer: 'https://go.xero.example/Contacts/View/{id}',
			invoice: 'https://go.xero.example/AccountsReceivable/View.aspx?InvoiceID={id}',
			credit_note: 'https://go.xero.example/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={id}',
		},
		legalEntities: { [entity]: tenantOf(entity) },
	}
}

function serverOptions(options: SandboxOptions): XeroServerOptions {
	const { limit, usedByOthers } = options.dailyRequests ?? { limit: usualLimits.day, usedByOthers: 0 }
	return {
		apps: xeroApps(settingOf({ isOneEntity: options.isOneEntity })),
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 1800,
		limits: { ...usualLimits, day: limit, minute: options.requestsPerMinute ?? usualLimits.minute },
		usedByOthers,
		serviceMilliseconds: options.serviceMilliseconds ?? 3,
	}
}
