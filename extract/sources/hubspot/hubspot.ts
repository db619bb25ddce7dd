import { z } from 'zod'
import { type Auth, byConsent, refreshToken, staticHeaders } from '../../auth.ts'
import { type Consent, defineSource, type SourceCount, type Stream } from '../../source.ts'
import { isZone } from '../../time-zone.ts'
import { hubspotDeletes } from './deletes.ts'
import { allowed, apiVersions, paths, tokenPath, versionEndings } from './paths.ts'
import { probeHubspot } from './probe.ts'
import { hubspotReading } from './read.ts'
import { countRequest, type HubspotQuery } from './request.ts'
import { hubspotStreams, isObject } from './streams.ts'
import { hubspotVerdict } from './verdict.ts'
import { refuseAccountZone } from './zone.ts'

const options = z
	.object({
		time_zone: z
			.string()
			.refine(isZone, 'a time zone of the IANA list, such as Europe/Berlin')
			.describe('the account’s zone (Settings, Account Management, Account Defaults): close dates are days in it'),
		access_token: z.string().optional().describe('of a private app: pat-…'),
		client_id: z.string().optional().describe('of an OAuth app'),
		client_secret: z.string().optional().describe('of an OAuth app'),
		refresh_token: z
			.string()
			.optional()
			.describe('that the OAuth app got when it was installed; `consent`, when tieout connect gets it'),
		url: z.url().default('https://api.hubapi.com').describe('where the API answers'),
		app_url: z
			.url()
			.default('https://app.hubspot.com')
			.describe('where people log in; accounts in Europe have app-eu1'),
		portal_id: z
			.string()
			.regex(/^\d+$/, 'must be digits, in quotes')
			.optional()
			.describe('the account’s number (Hub ID): links to deals and companies need it'),
		api_version: z.enum(apiVersions).default('v3').describe('HubSpot’s API by number or date'),
		requests_per_10_seconds: z
			.number()
			.int()
			.min(10)
			.max(250)
			.default(100)
			.describe('what the subscription permits an app: 100, Professional and Enterprise 190'),
		requests_per_day: z
			.number()
			.int()
			.min(1000)
			.default(250_000)
			.describe('what the subscription permits all private apps: 250,000, Professional 650,000, Enterprise 1,000,000'),
		concurrency: z.number().int().min(1).max(20).default(5).describe('requests at once'),
		legal_entity: z
			.string()
			.min(1)
			.optional()
			.describe('of companies and deals that name none: what `legal_entities` calls it for this connection'),
	})
	.strict()
	.refine(
		(given) => given.access_token !== undefined || (given.client_id && given.client_secret && given.refresh_token),
		{
			message: 'an access_token (private app), or client_id, client_secret and refresh_token (OAuth app) are needed',
			path: ['access_token'],
		},
	)

/** Settings of a HubSpot connection. */
export type HubspotOptions = z.infer<typeof options>

/**
 * An account may search five times a second, over all objects and apps (HubSpot's usage guidelines); nothing in the answers tells how
 * much is left. One of the five is left to others.
 */
const searches = { path: '/search', seconds: 1, requests: 4 }

