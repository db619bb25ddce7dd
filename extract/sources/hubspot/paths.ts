import type { Ending } from '../../source.ts'

/** The versions of HubSpot's API that can be asked: the numbered one, and the dated ones that follow it. Their answers are alike. */
export const apiVersions = ['v3', '2025-09', '2026-03', '2026-09'] as const

export type ApiVersion = (typeof apiVersions)[number]

/**
 * When HubSpot supports a version no longer (developers.hubspot.com: "Legacy APIs and Apps: What's Going Unsupported and When" of September
 * 2026, "Deprecating Support for HubSpot V4 APIs", and "Developer platform and API versioning": a dated version for 18 months). It may
 * answer still, without repairs.
 */
const supportEnds: Record<ApiVersion, [what: string, at: string][]> = {
	v3: [
		['HubSpot’s support of associations v4, which api_version v3 reads links by', '2027-03-30'],
		['HubSpot’s support of API version v3', '2027-09-01'],
	],
	'2025-09': [['HubSpot’s support of API version 2025-09', '2027-03-01']],
	'2026-03': [['HubSpot’s support of API version 2026-03', '2027-09-01']],
	'2026-09': [['HubSpot’s support of API version 2026-09', '2028-03-01']],
}

/** When support of a version ends, as HubSpot has announced it. */
export function versionEndings(version: ApiVersion): Ending[] {
	const next = `set api_version to a newer one: ${apiVersions.at(-1)}`
	return supportEnds[version].map(([what, at]) => ({ what, at: Date.parse(at), next }))
}

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
