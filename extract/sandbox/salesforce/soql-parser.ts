import { readTokens, type Token, type TokenReader, tokens } from '../lexer.ts'
import { queryRefusal, SalesforceRefusal } from './refusal.ts'

/** A name in a query, and where it stands (characters from 0). */
export type Name = { text: string; at: number }

export type AggregateFunction = 'COUNT' | 'COUNT_DISTINCT' | 'SUM' | 'MIN' | 'MAX'

/** One thing selected: a field, or an aggregate of one. */
export type Selected =
	| { kind: 'field'; field: Name }
	| { kind: 'aggregate'; calculate: AggregateFunction; field: Name; alias: string | null }

export type Literal = { kind: 'string' | 'number' | 'datetime' | 'date' | 'boolean' | 'null'; text: string; at: number }

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN'

export type Condition =
	| { kind: 'and' | 'or'; parts: Condition[] }
	| { kind: 'not'; part: Condition }
	| { kind: 'compare'; field: Name; operator: Comparison; values: Literal[] }

/** A parsed SOQL query. `isCount`: `SELECT COUNT() FROM …`, whose answer is the number alone. */
export type Soql = {
	isCount: boolean
	select: Selected[]
	object: Name
	where: Condition | null
	groupBy: Name[]
	orderBy: { field: Name; isDescending: boolean; nulls: 'FIRST' | 'LAST' }[]
	limit: number | null
	offset: number | null
}

/** Parses the part of SOQL that the sandbox speaks. Throws SalesforceRefusal (MALFORMED_QUERY) at anything else. */
export function parseSoql(query: string): Soql {
	const list = tokens(query, lexicon, (at, text) =>
		queryRefusal('MALFORMED_QUERY', query, at, `line 1:${at} no viable alternative at character '${text}'`),
	)
	const reader = readTokens(list, (token) => unexpected(query, token))
	reader.expect('SELECT')
	const { isCount, select } = parseSelect(reader, query)
	reader.expect('FROM')
	const object = nameOf(reader.word())
	const where = reader.accept('WHERE') ? parseConditions(reader, query) : null
	const groupBy = acceptBoth(reader, 'GROUP', 'BY') ? parseList(reader, () => nameOf(reader.word())) : []
	const orderBy = acceptBoth(reader, 'ORDER', 'BY') ? parseList(reader, () => parseOrder(reader)) : []
	const limit = reader.accept('LIMIT') ? parseCount(reader, query) : null
	const offset = reader.accept('OFFSET') ? parseCount(reader, query) : null
	if (reader.peek().kind !== 'end') throw unexpected(query, reader.peek())
	return { isCount, select, object, where, groupBy, orderBy, limit, offset }
}

const lexicon = {
	string: /'(?:[^'\\]|\\.)*'/y,
	unescape: (inner: string) =>
		inner.replace(/\\(.)/g, (_, sign: string) => ({ n: '\n', r: '\r', t: '\t' })[sign] ?? sign),
	moment: /\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2}))?/y,
	signs: /<=|>=|!=|<>|[=<>(),.-]/y,
}

const aggregates = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX']

function parseSelect(reader: TokenReader, query: string): { isCount: boolean; select: Selected[] } {
	const first = reader.word()
	if (first.text.toUpperCase() === 'COUNT' && reader.accept('(')) {
		if (reader.accept(')')) return { isCount: true, select: [] }
		const count = parseAggregate(reader, query, 'COUNT')
		return { isCount: false, select: [count, ...parseRest(reader, query)] }
	}
	return { isCount: false, select: [parseSelected(reader, query, first), ...parseRest(reader, query)] }
}

function parseRest(reader: TokenReader, query: string): Selected[] {
	const rest: Selected[] = []
	while (reader.accept(',')) rest.push(parseSelected(reader, query, reader.word()))
	return rest
}

function parseSelected(reader: TokenReader, query: string, word: Token): Selected {
	if (reader.accept('.')) {
		const message = `Didn't understand relationship '${word.text}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`
		throw queryRefusal('INVALID_FIELD', query, word.at, message)
	}
	const upper = word.text.toUpperCase()
	if (aggregates.includes(upper) && reader.accept('(')) return parseAggregate(reader, query, upper as AggregateFunction)
	return { kind: 'field', field: nameOf(word) }
}

