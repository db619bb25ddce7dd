import { commonFaults, type FaultKind } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import { createTokens, type Tokens } from '../tokens.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { siteZone } from '../world/records/erpnext/site.ts'
import { listArguments } from './arguments.ts'
import { erpnextCredentials, type SiteUser, siteUsers } from './credentials.ts'
import { type Doctype, eventType } from './doctypes.ts'
import { documentJson } from './document.ts'
import { addFolding, fieldsNow, isWithheld, type ListParts, listRows } from './list.ts'
import { broken, notPermitted, Refusal, refusalAnswer } from './refusal.ts'

export type ErpnextOptions = { tokenLifetimeSeconds: number; serviceMilliseconds: number }

/** gunicorn ends a longer request line, without its line break. */
const longestLine = 4094

const faultKinds = [...commonFaults, 'unexpected-error', 'expired-token'] as const

/** ERPNext's REST interface, versions 1 and 2, over the store. */
export function createErpnext(parts: SandboxParts & { doctypes: Doctype[] }, options: ErpnextOptions): Vendor {
	const tokens = createTokens(options.tokenLifetimeSeconds)
	const logIn = createLogIn(tokens)
	addFolding(parts.store)
	return {
		system: 'erpnext',
		faultKinds,
		serviceMilliseconds: options.serviceMilliseconds,
		route: (_, path) =>
			decodeURIComponent(path).replace(/^(\/api\/(?:resource|v2\/document)\/[^/]+)\/.*$/, '$1/{name}'),
		answer: (request) => {
			const line = request.method.length + 1 + request.target.length + ' HTTP/1.1'.length
			if (line > longestLine) return tooLong(line)
			try {
				if (request.url.pathname === tokenPath && request.method === 'POST') return logIn(request.body)
				return resource(request, parts, userOf(request.headers.authorization, tokens))
			} catch (error) {
				if (error instanceof Refusal) return refusalAnswer(error)
				throw error
			}
		},
		broken: (message) => refusalAnswer(broken('OperationalError', `(2013, "Lost connection to server": ${message})`)),
		faultAnswer: (kind) => faultAnswer(kind, parts),
		expireTokens: tokens.expireAll,
	}
}

const tokenPath = '/api/method/frappe.integrations.oauth2.get_token'

/** OAuth's refresh token, which frappe replaces each time. */
function createLogIn(tokens: Tokens): (body: string) => VendorAnswer {
	let current: string = erpnextCredentials.refreshToken
	let count = 0
	return (body) => {
		const form = new URLSearchParams(body)
		const isKnown = form.get('client_id') === erpnextCredentials.clientId && form.get('refresh_token') === current
		if (form.get('grant_type') !== 'refresh_token' || !isKnown) return json({ error: 'invalid_grant' }, 400)
		current = `${erpnextCredentials.refreshToken}-${++count}`
		return json({
			access_token: tokens.issue(),
			refresh_token: current,
			token_type: 'Bearer',
			expires_in: tokens.lifetimeSeconds,
			scope: 'all',
		})
	}
}

/** Whose request it is. Nobody is a guest; any header that is wrong in any way is refused. */
function userOf(header: string | undefined, tokens: Tokens): SiteUser | null {
	if (header === undefined) return null
	const [scheme = '', value = ''] = header.split(' ')
	const pair = /^basic$/i.test(scheme) ? Buffer.from(value, 'base64').toString('utf8') : value
	const user = siteUsers.find(({ key, secret }) => pair === `${key}:${secret}`)
	if (/^(token|basic)$/i.test(scheme) && user) return user
	if (/^bearer$/i.test(scheme) && tokens.accepts(header)) return siteUsers[0]!
	throw new Refusal(401, 'AuthenticationError', { exception: 'frappe.exceptions.AuthenticationError' })
}

type Parts = SandboxParts & { doctypes: Doctype[] }

