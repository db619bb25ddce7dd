import { canonical } from './canonical.ts'
import type { Model } from './model.ts'
import type { TreeNode } from './parse-tree.ts'
import { entityColumns } from './plan.ts'

/** A model that reads a column of a raw table, and by what name: `by` is null when it does so through other models' columns. */
export type ColumnReader = { model: string; by: string | null; isCheck: boolean }

/**
 * Who reads which column of which raw table, from the models' parse trees: by `raw.table.column`, in the order of the models' names.
 * A model that hands a column on by `*` alone does not read it; one that names it does (`by`), and so does everything that is computed
 * from what that one makes of it.
 */
export function columnReaders(models: readonly Model[]): Map<string, ColumnReader[]> {
	const lineage = createLineage(models)
	const readers = new Map<string, ColumnReader[]>()
	for (const model of models.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
		for (const [origin, by] of lineage.readsOf(model)) {
			const known = readers.get(origin) ?? []
			readers.set(origin, known)
			known.push({ model: model.name, by, isCheck: model.layer === 'checks' })
		}
	return readers
}

/** Where a value comes from: `raw.table.column`, and whether it came here by `*` alone, still under its own name. One is shared by many. */
type Origins = ReadonlyMap<string, boolean>

/** Something that has columns: a table, a model, a CTE, a subquery. Null: it has no such column, as far as is known. */
type Relation = (column: string) => Origins | null

/** What names mean at a place of a query. `sources`: alias to relation; `outer`: of the query around it. */
type Scope = { tables: Map<string, Relation>; sources: Map<string, Relation>; outer: Scope | null }

function createLineage(models: readonly Model[]) {
	const byName = new Map(models.map((model) => [model.name, model]))
	const relations = new Map<string, Relation>()

	/** Every raw column that the model names, or that comes to it under a name that another model has given. */
	function readsOf(model: Model): Map<string, string | null> {
		const reads = new Map<string, string | null>()
		queryRelation(model.tree, null, (column, origins) => {
			for (const [origin, isNamed] of origins)
				if (isNamed || !reads.has(origin)) reads.set(origin, isNamed ? column : null)
		})
		return reads
	}

	function tableRelation(name: string): Relation {
		const known = relations.get(name)
		if (known) return known
		const relation = remembered(makeRelation(name))
		relations.set(name, relation)
		return relation
	}

	function makeRelation(name: string): Relation {
		if (name.startsWith('raw.')) return (column) => new Map([[`${name}.${column}`, true]])
		if (name.startsWith('canonical.')) return unionRelation(name.slice('canonical.'.length))
		const model = byName.get(name)
		if (!model) return () => null
		return queryRelation(model.tree, null, () => {})
	}

	function unionRelation(entity: string): Relation {
		if (!Object.hasOwn(canonical, entity)) return () => null
		const own = new Set(entityColumns(entity as keyof typeof canonical).map((column) => column.name))
		const staged = models.filter(({ name }) => /^staging\.stg_.+?__(.+)$/.exec(name)?.[1] === entity)
		return (column) => (own.has(column) ? merged(staged.map(({ name }) => tableRelation(name)(column))) : null)
	}

	/** The columns of a query; every column that it names anywhere is told to `tell`. */
	function queryRelation(node: TreeNode, outer: Scope | null, tell: Tell): Relation {
		const tables = new Map(outer?.tables)
		const scope: Scope = { tables, sources: new Map(), outer }
		for (const { key, value } of commonTables(node)) {
			const inner = value.query.node
			// A recursive one reads itself: what it begins with says where its columns come from.
			if (inner['type'] === 'RECURSIVE_CTE_NODE') tables.set(key.toLowerCase(), () => null)
			tables.set(
				key.toLowerCase(),
				remembered(queryRelation(inner, { tables: new Map(tables), sources: new Map(), outer }, tell)),
			)
		}
		if (node['type'] === 'SELECT_NODE') return selectRelation(node, scope, tell)
		const sides = [node['left'], node['right'], ...((node['children'] as unknown[]) ?? [])].filter(isNode)
		const parts = sides.map((side) => queryRelation(side, scope, tell))
		return (column) => merged(parts.map((part) => part(column)))
	}

	function selectRelation(node: TreeNode, scope: Scope, tell: Tell): Relation {
		if (isNode(node['from_table'])) addSources(node['from_table'], scope, tell)
		const items = (node['select_list'] as TreeNode[]) ?? []
		const outputs = new Map<string, TreeNode>()
		for (const item of items) if (item['class'] !== 'STAR') outputs.set(outputName(item), item)
		for (const [name, part] of Object.entries(node))
			if (!['from_table', 'cte_map'].includes(name)) visit(part, scope, tell, outputs)
		const stars = items.filter((item) => item['class'] === 'STAR')
		return (column) => {
			const item = outputs.get(column)
			if (item) return originsOf(item, scope)
			return merged(stars.map((star) => starColumn(star, column, scope)))
		}
	}

	function addSources(from: TreeNode, scope: Scope, tell: Tell) {
		const alias = String(from['alias'] || from['table_name'] || '').toLowerCase()
		if (from['type'] === 'BASE_TABLE') {
			const schema = String(from['schema_name'] ?? '')
			const name = String(from['table_name']).toLowerCase()
			const common = schema === '' ? scope.tables.get(name) : undefined
			scope.sources.set(alias, common ?? tableRelation(`${schema}.${name}`))
		} else if (from['type'] === 'SUBQUERY') {
			const inner = ((from['subquery'] as TreeNode)['node'] ?? from['subquery']) as TreeNode
			scope.sources.set(alias, remembered(queryRelation(inner, scope, tell)))
		} else if (from['type'] === 'JOIN') {
			for (const side of [from['left'], from['right']]) if (isNode(side)) addSources(side, scope, tell)
			visit(from['condition'], scope, tell)
			for (const column of (from['using_columns'] as string[]) ?? []) tellColumn([column.toLowerCase()], scope, tell)
		} else visit(from, scope, tell)
	}

	/** Tells of every column that an expression names; queries inside it see the names around them. */
	function visit(value: unknown, scope: Scope, tell: Tell, outputs?: Map<string, TreeNode>): void {
		if (Array.isArray(value)) for (const item of value) visit(item, scope, tell, outputs)
		if (!isNode(value)) return
		if (value['class'] === 'COLUMN_REF') {
			tellColumn(namesOf(value), scope, tell)
			return
		}
		if (value['class'] === 'SUBQUERY') {
			const inner = value['subquery'] as TreeNode
			queryRelation((inner['node'] ?? inner) as TreeNode, scope, tell)
			visit(value['child'], scope, tell, outputs)
			return
		}
		for (const child of Object.values(value)) visit(child, scope, tell, outputs)
	}

	function tellColumn(names: string[], scope: Scope, tell: Tell) {
		const origins = lookUp(names, scope)
		if (origins) tell(names.at(-1)!, origins)
	}

	function originsOf(expression: unknown, scope: Scope): Origins {
		const computed = new Map<string, boolean>()
		const told = new Set<Origins>()
		visit(expression, scope, (_, origins) => {
			if (!told.has(origins)) for (const origin of origins.keys()) computed.set(origin, false)
			told.add(origins)
		})
		return computed
	}

	return { readsOf }
}

type Tell = (column: string, origins: Origins) => void

/** A column by its name, with the table's before it or not; the nearest query that has it counts. */
function lookUp(names: string[], scope: Scope | null): Origins | null {
	for (let place = scope; place; place = place.outer) {
		const source = names.length > 1 ? place.sources.get(names.at(-2)!) : undefined
		const column = names.at(-1)!
		if (source) return source(column)
		if (names.length > 1) continue
		const found = merged([...place.sources.values()].map((relation) => relation(column)))
		if (found) return found
	}
	return null
}

function starColumn(star: TreeNode, column: string, scope: Scope): Origins | null {
	const excluded = JSON.stringify(star['exclude_list'] ?? star['qualified_exclude_list'] ?? []).toLowerCase()
	if (excluded.includes(`"${column}"`)) return null
	const of = String(star['relation_name'] ?? '').toLowerCase()
	const sources = of ? [scope.sources.get(of)].filter((one) => one !== undefined) : [...scope.sources.values()]
	return merged(sources.map((relation) => relation(column)))
}

function remembered(relation: Relation): Relation {
	const known = new Map<string, Origins | null>()
	return (column) => {
		const before = known.get(column)
		if (before !== undefined) return before
		known.set(column, null)
		const found = relation(column)
		known.set(column, found)
		return found
	}
}

/** Null if none of them has the column. */
function merged(parts: readonly (Origins | null)[]): Origins | null {
	const known = new Set(parts.filter((part) => part !== null))
	const [first = null, ...others] = known
	if (others.length === 0) return first
	const all = new Map(first)
	for (const part of others)
		for (const [origin, isNamed] of part) all.set(origin, isNamed || (all.get(origin) ?? false))
	return all
}

function outputName(item: TreeNode): string {
	const alias = String(item['alias'] ?? '')
	return (alias || (item['class'] === 'COLUMN_REF' ? namesOf(item).at(-1)! : '')).toLowerCase()
}

function namesOf(node: TreeNode): string[] {
	return (node['column_names'] as string[]).map((name) => name.toLowerCase())
}

function commonTables(node: TreeNode) {
	const found = node['cte_map'] as { map: { key: string; value: { query: { node: TreeNode } } }[] } | undefined
	return found?.map ?? []
}

function isNode(value: unknown): value is TreeNode {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}
