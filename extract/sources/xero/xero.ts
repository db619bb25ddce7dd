import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Auth, byConsent, clientCredentials, refreshToken } from '../../auth.ts'
import { idleEnding } from '../../expiry.ts'
import { type Ask, type Consent, defineSource } from '../../source.ts'
import { profitAndLoss, profitAndLossReading } from './profit-and-loss.ts'
import { base, tenantHeader, xeroCount, xeroReading } from './requests.ts'
import { endpoints, scopes, xeroStreams } from './streams.ts'
import { xeroVerdict } from './verdict.ts'

const options = z
	.object({
		tenant_id: z
			.uuid()
			.optional()
			.describe('the organisation, as GET /connections names it; a custom connection needs none'),
		client_id: z.string().min(1).describe('of the web app or the custom connection'),
		client_secret: z.string().optional().describe('of a web app or a custom connection; an app with PKCE has none'),
		refresh_token: z
			.string()
			.optional()
			.describe(
				'`consent`, when tieout connect gets it, or one that you have; without it the app is a custom connection',
			),
		login: z
			.string()
			.optional()
			.describe(
				'a name for the login, alike in all connections that came from one consent; found from the refresh token if absent',
			),
		scopes: z
			.string()
			.optional()
			.describe(
				'divided by spaces; a custom connection has all of its own, and a consent asks for what is read, if absent',
			),
		url: z.url().default('https://api.xero.com').describe('where the API answers'),
		login_url: z.url().default('https://identity.xero.com').describe('where tokens are given'),
		app_url: z.url().default('https://go.xero.com').describe('where people look at records'),
		short_code: z
			.string()
			.regex(/^[!\w-]+$/)
			.optional()
			.describe('the organisation’s ShortCode: links then open it, whichever one the person was in'),
		consent_url: z
			.url()
			.default('https://login.xero.com/identity/connect/authorize')
			.describe('the page of the consent'),
		page_size: z.number().int().min(1).max(1000).default(1000).describe('records of a page'),
		concurrency: z
			.number()
			.int()
			.min(1)
			.max(5)
			.default(4)
			.describe('requests at once; Xero takes 5 of one app and organisation'),
		requests_per_minute: z.number().int().min(1).default(60).describe('what Xero takes of one organisation'),
		requests_per_day: z
			.number()
			.int()
			.min(100)
			.default(5000)
			.describe('what the app’s tier allows for one organisation: 1,000 on Starter, else 5,000'),
	})
	.strict()
	.refine((given) => given.refresh_token || given.client_secret, {
		message: 'a custom connection needs its client_secret; any other app a refresh_token',
		path: ['client_secret'],
	})
	.refine((given) => !given.refresh_token || given.refresh_token === byConsent || given.tenant_id, {
		message: 'one login can reach several organisations: name the one that this connection reads',
		path: ['tenant_id'],
	})

/** Settings of a Xero connection: one organisation, which is one legal entity. */
export type XeroOptions = z.infer<typeof options>

/** Xero's Accounting API: one organisation per connection, pages of 1,000, what changed by `If-Modified-Since`. */
export const xero = defineSource<XeroOptions>({
	kind: 'xero',
	title: 'Xero',
	role: 'erp',
	options: options as unknown as z.ZodType<XeroOptions>,
	secrets: (given) => [given.client_secret, given.refresh_token].filter((secret) => secret !== undefined),
	origin: (given) => given.url,
	origins: (given) => [given.url, given.login_url],
	allow: [
		...Object.keys(endpoints).map((endpoint) => ({ method: 'GET' as const, path: `${base}/${endpoint}` })),
		{ method: 'GET', path: `${base}/${profitAndLoss}` },
		{ method: 'GET', path: '/connections' },
		{ method: 'POST', path: '/connect/token' },
	],
	auth,
	login,
	consent,
	// A refresh token is good for 60 days (developer.xero.com/faq/oauth2); each use gives a new one.
	expiry: (_, tokens) =>
		idleEnding(tokens, 60, 'read the connection before that day; afterwards a person must consent again'),
	reach: async (given, ask) => [await reachable(given, ask)],
	verdict: xeroVerdict,
	// Another tenant is no matter of scopes.
	permission: ({ path }, code) =>
		code === 'AuthenticationUnsuccessful' || !path.startsWith(`${base}/`)
			? null
			: `the scope ${scopes[path.slice(base.length + 1)]}`,
	budget: (given) => ({
		concurrency: given.concurrency,
		windows: [
			{ seconds: 60, requests: given.requests_per_minute },
			{ seconds: 86_400, requests: given.requests_per_day },
		],
	}),
	usage: (headers, given) => {
		const left = Number(headers['x-daylimit-remaining'] ?? Number.NaN)
		if (Number.isNaN(left)) return null
		const maximum = Math.max(given.requests_per_day, left)
		return {
			quota: 'requests in a day',
			used: maximum - left,
			maximum,
			...(left < starterDay && maximum > starterDay && { next: starter }),
		}
	},
	streams: xeroStreams,
	read: (query) => (query.stream.object === profitAndLoss ? profitAndLossReading(query) : xeroReading(query)),
	count: xeroCount,
	account: ({ tenant_id: tenant }) => tenant,
	zone: () => 'UTC',
	recordUrl: ({ app_url: app, short_code: code }) => {
		// developer.xero.com, "Deep link to Xero". Journals are none of the pages that may be linked to.
		const page = (path: string) =>
			code ? `${app}/organisationlogin/default.aspx?shortcode=${code}&redirecturl=${path}` : `${app}${path}`
		return {
			customer: page('/Contacts/View/{id}'),
			invoice: page('/AccountsReceivable/View.aspx?InvoiceID={id}'),
			credit_note: page('/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={id}'),
		}
	},
	hasOrders: () => false,
	referenceForm: 'text',
	probe: async (given, ask) => [await reachable(given, ask), await organisation(given, ask)],
})

