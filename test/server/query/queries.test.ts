import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { TieoutError } from '../../../models/error.ts'
import type { FileExport } from '../../../server/query/file-export.ts'
import { type ProcessLimits, processLimits, type QueryKind } from '../../../server/query/limits.ts'
import { openQueries, type Queries, type QueryAudit } from '../../../server/query/queries.ts'
import { publishedFolder, publishFixture } from './published.ts'

const rows = `
	create table marts.breaks as
	select 'b' || i as break_id, 'timing' as code, case when i % 3 = 0 then 'EUR' else 'USD' end as currency,
		cast(i * 0.0001 as decimal(38, 4)) as amount, case i when 1 then '=1+1' when 2 then 'a "b", c' when 3 then null when 4 then '' else 'x' end as customer_name
	from range(1, 120001) as t(i);
	create table marts.money as select cast('90071992547409.93' as decimal(38, 4)) as amount, 'KWD' as currency`

const place = publishedFolder()
let queries: Queries
const audits: QueryAudit[] = []

function limitsWith(changes: Partial<Record<QueryKind, Partial<ProcessLimits>>>): Record<QueryKind, ProcessLimits> {
	return Object.fromEntries(
		(Object.keys(processLimits) as QueryKind[]).map((kind) => [kind, { ...processLimits[kind], ...changes[kind] }]),
	) as Record<QueryKind, ProcessLimits>
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	try {
		await work
	} catch (error) {
		if (error instanceof TieoutError) return error.code
		throw error
	}
	return 'answered'
}

async function drained(file: FileExport): Promise<FileExport> {
	for await (const _ of file.stream);
	return file
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = []
	for await (const chunk of stream) chunks.push(chunk)
	return Buffer.concat(chunks).toString()
}

beforeAll(async () => {
	await publishFixture(place.published, '1', rows)
})
afterAll(() => rmSync(place.folder, { recursive: true, force: true }))
beforeEach(() => {
	audits.length = 0
	queries = openQueries(
		{
			published: place.published,
			spool: place.spool,
			limits: limitsWith({ sql: { seconds: 2, processMemory: 700, engineMemory: 4000 } }),
		},
		{ audit: (entry) => audits.push(entry) },
	)
})
afterEach(() => queries.close())

test('an export that does not fit into the usual memory is made with more; what needs still more says so', async () => {
	// The longest text of each group: DuckDB can't put such words aside while it groups.
	const wide = `select i % 100000 as part, arg_max(repeat('x', 300) || i, i) as words from range(200000) as t(i) group by 1 order by 1`
	const exported = async (moreMemory: number) => {
		const limits = limitsWith({ exports: { engineMemory: 60, moreMemory } })
		const own = openQueries({ published: place.published, spool: place.spool, limits })
		try {
			const { manifest } = await drained(await own.exportFile(wide))
			const next = await drained(await own.exportFile('select * from marts.money'))
			return { rows: (await manifest).rows, next: (await next.manifest).rows }
		} finally {
			await own.close()
		}
	}
	expect(await exported(1000)).toEqual({ rows: 100_000, next: 1 })
	expect(await codeOf(exported(60))).toBe('sql.out_of_memory')
})

describe('reports', () => {
	test('Kysely reads the published file in another process, money as exact text', async () => {
		const found = await queries.reports
			// biome-ignore lint/suspicious/noExplicitAny: a table of the fixture
			.selectFrom('marts.money' as any)
			.selectAll()
			.where('currency', '=', 'KWD')
			.execute()
		expect(found).toEqual([{ amount: '90071992547409.9300', currency: 'KWD' }])
	})

	test('a report goes on when another statement kills the engine under it', async () => {
		await queries.tables()
		const before = queries.pids().reports
		const slow = sql<{
			n: string
		}>`select count(*) as n from range(20000) a, range(20000) b where a.range + b.range > 5`.execute(queries.reports)
		process.kill(before!, 'SIGKILL')
		expect((await slow).rows).toHaveLength(1)
		expect(queries.pids().reports).not.toBe(before)
	})
})

