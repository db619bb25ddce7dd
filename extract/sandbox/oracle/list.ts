import type { SQLInputValue } from 'node:sqlite'
import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { querySql } from './q.ts'
import { badParameter, Refusal } from './refusal.ts'
import { type Attribute, parentColumn, type Resource } from './resources.ts'

/** What is given at once, whatever is asked for; and what is given unasked. */
const largestPage = 499
const usualPage = 25

/** Behind so many records `hasMore` ends before the records do. */
const trustedOffset = 1000

type Asked = {
	version: number
	limit: number
	offset: number
	children: Map<Resource, Set<string> | null>
	fields: Set<string> | null
	onlyData: boolean
	totalResults: boolean
}

/** The list of a resource: `{items, count, hasMore, limit, offset, [totalResults], links}`. */
export function listAnswer(
	parts: SandboxParts,
	resource: Resource,
	parameters: URLSearchParams,
	version: number,
): VendorAnswer {
	const asked = askedFor(parts, resource, parameters, version)
	const values: SQLInputValue[] = []
	const seen = seenAttributes(parts, resource)
	const q = parameters.get('q')
	const conditions = [
		inForce('r'),
		...(resource.finder ? [finderSql(resource, parameters.get('finder'), values)] : []),
		...(q ? [querySql(q, seen, values, version)] : []),
	]
	if (!resource.finder && parameters.has('finder')) throw badParameter('finder')
	const from = `from ${tableName('oracle', resource.table)} r where ${conditions.join(' and ')}`
	const now = { now: parts.clock.now() }
	const { database } = parts.store
	const rows = database
		.prepare(`select r.* ${from} order by ${orderSql(parameters.get('orderBy'), seen)} limit ? offset ?`)
		.all(now, ...values, asked.limit + 1, asked.offset) as Row[]
	const page = rows.slice(0, asked.limit)
	const count = () => (database.prepare(`select count(*) as rows ${from}`).get(now, ...values) as { rows: number }).rows
	// At an offset both are wrong: the end comes too early, and the total is that of what was seen.
	const hasMore = rows.length > page.length && asked.offset < trustedOffset
	const total = () => (asked.offset > 0 || asked.limit > largestPage ? asked.offset + page.length : count())
	const items = page.length === 0 ? [] : itemsOf(parts, resource, page, asked)
	const members = [
		`"items":[${items.join(',')}]`,
		...(asked.totalResults ? [`"totalResults":${total()}`] : []),
		`"count":${page.length}`,
		`"hasMore":${hasMore}`,
		`"limit":${asked.limit}`,
		`"offset":${asked.offset}`,
		`"links":[{"rel":"self","href":"/${resource.application}/resources/11.13.18.05/${resource.name}","name":"${resource.name}","kind":"collection"}]`,
	]
	return { status: 200, headers: { 'content-type': collectionType }, body: `{${members.join(',')}}` }
}

const collectionType = 'application/vnd.oracle.adf.resourcecollection+json'

/** `describe`: attributes with their types, and the children's. */
export function describeAnswer(parts: SandboxParts, resource: Resource): VendorAnswer {
	const described = (one: Resource): unknown => ({
		attributes: seenAttributes(parts, one).map(({ name, type }) => {
			const now = parts.visibility.fieldNow('oracle', one.table, name)
			return {
				name,
				type: typeof now === 'object' ? eventTypes[now.type] : type,
				title: typeof now === 'object' ? now.label : name,
				queryable: true,
			}
		}),
		...(one.children.length > 0 && {
			children: Object.fromEntries(one.children.map((each) => [each.name, described(each)])),
		}),
		collection: { rangeSize: usualPage, finders: one.finder ? [{ name: one.finder }] : [] },
	})
	return {
		status: 200,
		headers: { 'content-type': 'application/vnd.oracle.adf.description+json' },
		body: JSON.stringify({ Resources: { [resource.name]: described(resource) } }),
	}
}

const eventTypes = {
	string: 'string',
	double: 'number',
	boolean: 'boolean',
	date: 'date',
	picklist: 'string',
	currency: 'number',
}

/** The attributes that the user may see. */
export function seenAttributes({ visibility }: SandboxParts, { table, attributes }: Resource): Attribute[] {
	return attributes.filter(({ name }) => visibility.fieldNow('oracle', table, name) !== 'hidden')
}

type Row = Record<string, unknown>

/** Unknown parameters are passed over; those that are known and wrong are refused. `fields` beats `expand`. */
function askedFor(parts: SandboxParts, resource: Resource, parameters: URLSearchParams, version: number): Asked {
	const limit = parameters.has('limit') ? Number(parameters.get('limit')) : usualPage
	const offset = Number(parameters.get('offset') ?? 0)
	if (!Number.isInteger(limit) || limit < 0) throw badParameter('limit')
	if (!Number.isInteger(offset) || offset < 0) throw badParameter('offset')
	const asked: Asked = {
		version,
		limit: Math.min(limit, largestPage),
		offset,
		children: new Map(),
		fields: null,
		onlyData: parameters.get('onlyData') === 'true',
		totalResults: parameters.get('totalResults') === 'true',
	}
	const fields = parameters.get('fields')
	if (fields !== null) readFields(parts, resource, fields, asked)
	else for (const path of (parameters.get('expand') ?? '').split(',').filter(Boolean)) expand(resource, path, asked)
	return asked
}

