import type { SandboxOptions } from '../options.ts'
import { inEnvironment, type SandboxConnection, type SandboxSystem } from '../system.ts'
import { type EntityCode, entityCodes, legalEntities } from '../world/company/entities.ts'
import { type Setting, settingOf } from '../world/company/setting.ts'
import { realmOf } from '../world/records/quickbooks/identifiers.ts'
import { firstRefreshToken, quickbooksApp } from './credentials.ts'
import { quickbooksEntities, storedQuickbooksEntity } from './entities.ts'
import { usualLimits } from './limits.ts'
import { createQuickbooks, type QuickbooksServerOptions } from './server.ts'

/** QuickBooks Online as the sandboxes start it: one server, four companies, a connection for each. */
export const quickbooksSystem: SandboxSystem = {
	system: 'quickbooks',
	title: 'QuickBooks Online',
	open: (options) => ({
		stored: quickbooksEntities.map(storedQuickbooksEntity),
		serve: (parts) => createQuickbooks(parts, serverOptions(options)),
	}),
	connections: (url, { isOneEntity }) =>
		entityCodes.map((entity) => connection(url, entity, settingOf({ isOneEntity }))),
}

function connection(url: string, entity: EntityCode, { currencies }: Setting): SandboxConnection {
	const foreign = currencies.filter((code) => code !== legalEntities[entity].currency)
	const { clientId, clientSecret } = quickbooksApp
	return {
		name: `erp_${entity.toLowerCase()}`,
		source: 'quickbooks',
		options: {
			url: inEnvironment('QUICKBOOKS_URL', url),
			login_url: inEnvironment('QUICKBOOKS_URL', url),
			realm_id: realmOf(entity),
			client_id: inEnvironment('QUICKBOOKS_CLIENT_ID', clientId),
			client_secret: inEnvironment('QUICKBOOKS_CLIENT_SECRET', clientSecret),
			refresh_token: inEnvironment(`QUICKBOOKS_${entity}_REFRESH_TOKEN`, firstRefreshToken(entity)),
			...(foreign.length > 0 && { currencies: foreign.join(', '), rates_from: '2025-03-01' }),
		},
		fields: { 'invoices.crm_opportunity': 'PrivateNote', 'customers.customer_number': 'Suffix' },
		recordUrl: 'https://app.qbo.example/app/{object}?txnId={id}',
		// The company's only record of itself; the connection says whose it is.
		legalEntities: { [entity]: '1' },
	}
}

function serverOptions(options: SandboxOptions): QuickbooksServerOptions {
	return {
		entities: settingOf({ isOneEntity: options.isOneEntity }).entities,
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
		rotatesRefreshTokens: options.rotatesRefreshTokens ?? false,
		limits: { ...usualLimits, minute: options.requestsPerMinute ?? usualLimits.minute },
		serviceMilliseconds: options.serviceMilliseconds ?? 3,
	}
}
