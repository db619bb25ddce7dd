import { z } from 'zod'
import { type Auth, byConsent, clientCredentials, jwtBearer, refreshToken } from '../../auth.ts'
import { filterIgnored } from '../../misread.ts'
import {
	type Ask,
	type Consent,
	type Description,
	defineSource,
	type Page,
	type Query,
	type Reading,
	type SourceCount,
	type SourceRequest,
} from '../../source.ts'
import { refuseCurrency, streamsOfCurrencies, withoutCurrencies } from './currency.ts'
import { salesforceDeletes } from './deletes.ts'
import { salesforceExpiry } from './expiry.ts'
import { notAQueryJob, notAQuietQuery, queryJob } from './jobs.ts'
import { salesforceStreams } from './streams.ts'
import { groupMembers, isTotals, mostGroups, totalsLines, totalsQuery } from './totals.ts'
import { salesforceVerdict } from './verdict.ts'
import { visibility } from './visibility.ts'

const options = z
	.object({
		url: z.url().describe('My Domain address of the org, such as https://acme.my.salesforce.com'),
		login_url: z.url().optional().describe('where tokens are given; the default is `url`'),
		client_id: z.string().min(1).describe('consumer key of the external client app'),
		client_secret: z.string().optional().describe('consumer secret: client credentials, and refresh tokens'),
		username: z.string().optional().describe('the integration user, for a signed login (JWT bearer)'),
		private_key: z.string().optional().describe('PKCS#8 PEM, for a signed login (JWT bearer, RS256)'),
		certificate: z
			.string()
			.optional()
			.describe('PEM of the certificate that belongs to private_key: `tieout doctor` says before it ends'),
		refresh_token: z
			.string()
			.optional()
			.describe('for a login by refresh token; `consent`, when tieout connect gets it'),
		audience: z.url().default('https://login.salesforce.com').describe('login or test host, for a signed login'),
		api_version: z
			.string()
			.regex(/^\d+\.\d$/)
			.default('66.0')
			.describe('fields and objects depend on it'),
		bulk_above: z
			.number()
			.int()
			.min(0)
			.default(50_000)
			.describe('a full read of at least so many records is a Bulk API 2.0 job; 0: never'),
		concurrency: z.number().int().min(1).max(20).default(5).describe('requests at once'),
		currency: z
			.string()
			.regex(/^[A-Z]{3}$/, 'is a currency, such as USD')
			.optional()
			.describe('of an org with one currency, whose records name none'),
		legal_entity: z
			.string()
			.min(1)
			.optional()
			.describe('of accounts and opportunities that name none: what `legal_entities` calls it for this connection'),
	})
	.strict()
	.refine((given) => given.private_key || given.refresh_token || given.client_secret, {
		message: 'one of client_secret, private_key (with username) or refresh_token is needed',
		path: ['client_secret'],
	})

/** Settings of a Salesforce connection. */
export type SalesforceOptions = z.infer<typeof options>

