import { z } from 'zod'
import { type Auth, privateKeyJwt } from '../../auth.ts'
import { certificateEnding } from '../../expiry.ts'
import { notOneSelect } from '../../guard.ts'
import { filterIgnored } from '../../misread.ts'
import { signedRequests } from '../../oauth1.ts'
import { type Ask, defineSource, type Page, type Query } from '../../source.ts'
import { netsuiteDeletes } from './deletes.ts'
import { describeRequests, describeTable } from './describe.ts'
import { editionOf, fullEdition, ownSubsidiary, streamsOf } from './edition.ts'
import { netsuiteStreams } from './streams.ts'
import { countStatement, localText, pageStatement, suiteqlPath, suiteqlRequest } from './suiteql.ts'
import { totalsOf } from './totals.ts'
import { netsuiteVerdict } from './verdict.ts'

const options = z
	.object({
		account: z.string().regex(/^\w+$/).describe('account id, such as 1234567 or 1234567_SB1'),
		url: z.url().optional().describe('address of SuiteTalk REST; the default follows from the account'),
		client_id: z.string().min(1).describe('consumer key of the integration record'),
		certificate_id: z
			.string()
			.min(1)
			.optional()
			.describe('id of the certificate mapping (OAuth 2.0 client credentials setup)'),
		private_key: z.string().min(1).optional().describe('PKCS#8 PEM of the certificate'),
		certificate: z
			.string()
			.optional()
			.describe(
				'PEM of the certificate that was uploaded: `tieout doctor` says before it ends (after two years at most)',
			),
		consumer_secret: z.string().min(1).optional().describe('of the integration record, for token-based authentication'),
		token_id: z.string().min(1).optional().describe('access token id, for token-based authentication'),
		token_secret: z.string().min(1).optional().describe('access token secret, for token-based authentication'),
		algorithm: z.enum(['PS256', 'ES256']).default('PS256').describe('of the key: RSA, or an elliptic curve (P-256)'),
		time_zone: z.string().default('America/Los_Angeles').describe('the account’s zone (Setup, Company Information)'),
		one_world: z.boolean().default(true).describe('false: the account has no OneWorld, so no subsidiaries'),
		currency: z
			.string()
			.regex(/^[A-Z]{3}$/, 'a currency’s code of three capital letters, such as USD')
			.optional()
			.describe('its one currency, such as USD, of an account without Multiple Currencies'),
		concurrency: z
			.number()
			.int()
			.min(1)
			.max(50)
			.default(2)
			.describe('requests at once; the account’s limit is shared by all'),
	})
	.strict()
	.refine(
		(given) =>
			(given.certificate_id && given.private_key) || (given.consumer_secret && given.token_id && given.token_secret),
		{
			message: 'certificate_id and private_key are needed, or consumer_secret, token_id and token_secret',
			path: ['private_key'],
		},
	)

/** Settings of a NetSuite connection. */
export type NetsuiteOptions = z.infer<typeof options>

const tokenPath = '/services/rest/auth/oauth2/v1/token'

