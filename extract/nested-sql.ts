import { identifier, literal } from '../models/sql-text.ts'
import { elementField, type NestedShape, recordColumn } from './nested.ts'
import { columnExpression, jsonPath, type SliceShape } from './raw-table.ts'

/** A query for how many elements the lists of `records` have, by another way than {@link elementRows}. */
export function elementCount({ stream }: NestedShape, records: string): string {
	const { column, inside } = stream.within!
	let lists = `select ${identifier(column)} as _list from (${records}) where not _deleted`
	for (const name of inside?.split('[].') ?? []) lists = `select unnest(${innerTexts(name)}) as _list from (${lists})`
	return `select coalesce(sum(case when left(_list, 1) = '[' then json_array_length(_list)
		when left(_list, 1) = '{' then 1 else 0 end), 0) as rows from (${lists})`
}

/** What stands under a name in each element of the list `_list`, or in the one object. */
function innerTexts(name: string): string {
	const path = jsonPath(name)
	return `case when left(_list, 1) = '[' then json_extract(_list, ${literal(path.replace('$', '$[*]'))})
		when left(_list, 1) = '{' then [json_extract(_list, ${literal(path)})] else cast([] as json[]) end`
}

/**
 * A query for the elements in the records of `records` (a query with `_key`, `_cursor`, `_run_id`, `_deleted` and the parent's columns):
 * the declared columns, `_extra`, `_parent`, `_key`, `_hash`, `_cursor`, `_run_id`, `_deleted`. An element without its key, or with
 * that of one before it in the same list, gets `#` and its number among those: none is lost.
 */
export function elementRows(
	shape: NestedShape,
	parent: SliceShape,
	records: string,
	siblings: readonly NestedShape[],
): string {
	const { stream } = shape
	const names = Object.keys(stream.columns)
	const columns = names.map((name) => `${columnValue(name, shape, parent.zone)} as ${identifier(name)}`)
	const texts = names.map((name) => `coalesce(${identifier(name)}, chr(0))`).join(', ')
	const { numbered, key } = keyOf(stream.key)
	const deleted = stream.deletedWhen
		? `coalesce(${identifier(stream.deletedWhen.column)} = ${literal(stream.deletedWhen.equals)}, false)`
		: 'false'
	return `select *, ${key} as _key, md5(concat_ws(chr(31), ${texts}, coalesce(_extra, chr(0)))) as _hash, ${deleted} as _deleted
		from (select *${numbered} from (
			select ${columns.join(', ')}, nullif(_rest, '{}') as _extra, _parent, _cursor, _run_id, _place, _rank
			from (${elementValues(shape, parent, records, siblings)})))`
}

/** The key of an element: below the record's, its own columns or, without any, its place. */
function keyOf(columns: readonly string[]): { numbered: string; key: string } {
	if (columns.length === 0) return { numbered: '', key: "_parent || ':' || _place" }
	const own = columns.map((name) => `coalesce(${identifier(name)}, '')`).join(" || ':' || ")
	return {
		numbered: `, ${own} as _own, row_number() over (partition by _parent, ${own} order by _rank) as _nth`,
		key: `_parent || ':' || _own || case when _own = '' or _nth > 1 then '#' || _nth else '' end`,
	}
}