/** Salesforce over its REST API: SOQL with query locators, `queryAll` and `/deleted/` for deletions. */
export const salesforce = defineSource<SalesforceOptions>({
	kind: 'salesforce',
	title: 'Salesforce',
	role: 'crm',
	options: options as unknown as z.ZodType<SalesforceOptions>,
	secrets: (given) =>
		[given.client_secret, given.private_key, given.refresh_token].filter((secret) => secret !== undefined),
	origin: (given) => given.url,
	origins: (given) => [
		given.url,
		given.login_url ?? given.url,
		'https://*.my.salesforce.com',
		'https://*.salesforce.com',
	],
	allow: [
		{ method: 'GET', path: '/services/data/v*' },
		{ method: 'GET', path: '/services/data/v*/query', refuse: ({ query }) => notAQuietQuery(query?.['q'] ?? '') },
		{ method: 'GET', path: '/services/data/v*/queryAll', refuse: ({ query }) => notAQuietQuery(query?.['q'] ?? '') },
		{ method: 'GET', path: '/services/data/v*/query/*' },
		{ method: 'GET', path: '/services/data/v*/queryAll/*' },
		{ method: 'GET', path: '/services/data/v*/sobjects/' },
		{ method: 'GET', path: '/services/data/v*/sobjects/*/describe' },
		{ method: 'GET', path: '/services/data/v*/sobjects/*/deleted/' },
		{ method: 'GET', path: '/services/data/v*/limits' },
		{ method: 'POST', path: '/services/data/v*/jobs/query', refuse: notAQueryJob },
		{ method: 'GET', path: '/services/data/v*/jobs/query/*' },
		{ method: 'GET', path: '/services/data/v*/jobs/query/*/results' },
		{ method: 'POST', path: '/services/oauth2/token' },
	],
	auth,
	expiry: salesforceExpiry,
	consent,
	verdict: salesforceVerdict,
	budget: ({ concurrency }) => ({ concurrency }),
	usage: (headers) => {
		const match = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '')
		return match ? { quota: 'requests in 24 hours', used: Number(match[1]), maximum: Number(match[2]) } : null
	},
	streams: salesforceStreams,
	inUse: ({ currency }) =>
		salesforceStreams
			.map(({ name }) => name)
			.filter((name) => currency === undefined || !streamsOfCurrencies.includes(name)),
	ownCurrency: ({ currency }) => currency,
	ownLegalEntity: ({ legal_entity: entity }) => entity,
	read: (query) =>
		isTotals(query)
			? readTotals(query)
			: {
					first: soqlRequest(
						query,
						`select ${selected(query).join(', ')} from ${query.stream.object}${where(query, query.after)}${order(query)}`,
					),
					records: 'records',
					ignore: ['attributes'],
					// Salesforce says how long a page is, and makes those of wide records shorter.
					requests: (rows) => Math.max(1, Math.ceil(rows / 2000)),
					next: ({ envelope }) => {
						const { nextRecordsUrl, done } = envelope as { nextRecordsUrl?: string; done: boolean }
						return done || !nextRecordsUrl ? null : { method: 'GET', path: nextRecordsUrl }
					},
					// A query that starts behind a record counts only what is left.
					total: (envelope) => (query.after ? null : Number((envelope as { totalSize: string }).totalSize)),
					isExpired: (code) => code === 'INVALID_QUERY_LOCATOR',
					refuse: (page) => refuseOlder(query, page),
				},
	job: (query, rows) => {
		const { bulk_above: least } = query.options
		const isFlat = selected(query).every((field) => !field.includes('.'))
		// An order would keep Salesforce from working in chunks.
		const soql = `select ${selected(query).join(', ')} from ${query.stream.object}${where(query)}`
		return least > 0 && rows >= least && isFlat && !isTotals(query) ? queryJob(query, soql, base(query.options)) : null
	},
	describe: async (query, ask) => {
		const { stream, options } = query
		const description = (object: string) => ask({ method: 'GET', path: `${base(options)}/sobjects/${object}/describe` })
		const { json } = await description(stream.object).catch(async (error) => {
			throw await withoutCurrencies(query, error, description)
		})
		const { fields } = json as { fields: SalesforceFieldFacts[] }
		refuseCurrency(
			query,
			fields.map(({ name }) => name),
		)
		if (isTotals(query)) return totalsDescription(query, fields)
		return {
			fields: Object.fromEntries(fields.map((field) => [field.name, field.type])),
			labels: Object.fromEntries(fields.map((field) => [field.name, field.label])),
			custom: fields.filter(isKept).map(({ name }) => name),
			required: fields.filter(({ nillable }) => nillable === false).map(({ name }) => name),
			// Numbers come as text; a length of 0 is none.
			lengths: Object.fromEntries(
				fields.flatMap(({ name, length }) => (Number(length) > 0 ? [[name, Number(length)]] : [])),
			),
			options: Object.fromEntries(
				fields.flatMap(({ name, type, picklistValues = [] }) =>
					type.endsWith('picklist')
						? [[name, picklistValues.filter(({ active }) => active).map(({ value }) => value)]]
						: [],
				),
			),
		}
	},
	deletes: (query, since) => (query.stream.deletedWhen ? salesforceDeletes(query, since, base(query.options)) : null),
	count: async (query, ask) => {
		if (isTotals(query)) return await countTotals(query, ask)
		const { json } = await ask(soqlRequest(query, `select count() from ${query.stream.object}${where(query)}`))
		const reason = query.stream.money && 'money: Salesforce adds up in its default currency only'
		return { rows: Number((json as { totalSize: string }).totalSize), ...(reason && { reason }) }
	},
	recordUrl: ({ url }) => {
		const page = (name: string) =>
			`${url.replace('.my.salesforce.com', '.lightning.force.com')}/lightning/r/${name}/{id}/view`
		return { account: page('Account'), opportunity: page('Opportunity') }
	},
	referenceForm: 'salesforce',
	probe: async (given, ask) => [await limits(given, ask), await visibility(base(given), ask)],
})

/** Of a field in Salesforce's describe: what is of use here. */
type SalesforceFieldFacts = {
	name: string
	type: string
	label: string
	length?: string
	nillable?: boolean
	calculated?: boolean
	picklistValues?: { active: boolean; value: string }[]
}

/** A field of the company's own with a value in the record: a formula changes by itself, compound ones and files can't be had in CSV. */
function isKept({ name, type, length, calculated }: SalesforceFieldFacts): boolean {
	const isPlain = !['address', 'location', 'base64', 'encryptedstring', 'complexvalue', 'anyType'].includes(type)
	return name.endsWith('__c') && calculated !== true && isPlain && Number(length ?? 0) <= longestText
}

/** Characters of a text that is kept without being declared: longer ones are files by another name. */
const longestText = 1000

