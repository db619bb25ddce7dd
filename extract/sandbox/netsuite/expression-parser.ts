import type { Token, TokenReader } from '../lexer.ts'
import { type NetsuiteRefusal, unsupportedSearch } from './refusal.ts'
import type { Expression, Select } from './suiteql-syntax.ts'

/** Parses an expression. `parseSelect` reads a query in parentheses after IN. Throws NetsuiteRefusal. */
export function parseExpression(reader: TokenReader, parseSelect: (reader: TokenReader) => Select): Expression {
	return parseOr({ reader, parseSelect })
}

/** The refusal of a token that does not belong where it stands. */
export function unexpected(token: Token): NetsuiteRefusal {
	return unsupportedSearch(
		token.kind === 'end' ? 'the query ends too early' : `unexpected "${token.text}" at character ${token.at}`,
	)
}

type Parsing = { reader: TokenReader; parseSelect(reader: TokenReader): Select }

function parseOr(parsing: Parsing): Expression {
	return parseChain(parsing, ['OR'], parseAnd)
}

function parseAnd(parsing: Parsing): Expression {
	return parseChain(parsing, ['AND'], parseNot)
}

function parseNot(parsing: Parsing): Expression {
	if (parsing.reader.accept('NOT')) return { kind: 'not', value: parseNot(parsing) }
	return parsePredicate(parsing)
}

function parsePredicate(parsing: Parsing): Expression {
	const { reader } = parsing
	const value = parseSum(parsing)
	for (const operator of ['=', '<>', '!=', '<=', '>=', '<', '>']) {
		if (reader.accept(operator))
			return { kind: 'binary', operator: operator === '!=' ? '<>' : operator, left: value, right: parseSum(parsing) }
	}
	if (reader.accept('IS')) {
		const isNegated = reader.accept('NOT')
		reader.expect('NULL')
		return { kind: 'null-test', value, isNegated }
	}
	const isNegated = reader.accept('NOT')
	if (reader.accept('IN')) return { kind: 'in', value, list: parseInList(parsing), isNegated }
	if (reader.accept('BETWEEN')) {
		const low = parseSum(parsing)
		reader.expect('AND')
		return { kind: 'between', value, low, high: parseSum(parsing), isNegated }
	}
	if (reader.accept('LIKE')) {
		const like: Expression = { kind: 'binary', operator: 'like', left: value, right: parseSum(parsing) }
		return isNegated ? { kind: 'not', value: like } : like
	}
	if (isNegated) throw unexpected(reader.peek())
	return value
}

function parseInList(parsing: Parsing): Expression[] | Select {
	const { reader, parseSelect } = parsing
	reader.expect('(')
	const isQuery = reader.peek().kind === 'word' && reader.peek().text.toUpperCase() === 'SELECT'
	const list = isQuery ? parseSelect(reader) : parseList(parsing)
	reader.expect(')')
	// Oracle's limit, ORA-01795.
	if (Array.isArray(list) && list.length > 1000)
		throw unsupportedSearch('the maximum number of expressions in a list is 1000')
	return list
}

function parseSum(parsing: Parsing): Expression {
	return parseChain(parsing, ['+', '-', '||'], parseProduct)
}

function parseProduct(parsing: Parsing): Expression {
	return parseChain(parsing, ['*'], parseUnary)
}

function parseChain(parsing: Parsing, operators: string[], parsePart: (parsing: Parsing) => Expression): Expression {
	let left = parsePart(parsing)
	while (true) {
		const operator = operators.find((each) => parsing.reader.accept(each))
		if (!operator) return left
		left = { kind: 'binary', operator: operator.toLowerCase(), left, right: parsePart(parsing) }
	}
}

function parseUnary(parsing: Parsing): Expression {
	if (parsing.reader.accept('-')) return { kind: 'negative', value: parseUnary(parsing) }
	return parsePrimary(parsing)
}

function parsePrimary(parsing: Parsing): Expression {
	const { reader } = parsing
	if (reader.accept('(')) {
		const inner = parseOr(parsing)
		reader.expect(')')
		return inner
	}
	const token = reader.take()
	if (token.kind === 'string' || token.kind === 'number') return { kind: token.kind, text: token.text }
	if (token.kind !== 'word') throw unexpected(token)
	const word = token.text.toUpperCase()
	if (word === 'NULL') return { kind: 'null' }
	if (word === 'CASE') return parseCase(parsing)
	if (reserved.has(word)) throw unexpected(token)
	if (reader.accept('(')) return parseCall(parsing, word)
	if (!reader.accept('.')) return { kind: 'column', alias: null, name: token.text.toLowerCase() }
	const member = reader.word().text
	if (reader.accept('(')) return parseCall(parsing, `${word}.${member.toUpperCase()}`)
	return { kind: 'column', alias: token.text.toLowerCase(), name: member.toLowerCase() }
}

const reserved = new Set(
	'SELECT FROM WHERE GROUP ORDER BY HAVING JOIN INNER LEFT RIGHT FULL OUTER ON AND OR NOT IN IS LIKE BETWEEN UNION WHEN THEN ELSE END AS ASC DESC'.split(
		' ',
	),
)

/** The opening parenthesis has been taken. */
function parseCall(parsing: Parsing, name: string): Expression {
	const { reader } = parsing
	const isStar = reader.accept('*')
	const isDistinct = !isStar && reader.accept('DISTINCT')
	const values = isStar || reader.accept(')') ? [] : parseList(parsing)
	if (isStar || values.length > 0) reader.expect(')')
	return { kind: 'call', name, values, isDistinct, isStar }
}

function parseCase(parsing: Parsing): Expression {
	const { reader } = parsing
	const branches: { when: Expression; result: Expression }[] = []
	while (reader.accept('WHEN')) {
		const when = parseOr(parsing)
		reader.expect('THEN')
		branches.push({ when, result: parseOr(parsing) })
	}
	if (branches.length === 0) throw unexpected(reader.peek())
	const otherwise = reader.accept('ELSE') ? parseOr(parsing) : null
	reader.expect('END')
	return { kind: 'case', branches, otherwise }
}

function parseList(parsing: Parsing): Expression[] {
	const list = [parseOr(parsing)]
	while (parsing.reader.accept(',')) list.push(parseOr(parsing))
	return list
}
