import { type ColumnType, canonical, columnTypes, type Entity } from './canonical.ts'
import { TieoutError } from './error.ts'
import { type Model, stagedKind } from './model.ts'
import { placedError, tablesRead } from './parse-tree.ts'
import { identifier } from './sql-text.ts'

/** One table to build: a model, or the union of the sources' staging models of one entity (then without `model`). */
export type Step = { name: string; sql: string; reads: string[]; model?: Model }

/** What a build makes, in an order in which everything is there before it is read. */
export type Plan = {
	steps: Step[]
	/** The `raw.<table>` names that the steps read, `raw.as_of` left out. */
	rawTables: string[]
	/** Entities that no source in use has: their table is there, typed and empty. */
	absentEntities: Entity[]
	/** Models of sources that are not in use, which are not built. */
	notInUse: string[]
}

/** What is known of the raw tables: `available` can be read (loaded, or declared by a source), `kinds` are the sources in use. */
export type RawKnown = { available: ReadonlySet<string>; kinds: ReadonlySet<string> }

/**
 * Orders the models. Throws `configuration` with file and line for a table that nobody makes and for a circle, `data` for a stream of
 * a source in use that was never loaded and whose columns nobody declared.
 */
export function planBuild(models: readonly Model[], raw: RawKnown): Plan {
	const buildable = models.filter((model) => model.layer !== 'checks')
	const byName = new Map(buildable.map((model) => [model.name, model]))
	for (const model of buildable) checkReads(model, byName)
	const inUse = modelsInUse(buildable, byName, raw)
	const unions = Object.keys(canonical).map((entity) => unionStep(entity as Entity, inUse))
	const used = [
		...unions,
		...inUse.values().map((model) => ({ name: model.name, sql: model.sql, reads: model.reads, model })),
	]
	const steps = inOrder(new Map(used.map((step) => [step.name, step])))
	const reads = new Set(steps.flatMap((step) => step.reads))
	return {
		steps,
		rawTables: [...reads].filter((name) => name.startsWith('raw.') && name !== 'raw.as_of').sort(),
		absentEntities: unions
			.filter((step) => step.reads.length === 0)
			.map((step) => step.name.slice('canonical.'.length) as Entity),
		notInUse: buildable.filter((model) => !inUse.has(model.name)).map((model) => model.name),
	}
}

/** The columns of a canonical entity with their SQL types, in order. */
export function entityColumns(entity: Entity): { name: string; type: string }[] {
	return Object.entries(canonical[entity]).map(([name, type]) => ({ name, type: columnTypes[type as ColumnType] }))
}

/** The source's kind in the name of a raw table: `salesforce` of `raw.salesforce__accounts`. */
export function kindOf(rawTable: string): string {
	return rawTable.slice('raw.'.length).split('__')[0]!
}

/** Kinds of which a build can have anything: what is configured, loaded or declared. */
export function usedKinds({ kinds, available }: RawKnown): Set<string> {
	return new Set([...kinds, ...[...available].map(kindOf)])
}

/** A model is in use when all that it stands on, down to the raw tables, can be read. */
function modelsInUse(models: readonly Model[], byName: Map<string, Model>, raw: RawKnown): Map<string, Model> {
	const known = new Map<string, boolean>()
	const kinds = usedKinds(raw)
	function isInUse(model: Model): boolean {
		const before = known.get(model.name)
		if (before !== undefined) return before
		known.set(model.name, true)
		// What a source brings along (a list of countries) is in use with the source.
		const kind = stagedKind(model.name)
		if (model.reads.length === 0 && kind !== undefined && !kinds.has(kind)) {
			known.set(model.name, false)
			return false
		}
		const missing = model.reads.filter((name) => isRawTable(name) && !raw.available.has(name))
		const expected = missing.find((name) => kindOf(name) !== 'mapped' && raw.kinds.has(kindOf(name)))
		if (expected) throw notLoaded(model, expected)
		const answer = missing.length === 0 && model.reads.every((name) => !byName.has(name) || isInUse(byName.get(name)!))
		known.set(model.name, answer)
		return answer
	}
	return new Map(models.filter(isInUse).map((model) => [model.name, model]))
}

function unionStep(entity: Entity, inUse: Map<string, Model>): Step {
	const columns = entityColumns(entity)
	const sources = [...inUse.keys()].filter((name) => /^staging\.stg_.+?__(.+)$/.exec(name)?.[1] === entity).sort()
	const names = columns.map((column) => `    ${identifier(column.name)}`).join(',\n')
	const empty = columns.map((column) => `    cast(null as ${column.type}) as ${identifier(column.name)}`).join(',\n')
	const sql = sources.map((source) => `select\n${names}\nfrom ${source}`).join('\nunion all\n')
	return { name: `canonical.${entity}`, sql: sql || `select\n${empty}\nwhere false`, reads: sources }
}

/** Depth first by name, so that the order is the same everywhere. */
function inOrder(steps: Map<string, Step>): Step[] {
	const done = new Set<string>()
	const ordered: Step[] = []
	function visit(step: Step, path: string[]): void {
		if (done.has(step.name)) return
		if (path.includes(step.name)) throw circle([...path.slice(path.indexOf(step.name)), step.name], step)
		for (const name of step.reads) if (steps.has(name)) visit(steps.get(name)!, [...path, step.name])
		done.add(step.name)
		ordered.push(step)
	}
	for (const name of [...steps.keys()].sort()) visit(steps.get(name)!, [])
	return ordered
}

function checkReads(model: Model, byName: Map<string, Model>): void {
	for (const read of tablesRead(model.tree)) {
		const name = `${read.schema}.${read.name}`
		if (read.schema === 'raw' || byName.has(name)) continue
		if (read.schema === 'canonical' && Object.hasOwn(canonical, read.name)) continue
		const allowed =
			read.schema === 'canonical'
				? Object.keys(canonical)
				: [...byName.keys()].filter((other) => other.startsWith(`${read.schema}.`))
		throw placedError(
			'model.unknown_table',
			`no model makes "${name}"`,
			model.sql,
			read.offset,
			model,
			`use one of: ${allowed.join(', ')}`,
		)
	}
}

function isRawTable(name: string): boolean {
	return name.startsWith('raw.') && name !== 'raw.as_of'
}

function notLoaded(model: Model, table: string): TieoutError {
	return new TieoutError('data', 'build.not_loaded', `${table} was never loaded, and ${model.name} reads it`, {
		where: model.file,
		next: `load it: tieout extract --source ${kindOf(table)}`,
	})
}

function circle(names: string[], step: Step): TieoutError {
	return new TieoutError('configuration', 'model.circle', `models read each other in a circle: ${names.join(' -> ')}`, {
		...(step.model && { where: step.model.file }),
		next: 'break the circle with an intermediate model',
	})
}
