import { expect, test } from 'vitest'
import { statementOf } from '../../models/common-tables.ts'
import { ownModels, readModels } from '../../models/model.ts'
import { parseSelect } from '../../models/parse-tree.ts'
import { openDatabase } from '../../models/warehouse.ts'

async function given(sql: string): Promise<string> {
	const database = await openDatabase(':memory:')
	const tree = await parseSelect(database, sql, { file: 'it.sql', line: 1 })
	await database.close()
	return statementOf({ sql, tree })
}

const reader = 'select * from it as one inner join it as other on one.id = other.id'

test('what only picks rows and columns of tables is read each time', async () => {
	for (const picks of [
		'select * from marts.cells',
		"select id, amount - tax as net, 'a' || name as name, cast(day as varchar) as day from marts.cells where amount <> 0 and day is not null",
		'select id from marts.cells\n    union all\n    select id from marts.breaks\n    union all\n    select id from marts.chain',
	])
		expect(await given(`with it as (\n    ${picks}\n)\n\n${reader}`)).toBe(
			`with it as not materialized (\n    ${picks}\n)\n\n${reader}`,
		)
})

test('what is worked out is worked out once', async () => {
	for (const works of [
		'select distinct id from marts.cells',
		'select id from marts.cells group by id',
		'select count(*) as id from marts.cells',
		'select id, row_number() over (order by id) as place from marts.cells',
		'select id from marts.cells order by id limit 1',
		'select id from marts.cells qualify row_number() over (order by id) = 1',
		'select id from marts.cells union select id from marts.breaks',
		'select random() as id from marts.cells',
		"select regexp_replace(id, 'a', 'b') as id from marts.cells",
		'select id from marts.cells where id in (select id from marts.breaks)',
		'select a.id from marts.cells as a inner join marts.breaks as b on a.id = b.id',
	]) {
		const sql = `with it as (\n    ${works}\n)\n\n${reader}`
		expect(await given(sql)).toBe(sql)
	}
})

test('the mark goes to the name itself, and nowhere into a text or a comment', async () => {
	expect(
		await given(
			"with said as (\n    select '\nit as (' as id from marts.cells\n),\n\nit as (\n    select id from said\n)\n\n" +
				reader,
		),
	).toBe(
		"with said as not materialized (\n    select '\nit as (' as id from marts.cells\n),\n\nit as not materialized (\n    select id from said\n)\n\n" +
			reader,
	)
	const hidden = `with said as (\n    select 1 as id\n), it as (\n    select '\nit as (' as id from marts.cells\n)\n\n${reader}`
	expect(await given(hidden)).toBe(hidden)
	const commented = `with it as (\n    select id -- 'it'\n    from marts.cells\n)\n\n${reader}`
	expect(await given(commented)).toBe(commented)
})

test('every model says the same with its marks, on the same lines', async () => {
	const database = await openDatabase(':memory:')
	const models = await readModels([ownModels], database)
	let marked = 0
	for (const model of models) {
		const statement = statementOf(model)
		if (statement === model.sql) continue
		marked++
		expect(statement.split('\n')).toHaveLength(model.sql.split('\n').length)
		const tree = await parseSelect(database, statement, model)
		expect(plain(tree), model.name).toEqual(plain(model.tree))
	}
	await database.close()
	expect(marked).toBeGreaterThan(100)
}, 30_000)

/** A tree without where its parts stand, and without marks. */
function plain(tree: unknown): unknown {
	return JSON.parse(
		JSON.stringify(tree, (name, value) => (name === 'query_location' || name === 'materialized' ? undefined : value)),
	)
}
