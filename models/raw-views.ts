import { createHash } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import { kindOf } from './plan.ts'
import { declaredRawTables } from './raw-columns.ts'
import type { Session } from './session.ts'
import { identifier, literal, qualifiedName } from './sql-text.ts'

/**
 * The two clocks of a build, UTC, `YYYY-MM-DD HH:MM:SS[.ffffff]`: what we knew, and what the source said. `asOfDate`: the second one's day
 * in the company's zone, `YYYY-MM-DD`, from which ages count.
 */
export type Clocks = { loadedUntil: string; extractedUntil: string; asOfDate: string }

/** The table of the clocks, which models read. */
export const asOfTable = 'raw.as_of (loaded_until timestamp, extracted_until timestamp, as_of_date date)'

/** The raw tables that can be read: loaded ones with their columns, and declared ones that no load has made yet. */
export type RawTables = {
	/** By name (`raw.salesforce__accounts`): columns in the warehouse; undefined when it was never loaded. */
	loaded: Map<string, string[]>
	declared: Map<string, Record<string, string>>
	/** What a table says of itself: which fields its columns are filled from. Rows may be filled when it changes. */
	notes: Map<string, string>
	/** The connections whose rows count, by what their tables are called before `__` (`*`: whatever it is); undefined: all. */
	connections?: ReadonlyMap<string, readonly string[]> | undefined
}

const nothing = '1970-01-01 00:00:00'

/** Lists the warehouse's raw tables (attached as `warehouse`) and what the sources declare (`rawColumns`, by table name). */
export async function rawTables(session: Session, rawColumns: Record<string, readonly string[]>): Promise<RawTables> {
	const rows = await session.all<{ name: string; columns: string[] }>(
		`select 'raw.' || table_name as name, list(column_name order by column_index) as columns from duckdb_columns()
		where database_name = 'warehouse' and schema_name = 'raw' group by all`,
	)
	const notes = await session.all<{ name: string; note: string }>(
		`select 'raw.' || table_name as name, md5(comment) as note from duckdb_tables()
		where database_name = 'warehouse' and schema_name = 'raw' and comment is not null`,
	)
	return {
		loaded: new Map(rows.map((row) => [row.name, row.columns])),
		declared: declaredRawTables(rawColumns),
		notes: new Map(notes.map((row) => [row.name, row.note])),
	}
}

/**
 * The connections of the configuration that was in force at the moment of a build. What another one had read (it was renamed, or its
 * system replaced) is in no model: the same deals would count twice. Undefined before the first configuration: then all count.
 */
export async function connectionsInForce(
	session: Session,
	{ loaded }: RawTables,
	{ loadedUntil }: Clocks,
): Promise<RawTables['connections']> {
	const columns = loaded.get('raw.tieout__connections')
	if (!columns) return undefined
	const tables = columns.includes('tables') ? 'tables' : 'cast(null as varchar)'
	const set = `from warehouse.raw.tieout__connections where _loaded_at <= cast(${literal(loadedUntil)} as timestamp)`
	const rows = await session.all<{ connection: string | null; tables: string }>(
		`select connection, coalesce(${tables}, '*') as tables ${set} and _loaded_at = (select max(_loaded_at) ${set})`,
	)
	if (rows.length === 0) return undefined
	const named = rows.filter(({ connection }) => connection !== null)
	return new Map(
		[...Map.groupBy(named, (row) => row.tables)].map(([key, group]) => [
			key,
			group.map(({ connection }) => connection!).sort(),
		]),
	)
}

/** The connections whose rows of a raw table count; undefined: all of them, or the table has none. */
export function countedConnections(name: string, { loaded, connections }: RawTables): string[] | undefined {
	if (!connections || !loaded.get(name)?.includes('_connection')) return undefined
	return [...(connections.get(kindOf(name)) ?? []), ...(connections.get('*') ?? [])]
}

/**
 * Makes the views `raw.<table>`: the warehouse's table, as far as its rows count, with a null column for each declared one it does not have yet; or no row at
 * all, with the declared columns, for a stream that was never loaded. Views that are no longer read go. False: all were there as they
 * should be, and nothing was written.
 */
