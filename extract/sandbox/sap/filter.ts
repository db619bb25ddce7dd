import type { SQLInputValue } from 'node:sqlite'
import { SapRefusal } from './refusal.ts'
import type { SapSet } from './sets.ts'

type Condition = { sql: string; values: SQLInputValue[] }

const operators: Record<string, string> = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' }
const token = /\s*(\(|\)|datetimeoffset'[^']*'|datetime'[^']*'|time'[^']*'|'(?:[^']|'')*'|[^\s()]+)/gy

/**
 * `$filter`, as much of it as clients of the sandbox need: comparisons of stored properties with literals of the version, `and`, `or`,
 * parentheses. Throws the vendor's 400 for what it can't read.
 */
export function filterCondition(text: string, set: SapSet): Condition {
	const words = [...text.matchAll(token)].map((match) => match[1]!)
	let at = 0
	const either = (): Condition => joined('or', both)
	const both = (): Condition => joined('and', one)
	const joined = (word: string, part: () => Condition): Condition => {
		const parts = [part()]
		while (words[at] === word) {
			at++
			parts.push(part())
		}
		return parts.length === 1
			? parts[0]!
			: { sql: `(${parts.map(({ sql }) => sql).join(` ${word} `)})`, values: parts.flatMap(({ values }) => values) }
	}
	const one = (): Condition => {
		if (words[at] === '(') {
			at++
			const inside = either()
			if (words[at++] !== ')') throw unreadable(text)
			return { ...inside, sql: `(${inside.sql})` }
		}
		const [property = '', word = '', literal = ''] = words.slice(at, at + 3)
		at += 3
		if (!set.properties[property])
			throw new SapRefusal(
				400,
				'005056A509B11EE1B9A8FEC11C21D78E',
				`Property ${property} not found in type ${set.name}Type`,
			)
		const operator = operators[word]
		if (!operator) throw unreadable(text)
		return comparison(property, operator, literal, set)
	}
	const found = either()
	if (at < words.length) throw unreadable(text)
	return found
}

/** ABAP has no null: what is empty is smaller than anything, and equal to nothing but an empty value. */
function comparison(property: string, operator: string, literal: string, set: SapSet): Condition {
	if (property === 'LastChangeDateTime' && set.hasStamp)
		return { sql: `changed ${operator} ?`, values: [momentOf(literal, set.version)] }
	const kind = set.stored[property] ?? (set.keys.includes(property) ? 'text' : undefined)
	if (!kind)
		throw new SapRefusal(400, '/IWBEP/CM_MGW_RT/022', `sandbox: the property ${property} is not filterable here`)
	const value = kind === 'date' ? dateOf(literal, set.version) : kind === 'time' ? timeOf(literal) : textOf(literal)
	return { sql: `coalesce("${property}", '') ${operator} ?`, values: [value] }
}

function momentOf(literal: string, version: SapSet['version']): string {
	const match = version === 'V2' ? /^datetimeoffset'(.+)Z'$/.exec(literal) : /^(.+)Z$/.exec(literal)
	if (!match || Number.isNaN(Date.parse(`${match[1]}Z`))) throw unreadable(literal)
	return match[1]!.slice(0, 19)
}

function dateOf(literal: string, version: SapSet['version']): string {
	const match =
		version === 'V2' ? /^datetime'(\d{4}-\d\d-\d\d)T00:00:00'$/.exec(literal) : /^(\d{4}-\d\d-\d\d)$/.exec(literal)
	if (!match) throw unreadable(literal)
	return match[1]!
}

function timeOf(literal: string): string {
	const match = /^time'PT(\d\d)H(\d\d)M(\d\d)S'$/.exec(literal)
	if (!match) throw unreadable(literal)
	return `${match[1]}:${match[2]}:${match[3]}`
}

function textOf(literal: string): string {
	if (!/^'.*'$/.test(literal)) throw unreadable(literal)
	return literal.slice(1, -1).replaceAll("''", "'")
}

function unreadable(text: string): SapRefusal {
	return new SapRefusal(400, '005056A509B11EE1B9A8FEC11C23378E', `Invalid token '${text.slice(0, 60)}' in filter`)
}
