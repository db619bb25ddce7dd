import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Auth } from '../../auth.ts'
import { type Ask, defineSource, type SourceCount } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import { dayRatesReading, describeDayRates, isOfTheDay, refuseOtherBase, uncountedRates } from './day-rates.ts'
import { espocrmReading } from './read.ts'
import { api, type EspocrmQuery, listRequest } from './request.ts'
import { espocrmStreams } from './streams.ts'
import { espocrmVerdict } from './verdict.ts'

const options = z
	.object({
		url: z.url().describe('address of the site, such as https://crm.acme.com'),
		api_key: z.string().min(1).describe('API key of the API user'),
		secret_key: z.string().min(1).optional().describe('of an API user that signs its requests (HMAC)'),
		base_currency: z
			.string()
			.regex(/^[A-Z]{3}$/, 'is a currency, such as EUR')
			.optional()
			.describe(
				'of a site before version 9.3, which knows the rates of the day alone: its base currency. Absent: dated rates are read',
			),
		legal_entity: z
			.string()
			.min(1)
			.optional()
			.describe('of accounts and opportunities that name none: what `legal_entities` calls it for this connection'),
		won_stages: z
			.array(z.string().min(1))
			.min(1)
			.default(() => ['Closed Won'])
			.describe('the stages in which an opportunity is won, as the site stores them (Administration, Entity Manager)'),
		lost_stages: z
			.array(z.string().min(1))
			.default(() => ['Closed Lost'])
			.describe('the stages in which it is lost'),
		page_size: z.number().int().min(10).max(200).default(200).describe('records of a page; 200 at most'),
		concurrency: z.number().int().min(1).max(10).default(2).describe('requests at once'),
	})
	.strict()

/** Settings of an EspoCRM connection. */
export type EspocrmOptions = z.infer<typeof options>

/**
 * EspoCRM over its REST lists: keyset pages by stamp and id. Deleted and merged records leave no trace, and links change without the
 * stamp: the keys of all are read daily, and a full run shows the rest.
 */
export const espocrm = defineSource<EspocrmOptions>({
	kind: 'espocrm',
	title: 'EspoCRM',
	role: 'crm',
	options: options as unknown as z.ZodType<EspocrmOptions>,
	secrets: (given) => [given.api_key, given.secret_key].filter((secret) => secret !== undefined),
	origin: ({ url }) => new URL(url).origin,
	origins: ({ url }) => [new URL(url).origin],
	allow: [
		...['Account', 'Contact', 'Opportunity', 'User', 'CurrencyRecordRate', 'CurrencyRate', 'Metadata'].map((name) => ({
			method: 'GET' as const,
			path: `${api}${name}`,
		})),
		{ method: 'GET' as const, path: `${api}App/user` },
	],
	auth,
	verdict: espocrmVerdict,
	budget: ({ concurrency }) => ({ concurrency }),
	streams: espocrmStreams,
	ownLegalEntity: ({ legal_entity: entity }) => entity,
	ownStages: ({ won_stages: won, lost_stages: lost }) => ({ won, lost }),
	read: (query) => (isOfTheDay(query) ? dayRatesReading(query) : espocrmReading(query)),
	describe: (query, ask) => (isOfTheDay(query) ? describeDayRates(query, ask) : describeEntity(query, ask)),
	describeRequests: (query) => (isOfTheDay(query) ? 1 : 2),
	count: (query, ask) => (isOfTheDay(query) ? Promise.resolve(uncountedRates) : countRows(query, ask)),
	zone: () => 'UTC',
	recordUrl: ({ url }) => {
		const page = (entity: string) => `${new URL(url).origin}/#${entity}/view/{id}`
		return { account: page('Account'), opportunity: page('Opportunity') }
	},
	referenceForm: 'text',
	probe: async (given, ask) => {
		const { json } = await ask({ method: 'GET', path: `${api}App/user` })
		const { user, settings, acl } = json as Application
		refuseOtherBase(given, settings?.baseCurrency)
		const version = settings?.version ? `, version ${settings.version}` : ''
		const currency = settings?.baseCurrency ? `, base currency ${settings.baseCurrency}` : ''
		return [
			{ name: 'user', detail: `${user.userName ?? 'unnamed'} (${user.type ?? 'no type'})${version}${currency}` },
			...partlySeen(acl?.table ?? {}),
		]
	},
})

/**
 * What the role lets the user read in part: `team` or `own` (EspoCRM's source, `App/user`, `acl.table`). The rest is in no list and in no
 * count. What it may not read at all is refused, and told for its stream.
 */