function auth(given: SalesforceOptions): Auth {
	const tokenUrl = `${given.login_url ?? given.url}/services/oauth2/token`
	const { client_id: clientId, client_secret: clientSecret } = given
	if (given.refresh_token)
		return refreshToken({ tokenUrl, clientId, ...(clientSecret && { clientSecret }), initial: given.refresh_token })
	if (!given.private_key) return clientCredentials({ tokenUrl, clientId, clientSecret: clientSecret! })
	// Salesforce takes assertions that end within about three minutes.
	return jwtBearer({
		tokenUrl,
		key: given.private_key,
		algorithm: 'RS256',
		issuer: clientId,
		subject: given.username ?? '',
		audience: given.audience,
		lifetime: 150,
	})
}

function consent(given: SalesforceOptions): Consent | null {
	if (given.refresh_token !== byConsent) return null
	const login = `${given.login_url ?? given.url}/services/oauth2`
	const { client_id: clientId, client_secret: clientSecret } = given
	return {
		authorizeUrl: `${login}/authorize`,
		client: { tokenUrl: `${login}/token`, clientId, ...(clientSecret && { clientSecret }) },
		scopes: ['api', 'refresh_token'],
	}
}

function base({ api_version: version }: SalesforceOptions): string {
	return `/services/data/v${version}`
}

/** `queryAll` also answers what lies in the recycle bin. */
function soqlRequest({ options: given, isLive }: Query<SalesforceOptions>, soql: string): SourceRequest {
	return { method: 'GET', path: `${base(given)}/${isLive ? 'query' : 'queryAll'}`, query: { q: soql } }
}

/** How many sums there are, where one answer holds them all. */
async function countTotals({ after: _, ...whole }: Query<SalesforceOptions>, ask: Ask): Promise<SourceCount> {
	const { json } = await ask(totalsRequest(whole))
	const rows = Number((json as { totalSize: string }).totalSize)
	return rows < mostGroups ? { rows } : { rows: null, reason: 'Salesforce counts no groups beyond 2,000' }
}

function totalsRequest(query: Query<SalesforceOptions>): SourceRequest {
	return { method: 'GET', path: `${base(query.options)}/queryAll`, query: { q: totalsQuery(query) } }
}

/** Of the object's fields those that are grouped by; the sums are none of them, nor is the org's one currency (of the type that it has elsewhere). */
function totalsDescription(query: Query<SalesforceOptions>, fields: SalesforceFieldFacts[]): Description {
	const asked = new Set(Object.values(query.fields).map((field) => field?.toLowerCase()))
	const found = fields.filter(({ name }) => asked.has(name.toLowerCase())).map(({ name, type }) => [name, type])
	const own = query.options.currency && { CurrencyIsoCode: 'picklist' }
	return { fields: { ...Object.fromEntries(found), ...groupMembers, ...own } }
}

/** Of what is not deleted, as reports count it. */
function readTotals(query: Query<SalesforceOptions>): Reading {
	return {
		first: totalsRequest(query),
		records: '',
		ignore: ['attributes'],
		lines: (page) => totalsLines(page, query),
		next: (page) => (page.rows >= mostGroups && page.last ? totalsRequest({ ...query, after: page.last }) : null),
	}
}

function selected({ fields, extra = {} }: Query<SalesforceOptions>): string[] {
	return [...new Set([...Object.values(fields).filter((field) => field !== null), ...Object.keys(extra)])]
}

/** The bounds, or what lies behind a record: the same stamp and a greater id, or a later stamp. */
function where({ stream, window }: Query<SalesforceOptions>, after?: Record<string, string | null>): string {
	if (!stream.cursor) return after ? ` where Id > '${after['id']}'` : ''
	const field = stream.columns[stream.cursor.column]!.field
	const conditions = [`${field} <= ${datetime(window.until)}`]
	if (window.since !== null) conditions.unshift(`${field} >= ${datetime(window.since)}`)
	const stamp = after?.[stream.cursor.column]
	if (stamp) {
		const last = datetime(Date.parse(stamp))
		conditions.push(`(${field} > ${last} or (${field} = ${last} and Id > '${after!['id']}'))`)
	}
	return ` where ${conditions.join(' and ')}`
}

/** A record of before the window: the condition was not understood. Salesforce's stamps are compared as it filters by them. */
function refuseOlder({ stream, window }: Query<SalesforceOptions>, { last }: Page): void {
	if (!stream.cursor || window.since === null || !last) return
	const stamp = last[stream.cursor.column]
	if (Date.parse(stamp ?? '') >= window.since - 1000) return
	throw filterIgnored(
		'Salesforce',
		stream.object,
		`a record of ${stamp ?? 'no moment'} came where ${datetime(window.since)} and later was asked for`,
	)
}

function order({ stream }: Query<SalesforceOptions>): string {
	if (!stream.cursor) return ' order by Id asc'
	return ` order by ${stream.columns[stream.cursor.column]!.field} asc, Id asc`
}

/** A SOQL datetime is not quoted. */
function datetime(at: number): string {
	return new Date(at).toISOString()
}

async function limits(given: SalesforceOptions, ask: Ask) {
	const { json } = await ask({ method: 'GET', path: `${base(given)}/limits` })
	const { Max, Remaining } = (json as Record<string, { Max: string; Remaining: string }>)['DailyApiRequests']!
	return { name: 'requests left today', detail: `${Remaining} of ${Max}` }
}
