import type { SQLInputValue } from 'node:sqlite'
import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { filterCondition } from './filter.ts'
import { entryView, hasEntryView, journalTable, journalView } from './journal-view.ts'
import { recordText } from './record-json.ts'
import { SapRefusal } from './refusal.ts'
import type { Navigation, SapSet } from './sets.ts'

/** What is asked of a set. `root`: the path of its service; `isCount`: only how many. */
export type Asked = {
	parts: SandboxParts
	set: SapSet
	request: VendorRequest
	isCount: boolean
	hasNoEntryView: boolean
	hidden: Set<string>
	root: string
}

/** The name that the gateway believes to have: a host that nobody outside can reach. */
const internalHost = 'https://s4h-app01.internal.halvorsen.example:44300'

/** A list, or its length. A page may be shorter than `$top`: then it says where the next one is. */
export function listAnswer(asked: Asked): VendorAnswer {
	const { parts, set, request, isCount } = asked
	const given = request.url.searchParams
	const { sql, values } = conditions(asked)
	const database = parts.store.database
	const table = set.name === journalView ? journalTable(asked.hasNoEntryView) : tableName('sap', set.name)
	const from = `from ${table} as r where ${sql}`
	const now = parts.clock.now()
	const isCounted = isCount || given.get('$inlinecount') === 'allpages' || given.get('$count') === 'true'
	if (isCounted && set.breaksUnfilteredCount && !given.has('$filter'))
		throw new SapRefusal(500, 'RAISE_SHORTDUMP', 'Runtime error DBIF_RSQL_SQL_ERROR: the statement took too long')
	const count = () => (database.prepare(`select count(*) as n ${from}`).get({ now }, ...values) as { n: number }).n
	if (isCount) return { status: 200, headers: { 'content-type': 'text/plain;charset=utf-8' }, body: String(count()) }
	const { limit, offset, next } = window(asked)
	const rows = database
		.prepare(`select changed, body ${from} order by ${orderOf(asked)} limit ${limit + 1} offset ${offset}`)
		.all({ now }, ...values) as { changed: string; body: string }[]
	const shown = shownOf(asked)
	const records = rows.slice(0, limit).map((row) => recordText(set, row, shown))
	const link = rows.length > limit ? next : null
	if (!/\bjson\b/.test(String(request.headers.accept ?? '')) && given.get('$format') !== 'json')
		return {
			status: 200,
			headers: { 'content-type': 'application/atom+xml;type=feed;charset=utf-8' },
			body: '<feed xmlns="http://www.w3.org/2005/Atom"/>',
		}
	return set.version === 'V2'
		? {
				status: 200,
				headers: { dataserviceversion: '2.0' },
				body: `{"d":{${isCounted ? `"__count":"${count()}",` : ''}"results":[${records.join(',')}]${link ? `,"__next":${JSON.stringify(internalHost + link)}` : ''}}}`,
			}
		: {
				status: 200,
				headers: { 'odata-version': '4.0' },
				body: `{"@odata.context":"$metadata#${set.name}",${isCounted ? `"@odata.count":${count()},` : ''}"value":[${records.join(',')}]${link ? `,"@odata.nextLink":${JSON.stringify(link.slice(asked.root.length + 1))}` : ''}}`,
			}
}

function conditions({ set, request, hasNoEntryView }: Asked): { sql: string; values: SQLInputValue[] } {
	const shown = set.name === entryView && hasNoEntryView ? `${inForce('r')} and ${hasEntryView}` : inForce('r')
	const filter = request.url.searchParams.get('$filter')
	if (!filter) return { sql: shown, values: [] }
	const { sql, values } = filterCondition(filter, set)
	return { sql: `${shown} and ${sql}`, values }
}

/** What `$top`, `$skip`, `$skiptoken` and the server's own limit leave, and the address of what follows within `$top`. */
function window({ set, request, root }: Asked): { limit: number; offset: number; next: string | null } {
	const given = request.url.searchParams
	const top = whole(given.get('$top'))
	const done = whole(given.get('$skiptoken')) ?? 0
	const left = top === null ? Number.MAX_SAFE_INTEGER : Math.max(0, top - done)
	const limit = Math.min(left, set.pageLimit ?? Number.MAX_SAFE_INTEGER, 1_000_000)
	const follow = new URLSearchParams(given)
	follow.set('$skiptoken', String(done + limit))
	const isLimited = set.pageLimit !== null && left > limit
	return {
		limit,
		offset: (whole(given.get('$skip')) ?? 0) + done,
		next: isLimited ? `${root}/${set.name}?${follow}` : null,
	}
}

function whole(text: string | null): number | null {
	if (text === null) return null
	if (!/^\d{1,9}$/.test(text))
		throw new SapRefusal(400, '005056A509B11EE1B9A8FEC11C22578E', `Invalid value '${text}' for a system query option`)
	return Number(text)
}

/** Without an order the database's own: as records came. */
function orderOf({ set, request }: Asked): string {
	const order = request.url.searchParams.get('$orderby')
	if (!order) return '_version'
	return order
		.split(',')
		.map((part) => {
			const [property = '', direction = 'asc'] = part.trim().split(/\s+/)
			if (!set.keys.includes(property) && !set.stored[property])
				throw new SapRefusal(
					400,
					'005056A509B11EE1B9A8FEC11C21D78E',
					`Property ${property} not found in type ${set.name}Type`,
				)
			return `"${property}" ${direction === 'desc' ? 'desc' : 'asc'}`
		})
		.join(', ')
}

function shownOf({ set, request, hidden, root }: Asked) {
	const given = request.url.searchParams
	const expand = set.version === 'V2' ? pathsV2(given.get('$expand')) : pathsV4(given.get('$expand'))
	const own: Navigation = { type: set.name, isList: true, properties: set.properties, navigation: set.navigation }
	for (const path of expand) knownPath(own, path.split('/'))
	const words = given
		.get('$select')
		?.split(',')
		.map((word) => word.trim())
	for (const word of words ?? [])
		if (hidden.has(word) || !(set.properties[word] || set.navigation[word.split('/')[0]!]))
			throw new SapRefusal(
				400,
				'005056A509B11EE1B9A8FEC11C21D78E',
				`Property ${word} not found in type ${set.name}Type`,
			)
	const hasExactDecimals = /IEEE754Compatible=true/i.test(String(request.headers.accept ?? ''))
	return {
		select: words ? new Set(words) : null,
		expand: new Set(expand),
		hidden,
		root: internalHost + root,
		hasExactDecimals,
	}
}

function knownPath(of: Navigation, [name = '', ...rest]: string[]): void {
	const inner = of.navigation[name]
	if (!inner)
		throw new SapRefusal(
			400,
			'005056A509B11EE1B9A8FEC11C21C78E',
			`Navigation property ${name} not found in type ${of.type}Type`,
		)
	if (rest.length > 0) knownPath(inner, rest)
}

function pathsV2(text: string | null): string[] {
	return text ? text.split(',').map((path) => path.trim()) : []
}

/** `_Item($expand=_ItemPricingElement),_Partner`. */
function pathsV4(text: string | null): string[] {
	return (text ?? '').split(',').flatMap((part) => {
		const match = /^(\w+)(?:\(\$expand=(\w+)\))?$/.exec(part)
		if (!match) return []
		return match[2] ? [match[1]!, `${match[1]}/${match[2]}`] : [match[1]!]
	})
}