/** The opening parenthesis has been taken. */
function parseAggregate(reader: TokenReader, query: string, calculate: AggregateFunction): Selected {
	const field = nameOf(reader.word())
	reader.expect(')')
	const next = reader.peek()
	const hasAlias = next.kind === 'word' && next.text.toUpperCase() !== 'FROM'
	if (hasAlias && reserved.includes(next.text.toUpperCase())) throw unexpected(query, next)
	return { kind: 'aggregate', calculate, field, alias: hasAlias ? reader.take().text : null }
}

const reserved = ['WHERE', 'GROUP', 'ORDER', 'LIMIT', 'OFFSET', 'SELECT', 'AND', 'OR', 'NOT', 'IN', 'LIKE']

/** Salesforce wants parentheses where AND and OR meet on one level. */
function parseConditions(reader: TokenReader, query: string): Condition {
	const first = parseCondition(reader, query)
	const word = reader.peek().text.toUpperCase()
	if (reader.peek().kind !== 'word' || (word !== 'AND' && word !== 'OR')) return first
	const parts = [first]
	while (reader.accept(word)) parts.push(parseCondition(reader, query))
	const next = reader.peek()
	if (next.kind === 'word' && ['AND', 'OR'].includes(next.text.toUpperCase())) throw unexpected(query, next)
	return { kind: word === 'AND' ? 'and' : 'or', parts }
}

function parseCondition(reader: TokenReader, query: string): Condition {
	if (reader.accept('NOT')) return { kind: 'not', part: parseCondition(reader, query) }
	if (reader.accept('(')) {
		const inner = parseConditions(reader, query)
		reader.expect(')')
		return inner
	}
	const field = nameOf(reader.word())
	const operator = parseOperator(reader, query)
	if (operator !== 'IN' && operator !== 'NOT IN')
		return { kind: 'compare', field, operator, values: [parseLiteral(reader, query)] }
	reader.expect('(')
	const values = parseList(reader, () => parseLiteral(reader, query))
	reader.expect(')')
	return { kind: 'compare', field, operator, values }
}

function parseOperator(reader: TokenReader, query: string): Comparison {
	const token = reader.take()
	const text = token.text.toUpperCase()
	if (text === '<>') return '!='
	if (text === 'NOT') {
		reader.expect('IN')
		return 'NOT IN'
	}
	const known: Comparison[] = ['=', '!=', '<', '<=', '>', '>=', 'LIKE', 'IN']
	const operator = known.find((each) => each === text)
	if (!operator || token.kind === 'string') throw unexpected(query, token)
	return operator
}

function parseLiteral(reader: TokenReader, query: string): Literal {
	const token = reader.take()
	const { text, at } = token
	if (token.kind === 'string') return { kind: 'string', text, at }
	if (token.kind === 'number') return { kind: 'number', text, at }
	if (token.kind === 'moment') return { kind: text.includes('T') ? 'datetime' : 'date', text, at }
	if (token.kind === 'sign' && text === '-' && reader.peek().kind === 'number')
		return { kind: 'number', text: `-${reader.take().text}`, at }
	const word = token.kind === 'word' ? text.toLowerCase() : ''
	if (word === 'true' || word === 'false') return { kind: 'boolean', text: word, at }
	if (word === 'null') return { kind: 'null', text: word, at }
	throw unexpected(query, token)
}

function parseOrder(reader: TokenReader): Soql['orderBy'][number] {
	const field = nameOf(reader.word())
	const isDescending = !reader.accept('ASC') && reader.accept('DESC')
	if (!reader.accept('NULLS')) return { field, isDescending, nulls: 'FIRST' }
	if (reader.accept('LAST')) return { field, isDescending, nulls: 'LAST' }
	reader.expect('FIRST')
	return { field, isDescending, nulls: 'FIRST' }
}

function parseCount(reader: TokenReader, query: string): number {
	const token = reader.take()
	if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw unexpected(query, token)
	return Number(token.text)
}

function parseList<T>(reader: TokenReader, parseOne: () => T): T[] {
	const list = [parseOne()]
	while (reader.accept(',')) list.push(parseOne())
	return list
}

function acceptBoth(reader: TokenReader, first: string, second: string): boolean {
	if (!reader.accept(first)) return false
	reader.expect(second)
	return true
}

function nameOf({ text, at }: Token): Name {
	return { text, at }
}

function unexpected(query: string, token: Token): SalesforceRefusal {
	if (token.kind === 'end') return new SalesforceRefusal(400, 'MALFORMED_QUERY', 'unexpected token: <EOF>')
	return queryRefusal('MALFORMED_QUERY', query, token.at, `unexpected token: '${token.text}'`)
}
