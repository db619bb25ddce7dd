/** The versions of HubSpot's API that can be asked: the numbered one, and the dated ones that follow it. Their answers are alike. */
export const apiVersions = ['v3', '2025-09', '2026-03', '2026-09'] as const

export type ApiVersion = (typeof apiVersions)[number]

/** Where each resource stands in a version (HubSpot's reference, "latest" and "legacy"). */
export function paths(version: ApiVersion) {
	const isNumbered = version === 'v3'
	const crm = (name: string) => (isNumbered ? `/crm/v3/${name}` : `/crm/${name}/${version}`)
	const settings = isNumbered ? '/settings/v3/currencies' : `/settings/currencies/${version}`
	// The associations of the numbered version are one number further.
	const associations = isNumbered ? '/crm/v4/associations' : crm('associations')
	return {
		list: (object: string) => `${crm('objects')}/${object}`,
		search: (object: string) => `${crm('objects')}/${object}/search`,
		batch: (object: string) => `${crm('objects')}/${object}/batch/read`,
		links: (from: string, to: string) => `${associations}/${from}/${to}/batch/read`,
		properties: (object: string) => `${crm('properties')}/${object}`,
		pipelines: (object: string) => `${crm('pipelines')}/${object}`,
		owners: crm('owners'),
		exchangeRates: `${settings}/exchange-rates`,
		account: `/account-info/${version}/details`,
		usage: `/account-info/${version}/api-usage/daily/private-apps`,
	}
}

/** Where an OAuth app gets its tokens. */
export const tokenPath = '/oauth/v1/token'

/** Every read of every version; nothing else is sent. The two POSTs of records and the one of links end in their verb. */
export const allowed = [
	...['/crm/v3', '/crm'].flatMap((root) => {
		const at = (name: string) => (root === '/crm' ? `/crm/${name}/20*` : `/crm/v3/${name}`)
		return [
			{ method: 'GET' as const, path: `${at('objects')}/*` },
			{ method: 'POST' as const, path: `${at('objects')}/*/search` },
			{ method: 'POST' as const, path: `${at('objects')}/*/batch/read` },
			{ method: 'GET' as const, path: `${at('properties')}/*` },
			{ method: 'GET' as const, path: `${at('pipelines')}/*` },
			{ method: 'GET' as const, path: at('owners') },
		]
	}),
	{ method: 'POST' as const, path: '/crm/v4/associations/*/*/batch/read' },
	{ method: 'POST' as const, path: '/crm/associations/20*/*/*/batch/read' },
	{ method: 'GET' as const, path: '/settings/v3/currencies/exchange-rates' },
	{ method: 'GET' as const, path: '/settings/currencies/20*/exchange-rates' },
	{ method: 'GET' as const, path: '/account-info/*/details' },
	{ method: 'GET' as const, path: '/account-info/*/api-usage/daily/private-apps' },
	{ method: 'POST' as const, path: tokenPath },
]