/** Requests in a day of one organisation that an app on the tier Starter has; all others have 5,000 (developer.xero.com/pricing). */
const starterDay = 1000

/** Xero says what is left of a day, not of how many. */
const starter =
	'run it again when there is room again; if the app is on the tier Starter, which has 1,000 requests a day, write requests_per_day: 1000 under the connection’s options'

function auth(given: XeroOptions): Auth {
	const { client_id: clientId, client_secret: clientSecret, refresh_token: initial, scopes } = given
	const client = { tokenUrl: `${given.login_url}/connect/token`, clientId }
	if (!initial)
		return clientCredentials({
			...client,
			clientSecret: clientSecret!,
			isBasic: true,
			...(scopes && { scope: scopes }),
		})
	return refreshToken({ ...client, initial, ...(clientSecret && { clientSecret, isBasic: true }) })
}

/** What is read; apps of before March 2026 have the older, broader scopes, and say so under `scopes`. */
const readScopes = ['offline_access', ...new Set(Object.values(scopes))]

/** One consent reaches every organisation that the person ticks; `tieout connect` lists them. */
function consent(given: XeroOptions): Consent | null {
	if (given.refresh_token !== byConsent) return null
	const { client_id: clientId, client_secret: clientSecret } = given
	return {
		authorizeUrl: given.consent_url,
		client: {
			tokenUrl: `${given.login_url}/connect/token`,
			clientId,
			...(clientSecret && { clientSecret, isBasic: true }),
		},
		scopes: given.scopes?.split(/\s+/) ?? readScopes,
	}
}

/** The refresh token is good for one use: connections that came from one consent must take it from one place. */
function login({ login: name, client_id: client, refresh_token: token }: XeroOptions): string | undefined {
	if (name) return `xero ${name}`
	if (!token) return undefined
	return `xero ${createHash('sha256').update(`${client} ${token}`).digest('hex').slice(0, 16)}`
}

async function reachable({ tenant_id: tenant }: XeroOptions, ask: Ask) {
	const { json } = await ask({ method: 'GET', path: '/connections' })
	const all = json as { tenantId: string; tenantName: string | null; tenantType: string }[]
	const names = all.map(({ tenantId, tenantName }) => `${tenantName ?? '(no name)'} ${tenantId}`)
	const isThere = !tenant || all.some(({ tenantId }) => tenantId === tenant)
	return {
		name: 'organisations that the login reaches',
		detail: `${names.join(', ')}${isThere ? '' : `; ${tenant} is not among them`}`,
	}
}

async function organisation(given: XeroOptions, ask: Ask) {
	const { json, headers } = await ask({ method: 'GET', path: `${base}/Organisation`, headers: tenantHeader(given) })
	const [found] = (json as { Organisations: (Plan & { Name: string; BaseCurrency: string })[] }).Organisations
	const left = headers['x-daylimit-remaining']
	return {
		name: 'organisation',
		detail: `${found?.Name}, ${found?.BaseCurrency}${planOf(found)}${left === undefined ? '' : `; ${left} requests left today`}`,
		...(!hasInvoicing(found) && {
			fix: 'name the organisation that invoices: this one can’t, and deals have nothing to be compared with',
		}),
	}
}

type Plan = { Class?: string | undefined; Edition?: string | undefined }

/** The plan, where Xero tells it: those for accountants alone have no invoicing, and nothing to compare with deals. */
function planOf({ Class: plan, Edition: edition }: Plan = {}): string {
	if (plan === undefined) return ''
	return `, plan ${plan}${hasInvoicing({ Class: plan, Edition: edition }) ? '' : ', which has no invoicing'}`
}

function hasInvoicing({ Class: plan = '', Edition: edition }: Plan = {}): boolean {
	return edition !== 'PARTNER' && !/LEDGER|CASHBOOK/.test(plan)
}
