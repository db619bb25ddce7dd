import { expect, test } from 'vitest'
import { columns } from '../../extract/columns.ts'
import { elementCount, elementRows } from '../../extract/nested-sql.ts'
import type { Stream } from '../../extract/source.ts'
import { openDatabase } from '../../models/warehouse.ts'

const record: Stream = {
	...{ name: 'bills', object: 'bill', key: ['id'], cursor: null, freshness: { warn: 60, error: 120 } },
	columns: columns('id lines:json', (field) => field),
}

/** How many elements one record's list (JSON) has at a place, by both ways of counting. */
async function counted(list: string, inside?: string) {
	const stream: Stream = {
		...record,
		...{ name: 'elements', key: [], columns: columns('n', (field) => field) },
		within: { stream: 'bills', column: 'lines', ...(inside && { inside }) },
	}
	const shape = { stream, fields: { n: 'n' } }
	const parent = { stream: record, fields: { id: 'id', lines: 'lines' }, zone: 'UTC', hasExtra: false }
	const database = await openDatabase(':memory:')
	await database.run(
		`create table bills as select 'B1' as _key, '' as _cursor, 'r' as _run_id, false as _deleted, 'B1' as id, '${list}' as lines
		union all select 'B2', '', 'r', true, 'B2', '${list}' union all select 'B3', '', 'r', false, 'B3', null`,
	)
	const [count] = await database.all<{ rows: string }>(elementCount(shape, 'select * from bills'))
	const rows = await database.all(elementRows(shape, parent, 'select * from bills', [shape]))
	await database.close()
	return [Number(count!.rows), rows.length]
}

test('elements are counted as they are taken apart, in lists, in single objects and at any depth', async () => {
	expect(await counted('[{"n":"1"},{"n":"2"}]')).toEqual([2, 2])
	expect(await counted('{"n":"1"}')).toEqual([1, 1])
	expect(await counted('"none"')).toEqual([0, 0])
	const deep =
		'[{"a":{"b":[{"n":"1"},{"n":"2"}]}},{"a":{"b":{"n":"3"}}},{"a":{"b":"no"}},{"a":null},{},"x",{"a":{"b":[]}}]'
	expect(await counted(deep, 'a.b')).toEqual([3, 3])
	expect(await counted('{"a":{"b":[{"n":"1"},{"n":"2"}]}}', 'a.b')).toEqual([2, 2])
	const deeper = '[{"a":[{"b":[{"n":"1"}]},{"b":{"n":"2"}}]},{"a":{"b":[{"n":"3"},{"n":"4"},null]}},{"a":[]}]'
	expect(await counted(deeper, 'a[].b')).toEqual([5, 5])
	expect(await counted('{"a":{"b":{"n":"1"}}}', 'a[].b')).toEqual([1, 1])
	expect(await counted('[{"a\\".b":[{"n":"1"}]}]', 'c')).toEqual([0, 0])
})
