import { entitiesInCrm, inEnvironment, ownOptions, type SandboxSystem } from '../system.ts'
import { undeclaredFields } from '../world/schema-events.ts'
import { espocrmCredentials } from './credentials.ts'
import { entitiesOf, espocrmEntities, eventAttribute, storedEntity } from './entities.ts'
import { createEspocrm } from './server.ts'

/** EspoCRM as the sandboxes start it. */
export const espocrmSystem: SandboxSystem = {
	system: 'espocrm',
	title: 'EspoCRM',
	open: ({ espocrmVersion: version = '10.0.1', isOneEntity }, events) => {
		const entities = espocrmEntities.map((entity) => {
			const more = undeclaredFields(events, 'espocrm', entity.name, entity.attributes)
			return { ...entity, attributes: [...entity.attributes, ...more.map(eventAttribute)] }
		})
		const theirs = entitiesOf(entities, { isOneEntity })
		return {
			stored: entities.map(storedEntity),
			serve: (parts) => createEspocrm({ ...parts, entities: theirs, version }),
		}
	},
	connections: (url, options) => [
		{
			name: 'crm',
			source: 'espocrm',
			options: {
				url: inEnvironment('ESPOCRM_URL', url),
				api_key: inEnvironment('ESPOCRM_API_KEY', espocrmCredentials.apiKey),
				...ownOptions(options, 'legal_entity'),
			},
			recordUrl: {
				account: 'https://crm.halvorsen.example/#Account/view/{id}',
				opportunity: 'https://crm.halvorsen.example/#Opportunity/view/{id}',
			},
			legalEntities: entitiesInCrm(options),
		},
	],
}
