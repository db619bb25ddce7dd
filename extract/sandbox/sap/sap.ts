import { inEnvironment, type SandboxSystem } from '../system.ts'
import { companyCodes } from '../world/records/sap/identifiers.ts'
import { sapCredentials } from './credentials.ts'
import { createSap } from './server.ts'
import { sapSets, storedSapSet } from './sets.ts'

/** SAP S/4HANA as the sandboxes start it. */
export const sapSystem: SandboxSystem = {
	system: 'sap',
	title: 'SAP S/4HANA',
	open: (options) => ({
		stored: sapSets.map(storedSapSet),
		serve: (parts) =>
			createSap(parts, {
				tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
				serviceMilliseconds: options.serviceMilliseconds ?? 0,
			}),
	}),
	connections: (url) => [
		{
			name: 'erp',
			source: 'sap',
			options: {
				url: inEnvironment('SAP_URL', url),
				sap_client: sapCredentials.client,
				user: inEnvironment('SAP_USER', sapCredentials.user),
				password: inEnvironment('SAP_PASSWORD', sapCredentials.password),
				income_accounts: '40000000-49999999',
			},
			recordUrl: {
				order: 'https://s4h.halvorsen.example/ui#SalesOrder-display?SalesOrder={id}',
				invoice: 'https://s4h.halvorsen.example/ui#BillingDocument-displayBillingDocument?BillingDocument={id}',
				credit_note: 'https://s4h.halvorsen.example/ui#BillingDocument-displayBillingDocument?BillingDocument={id}',
			},
			legalEntities: companyCodes,
		},
	],
}
