import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownModels, readModels } from '../../models/model.ts'
import { parseSelect } from '../../models/parse-tree.ts'
import { portabilityProblems, styleProblems } from '../../models/portability.ts'
import { type Database, openDatabase } from '../../models/warehouse.ts'

let database: Database
beforeAll(async () => {
	database = await openDatabase(':memory:')
})
afterAll(() => database.close())

async function problems(sql: string): Promise<string[]> {
	const tree = await parseSelect(database, sql, { file: 'x.sql', line: 1 })
	return portabilityProblems({ sql, tree, file: 'x.sql', line: 1 })
}

test('every model is written in the SQL that both engines answer alike', async () => {
	const models = await readModels([ownModels], database)
	expect(models.flatMap(portabilityProblems)).toEqual([])
})

test('every model has the shape of the house style', async () => {
	const models = await readModels([ownModels], database)
	expect(models.flatMap(styleProblems)).toEqual([])
})

/**
 * `round(x, 0)` is `decimal(38, 0)`: beside a wide decimal of another scale in a `case` or a `union all`, DuckDB 1.5.6 takes the smaller
 * scale for both and rounds the rest away without a word.
 */
test('every round is cast where it stands', async () => {
	const models = await readModels([ownModels], database)
	expect(models.filter(({ sql }) => sql.includes('round(')).length).toBeGreaterThan(5)
	expect(models.flatMap(({ name, sql }) => bareRounds(sql).map((line) => `${name}: ${line}`))).toEqual([])
	expect(bareRounds('case d when 0 then round(x, 0) else cast(round(x, 2) as decimal(38, 4)) end')).toHaveLength(1)
})

