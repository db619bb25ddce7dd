import type { ColumnType } from '../../../models/canonical.ts'
import { columnAt, rowProblem, type Scope, type Sight } from './columns.ts'
import { conditionOf } from './conditions.ts'
import {
	type Decimal,
	decimalOf,
	decimalText,
	lessPercent,
	multiply,
	negate,
	round,
	share,
	sign,
	subtract,
} from './decimal.ts'
import type { Expression } from './options.ts'
import { converted } from './values.ts'

/** The text that an expression has for a row, null when it is empty. Throws `files.row` for a value that can't be. */
export type Value = (sight: Sight) => string | null

/** What an expression is made in: the sheets in sight, the zone, and its place in the configuration for messages. */
export type Making = { scope: Scope; zone: string; where: string }

/** Makes an expression ready for rows; `type` says what its text must become. Throws `files.unknown_column` before any row. */
export function readerOf(expression: Expression, type: ColumnType, making: Making): Value {
	if (typeof expression === 'string') return columnValue(expression, type, making)
	if ('value' in expression) return () => (expression.value === '' ? null : expression.value)
	if ('map' in expression) return mappedValue(expression, type, making)
	if ('text' in expression) return textValue(expression.text, making)
	if ('when' in expression) return whenValue(expression, type, making)
	if ('first' in expression) {
		const values = expression.first.map((one) => readerOf(one, type, making))
		return (sight) => values.reduce<string | null>((found, value) => found ?? value(sight), null)
	}
	if ('of' in expression) return commonValue(expression, making)
	return arithmetic(expression, making)
}

function columnValue(path: string, type: ColumnType, { scope, zone, where }: Making): Value {
	const column = columnAt(path, scope, where)
	return (sight) => {
		const text = column.read(sight)
		if (text === null) return null
		const result = converted(type, text, { format: column.sheet.format, zone })
		if ('text' in result) return result.text
		throw rowProblem(scope.sheet, sight.row, `${path}: ${result.reason}`)
	}
}

function mappedValue(expression: Extract<Expression, { map: unknown }>, type: ColumnType, making: Making): Value {
	const { scope, where } = making
	const column = columnAt(expression.column, scope, where)
	const kept = columnValue(expression.column, type, making)
	return (sight) => {
		const text = column.read(sight) ?? ''
		if (Object.hasOwn(expression.map, text)) return expression.map[text] || null
		if (expression.else === 'keep') return kept(sight)
		if (expression.else !== undefined) return expression.else || null
		if (text === '') return null
		const known = Object.keys(expression.map).join(', ')
		throw rowProblem(
			scope.sheet,
			sight.row,
			`${expression.column} is "${text}", which the mapping has no meaning for (it has ${known})`,
		)
	}
}

function textValue(template: string, { scope, where }: Making): Value {
	const pieces = template
		.split(/\{([^}]*)\}/)
		.map((piece, index) => (index % 2 === 1 ? columnAt(piece, scope, where).read : () => piece))
	return (sight) => {
		const texts = pieces.map((read) => read(sight))
		return texts.includes(null) ? null : texts.join('') || null
	}
}

function whenValue(expression: Extract<Expression, { when: unknown }>, type: ColumnType, making: Making): Value {
	const fits = conditionOf(expression.when, making.scope, making.where)
	const fitting = readerOf(expression.is ?? { value: 'true' }, type, making)
	const other = readerOf(expression.else ?? { value: expression.is === undefined ? 'false' : '' }, type, making)
	return (sight) => (fits(sight) ? fitting(sight) : other(sight))
}

/** What the rows of another file that belong to this one agree on: the order of an invoice that only its lines name. */
function commonValue({ of, by, take, several }: Extract<Expression, { of: unknown }>, { scope, where }: Making): Value {
	const { book, sheet } = scope
	const other = book.sheet(of)
	const [belongs, taken] = [columnAt(by, { book, sheet: other }, where), columnAt(take, { book, sheet: other }, where)]
	const key = columnAt(sheet.key ?? '', scope, `${where}: files.${sheet.name}.key`)
	return (sight) => {
		const own = key.read(sight)
		const rows = own === null ? [] : other.findAll(belongs.header, own)
		const values = [...new Set(rows.map((row) => taken.read({ row })).filter((value) => value !== null))]
		if (values.length < 2) return values[0] ?? null
		if (several === 'empty') return null
		throw rowProblem(sheet, sight.row, `its rows in ${other.file} have several ${take}: ${values.join(', ')}`)
	}
}

type Arithmetic = Extract<
	Expression,
	{ less: unknown } | { negative: unknown } | { product: unknown } | { share_of: unknown }
>

function arithmetic(expression: Arithmetic, making: Making): Value {
	const number = numberOf(expression, making)
	return (sight) => {
		const result = number(sight)
		return result && decimalText(result)
	}
}

type NumberValue = (sight: Sight) => Decimal | null

function numberOf(expression: Expression, making: Making): NumberValue {
	if (!isArithmetic(expression)) return leaf(expression, making)
	if ('share_of' in expression) return shareOf(expression, making)
	if ('negative' in expression) return combined([expression.negative], making, (a) => negate(a!))
	if ('less' in expression) return combined(expression.less, making, (a, b) => subtract(a!, b!))
	const product = combined(expression.product, making, (...all) => all.reduce(multiply))
	const percent = expression.less_percent === undefined ? null : leaf(expression.less_percent, making)
	const digits = expression.round === undefined ? null : roundingOf(expression.round, making)
	return (sight) => {
		const amount = product(sight)
		if (amount === null) return null
		const off = percent?.(sight)
		const net = off ? lessPercent(amount, off) : amount
		return digits ? round(net, Number(digits(sight) ?? '0')) : net
	}
}

function isArithmetic(expression: Expression): expression is Arithmetic {
	return (
		typeof expression !== 'string' && ['less', 'negative', 'product', 'share_of'].some((name) => name in expression)
	)
}

/** Of nothing there is no share: an empty whole, or one of zero, gives nothing. */
function shareOf(expression: Extract<Expression, { share_of: unknown }>, making: Making): NumberValue {
	const digits = roundingOf(expression.round, making)
	const [amount, part, whole] = [expression.share_of, expression.part, expression.whole].map((one) =>
		numberOf(one, making),
	)
	return (sight) => {
		const [all, some, total] = [amount!(sight), part!(sight), whole!(sight)]
		if (!all || !some || !total || sign(total) === 0) return null
		return share(all, some, total, Number(digits(sight) ?? '0'))
	}
}

/** A digit is itself; anything else is an expression that has one. */
function roundingOf(expression: Expression, making: Making): Value {
	return typeof expression === 'string' && /^\d$/.test(expression)
		? () => expression
		: readerOf(expression, 'integer', making)
}

function combined(parts: Expression[], making: Making, combine: (...all: Decimal[]) => Decimal): NumberValue {
	const numbers = parts.map((part) => numberOf(part, making))
	return (sight) => {
		const values = numbers.map((number) => number(sight))
		return values.includes(null) ? null : combine(...(values as Decimal[]))
	}
}

function leaf(expression: Expression, making: Making): NumberValue {
	const value = readerOf(expression, 'price', making)
	return (sight) => {
		const text = value(sight)
		if (text === null) return null
		const number = decimalOf(text)
		if (number) return number
		throw rowProblem(making.scope.sheet, sight.row, `"${text}" is no number`)
	}
}
