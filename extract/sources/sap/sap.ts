import { z } from 'zod'
import { type Auth, basicAuth, clientCredentials, staticHeaders } from '../../auth.ts'
import { certificateEnding } from '../../expiry.ts'
import { createTransport } from '../../http.ts'
import { type AllowRule, type Ask, defineSource, type Source, type SourceRequest } from '../../source.ts'
import { describeSet } from './describe.ts'
import { identityProblem } from './identity.ts'
import { sapCount, sapReading, systemQuery } from './requests.ts'
import { entitySets } from './sets.ts'
import { sapStreams } from './streams.ts'
import { trialBalance, trialBalanceReading, trialBalanceRule } from './trial-balance.ts'
import { sapVerdict } from './verdict.ts'

const options = z
	.object({
		url: z.url().describe('address of the API host, such as https://my300000-api.s4hana.cloud.sap'),
		app_url: z
			.url()
			.optional()
			.describe('where people work, such as https://my300000.s4hana.cloud.sap/ui: links to records lead there'),
		sap_client: z
			.string()
			.regex(/^\d{3}$/, 'is a client of three digits')
			.optional()
			.describe('the client, on private and on-premise systems'),
		user: z.string().min(1).optional().describe('communication user'),
		password: z.string().min(1).optional().describe('of the communication user'),
		client_id: z.string().min(1).optional().describe('OAuth client, for a login by client credentials'),
		client_secret: z.string().min(1).optional().describe('of the OAuth client'),
		token_url: z
			.url()
			.optional()
			.describe('where tokens are given out; `/sap/bc/sec/oauth2/token` of the same host, if absent'),
		certificate: z
			.string()
			.min(1)
			.optional()
			.describe(
				'PEM of the client certificate that the communication user is known by, with those above it: `tieout doctor` says before it ends',
			),
		private_key: z.string().min(1).optional().describe('PEM of the certificate’s key (PKCS#8)'),
		passphrase: z.string().min(1).optional().describe('of the key, where it has one'),
		api_key: z.string().min(1).optional().describe('of the trial on the API hub, in place of a login'),
		income_accounts: z
			.string()
			.regex(
				/^\s*\w+(\s*-\s*\w+)?(\s*,\s*\w+(\s*-\s*\w+)?)*\s*$/,
				'lists accounts and ranges, such as 41000000-41999999, 44000000',
			)
			.describe('the G/L accounts that hold revenue: ranges and single ones, as the service writes them'),
		ledger: z
			.string()
			.regex(/^\w{2}$/, 'is a ledger of two characters')
			.default('0L')
			.describe('the leading ledger, whose trial balance is compared'),
		income_from: z
			.enum(['entry_view', 'universal_journal'])
			.default('entry_view')
			.describe(
				'where revenue is read: operational entries, or the view of the universal journal that you publish, which also has entries without entry view',
			),
		exchange_rates: z
			.boolean()
			.default(true)
			.describe(
				'false where everything is in one currency: the view of rates is then not read, and need not be published',
			),
		exchange_rate_type: z
			.string()
			.regex(/^\w{1,4}$/, 'is a type of up to four characters')
			.default('M')
			.describe('the type of the daily rates'),
		page_size: z.number().int().min(10).max(5000).default(1000).describe('records of a page'),
		concurrency: z.number().int().min(1).max(10).default(3).describe('requests at once'),
	})
	.strict()
	.refine(
		(given) =>
			(given.user && given.password) || (given.client_id && given.client_secret) || given.certificate || given.api_key,
		{
			message: 'user and password, certificate and private_key, client_id and client_secret, or api_key are needed',
			path: ['user'],
		},
	)
	.superRefine(({ url, certificate, private_key: privateKey, passphrase }, { addIssue }) => {
		const problem = identityProblem({ certificate, privateKey, passphrase }, url)
		if (problem) addIssue({ code: 'custom', ...problem })
	})

/** Settings of an SAP S/4HANA connection. */
export type SapOptions = z.infer<typeof options>

const tokenPath = '/sap/bc/sec/oauth2/token'

