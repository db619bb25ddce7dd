import { inEnvironment, type SandboxSystem } from '../system.ts'
import { entityCodes } from '../world/company/entities.ts'
import { settingOf } from '../world/company/setting.ts'
import { legalEntityId } from '../world/records/oracle/identifiers.ts'
import { ratePairs } from '../world/records/oracle/setup.ts'
import { undeclaredFields } from '../world/schema-events.ts'
import { oracleCredentials } from './credentials.ts'
import { eventAttribute, resources, storedResources } from './resources.ts'
import { createOracle } from './server.ts'

/** Oracle Fusion as the sandboxes start it. */
export const oracleSystem: SandboxSystem = {
	system: 'oracle',
	title: 'Oracle Fusion Cloud ERP',
	open: (options, events) => {
		const declared = resources.map((one) => {
			const more = undeclaredFields(events, 'oracle', one.name, one.attributes)
			return { ...one, attributes: [...one.attributes, ...more.map(eventAttribute)] }
		})
		return {
			stored: declared.flatMap((one) => storedResources(one)),
			serve: (parts) =>
				createOracle(
					{ ...parts, resources: declared },
					{
						tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
						serviceMilliseconds: options.serviceMilliseconds ?? 0,
					},
				),
		}
	},
	connections: (url, { isOneEntity }) => {
		const pairs = ratePairs(settingOf({ isOneEntity }))
		return [
			{
				name: 'erp',
				source: 'oracle',
				options: {
					url: inEnvironment('ORACLE_URL', url),
					username: inEnvironment('ORACLE_USERNAME', oracleCredentials.username),
					password: inEnvironment('ORACLE_PASSWORD', oracleCredentials.password),
					...(pairs.length > 0 && { currency_pairs: pairs.join(' '), rates_from: '2025-01-01' }),
				},
				recordUrl: {
					...Object.fromEntries(
						['customer', 'invoice', 'credit_note', 'journal'].map((object) => [
							object,
							`https://erp.halvorsen.example/${object}/{id}`,
						]),
					),
					order: 'https://erp.halvorsen.example/order?number={number}',
				},
				legalEntities: Object.fromEntries(entityCodes.map((code) => [code, legalEntityId(code)])),
			},
		]
	},
}
