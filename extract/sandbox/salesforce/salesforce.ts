import type { SandboxOptions } from '../options.ts'
import { entitiesInCrm, inEnvironment, ownOptions, type SandboxSystem } from '../system.ts'
import { undeclaredFields } from '../world/schema-events.ts'
import { salesforceApp, salesforceCredentials } from './credentials.ts'
import { salesforceField } from './field.ts'
import { objectsOf, salesforceObjects, storedSalesforceObject } from './objects.ts'
import { largestPage } from './query.ts'
import { createSalesforce, type SalesforceOptions } from './server.ts'

/** Salesforce as the sandboxes start it. */
export const salesforceSystem: SandboxSystem = {
	system: 'salesforce',
	title: 'Salesforce',
	open: (options, events) => {
		const objects = salesforceObjects.map((object) => {
			const more = undeclaredFields(events, 'salesforce', object.name, object.fields)
			return {
				...object,
				fields: [...object.fields, ...more.map(({ field, type, label }) => salesforceField(`${field} ${type}`, label))],
			}
		})
		return {
			stored: objects.map(storedSalesforceObject),
			serve: (parts) => createSalesforce({ ...parts, objects: objectsOf(objects, options) }, serverOptions(options)),
		}
	},
	connections: (url, options) => [
		{
			name: 'crm',
			source: 'salesforce',
			options: {
				url: inEnvironment('SALESFORCE_URL', url),
				client_id: inEnvironment('SALESFORCE_CLIENT_ID', salesforceCredentials.clientId),
				client_secret: inEnvironment('SALESFORCE_CLIENT_SECRET', salesforceCredentials.clientSecret),
				...ownOptions(options, 'currency', 'legal_entity'),
			},
			recordUrl: 'https://halvorsen.my.salesforce.example/{id}',
			legalEntities: entitiesInCrm(options),
		},
	],
}

function serverOptions(options: SandboxOptions): SalesforceOptions {
	return {
		app: salesforceApp(options.rotatesRefreshTokens ?? false),
		seed: options.seed ?? 1,
		pageSize: Math.min(largestPage, options.pageSize ?? largestPage),
		dailyRequests: options.dailyRequests ?? { limit: 100_000, usedByOthers: 10_000 },
		concurrency: 25,
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 7200,
		deletedDays: options.deletedDays ?? 15,
		// Salesforce refuses OrderStatus, CaseStatus and TaskStatus; the sample company's object of that kind is this one.
		jobs: { refused: ['OpportunityStage'], failing: 0, resultRows: 50_000, ...options.bulk },
	}
}
