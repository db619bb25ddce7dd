import { z } from 'zod'
import { type Auth, basicAuth, clientCredentials, jwtBearer } from '../../auth.ts'
import { certificateEnding } from '../../expiry.ts'
import { type AllowRule, type Ask, defineSource, type SourceCount, type SourceRequest } from '../../source.ts'
import { describeResource, oracleResources } from './describe.ts'
import { probeOracle } from './probe.ts'
import { oracleReading } from './read.ts'
import { countRequest, type OracleQuery } from './request.ts'
import { applications, oracleStreams } from './streams.ts'
import { oracleVerdict } from './verdict.ts'

const options = z
	.object({
		url: z.url().describe('address of the pod, such as https://acme.fa.us2.oraclecloud.com'),
		version: z
			.string()
			.regex(/^[\w.]+$/)
			.default('11.13.18.05')
			.describe('version of the REST resources'),
		username: z.string().min(1).optional().describe('integration user, for a login by name and password'),
		password: z.string().min(1).optional().describe('of the integration user'),
		token_url: z
			.url()
			.optional()
			.describe('token endpoint of the identity domain: https://idcs-….identity.oraclecloud.com/oauth2/v1/token'),
		client_id: z.string().min(1).optional().describe('confidential application of the identity domain'),
		client_secret: z.string().min(1).optional().describe('of the application'),
		scope: z
			.string()
			.min(1)
			.optional()
			.describe('scope of the Fusion resource, such as urn:opc:resource:fa:instanceid=…urn:opc:resource:consumer::all'),
		user: z.string().min(1).optional().describe('user for whom the application speaks, for a JWT user assertion'),
		private_key: z.string().min(1).optional().describe('PKCS#8 PEM whose certificate the application trusts'),
		key_id: z.string().min(1).optional().describe('alias of that certificate'),
		certificate: z.string().min(1).optional().describe('PEM of that certificate: `tieout doctor` says before it ends'),
		time_zone: z.string().default('UTC').describe('zone whose days the moments of orders stand for'),
		currency_pairs: z
			.string()
			.regex(/^[A-Z]{3}\/[A-Z]{3}([\s,]+[A-Z]{3}\/[A-Z]{3})*$/, 'must be pairs of currencies, such as EUR/USD GBP/USD')
			.optional()
			.describe('rates to read, such as EUR/USD GBP/USD: Fusion gives none unless they are named'),
		rate_type: z
			.string()
			.regex(/^[^,;]+$/)
			.default('Corporate')
			.describe('type of the daily rates'),
		rates_from: z.iso.date().default('2024-01-01').describe('first day of the rates'),
		orders: z
			.boolean()
			.default(true)
			.describe('false where Order Management is not used: what was won is then not invoiced, and not `not_ordered`'),
		revenue_management: z
			.boolean()
			.default(true)
			.describe('false where Revenue Management is not used: revenue is then that of the distributions alone'),
		item_organization: z
			.string()
			.min(1)
			.optional()
			.describe('code of the item master organization; all are read if absent'),
		page_size: z
			.number()
			.int()
			.min(25)
			.max(499)
			.default(499)
			.describe('records of a page; more than 499 are not given'),
		concurrency: z.number().int().min(1).max(20).default(4).describe('requests at once'),
	})
	.strict()
	.refine(
		(given) =>
			(given.username && given.password) ||
			(given.token_url &&
				given.client_id &&
				given.client_secret &&
				given.scope &&
				Boolean(given.private_key) === Boolean(given.user)),
		{
			message:
				'username and password are needed; or token_url, client_id, client_secret and scope, with user and private_key to speak for a user',
			path: ['username'],
		},
	)

/** Settings of an Oracle Fusion connection. */
export type OracleOptions = z.infer<typeof options>