export async function makeRawViews(session: Session, names: readonly string[], tables: RawTables): Promise<boolean> {
	const wanted = new Map(
		names.map((name) => [name, `create or replace view ${qualifiedName(name)} as ${viewOf(name, tables)}`]),
	)
	const existing = await session.all<{ name: string }>(
		`select 'raw.' || view_name as name from duckdb_views() where database_name = current_database() and schema_name = 'raw'`,
	)
	const mark = createHash('sha256')
		.update([...wanted.values()].join('\n'))
		.digest('hex')
	const [known] = await session.all<{ comment: string | null }>(
		`select comment from duckdb_tables() where database_name = current_database() and schema_name = 'raw' and table_name = 'as_of'`,
	)
	if (known?.comment === mark && existing.length === wanted.size && existing.every(({ name }) => wanted.has(name)))
		return false
	const gone = existing.filter(({ name }) => !wanted.has(name)).map(({ name }) => `drop view ${qualifiedName(name)}`)
	const note = `comment on table raw.as_of is ${literal(mark)}`
	await session.transaction(() => session.run([...gone, ...wanted.values(), note].join(';\n')))
	return true
}

/**
 * The clocks of a build: those asked for, else the newest of what is loaded, never the machine's clock. With `asOf`, what the source
 * said counts up to the newest that was known then.
 */
export async function buildClocks(
	session: Session,
	tables: RawTables,
	asked: { asOf?: string; extractedAsOf?: string },
): Promise<Clocks> {
	const known = asked.asOf ? `where _loaded_at <= cast(${literal(asked.asOf)} as timestamp)` : ''
	const parts = [...tables.loaded]
		.filter(([, columns]) => columns.includes('_loaded_at'))
		.map(([name, columns]) => {
			const extracted = columns.includes('_extracted_at') ? 'max(_extracted_at)' : 'cast(null as timestamp)'
			return `select max(_loaded_at) as loaded, ${extracted} as extracted from warehouse.${qualifiedName(name)} ${known}`
		})
	const [newest] =
		parts.length === 0
			? []
			: await session.all<{ loaded: string | null; extracted: string | null }>(
					`select max(loaded) as loaded, max(extracted) as extracted from (${parts.join(' union all ')})`,
				)
	const loadedUntil = asked.asOf ?? newest?.loaded ?? nothing
	const extractedUntil = asked.extractedAsOf ?? newest?.extracted ?? nothing
	const zone = await companyZone(session, tables, loadedUntil)
	const instant = Temporal.Instant.from(`${extractedUntil.replace(' ', 'T')}Z`)
	return { loadedUntil, extractedUntil, asOfDate: instant.toZonedDateTimeISO(zone).toPlainDate().toString() }
}

/** The company's zone in the configuration that was in force then; UTC before the first. */
async function companyZone(session: Session, { loaded }: RawTables, loadedUntil: string): Promise<string> {
	if (!loaded.has('raw.tieout__settings')) return 'UTC'
	const set = `from warehouse.raw.tieout__settings where _loaded_at <= cast(${literal(loadedUntil)} as timestamp)`
	const [zone] = await session.all<{ value: string }>(
		`select value ${set} and name = 'time_zone' and _loaded_at = (select max(_loaded_at) ${set})`,
	)
	return zone?.value ?? 'UTC'
}

/** Writes the one row of `raw.as_of`, when it is another than before (true); `before` runs in the same transaction. */
export async function setClocks(
	session: Session,
	clocks: Clocks,
	before: () => Promise<void> = async () => {},
): Promise<boolean> {
	const known = await readClocks(session)
	if (known && Object.entries(clocks).every(([name, value]) => known[name as keyof Clocks] === value)) return false
	await session.transaction(async () => {
		await before()
		await session.run('delete from raw.as_of')
		const values = [clocks.loadedUntil, clocks.extractedUntil, clocks.asOfDate]
		await session.run(
			'insert into raw.as_of values (cast($1 as timestamp), cast($2 as timestamp), cast($3 as date))',
			values,
		)
	})
	return true
}

/** The clocks that a build file stands on; undefined when it was never built. */
export async function readClocks(session: Session): Promise<Clocks | undefined> {
	const [row] = await session.all<{ loaded_until: string; extracted_until: string; as_of_date: string }>(
		'select * from raw.as_of',
	)
	return row && { loadedUntil: row.loaded_until, extractedUntil: row.extracted_until, asOfDate: row.as_of_date }
}

function viewOf(name: string, tables: RawTables): string {
	const { loaded, declared } = tables
	const columns = loaded.get(name)
	const types = Object.entries(declared.get(name) ?? {})
	const empty = ([column, type]: [string, string]) => `cast(null as ${type}) as ${identifier(column)}`
	if (!columns) return `select ${types.map(empty).join(', ')} where false`
	const added = types.filter(([column]) => !columns.includes(column)).map((column) => `, ${empty(column)}`)
	const counted = countedConnections(name, tables)
	const limit = counted
		? ` where ${counted.length > 0 ? `_connection in (${counted.map(literal).join(', ')})` : 'false'}`
		: ''
	return `select *${added.join('')} from warehouse.${qualifiedName(name)}${limit}`
}