/** What both kinds have: OData V2 and V4, pages by key, items with their documents. */
const both = (version: 'v4' | 'v2'): Omit<Source<SapOptions>, 'kind' | 'title'> => ({
	tables: 'sap',
	role: 'erp',
	options: options as unknown as z.ZodType<SapOptions>,
	secrets: (given) => [
		...[given.password, given.client_secret, given.api_key, given.private_key, given.passphrase].filter(
			(secret) => secret !== undefined,
		),
		...(given.user && given.password ? [Buffer.from(`${given.user}:${given.password}`).toString('base64')] : []),
	],
	origin: ({ url }) => new URL(url).origin,
	origins: (given) => [new URL(given.url).origin, new URL(tokenUrl(given)).origin],
	allow: [
		...readable(),
		trialBalanceRule,
		{ method: 'POST', path: tokenPath },
		{ method: 'POST', path: '/oauth/token' },
	],
	auth,
	transport: ({ certificate, private_key: privateKey, passphrase }) =>
		createTransport({}, certificate && privateKey ? { certificate, privateKey, passphrase } : undefined),
	expiry: ({ certificate }) =>
		certificateEnding(
			'the client certificate',
			certificate,
			'upload a new certificate to the communication user before that day, then change certificate and private_key',
		),
	verdict: sapVerdict,
	budget: ({ concurrency }) => ({ concurrency }),
	streams: sapStreams(version),
	inUse: ({ income_from: from, exchange_rates: hasRates }) =>
		sapStreams(version)
			.map(({ name }) => name)
			.filter((name) => name !== (from === 'universal_journal' ? 'income_items' : 'journal_items'))
			.filter((name) => hasRates || name !== 'exchange_rates'),
	revenueFrom: ({ income_from: from, ledger }) => (from === 'universal_journal' ? ledger : undefined),
	read: (query) => (query.stream.name === trialBalance ? trialBalanceReading(query) : sapReading(query)),
	describe: async (query, ask) => (query.stream.name === trialBalance ? null : await describeSet(query, ask)),
	describeRequests: ({ stream }) => (stream.name === trialBalance ? 0 : 1),
	count: async (query, ask) =>
		query.stream.name === trialBalance
			? { rows: null, reason: 'SAP counts no lines of its trial balance' }
			: await sapCount(query, ask),
	zone: () => 'UTC',
	recordUrl: ({ app_url: app }) => {
		// The launchpad's intents: a semantic object, an action and the key. Journal entries have three keys and are not linked to.
		if (!app) return {}
		const billing = `${app}#BillingDocument-displayBillingDocument?BillingDocument={id}`
		return { order: `${app}#SalesOrder-display?SalesOrder={id}`, invoice: billing, credit_note: billing }
	},
	referenceForm: 'text',
	probe: async (given, ask) => [await companies(given, ask), await revenue(given, ask)],
})

/** SAP S/4HANA, cloud and on-premise, with sales orders by V4. */
export const sap = defineSource<SapOptions>({ kind: 'sap', title: 'SAP S/4HANA', ...both('v4') })

/** The same for systems whose sales order service is V2 alone: it does not know at what time an order was entered. */
export const sapV2 = defineSource<SapOptions>({
	kind: 'sap_v2',
	title: 'SAP S/4HANA, sales orders by V2',
	...both('v2'),
})

function tokenUrl({ url, token_url: own }: SapOptions): string {
	return own ?? `${new URL(url).origin}${tokenPath}`
}

function auth(given: SapOptions): Auth {
	if (given.user && given.password) return basicAuth(given.user, given.password)
	if (given.client_id && given.client_secret)
		return clientCredentials({
			tokenUrl: tokenUrl(given),
			clientId: given.client_id,
			clientSecret: given.client_secret,
			isBasic: true,
		})
	// The certificate of the connection says who asks.
	if (given.certificate) return staticHeaders({})
	return staticHeaders({ apikey: given.api_key! })
}

const parameters = [
	'$filter',
	'$select',
	'$expand',
	'$orderby',
	'$top',
	'$skip',
	'$skiptoken',
	'$inlinecount',
	'$count',
	'$format',
]

/** The named sets, their counts and descriptions: the services also have actions (release, reject, cancel), which are no sets. */
function readable(): AllowRule[] {
	const sets = Object.values(entitySets).flatMap(({ root, set }) => [
		`${root}/${set}`,
		`${root}/${set}/$count`,
		`${root}/$metadata`,
	])
	return [...new Set(sets)].map((path) => ({ method: 'GET' as const, path, refuse: onlyQuestions }))
}

function onlyQuestions({ query = {} }: SourceRequest): string | null {
	const stranger = Object.keys(query).find((name) => !parameters.includes(name) && !name.startsWith('sap-'))
	return stranger === undefined ? null : `the parameter ${stranger} is none of a list's`
}

async function companies(given: SapOptions, ask: Ask) {
	const { root, set } = entitySets['company_codes']!
	const query = { $select: 'CompanyCode,CompanyCodeName,Currency', $format: 'json', ...systemQuery(given) }
	const { json } = await ask({ method: 'GET', path: `${root}/${set}`, query })
	const all = (json as { d: { results: Record<string, string>[] } }).d.results
	const names = all.map((one) => `${one['CompanyCode']} ${one['CompanyCodeName']} (${one['Currency']})`)
	return {
		name: 'company codes that the user sees',
		detail: names.join(', ') || 'none: legal_entities can name nothing',
	}
}

/** Whether the accounts that were named hold anything: a range written in another form than the service's finds nothing. */
async function revenue(given: SapOptions, ask: Ask) {
	const isUniversal = given.income_from === 'universal_journal'
	const { root, set } = entitySets[isUniversal ? 'journal_items' : 'income_items']!
	const [range = ''] = given.income_accounts.split(',')
	const [from = '', to = from] = range.trim().split(/\s*-\s*/)
	const accounts = `GLAccount ge '${from}' and GLAccount le '${to}'`
	const filter = isUniversal ? `Ledger eq '${given.ledger}' and ${accounts}` : accounts
	const query = { $filter: filter, ...systemQuery(given) }
	const { json } = await ask({ method: 'GET', path: `${root}/${set}/$count`, query, headers: { accept: 'text/plain' } })
	const detail =
		Number(json) > 0
			? `${json} journal entry items on ${range.trim()}`
			: `nothing was ever posted on ${range.trim()}: look at income_accounts`
	return { name: 'revenue', detail }
}
