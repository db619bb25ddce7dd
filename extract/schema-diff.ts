import { declaredFields } from './fields.ts'
import type { Connection, Description, Stream } from './source.ts'

/**
 * What differs between two descriptions of a stream, going from the first to the second. `value`: of options, the one that came or went.
 * `isRead`: a column is filled from the field. `breaks`: reading from the second fails, or gives something else.
 */
export type SchemaDifference = {
	stream: string
	field: string
	change:
		| 'added'
		| 'removed'
		| 'retyped'
		| 'required'
		| 'optional'
		| 'longer'
		| 'shorter'
		| 'option added'
		| 'option removed'
		| 'not there'
		| 'not described'
	before: string | null
	after: string | null
	isRead: boolean
	breaks: boolean
}

/** A described stream; null: the vendor describes none of its fields, or does not have it. */
export type DescribedStreams = Record<string, Description | null>

/**
 * Compares two environments of a kind, stream by stream, in the order of the first. `stream` declares what is read; custom fields are those
 * of `connection`, whose configuration will read the second environment.
 */
export function compareDescriptions(
	before: DescribedStreams,
	after: DescribedStreams,
	{ streams, connection }: { streams: readonly Stream[]; connection: Connection },
): SchemaDifference[] {
	const names = streams.map((stream) => stream.name).filter((name) => name in before || name in after)
	return names.flatMap((name) => {
		const stream = streams.find((one) => one.name === name)!
		const [first, second] = [before[name] ?? null, after[name] ?? null]
		if (first === null && second === null) return []
		if (first === null || second === null) return [undescribed(stream, first)]
		return compareStream(stream, first, second, declaredFields(stream, connection))
	})
}

/** Nothing can be said of what only one of them describes. */
function undescribed(stream: Stream, first: Description | null): SchemaDifference {
	const none = { before: null, after: null, field: '*', isRead: true, breaks: first !== null }
	return { ...none, stream: stream.name, change: first === null ? 'not described' : 'not there' }
}

function compareStream(
	stream: Stream,
	before: Description,
	after: Description,
	declared: ReadonlyMap<string, string[]>,
): SchemaDifference[] {
	const spelled = (description: Description) =>
		new Map(Object.keys(description.fields).map((name) => [name.toLowerCase(), name]))
	const [first, second] = [spelled(before), spelled(after)]
	const names = [...new Set([...first.keys(), ...second.keys()])].sort()
	return names.flatMap((name) => {
		const columns = declared.get(name) ?? []
		const differ = differenceOf(stream, first.get(name) ?? second.get(name)!, columns)
		const [was, is] = [first.get(name), second.get(name)]
		if (is === undefined) return [differ('removed', before.fields[was!]!, null, columns.length > 0)]
		if (was === undefined) return [differ('added', null, after.fields[is]!, false)]
		return compareField({ description: before, field: was }, { description: after, field: is }, differ)
	})
}

type Differ = (
	change: SchemaDifference['change'],
	before: string | null,
	after: string | null,
	breaks: boolean,
) => SchemaDifference

function differenceOf(stream: Stream, field: string, columns: string[]): Differ {
	const isRead = columns.length > 0
	return (change, before, after, breaks) => ({
		stream: stream.name,
		field,
		change,
		before,
		after,
		isRead,
		breaks: breaks && isRead,
	})
}

type Place = { description: Description; field: string }

function compareField(before: Place, after: Place, differ: Differ): SchemaDifference[] {
	const found: SchemaDifference[] = []
	const [was, is] = [before, after].map(({ description, field }) => ({
		type: description.fields[field]!,
		length: description.lengths?.[field] ?? null,
		isRequired: description.required?.includes(field) ?? null,
		options: description.options?.[field] ?? null,
	})) as [Facts, Facts]
	if (was.type !== is.type) found.push(differ('retyped', was.type, is.type, true))
	if (was.length !== null && is.length !== null && was.length !== is.length)
		// What was written in the first may be cut in the second; a reader of the longer one loses nothing.
		found.push(
			differ(
				is.length > was.length ? 'longer' : 'shorter',
				String(was.length),
				String(is.length),
				is.length < was.length,
			),
		)
	if (was.isRequired !== null && is.isRequired !== null && was.isRequired !== is.isRequired)
		// What was always there may be missing.
		found.push(differ(is.isRequired ? 'required' : 'optional', null, null, !is.isRequired))
	if (was.options && is.options) {
		const [old, now] = [was.options, is.options]
		// A value that the mappings have not met.
		for (const value of now.filter((one) => !old.includes(one))) found.push(differ('option added', null, value, true))
		for (const value of old.filter((one) => !now.includes(one)))
			found.push(differ('option removed', value, null, false))
	}
	return found
}

type Facts = { type: string; length: number | null; isRequired: boolean | null; options: string[] | null }
