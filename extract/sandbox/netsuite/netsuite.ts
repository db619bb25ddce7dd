import type { SandboxOptions } from '../options.ts'
import { inEnvironment, inFile, type SandboxSystem } from '../system.ts'
import { legalEntities } from '../world/company/entities.ts'
import { undeclaredFields } from '../world/schema-events.ts'
import { netsuiteCredentials, netsuiteIntegration } from './credentials.ts'
import { netsuiteFeatures, shownTables } from './features.ts'
import { createNetsuite, type NetsuiteOptions } from './server.ts'
import { netsuiteEventColumn, netsuiteTables, storedNetsuiteTable } from './tables.ts'

/** The zone of the sandbox's account. */
export const netsuiteTimeZone = 'America/Los_Angeles'

/** NetSuite as the sandboxes start it. */
export const netsuiteSystem: SandboxSystem = {
	system: 'netsuite',
	title: 'NetSuite',
	open: (options, events) => {
		const tables = netsuiteTables.map((table) => {
			const more = undeclaredFields(events, 'netsuite', table.name, table.columns)
			return { ...table, columns: [...table.columns, ...more.map(netsuiteEventColumn)] }
		})
		return {
			stored: tables.map(storedNetsuiteTable),
			serve: (parts) =>
				createNetsuite({ ...parts, tables: shownTables(tables, netsuiteFeatures(options)) }, serverOptions(options)),
		}
	},
	connections: (url, sandbox) => [
		{
			name: 'erp',
			source: 'netsuite',
			options: {
				url: inEnvironment('NETSUITE_URL', url),
				account: inEnvironment('NETSUITE_ACCOUNT', netsuiteCredentials.account),
				client_id: inEnvironment('NETSUITE_CLIENT_ID', netsuiteCredentials.clientId),
				certificate_id: inEnvironment('NETSUITE_CERTIFICATE_ID', netsuiteCredentials.certificateId),
				private_key: inFile('netsuite.pem', netsuiteCredentials.privateKey),
				algorithm: 'ES256',
				time_zone: inEnvironment('NETSUITE_TIME_ZONE', netsuiteTimeZone),
				concurrency: 4,
				...(!netsuiteFeatures(sandbox).has('one_world') && { one_world: false }),
				...(!netsuiteFeatures(sandbox).has('multiple_currencies') && { currency: 'USD' }),
			},
			recordUrl: {
				customer: 'https://halvorsen.netsuite.example/app/common/entity/custjob.nl?id={id}',
				order: 'https://halvorsen.netsuite.example/app/accounting/transactions/salesord.nl?id={id}',
				invoice: 'https://halvorsen.netsuite.example/app/accounting/transactions/custinvc.nl?id={id}',
				credit_note: 'https://halvorsen.netsuite.example/app/accounting/transactions/custcred.nl?id={id}',
			},
			legalEntities: Object.fromEntries(
				Object.entries(legalEntities).map(([code, { subsidiary }]) => [code, subsidiary]),
			),
		},
	],
}

function serverOptions(options: SandboxOptions): NetsuiteOptions {
	return {
		integration: netsuiteIntegration(),
		seed: options.seed ?? 1,
		concurrency: options.concurrency ?? 5,
		timeZone: netsuiteTimeZone,
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
		serviceMilliseconds: options.serviceMilliseconds ?? 3,
		uncoveredDeletes: options.uncoveredDeletes ?? 'contact',
	}
}
