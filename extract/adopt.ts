import { identifier, literal } from '../models/sql-text.ts'
import type { Database } from '../models/warehouse.ts'
import { columnProblem, plausible } from './column-type.ts'
import { knownTables } from './known-tables.ts'
import { columnExpression, jsonPath, landedAs, rawTable, type SliceShape } from './raw-table.ts'

/** The table whose rows may be filled, of one connection, and how its records are read now. `isNew`: it was just made. */
export type Adoption = { kind: string; connection: string; shape: SliceShape; isNew?: boolean }

/**
 * Fills columns that were declared later from what `_extra` has kept: in every version of the connection's records, as if they had been
 * declared when it came, so that a record that is read again is the same version. A value that its column can't hold stays in `_extra`.
 * What a table was last read with is noted at the table itself, in the same transaction: killed anywhere, it is done again from the
 * beginning, and doing it twice changes nothing. Costs one rewriting of the table, once for each change of the declaration. Answers whether
 * it was rewritten.
 */
export async function adoptFields(database: Database, adoption: Adoption): Promise<boolean> {
	const { kind, connection, shape, isNew = false } = adoption
	const known = (await knownTables(database)).get(`${kind}__${shape.stream.name}`)!
	const noted: Record<string, Fields> = known.note ? JSON.parse(known.note) : {}
	const before = noted[connection]
	const names = Object.keys(shape.stream.columns)
	const fields: Fields = Object.fromEntries(names.map((name) => [name, shape.fields[name] ?? null]))
	if (before && isSame(before, fields)) return false
	const changed = names.filter((name) => before?.[name] !== fields[name])
	const note = JSON.stringify({ ...noted, [connection]: fields })
	const table = rawTable(kind, shape.stream)
	const mine = `_connection = ${literal(connection)}`
	const hasHistory = !isNew && (await database.all(`select 1 from ${table} where ${mine} limit 1`)).length > 0
	const given = hasHistory ? await givenColumns(database, adoption, changed) : []
	// With other columns every version has another hash, also where there is nothing to fill.
	const isOther = before !== undefined && Object.keys(before).sort().join() !== names.toSorted().join()
	const isRewritten = hasHistory && (given.length > 0 || isOther)
	await database.transaction(async () => {
		if (isRewritten) await rewrite(database, adoption, given)
		await database.run(`comment on table ${table} is ${literal(note)}`)
	})
	known.note = note
	return isRewritten
}

/** The vendor's field of each declared column; null: the company has none. */
type Fields = Record<string, string | null>

/** A column that can be filled: the member of `_extra`, the expression of its value, and texts that it can't hold. */
type Given = { name: string; field: string; value: string; refused: string[] }

function isSame(left: Fields, right: Fields): boolean {
	const names = new Set([...Object.keys(left), ...Object.keys(right)])
	return [...names].every((name) => left[name] === right[name])
}

/** Those of the changed columns of which `_extra` holds any value, with the values that don't fit. */
async function givenColumns(
	database: Database,
	{ kind, connection, shape }: Adoption,
	changed: string[],
): Promise<Given[]> {
	const table = rawTable(kind, shape.stream)
	const given: Given[] = []
	for (const name of changed) {
		const column = shape.stream.columns[name]
		const field = shape.fields[name]
		if (!column || !field || column.inverseOf || shape.stream.key.includes(name)) continue
		const value = landedValue(name, field, shape)
		const type = landedAs[column.type] ?? column.type
		const sure = plausible(type, 'value')
		const kept = `select distinct ${value} as value from ${table} where _connection = ${literal(connection)}
			and ${identifier(name)} is null and ${hasMember(field)}`
		const [any] = await database.all<{ rows: string }>(`select count(*) as rows from (${kept})`)
		if (any!.rows === '0') continue
		const doubtful = sure
			? await database.all<{ value: string }>(
					`select value from (${kept}) where value is not null and not coalesce(${sure}, false)`,
				)
			: []
		const refused = doubtful.map((row) => row.value).filter((text) => columnProblem(type, text) !== null)
		given.push({ name, field, value, refused })
	}
	return given
}

/** Is the member in `_extra`, though it may be null? */
function hasMember(field: string): string {
	return `json_exists(_extra, ${literal(jsonPath(field))})`
}

/** The member of `_extra` as text. */
function memberOf(field: string): string {
	return `json_extract_string(_extra, ${literal(jsonPath(field))})`
}

/** What would have landed for the member: stamps in UTC and so on. */
function landedValue(name: string, field: string, shape: SliceShape): string {
	const alias = '_given'
	const expression = columnExpression(name, { ...shape, fields: { ...shape.fields, [name]: alias } })
	return expression.replaceAll(identifier(alias), `(${memberOf(field)})`)
}

/** The table as it would be, in place of the one that is. */
async function rewrite(database: Database, { kind, connection, shape }: Adoption, given: Given[]) {
	const { stream } = shape
	const table = rawTable(kind, stream)
	const adopting = `raw.${identifier(`${kind}__${stream.name}__adopting`)}`
	const mine = `_connection = ${literal(connection)}`
	const fits = (one: Given) => {
		const refused =
			one.refused.length > 0 ? ` and coalesce(${one.value}, '') not in (${one.refused.map(literal).join(', ')})` : ''
		return `${mine} and ${identifier(one.name)} is null and ${hasMember(one.field)}${refused}`
	}
	const filled = given.map(
		(one) => `case when ${fits(one)} then ${one.value} else ${identifier(one.name)} end as ${identifier(one.name)}`,
	)
	// A member that has its column is no longer extra. Taken off one after the other: each only where it fits.
	const rest = given.reduce(
		(extra, one) =>
			`case when ${fits(one)} then cast(json_merge_patch(cast(${extra} as json), ${literal(JSON.stringify({ [one.field.split('.')[0]!]: null }))}) as varchar) else ${extra} end`,
		'_extra',
	)
	const texts = Object.keys(stream.columns).map((name) => `coalesce(${identifier(name)}, chr(0))`)
	const hash = `md5(concat_ws(chr(31), ${texts.join(', ')}, coalesce(_extra, chr(0))))`
	// A tombstone of ours repeats the last version; a record that came marked as deleted is a version itself.
	const marked = stream.deletedWhen
		? `coalesce(${identifier(stream.deletedWhen.column)} = ${literal(stream.deletedWhen.equals)}, false)`
		: 'false'
	const replaced = filled.length > 0 ? `replace (${[...filled, `nullif(${rest}, '{}') as _extra`].join(', ')})` : ''
	await database.run(
		`create or replace table ${adopting} as select * replace (
			case when not (${mine}) then _hash when _deleted and not ${marked} then md5(${hash} || ':deleted') else ${hash} end as _hash)
		from (select * ${replaced} from ${table})`,
	)
	await database.run(`drop table ${table}`)
	await database.run(`alter table ${adopting} rename to ${identifier(`${kind}__${stream.name}`)}`)
}
