import { createHash } from 'node:crypto'
import { type TreeNode, walkTree } from './parse-tree.ts'
import type { Step } from './plan.ts'
import { type Clocks, countedConnections, type RawTables } from './raw-views.ts'
import type { Session } from './session.ts'
import { identifier, literal, qualifiedName } from './sql-text.ts'
import { marksFor, type TableMarks } from './table-marks.ts'

/** Raised when what a build writes changes by the program alone, so that nothing older is taken for unchanged. */
const format = 3

/** Of one table: its rows, and the sum of the first 60 bits of the md5 of each row's text, as decimal text. */
export type TableFingerprint = { rows: string; sum: string }

/**
 * Equality of two tables by all values of all rows, in any order (`engine.md` asks the same of another engine). Nulls and
 * the lengths of texts count, so that `('a', null)` and `(null, 'a')` differ.
 */
export async function tableFingerprint(session: Session, table: string): Promise<TableFingerprint> {
	const { columns } = await session.describe(`select * from ${table}`)
	const parts = columns.map(({ name }) => {
		const text = `cast(${identifier(name)} as varchar)`
		return `coalesce(length(${text}) || ':' || ${text}, '-')`
	})
	const bits = `cast(('0x' || substr(md5(concat_ws('|', ${parts.join(', ')})), 1, 15)) as bigint)`
	const [row] = await session.all<TableFingerprint>(
		`select count(*) as rows, coalesce(sum(${bits}), 0) as sum from ${table}`,
	)
	return row!
}

/**
 * The marks of what a step reads, by table name: a raw table's rows within the two clocks, and all of its rows; and those of the
 * tables that were built.
 */
export type Marks = {
	limited: Map<string, string>
	whole: Map<string, string>
	clocks: string
	built: Map<string, TableMarks>
}

/**
 * A step's own mark: its text and the marks of all that it reads. Equal marks: the table need not be built again. `ownColumns`: those
 * of its table, as far as it is there.
 */
export function stepFingerprint(step: Step, marks: Marks, ownColumns: readonly string[] = []): string {
	const isLimited = step.model !== undefined && limitsStamps(step.model.tree, step.reads)
	const reads = step.reads.map((name) => {
		if (name === 'raw.as_of') return [name, isLimited ? 'limits' : marks.clocks]
		if (!name.startsWith('raw.')) return [name, marksFor(step, marks.built.get(name), ownColumns)]
		return [name, marks.limited.get(name), isLimited ? 'limited' : marks.whole.get(name)]
	})
	return createHash('sha256')
		.update(JSON.stringify([format, step.sql, reads]))
		.digest('hex')
}

/**
 * The marks of raw tables: rows, newest and summed stamps, and which columns there are. Rows are only ever appended, each
 * with its stamps, so other rows have another mark.
 */
export async function rawFingerprints(
	session: Session,
	names: readonly string[],
	tables: RawTables,
	clocks: Clocks,
): Promise<Marks> {
	const parts = names.map((name) => rawMark(name, tables, clocks))
	const rows =
		parts.length === 0
			? []
			: await session.all<{ name: string; limited: string; whole: string }>(parts.join('\nunion all\n'))
	return {
		limited: new Map(rows.map((row) => [row.name, row.limited])),
		whole: new Map(rows.map((row) => [row.name, row.whole])),
		clocks: `${clocks.loadedUntil} ${clocks.extractedUntil} ${clocks.asOfDate}`,
		built: new Map(),
	}
}

function rawMark(name: string, tables: RawTables, clocks: Clocks): string {
	const columns = tables.loaded.get(name) ?? []
	const declared = Object.keys(tables.declared.get(name) ?? {})
	const note = tables.notes.get(name)
	const counted = countedConnections(name, tables)
	const parts = [...columns, ...declared, ...(note ? [note] : []), ...(counted ? [`of ${counted.join(' ')}`] : [])]
	const shape = literal([...new Set(parts)].sort().join())
	if (!columns.includes('_loaded_at')) return `select ${literal(name)} as name, ${shape} as limited, ${shape} as whole`
	const hasExtracted = columns.includes('_extracted_at')
	const stamp = (column: string, until: string) => `${column} <= cast(${literal(until)} as timestamp)`
	const limits = [stamp('_loaded_at', clocks.loadedUntil), stamp('_extracted_at', clocks.extractedUntil)]
	const limit = limits.slice(0, hasExtracted ? 2 : 1).join(' and ')
	const sums = (hasExtracted ? ['_loaded_at', '_extracted_at'] : ['_loaded_at']).flatMap((column) => [
		`max(${column})`,
		`sum(cast(epoch_us(${column}) as hugeint))`,
	])
	const limited = ['count(*)', ...sums].map((measure) => `${measure} filter (where ${limit})`)
	return `select ${literal(name)} as name, concat_ws(' ', ${[shape, ...limited].join(', ')}) as limited,
		concat_ws(' ', count(*), max(_loaded_at)) as whole
		from warehouse.${qualifiedName(name)}`
}

/**
 * Whether the clocks reach a model only as limits of `_loaded_at` and, where its tables have it, `_extracted_at`: then the marks of
 * the raw tables, taken within the same limits, say all, and the clocks themselves may move on without a new build.
 */
function limitsStamps(tree: TreeNode, reads: readonly string[]): boolean {
	const stamps = new Set<string | undefined>()
	walkTree(tree, (node, ancestors) => {
		if (node['type'] !== 'BASE_TABLE' || node['schema_name'] !== 'raw' || node['table_name'] !== 'as_of') return
		const subquery = ancestors.findLast((other) => other['class'] === 'SUBQUERY' && other['subquery_type'] === 'SCALAR')
		const comparison = subquery && ancestors[ancestors.indexOf(subquery) - 1]
		const isLimit = comparison?.['type'] === 'COMPARE_LESSTHANOREQUALTO' && comparison['right'] === subquery
		stamps.add(isLimit ? columnName(comparison['left'] as TreeNode) : undefined)
	})
	const hasStreams = reads.some(
		(name) => name.startsWith('raw.') && name !== 'raw.as_of' && !name.startsWith('raw.tieout__'),
	)
	const wanted = hasStreams ? ['_loaded_at', '_extracted_at'] : ['_loaded_at']
	return [...stamps].every((stamp) => stamp !== undefined && wanted.includes(stamp)) && stamps.size === wanted.length
}

function columnName(node: TreeNode): string | undefined {
	return node['class'] === 'COLUMN_REF' ? (node['column_names'] as string[]).at(-1) : undefined
}
