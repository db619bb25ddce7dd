import type { SQLInputValue } from 'node:sqlite'
import type { AccountTime } from './account-time.ts'
import { callSql } from './function-plan.ts'
import { unknownIdentifier, unsupportedSearch } from './refusal.ts'
import type { Expression, Select } from './suiteql-syntax.ts'
import type { NetsuiteTable } from './tables.ts'
import { commonType, compareSql, isNumeric, type TypedSql } from './typed-sql.ts'

/** What expressions are planned against. */
export type ExpressionContext = {
	sources: { alias: string; table: NetsuiteTable }[]
	/** The company's moment, UTC text. */
	now: string
	time: AccountTime
	bind(value: SQLInputValue): string
	/** The SQL of a query in parentheses, which must have one column. */
	subquery(select: Select): TypedSql
}

/** An expression as SQLite's SQL, every column checked. Throws NetsuiteRefusal. */
export function expressionSql(expression: Expression, context: ExpressionContext): TypedSql {
	switch (expression.kind) {
		case 'column':
			return columnSql(expression.alias, expression.name, context)
		case 'string':
			return { sql: context.bind(expression.text), type: 'text', constant: expression.text }
		case 'number':
			if (/^\d{1,15}$/.test(expression.text))
				return { sql: expression.text, type: 'integer', constant: expression.text }
			return { sql: context.bind(expression.text), type: 'number', constant: expression.text }
		case 'null':
			return { sql: 'null', type: 'null' }
		case 'call':
			return callSql(
				expression,
				expression.values.map((value) => expressionSql(value, context)),
				context,
			)
		case 'negative':
			return arithmetic('*', expressionSql(expression.value, context), { sql: '-1', type: 'integer' })
		case 'case':
			return caseSql(expression, context)
		case 'binary':
			return binarySql(expression, context)
		default:
			return { sql: predicateSql(expression, context), type: 'condition' }
	}
}

/** A condition; a value is none. */
export function conditionSql(expression: Expression, context: ExpressionContext): string {
	const { sql, type } = expressionSql(expression, context)
	if (type !== 'condition') throw unsupportedSearch(`a ${type} where a condition is wanted`)
	return sql
}

function columnSql(alias: string | null, name: string, context: ExpressionContext): TypedSql {
	const written = alias ? `${alias}.${name}` : name
	const listed = context.sources.map((source) => ({ alias: source.alias, table: source.table.name }))
	const found = context.sources
		.filter((source) => alias === null || source.alias === alias)
		.flatMap((source) =>
			source.table.columns.filter((column) => column.name === name).map((column) => ({ source, column })),
		)
	if (found.length > 1) throw unsupportedSearch(`"${written}" is ambiguous`)
	const [first] = found
	if (first) return { sql: `"${first.source.alias}"."${name}"`, type: first.column.kind }
	if (alias === null && name === 'sysdate') return { sql: context.bind(context.now), type: 'datetime' }
	throw unknownIdentifier(written, listed)
}

function binarySql(expression: Expression & { kind: 'binary' }, context: ExpressionContext): TypedSql {
	const { operator } = expression
	if (operator === 'and' || operator === 'or') {
		const start = operator === 'or' ? startOf(expression, context) : ''
		const sides = [conditionSql(expression.left, context), conditionSql(expression.right, context)]
		return { sql: `(${start}(${sides.join(` ${operator} `)}))`, type: 'condition' }
	}
	const left = expressionSql(expression.left, context)
	const right = expressionSql(expression.right, context)
	if (operator === '||') return { sql: `concat(${left.sql}, ${right.sql})`, type: 'text' }
	// Oracle's LIKE knows upper and lower case; SQLite's glob does too, but has other wildcards.
	if (operator === 'like') return { sql: `like_exactly(${left.sql}, ${right.sql})`, type: 'condition' }
	if (['+', '-', '*'].includes(operator)) return arithmetic(operator, left, right)
	return { sql: compareSql(left, operator, right, context.time, context.bind), type: 'condition' }
}