describe('other people’s SQL', () => {
	test('answers with columns, types and exact text, and is written down', async () => {
		const answer = await queries.userSql('select amount, currency, [1, 2] as list, null as nothing from marts.money', {
			user: 'ana',
		})
		expect(answer).toMatchObject({
			columns: [
				{ name: 'amount', type: 'DECIMAL(38,4)' },
				{ name: 'currency', type: 'VARCHAR' },
				{ name: 'list', type: 'INTEGER[]' },
				{ name: 'nothing' },
			],
			rows: [['90071992547409.9300', 'KWD', '[1,2]', null]],
			isCut: false,
			generation: '1',
		})
		expect(audits).toMatchObject([{ user: 'ana', rows: 1, generation: '1', outcome: 'answered' }])
	})

	test('says that it was cut at the limit of rows', async () => {
		const answer = await queries.userSql('select * from marts.breaks', { rows: 10 })
		expect(answer.rows).toHaveLength(10)
		expect(answer.isCut).toBe(true)
		expect((await queries.userSql('select * from marts.money', { rows: 1 })).isCut).toBe(false)
	})

	test('passes the gate first, and a refusal is written down too', async () => {
		expect(await codeOf(queries.userSql("select * from read_text('/etc/passwd')"))).toBe('sql.table_function')
		expect(audits[0]!.outcome).toBe('sql.table_function')
	})

	test('a mistake in the statement is the asker’s, with its place', async () => {
		const error = await queries.userSql('select\n  amont from marts.money').catch((caught) => caught)
		expect(error).toMatchObject({ kind: 'usage', code: 'sql.binder', where: '2:3' })
		expect(error.message).toContain('amont')
		expect(error.message).not.toContain(place.folder)
	})

	test('a statement that fails on the data is the asker’s too', async () => {
		expect(await codeOf(queries.userSql('select cast(code as integer) from marts.breaks'))).toBe('sql.conversion')
	})

	test('endless work is stopped at the time limit, and the process lives on', async () => {
		await queries.userSql('select 1')
		const pid = queries.pids().sql
		const error = await queries.userSql('select count(*) from range(100000000000)').catch((caught) => caught)
		expect(error).toMatchObject({ code: 'query.time', message: 'the query was stopped after 2 s' })
		expect((await queries.userSql('select 1 as one')).rows).toEqual([['1']])
		expect(queries.pids().sql).toBe(pid)
	})

	test('text that grows past the memory limit kills only its own process', async () => {
		await queries.tables()
		const reportsPid = queries.pids().reports
		await queries.userSql('select 1')
		const pid = queries.pids().sql
		const steps = Array.from({ length: 26 }, (_, n) => `t${n + 1} as (select x || x as x from t${n})`)
		const doubling = `with t0 as (select currency || 'xxxxxxxxxxxxx' as x from marts.money), ${steps.join(', ')} select len(x) from t26`
		expect(await codeOf(queries.userSql(doubling, { seconds: 20 }))).toBe('query.memory')
		expect((await queries.userSql('select 1')).rows).toEqual([['1']])
		expect(queries.pids().sql).not.toBe(pid)
		expect(queries.pids().reports).toBe(reportsPid)
	})

	test('an internal error of the engine replaces the process', async () => {
		await queries.userSql('select 1')
		const pid = queries.pids().sql!
		process.kill(pid, 'SIGABRT')
		const code = await codeOf(queries.userSql('select 1'))
		expect(['answered', 'query.process_died']).toContain(code)
		expect((await queries.userSql('select 2 as two')).rows).toEqual([['2']])
		expect(queries.pids().sql).not.toBe(pid)
	})

	test('a statement can be cancelled', async () => {
		await queries.userSql('select 1')
		const cancel = new AbortController()
		const code = codeOf(queries.userSql('select count(*) from range(100000000000)', { signal: cancel.signal }))
		setTimeout(() => cancel.abort(), 100)
		expect(await code).toBe('query.cancelled')
	})

	test('the file, its folder and the settings stay out of reach', async () => {
		for (const statement of [
			"select current_setting('temp_directory')",
			'from duckdb_databases()',
			'from pragma_database_size()',
		])
			expect(await codeOf(queries.userSql(statement))).toMatch(/^sql\./)
	})
})

