import type { BuiltStep } from './build-file.ts'
import { canonical, type Entity } from './canonical.ts'
import type { HistoryRow } from './history-tables.ts'
import type { Model } from './model.ts'
import { type TreeNode, walkTree } from './parse-tree.ts'
import { kindOf } from './plan.ts'

/**
 * A connection as its source declares it. `tables`: what its raw tables are called before `__`; `streams`: those that it has;
 * `title`: what sentences call it; `pages`: the objects of which a record has an address (`opportunity`, `invoice`), or `all`.
 */
export type PublishedConnection = {
	connection: string
	kind: string
	title: string
	role: string
	tables: string
	streams: readonly string[]
	pages: readonly string[] | 'all'
}

/** What a record of an entity is called in the addresses that open it. */
const objects: Partial<Record<Entity, readonly string[]>> = {
	customers: ['account', 'customer'],
	opportunities: ['opportunity'],
	orders: ['order'],
	invoices: ['invoice'],
	credit_notes: ['credit_note'],
	revenue_entries: ['journal'],
}

/** The values of the column `kind` that only some sources can give (models/canonical.ts). */
const kinds: Partial<Record<Entity, readonly string[]>> = {
	revenue_entries: ['invoice', 'credit_note', 'recognition', 'journal'],
	exchange_rates: ['crm', 'erp', 'erp_inverse', 'closing', 'average'],
}

/**
 * The rows of `tieout.entities`: which canonical entities each connection has, and which of their columns and kinds. Read from the
 * staging models that were built, which are where a source says what it has: a column that is `cast(null as ...)` there, or a moment
 * that is only a date (`cast(invoice_date as timestamp)`), is none of its columns.
 */
export function entityRows(
	models: readonly Model[],
	steps: ReadonlyMap<string, BuiltStep>,
	connections: readonly PublishedConnection[],
): HistoryRow[] {
	const byName = new Map(models.map((model) => [model.name, model]))
	return connections.flatMap(({ tables, streams, pages, connection, kind, title, role }) =>
		(Object.keys(canonical) as Entity[]).flatMap((entity) => {
			const model = byName.get(`staging.stg_${tables}__${entity}`)
			if (!model || !steps.has(model.name)) return []
			const own = ownModels(model, byName)
			if (!readsOneOf(own, tables, streams)) return []
			const columns = columnsOf(entity, model).join(', ')
			const has_page = objects[entity]?.some((object) => pages === 'all' || pages.includes(object)) ?? false
			const own_kinds = kindsOf(entity, own)?.join(', ') ?? null
			return [{ connection, kind, title, role, entity, columns, kinds: own_kinds, has_page }]
		}),
	)
}

/** The staging model and those of the same layer that it stands on. */
function ownModels(model: Model, byName: ReadonlyMap<string, Model>, found = new Set<Model>()): Set<Model> {
	found.add(model)
	for (const name of model.reads) {
		const read = byName.get(name)
		if (read?.layer === 'staging' && !name.startsWith('staging.stg_tieout__') && !found.has(read))
			ownModels(read, byName, found)
	}
	return found
}

/** A connection that has none of the streams below (a file that isn't mapped, a stream switched off) has not the entity. */
function readsOneOf(own: ReadonlySet<Model>, tables: string, streams: readonly string[]): boolean {
	const raw = [...own].flatMap((model) =>
		model.reads.filter((name) => name.startsWith('raw.') && kindOf(name) === tables),
	)
	return raw.some((name) => streams.includes(name.split('__').slice(1).join('__')))
}

function columnsOf(entity: Entity, model: Model): string[] {
	const expressions = new Map<string, TreeNode[]>()
	walkTree(model.tree, (node) => {
		const alias = node['alias']
		if (typeof alias !== 'string' || alias === '' || !('class' in node)) return
		expressions.set(alias, [...(expressions.get(alias) ?? []), node])
	})
	return Object.keys(canonical[entity]).filter((name) => {
		const given = expressions.get(name)
		return !given?.every(saysNothing)
	})
}

/** `cast(null as ...)`, or a date that is written as a moment: midnight is not when it happened. */
function saysNothing(node: TreeNode): boolean {
	if (node['class'] !== 'CAST') return false
	const child = node['child'] as TreeNode
	if (child['class'] === 'CONSTANT') return (child['value'] as { is_null?: boolean }).is_null === true
	const type = (node['cast_type'] as { id?: string }).id
	const column = (child['column_names'] as string[] | undefined)?.at(-1)
	return type === 'TIMESTAMP' && column !== undefined && column.endsWith('_date')
}

/** Undefined: they stand in the records (a mapped file), so any may come. */
function kindsOf(entity: Entity, own: ReadonlySet<Model>): string[] | undefined {
	const known = kinds[entity]
	if (!known) return undefined
	const said = new Set<string>()
	for (const model of own)
		walkTree(model.tree, (node) => {
			const value = node['class'] === 'CONSTANT' ? (node['value'] as { value?: unknown }).value : undefined
			if (typeof value === 'string') said.add(value)
		})
	const found = known.filter((kind) => said.has(kind))
	return found.length > 0 ? found : undefined
}
