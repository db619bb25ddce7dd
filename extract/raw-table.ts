import { identifier, literal } from '../models/sql-text.ts'
import type { Session } from '../models/warehouse.ts'
import { type ColumnType, plausible } from './column-type.ts'
import { knownTables } from './known-tables.ts'
import type { NestedShape } from './nested.ts'
import type { Stream } from './source.ts'

/** The columns that every raw table has behind the declared ones. */
export const systemColumns = [
	['_extra', 'varchar'],
	['_connection', 'varchar'],
	['_key', 'varchar'],
	['_hash', 'varchar'],
	['_cursor', 'varchar'],
	['_run_id', 'varchar'],
	['_extracted_at', 'timestamp'],
	['_loaded_at', 'timestamp'],
	['_deleted', 'boolean'],
] as const

/** The name of a stream's table, schema and all, as SQL writes it. */
export function rawTable(kind: string, stream: Stream): string {
	return `raw.${identifier(`${kind}__${stream.name}`)}`
}

/**
 * Makes the table, or adds the columns that a newer declaration has. Answers what was done: a table that was `altered` must not wait in
 * the log for long (DuckDB's log of altered tables can't always be replayed), one that is new may.
 */
export async function ensureRawTable(
	session: Session,
	kind: string,
	stream: Stream,
): Promise<'made' | 'altered' | 'there'> {
	const declared = Object.keys(stream.columns).map((name) => [name, 'varchar'] as const)
	const wanted = [...declared, ...systemColumns, ...(stream.within ? [['_parent', 'varchar'] as const] : [])]
	const tables = await knownTables(session)
	const known = tables.get(`${kind}__${stream.name}`)
	if (!known) {
		if (tables.size === 0) await session.run('create schema if not exists raw')
		const columns = wanted.map(([name, type]) => `${identifier(name)} ${type}`).join(', ')
		await session.run(`create table ${rawTable(kind, stream)} (${columns})`)
		tables.set(`${kind}__${stream.name}`, { columns: new Set(wanted.map(([name]) => name)), note: null })
		return 'made'
	}
	const missing = wanted.filter(([name]) => !known.columns.has(name))
	for (const [name, type] of missing) {
		await session.run(`alter table ${rawTable(kind, stream)} add column ${identifier(name)} ${type}`)
		known.columns.add(name)
	}
	return missing.length > 0 ? 'altered' : 'there'
}

/** What a slice is read with: where each column stands in the record (null: the company has no such field), and the account's zone. */
export type SliceShape = {
	stream: Stream
	fields: Record<string, string | null>
	zone: string
	hasExtra: boolean
	/** The lists inside its records that are streams of their own. */
	nested?: NestedShape[]
}

/**
 * The largest record that is read, in bytes. DuckDB takes twice as much memory for each thread, so the `usual` one is tried first;
 * a page never has a record beyond the `utmost`.
 */
export const largestRecord = { usual: 4 << 20, utmost: 64 << 20 }

/**
 * A query over landed files: the declared columns, `_extra`, `_key`, `_hash`, `_cursor`, `_deleted`. Every value is the vendor's text,
 * but for stamps in the account's zone, which become UTC, and inverses. `_hash` is over the declared values and `_extra`.
 */
export function sliceQuery(files: string[], shape: SliceShape, largest = largestRecord.utmost): string {
	const { stream, hasExtra } = shape
	const names = Object.keys(stream.columns)
	const columns = names.map((name) => `${columnExpression(name, shape)} as ${identifier(name)}`)
	const texts = names.map((name) => `coalesce(${identifier(name)}, chr(0))`).join(', ')
	const key = stream.key.map(identifier).join(" || ':' || ")
	const cursor = stream.cursor ? identifier(stream.cursor.column) : "''"
	const deleted = stream.deletedWhen
		? `coalesce(${identifier(stream.deletedWhen.column)} = ${literal(stream.deletedWhen.equals)}, false)`
		: 'false'
	return `select *, ${key} as _key, md5(concat_ws(chr(31), ${texts}, coalesce(_extra, chr(0)))) as _hash,
		coalesce(${cursor}, '') as _cursor, ${deleted} as _deleted
	from (select ${columns.join(', ')}, ${hasExtra ? "nullif(_rest, '{}')" : 'cast(null as varchar)'} as _extra
		from (${isFlat(shape) ? flatRecords(files, shape, largest) : nestedRecords(files, shape, largest)}))`
}

/** Do all declared members stand on top of the record, and are there no others to keep? Then DuckDB's own reader takes it apart. */
export function isFlat({ fields, hasExtra }: Pick<SliceShape, 'fields' | 'hasExtra'>): boolean {
	return !hasExtra && !Object.values(fields).some((field) => field?.includes('.'))
}

/** A condition that is true for a row whose every value surely fits its column. */
export function plausibleRow({ stream, fields }: SliceShape): string {
	const conditions = Object.entries(stream.columns)
		.filter(([name]) => fields[name])
		.map(([name, column]) => {
			const type = landedAs[column.type] ?? column.type
			const condition = plausible(type, identifier(name))
			return condition ? `(${identifier(name)} is null or ${condition})` : null
		})
		.filter((condition) => condition !== null)
	return ["_key <> ''", ...conditions].join(' and ')
}

