import { formatTime, parseTime } from './account-time.ts'
import type { ExpressionContext } from './expression-plan.ts'
import { unsupportedSearch } from './refusal.ts'
import type { Expression } from './suiteql-syntax.ts'
import { commonType, isNumeric, localSql, type TypedSql } from './typed-sql.ts'

type Call = Expression & { kind: 'call' }

/** A function call as SQLite's SQL: those that the sandbox knows, others are refused. `values` are the planned arguments. */
export function callSql(call: Call, values: TypedSql[], context: ExpressionContext): TypedSql {
	const plan = functions[call.name]
	if (!plan) throw unsupportedSearch(`the function ${call.name}; known are ${Object.keys(functions).join(', ')}`)
	if ((call.isStar && call.name !== 'COUNT') || (call.isDistinct && call.name !== 'COUNT'))
		throw unsupportedSearch(`${call.name}(* or DISTINCT)`)
	const [least, most] = plan.arity
	const count = call.isStar ? 1 : values.length
	if (count < least || count > most) throw unsupportedSearch(`${call.name} with ${values.length} arguments`)
	return plan.sql(values, context, call)
}

/** Does the expression hold an aggregate? */
export function hasAggregate(expression: Expression): boolean {
	switch (expression.kind) {
		case 'call':
			return ['COUNT', 'SUM', 'MIN', 'MAX'].includes(expression.name) || expression.values.some(hasAggregate)
		case 'binary':
			return hasAggregate(expression.left) || hasAggregate(expression.right)
		case 'negative':
		case 'not':
		case 'null-test':
			return hasAggregate(expression.value)
		case 'case':
			return (
				expression.branches.some(({ when, result }) => hasAggregate(when) || hasAggregate(result)) ||
				(expression.otherwise !== null && hasAggregate(expression.otherwise))
			)
		default:
			return false
	}
}

type Plan = {
	arity: [least: number, most: number]
	sql(values: TypedSql[], context: ExpressionContext, call: Call): TypedSql
}

const functions: Record<string, Plan> = {
	COUNT: {
		arity: [1, 1],
		sql: ([value], _, call) => ({
			sql: `count(${call.isDistinct ? 'distinct ' : ''}${value?.sql ?? '*'})`,
			type: 'integer',
		}),
	},
	SUM: { arity: [1, 1], sql: ([value]) => sumSql(value as TypedSql) },
	MIN: { arity: [1, 1], sql: ([value]) => extremeSql('min', value as TypedSql) },
	MAX: { arity: [1, 1], sql: ([value]) => extremeSql('max', value as TypedSql) },
	NVL: { arity: [2, 2], sql: coalesceSql },
	COALESCE: { arity: [2, 10], sql: coalesceSql },
	TO_CHAR: { arity: [1, 2], sql: ([value, format]) => toCharSql(value as TypedSql, format) },
	TO_DATE: { arity: [2, 2], sql: toTimeSql },
	TO_TIMESTAMP: { arity: [2, 2], sql: toTimeSql },
	TRUNC: { arity: [1, 1], sql: ([value]) => truncSql(value as TypedSql) },
	UPPER: { arity: [1, 1], sql: ([value]) => ({ sql: `upper(${value?.sql})`, type: 'text' }) },
	LOWER: { arity: [1, 1], sql: ([value]) => ({ sql: `lower(${value?.sql})`, type: 'text' }) },
	LENGTH: { arity: [1, 1], sql: ([value]) => ({ sql: `length(${value?.sql})`, type: 'integer' }) },
}

function sumSql(value: TypedSql): TypedSql {
	if (!isNumeric(value)) throw unsupportedSearch(`SUM of a ${value.type}`)
	return value.type === 'integer'
		? { sql: `sum(${value.sql})`, type: 'integer' }
		: { sql: `decimal_sum(${value.sql})`, type: 'number' }
}

function extremeSql(name: 'min' | 'max', value: TypedSql): TypedSql {
	return { sql: `${value.type === 'number' ? 'decimal_' : ''}${name}(${value.sql})`, type: value.type }
}

function coalesceSql(values: TypedSql[]): TypedSql {
	return {
		sql: `coalesce(${values.map(({ sql }) => sql).join(', ')})`,
		type: commonType(values.map(({ type }) => type)),
	}
}

/** Moments are written in the account's zone. */
function toCharSql(value: TypedSql, format: TypedSql | undefined): TypedSql {
	const local = localSql(value)
	if (local.type !== 'local') {
		if (format) throw unsupportedSearch(`TO_CHAR of a ${value.type} with a format`)
		return { sql: `cast(${value.sql} as text)`, type: 'text' }
	}
	if (!format) return { sql: `user_date(${local.sql})`, type: 'text' }
	if (format.constant === undefined) throw unsupportedSearch('TO_CHAR with a format that is no literal')
	formatTime('2000-01-01T00:00:00', format.constant)
	return { sql: `format_time(${local.sql}, ${format.sql})`, type: 'text' }
}

/** Texts are read in the account's zone. */
function toTimeSql([value, format]: TypedSql[], { bind }: ExpressionContext): TypedSql {
	if (value?.constant === undefined || format?.constant === undefined)
		throw unsupportedSearch('TO_DATE of anything but two literals')
	const local = parseTime(value.constant, format.constant)
	if (local === null) throw unsupportedSearch(`'${value.constant}' is no date in the format '${format.constant}'`)
	return { sql: bind(local), type: 'local', constant: local }
}

function truncSql(value: TypedSql): TypedSql {
	const local = localSql(value)
	if (local.type !== 'local') throw unsupportedSearch(`TRUNC of a ${value.type}`)
	return { sql: `substr(${local.sql}, 1, 10)`, type: 'date' }
}
