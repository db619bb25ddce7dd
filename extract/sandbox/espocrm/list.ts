import type { SQLInputValue } from 'node:sqlite'
import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { Attribute, Entity } from './entities.ts'
import { Refusal } from './refusal.ts'
import { type Where, whereSql } from './where.ts'

/** `recordListMaxSizeLimit`. */
export const largestPage = 200

type Asked = {
	maxSize: number
	offset: number
	orderBy: string
	order: 'asc' | 'desc'
	select: string[] | null
	where: Where[]
}

/** A list: `{total, list}`, or with `X-No-Total` -1 (there are more) or -2 (this was the end) for the total. */
export function listAnswer(parts: SandboxParts, entity: Entity, request: VendorRequest): VendorAnswer {
	const asked = askedFor(request.url.searchParams, entity)
	if (asked.maxSize > largestPage)
		throw new Refusal(403, `Max size should not exceed ${largestPage}. Use offset and limit.`)
	if (asked.offset < 0) throw new Refusal(500, null)
	const there = attributesNow(parts, entity)
	const seen = there.filter((one) => !isWithheld(parts, entity, one))
	const values: SQLInputValue[] = []
	refuseWithheld(
		asked,
		there.filter((one) => !seen.includes(one)),
	)
	const where = whereSql(asked.where, seen, values)
	const from = `from ${tableName('espocrm', entity.name)} r where ${inForce('r')} and ${where}`
	const now = { now: parts.clock.now() }
	const rows = parts.store.database
		.prepare(`select ${seen.map(({ name }, at) => `r."${name}" as v${at}`).join(', ')} ${from}
			order by r."${asked.orderBy}" ${asked.order}, r."id" ${asked.order} limit ? offset ?`)
		.all(now, ...values, asked.maxSize, asked.offset) as Record<string, unknown>[]
	const count = () =>
		(parts.store.database.prepare(`select count(*) as rows ${from}`).get(now, ...values) as { rows: number }).rows
	const isCounted = request.headers['x-no-total'] !== 'true'
	const total = isCounted ? count() : asked.offset + rows.length < count() ? -1 : -2
	const list = rows.map((row) => recordJson(row, seen, asked.select))
	return {
		status: 200,
		headers: { 'content-type': 'application/json' },
		body: `{"total":${total},"list":[${list.join(',')}]}`,
	}
}

/** One record; a deleted one is not there, to whom is no administrator. */
export function recordAnswer(parts: SandboxParts, entity: Entity, id: string): VendorAnswer {
	const seen = attributesNow(parts, entity).filter((one) => !isWithheld(parts, entity, one))
	const row = parts.store.database
		.prepare(`select ${seen.map(({ name }, at) => `r."${name}" as v${at}`).join(', ')}
			from ${tableName('espocrm', entity.name)} r where ${inForce('r')} and r."id" = ?`)
		.get({ now: parts.clock.now() }, id) as Record<string, unknown> | undefined
	if (!row) throw new Refusal(404, `Record ${id} does not exist.`)
	return { status: 200, headers: { 'content-type': 'application/json' }, body: recordJson(row, seen, null) }
}

/** The attributes that the entity has now, those that the user's role does not read among them. */
export function attributesNow(parts: SandboxParts, entity: Entity): Attribute[] {
	const isThere = (one: Attribute) => parts.visibility.fieldNow('espocrm', entity.name, one.name) !== 'hidden'
	return entity.attributes.filter((one) => isWithheld(parts, entity, one) || isThere(one))
}

/**
 * Does the user's role not read the attribute? It is then left out of every answer without a word (Core/Record/Service.php,
 * `prepareEntityForOutput`). What is said of an amount holds for its currency: they are one field.
 */
export function isWithheld({ visibility }: SandboxParts, { name }: Entity, attribute: Attribute): boolean {
	return visibility.isWithheld('espocrm', name, attribute.name.replace(/^amountCurrency$/, 'amount'))
}

/** A condition on what the role does not read is refused, and so is an order by it (Core/Select/Where/Checker.php, Order/Applier.php). */
function refuseWithheld({ where, orderBy }: Asked, withheld: Attribute[]): void {
	const isOne = (asked: unknown) => withheld.some(({ name }) => name === asked)
	for (const { attribute, value } of where) {
		if (isOne(attribute)) throw new Refusal(403, `Forbidden attribute '${attribute}' in where.`)
		if (Array.isArray(value) && typeof value[0] === 'object')
			refuseWithheld({ where: value, orderBy } as Asked, withheld)
	}
	if (isOne(orderBy)) throw new Refusal(403, `Not access to order by field '${orderBy}'.`)
}

/** Whatever is asked for, some attributes come along. */
const always = ['id', 'createdAt', 'assignedUserId', 'accountId']

function recordJson(row: Record<string, unknown>, seen: Attribute[], select: string[] | null): string {
	const members = seen.flatMap(({ name, kind, type }, at) => {
		if (select && !select.includes(name) && !always.includes(name)) return []
		return `${JSON.stringify(name)}:${valueJson(row[`v${at}`], kind, type)}`
	})
	return `{${[...members, '"isStarred":false'].join(',')}}`
}

/** Amounts are JSON numbers, decimals texts. */
function valueJson(value: unknown, kind: Attribute['kind'], type: string): string {
	if (value === null || value === undefined) return 'null'
	if (kind === 'number') return type === 'decimal' ? JSON.stringify(String(value)) : phpNumber(String(value))
	if (kind === 'integer' || kind === 'boolean') return String(value)
	return JSON.stringify(kind === 'datetime' ? String(value).replace('T', ' ') : String(value))
}

/** As PHP writes a float: no zeros behind, 14 significant digits at most when it was saved. */
function phpNumber(text: string): string {
	return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function askedFor(parameters: URLSearchParams, entity: Entity): Asked {
	const packed = parameters.get('searchParams')
	const given = packed ? packedParameters(packed) : plainParameters(parameters)
	const orderBy = given.orderBy ?? 'id'
	if (!entity.attributes.some(({ name }) => name === orderBy))
		throw new Refusal(400, `Not existing order-by field '${orderBy}'.`)
	return {
		maxSize: Number(given.maxSize ?? largestPage),
		offset: Number(given.offset ?? 0),
		orderBy,
		order: given.order === 'desc' ? 'desc' : 'asc',
		select: given.select ?? null,
		where: given.where ?? [],
	}
}

type Given = {
	maxSize?: number | string
	offset?: number | string
	orderBy?: string
	order?: string
	select?: string[]
	where?: Where[]
}

function packedParameters(packed: string): Given {
	try {
		return JSON.parse(packed) as Given
	} catch {
		throw new Refusal(400, 'Bad searchParams.')
	}
}

/** `where[0][type]=…&where[0][value]=…`, as PHP reads them. Unknown parameters are passed over. */
function plainParameters(parameters: URLSearchParams): Given {
	const where: Where[] = []
	const given: Given = {}
	for (const [name, value] of parameters) {
		const [, at, member] = /^where\[(\d+)\]\[(\w+)\]$/.exec(name) ?? []
		if (at !== undefined) where[Number(at)] = { ...where[Number(at)], [member!]: value }
		else if (name === 'select') given.select = value.split(',')
		else if (['maxSize', 'offset', 'orderBy', 'order'].includes(name)) Object.assign(given, { [name]: value })
	}
	return { ...given, where: where.filter(Boolean) }
}