/** HubSpot's CRM: lists for full reads, searches by stamp and id for changes, archived lists for deletions, links asked by keys. */
export const hubspot = defineSource<HubspotOptions>({
	kind: 'hubspot',
	title: 'HubSpot',
	role: 'crm',
	options: options as unknown as z.ZodType<HubspotOptions>,
	secrets: (given) =>
		[given.access_token, given.client_secret, given.refresh_token].filter((secret) => secret !== undefined),
	origin: ({ url }) => url,
	origins: ({ url }) => [url],
	allow: allowed,
	auth,
	consent,
	expiry: ({ api_version: version }) => versionEndings(version),
	verdict: hubspotVerdict,
	budget: (given) => ({
		concurrency: given.concurrency,
		windows: [
			{ seconds: 10, requests: given.requests_per_10_seconds },
			// An OAuth app has no limit of its own a day.
			...(given.access_token ? [{ seconds: 86_400, requests: given.requests_per_day }] : []),
		],
		apart: [searches],
	}),
	usage: (headers) => {
		const [maximum, left] = [headers['x-hubspot-ratelimit-daily'], headers['x-hubspot-ratelimit-daily-remaining']]
		if (!maximum || !left) return null
		return { quota: 'requests today', used: Number(maximum) - Number(left), maximum: Number(maximum) }
	},
	streams: hubspotStreams,
	ownLegalEntity: ({ legal_entity: entity }) => entity,
	read: hubspotReading,
	describeRequests: ({ stream }) => (isObject(stream) ? 1 : 0),
	describedTogether: hasDays,
	describe: async ({ stream, options: given }, ask) => {
		if (hasDays(stream)) await refuseAccountZone(given, ask)
		if (!isObject(stream)) return null
		const path = paths(given.api_version).properties(stream.object)
		const { json } = await ask({ method: 'GET', path, query: { archived: 'false' } })
		const { results } = json as {
			results: HubspotProperty[]
		}
		return {
			fields: Object.fromEntries(results.map(({ name, type }) => [name, type])),
			labels: Object.fromEntries(results.map(({ name, label }) => [name, label])),
			custom: results.filter(isOwn).map(({ name }) => name),
			// HubSpot requires nothing by itself (forms and pipelines do), and tells no lengths.
			options: Object.fromEntries(
				results.flatMap(({ name, type, options: values = [] }) =>
					type === 'enumeration' && values.length > 0
						? [[name, values.filter(({ hidden }) => !hidden).map(({ value }) => value)]]
						: [],
				),
			),
		}
	},
	deletes: (query, since) => (isObject(query.stream) ? hubspotDeletes(query, since) : null),
	count: async (query, ask) => (isObject(query.stream) ? await countOf(query, ask) : uncounted(query)),
	zone: ({ time_zone: zone }) => zone,
	// Every account answers under one address; a token does not say whose it is.
	account: ({ portal_id: portal }) => portal,
	recordUrl: ({ app_url: app, portal_id: portal }) =>
		// The type numbers of companies and deals (HubSpot's reference, "Understanding the CRM").
		portal
			? {
					account: `${app}/contacts/${portal}/record/0-2/{id}`,
					opportunity: `${app}/contacts/${portal}/record/0-3/{id}`,
				}
			: {},
	referenceForm: 'text',
	probe: probeHubspot,
})

/** Of a property's description: what is of use here. */
type HubspotProperty = {
	name: string
	type: string
	label: string
	hubspotDefined?: boolean
	calculated?: boolean
	options?: { value: string; hidden?: boolean }[]
}

/** A property of the company's own whose value stands in the record; HubSpot's own are some hundreds for each object. */
function isOwn({ hubspotDefined, calculated }: HubspotProperty): boolean {
	return hubspotDefined !== true && calculated !== true
}

function auth({ url, access_token: token, ...app }: HubspotOptions): Auth {
	if (token !== undefined) return staticHeaders({ authorization: `Bearer ${token}` })
	return refreshToken({
		tokenUrl: `${url}${tokenPath}`,
		clientId: app.client_id!,
		clientSecret: app.client_secret!,
		initial: app.refresh_token!,
	})
}

/** What is read (docs/systems/hubspot.md). HubSpot's pages know no PKCE ("OAuth quickstart guide"). */
const readScopes = [
	'oauth',
	...['companies', 'contacts', 'deals', 'line_items'].flatMap((name) => [
		`crm.objects.${name}.read`,
		`crm.schemas.${name}.read`,
	]),
	...['crm.objects.products.read', 'crm.objects.owners.read', 'settings.currencies.read'],
]

function consent({ url, app_url: appUrl, ...given }: HubspotOptions): Consent | null {
	if (given.access_token !== undefined || given.refresh_token !== byConsent) return null
	return {
		authorizeUrl: `${appUrl}/oauth/authorize`,
		client: { tokenUrl: `${url}${tokenPath}`, clientId: given.client_id!, clientSecret: given.client_secret! },
		scopes: readScopes,
		hasNoChallenge: true,
	}
}

/** A search's total. Of a whole list it is the least: what was written in the last minutes is listed, and not yet found. */
async function countOf(query: HubspotQuery, ask: Parameters<typeof probeHubspot>[1]): Promise<SourceCount> {
	const { json } = await ask(countRequest(query))
	const reason = query.stream.money && 'money: HubSpot adds nothing up'
	const isLeast = query.window.since === null
	return { rows: Number((json as { total: string }).total), ...(isLeast && { isLeast }), ...(reason && { reason }) }
}

function uncounted({ stream }: HubspotQuery): SourceCount {
	return { rows: null, reason: `HubSpot counts no ${stream.name.replaceAll('_', ' ')}` }
}

/** Whether the stream has days on the account's clock. */
function hasDays({ columns }: Stream): boolean {
	return Object.values(columns).some(({ type }) => type === 'zoned_date')
}
