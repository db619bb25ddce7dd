import type { SQLInputValue } from 'node:sqlite'
import type { SalesforceField } from './field.ts'
import { longRecordId } from './record-id.ts'
import { queryRefusal } from './refusal.ts'
import type { Comparison, Condition, Literal, Name } from './soql-parser.ts'

/** Where a filter finds its fields and puts its values. */
export type FilterContext = {
	query: string
	/** The field of that name; throws INVALID_FIELD. */
	fieldOf(name: Name): SalesforceField
	/** Binds a value; gives its placeholder. */
	bind(value: SQLInputValue): string
}

/** A condition as SQLite's SQL. Throws SalesforceRefusal where a value does not suit its field. */
export function filterSql(condition: Condition, context: FilterContext): string {
	if (condition.kind === 'not') return `not coalesce((${filterSql(condition.part, context)}), 0)`
	if (condition.kind !== 'compare') {
		return condition.parts.map((part) => `(${filterSql(part, context)})`).join(` ${condition.kind} `)
	}
	const { field: name, operator, values } = condition
	const field = context.fieldOf(name)
	if (operator === 'IN') return values.map((value) => `(${compareSql(field, '=', value, context)})`).join(' or ')
	if (operator === 'NOT IN') return values.map((value) => `(${compareSql(field, '!=', value, context)})`).join(' and ')
	return compareSql(field, operator, values[0] as Literal, context)
}

function compareSql(field: SalesforceField, operator: Comparison, literal: Literal, context: FilterContext): string {
	const column = `t."${field.name}"`
	if (literal.kind === 'null') {
		if (operator === '=') return `${column} is null`
		if (operator === '!=') return `${column} is not null`
		throw unsuitable(literal, context.query, `invalid operator on id field: ${field.name} ${operator} null`)
	}
	const value = context.bind(literalValue(field, literal, context.query))
	if (operator === 'LIKE') return `${column} like ${value} escape '\\'`
	const compared = comparison(field, column, operator === '!=' ? '<>' : operator, value)
	// In SOQL a field without a value is different from every value.
	return operator === '!=' ? `(${column} is null or ${compared})` : compared
}

/** Text is compared without case, record ids and all else exactly. */
function comparison(field: SalesforceField, column: string, operator: string, value: string): string {
	if (field.kind === 'number') return `decimal_compare(${column}, ${value}) ${operator} 0`
	const isExact = field.kind !== 'text' || isRecordId(field)
	return `${column} ${operator} ${value}${isExact ? '' : ' collate nocase'}`
}

function isRecordId(field: SalesforceField): boolean {
	return field.type === 'id' || field.type === 'reference'
}

/** The value as the store keeps it, if the literal is of the field's type. */
function literalValue(field: SalesforceField, literal: Literal, query: string): string {
	const wanted = wantedLiteral(field)
	if (literal.kind !== wanted) {
		const enclosed = wanted === 'string' ? 'should be enclosed in quotes' : 'should not be enclosed in quotes'
		const type = { number: 'double', datetime: 'dateTime' }[wanted as string] ?? wanted
		throw unsuitable(
			literal,
			query,
			`value of filter criterion for field '${field.name}' must be of type ${type} and ${enclosed}`,
		)
	}
	if (wanted === 'datetime') return momentLiteral(literal, query)
	if (!isRecordId(field)) return literal.text
	const id = longRecordId(literal.text)
	if (!id) throw queryRefusal('INVALID_QUERY_FILTER_OPERATOR', query, literal.at, `invalid ID field: ${literal.text}`)
	return id
}

function wantedLiteral(field: SalesforceField): Literal['kind'] {
	if (field.kind === 'integer' || field.kind === 'number') return 'number'
	if (field.kind === 'text') return 'string'
	return field.kind
}

/** UTC, without zone; fractions of a second stay and compare rightly as text. */
function momentLiteral(literal: Literal, query: string): string {
	const moment = Date.parse(literal.text)
	if (Number.isNaN(moment))
		throw queryRefusal('MALFORMED_QUERY', query, literal.at, `Invalid date time: ${literal.text}`)
	return new Date(moment).toISOString().replace(/(\.000)?Z$/, '')
}

function unsuitable(literal: Literal, query: string, message: string) {
	return queryRefusal('INVALID_FIELD', query, literal.at, message)
}
