import type { SQLInputValue } from 'node:sqlite'
import type { Attribute } from './entities.ts'
import { Refusal } from './refusal.ts'

/** One condition of a list, as `where` has it. */
export type Where = { type?: string; attribute?: string; value?: unknown }

const comparisons: Record<string, string> = {
	equals: '=',
	notEquals: '<>',
	greaterThan: '>',
	greaterThanOrEquals: '>=',
	lessThan: '<',
	lessThanOrEquals: '<=',
}

/**
 * The SQL of conditions over the row `r`; `values` takes what is bound. A moment that is none, or has an offset, is accepted: the
 * condition then holds for everything (seen on 9.2.7).
 */
export function whereSql(list: Where[], attributes: Attribute[], values: SQLInputValue[]): string {
	return list.map((one) => `(${conditionSql(one, attributes, values)})`).join(' and ') || 'true'
}

function conditionSql(
	{ type = '', attribute, value }: Where,
	attributes: Attribute[],
	values: SQLInputValue[],
): string {
	if (type === 'and' || type === 'or') {
		const parts = (value as Where[]).map((one) => `(${conditionSql(one, attributes, values)})`)
		return parts.join(` ${type} `) || 'true'
	}
	const found = attributes.find(({ name }) => name === attribute)
	if (!found) throw new Refusal(400, `Not existing attribute '${attribute}' in where.`)
	const column = found.kind === 'number' ? `cast(r."${found.name}" as real)` : `r."${found.name}"`
	if (type === 'isNull') return `${column} is null`
	if (type === 'isNotNull') return `${column} is not null`
	if (type === 'in') {
		const list = Array.isArray(value) ? value : [value]
		values.push(...list.map((one) => String(one)))
		return `${column} in (${list.map(() => '?').join(', ')})`
	}
	const operator = comparisons[type]
	if (!operator) throw new Refusal(400, `Unknown where type '${type}'.`)
	const bound = boundValue(found, value)
	if (bound === undefined) return 'true'
	values.push(bound)
	return `${column} ${operator} ?`
}

function boundValue({ kind }: Attribute, value: unknown): SQLInputValue | undefined {
	const text = String(value)
	if (kind === 'number' || kind === 'integer') return Number(value)
	if (kind === 'boolean') return text === '1' ? 'true' : text
	if (kind !== 'datetime') return text
	const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})/.exec(text)
	return match ? `${match[1]}T${match[2]}` : undefined
}
