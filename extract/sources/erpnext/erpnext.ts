import { z } from 'zod'
import { TieoutError } from '../../../models/error.ts'
import { type Auth, refreshToken, staticHeaders } from '../../auth.ts'
import {
	type Ask,
	type Description,
	defineSource,
	type Page,
	type Query,
	type SourceCount,
	type Stream,
} from '../../source.ts'
import { isZone } from '../../time-zone.ts'
import { vendorCause } from '../../vendor-error.ts'
import { erpnextDeletes } from './deletes.ts'
import { functionOf, ledgerTotals, ledgerTotalsReading } from './ledger-totals.ts'
import { probeErpnext } from './probe.ts'
import {
	askedFields,
	type Condition,
	type List,
	listMethod,
	listRequest,
	notAPlainList,
	readLevel,
	refuseWithheld,
	siteTime,
	utcText,
} from './request.ts'
import { erpnextStreams, openDocuments, orderStreams, parentOf } from './streams.ts'
import { erpnextVerdict } from './verdict.ts'
import { refuseOtherZone, zoneMethod } from './zone.ts'

const options = z
	.object({
		url: z.url().describe('address of the site, such as https://erp.acme.com'),
		time_zone: z
			.string()
			.refine(isZone, 'is no time zone, such as Europe/Berlin')
			.describe('the site’s zone (System Settings, Time Zone): ERPNext writes its stamps without one'),
		api_key: z.string().min(1).optional().describe('API key of the integration user'),
		api_secret: z.string().min(1).optional().describe('API secret of the integration user'),
		scheme: z.enum(['token', 'basic']).default('token').describe('how key and secret are sent'),
		client_id: z.string().optional().describe('OAuth client, for a login by refresh token'),
		client_secret: z.string().optional().describe('of the OAuth client'),
		refresh_token: z.string().optional().describe('for a login by OAuth'),
		page_size: z.number().int().min(20).max(5000).default(500).describe('rows of a page'),
		concurrency: z.number().int().min(1).max(10).default(2).describe('requests at once'),
		orders: z
			.boolean()
			.default(true)
			.describe(
				'false where the company writes no Sales Orders: what was won is then not invoiced, and not `not_ordered`',
			),
		functions: z
			.enum(['text', 'object'])
			.default('text')
			.describe('how sums and counts are asked for: `object` from ERPNext 16 on'),
	})
	.strict()
	.refine((given) => (given.api_key && given.api_secret) || (given.client_id && given.refresh_token), {
		message: 'api_key and api_secret, or client_id and refresh_token, are needed',
		path: ['api_key'],
	})

/** Settings of an ERPNext connection. */
export type ErpnextOptions = z.infer<typeof options>

const countMethod = '/api/method/frappe.client.get_count'
const tokenPath = '/api/method/frappe.integrations.oauth2.get_token'

