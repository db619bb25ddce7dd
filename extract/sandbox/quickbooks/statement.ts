import type { SQLInputValue } from 'node:sqlite'
import { momentText } from '../clock.ts'
import { type Lexicon, readTokens, type TokenReader, tokens } from '../lexer.ts'
import { parseRefusal, queryRefusal } from './refusal.ts'

/** A condition of a query: the property, the operator and its values, as texts. */
export type Condition = { property: string; operator: string; values: string[] }

/** A query as it was asked. `start` counts from 1. */
export type Statement = {
	entity: string
	isCount: boolean
	conditions: Condition[]
	order: { property: string; isDescending: boolean } | null
	start: number
	most: number
}

const lexicon: Lexicon = {
	string: /'(?:[^'\\]|\\.)*'/y,
	unescape: (inner) => inner.replaceAll(/\\(.)/g, '$1'),
	signs: /[<>]=|[*(),=<>.]/y,
}

const operators = ['=', '<', '>', '<=', '>=', 'in', 'like']

/**
 * Reads `SELECT * | COUNT(*) FROM Entity [WHERE … AND …] [ORDERBY property [ASC|DESC]] [STARTPOSITION n] [MAXRESULTS n]`. There is no OR,
 * no NOT, no list of columns. More than 1,000 results are cut without a word; without a number there are 100.
 */
export function parseStatement(query: string): Statement {
	const refuse = (at: number, text: string) => parseRefusal(text, at)
	const reader = readTokens(tokens(query, lexicon, refuse), (token) => parseRefusal(token.text, token.at))
	reader.expect('select')
	const isCount = reader.accept('count')
	if (isCount) reader.expect('(')
	reader.expect('*')
	if (isCount) reader.expect(')')
	reader.expect('from')
	const entity = reader.word().text
	const conditions = reader.accept('where') ? readConditions(reader) : []
	const order = readOrder(reader)
	const start = reader.accept('startposition') ? readNumber(reader) : 1
	const most = reader.accept('maxresults') ? readNumber(reader) : 100
	const rest = reader.peek()
	if (rest.kind !== 'end') throw parseRefusal(rest.text, rest.at)
	return { entity, isCount, conditions, order, start, most: Math.min(most, 1000) }
}

function readConditions(reader: TokenReader): Condition[] {
	const conditions: Condition[] = []
	do {
		const property = readProperty(reader)
		const token = reader.take()
		const operator = token.text.toLowerCase()
		if (!operators.includes(operator)) throw parseRefusal(token.text, token.at)
		conditions.push({ property, operator, values: operator === 'in' ? readList(reader) : [readValue(reader)] })
	} while (reader.accept('and'))
	return conditions
}

function readOrder(reader: TokenReader): Statement['order'] {
	if (reader.accept('order')) reader.expect('by')
	else if (!reader.accept('orderby')) return null
	const property = readProperty(reader)
	const isDescending = reader.accept('desc')
	if (!isDescending) reader.accept('asc')
	return { property, isDescending }
}

function readProperty(reader: TokenReader): string {
	let name = reader.word().text
	while (reader.accept('.')) name += `.${reader.word().text}`
	return name
}

function readList(reader: TokenReader): string[] {
	reader.expect('(')
	const values = [readValue(reader)]
	while (reader.accept(',')) values.push(readValue(reader))
	reader.expect(')')
	return values
}

function readValue(reader: TokenReader): string {
	const token = reader.take()
	if (token.kind === 'string' || token.kind === 'number') return token.text
	if (token.kind === 'word' && /^(true|false)$/i.test(token.text)) return token.text.toLowerCase()
	throw parseRefusal(token.text, token.at)
}

function readNumber(reader: TokenReader): number {
	const token = reader.take()
	const number = Number(token.text)
	if (token.kind === 'number' && Number.isInteger(number) && number > 0) return number
	throw queryRefusal('STARTPOSITION and MAXRESULTS take positive whole numbers')
}

/** The condition in SQL over the stored columns. Id is only equal to something; few properties can be asked for at all. */
export function conditionSql({ property, operator, values }: Condition): { sql: string; values: SQLInputValue[] } {
	const name = property.toLowerCase()
	const places = values.map(() => '?').join(', ')
	if (name === 'id') {
		if (operator !== '=' && operator !== 'in') throw queryRefusal('Property Id supports only = and IN')
		return { sql: `id in (${places})`, values }
	}
	if (name === 'active') {
		if (operator !== '=' && operator !== 'in') throw queryRefusal('Property Active supports only = and IN')
		return { sql: `coalesce(active, 'true') in (${places})`, values }
	}
	const column = { 'metadata.lastupdatedtime': 'updated', 'metadata.createtime': 'created' }[name]
	if (!column) throw queryRefusal(`Property ${property} not found for Entity, or not queryable`)
	if (operator === 'like' || operator === 'in') throw queryRefusal(`Property ${property} does not support ${operator}`)
	return { sql: `${column} ${operator} ?`, values: [momentOfValue(values[0]!)] }
}

/** What a query is sorted by; without a word it is by Id. */
export function orderSql(order: Statement['order']): string {
	const way = order?.isDescending ? 'desc' : 'asc'
	const name = order?.property.toLowerCase() ?? 'id'
	if (name === 'id') return `cast(id as integer) ${way}, id`
	if (name === 'metadata.lastupdatedtime') return `updated ${way}, _version`
	throw queryRefusal(`Property ${order!.property} is not sortable`)
}

/** A moment with its offset, or in UTC, as the store has it. */
function momentOfValue(value: string): string {
	const at = Date.parse(
		/T.*([+-]\d\d:\d\d|Z)$/.test(value) ? value : `${value.slice(0, 19)}${value.includes('T') ? 'Z' : ''}`,
	)
	if (Number.isNaN(at)) throw queryRefusal(`'${value}' is no date and time`)
	return momentText(at)
}