describe('exports', () => {
	test('a table is written whole, in its order, safe for spreadsheets, with a manifest that proves it', async () => {
		const started = await queries.exportFile('select break_id, customer_name, amount, currency from marts.breaks', [], {
			filter: 'all',
		})
		const text = await textOf(started.stream)
		const lines = text.split('\r\n')
		expect(lines.slice(0, 5)).toEqual([
			'break_id,customer_name,amount,currency',
			"b1,'=1+1,0.0001,USD",
			'b2,"a ""b"", c",0.0002,USD',
			'b3,,0.0003,EUR',
			'b4,"",0.0004,USD',
		])
		expect(lines).toHaveLength(120_002)
		expect(lines.at(-2)).toBe('b120000,x,12.0000,EUR')
		const numbers = lines.slice(1, -1).map((text) => Number(text.slice(1, text.indexOf(','))))
		expect(numbers.findIndex((number, index) => number !== index + 1)).toBe(-1)
		expect(await started.manifest).toMatchObject({
			generation: '1',
			filter: 'all',
			rows: 120_000,
			bytes: Buffer.byteLength(text),
			sha256: createHash('sha256').update(text).digest('hex'),
			totals: [
				{ column: 'amount', currency: 'EUR', rows: 40_000, amount: '240006.0000' },
				{ column: 'amount', currency: 'USD', rows: 80_000, amount: '480000.0000' },
			],
			isComplete: true,
		})
	})

	test('a filter with parameters keeps its digits on the way', async () => {
		const started = await queries.exportFile(
			'select "amount" from "marts"."money" where "amount" >= 90071992547409.93 and "currency" = $1',
			['KWD'],
		)
		expect(await textOf(started.stream)).toBe('amount\r\n90071992547409.9300\r\n')
		expect((await started.manifest).totals).toEqual([])
	})

	test('a sorted, grouped result comes in its order', async () => {
		const started = await queries.exportFile(
			'select currency, count(*) as n, sum(amount) as amount from marts.breaks group by currency order by n desc',
		)
		expect(await textOf(started.stream)).toBe('currency,n,amount\r\nUSD,80000,480000.0000\r\nEUR,40000,240006.0000\r\n')
	})

	test('an export that nobody reads to its end is cancelled, and its manifest says so', async () => {
		const started = await queries.exportFile('select * from marts.breaks')
		started.stream.destroy()
		expect(await codeOf(started.manifest)).toBe('export.cancelled')
	})

	test('a wrong statement fails before the first byte', async () => {
		expect(await codeOf(queries.exportFile('select nothing from marts.breaks'))).toBe('sql.binder')
	})

	test('somebody’s SQL is exported after the gate', async () => {
		expect(await codeOf(queries.exportUserSql("select * from read_text('x')"))).toBe('sql.table_function')
		const started = await queries.exportUserSql('select 1 as one')
		expect(await textOf(started.stream)).toBe('one\r\n1\r\n')
	})
})

describe('publishing', () => {
	test('swapping under load fails no query and mixes no generations', async () => {
		const swap = publishedFolder()
		const table = (generation: number) => `create table marts.value as select ${generation} as value from range(1000)`
		await publishFixture(swap.published, '1', table(1))
		const swapping = openQueries({ published: swap.published, spool: swap.spool })
		const reader = async () => {
			const seen = [1]
			while (seen.at(-1) !== 5) {
				const { rows: found } = await sql<{ value: number; n: string }>`
					select value, count(*) as n from marts.value group by value`.execute(swapping.reports)
				expect(found).toHaveLength(1)
				seen.push(found[0]!.value)
			}
			return seen
		}
		const pinned = swapping.pin()
		const readers = [reader(), reader(), reader()]
		for (let generation = 2; generation <= 5; generation++) {
			await publishFixture(swap.published, String(generation), table(generation))
			await new Promise((resolve) => setTimeout(resolve, 150))
		}
		for (const seen of await Promise.all(readers)) expect(seen).toEqual(seen.toSorted())
		const old = await sql<{ value: number }>`select distinct value from marts.value`.execute(pinned.reports)
		expect(old.rows).toEqual([{ value: 1 }])
		pinned.release()
		await swapping.close()
		rmSync(swap.folder, { recursive: true, force: true })
	})

	test('before the first publish it says what to run', async () => {
		const empty = publishedFolder()
		const none = openQueries({ published: empty.published, spool: empty.spool })
		expect(none.generation()).toBeUndefined()
		expect(await codeOf(none.userSql('select 1'))).toBe('query.nothing_published')
		await none.close()
		rmSync(empty.folder, { recursive: true, force: true })
	})
})
