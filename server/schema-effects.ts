import type { Kysely } from 'kysely'
import { declaredFields } from '../extract/fields.ts'
import type { Connection, Source, Stream } from '../extract/source.ts'
import { type ColumnReader, columnReaders } from '../models/column-reads.ts'
import { modelFolders, readModels } from '../models/model.ts'
import { openDatabase } from '../models/warehouse.ts'
import type { DriftEffect } from '../reports/health-history.ts'
import type { Config } from './config.ts'
import { connectionsOf, sourcesOf } from './sources.ts'
import type { StateSchema } from './state.ts'

/** A change of one field of a stream. */
export type FieldChange = {
	connection: string
	stream: string
	field: string
	change: string
	type_before: string | null
	type_after: string | null
}

/** A change with what it breaks. */
export type DriftNote = FieldChange & { effect: DriftEffect }

/** Says what a change of a field means: which columns it fills, and which models and checks read them. */
export type EffectOf = (change: FieldChange) => DriftEffect

/**
 * Works out, once, what each change of a source's schema breaks, and keeps it with the change. Answers those that were new, in the order in
 * which they were found. The models' parse trees say who reads what; a project's own models count.
 */
export async function noteDriftEffects(db: Kysely<StateSchema>, config: Config): Promise<DriftNote[]> {
	const events = await db.selectFrom('drift_events').selectAll().where('effect', 'is', null).orderBy('id').execute()
	if (events.length === 0) return []
	const effectOf = await effects(config)
	const notes: DriftNote[] = []
	for (const { id, connection, stream, field, change, type_before, type_after } of events) {
		const event = { connection, stream, field, change, type_before, type_after }
		const effect = effectOf(event)
		await db
			.updateTable('drift_events')
			.set({ effect: JSON.stringify(effect) })
			.where('id', '=', id)
			.execute()
		notes.push({ ...event, effect })
	}
	return notes
}

/** Reads the models of a project and answers what a change of a field of one of its connections means. */
export async function effects(config: Config): Promise<EffectOf> {
	const sources = sourcesOf(config)
	const connections = connectionsOf(config)
	const isUsed = (kind: string) =>
		sources.some(
			(source) => (source.tables ?? source.kind) === kind && connections.some((one) => one.kind === source.kind),
		)
	const memory = await openDatabase(':memory:')
	const models = await readModels(modelFolders(config.project.folder), memory, isUsed).finally(() => memory.close())
	const readers = columnReaders(models)
	return (change) => {
		const connection = connections.find((one) => one.name === change.connection)
		const source = sources.find((one) => one.kind === connection?.kind)
		const stream = source?.streams.find((one) => one.name === change.stream)
		return connection && source && stream
			? effectOn(change, { connection, source, stream, readers })
			: { columns: [], readers: [], breaks: false, text: 'the connection or its stream is no longer configured' }
	}
}

type Place = { connection: Connection; source: Source; stream: Stream; readers: Map<string, ColumnReader[]> }

function effectOn(change: FieldChange, { connection, source, stream, readers }: Place): DriftEffect {
	const columns = declaredFields(stream, connection).get(change.field.toLowerCase()) ?? []
	const kind = source.tables ?? source.kind
	const found = columns.flatMap((column) => [
		...(readers.get(`raw.${kind}__${stream.name}.${column}`) ?? []),
		...listReaders(source, stream, column, `raw.${kind}__`, readers),
	])
	const unique = [...Map.groupBy(found, (one) => one.model).values()].map(
		(list) => list.find((one) => one.by !== null) ?? list[0]!,
	)
	const sorted = unique.toSorted(
		(a, b) => Number(a.by === null) - Number(b.by === null) || (a.model < b.model ? -1 : 1),
	)
	const breaks = columns.length > 0 && change.change !== 'added'
	return { columns, readers: sorted, breaks, text: effectText(change, columns, sorted) }
}

/** Whoever reads a list inside records reads the column that holds it. */
function listReaders(source: Source, stream: Stream, column: string, prefix: string, readers: Place['readers']) {
	const lists = source.streams.filter(({ within }) => within?.stream === stream.name && within.column === column)
	return [...readers].flatMap(([origin, list]) =>
		lists.some(({ name }) => origin.startsWith(`${prefix}${name}.`)) ? list.map((one) => ({ ...one, by: null })) : [],
	)
}

/** Models that a sentence names; the rest is counted. */
const named = 3

function effectText(change: FieldChange, columns: string[], readers: DriftEffect['readers']): string {
	const what = changeText(change)
	if (columns.length === 0)
		return change.change === 'added'
			? `${what}: no column is declared for it; where it comes with the records it is kept in _extra`
			: `${what}: nothing reads it`
	if (change.change === 'added') return `${what}: it fills ${columns.join(', ')} from now on`
	const direct = readers.filter((one) => one.by !== null)
	if (readers.length === 0) return `${what}: it fills ${columns.join(', ')}, which no model reads`
	const rest = readers.filter((one) => one.by === null)
	const names = direct.slice(0, named).map(({ model, by }) => `${model} reads ${by}`)
	if (direct.length > named) names.push(`${direct.length - named} more models read it`)
	if (direct.length === 0) names.push(`it fills ${columns.join(', ')}`)
	return `${what}: ${names.join(', ')}${restText(rest)}`
}

function changeText({ field, change, type_before, type_after }: FieldChange): string {
	if (change === 'removed') return `${field} is gone`
	return change === 'retyped'
		? `${field} is now ${type_after}, it was ${type_before}`
		: `${field} (${type_after}) is new`
}

function restText(rest: DriftEffect['readers']): string {
	const checks = rest.filter((one) => one.isCheck).length
	const models = rest.length - checks
	const parts = [
		...(models > 0 ? [`${models} ${models === 1 ? 'model' : 'models'}`] : []),
		...(checks > 0 ? [`${checks} ${checks === 1 ? 'check' : 'checks'}`] : []),
	]
	return parts.length === 0 ? '' : `; ${parts.join(' and ')} ${rest.length === 1 ? 'stands' : 'stand'} on it`
}