function resource(request: VendorRequest, parts: Parts, user: SiteUser | null): VendorAnswer {
	const { method, url } = request
	const segments = url.pathname.split('/').slice(1).map(decodeURIComponent)
	const query = Object.fromEntries(url.searchParams)
	const [api, kind, first = '', ...rest] = segments
	if (api !== 'api') return { status: 404, headers: html, body: page('Not Found') }
	if (kind === 'method') return called(first, method === 'POST' ? bodyOf(request) : query, request, parts, user)
	if (kind === 'resource') return ofDoctype(request, first, rest, query, parts, user)
	if (kind === 'v2' && first === 'document') return ofDoctype(request, rest[0] ?? '', rest.slice(1), query, parts, user)
	if (kind === 'v2' && first === 'doctype') return metaOrCount(rest[0] ?? '', rest[1], query, parts, user)
	return { status: 404, headers: html, body: page('Not Found') }
}

/** A list, or one document. Everything but a GET is a write, and refused. */
function ofDoctype(
	request: VendorRequest,
	name: string,
	rest: string[],
	query: Record<string, unknown>,
	parts: Parts,
	user: SiteUser | null,
): VendorAnswer {
	const isRead = request.method === 'GET' && !('run_method' in query)
	if (!isRead) {
		request.traffic.writes.push(`${request.method} ${request.target}`)
		throw notPermitted(user?.email ?? 'Guest', name, false)
	}
	const doctype = permitted(parts, name, user)
	if (rest.length === 0) return data(listed(parts, doctype, query, user!))
	return {
		status: 200,
		headers: jsonType,
		body: `{"data":${documentJson(parts, doctype, rest.join('/'), user!.email, user!)}}`,
	}
}

function metaOrCount(
	name: string,
	what: string | undefined,
	query: Record<string, unknown>,
	parts: Parts,
	user: SiteUser | null,
): VendorAnswer {
	const doctype = permitted(parts, name, user)
	if (what === 'count') return json({ data: countOf(parts, doctype, query, user!) })
	return { status: 200, headers: jsonType, body: JSON.stringify({ data: described(parts, doctype) }) }
}

/** The whitelisted methods that a reader needs; any other is counted as a write. */
function called(
	name: string,
	given: Record<string, unknown>,
	request: VendorRequest,
	parts: Parts,
	user: SiteUser | null,
): VendorAnswer {
	if (name === 'frappe.auth.get_logged_user') {
		if (!user) throw new Refusal(403, 'PermissionError', { told: 'Login to access' })
		return json({ message: user.email })
	}
	// Whoever asks is told (frappe/client.py).
	if (name === 'frappe.client.get_time_zone') return json({ message: { time_zone: siteZone } })
	const doctype = () => permitted(parts, String(given['doctype'] ?? ''), user)
	if (name === 'frappe.client.get_list') {
		const rows = listed(parts, doctype(), given, user!)
		return { status: 200, headers: jsonType, body: `{"message":[${rows.join(',')}]}` }
	}
	if (name === 'frappe.client.get_count') return json({ message: countOf(parts, doctype(), given, user!) })
	if (name === 'frappe.desk.form.load.getdoctype')
		return json({ docs: [described(parts, doctype())], user_settings: '{}' })
	request.traffic.writes.push(`${request.method} ${request.target}`)
	throw new Refusal(403, 'PermissionError', { told: `Function ${name} is not whitelisted.` })
}

function listed(parts: Parts, doctype: Doctype, given: Record<string, unknown>, user: SiteUser): string[] {
	const asked = listArguments(given)
	// The rows of a child table may be read by whoever may read the parent, which has to be named.
	if (doctype.parents.length > 0 && !doctype.parents.some(([of]) => of === asked.parent))
		throw new Refusal(403, 'PermissionError', { exception: 'frappe.exceptions.PermissionError' })
	return listRows(parts, doctype, asked, user)
}

function countOf(parts: Parts, doctype: Doctype, given: Record<string, unknown>, user: SiteUser): number {
	const asked = { ...given, fields: ['count(name) as rows'], limit_page_length: 0 }
	const [row] = listed(parts, doctype, asked, user)
	return Number((JSON.parse(row!) as { rows: number }).rows)
}

