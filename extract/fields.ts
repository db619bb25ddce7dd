import { TieoutError } from '../models/error.ts'
import { type Connection, type Description, type Stream, typeUnknown } from './source.ts'
import type { DriftEvent, StreamRun } from './state.ts'

/** Landing name to the vendor's field, null where the company has none; and what a person should know about it. */
export type ResolvedFields = { fields: Record<string, string | null>; notes: string[] }

/**
 * Finds each declared column in the vendor's description (null: the vendor has none, all are taken to be there). Throws before the
 * first page: `fields.unknown` for a configured name that the vendor doesn't have, `drift.removed` for a standard field that is gone,
 * `fields.withheld` for one that is there and that the user may not read.
 */
export function resolveFields(stream: Stream, connection: Connection, description: Description | null): ResolvedFields {
	const described = description && new Map(Object.keys(description.fields).map((name) => [name.toLowerCase(), name]))
	const fields: Record<string, string | null> = {}
	const notes: string[] = []
	for (const [name, column] of Object.entries(stream.columns)) {
		if (column.inverseOf) continue
		const configured = column.isCustom ? configuredField(connection, stream, name) : undefined
		const field = configured ?? column.field
		const found = described && !field.includes('.') ? described.get(field.toLowerCase()) : field
		if (found === undefined) refuseWithheld(stream, connection, field, description)
		if (found === undefined && configured !== undefined)
			throw unknownField(stream, connection, name, configured, description!)
		if (found === undefined && !column.isCustom && !column.isOptional) throw removedField(stream, connection, field)
		fields[name] = found ?? null
		if (found === undefined && column.isCustom && !column.isOptional)
			notes.push(
				`${stream.object} has no field ${field}; ${name} is empty (set fields.${name} if it is called otherwise)`,
			)
	}
	return { fields, notes }
}

/** Characters of names that are asked for beside the declared ones: a request's address has room for so many and all else. */
const longestExtra = 6000

/**
 * The company's own fields that no column is declared for: asked for by name, so that they are kept and one that is declared later has its
 * history. `left`: those for which the request has no room.
 */
export function extraFields(
	fields: Record<string, string | null>,
	{ custom = [], fields: types }: Pick<Description, 'custom' | 'fields'>,
): { extra: Record<string, string>; left: string[] } {
	const declared = new Set(Object.values(fields).map((field) => field?.toLowerCase()))
	const extra: Record<string, string> = {}
	const left: string[] = []
	let length = 0
	for (const name of custom.filter((field) => !declared.has(field.toLowerCase())).sort()) {
		length += name.length + 3
		if (length <= longestExtra) extra[name] = types[name] ?? ''
		else left.push(name)
	}
	return { extra, left }
}

/** The vendor's fields that a stream is declared to read, in lower case (of a path its first member), with the columns that each fills. */
export function declaredFields(stream: Stream, connection: Connection): Map<string, string[]> {
	const declared = new Map<string, string[]>()
	for (const [name, column] of Object.entries(stream.columns)) {
		if (column.inverseOf) continue
		const field = ((column.isCustom && configuredField(connection, stream, name)) || column.field).toLowerCase()
		for (const key of new Set([field, field.split('.')[0]!])) declared.set(key, [...(declared.get(key) ?? []), name])
	}
	return declared
}

/** A description with what the last one knew of the fields that could not be described this time. */
export function completeFields(
	before: Record<string, string> | null,
	described: Record<string, string>,
	declared: ReadonlyMap<string, string[]>,
): Record<string, string> {
	if (before === null || isWhole(described)) return described
	const untold = Object.entries(before).filter(([field]) => !declared.has(field.toLowerCase()))
	const told = Object.entries(described).map(([field, type]) => [
		field,
		type === typeUnknown ? (before[field] ?? type) : type,
	])
	return { ...Object.fromEntries(untold), ...Object.fromEntries(told) }
}

/** What differs from the description of the last run. The first description is no drift, nor is a type that was not known before. */
export function driftEvents(
	run: StreamRun,
	before: Record<string, string> | null,
	after: Record<string, string>,
	declared: ReadonlyMap<string, string[]>,
): DriftEvent[] {
	if (before === null) return []
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
	return names.flatMap((field): DriftEvent[] => {
		const [was, is] = [before[field] ?? null, after[field] ?? null]
		if (was === is) return []
		const isDeclared = declared.has(field.toLowerCase())
		const isFirstTold = was === typeUnknown ? is !== null : was === null && !isDeclared && !isWhole(before)
		if (isFirstTold) return []
		const change = was === null ? 'added' : is === null ? 'removed' : 'retyped'
		const { connection, stream, runId } = run
		return [{ connection, stream, runId, field, change, before: was, after: is, isDeclared }]
	})
}

function isWhole(fields: Record<string, string>): boolean {
	return !Object.values(fields).includes(typeUnknown)
}

/** Throws `drift.retyped` when a field that we read has another type than it had. */
export function refuseRetyped(events: DriftEvent[]): void {
	const retyped = events.filter((event) => event.change === 'retyped' && event.isDeclared)
	if (retyped.length === 0) return
	const list = retyped.map((event) => `${event.field} was ${event.before} and is ${event.after}`).join('; ')
	throw new TieoutError('vendor', 'drift.retyped', `fields that are read changed their type: ${list}`, {
		where: `${retyped[0]!.connection}.${retyped[0]!.stream}`,
		next: 'look at the field in the source; if the change is right, start it again: the new type is known from now on',
	})
}

function configuredField(connection: Connection, stream: Stream, name: string): string | undefined {
	return connection.fields?.[`${stream.name}.${name}`] ?? connection.fields?.[name]
}

function unknownField(stream: Stream, connection: Connection, name: string, field: string, description: Description) {
	const candidates = nearest(field, Object.keys(description.fields))
	return new TieoutError(
		'configuration',
		'fields.unknown',
		`${stream.object} has no field ${field}, which fields.${name} names`,
		{
			where: `tieout.yml: connections.${connection.name}.fields.${name}`,
			allowed: candidates,
			next: `correct fields.${name}, or give the integration user permission to see the field`,
		},
	)
}

/** What is kept from the user is not empty: no figure may be made without it. */
function refuseWithheld(stream: Stream, connection: Connection, field: string, description: Description | null): void {
	const { fields = [], next = '' } = description?.withheld ?? {}
	if (!fields.some((name) => name.toLowerCase() === field.toLowerCase())) return
	throw new TieoutError(
		'vendor',
		'fields.withheld',
		`${stream.object} has a field ${field}, which is read, and the integration user may not see it`,
		{ where: `${connection.name}.${stream.name}`, next: `${next}: ${field}` },
	)
}

function removedField(stream: Stream, connection: Connection, field: string) {
	return new TieoutError(
		'vendor',
		'drift.removed',
		`${stream.object} no longer has the field ${field}, which is read`,
		{
			where: `${connection.name}.${stream.name}`,
			next: 'give the integration user permission to see the field; if the vendor removed it, this release needs an update',
		},
	)
}

/** The names that are most like the one that was meant, best first. */
export function nearest(name: string, names: string[]): string[] {
	const pairs = (text: string) =>
		new Set([...text.toLowerCase()].map((_, index, all) => all.slice(index, index + 2).join('')))
	const wanted = pairs(name)
	const score = (other: string) => [...pairs(other)].filter((pair) => wanted.has(pair)).length / (other.length + 1)
	return names.toSorted((left, right) => score(right) - score(left)).slice(0, 8)
}
