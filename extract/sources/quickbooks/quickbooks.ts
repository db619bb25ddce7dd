import { z } from 'zod'
import { byConsent, type ClientOptions, refreshToken } from '../../auth.ts'
import { type Ask, type Consent, defineSource } from '../../source.ts'
import { quickbooksDeletes } from './deletes.ts'
import { ratesReading } from './rates.ts'
import { isReport, reportReading, reportResource, reports } from './reports.ts'
import { notAnEntityQuery, queryRequest, quickbooksCount, quickbooksReading } from './statement.ts'
import { quickbooksStreams } from './streams.ts'
import { quickbooksVerdict } from './verdict.ts'

const options = z
	.object({
		realm_id: z
			.string()
			.regex(/^\d+$/, 'must be digits, in quotes')
			.describe('the company, as the redirect of the consent names it'),
		client_id: z.string().min(1).describe('of the app, production keys'),
		client_secret: z.string().min(1).describe('of the app'),
		refresh_token: z
			.string()
			.min(1)
			.describe('from the consent, or `consent` when tieout connect gets it; the newest one is kept from then on'),
		url: z
			.url()
			.default('https://quickbooks.api.intuit.com')
			.describe('where the API answers; sandbox companies: https://sandbox-quickbooks.api.intuit.com'),
		login_url: z.url().default('https://oauth.platform.intuit.com').describe('where tokens are given'),
		consent_url: z.url().default('https://appcenter.intuit.com/connect/oauth2').describe('the page of the consent'),
		app_url: z.url().optional().describe('where people work; links to records lead there'),
		page_size: z.number().int().min(1).max(1000).default(1000).describe('records of a page'),
		concurrency: z
			.number()
			.int()
			.min(1)
			.max(10)
			.default(4)
			.describe('requests at once; Intuit takes 10 of one company'),
		requests_per_second: z.number().int().min(1).default(10).describe('what Intuit takes of one company'),
		requests_per_minute: z.number().int().min(1).default(500).describe('what Intuit takes of one company'),
		currencies: z
			.string()
			.regex(/^[A-Z]{3}([\s,]+[A-Z]{3})*$/, 'must be currency codes, divided by commas')
			.optional()
			.describe('foreign currencies whose rates are read, such as "EUR, GBP"; none if absent'),
		rates_from: z.iso.date().optional().describe('the first day whose rates are read'),
		rate_days: z.enum(['month_end', 'daily']).default('month_end').describe('a request for each day'),
	})
	.strict()
	.refine((given) => !given.currencies || given.rates_from, {
		message: 'says from which day on rates are read',
		path: ['rates_from'],
	})

/** Settings of a QuickBooks Online connection: one company (realm), which is one legal entity. */
export type QuickbooksOptions = z.infer<typeof options>

/** QuickBooks Online's Accounting API: one company per connection, read by its query language; deletions by change data capture. */
export const quickbooks = defineSource<QuickbooksOptions>({
	kind: 'quickbooks',
	title: 'QuickBooks Online',
	role: 'erp',
	options: options as unknown as z.ZodType<QuickbooksOptions>,
	secrets: (given) => [given.client_secret, given.refresh_token],
	origin: (given) => given.url,
	origins: (given) => [given.url, given.login_url],
	allow: [
		{ method: 'GET', path: '/v3/company/*/query', refuse: notAnEntityQuery },
		{ method: 'GET', path: '/v3/company/*/cdc' },
		...reports.map((name) => ({ method: 'GET' as const, path: `/v3/company/*/${reportResource(name)}` })),
		{ method: 'POST', path: '/oauth2/v1/tokens/bearer' },
	],
	auth: (given) => refreshToken({ ...appOf(given), initial: given.refresh_token }),
	consent,
	verdict: quickbooksVerdict,
	budget: (given) => ({
		concurrency: given.concurrency,
		windows: [
			{ seconds: 1, requests: given.requests_per_second },
			{ seconds: 60, requests: given.requests_per_minute },
		],
	}),
	streams: quickbooksStreams,
	inUse: (given) =>
		quickbooksStreams
			.map(({ name }) => name)
			.filter((name) => name !== 'exchange_rates' || given.currencies !== undefined),
	read: (query) => {
		if (isReport(query.stream.object)) return reportReading(query)
		return query.stream.object === 'ExchangeRate' ? ratesReading(query) : quickbooksReading(query)
	},
	count: quickbooksCount,
	deletes: quickbooksDeletes,
	account: ({ realm_id: realm }) => realm,
	zone: () => 'UTC',
	hasOrders: () => false,
	recordUrl,
	referenceForm: 'text',
	probe: async (given, ask) => [await company(given, ask), await currency(given, ask)],
})

/**
 * The pages where people work, with the company that a record is in (the address of an invoice is that of Intuit's own sample,
 * SampleApp-Projects-Java; the others are used by public integrations). A sales receipt is an invoice here, a refund receipt a credit memo.
 */
function recordUrl({ url, app_url: given, realm_id: realm }: QuickbooksOptions) {
	const isSandbox = new URL(url).hostname.startsWith('sandbox-')
	const app = given ?? `https://app.${isSandbox ? 'sandbox.' : ''}qbo.intuit.com`
	const page = (path: string) => `${app}/app/${path}={id}&companyId=${realm}`
	return {
		customer: page('customerdetail?nameId'),
		invoice: page('invoice?txnId'),
		credit_note: page('creditmemo?txnId'),
		journal: page('journal?txnId'),
	}
}

function appOf({ login_url: login, client_id: clientId, client_secret: clientSecret }: QuickbooksOptions) {
	return { tokenUrl: `${login}/oauth2/v1/tokens/bearer`, clientId, clientSecret, isBasic: true } satisfies ClientOptions
}

/** Intuit's page knows no PKCE. It sends a person back over https alone, but for an app's development keys. */
function consent(given: QuickbooksOptions): Consent | null {
	if (given.refresh_token !== byConsent) return null
	const { protocol, hostname } = new URL(given.url)
	return {
		authorizeUrl: given.consent_url,
		client: appOf(given),
		scopes: ['com.intuit.quickbooks.accounting'],
		hasNoChallenge: true,
		redirected: { realmId: 'realm_id' },
		needsHttps: protocol === 'https:' && !hostname.startsWith('sandbox-'),
	}
}

async function company(given: QuickbooksOptions, ask: Ask) {
	const { json } = await ask(queryRequest(given, 'select * from CompanyInfo'))
	const [found] = (json as { QueryResponse: { CompanyInfo?: { CompanyName: string; Country?: string }[] } })
		.QueryResponse.CompanyInfo ?? [undefined]
	return { name: 'company', detail: `${found?.CompanyName ?? '(no name)'}, ${found?.Country ?? 'no country'}` }
}

async function currency(given: QuickbooksOptions, ask: Ask) {
	const { json } = await ask(queryRequest(given, 'select * from Preferences'))
	type Preferences = { CurrencyPrefs?: { HomeCurrency?: { value?: string }; MultiCurrencyEnabled?: boolean } }
	const prefs = (json as { QueryResponse: { Preferences?: Preferences[] } }).QueryResponse.Preferences?.[0]
		?.CurrencyPrefs
	const home = prefs?.HomeCurrency?.value ?? 'unknown'
	if (!prefs?.MultiCurrencyEnabled) return { name: 'currency', detail: `${home}, one currency` }
	const rates = given.currencies ? `rates of ${given.currencies}` : 'no rates are read, since `currencies` is not set'
	return { name: 'currency', detail: `${home}, several currencies: ${rates}` }
}
