import { TieoutError } from '../models/error.ts'
import type { AllowRule, OriginRule, SourceRequest } from './source.ts'

/**
 * The read-only guard: the whole address of a request, or an error before a socket opens. Refuses a method and path that are not on
 * the source's list, a host that is not the source's, and plain http anywhere but on loopback.
 */
export function guardedUrl(request: SourceRequest, origin: string, origins: OriginRule[], allow: AllowRule[]): URL {
	const url = new URL(request.path, origin)
	for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.append(name, value)
	refuseOrigin(url, [origin, ...origins], origins)
	const rule = allow.find((candidate) => candidate.method === request.method && matches(candidate.path, url.pathname))
	if (!rule)
		throw refused('http.not_allowed', `${request.method} ${url.pathname} is not one of the reads of this source`, allow)
	const objection = rule.refuse?.({ ...request, query: Object.fromEntries(url.searchParams) })
	if (objection) throw refused('http.not_a_read', `${request.method} ${url.pathname}: ${objection}`, allow)
	return url
}

/** Is `url` on one of the origins? `https://*.example.com` takes any host below example.com. */
export function isOnOrigin(url: URL, origins: OriginRule[]): boolean {
	return origins.some((rule) => {
		if (!rule.includes('://*.')) return new URL(rule).origin === url.origin
		const [protocol, host] = rule.split('://*') as [string, string]
		return url.protocol === `${protocol}:` && url.port === '' && url.hostname.endsWith(host)
	})
}

/** Why a text is not one SELECT, or null. Strings and comments are passed over; a second statement or a verb that writes is not. */
export function notOneSelect(sql: string): string | null {
	const bare = sql
		.replace(/'(?:[^']|'')*'/g, "''")
		.replace(/--[^\n]*/g, ' ')
		.replace(/\/\*[\s\S]*?\*\//g, ' ')
	if (!/^\s*(select|with)\b/i.test(bare)) return 'the query does not begin with SELECT'
	if (bare.includes(';')) return 'the query holds a second statement'
	const verb = /\b(insert|update|delete|merge|create|alter|drop|truncate|grant|revoke|call|execute|begin|into)\b/i.exec(
		bare,
	)
	return verb ? `the query holds ${verb[0].toUpperCase()}` : null
}

function refuseOrigin(url: URL, allowed: OriginRule[], declared: OriginRule[]) {
	if (!isOnOrigin(url, declared))
		throw new TieoutError('refused', 'http.foreign_host', `${url.origin} is not a host of this source`, {
			allowed: declared,
			next: 'if the vendor moved the account to another address, correct it in tieout.yml',
		})
	if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return
	throw new TieoutError('refused', 'http.not_encrypted', `${url.origin} would be asked without encryption`, {
		allowed: allowed.filter((origin) => origin.startsWith('https')),
		next: 'use https; plain http is taken on this machine only',
	})
}

/** Is the host this machine itself? */
export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** `*` stands for one segment, also an encoded one; all else is taken letter by letter. */
function matches(pattern: string, pathname: string): boolean {
	const expected = pattern.split('/')
	const given = pathname.split('/')
	return expected.length === given.length && expected.every((part, index) => matchesSegment(part, given[index]!))
}

function matchesSegment(part: string, given: string): boolean {
	if (!part.includes('*')) return part === given
	// Encoded dots, and dots between encoded slashes (a name may have those), could mean another path to the server than they do here.
	if (given === '' || /%2e|%5c|%00|(^|%2f)\.\.?(%2f|$)/i.test(given)) return false
	const [before, after] = part.split('*') as [string, string]
	return given.length > before.length + after.length && given.startsWith(before) && given.endsWith(after)
}

function refused(code: string, message: string, allow: AllowRule[]): TieoutError {
	return new TieoutError('refused', code, message, {
		allowed: allow.map((rule) => `${rule.method} ${rule.path}`),
		next: 'this is a mistake in the source, not in your settings: tieout only reads; please report it',
	})
}