function bareRounds(sql: string): string[] {
	return sql
		.split('\n')
		.filter((line) => /(?<!\bcast\()\bround\(/.test(line))
		.map((line) => line.trim())
}

/** A construct that one engine refuses or answers otherwise, and a word of the portable spelling. */
const refused: [string, string][] = [
	['select x::date as d from a.t', 'cast(x as type)'],
	['select cast(x as varchar(2)) as x from a.t', 'write varchar'],
	['from a.t', 'write select * from t'],
	['select a, from a.t', 'a trailing comma'],
	['select row_number() over () as n from a.t qualify n = 1', 'row_number() in a subquery'],
	['select a, count(*) as n from a.t group by all', 'group by all'],
	['select a from a.t order by all', 'order by all'],
	['select lower(t.x) as y, count(*) as n from a.t as t group by y', 'group by the alias "y"'],
	['select a / b as c from a.t', 'money is never divided'],
	['select round(cast(a as double) / cast(b as double), 4) as c from a.t', 'money is never divided'],
	['select a // b as c from a.t', '//'],
	['select cast(a as double) as c from a.t', 'a double outside a share'],
	['select 1e2 as c from a.t', 'no exponents'],
	["select x ilike 'a' as y from a.t", 'lower(x) like'],
	["select regexp_replace(x, 'a', 'b') as y from a.t", 'replace or translate'],
	["select concat('a', x) as y from a.t", '|| with coalesce'],
	["select 'a' || 1 as y from a.t", 'cast(x as varchar)'],
	['select greatest(a, b) as y from a.t', 'coalesce every argument'],
	['select avg(a) as y from a.t', 'sum and count'],
	["select string_agg(a, ',') as y from a.t", 'array_agg'],
	['select arg_max(a, b) as y from a.t', 'max_by'],
	["select date_diff('month', a, b) as y from a.t", 'whole units'],
	["select date_diff('day', won_at, ordered_at) as y from a.t", 'whole units'],
	["select date_trunc('month', d) as y from a.t", 'as date)'],
	["select d + interval '1' month as y from a.t", 'as date)'],
	["select d + interval '1 month' as y from a.t", 'interval'],
	['select d + interval 1 month as y from a.t', 'to_months'],
	['select a_date - b_date as y from a.t', "date_diff('day', a, b)"],
	['select extract(dow from d) as y from a.t', 'days of the week differ'],
	["select date_part('year', d) as y from a.t", 'extract(year from x)'],
	["select ts at time zone 'UTC' as y from a.t", 'timestamp with time zone'],
	['select try_cast(x as date) as y from a.t', 'substr(x, 1, 10)'],
	['select try_cast(x as timestamp) as y from a.t', 'substr(x, 1, 19)'],
	['select cast(won_at as varchar) as y from a.t', 'format it in the report'],
	["select split_part(x, ',', 1) as y from a.t", 'nullif(split_part'],
	["select strftime(d, '%Y') as y from a.t", 'substr(cast(d as varchar)'],
	['select strip_accents(x) as y from a.t', 'translate'],
	['select md5(x) as y from a.t', '_hash'],
	["select x->>'$.a' as y from a.t", 'taken apart'],
	['select x[1] as y from a.t', 'plain columns'],
	['select [1, 2] as y from a.t', 'rows'],
	["select {'a': 1} as y from a.t", 'columns'],
	['select list_transform(x, i -> i) as y from a.t', 'lambda'],
	['select * exclude (x) from a.t', 'list the columns'],
	['select lag(x ignore nulls) over (order by y) as z from a.t', 'filter first'],
	['select count(*) filter (where x) over () as z from a.t', 'case when'],
	['select a.x from a.t as a anti join a.u as b on a.x = b.x', 'where not exists'],
	['select a.x from a.t as a asof join a.u as b on a.x >= b.x', 'join on a range'],
	['select a.x from a.t as a natural join a.u as b', 'name the columns'],
	['select x from a.t union by name select x from a.u', 'one order'],
	['select distinct on (x) x from a.t', 'where version = 1'],
	['select x from a.t limit 2 offset 1', 'row_number()'],
	['select x from a.t using sample 10%', 'a sample'],
	['select x from range(3) as r(x)', 'table function'],
	['select now() as y from a.t', 'raw.as_of'],
	['select current_date as y from a.t', 'raw.as_of'],
	['select some_function(x) as y from a.t', 'not on the list of functions'],
	['select $1 as y from a.t', 'parameter'],
]

test.for(refused)('refuses %s', async ([sql, spelling]) => {
	const found = await problems(sql)
	expect(found.join('\n')).toContain(spelling)
	expect(found[0]).toMatch(/^x\.sql:1: /)
})

test('what both engines share passes', async () => {
	const sql = `with recursive months as (
    select date '2026-01-01' as start_date
    union all
    select cast(start_date + interval '1' month as date) as start_date from months where start_date < date '2026-12-01'
),

versions as (
    select t.*, row_number() over (partition by t._key order by t._extracted_at desc nulls last) as version from raw.t as t
    where t._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

cast_once as (
    select
        v.id || ':' || v.code as id,
        coalesce(cast(try_cast(v.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(v.amount as decimal(38, 4))) as amount,
        try_cast(substr(v.day, 1, 10) as date) as day,
        try_cast(replace(substr(v.at, 1, 19), 'T', ' ') as timestamp) as seen_at,
        cast(date_trunc('month', v.d) as date) as month,
        cast(try_cast(replace(substr(v.at, 1, 19), 'T', ' ') || '+00:00' as timestamp with time zone) at time zone 'Europe/Berlin' as date) as local_date,
        extract(year from v.d) as year,
        date_diff('day', v.a_date, v.b_date) as age_days,
        cast(cast(v.a as double) / cast(nullif(v.b, 0) as double) as decimal(38, 15)) as share,
        round(cast(v.a as double) / nullif(cast(v.b as double), 0), 4) as rounded,
        cast(v.price * 0.01 as decimal(38, 8)) as percent,
        nullif(split_part(v.x, ',', 2), '') as second,
        greatest(coalesce(v.a, 0), 1) as highest,
        sum(v.amount) filter (where v.x like 'a%') as filtered,
        'it''s :: not "/" here -- nor ilike' as words
    from versions as v
    full outer join (values (1), (2)) as n(i)
        on v.n is not distinct from n.i
    where v.version = 1 and (v.a, v.b) in ((1, 2)) and not exists (select 1 from raw.u as u where u.id = v.id)
        and v.won_at <= v.created_at + interval '24' hour
    group by grouping sets ((v.id), ())
)

select * from cast_once`
	expect(await problems(sql)).toEqual([])
})

test('the place of a problem is the line of the file', async () => {
	const sql = 'select\n    t.ü as ü,\n    t.a / 2 as b\nfrom a.t as t'
	const tree = await parseSelect(database, sql, { file: 'x.sql', line: 4 })
	const [found] = portabilityProblems({ sql, tree, file: 'x.sql', line: 4 })
	expect(found).toMatch(/^x\.sql:6: "\/"/)
})

test('a left join with a condition about what it joins to alone breaks the style: it compares every row with every row', async () => {
	const style = async (condition: string) => {
		const sql = `with a as (select 1 as x, 'k' as kind), j as (\n    select a.x from a\n    left join b.c as c\n        on ${condition}\n)\n\nselect * from j`
		const tree = await parseSelect(database, sql, { file: 'x.sql', line: 1 })
		return styleProblems({ sql, tree, file: 'x.sql', line: 1, layer: 'intermediate' })
	}
	expect(await style("a.x = c.x and a.kind = 'k'")).toMatchObject([expect.stringContaining('x.sql:4: a left join')])
	expect(await style("case when a.kind = 'k' then a.x end = c.x and c.kind = 'k'")).toEqual([])
	// And it does: what the rule is for.
	const joins = async (condition: string) => {
		await database.run('create or replace table b as select range as x, range as y from range(3000)')
		const [row] = await database.all<{ explain_value: string }>(
			`explain select * from b left join b as c on ${condition}`,
		)
		return /BLOCKWISE_NL_JOIN/.test(row!.explain_value)
	}
	expect(await joins('b.x = c.x and b.y = 1')).toBe(true)
	expect(await joins('case when b.y = 1 then b.x end = c.x')).toBe(false)
})

test('a mart that does not list its columns, shouts or ends otherwise breaks the style', async () => {
	const style = async (sql: string, layer: 'marts' | 'checks' = 'marts') => {
		const tree = await parseSelect(database, sql, { file: 'x.sql', line: 1 })
		return styleProblems({ sql, tree, file: 'x.sql', line: 1, layer })
	}
	expect(await style('with a as (\n    select * from b.c\n)\n\nselect * from a')).toEqual([
		'x.sql:5: "a" selects *: a mart lists its columns',
	])
	expect(await style('with a as (select 1 as x)\nselect x from a')).toEqual([
		'x.sql:2: the last line is "select x from a", not "select * from <cte>"',
	])
	expect(await style("WITH a as (select 'X' as x)\nselect * from a")).toEqual(['x.sql:1: "WITH" is not lower case'])
	expect(await style('select c.x as x from b.c as c')).toEqual(['x.sql:1: no CTE: import CTEs first, one step per CTE'])
	expect(await style('select c.x as x from b.c as c', 'checks')).toEqual([])
})

test('a text of a staging model that is cast to a wide decimal alone breaks the style: a narrow cast before it is enough for nearly all', async () => {
	const style = async (amount: string) => {
		const sql = `with a as (\n    select ${amount} as amount from b.c as c\n)\n\nselect * from a`
		const tree = await parseSelect(database, sql, { file: 'x.sql', line: 1 })
		return styleProblems({ sql, tree, file: 'x.sql', line: 1, layer: 'staging' })
	}
	const wide = 'try_cast(c.amount as decimal(38, 4))'
	expect(await style(wide)).toMatchObject([expect.stringContaining('x.sql:2: c.amount is cast')])
	expect(await style(`coalesce(cast(try_cast(c.amount as decimal(18, 4)) as decimal(38, 4)), ${wide})`)).toEqual([])
})