/** SQLite does not see that `a > x OR (a = x AND …)` begins at x; told so, it starts there in its index, page after page. */
function startOf({ left, right }: Expression & { kind: 'binary' }, context: ExpressionContext): string {
	if (left.kind !== 'binary' || left.operator !== '>' || left.right.kind !== 'number') return ''
	if (right.kind !== 'binary' || right.operator !== 'and') return ''
	const same: Expression = { ...left, operator: '=' }
	if (JSON.stringify(right.left) !== JSON.stringify(same)) return ''
	return `${conditionSql({ ...left, operator: '>=' }, context)} and `
}

function arithmetic(operator: string, left: TypedSql, right: TypedSql): TypedSql {
	if (!isNumeric(left) || !isNumeric(right)) throw unsupportedSearch(`${left.type} ${operator} ${right.type}`)
	if (left.type === 'integer' && right.type === 'integer')
		return { sql: `(${left.sql} ${operator} ${right.sql})`, type: 'integer' }
	const name = { '+': 'decimal_add', '-': 'decimal_subtract' }[operator] ?? 'decimal_multiply'
	return { sql: `${name}(${left.sql}, ${right.sql})`, type: 'number' }
}

function predicateSql(expression: Expression, context: ExpressionContext): string {
	switch (expression.kind) {
		case 'not':
			return `not (${conditionSql(expression.value, context)})`
		case 'null-test':
			return `${expressionSql(expression.value, context).sql} is ${expression.isNegated ? 'not ' : ''}null`
		case 'between': {
			const value = expressionSql(expression.value, context)
			const compare = (operator: string, bound: Expression) =>
				compareSql(value, operator, expressionSql(bound, context), context.time, context.bind)
			return `${expression.isNegated ? 'not ' : ''}(${compare('>=', expression.low)} and ${compare('<=', expression.high)})`
		}
		case 'in':
			return inSql(expression, context)
		default:
			throw unsupportedSearch(`the expression "${expression.kind}"`)
	}
}

function inSql(expression: Expression & { kind: 'in' }, context: ExpressionContext): string {
	const not = expression.isNegated ? 'not ' : ''
	const value = expressionSql(expression.value, context)
	if (!Array.isArray(expression.list)) {
		const query = context.subquery(expression.list)
		if (commonType([value.type, query.type]) === 'number') throw unsupportedSearch('IN over a query of decimals')
		return `${value.sql} ${not}in ${query.sql}`
	}
	const items = expression.list.map((item) => expressionSql(item, context))
	const areNumbers =
		value.type === 'integer' && items.every(({ constant }) => constant !== undefined && /^-?\d{1,15}$/.test(constant))
	if (areNumbers) return `${value.sql} ${not}in (${items.map(({ constant }) => constant).join(', ')})`
	if (value.type === 'text' || value.type === 'boolean') {
		if (items.some(({ type }) => commonType([value.type, type]) === 'null')) throw unsupportedSearch('IN over null')
		return `${value.sql} ${not}in (${items.map(({ sql }) => sql).join(', ')})`
	}
	const equal = items.map((item) => compareSql(value, '=', item, context.time, context.bind))
	return `${not}(${equal.join(' or ')})`
}

function caseSql(expression: Expression & { kind: 'case' }, context: ExpressionContext): TypedSql {
	const branches = expression.branches.map(({ when, result }) => ({
		when: conditionSql(when, context),
		result: expressionSql(result, context),
	}))
	const otherwise = expression.otherwise ? expressionSql(expression.otherwise, context) : null
	const type = commonType([...branches.map(({ result }) => result.type), ...(otherwise ? [otherwise.type] : [])])
	const whens = branches.map(({ when, result }) => ` when ${when} then ${result.sql}`).join('')
	return { sql: `case${whens}${otherwise ? ` else ${otherwise.sql}` : ''} end`, type }
}