/** NetSuite over SuiteQL: keyset pages by immutable keys, `deletedrecord` for deletions. */
export const netsuite = defineSource<NetsuiteOptions>({
	kind: 'netsuite',
	title: 'NetSuite',
	role: 'erp',
	options: options as unknown as z.ZodType<NetsuiteOptions>,
	secrets: (given) =>
		[given.private_key, given.consumer_secret, given.token_secret].filter((secret) => secret !== undefined),
	origin,
	origins: (given) => [origin(given)],
	allow: [
		{
			method: 'POST',
			path: suiteqlPath,
			refuse: ({ body }) => notOneSelect(String((body as { q?: unknown } | undefined)?.q ?? '')),
		},
		{ method: 'GET', path: '/services/rest/record/v1/metadata-catalog' },
		{ method: 'GET', path: '/services/rest/record/v1/metadata-catalog/*' },
		{ method: 'GET', path: '/services/rest/system/v1/serverTime' },
		{ method: 'GET', path: '/services/rest/system/v1/governanceLimits' },
		{ method: 'POST', path: tokenPath },
	],
	auth,
	expiry: ({ certificate, private_key: key }) =>
		certificateEnding(
			'the certificate',
			certificate ?? key,
			'make a new one (Setup, Integration, OAuth 2.0 Client Credentials), then change certificate_id, private_key and certificate',
		),
	verdict: netsuiteVerdict,
	budget: ({ concurrency }) => ({ concurrency }),
	streams: netsuiteStreams,
	inUse: (given) => streamsOf(netsuiteStreams, editionOf(given)),
	account: ({ account }) => account,
	ownCurrency: ({ currency }) => currency,
	ownLegalEntity: (given) => (editionOf(given).isOneWorld ? undefined : ownSubsidiary),
	read: (query) => {
		const size = query.pageSize ?? 1000
		const request = (after?: Record<string, string | null>) =>
			suiteqlRequest(pageStatement({ ...zoned(query), ...(after && { after }) }), size)
		const first = request(query.after)
		return {
			first,
			records: 'items',
			ignore: ['links'],
			pageSize: size,
			// Each page is a query of its own behind the last key: what is left tells whether there is more.
			next: ({ envelope, last }) => ((envelope as { hasMore?: boolean }).hasMore && last ? request(last) : null),
			total: (envelope, asked) => {
				const total = Number((envelope as { totalResults?: string }).totalResults ?? Number.NaN)
				const isOfAll = !query.after && JSON.stringify(asked) === JSON.stringify(first)
				// A query ends at 100,000 rows: there may be more. A later page's counts what is left.
				return !isOfAll || Number.isNaN(total) || total >= 100_000 ? null : total
			},
			refuse: (page) => refuseMisread(query, page, size),
		}
	},
	describe: (query, ask) => describeTable(zoned(query), ask),
	describeRequests: (query) => describeRequests(zoned(query)),
	deletes: (query, since) => netsuiteDeletes(query.stream, since, query.options.time_zone),
	count: async (query, ask) => {
		if (totalsOf(query.stream.name, fullEdition)) return await countGroups(query, ask)
		const { json } = await ask(suiteqlRequest(countStatement(zoned(query)), 1000))
		const { items } = json as { items: { currency?: string; rows_counted: string; total?: string }[] }
		const rows = items.reduce((sum, item) => sum + Number(item.rows_counted), 0)
		if (!query.fields[query.stream.money?.amount ?? '']) return { rows }
		return { rows, money: Object.fromEntries(items.map((item) => [item.currency ?? '(none)', item.total ?? '0'])) }
	},
	zone: ({ time_zone: zone }) => zone,
	recordUrl: ({ account }) => {
		const app = `https://${hostName(account)}.app.netsuite.com/app`
		const transaction = (page: string) => `${app}/accounting/transactions/${page}.nl?id={id}`
		return {
			customer: `${app}/common/entity/custjob.nl?id={id}`,
			order: transaction('salesord'),
			invoice: transaction('custinvc'),
			credit_note: transaction('custcred'),
			journal: transaction('journal'),
		}
	},
	referenceForm: 'text',
	probe: async (_, ask) => {
		const { json } = await ask({ method: 'GET', path: '/services/rest/system/v1/serverTime' })
		return [{ name: 'server time', detail: String((json as { serverTime: string }).serverTime) }]
	},
})

/** More rows than asked for, or one of before the window. Stamps are compared as they are written, on the account's clock. */
function refuseMisread({ stream, window, options: given }: Query<NetsuiteOptions>, page: Page, size: number): void {
	if (page.rows > size)
		throw filterIgnored('NetSuite', stream.object, `${page.rows} rows came where ${size} were asked for`)
	if (!stream.cursor || window.since === null || !page.last) return
	const stamp = page.last[stream.cursor.column] ?? ''
	const since = localText(window.since, given.time_zone)
	if (stamp >= since) return
	throw filterIgnored(
		'NetSuite',
		stream.object,
		`a row of ${stamp || 'no moment'} came where ${since} and later was asked for`,
	)
}

/** By certificate, or by a token whose secret signs each request (`realm`: the account id, upper case with `_`). */
function auth(given: NetsuiteOptions): Auth {
	const { client_id: consumerKey, consumer_secret: consumerSecret, token_id: token, token_secret: tokenSecret } = given
	if (consumerSecret && token && tokenSecret)
		return signedRequests({
			...{ consumerKey, consumerSecret, token, tokenSecret },
			realm: given.account.toUpperCase().replaceAll('-', '_'),
		})
	return privateKeyJwt({
		tokenUrl: `${origin(given)}${tokenPath}`,
		key: given.private_key!,
		algorithm: given.algorithm,
		keyId: given.certificate_id!,
		issuer: consumerKey,
		audience: `${origin(given)}${tokenPath}`,
		lifetime: 300,
		claims: { scope: ['rest_webservices'] },
	})
}

function origin({ url, account }: NetsuiteOptions): string {
	return url ?? `https://${hostName(account)}.suitetalk.api.netsuite.com`
}

/** The account id as hosts write it: `1234567_SB1` is `1234567-sb1`. */
function hostName(account: string): string {
	return account.toLowerCase().replaceAll('_', '-')
}

/** How many sums there are: NetSuite says it with any page of them. */
async function countGroups(query: Query<NetsuiteOptions>, ask: Ask) {
	const { json } = await ask(suiteqlRequest(pageStatement(zoned(query)), 1))
	return { rows: Number((json as { totalResults: string }).totalResults) }
}

function zoned(query: Query<NetsuiteOptions>) {
	return { ...query, zone: query.options.time_zone, edition: editionOf(query.options) }
}
