import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TieoutError } from '../../../models/error.ts'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import { passGate } from '../../../server/sql-gate/gate.ts'

const tables = new Set(['marts.breaks', 'marts.cells', 'tieout.generation'])
let database: Database

beforeAll(async () => {
	database = await openDatabase(':memory:')
	await database.run(`
		create schema marts; create schema staging; create schema tieout;
		create table marts.breaks as select 'timing' as code, 'USD' as currency, 1.50::decimal(38, 4) as amount;
		create table marts.cells as select 1 as id, 'x' as name;
		create table tieout.generation as select 1 as generation;
		create table staging.secrets as select 1 as id`)
})
afterAll(() => database.close())

async function refusalOf(sql: string): Promise<TieoutError> {
	try {
		await passGate(database, sql, tables)
	} catch (error) {
		if (error instanceof TieoutError) return error
		throw error
	}
	throw new Error(`passed: ${sql}`)
}

test('a text that no person wrote is not even parsed', async () => {
	const question = `select '${'x'.repeat(100_000)}' from marts.breaks`
	expect(await refusalOf(question)).toMatchObject({ code: 'sql.length', next: 'ask a shorter question' })
	await passGate(database, `select '${'x'.repeat(99_000)}' from marts.breaks`, tables)
})

describe('lets questions through', () => {
	test.each([
		'select code, sum(amount) as amount from marts.breaks group by code order by 2 desc limit 10',
		'from marts.breaks',
		'FROM MARTS."BREAKS" select code',
		'with open as (select * from marts.breaks) select count(*) from open',
		'with recursive n as (select 1 as i union all select i + 1 from n where i < 5) select * from n',
		"select case when amount > 0 then 'plus' else 'minus' end, cast(amount as varchar), amount::double from marts.breaks",
		'select *, row_number() over (partition by code order by amount) as n from marts.breaks qualify n = 1',
		'select b.code, c.name from marts.breaks as b left join marts.cells as c on c.id = 1 and b.amount between 0 and 5',
		"select list_transform([1, 2], lambda x: x + 1), [y for y in [1, 2] if y > 1], {'a': 1}.a, map {'k': 1}",
		"pivot marts.breaks on currency in ('USD', 'EUR') using sum(amount)",
		'unpivot marts.cells on id',
		'describe marts.breaks',
		'summarize marts.breaks',
		'show tables',
		'explain select * from marts.breaks',
		'/* why */ explain analyze select * from marts.breaks',
		'values (1, 2), (3, 4)',
		'select table_name, column_name from information_schema.columns',
		'select * from range(10) as t(i), generate_series(1, 3), unnest([1, 2])',
		"select strftime(date '2026-10-01', '%Y'), date_trunc('month', now()), interval 3 days, extract(year from current_date)",
		"select code in ('a', 'b'), code like 'a%', code ~ 'x', not (amount is null), coalesce(amount, 0), amount % 2 from marts.breaks",
		'select exists (select 1 from marts.cells), (select max(id) from marts.cells)',
		"select sum(amount) filter (where code = 'timing') from marts.breaks",
		'select * exclude (code) replace (amount * 2 as amount) from marts.breaks using sample 10%',
		'select code from marts.breaks union all select name from marts.cells intersect select code from marts.breaks',
		'select sum(amount) from marts.breaks group by grouping sets ((code), ())',
		"select lpad(code, 20, ' ') from marts.breaks",
		"select first(code order by amount), string_agg(code, ', ' order by code), count(distinct code) from marts.breaks",
		"select columns('a.*') from marts.breaks",
		'select distinct on (code) * from marts.breaks order by all limit 10%',
		'select try_cast(code as integer), try(cast(code as integer)), amount is distinct from 3 from marts.breaks',
		"select timestamp '2026-10-01 00:00:00' at time zone 'UTC', #1 from marts.breaks",
		'select * from marts.breaks asof join marts.cells on amount >= id',
		'select * from marts.breaks positional join marts.cells',
		'select * from marts.breaks natural join marts.breaks as other',
		'select * from marts.breaks, lateral (select amount + 1 as more)',
		'table marts.breaks',
		'select amount * 1.05 from marts.breaks where amount > 0.50 and amount < -1234567890123.45',
		'select cast(code as decimal(18, 2)), amount::numeric(38, 4), [1.5, 2.25], null::decimal(9, 2)[], {x: 0.1} from marts.breaks',
		'select cast(null as struct(a decimal(9, 2), b int[]))',
	])('%s', async (sql) => {
		await expect(passGate(database, sql, tables)).resolves.toBeUndefined()
	})
})