function described(parts: ListParts, doctype: Doctype) {
	const { name, parents, isSubmittable } = doctype
	const own = fieldsNow(parts, doctype).filter(
		(field) =>
			![
				'name',
				'creation',
				'modified',
				'modified_by',
				'docstatus',
				'parent',
				'parenttype',
				'parentfield',
				'idx',
			].includes(field.name),
	)
	const tables = parts.doctypes.flatMap((child) =>
		child.parents
			.filter(([of]) => of === name)
			.map(([, field]) => ({ fieldname: field, fieldtype: 'Table', label: field })),
	)
	const fields = own.map((field) => ({
		fieldname: field.name,
		fieldtype: typeNow(parts, name, field),
		label: field.label,
		permlevel: isWithheld(parts, doctype, field) ? 1 : 0,
	}))
	return {
		doctype: 'DocType',
		name,
		istable: parents.length > 0 ? 1 : 0,
		is_submittable: isSubmittable ? 1 : 0,
		fields: [{ fieldname: 'section_break_1', fieldtype: 'Section Break', label: '' }, ...fields, ...tables],
	}
}

function typeNow({ visibility }: ListParts, doctype: string, field: { name: string; type: string }): string {
	const now = visibility.fieldNow('erpnext', doctype, field.name)
	return typeof now === 'object' ? eventType(now.type) : field.type
}

/** A DocType that the role reads. To others, one that does not exist looks like one that is not theirs. */
function permitted(parts: Parts, name: string, user: SiteUser | null): Doctype {
	const found = parts.doctypes.find((one) => one.name === name)
	const isSeen = found && parts.visibility.seesObject('erpnext', name)
	if (isSeen && user) return found
	if (found || !user || unread.includes(name)) throw notPermitted(user?.email ?? 'Guest', name)
	throw notPermitted(user.email, 'DocType', false)
}

/** DocTypes that the site has and the role does not read. */
const unread = ['Supplier', 'Purchase Invoice', 'System Settings', 'User Permission', 'DocType']

function bodyOf({ body, headers }: VendorRequest): Record<string, unknown> {
	if (!headers['content-type']?.startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body))
	try {
		return JSON.parse(body) as Record<string, unknown>
	} catch {
		throw broken('JSONDecodeError', 'Expecting value: line 1 column 1 (char 0)')
	}
}

const jsonType = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }

function data(rows: string[]): VendorAnswer {
	return { status: 200, headers: jsonType, body: `{"data":[${rows.join(',')}]}` }
}

function json(value: unknown, status = 200): VendorAnswer {
	return { status, headers: jsonType, body: JSON.stringify(value) }
}

function page(title: string, text = ''): string {
	return `<html>\n  <head>\n    <title>${title}</title>\n  </head>\n  <body>\n    <h1><p>${title}</p></h1>\n    ${text}\n  </body>\n</html>\n`
}

function tooLong(size: number): VendorAnswer {
	const text = `Request Line is too large (${size} &gt; ${longestLine})`
	return { status: 400, headers: { ...html, connection: 'close' }, body: page('Bad Request', text) }
}

function faultAnswer(kind: FaultKind, { faults }: SandboxParts): VendorAnswer {
	// While a site is updated, nginx answers with a page of its own.
	if (kind === 'unavailable') return { status: 503, headers: html, body: page('Updating', 'We are back in a moment.') }
	if (kind === 'html') return { status: 200, headers: html, body: page('Login') }
	if (kind === 'unexpected-error')
		return refusalAnswer(broken('OperationalError', '(1205, "Lock wait timeout exceeded; try restarting transaction")'))
	const limits = { 'x-ratelimit-limit': '600000000', 'x-ratelimit-remaining': '599000000', 'x-ratelimit-reset': '1' }
	const headers = { 'content-type': 'text/plain', ...limits }
	if (kind === 'too-many-requests-bare') return { status: 429, headers, body: 'Too Many Requests' }
	return {
		status: 429,
		headers: { ...headers, 'retry-after': String(faults.retryAfterSeconds()) },
		body: 'Too Many Requests',
	}
}
