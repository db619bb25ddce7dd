import { inEnvironment, type SandboxSystem } from '../system.ts'
import { legalEntities } from '../world/company/entities.ts'
import { siteZone } from '../world/records/erpnext/site.ts'
import { undeclaredFields } from '../world/schema-events.ts'
import { erpnextCredentials } from './credentials.ts'
import { doctypes, eventField, storedDoctype } from './doctypes.ts'
import { createErpnext } from './server.ts'

/** ERPNext as the sandboxes start it. */
export const erpnextSystem: SandboxSystem = {
	system: 'erpnext',
	title: 'ERPNext',
	open: (options, events) => {
		const declared = doctypes.map((doctype) => {
			const more = undeclaredFields(events, 'erpnext', doctype.name, doctype.fields)
			return { ...doctype, fields: [...doctype.fields, ...more.map(eventField)] }
		})
		return {
			stored: declared.map(storedDoctype),
			serve: (parts) =>
				createErpnext(
					{ ...parts, doctypes: declared },
					{
						tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
						serviceMilliseconds: options.serviceMilliseconds ?? 0,
					},
				),
		}
	},
	connections: (url) => [
		{
			name: 'erp',
			source: 'erpnext',
			options: {
				url: inEnvironment('ERPNEXT_URL', url),
				time_zone: siteZone,
				api_key: inEnvironment('ERPNEXT_API_KEY', erpnextCredentials.apiKey),
				api_secret: inEnvironment('ERPNEXT_API_SECRET', erpnextCredentials.apiSecret),
			},
			recordUrl: {
				customer: 'https://erp.halvorsen.example/app/customer/{id}',
				order: 'https://erp.halvorsen.example/app/sales-order/{id}',
				invoice: 'https://erp.halvorsen.example/app/sales-invoice/{id}',
				credit_note: 'https://erp.halvorsen.example/app/sales-invoice/{id}',
			},
			legalEntities: Object.fromEntries(Object.entries(legalEntities).map(([code, { name }]) => [code, name])),
		},
	],
}