/** The values of each element, named as the fields are, and what is left of it. */
function elementValues(
	shape: NestedShape,
	parent: SliceShape,
	records: string,
	siblings: readonly NestedShape[],
): string {
	const wanted = [...new Set(Object.values(shape.fields).filter((field) => field))] as string[]
	const places = wanted.map((name) => ({ name, ...elementField(name, shape.stream) }))
	const from = (place: string) => places.filter((one) => one.from === place)
	const ofRecord = new Map(from('record').map(({ name, field }) => [name, recordColumn(parent, field)]))
	const [element, enclosing] = [from('element'), from('enclosing')]
	const list = (of: string, ones: { field: string }[], name: string) =>
		ones.length === 0
			? ''
			: `, json_extract_string(${of}, [${ones.map(({ field }) => literal(jsonPath(field))).join(', ')}]) as ${name}`
	const taken = (of: string, ones: { name: string }[]) =>
		ones.map(({ name }, index) => `, ${of}[${index + 1}] as ${identifier(name)}`).join('')
	const gone = [...element.map(({ field }) => field), ...innerLists(shape, siblings)].map(
		(field) => field.split(/\[\]|\./)[0]!,
	)
	const rest = literal(JSON.stringify(Object.fromEntries(gone.map((member) => [member, null]))))
	return `select _parent, _cursor, _run_id, _place, _rank, _rest${taken('_values', element)}${taken('_outer', enclosing)}
			${[...ofRecord.keys()].map((name) => `, ${identifier(name)}`).join('')}
		from (select *, cast(json_merge_patch('{}', _element, ${rest}) as varchar) as _rest
			${list('_element', element, '_values')}
			from (${elementList(shape, records, ofRecord, list('_element', enclosing, '_outer'))}))`
}

/** One row per element: `_element`, its place, and what is taken from the record and, by `outer`, from the element that encloses it. */
function elementList({ stream }: NestedShape, records: string, ofRecord: Map<string, string>, outer: string): string {
	const { column, inside } = stream.within!
	const taken = [...ofRecord].map(([name, from]) => `, ${identifier(from)} as ${identifier(name)}`).join('')
	const lists = `select _key as _parent, _cursor, _run_id${taken}, ${elementsOf(identifier(column))} as _list from (${records}) where not _deleted`
	const first = `select * exclude (_list), unnest(_list) as _element, generate_subscripts(_list, 1) as _rank from (${lists})`
	let rows = `select *, cast(_rank as varchar) as _place from (${first})`
	for (const [depth, list] of (inside?.split('[].') ?? []).entries()) rows = innerElements(rows, list, depth, outer)
	return rows
}

/**
 * The elements of a list in each element of `rows`, ranked by the place of both. Ranks of deep lists need more than 64 bits. What is taken
 * from the enclosing element is taken once, before its list is opened: DuckDB holds what it parsed of 2,048 rows at a time.
 */
function innerElements(rows: string, list: string, depth: number, outer: string): string {
	const text = `cast(json_extract(_element, ${literal(jsonPath(list))}) as varchar)`
	const before = depth > 0 && outer !== '' ? ', _outer' : ''
	const inner = `select * exclude (_element, _text), ${elementsOf('_text')} as _list
		from (select * exclude (_element${before}), _element, ${text} as _text${outer} from (${rows}))`
	const both = `select * exclude (_list, _rank, _place), _rank as _outer_rank, _place as _outer_place, unnest(_list) as _element,
		generate_subscripts(_list, 1) as _inner_rank from (${inner})`
	const rank = depth > 0 ? 'cast(_outer_rank as hugeint)' : '_outer_rank'
	return `select * exclude (_outer_rank, _outer_place, _inner_rank), ${rank} * 1000000 + _inner_rank as _rank,
		_outer_place || '.' || _inner_rank as _place from (${both})`
}

/** The elements of a JSON text (`x`, a SQL expression): a list's, or the one object's; of anything else none. */
function elementsOf(x: string): string {
	return `case when left(${x}, 1) = '[' then json_extract(${x}, '$[*]')
		when left(${x}, 1) = '{' then [cast(${x} as json)] else cast([] as json[]) end`
}

/** The lists inside an element that are streams of their own: they are not kept with it a second time. */
function innerLists({ stream }: NestedShape, siblings: readonly NestedShape[]): string[] {
	const { column, inside } = stream.within!
	const start = inside ? `${inside}[].` : ''
	return siblings.flatMap(({ stream: { within } }) =>
		within!.column === column && within!.inside?.startsWith(start) ? [within!.inside.slice(start.length)] : [],
	)
}

/** A column's value; what comes from the record is landed already. */
function columnValue(name: string, { stream, fields }: NestedShape, zone: string): string {
	const field = fields[name]
	if (field && elementField(field, stream).from === 'record') return identifier(field)
	return columnExpression(name, { stream, fields, zone, hasExtra: true })
}
