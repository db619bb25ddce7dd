import type { SQLInputValue } from 'node:sqlite'
import { badParameter, Refusal } from './refusal.ts'
import type { Attribute } from './resources.ts'

type Token = { kind: 'word' | 'text' | 'number' | 'sign'; text: string }

const pattern =
	/\s*(?:'((?:[^']|'')*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)(?![\w-])|(<=|>=|!=|<>|[=<>(),;])|([A-Za-z_][\w.]*))/y
const comparisons = ['=', '<', '<=', '>', '>=', '!=', '<>']

/**
 * The SQL of a `q` over the row `r`; `values` takes what is bound. From version 2 of the framework on it is an expression with `and`, `or`
 * and brackets; in version 1 it is conditions with `;` between them, and nothing else. Throws 400 for what it does not understand.
 */
export function querySql(
	q: string,
	attributes: Attribute[],
	values: SQLInputValue[],
	frameworkVersion: number,
): string {
	const tokens = tokensOf(q)
	let at = 0
	const peek = () => tokens[at]
	const isWord = (word: string) => peek()?.kind === 'word' && peek()!.text.toLowerCase() === word
	const isSign = (sign: string) => peek()?.kind === 'sign' && peek()!.text === sign
	const take = () => tokens[at++] ?? fail()
	const fail = (): never => {
		throw badParameter('q')
	}
	const sql = either()
	if (at < tokens.length) fail()
	return sql

	function either(): string {
		const parts = [both()]
		while (isWord('or')) {
			if (frameworkVersion < 2) fail()
			at++
			parts.push(both())
		}
		return parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`
	}

	function both(): string {
		const parts = [one()]
		while (isWord('and') || isSign(';')) {
			if (frameworkVersion < 2 && !isSign(';')) fail()
			at++
			parts.push(one())
		}
		return parts.join(' and ')
	}

	function one(): string {
		if (isSign('(')) {
			if (frameworkVersion < 2) fail()
			at++
			const inner = either()
			if (!isSign(')')) fail()
			at++
			return `(${inner})`
		}
		return condition()
	}

	function condition(): string {
		const name = take()
		if (name.kind !== 'word') fail()
		const found = attributes.find((one) => one.name === name.text)
		if (!found)
			throw new Refusal(400, `Definition ${name.text} of type Attribute is not found in the view object.`, {
				code: 'JBO-25058',
				path: 'q',
			})
		const column = found.kind === 'number' ? `cast(r."${found.name}" as real)` : `r."${found.name}"`
		if (isWord('is')) {
			at++
			const isNot = isWord('not')
			if (isNot) at++
			if (!isWord('null')) fail()
			at++
			return `${column} is ${isNot ? 'not ' : ''}null`
		}
		if (isWord('like')) {
			at++
			return `${column} like ${bound(found, take())}`
		}
		if (isWord('in')) {
			at++
			if (!isSign('(')) fail()
			at++
			const list = [bound(found, take())]
			while (isSign(',')) {
				at++
				list.push(bound(found, take()))
			}
			if (!isSign(')')) fail()
			at++
			return `${column} in (${list.join(', ')})`
		}
		const operator = take()
		if (operator.kind !== 'sign' || !comparisons.includes(operator.text)) fail()
		return `${column} ${operator.text === '!=' ? '<>' : operator.text} ${bound(found, take())}`
	}

	function bound(attribute: Attribute, { kind, text }: Token): string {
		if (kind === 'sign' || (kind === 'word' && attribute.kind !== 'boolean')) fail()
		values.push(boundValue(attribute, text))
		return '?'
	}
}

function boundValue({ kind, name }: Attribute, text: string): SQLInputValue {
	if (kind === 'number' || kind === 'integer') {
		const number = Number(text)
		if (Number.isNaN(number)) throw new Refusal(400, `${text} is no number.`, { code: 'JBO-25009', path: name })
		return number
	}
	if (kind === 'date' && !/^\d{4}-\d\d-\d\d$/.test(text))
		throw new Refusal(400, `${text} is no date.`, { code: 'JBO-25009', path: name })
	if (kind !== 'datetime') return text
	const at = Date.parse(/T/.test(text) ? text : `${text}T00:00:00Z`)
	if (Number.isNaN(at)) throw new Refusal(400, `${text} is no timestamp.`, { code: 'JBO-25009', path: name })
	return new Date(at).toISOString().slice(0, 19)
}

function tokensOf(q: string): Token[] {
	const tokens: Token[] = []
	pattern.lastIndex = 0
	let end = 0
	while (end < q.trimEnd().length) {
		const match = pattern.exec(q)
		if (!match) throw badParameter('q')
		end = pattern.lastIndex
		const [, single, double, number, sign, word] = match
		if (single !== undefined) tokens.push({ kind: 'text', text: single.replaceAll("''", "'") })
		else if (double !== undefined) tokens.push({ kind: 'text', text: double })
		else if (number !== undefined) tokens.push({ kind: 'number', text: number })
		else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
		else tokens.push({ kind: 'word', text: word! })
	}
	return tokens
}