/** What a type is once it is in the table. */
export const landedAs: Partial<Record<ColumnType, ColumnType>> = {
	local_datetime: 'datetime',
	offset_datetime: 'datetime',
	ms_datetime: 'datetime',
	ms_date: 'date',
	zoned_date: 'date',
}

/** Records whose declared members all stand on top: DuckDB's own reader is the fastest way. */
function flatRecords(files: string[], { fields }: SliceShape, largest: number): string {
	const wanted = new Set(Object.values(fields).filter((field) => field !== null))
	const columns = [...wanted].map((field) => `${literal(field)}: 'VARCHAR'`).join(', ')
	return `select * from read_json(${fileList(files)}, format = 'newline_delimited', columns = {${columns}},
		maximum_object_size = ${largest})`
}

/**
 * Records with nested or undeclared members: whole objects, taken apart by path. Members without a value are none of `_extra` (merged
 * into an empty object they fall out): a field that is new and empty makes no new version of every record.
 */
function nestedRecords(files: string[], { fields, hasExtra }: SliceShape, largest: number): string {
	const wanted = [...new Set(Object.values(fields).filter((field) => field !== null))]
	const paths = wanted.map((field) => literal(jsonPath(field))).join(', ')
	const without = Object.fromEntries(wanted.map((field) => [field.split('.')[0], null]))
	const rest = hasExtra
		? `, cast(json_merge_patch('{}', json, ${literal(JSON.stringify(without))}) as varchar) as _rest`
		: ''
	const columns = wanted.map((field, index) => `_values[${index + 1}] as ${identifier(field)}`).join(', ')
	return `select ${columns}${hasExtra ? ', _rest' : ''} from (
		select json_extract_string(json, [${paths}]) as _values${rest}
		from read_ndjson_objects(${fileList(files)}, maximum_object_size = ${largest}))`
}

/** A column's value, of a row whose columns are called as the fields are. */
export function columnExpression(name: string, shape: SliceShape): string {
	const column = shape.stream.columns[name]!
	if (column.inverseOf) return inverse(identifier(shape.fields[column.inverseOf]!))
	const field = shape.fields[name]
	if (!field) return 'cast(null as varchar)'
	if (column.type === 'ms_datetime' || column.type === 'ms_date') return fromMs(identifier(field), column.type)
	if (column.type === 'zoned_date') return dayOf(identifier(field), shape.zone)
	if (column.type === 'offset_datetime') return utcOf(identifier(field))
	if (column.type !== 'local_datetime')
		return shape.stream.hasBlanks ? `nullif(${identifier(field)}, '')` : identifier(field)
	// The repeated hour of autumn is read as the second one: the whole day is read again anyway, and no stamp is lost by it.
	const moment = `timezone(${literal(shape.zone)}, try_cast(${identifier(field)} as timestamp))`
	return `coalesce(strftime(${moment} at time zone 'UTC', '%Y-%m-%d %H:%M:%S'), ${identifier(field)})`
}

/** A moment with its offset in UTC, to the second; what is no moment stays as it is, and is found to be none. */
function utcOf(x: string): string {
	return `case when ${x} <> '' then coalesce(strftime(${momentOf(x)} at time zone 'UTC', '%Y-%m-%d %H:%M:%S'), ${x}) end`
}

/** The day of a moment (UTC, or with its offset) on the clock of `zone`; a date without a time stays, as does what is no moment. */
function dayOf(x: string, zone: string): string {
	return `case when ${x} = '' then null when length(${x}) > 10 then coalesce(strftime(timezone(${literal(zone)}, ${momentOf(x)}), '%Y-%m-%d'), ${x}) else ${x} end`
}

/** A text with its offset, or in UTC without, as a moment; null where it is none. */
function momentOf(x: string): string {
	return `try_cast(case when regexp_matches(${x}, '([+-][0-9]{2}(:?[0-9]{2})?|Z)$') then ${x} else ${x} || 'Z' end as timestamptz)`
}

/** `/Date(1552326816230+0000)/` as a moment in UTC, or as its date; anything else stays as it is, and is found to be no date. */
function fromMs(x: string, type: 'ms_datetime' | 'ms_date'): string {
	const digits = `nullif(regexp_extract(${x}, '^/Date\\((-?[0-9]{1,15})([+-][0-9]{4})?\\)/$', 1), '')`
	const moment = `make_timestamp(cast(${digits} as bigint) * 1000)`
	return `coalesce(strftime(${moment}, '${type === 'ms_date' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%S.%g'}'), ${x})`
}

/** 1 / x to 10 places, half up, in whole numbers: x times 10^18 divides 10^28. Null where x is no positive rate. */
export function inverse(x: string): string {
	const scaled = `cast(replace(cast(try_cast(${x} as decimal(38, 18)) as varchar), '.', '') as hugeint)`
	const places = `((cast('20000000000000000000000000000' as hugeint) + ${scaled}) // (2 * ${scaled}))`
	return `case when try_cast(${x} as decimal(38, 18)) > 0
		then cast(${places} // 10000000000 as varchar) || '.' || lpad(cast(${places} % 10000000000 as varchar), 10, '0') end`
}

/** The path of a field with dots. */
export function jsonPath(field: string): string {
	return `$${field
		.split('.')
		.map((member) => `."${member.replaceAll('"', '\\"')}"`)
		.join('')}`
}

function fileList(files: string[]): string {
	return `[${files.map((file) => literal(file)).join(', ')}]`
}
