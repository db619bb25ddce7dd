import { z } from 'zod'
import { columnTypes } from './column-type.ts'
import { elementField } from './nested.ts'
import type { Source, Stream } from './source.ts'

const aFunction = z.custom<unknown>((value) => typeof value === 'function', 'must be a function')
const perhapsFunction = aFunction.optional()
const minutes = z.number('must be a number of minutes').positive()
const name = z
	.string()
	.regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'must be a name of a-z, 0-9 and single _, beginning with a letter')

/** Kinds whose raw tables are ours: configuration (`raw.tieout__*`) and mapped files (`raw.mapped__*`). */
const reserved = ['tieout', 'mapped']

const column = z.looseObject({
	field: z.string('must name the vendor’s field'),
	type: z.enum(columnTypes, `must be one of ${columnTypes.join(', ')}`),
})

const stream = z.looseObject({
	name,
	object: z.string('must name the vendor’s object'),
	key: z.array(z.string(), 'must name the columns of the key'),
	columns: z.record(z.string(), column),
	cursor: z
		.looseObject({ column: z.string(), heldBack: z.number().min(0), overlap: z.number().min(0) })
		.nullable()
		.refine((cursor) => cursor !== undefined, 'must be a cursor, or null where everything is read each time'),
	freshness: z.looseObject({ warn: minutes, error: minutes }),
})

const declaration = z.looseObject({
	kind: name.refine((kind) => !reserved.includes(kind), 'is a name that tieout keeps for itself'),
	title: z.string('must be a title'),
	role: z.enum(
		['crm', 'erp', 'billing', 'cpq', 'marketing', 'support', 'integration'],
		'must be one of crm, erp, billing, cpq, marketing, support, integration',
	),
	options: z.custom<unknown>((value) => value instanceof z.ZodType, 'must be a zod schema: z.object({ ... })'),
	allow: z
		.array(
			z.looseObject({ method: z.enum(['GET', 'POST'], 'must be GET or POST'), path: z.string().startsWith('/') }),
			'must list the methods and paths that may be asked',
		)
		.min(1, 'must list the methods and paths that may be asked'),
	streams: z.array(stream, 'must be a list of streams').min(1, 'must have at least one stream'),
	...Object.fromEntries(
		['secrets', 'origin', 'origins', 'auth', 'verdict', 'budget', 'read'].map((member) => [member, aFunction]),
	),
	...Object.fromEntries(
		[
			'login',
			'consent',
			'reach',
			'expiry',
			'describeRequests',
			'describedTogether',
			'usage',
			'inUse',
			'revenueFrom',
			'ownCurrency',
			'ownLegalEntity',
			'ownStages',
			'located',
			'transport',
			'saidAt',
			'describe',
			'deletes',
			'count',
			'job',
			'zone',
			'recordUrl',
			'probe',
		].map((member) => [member, perhapsFunction]),
	),
})

/** What is wrong with a source's declaration, each with its place; empty if nothing. */
export function declarationProblems(given: object): string[] {
	const parsed = declaration.safeParse(given)
	if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
	const { streams } = given as Source
	const names = streams.map((one) => one.name)
	const doubled = names.filter((one, index) => names.indexOf(one) !== index)
	return [
		...doubled.map((one) => `stream ${one} is declared twice`),
		...streams.flatMap(streamProblems),
		...streams.flatMap((one) => relationProblems(one, streams)),
	]
}

/** Columns that a stream names and does not declare, and names that the raw tables need for themselves. */
function streamProblems(one: Stream): string[] {
	const at = `stream ${one.name}:`
	const named = [
		...one.key.map((column) => ['key', column]),
		['cursor.column', one.cursor?.column],
		['deletedWhen.column', one.deletedWhen?.column],
		['money.amount', one.money?.amount],
		['money.currency', one.money?.currency ?? undefined],
		...(one.deletedBy ?? []).map((column) => ['deletedBy', column]),
		...Object.values(one.columns).map((column) => ['inverseOf', column.inverseOf]),
	].filter((pair): pair is [string, string] => pair[1] !== undefined)
	const columns = Object.keys(one.columns)
	return [
		...named
			.filter(([, column]) => !columns.includes(column))
			.map(([part, column]) => `${at} ${part} is "${column}", which is none of its columns (${columns.join(', ')})`),
		...columns
			.filter((column) => !/^[a-z][a-z0-9_]*$/.test(column))
			.map((column) => `${at} column "${column}" must be a name of a-z, 0-9 and _, beginning with a letter`),
	]
}

/** What a stream that lies inside another one, or follows it, says of that one and is not so. */
function relationProblems(one: Stream, all: readonly Stream[]): string[] {
	const at = `stream ${one.name}:`
	const named = (name: string) => all.find((stream) => stream.name === name)
	if (one.key.length === 0 && !one.within) return [`${at} key must name at least one column`]
	if (one.follows) {
		const followed = named(one.follows.stream)
		if (!followed) return [`${at} follows "${one.follows.stream}", which is no stream of the source`]
		if (followed.follows) return [`${at} follows ${followed.name}, which follows another one itself`]
		const { column } = one.follows
		if (column === undefined || followed.columns[column]) return []
		return [`${at} follows the column "${column}", which ${followed.name} has not`]
	}
	if (!one.within) return []
	const { stream, column } = one.within
	const parent = named(stream)
	if (!parent) return [`${at} lies within "${stream}", which is no stream of the source`]
	if (parent.within || parent.columns[column]?.type !== 'json')
		return [`${at} lies within ${stream}.${column}, which is no column of type json of a stream that is read`]
	return Object.values(one.columns)
		.map(({ field }) => elementField(field, one))
		.filter((place) => place.from === 'record')
		.filter(({ field }) => !Object.values(parent.columns).some((its) => its.field === field))
		.map(({ field }) => `${at} reads ^^.${field}, which is no declared field of ${stream}`)
}
