import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import { allowedFunctions } from '../../../server/sql-gate/functions.ts'

let database: Database
beforeAll(async () => {
	database = await openDatabase(':memory:')
})
afterAll(() => database.close())

/** Names that the parser gives to syntax, without a function of that name in the catalogue. */
const syntax = new Set(
	'= == <> != < > <= >= and or not in is coalesce escape try_cast unnest -> gen_random_uuid'.split(' '),
)

test('every allowed function exists in this DuckDB, so that the list holds no dead names', async () => {
	const rows = await database.all<{ name: string }>(
		'select distinct lower(function_name) as name from duckdb_functions()',
	)
	const known = new Set(rows.map((row) => row.name))
	expect([...allowedFunctions].filter((name) => !known.has(name) && !syntax.has(name))).toEqual([])
})

test('what an upgrade of DuckDB adds is seen here, and stays refused until someone looks at it', async () => {
	const [row] = await database.all<{ scalars: string; aggregates: string }>(`
		select count(distinct function_name) filter (where function_type = 'scalar') as scalars,
			count(distinct function_name) filter (where function_type = 'aggregate') as aggregates
		from duckdb_functions()`)
	expect(row).toEqual({ scalars: '611', aggregates: '88' })
})

test('nothing that reads, writes, waits or changes state is on the list', () => {
	const dangerous =
		/^(read_|write_|parse_|query|duckdb_|pragma|current_setting|getvariable|setseed|nextval|currval|sleep|pg_sleep|error$|repeat|printf|format$|bar$|enable|disable|json_execute|json_serialize|json_deserialize|stats$|txid|list_aggr)/
	expect([...allowedFunctions].filter((name) => dangerous.test(name))).toEqual([])
})