/** ERPNext over frappe's REST lists: keyset pages by name, `Deleted Document` for deletions, open documents read again each run. */
export const erpnext = defineSource<ErpnextOptions>({
	kind: 'erpnext',
	title: 'ERPNext',
	role: 'erp',
	options: options as unknown as z.ZodType<ErpnextOptions>,
	secrets: (given) => [
		...[given.api_secret, given.client_secret, given.refresh_token].filter((secret) => secret !== undefined),
		...(given.api_secret ? [basicCredential(given)] : []),
	],
	origin: ({ url }) => new URL(url).origin,
	origins: ({ url }) => [new URL(url).origin],
	allow: [
		{ method: 'GET', path: '/api/resource/*', refuse: notAPlainList },
		{ method: 'POST', path: listMethod, refuse: notAPlainList },
		{ method: 'GET', path: '/api/method/frappe.auth.get_logged_user', refuse: ({ query }) => onlyParameters(query) },
		{
			method: 'GET',
			path: '/api/method/frappe.desk.form.load.getdoctype',
			refuse: ({ query }) => onlyParameters(query, 'doctype'),
		},
		{
			method: 'GET',
			path: countMethod,
			refuse: ({ query }) => onlyParameters(query, 'doctype', 'filters'),
		},
		{ method: 'GET', path: zoneMethod, refuse: ({ query }) => onlyParameters(query) },
		{ method: 'POST', path: tokenPath },
	],
	auth,
	verdict: erpnextVerdict,
	budget: ({ concurrency }) => ({ concurrency }),
	usage: (headers) => {
		// Only where the site sets `rate_limit`: microseconds of the server's time in the window, of all users together.
		const maximum = Number(headers['x-ratelimit-limit'])
		const remaining = Number(headers['x-ratelimit-remaining'])
		if (!(maximum > 0) || Number.isNaN(remaining)) return null
		return { quota: 'microseconds of the site’s time', used: maximum - remaining, maximum }
	},
	streams: erpnextStreams,
	inUse: ({ orders }) =>
		erpnextStreams.map(({ name }) => name).filter((name) => orders || !orderStreams.includes(name)),
	hasOrders: ({ orders }) => orders,
	read: (query) => {
		if (query.stream.name === ledgerTotals) return ledgerTotalsReading(query)
		const size = query.pageSize ?? (query.isLive ? query.options.page_size * 4 : query.options.page_size)
		const page = (after?: Record<string, string | null>) =>
			listRequest(query.stream.object, pageList({ ...query, ...(after && { after }) }, size))
		const { request, records } = page(query.after)
		return {
			first: request,
			records,
			pageSize: size,
			requests: (rows) => Math.floor(rows / size) + 1,
			refuse: (answered) => refuseWithheld(query.stream.object, askedFields(query.fields), answered),
			// Nothing says whether more follow: a page shorter than asked for is the last.
			next: (answered) => {
				refuseMisread(query, answered, size)
				return answered.rows < size ? null : page(answered.last!).request
			},
		}
	},
	describe: describeDoctype,
	describeRequests: ({ stream }) => (stream.name === ledgerTotals ? 0 : 1),
	describedTogether: () => true,
	deletes: ({ stream, options: given }, since) => erpnextDeletes(stream, since, given.time_zone),
	count: countRows,
	zone: ({ time_zone: zone }) => zone,
	recordUrl: ({ url }) => {
		const page = (doctype: string) => `${new URL(url).origin}/app/${doctype}/{id}`
		return {
			customer: page('customer'),
			order: page('sales-order'),
			invoice: page('sales-invoice'),
			// A credit note is an invoice with the mark of a return.
			credit_note: page('sales-invoice'),
			journal: page('journal-entry'),
		}
	},
	referenceForm: 'text',
	probe: probeErpnext,
})

function auth(given: ErpnextOptions): Auth {
	if (given.api_key && given.api_secret) {
		const value =
			given.scheme === 'basic' ? `Basic ${basicCredential(given)}` : `token ${given.api_key}:${given.api_secret}`
		return staticHeaders({ authorization: value })
	}
	return refreshToken({
		tokenUrl: `${new URL(given.url).origin}${tokenPath}`,
		clientId: given.client_id!,
		...(given.client_secret && { clientSecret: given.client_secret }),
		initial: given.refresh_token!,
	})
}

function basicCredential({ api_key: key, api_secret: secret }: ErpnextOptions): string {
	return Buffer.from(`${key}:${secret}`).toString('base64')
}

/** One page: what lies behind the last name. Names are unique and, within a run, stay: rows never move between the pages. */
function pageList(query: Query<ErpnextOptions>, size: number): List {
	const { stream, fields, after } = query
	const { filters, orFilters } = conditions(query)
	const behind: Condition[] = after?.['name'] ? [['name', '>', after['name']]] : []
	return {
		fields: askedFields(fields),
		filters: [...behind, ...filters],
		orFilters,
		orderBy: 'name asc',
		size,
		parent: parentOf[stream.name],
	}
}

