import { inEnvironment, type SandboxSystem } from '../system.ts'
import { companyCodes } from '../world/records/sap/identifiers.ts'
import { sapCredentials } from './credentials.ts'
import { journalView } from './journal-view.ts'
import { createSap } from './server.ts'
import { sapSets, storedSapSet } from './sets.ts'

/** SAP S/4HANA as the sandboxes start it. */
export const sapSystem: SandboxSystem = {
	system: 'sap',
	title: 'SAP S/4HANA',
	open: (options) => ({
		// The view of the universal journal shows what the entry view's items are made of.
		stored: sapSets.filter(({ name }) => name !== journalView).map(storedSapSet),
		serve: (parts) =>
			createSap(parts, {
				tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
				serviceMilliseconds: options.serviceMilliseconds ?? 0,
				hasNoEntryView: options.hasNoEntryView ?? false,
				hasNoRates: options.isOneEntity ?? false,
			}),
	}),
	connections: (url, { hasNoEntryView, isOneEntity }) => [
		{
			name: 'erp',
			source: 'sap',
			options: {
				url: inEnvironment('SAP_URL', url),
				sap_client: sapCredentials.client,
				user: inEnvironment('SAP_USER', sapCredentials.user),
				password: inEnvironment('SAP_PASSWORD', sapCredentials.password),
				income_accounts: '40000000-49999999',
				...(hasNoEntryView && { income_from: 'universal_journal' }),
				...(isOneEntity && { exchange_rates: false }),
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
