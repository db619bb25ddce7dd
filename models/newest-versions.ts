import type { Step } from './plan.ts'
import type { Clocks } from './raw-views.ts'
import type { Session } from './session.ts'
import { literal, qualifiedName } from './sql-text.ts'

/** The text of a model that is the newest version of each key of one raw table, and nothing else; `source` is that table. */
export function newestVersions(source: string): string {
	return `with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from ${source} as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

newest as (
    select * from versions where version = 1
)

select * from newest`
}

/** The raw table of such a model; undefined for any other. */
export function versionedTable(step: Step): string | undefined {
	const table = step.reads.find((name) => name !== 'raw.as_of')
	return table && step.reads.length === 2 && step.sql === newestVersions(table) ? table : undefined
}

/** What gives a step's rows without copying them, and how many there are. */
export type View = { select: string; rows: string }

/**
 * Of steps of newest versions, by name, those where every key has one version within the clocks, as it is after a first load: they need
 * not be copied. A view holds the clocks themselves, so that what is loaded later is not in it.
 */
export async function versionViews(
	session: Session,
	steps: readonly Step[],
	clocks: Clocks,
): Promise<Map<string, View>> {
	if (steps.length === 0) return new Map()
	const within = `records._loaded_at <= ${stamp(clocks.loadedUntil)} and records._extracted_at <= ${stamp(clocks.extractedUntil)}`
	const from = (step: Step) => `${qualifiedName(versionedTable(step)!)} as records where ${within}`
	const counts = steps.map(
		(step) => `select ${literal(step.name)} as name, count(*) as rows, max(versions) as versions
			from (select count(*) as versions from ${from(step)} group by ${versionKey.join(', ')})`,
	)
	const counted = await session.all<{ name: string; rows: string; versions: string | null }>(
		counts.join('\nunion all\n'),
	)
	const single = new Map(counted.filter(({ versions }) => Number(versions) <= 1).map(({ name, rows }) => [name, rows]))
	return new Map(
		steps
			.filter(({ name }) => single.has(name))
			.map((step) => [
				step.name,
				{
					select: `select records.*, cast(1 as bigint) as version from ${from(step)}`,
					rows: single.get(step.name)!,
				},
			]),
	)
}

/** The key of such a model's rows. */
export const versionKey = ['_connection', '_key']

/**
 * Notes in `temp.build_keys` the keys that have a version within the clocks of now that was not within those of `before`, and gives
 * the text by which the newest versions of these are made, with their number. Undefined: one of them is null.
 */
export async function changedVersions(
	session: Session,
	table: string,
	before: Clocks,
): Promise<{ sql: string; keys: number } | undefined> {
	const key = versionKey.join(', ')
	await session.run(`create or replace temp table build_keys as
		select distinct ${key} from ${qualifiedName(table)} as records, raw.as_of as as_of
		where records._loaded_at <= as_of.loaded_until and records._extracted_at <= as_of.extracted_until
			and not (records._loaded_at <= ${stamp(before.loadedUntil)} and records._extracted_at <= ${stamp(before.extractedUntil)})`)
	const [counted] = await session.all<{ keys: string; whole: string }>(
		`select count(*) as keys, count(*) filter (where ${versionKey.map((column) => `${column} is not null`).join(' and ')}) as whole
		from temp.build_keys`,
	)
	if (counted!.keys !== counted!.whole) return undefined
	const equal = versionKey.map((column) => `records.${column} = keys.${column}`).join(' and ')
	const some = `(select records.* from ${qualifiedName(table)} as records semi join temp.build_keys as keys on ${equal})`
	return { sql: newestVersions(some), keys: Number(counted!.keys) }
}

function stamp(text: string): string {
	return `cast(${literal(text)} as timestamp)`
}