/** `A,B;child:C,D;child.grandchild:E`. */
function readFields(parts: SandboxParts, resource: Resource, text: string, asked: Asked): void {
	asked.fields = new Set()
	for (const group of text.split(';')) {
		const [path, list] = group.includes(':') ? (group.split(':') as [string, string]) : ['', group]
		const target = path === '' ? resource : expand(resource, path, asked)
		const names = list.split(',').filter(Boolean)
		const known = seenAttributes(parts, target)
		const stranger = names.find((name) => !known.some((one) => one.name === name))
		if (stranger)
			throw new Refusal(400, `URL request parameter fields cannot be used: ${stranger} is not found.`, {
				path: 'fields',
			})
		if (target === resource) for (const name of names) asked.fields.add(name)
		else asked.children.set(target, new Set(names))
	}
}

function expand(resource: Resource, path: string, asked: Asked): Resource {
	if (path === 'all') {
		for (const one of resource.children) asked.children.set(one, null)
		return resource
	}
	let current = resource
	for (const name of path.split('.')) {
		const found = current.children.find((one) => one.name === name)
		if (!found) throw badParameter('expand')
		if (!asked.children.has(found)) asked.children.set(found, null)
		current = found
	}
	return current
}

/** Each row as JSON, with the children that are asked for: lists of version 1 and 2, collections of their own from 3 on. */
function itemsOf(parts: SandboxParts, resource: Resource, rows: Row[], asked: Asked): string[] {
	const attributes = seenAttributes(parts, resource)
	const own = asked.children.get(resource) ?? null
	const shown = resource.table === resource.name ? asked.fields : own
	const lists = resource.children
		.filter((one) => asked.children.has(one))
		.map((one) => ({
			name: one.name,
			byParent: childrenOf(
				parts,
				one,
				rows.map((row) => String(row['_id'])),
				asked,
			),
		}))
	return rows.map((row) => {
		const members = attributes
			.filter(({ name }) => !shown || shown.has(name))
			.map((one) => `${JSON.stringify(one.name)}:${valueJson(row[one.name], one)}`)
		for (const { name, byParent } of lists) {
			const items = byParent.get(String(row['_id'])) ?? []
			const list = `[${items.join(',')}]`
			const collection = `{"items":${list},"count":${items.length},"hasMore":false,"limit":${usualPage},"offset":0}`
			members.push(`"${name}":${asked.version >= 3 ? collection : list}`)
		}
		if (!asked.onlyData) members.push(`"links":[{"rel":"self","name":"${resource.name}","kind":"item"}]`)
		return `{${members.join(',')}}`
	})
}

function childrenOf(parts: SandboxParts, child: Resource, parents: string[], asked: Asked): Map<string, string[]> {
	const marks = parents.map(() => '?').join(', ')
	const rows = parts.store.database
		.prepare(`select r.* from ${tableName('oracle', child.table)} r
			where r."${parentColumn}" in (${marks}) and ${inForce('r')} order by ${child.key.map((name) => `r."${name}"`).join(', ')}`)
		.all({ now: parts.clock.now() }, ...parents) as Row[]
	const byParent = new Map<string, string[]>()
	itemsOf(parts, child, rows, asked).forEach((item, at) => {
		const parent = String(rows[at]![parentColumn])
		byParent.set(parent, [...(byParent.get(parent) ?? []), item])
	})
	return byParent
}

/** Without an order, or among equals, rows come as they like. */
function orderSql(text: string | null, attributes: Attribute[]): string {
	if (!text) return 'random()'
	const parts = text.split(',').map((part) => {
		const [name = '', direction = 'asc'] = part.split(':')
		if (!attributes.some((one) => one.name === name) || !/^(asc|desc)$/.test(direction)) throw badParameter('orderBy')
		return `r."${name}" ${direction}`
	})
	return [...parts, 'random()'].join(', ')
}

/** `CurrencyRatesFinder;fromCurrency=EUR,toCurrency=USD,…`: a name without its variables answers nothing. */
function finderSql(resource: Resource, text: string | null, values: SQLInputValue[]): string {
	const [name, list = ''] = (text ?? '').split(';')
	if (name !== resource.finder) throw new Refusal(400, 'A finder is required for this resource.', { path: 'finder' })
	const given = new Map(list.split(',').map((pair) => pair.split('=') as [string, string]))
	const conditions = Object.entries(rateVariables).map(([variable, condition]) => {
		const value = given.get(variable)
		if (!value)
			throw new Refusal(400, `The finder variable ${variable} is required.`, { code: 'JBO-29114', path: 'finder' })
		values.push(value)
		return condition
	})
	return conditions.join(' and ')
}

const rateVariables: Record<string, string> = {
	fromCurrency: 'r."FromCurrency" = ?',
	toCurrency: 'r."ToCurrency" = ?',
	userConversionType: 'r."UserConversionType" = ?',
	startDate: 'r."ConversionDate" >= ?',
	endDate: 'r."ConversionDate" <= ?',
}

/** Ids and amounts are JSON numbers, whatever their digits. */
function valueJson(value: unknown, { kind }: Attribute): string {
	if (value === null || value === undefined) return 'null'
	if (kind === 'integer' || kind === 'number' || kind === 'boolean') return String(value)
	return JSON.stringify(kind === 'datetime' ? `${value}.000+00:00` : String(value))
}