/** Oracle Fusion Cloud ERP over its REST resources: keyset pages by id in `q`; nothing tells of deletions, so all ids are read daily. */
export const oracle = defineSource<OracleOptions>({
	kind: 'oracle',
	title: 'Oracle Fusion Cloud ERP',
	role: 'erp',
	options: options as unknown as z.ZodType<OracleOptions>,
	secrets: (given) => [
		...[given.password, given.client_secret, given.private_key].filter((secret) => secret !== undefined),
		...(given.password ? [Buffer.from(`${given.username}:${given.password}`).toString('base64')] : []),
	],
	origin: ({ url }) => new URL(url).origin,
	origins: ({ url, token_url: tokenUrl }) => [new URL(url).origin, ...(tokenUrl ? [new URL(tokenUrl).origin] : [])],
	allow: [...oracleResources().flatMap(readsOf), { method: 'POST', path: '/oauth2/v1/token' }],
	auth,
	expiry: ({ certificate, private_key: key }) =>
		certificateEnding(
			'the certificate',
			certificate ?? key,
			'import a new one under Trusted client of the application, then change private_key, key_id and certificate',
		),
	verdict: oracleVerdict,
	// Oracle publishes no limits for these resources.
	budget: ({ concurrency }) => ({ concurrency }),
	streams: oracleStreams,
	inUse: (given) => {
		const unused = [
			...(given.currency_pairs ? [] : ['currency_rates']),
			...(given.orders ? [] : ['orders']),
			...(given.revenue_management ? [] : ['revenue_contracts']),
		]
		return oracleStreams.filter(({ name, within }) => !unused.includes(within?.stream ?? name)).map(({ name }) => name)
	},
	hasOrders: ({ orders }) => orders,
	read: oracleReading,
	describe: describeResource,
	count: countRows,
	zone: ({ time_zone: zone }) => zone,
	// Of the deep links only that of an order has a key which stays the same with its revisions (docs/systems/oracle.md).
	recordUrl: ({ url }) => ({
		order: `${new URL(url).origin}/fndSetup/faces/deeplink?objType=SALES_ORDER&action=VIEW&objKey=OrderNumber={number}`,
	}),
	referenceForm: 'text',
	probe: probeOracle,
})

const parameters = ['q', 'finder', 'expand', 'fields', 'onlyData', 'orderBy', 'limit', 'totalResults']

/** A resource's list and its description; nothing else of it is asked for, and no parameter that is none of a list's. */
function readsOf(resource: string): AllowRule[] {
	const path = `/${applications[resource] ?? 'fscmRestApi'}/resources/*/${resource}`
	const refuse = ({ query = {} }: SourceRequest) => {
		const stranger = Object.keys(query).find((name) => !parameters.includes(name))
		return stranger === undefined ? null : `the parameter ${stranger} is none of a list's`
	}
	return [
		{ method: 'GET', path, refuse },
		{ method: 'GET', path: `${path}/describe`, refuse },
	]
}

function auth(given: OracleOptions): Auth {
	if (given.username && given.password) return basicAuth(given.username, given.password)
	const client = { clientId: given.client_id!, clientSecret: given.client_secret!, isBasic: true }
	const scope = given.scope!
	if (!given.private_key || !given.user) return clientCredentials({ tokenUrl: given.token_url!, ...client, scope })
	return jwtBearer({
		tokenUrl: given.token_url!,
		key: given.private_key,
		algorithm: 'RS256',
		...(given.key_id && { keyId: given.key_id }),
		issuer: given.client_id!,
		subject: given.user,
		audience: 'https://identity.oraclecloud.com/',
		lifetime: 300,
		scope,
		client,
	})
}

/** `totalResults` of the same list without an offset. Oracle's reference calls it an estimate. There are no sums. */
async function countRows(query: OracleQuery, ask: Ask): Promise<SourceCount> {
	const { stream } = query
	if (stream.object === 'currencyRates')
		return { rows: null, reason: 'currencyRates answers to its finder only, and counts nothing' }
	const { json } = await ask(countRequest(query))
	const total = (json as { totalResults?: string }).totalResults
	if (total === undefined) return { rows: null, reason: 'the answer has no totalResults' }
	return { rows: Number(total), ...(stream.money && { reason: 'money: Fusion adds nothing up' }) }
}
