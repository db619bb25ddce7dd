import { TieoutError } from './error.ts'

/** What the comment at the top of a model says. `key` is empty when the header names none. */
export type Header = {
	/** The sentences before the keys, on one line. */
	description: string
	/** What follows "One row per", without its full stop; undefined for a check. */
	oneRowPer: string | undefined
	key: string[]
	owner: string | undefined
	severity: 'error' | 'warning'
	/** A check only: whether a failure keeps the generation from being served. */
	isBlocking: boolean
	/** No row at all is a problem of its own. */
	isNeverEmpty: boolean
}

const names = ['key', 'owner', 'severity', 'blocks', 'not_empty'] as const
type Name = (typeof names)[number]

/**
 * Reads the header of a model: `--` lines at the top, first sentences that end in "One row per ...", then `key:`, `owner:`,
 * `severity: error|warning`, `blocks: true|false`, `not_empty: true|false`. A check says what it proves instead of "One row per".
 * Throws `configuration` with file and line.
 */
export function readHeader(text: string, file: string, isCheck: boolean): Header {
	const { sentences, values } = splitHeader(text, file)
	const description = sentences.join(' ').trim()
	if (description === '')
		throw headerError(file, 1, 'has no header comment', `begin with: -- What a row is. One row per ...`)
	const oneRowPer = /\bone row per\s+(.+?)\.?$/is.exec(description)?.[1]
	if (!isCheck && !oneRowPer)
		throw headerError(
			file,
			1,
			`the header "${shorten(description)}" does not end with "One row per ..."`,
			'say what one row is',
		)
	return {
		description,
		oneRowPer: isCheck ? undefined : oneRowPer,
		key: (values.get('key')?.value ?? '')
			.split(',')
			.map((column) => column.trim())
			.filter(Boolean),
		owner: values.get('owner')?.value,
		severity: oneOf(values, 'severity', ['error', 'warning'], 'error', file) as 'error' | 'warning',
		isBlocking: oneOf(values, 'blocks', ['true', 'false'], 'false', file) === 'true',
		isNeverEmpty: oneOf(values, 'not_empty', ['true', 'false'], 'false', file) === 'true',
	}
}

type Values = Map<Name, { value: string; line: number }>

function splitHeader(text: string, file: string): { sentences: string[]; values: Values } {
	const sentences: string[] = []
	const values: Values = new Map()
	for (const [index, line] of text.split('\n').entries()) {
		const comment = /^--\s?(.*)$/.exec(line)?.[1]?.trim()
		if (comment === undefined) break
		const named = /^([a-z_]+):\s*(.*)$/.exec(comment)
		if (!named && values.size > 0)
			throw headerError(
				file,
				index + 1,
				`"${shorten(comment)}" stands after the keys`,
				'write sentences first, then the keys',
			)
		if (!named) sentences.push(comment)
		else addValue(values, named[1]!, named[2]!, file, index + 1)
	}
	return { sentences, values }
}

function addValue(values: Values, name: string, value: string, file: string, line: number): void {
	if (!isName(name))
		throw headerError(file, line, `header key "${name}" is unknown`, `use one of: ${names.join(', ')}`, [...names])
	if (values.has(name)) throw headerError(file, line, `header key "${name}" stands twice`, 'keep one')
	if (value === '') throw headerError(file, line, `header key "${name}" is empty`, 'give it a value or leave it out')
	values.set(name, { value, line })
}

function oneOf(values: Values, name: Name, allowed: string[], standard: string, file: string): string {
	const given = values.get(name)
	if (!given) return standard
	if (allowed.includes(given.value)) return given.value
	throw headerError(file, given.line, `${name} is "${given.value}"`, `use one of: ${allowed.join(', ')}`, allowed)
}

function isName(name: string): name is Name {
	return (names as readonly string[]).includes(name)
}

function headerError(file: string, line: number, message: string, next: string, allowed?: string[]): TieoutError {
	const where = `${file}:${line}`
	return new TieoutError('configuration', 'model.header', `${where}: ${message}`, {
		where,
		next,
		...(allowed && { allowed }),
	})
}

function shorten(text: string): string {
	return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
