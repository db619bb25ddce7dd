import type { ResultColumn, Session } from './session.ts'
import { identifier, qualifiedName } from './sql-text.ts'

/** How a table moved to its new contents: `columns` differ while all rows stayed (none: nothing moved), or `rows` came and went. */
export type Merged = { columns: string[] } | 'rows'

/** More than a table of so many columns is made anew: what differs is noted as bits of one number. */
const mostColumns = 60

/** A table is written anew when more than this share of its rows differs: then taking rows out one by one costs more. */
const mostChanged = 0.2

/** What a table's text gives now, computed once: its name while `work` runs, in the caller's transaction. */
export async function withFresh<T>(session: Session, select: string, work: (fresh: Fresh) => Promise<T>): Promise<T> {
	const [made] = await session.all<{ Count: string }>(`create or replace temp table build_fresh as\n${select}`)
	try {
		return await work({ name: 'temp.build_fresh', rows: Number(made!.Count) })
	} finally {
		// After an error the transaction takes them away, and that error is the one to tell.
		await session.run('drop table if exists temp.build_fresh; drop table if exists temp.build_moves').catch(() => {})
	}
}

/** The new contents of a table, and how many rows they have. */
export type Fresh = { name: string; rows: number }

/**
 * Brings a table to the contents of `fresh`, by its key, touching only the rows that differ; in the caller's transaction.
 * `keys`: only the rows whose key stands in this table are compared, `fresh` has their new ones. Undefined, and nothing was touched:
 * the columns are others, rows don't have one key each, or too many differ.
 */
export async function mergeTable(
	session: Session,
	table: string,
	fresh: Fresh,
	key: readonly string[],
	keys?: string,
): Promise<Merged | undefined> {
	const { columns } = await session.describe(`select * from ${qualifiedName(table)}`)
	if (key.length === 0 || columns.length > mostColumns) return undefined
	const given = await session.describe(`select * from ${fresh.name}`)
	if (JSON.stringify(given.columns) !== JSON.stringify(columns)) return undefined
	const rows = { old: await noteDifferences(session, table, columns, key, keys), fresh: fresh.rows }
	return await applyDifferences(
		session,
		table,
		columns.map(({ name }) => name),
		rows,
	)
}

/** `temp.build_moves`: each old row with the new one of its key, and the columns that differ as bits. Gives how many old rows were compared. */
async function noteDifferences(
	session: Session,
	table: string,
	columns: readonly ResultColumn[],
	key: readonly string[],
	keys: string | undefined,
): Promise<number> {
	const equal = (one: string, other: string) =>
		key.map((column) => `${one}.${identifier(column)} = ${other}.${identifier(column)}`).join(' and ')
	const some = keys ? `semi join ${keys} as keys on ${equal('records', 'keys')}` : ''
	const bits = columns.map(({ name, type }, place) => {
		// Minus zero equals zero, and is another text.
		const value = (side: string) =>
			/DOUBLE|FLOAT/.test(type) ? `cast(${side}.${identifier(name)} as varchar)` : `${side}.${identifier(name)}`
		return `case when ${value('old')} is distinct from ${value('fresh')} then ${2n ** BigInt(place)} else 0 end`
	})
	await session.run(`create or replace temp table build_moves as
		select old.old_row as old_row, fresh.new_row as new_row, cast(${bits.join(' + ')} as bigint) as bits
		from (select records.*, records.rowid as old_row from ${qualifiedName(table)} as records ${some}) as old
		full join (select records.*, records.rowid as new_row from temp.build_fresh as records) as fresh on ${equal('old', 'fresh')}`)
	const [old] = await session.all<{ rows: string }>(
		`select count(*) as rows from ${qualifiedName(table)} as records ${some}`,
	)
	return Number(old!.rows)
}

type Counts = { pairs: string; gone: string; come: string; changed: string; bits: string }

async function applyDifferences(
	session: Session,
	table: string,
	columns: readonly string[],
	rows: { old: number; fresh: number },
): Promise<Merged | undefined> {
	const [counts] = await session.all<Counts>(
		`select count(*) filter (where old_row is not null and new_row is not null) as pairs,
			count(*) filter (where new_row is null) as gone, count(*) filter (where old_row is null) as come,
			count(*) filter (where old_row is not null and new_row is not null and bits <> 0) as changed,
			coalesce(bit_or(bits) filter (where old_row is not null and new_row is not null), 0) as bits
		from temp.build_moves`,
	)
	const { pairs, gone, come, changed } = Object.fromEntries(
		Object.entries(counts!).map(([name, value]) => [name, Number(value)]),
	) as Record<keyof Counts, number>
	// Each key once on both sides: as many pairs as there are old rows with a partner, and new ones.
	if (pairs !== rows.old - gone || pairs !== rows.fresh - come) return undefined
	const moved = gone + come + changed
	if (moved === 0) return { columns: [] }
	const [all] = await session.all<{ rows: string }>(`select count(*) as rows from ${qualifiedName(table)}`)
	if (moved > Number(all!.rows) * mostChanged && moved > 1_000) return undefined
	const target = qualifiedName(table)
	await session.run(
		`delete from ${target} where rowid in (select old_row from temp.build_moves where bits <> 0 or new_row is null)`,
	)
	await session.run(`insert into ${target} select fresh.* from temp.build_fresh as fresh
		where fresh.rowid in (select new_row from temp.build_moves where bits <> 0 or old_row is null)`)
	if (gone + come > 0) return 'rows'
	const bits = BigInt(counts!.bits)
	return { columns: columns.filter((_, place) => (bits & (2n ** BigInt(place))) !== 0n) }
}
