import { readTokens, type TokenReader, tokens } from '../lexer.ts'
import { parseExpression, unexpected } from './expression-parser.ts'
import { unsupportedSearch } from './refusal.ts'
import type { Expression, Order, Select, SelectItem, Source } from './suiteql-syntax.ts'

/** Parses the part of SuiteQL that the sandbox speaks: one SELECT. Throws NetsuiteRefusal at anything else. */
export function parseSuiteql(query: string): Select {
	const refuse = (at: number, text: string) => unsupportedSearch(`unexpected "${text}" at character ${at}`)
	const reader = readTokens(tokens(query, lexicon, refuse), unexpected)
	const select = parseSelect(reader)
	if (reader.peek().kind !== 'end') throw unexpected(reader.peek())
	return select
}

const lexicon = {
	string: /'(?:[^']|'')*'/y,
	unescape: (inner: string) => inner.replaceAll("''", "'"),
	signs: /<=|>=|!=|<>|\|\||[=<>(),.*+-]/y,
}

function parseSelect(reader: TokenReader): Select {
	reader.expect('SELECT')
	const isDistinct = reader.accept('DISTINCT')
	const items = parseList(reader, () => parseItem(reader))
	const sources = reader.accept('FROM') ? parseSources(reader) : []
	const where = reader.accept('WHERE') ? expression(reader) : null
	const groupBy = acceptBoth(reader, 'GROUP') ? parseList(reader, () => expression(reader)) : []
	const having = reader.accept('HAVING') ? expression(reader) : null
	const orderBy = acceptBoth(reader, 'ORDER') ? parseList(reader, () => parseOrder(reader)) : []
	return { isDistinct, items, sources, where, groupBy, having, orderBy }
}

function expression(reader: TokenReader): Expression {
	return parseExpression(reader, parseSelect)
}

function parseItem(reader: TokenReader): SelectItem {
	if (reader.accept('*')) return { kind: 'all' }
	const value = expression(reader)
	return { kind: 'expression', value, alias: parseAlias(reader) }
}

function parseAlias(reader: TokenReader): string | null {
	if (reader.accept('AS')) return reader.word().text.toLowerCase()
	const next = reader.peek()
	if (next.kind !== 'word' || clauses.has(next.text.toUpperCase())) return null
	return reader.take().text.toLowerCase()
}

const clauses = new Set(
	'FROM WHERE GROUP HAVING ORDER UNION INNER LEFT RIGHT FULL CROSS JOIN ON FETCH OFFSET LIMIT MINUS INTERSECT'.split(
		' ',
	),
)

function parseSources(reader: TokenReader): Source[] {
	const sources = [parseSource(reader, false)]
	while (true) {
		const isOuter = reader.accept('LEFT')
		if (isOuter) reader.accept('OUTER')
		const isInner = !isOuter && reader.accept('INNER')
		if (!reader.accept('JOIN')) {
			if (isOuter || isInner) throw unexpected(reader.peek())
			return sources
		}
		const source = parseSource(reader, isOuter)
		reader.expect('ON')
		sources.push({ ...source, on: expression(reader) })
	}
}

function parseSource(reader: TokenReader, isOuter: boolean): Source {
	const table = reader.word().text.toLowerCase()
	return { table, alias: parseAlias(reader) ?? table, isOuter, on: null }
}

function parseOrder(reader: TokenReader): Order {
	const value = expression(reader)
	return { value, isDescending: !reader.accept('ASC') && reader.accept('DESC') }
}

function parseList<T>(reader: TokenReader, parseOne: () => T): T[] {
	const list = [parseOne()]
	while (reader.accept(',')) list.push(parseOne())
	return list
}

function acceptBoth(reader: TokenReader, first: string): boolean {
	if (!reader.accept(first)) return false
	reader.expect('BY')
	return true
}
