import { TieoutError } from '../models/error.ts'
import { columnProblem } from './column-type.ts'
import type { Connection, Source, Stream } from './source.ts'

/** A list inside records: its stream, and where each of its columns stands in an element (`^.`, `^^.`: see {@link Stream.within}). */
export type NestedShape = { stream: Stream; fields: Record<string, string | null> }

/** The streams that lie inside the records of `stream`, as this connection reads them. Its custom fields are named like any other's. */
export function nestedShapes(
	source: Pick<Source, 'streams' | 'inUse'>,
	connection: Connection,
	stream: Stream,
): NestedShape[] {
	return nestedStreams(source, connection, stream).map((nested) => ({
		stream: nested,
		fields: Object.fromEntries(
			Object.entries(nested.columns).map(([name, { field, isCustom }]) => [
				name,
				(isCustom && (connection.fields?.[`${nested.name}.${name}`] ?? connection.fields?.[name])) || field,
			]),
		),
	}))
}

/** The streams inside the records of `stream` that the connection has and that are not switched off. */
export function nestedStreams(
	source: Pick<Source, 'streams' | 'inUse'>,
	connection: Connection,
	stream: Stream,
): Stream[] {
	const inUse = source.inUse?.(connection.options)
	return source.streams.filter(
		({ name, within }) =>
			within?.stream === stream.name &&
			(!inUse || inUse.includes(name)) &&
			(!connection.streams || connection.streams.includes(name)),
	)
}

/** The name of the stream that must be read for `name`: itself, or the one in whose records it lies. */
export function readFor(source: Pick<Source, 'streams'>, name: string): string {
	return source.streams.find((stream) => stream.name === name)?.within?.stream ?? name
}

/** Where a value of an element stands: `element`, the element that `encloses` it, or a landed column of the `record`. */
export type ElementField = { from: 'element' | 'enclosing' | 'record'; field: string }

/** Takes a column's field apart. Without a list in the list, `^.` means the record too. */
export function elementField(field: string, { within }: Stream): ElementField {
	if (field.startsWith('^^.')) return { from: 'record', field: field.slice(3) }
	if (!field.startsWith('^.')) return { from: 'element', field }
	return { from: within?.inside ? 'enclosing' : 'record', field: field.slice(2) }
}

/** The landing column of the record's stream that holds the vendor's field. Throws `source.nested` when none does. */
export function recordColumn(
	{ stream, fields }: { stream: Stream; fields: Record<string, string | null> },
	field: string,
): string {
	const declared = Object.keys(stream.columns).find((name) => stream.columns[name]!.field === field)
	const found = declared ?? Object.keys(fields).find((name) => fields[name] === field)
	if (found) return found
	throw new TieoutError(
		'broken',
		'source.nested',
		`${stream.name} has no column for ${field}, which a list in it reads`,
		{
			allowed: Object.values(stream.columns).map((column) => column.field),
			next: 'declare the column of the record in the source',
		},
	)
}

/** What is wrong with the lists of a record, given as the text of its JSON column: the first value that can't be held; null if nothing. */
export function nestedProblem(nested: readonly NestedShape[], listOf: (column: string) => string | null) {
	for (const shape of nested) {
		const { within } = shape.stream
		const text = listOf(within!.column)
		const list = text === null ? [] : elementsOf(JSON.parse(text))
		for (const [index, element] of list.entries())
			for (const { one, enclosing } of innermost(element, within!.inside)) {
				const problem = elementProblem(shape, one, enclosing)
				if (problem) return { ...problem, reason: `${within!.column}[${index + 1}]: ${problem.reason}` }
			}
	}
	return null
}

/** The elements that are meant, each with the one that encloses it: those of the list in the list, however deep, or the element itself. */
function innermost(element: unknown, inside: string | undefined): { one: unknown; enclosing: unknown }[] {
	let found: { one: unknown; enclosing: unknown }[] = [{ one: element, enclosing: element }]
	for (const list of inside?.split('[].') ?? [])
		found = found.flatMap(({ one }) => elementsOf(memberAt(one, list)).map((each) => ({ one: each, enclosing: one })))
	return found
}

function elementProblem({ stream, fields }: NestedShape, element: unknown, enclosing: unknown) {
	for (const [name, { type }] of Object.entries(stream.columns)) {
		const field = fields[name]
		if (!field) continue
		const place = elementField(field, stream)
		if (place.from === 'record') continue
		const value = textOf(memberAt(place.from === 'element' ? element : enclosing, place.field))
		const isNone = value === null || (value === '' && stream.hasBlanks)
		const problem = isNone ? null : columnProblem(type, value)
		if (problem) return { code: problem.code, reason: `${field}: ${problem.reason}` }
	}
	return null
}

/** A list, or the one object that some vendors send for a list of one; nothing else has elements. */
function elementsOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value
	return typeof value === 'object' && value !== null ? [value] : []
}

function memberAt(value: unknown, path: string): unknown {
	return path
		.split('.')
		.reduce<unknown>(
			(current, member) =>
				typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[member] : null,
			value,
		)
}

function textOf(value: unknown): string | null {
	if (value === null || value === undefined) return null
	return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