function partlySeen(table: Record<string, { read?: string } | boolean>) {
	const parts = ['Account', 'Contact', 'Opportunity'].filter((scope) => {
		const rights = table[scope]
		return typeof rights === 'object' && (rights.read === 'team' || rights.read === 'own')
	})
	if (parts.length === 0) return []
	return [
		{
			name: 'records',
			detail: `of ${parts.join(', ')} the user sees its own or its teams' records, and nothing tells of the rest: no figure has it, and every count agrees without it`,
			fix: `give the role Read: all on ${parts.join(', ')} (Administration, Roles)`,
		},
	]
}

/** The key alone; or the key with a signature of method and path, as EspoCRM's `Hmac` login wants it: without query and `api/v1`. */
function auth({ api_key: key, secret_key: secret }: EspocrmOptions): Auth {
	if (secret === undefined) return async () => ({ headers: () => ({ 'x-api-key': key }) })
	return async () => ({
		headers: ({ method, url }) => {
			const signed = `${method} /${url.pathname.slice(url.pathname.indexOf(api) + api.length)}`
			const hash = createHmac('sha256', secret).update(signed).digest('hex')
			return { 'x-hmac-authorization': Buffer.from(`${key}:${hash}`).toString('base64') }
		},
	})
}

/** The total of the same list. Switched off by an administrator it is -1 or -2, and tells nothing. */
async function countRows(query: EspocrmQuery, ask: Ask): Promise<SourceCount> {
	const { json } = await ask(listRequest(query, { size: 1, fields: ['id'] }))
	const total = Number((json as { total: string }).total)
	if (total < 0) return { rows: null, reason: 'EspoCRM was told not to count (Entity Manager, Disable record count)' }
	return { rows: total, ...(query.stream.money && { reason: 'money: EspoCRM adds nothing up' }) }
}

/** What `App/user` tells: the user, the site, and what the role permits. */
type Application = {
	user: { userName?: string; type?: string }
	settings?: { version?: string; baseCurrency?: string }
	acl?: {
		table?: Record<string, { read?: string } | boolean>
		fieldTableQuickAccess?: Record<string, { attributes?: { read?: { no?: string[] } } }>
	}
}

/**
 * The attributes of an entity that the role does not read. The metadata has them like others, and every answer leaves them out without a
 * word (EspoCRM 8.0 to 10.0: Tools/App/MetadataService.php, Core/Record/Service.php, Core/Acl/Map/DataBuilder.php).
 */
async function withheldAttributes(entity: string, ask: Ask): Promise<string[]> {
	const { json } = await ask({ method: 'GET', path: `${api}App/user` })
	return (json as Application).acl?.fieldTableQuickAccess?.[entity]?.attributes?.read?.no ?? []
}

/** The fields of an entity from the site's metadata; null where this user may not read it. A currency field is two attributes. */
async function describeEntity(query: EspocrmQuery, ask: Ask) {
	const { stream } = query
	const asked = { key: `entityDefs.${stream.object}.fields` }
	const answer = await ask({ method: 'GET', path: `${api}Metadata`, query: asked }).catch((error) => {
		if (vendorCause(error)?.action === 'denied') return null
		throw error
	})
	const defined = answer?.json as Record<string, { type?: string; isCustom?: boolean }> | null | undefined
	if (!defined) {
		// Of what the role does not see there is no metadata, as of what does not exist: the list says which.
		await ask(listRequest(query, { size: 1, fields: ['id'] }))
		return null
	}
	const fields: Record<string, string> = { id: 'id' }
	const custom: string[] = []
	for (const [name, { type = 'varchar', isCustom }] of Object.entries(defined)) {
		if (type === 'link') Object.assign(fields, { [`${name}Id`]: type, [`${name}Name`]: type })
		else if (type === 'address')
			for (const part of ['Street', 'City', 'State', 'Country', 'PostalCode']) fields[`${name}${part}`] = 'varchar'
		else fields[name] = type
		if (type === 'currency') fields[`${name}Currency`] = 'varchar'
		if (isCustom && plainTypes.has(type)) custom.push(name, ...(type === 'currency' ? [`${name}Currency`] : []))
	}
	const kept = await withheldAttributes(stream.object, ask)
	const withheld = kept.filter((name) => name in fields)
	for (const name of withheld) delete fields[name]
	const next = `Administration, Roles: give the role permission to read the field (Field Level, ${stream.object})`
	return { fields, custom: custom.filter((name) => name in fields), withheld: { fields: withheld, next } }
}

/** Of fields of the site's own: those whose value is one attribute of the record. Links, addresses, files and long texts are more, or elsewhere. */
const plainTypes = new Set(['varchar', 'enum', 'int', 'float', 'bool', 'date', 'datetime', 'currency', 'url', 'number'])
