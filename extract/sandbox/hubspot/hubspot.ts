import type { SandboxOptions } from '../options.ts'
import { entitiesInCrm, inEnvironment, ownOptions, type SandboxSystem } from '../system.ts'
import { settingOf } from '../world/company/setting.ts'
import { accountZone } from '../world/records/hubspot/stamps.ts'
import { undeclaredFields } from '../world/schema-events.ts'
import { hubspotCredentials, portalId } from './credentials.ts'
import { eventProperty, hubspotObjects, objectsOf, otherStored, storedHubspotObject } from './objects.ts'
import { createHubspot, type HubspotServerOptions } from './server.ts'

/** HubSpot as the sandboxes start it. */
export const hubspotSystem: SandboxSystem = {
	system: 'hubspot',
	title: 'HubSpot',
	open: (options, events) => {
		const objects = hubspotObjects.map((object) => {
			const more = undeclaredFields(events, 'hubspot', object.name, object.properties)
			return { ...object, properties: [...object.properties, ...more.map(eventProperty)] }
		})
		return {
			stored: [...objects.map(storedHubspotObject), ...otherStored],
			serve: (parts) => createHubspot({ ...parts, objects: objectsOf(objects, options) }, serverOptions(options)),
		}
	},
	connections: (url, options) => [
		{
			name: 'crm',
			source: 'hubspot',
			options: {
				url: inEnvironment('HUBSPOT_URL', url),
				time_zone: accountZone,
				access_token: inEnvironment('HUBSPOT_ACCESS_TOKEN', hubspotCredentials.accessToken),
				requests_per_10_seconds: 190,
				requests_per_day: 1_000_000,
				...ownOptions(options, 'legal_entity'),
			},
			recordUrl: {
				account: `https://app-eu1.hubspot.example/contacts/${portalId}/record/0-2/{id}`,
				opportunity: `https://app-eu1.hubspot.example/contacts/${portalId}/record/0-3/{id}`,
			},
			legalEntities: entitiesInCrm(options),
		},
	],
}

/** An Enterprise account with the pack that raises the limit of ten seconds. */
function serverOptions(options: SandboxOptions): HubspotServerOptions {
	const { limit, usedByOthers } = options.dailyRequests ?? { limit: 1_000_000, usedByOthers: 20_000 }
	return {
		limits: { tenSeconds: 250, searches: 5, day: limit, usedByOthers },
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 1800,
		searchLag: 120,
		currencies: settingOf({ isOneEntity: options.isOneEntity }).currencies,
	}
}
