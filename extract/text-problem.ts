/** Why a JSON text can't be trusted to mean one thing to every reader. */
export type TextProblem = { code: 'too_deep' | 'duplicate_key' | 'malformed'; reason: string }

/** Names of one object that are compared; an object with more is no record's. */
type Level = { names: Set<string> | null }

/**
 * What makes readers of the same JSON text disagree, or break: levels beyond `deepest`, the same name twice in one object (which of the
 * two counts is every reader's own choice), a NUL character, half a surrogate pair. Null if there is none of these. The text need not be
 * JSON otherwise.
 */
export function textProblem(text: string, deepest: number): TextProblem | null {
	const levels: Level[] = []
	let isKey = false
	let found: TextProblem | null = null
	for (let at = 0; at < text.length; at++) {
		const sign = text[at]
		if (sign === '"') {
			const end = endOfString(text, at)
			const inside = text.slice(at + 1, end)
			found ??= characterProblem(inside)
			const names = levels.at(-1)?.names
			if (isKey && names) {
				const name = inside.includes('\\') ? unescaped(inside) : inside
				if (names.has(name))
					found ??= { code: 'duplicate_key', reason: `the record has ${shown(name)} twice in one object` }
				names.add(name)
				isKey = false
			}
			at = end
		} else if (sign === '{' || sign === '[') {
			levels.push({ names: sign === '{' ? new Set() : null })
			isKey = sign === '{'
			if (levels.length > deepest)
				return { code: 'too_deep', reason: `the record is nested deeper than ${deepest} levels` }
		} else if (sign === '}' || sign === ']') {
			levels.pop()
			isKey = false
		} else if (sign === ',') isKey = levels.at(-1)?.names != null
	}
	return found
}

/** The place of the closing quote; the text's end, if there is none. */
function endOfString(text: string, from: number): number {
	for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
		let slashes = 0
		while (text[at - 1 - slashes] === '\\') slashes++
		if (slashes % 2 === 0) return at
	}
	return text.length
}

function characterProblem(inside: string): TextProblem | null {
	if (!inside.includes('\\u')) return null
	const value = unescaped(inside)
	if (value.includes('\0')) return { code: 'malformed', reason: 'the record has a NUL character in a text' }
	return value.isWellFormed()
		? null
		: { code: 'malformed', reason: 'the record has half a character (a lone surrogate) in a text' }
}

function unescaped(inside: string): string {
	try {
		return JSON.parse(`"${inside}"`)
	} catch {
		return inside
	}
}

function shown(name: string): string {
	return name.length > 80 ? `${name.slice(0, 80)}…` : name
}