describe('refuses each class of what it must not run', () => {
	test.each([
		[
			'table functions with side effects',
			"from enable_logging(storage='file', storage_path='x')",
			'sql.table_function',
		],
		['table functions with side effects', 'select * from checkpoint()', 'sql.table_function'],
		['table functions with side effects', 'call force_checkpoint()', 'sql.statement'],
		['scalar functions with side effects', "select write_log('x')", 'sql.function'],
		['scalar functions with side effects', 'select setseed(0.5)', 'sql.function'],
		['scalar functions with side effects', "select nextval('s')", 'sql.function'],
		['SQL in a text', "select * from query('select 42')", 'sql.table_function'],
		['SQL in a text', "select * from query_table('marts.breaks')", 'sql.table_function'],
		['SQL in a text', "select * from json_execute_serialized_sql('{}')", 'sql.table_function'],
		['SQL in a text', "select list_aggregate([1], 'sum')", 'sql.function'],
		['memory outside the limit', "select repeat('x', 2000000000)", 'sql.function'],
		['memory outside the limit', "select lpad('x', 2000000000, ' ')", 'sql.length'],
		['memory outside the limit', "select lpad('x', (select 2000000000), ' ')", 'sql.length'],
		['memory outside the limit', "select format('{:>2000000000}', 1)", 'sql.function'],
		['file readers', "select * from read_text('../tieout.yml')", 'sql.table_function'],
		['file readers', "select * from read_csv('/etc/passwd')", 'sql.table_function'],
		['file readers', "select * from glob('/*')", 'sql.table_function'],
		['network readers', "from 'https://example.com/x.parquet'", 'sql.table'],
		['replacement scans', "from 'x.csv'", 'sql.table'],
		['replacement scans', 'select * from "data/landing/x.parquet"', 'sql.table'],
		['metadata', 'from duckdb_databases()', 'sql.table_function'],
		['metadata', "select current_setting('temp_directory')", 'sql.function'],
		['metadata', 'select * from pg_catalog.pg_class', 'sql.table'],
		['metadata', 'show databases', 'sql.show'],
		['metadata', 'show all tables', 'sql.show'],
		['metadata', 'select current_query()', 'sql.function'],
		['schemas that are not offered', 'from staging.secrets', 'sql.table'],
		['schemas that are not offered', 'summarize staging.secrets', 'sql.table'],
		['schemas that are not offered', 'describe select * from staging.secrets', 'sql.table'],
		['anything not a SELECT', 'delete from marts.breaks', 'sql.statement'],
		['anything not a SELECT', "copy marts.breaks to 'x.csv'", 'sql.statement'],
		['anything not a SELECT', "attach 'x.duckdb'", 'sql.statement'],
		['anything not a SELECT', 'install httpfs', 'sql.statement'],
		['anything not a SELECT', 'explain analyze delete from marts.breaks', 'sql.statement'],
		['anything not a SELECT', "explain copy marts.breaks to 'x.csv'", 'sql.statement'],
		['anything not a SELECT', 'explain explain select 1', 'sql.statement'],
		['anything not a SELECT', 'pragma database_size', 'sql.statement'],
		['anything not a SELECT', '', 'sql.statements'],
		['several statements', "select 1; copy marts.breaks to 'x'", 'sql.statement'],
		['several statements', 'select 1; select 2', 'sql.statements'],
		['temporary objects', 'create temp table t as from range(100000000)', 'sql.statement'],
		['connection state', "set search_path = 'x'", 'sql.statement'],
		['connection state', 'prepare q as select 1', 'sql.statement'],
		['connection state', 'begin transaction', 'sql.statement'],
		['disguise by qualifier', 'from system.main."enable_logging"()', 'sql.table_function'],
		['disguise by qualifier', 'select main."REPEAT"(\'x\', 5)', 'sql.function'],
		['disguise by qualifier', 'from memory.staging.secrets', 'sql.table'],
		['disguise by case', "select RePeAt('x', 5)", 'sql.function'],
		['disguise by method call', 'select name.repeat(5) from marts.cells', 'sql.function'],
		['hidden in ORDER BY', "select 1 order by (select max(content) from read_text('x'))", 'sql.table_function'],
		['hidden in LIMIT', 'select 1 limit (select id from staging.secrets)', 'sql.table'],
		['hidden in FILTER', 'select sum(1) filter (where exists (from staging.secrets))', 'sql.table'],
		['hidden in a lambda', "select list_transform([1], lambda x: repeat('x', x))", 'sql.function'],
		['hidden in a list comprehension', "select [repeat('x', y) for y in [1, 2]]", 'sql.function'],
		['hidden beside a decimal number', "select 1.5 + (select count(*) from read_text('x'))", 'sql.table_function'],
		['hidden in a CTE', 'with a as (from staging.secrets) select 1', 'sql.table'],
		['hidden in a window', "select sum(1) over (order by repeat('x', 2))", 'sql.function'],
		['hidden in a window', 'select write_log(1::varchar) over ()', 'sql.function'],
		['hidden in VALUES', '(values ((select id from staging.secrets)))', 'sql.table'],
		[
			'hidden in a join',
			'select * from marts.cells join marts.breaks on (select true from staging.secrets)',
			'sql.table',
		],
		['hidden in PIVOT', 'pivot (from staging.secrets) on id in (1) using count(*)', 'sql.table'],
		['hidden in PIVOT', 'pivot marts.cells on id in (1) using max(repeat(name, 5))', 'sql.function'],
		[
			'a CTE of an inner query excuses no outer name',
			'select * from (with secrets as (select 1) from secrets) as s, secrets',
			'sql.table',
		],
		['a CTE is not seen by itself', 'with secrets as (from secrets) select 1', 'sql.table'],
		['a CTE does not excuse a qualified name', 'with secrets as (select 1) from staging.secrets', 'sql.table'],
		['parameters that trip an assertion', 'select typeof($1), $1::varchar', 'sql.parameter'],
		['PIVOT that makes a type', 'pivot marts.breaks on currency using sum(amount)', 'sql.statement'],
	])('%s: %s', async (_, sql, code) => {
		const error = await refusalOf(sql)
		expect(error.kind).toBe('refused')
		expect(error.code).toBe(code)
	})
})