/** The bounds: changed since, up to the moment that the run speaks for; or open, whatever their stamp. */
function conditions({ stream, window, options: given, isLive }: Query<ErpnextOptions>) {
	const filters: Condition[] = stream.filter ? JSON.parse(stream.filter) : []
	if (!stream.cursor) return { filters, orFilters: undefined }
	filters.push(['modified', '<=', siteTime(window.until, given.time_zone, '999')])
	if (window.since === null) return { filters, orFilters: undefined }
	const changed: Condition = ['modified', '>=', siteTime(window.since, given.time_zone)]
	const open = isLive ? undefined : openDocuments[stream.name]
	if (open) return { filters, orFilters: [changed, ...open] }
	return { filters: [...filters, changed], orFilters: undefined }
}

/** frappe passes over what it does not understand: a page longer than asked for, or a row that the bounds leave out, shows it. */
function refuseMisread({ stream, window, options: given }: Query<ErpnextOptions>, page: Page, size: number) {
	if (page.rows > size)
		throw new TieoutError(
			'vendor',
			'page.long',
			`${page.rows} rows came where ${size} were asked for: the limit was ignored`,
			{
				where: stream.object,
			},
		)
	if (!stream.cursor || !page.last || window.since === null || openDocuments[stream.name]) return
	const stamp = page.last['modified']
	const since = new Date(window.since - 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
	if (stamp && utcText(stamp, given.time_zone) >= since) return
	throw new TieoutError(
		'vendor',
		'page.outside',
		`a row of ${stamp ?? 'no moment'} came, older than was asked for: the filter was ignored`,
		{
			where: stream.object,
		},
	)
}

/**
 * frappe's own count within the same bounds and, where there is money, its total by currency. Sums come as floats: beyond 15 digits
 * they prove nothing and are left out.
 */
async function countRows(query: Query<ErpnextOptions>, ask: Ask): Promise<SourceCount> {
	const { stream, fields, options: given } = query
	if (stream.name === ledgerTotals) return { rows: null, reason: 'ERPNext counts no groups' }
	const { filters, orFilters } = conditions(query)
	const currency = stream.money ? fields[stream.money.currency ?? ''] : null
	const amount = stream.money ? fields[stream.money.amount] : null
	const hasMoney = Boolean(currency && amount)
	const { request, records } = listRequest(stream.object, {
		fields: [
			...(hasMoney ? [currency!] : []),
			functionOf('count', 'name', 'rows_counted', given),
			...(hasMoney ? [functionOf('sum', amount!, 'total', given)] : []),
		],
		filters,
		orFilters,
		...(hasMoney && { groupBy: currency!, orderBy: `${currency} asc` }),
		size: 0,
		parent: parentOf[stream.name],
	})
	const answer = await ask(request).catch((error) => {
		if (['drift', 'denied'].includes(vendorCause(error)?.action ?? '')) return null
		throw error
	})
	if (answer === null) return await countByMethod(stream, orFilters ? null : filters, ask)
	const groups = (answer.json as Record<string, Record<string, string | null>[]>)[records]!
	const rows = groups.reduce((sum, group) => sum + Number(group['rows_counted'] ?? 0), 0)
	const seen = 'of what this user may see: User Permissions leave rows out without a word'
	if (!hasMoney) return { rows, reason: seen }
	const totals = groups.map((group) => [group[currency!] || '(none)', group['total'] ?? '0'] as const)
	const isExact = totals.every(
		([, total]) => /^-?[\d.]+$/.test(total) && total.replace(/^-?0*|\.|0+$/g, '').length <= 15,
	)
	if (!isExact) return { rows, reason: `${seen}; money: a total has more than the 15 digits of a float` }
	return { rows, money: Object.fromEntries(totals), reason: `${seen}; money to the 15 digits of a float` }
}

/** The rows alone, for versions that take no functions in `fields`; nothing of a child table, nor of an either-or (`filters` null). */
async function countByMethod(stream: Stream, filters: Condition[] | null, ask: Ask): Promise<SourceCount> {
	const reason = 'this version of ERPNext counts no such list'
	if (!filters || parentOf[stream.name]) return { rows: null, reason }
	const query = { doctype: stream.object, filters: JSON.stringify(filters) }
	const { json } = await ask({ method: 'GET', path: countMethod, query })
	return {
		rows: Number((json as { message: string }).message),
		reason: 'money: this version of ERPNext adds nothing up',
	}
}

const notColumns = new Set(
	'Section Break,Column Break,Tab Break,HTML,Button,Image,Table,Table MultiSelect,Heading,Fold'.split(','),
)

/** Every DocType's own fields; a child's also names its parent. */
const everywhere = {
	name: 'Data',
	creation: 'Datetime',
	modified: 'Datetime',
	modified_by: 'Link',
	docstatus: 'Int',
	idx: 'Int',
}

/** The DocType's fields with their types and labels, custom ones too. */
async function describeDoctype(
	{ stream, options: given }: Query<ErpnextOptions>,
	ask: Ask,
): Promise<Description | null> {
	await refuseOtherZone(given, ask)
	// Sums are no fields of the DocType.
	if (stream.name === ledgerTotals) return null
	const query = { doctype: stream.object }
	const answer = await ask({ method: 'GET', path: '/api/method/frappe.desk.form.load.getdoctype', query }).catch(
		(error) => {
			// Some sites keep the desk's methods from API users: then the first page tells what is missing.
			if (vendorCause(error)?.action === 'denied') return null
			throw error
		},
	)
	if (answer === null) return null
	const { docs } = answer.json as { docs: { name: string; fields: Record<string, string>[] }[] }
	const fields = (docs.find((doc) => doc.name === stream.object) ?? docs[0])!.fields.filter(
		(field) => !notColumns.has(field['fieldtype']!),
	)
	const withheld = await withheldFields(
		stream,
		fields.filter((field) => Number(field['permlevel']) > 0).map((field) => field['fieldname']!),
		ask,
	)
	for (const name of withheld)
		fields.splice(
			fields.findIndex((field) => field['fieldname'] === name),
			1,
		)
	const child = parentOf[stream.name] && { parent: 'Data', parenttype: 'Data', parentfield: 'Data' }
	return {
		fields: {
			...everywhere,
			...child,
			...Object.fromEntries(fields.map((field) => [field['fieldname']!, field['fieldtype']!])),
		},
		labels: Object.fromEntries(fields.map((field) => [field['fieldname']!, field['label'] ?? ''])),
		required: ['name', ...fields.filter((field) => field['reqd'] === '1').map((field) => field['fieldname']!)],
		lengths: Object.fromEntries(
			fields.flatMap((field) => (Number(field['length']) > 0 ? [[field['fieldname']!, Number(field['length'])]] : [])),
		),
		withheld: { fields: withheld, next: readLevel(stream.object) },
		options: Object.fromEntries(
			fields.flatMap((field) =>
				field['fieldtype'] === 'Select' && field['options']
					? [[field['fieldname']!, field['options'].split('\n').filter((value) => value !== '')]]
					: [],
			),
		),
	}
}

/**
 * Those of a higher permission level that the user's role does not read: a list leaves them out. Where there is no row yet nothing shows
 * it; every page is looked at besides.
 */
async function withheldFields(stream: Stream, names: string[], ask: Ask): Promise<string[]> {
	if (names.length === 0) return []
	const list = { fields: ['name', ...names], filters: [], size: 1, parent: parentOf[stream.name] }
	const { request, records } = listRequest(stream.object, list)
	const { json } = await ask(request)
	const [row] = (json as Record<string, Record<string, string | null>[]>)[records]!
	return row === undefined ? [] : names.filter((name) => !(name in row))
}

function onlyParameters(query: Record<string, string> = {}, ...allowed: string[]): string | null {
	const stranger = Object.keys(query).find((name) => !allowed.includes(name))
	return stranger === undefined ? null : `the parameter ${stranger} is none of this method's`
}
