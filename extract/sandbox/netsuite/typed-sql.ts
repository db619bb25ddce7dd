import { type AccountTime, parseUserDate } from './account-time.ts'
import { unsupportedSearch } from './refusal.ts'

/**
 * What an expression yields. `datetime` is UTC text, as stored; `local` is the same in the account's zone; `date` is
 * `YYYY-MM-DD`; `number` is exact decimal text.
 */
export type SqlType = 'integer' | 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'local' | 'condition' | 'null'

/** A piece of SQLite's SQL and what it yields; `constant` is the value of a literal. */
export type TypedSql = { sql: string; type: SqlType; constant?: string }

/** SQL that compares two values as SuiteQL does. Throws NetsuiteRefusal where they can't be compared. */
export function compareSql(
	left: TypedSql,
	operator: string,
	right: TypedSql,
	time: AccountTime,
	bind: (value: string) => string,
): string {
	const [a, b] = comparable(left, right, time, bind)
	if (a.type === 'number' || b.type === 'number') {
		if (!isNumeric(a) || !isNumeric(b)) throw mismatch(a, b)
		return `decimal_compare(${a.sql}, ${b.sql}) ${operator} 0`
	}
	const isText = (value: TypedSql) => value.type === 'text' || value.type === 'boolean'
	if (a.type !== b.type && !(isText(a) && isText(b)) && a.type !== 'null' && b.type !== 'null') throw mismatch(a, b)
	return `${a.sql} ${operator} ${b.sql}`
}

/** The one type that both fit, for the branches of CASE and NVL. */
export function commonType(types: SqlType[]): SqlType {
	const distinct = [...new Set(types.filter((type) => type !== 'null'))]
	if (distinct.length === 0) return 'null'
	if (distinct.length === 1) return distinct[0] as SqlType
	if (distinct.every((type) => type === 'integer' || type === 'number')) return 'number'
	if (distinct.every((type) => type === 'text' || type === 'boolean')) return 'text'
	throw unsupportedSearch(`one expression of the types ${distinct.join(' and ')}`)
}

export function isNumeric({ type }: TypedSql): boolean {
	return type === 'integer' || type === 'number' || type === 'null'
}

function comparable(
	left: TypedSql,
	right: TypedSql,
	time: AccountTime,
	bind: (value: string) => string,
): [TypedSql, TypedSql] {
	if (isTime(left) && !isTime(right)) return alignTimes(left, literalTime(right, left, bind), time, bind)
	if (isTime(right) && !isTime(left)) return alignTimes(literalTime(left, right, bind), right, time, bind)
	if (isTime(left)) return alignTimes(left, right, time, bind)
	return [numericLiteral(left, right), numericLiteral(right, left)]
}

function isTime({ type }: TypedSql): boolean {
	return type === 'date' || type === 'datetime' || type === 'local'
}

/** A bare text beside a date is read in the user's date format. */
function literalTime(value: TypedSql, beside: TypedSql, bind: (value: string) => string): TypedSql {
	if (value.type === 'null') return value
	const local = value.constant === undefined ? null : parseUserDate(value.constant)
	if (value.type !== 'text' || local === null) throw mismatch(value, beside)
	return { sql: bind(local), type: 'local', constant: local }
}

/** Brings two times to one form, leaving a stored column as it is where it can stay, so that its index serves. */
function alignTimes(
	left: TypedSql,
	right: TypedSql,
	time: AccountTime,
	bind: (value: string) => string,
): [TypedSql, TypedSql] {
	if (left.type === right.type || left.type === 'null' || right.type === 'null') return [left, right]
	return [alignTo(left, right, time, bind), alignTo(right, left, time, bind)]
}

function alignTo(value: TypedSql, other: TypedSql, time: AccountTime, bind: (value: string) => string): TypedSql {
	const { constant } = value
	if (value.type === 'local' && constant !== undefined) {
		if (other.type === 'datetime') return { sql: bind(time.toUtc(constant)), type: 'datetime' }
		if (other.type === 'date' && constant.endsWith('T00:00:00'))
			return { sql: bind(constant.slice(0, 10)), type: 'date' }
		return value
	}
	const otherGivesWay = other.type === 'local' && other.constant !== undefined
	if (otherGivesWay && (value.type === 'datetime' || other.constant?.endsWith('T00:00:00'))) return value
	return localSql(value)
}

/** The same moment in the account's zone. */
export function localSql(value: TypedSql): TypedSql {
	if (value.type === 'datetime') return { sql: `local_time(${value.sql})`, type: 'local' }
	if (value.type === 'date') return { sql: `(${value.sql} || 'T00:00:00')`, type: 'local' }
	return value
}

/** A text literal of digits beside a number is a number, as in Oracle. */
function numericLiteral(value: TypedSql, beside: TypedSql): TypedSql {
	if (value.type !== 'text' || (beside.type !== 'integer' && beside.type !== 'number')) return value
	if (value.constant === undefined || !/^-?\d+(\.\d+)?$/.test(value.constant)) return value
	if (/^-?\d{1,15}$/.test(value.constant)) return { sql: value.constant, type: 'integer', constant: value.constant }
	return { ...value, type: 'number' }
}

function mismatch(left: TypedSql, right: TypedSql) {
	return unsupportedSearch(
		`a ${left.type} compared with a ${right.type}; dates take TO_DATE(…) or the user's format M/D/YYYY`,
	)
}