describe('a refusal says what to do', () => {
	test('a table without its schema gets it', async () => {
		const error = await refusalOf('select *\nfrom breaks')
		expect(error.message).toBe('breaks is not a published table')
		expect(error.where).toBe('2:6')
		expect(error.next).toBe('write marts.breaks')
	})

	test('PIVOT without values is told to name them', async () => {
		expect((await refusalOf('pivot marts.breaks on currency using sum(amount)')).next).toBe(
			'write the values of PIVOT: pivot t on c in (a, b) using sum(x)',
		)
	})

	test('a mistyped function gets the nearest one, at its place, behind letters of several bytes', async () => {
		const error = await refusalOf("select 'é', uper(code) from marts.breaks")
		expect(error.message).toBe('the function uper is not allowed here')
		expect(error.where).toBe('1:13')
		expect(error.next).toMatch(/^upper is allowed/)
	})

	test('wrong syntax has its place', async () => {
		const error = await refusalOf('explain select code frm marts.breaks where')
		expect(error.code).toBe('sql.syntax')
		expect(error.where).toMatch(/^1:\d+$/)
	})

	test('a column that is not there is the engine’s own message', async () => {
		await expect(passGate(database, 'select cod from marts.breaks', tables)).rejects.toThrow(/cod/)
	})
})
