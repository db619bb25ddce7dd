import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '../../models/warehouse.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-warehouse-'))
const file = (name: string) => path.join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a short file of somebody else’s is left as it is', async () => {
	writeFileSync(file('notes.duckdb'), 'remember the milk')
	await expect(openDatabase(file('notes.duckdb'))).rejects.toMatchObject({ kind: 'broken' })
	expect(readFileSync(file('notes.duckdb'), 'utf8')).toBe('remember the milk')
})

test('a file whose maker was killed before it held anything is made anew; one that held something is not touched', async () => {
	const made = file('made.duckdb')
	const database = await openDatabase(made)
	await database.run('create table t as select 1 as a')
	await database.close()
	const whole = readFileSync(made)
	for (const length of [0, 15, 4096, 8192, 12_287, 12_288, whole.length - 1]) {
		writeFileSync(made, whole.subarray(0, length))
		await expect(openDatabase(made, { readOnly: true })).rejects.toThrow()
		const opened = await openDatabase(made).catch(() => undefined)
		if (length < 12_288) expect(await opened?.all('show tables'), `${length} bytes`).toEqual([])
		else expect([await opened?.close(), readFileSync(made).length], `${length} bytes`).toEqual([undefined, length])
		if (length < 12_288) await opened?.close()
	}
})

test('values leave as exact text, and the zone is UTC whatever the process has', async () => {
	const database = await openDatabase(':memory:')
	const [row] =
		await database.all(`select 90071992547409.93::decimal(38, 4) as amount, 5::bigint as count, date '2024-03-10' as day,
		timestamp '2024-03-10 02:30:00' as at, timestamptz '2024-03-10 02:30:00.123456+00' as instant, null as nothing, true as yes,
		current_setting('TimeZone') as zone, current_setting('autoinstall_known_extensions') as installs`)
	expect(row).toEqual({
		amount: '90071992547409.9300',
		count: '5',
		day: '2024-03-10',
		at: '2024-03-10 02:30:00',
		instant: '2024-03-10 02:30:00.123456+00',
		nothing: null,
		yes: true,
		zone: 'UTC',
		installs: false,
	})
	const [before] = await database.all(`select timestamptz '1969-12-31 23:59:59.999999+00' as instant`)
	expect(before).toEqual({ instant: '1969-12-31 23:59:59.999999+00' })
	await database.close()
})

test('a moment without end, before Christ or beyond what JavaScript counts to reads as DuckDB writes it', async () => {
	const database = await openDatabase(':memory:')
	const moments = ['infinity', '-infinity', '0044-03-15 (BC) 12:00:00+00', '290000-01-01 00:00:00.5+00']
	for (const text of moments) {
		const [row] = await database.all(
			'select cast($1 as timestamptz) as instant, cast(cast($1 as timestamptz) as varchar) as text',
			[text],
		)
		expect(row, text).toEqual({ instant: text, text })
	}
	await database.close()
})

test('text parameters are cast by the engine, and a binary float is refused', async () => {
	const database = await openDatabase(':memory:')
	await database.run(`create table t as select 90071992547409.93::decimal(38, 4) as amount, date '2024-01-02' as day`)
	const sql = 'select count(*) as n from t where amount > $1 and day between $2 and $3 and amount = $4'
	expect(
		await database.all(sql, [
			'90071992547409.9299',
			'2024-01-01',
			new Date('2024-01-02T00:00:00Z'),
			'90071992547409.93',
		]),
	).toEqual([{ n: '1' }])
	expect(await database.all('select len($1) as n', [['a', null, 'b']])).toEqual([{ n: '3' }])
	expect(await database.all('select unnest($1) as text', [[null, 'b', 3]])).toEqual([
		{ text: null },
		{ text: 'b' },
		{ text: '3' },
	])
	expect(await database.all('select $1 + 1 as n', [9007199254740991])).toEqual([{ n: '9007199254740992' }])
	await expect(database.all('select $1', [1.5])).rejects.toThrow('a SQL parameter is the number 1.5')
	await expect(database.all('select $1', [new Date('no')])).rejects.toThrow(
		'a SQL parameter is a value of type [object Date]',
	)
	await expect(database.all('select 1; select 2')).rejects.toThrow('one SQL statement was expected, 2 came')
	await expect(database.run('create table q as select 1; select $1', ['x'])).rejects.toThrow(
		'one SQL statement was expected',
	)
	expect(await database.describe('select amount, day from t')).toEqual({
		kind: 'SELECT',
		columns: [
			{ name: 'amount', type: 'DECIMAL(38,4)' },
			{ name: 'day', type: 'DATE' },
		],
	})
	await database.close()
})

test('a file is opened once per process, and can be opened again after it was closed', async () => {
	const database = await openDatabase(file('once.duckdb'))
	await expect(openDatabase(file('once.duckdb'), { readOnly: true })).rejects.toMatchObject({
		kind: 'busy',
		code: 'warehouse.open_twice',
	})
	const other = await openDatabase(file('other.duckdb'))
	await expect(other.attach(file('once.duckdb'), 'x')).rejects.toMatchObject({ code: 'warehouse.open_twice' })
	await database.run('create table t as select 1 as a')
	await database.close()
	await other.attach(file('once.duckdb'), 'x')
	await expect(openDatabase(file('once.duckdb'))).rejects.toMatchObject({ code: 'warehouse.open_twice' })
	expect(await other.all('from x.t')).toEqual([{ a: 1 }])
	await other.detach('x')
	await (await openDatabase(file('once.duckdb'))).close()
	await other.close()
})

test('a file that another process holds is busy, and the message names that process', async () => {
	const holder = spawn(process.execPath, [
		'--disable-warning=ExperimentalWarning',
		path.join(import.meta.dirname, 'hold-file.ts'),
		file('held.duckdb'),
	])
	await new Promise((resolve) => holder.stdout.once('data', resolve))
	await expect(openDatabase(file('held.duckdb'))).rejects.toMatchObject({
		kind: 'busy',
		code: 'warehouse.locked',
		message: `${file('held.duckdb')} is in use by process ${holder.pid}`,
		next: `wait for process ${holder.pid} to end, or stop it`,
	})
	await expect(openDatabase(file('held.duckdb'), { hasLog: false })).rejects.toMatchObject({ code: 'warehouse.locked' })
	const other = await openDatabase(file('other.duckdb'))
	await expect(other.attach(file('held.duckdb'), 'held')).rejects.toMatchObject({ where: file('held.duckdb') })
	await other.close()
	holder.kill('SIGKILL')
	await new Promise((resolve) => holder.once('exit', resolve))
	const database = await openDatabase(file('held.duckdb'))
	expect(await database.all('select count(*) as n from t')).toEqual([{ n: '1' }])
	await database.close()
})

test('a write-ahead log that cannot be replayed is set aside, and the file opens as it was', async () => {
	const script = `import { openDatabase } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../models/warehouse.ts'))}
		const database = await openDatabase(${JSON.stringify(file('poisoned.duckdb'))})
		await database.run('create table t as select 1 as a')
		await database.checkpoint()
		await database.run('insert into t select * from range(1000)')
		process.kill(process.pid, 'SIGKILL')`
	writeFileSync(file('kill.ts'), script)
	spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', file('kill.ts')])
	const log = file('poisoned.duckdb.wal')
	const bytes = readFileSync(log)
	bytes[100]! ^= 0xff
	writeFileSync(log, bytes)
	await expect(openDatabase(file('poisoned.duckdb'), { readOnly: true })).rejects.toMatchObject({ kind: 'broken' })
	const database = await openDatabase(file('poisoned.duckdb'), {}, { now: () => new Date('2026-11-04T09:00:00Z') })
	expect(database.setAside).toBe(`${log}.bad-2026-11-04T09-00-00-000Z`)
	expect(readdirSync(folder)).toContain('poisoned.duckdb.wal.bad-2026-11-04T09-00-00-000Z')
	expect(await database.all('from t')).toEqual([{ a: 1 }])
	await database.close()
})

test('without a log, a killed process leaves the file as at its last checkpoint, and a log that was there counts', async () => {
	const warehouse = JSON.stringify(path.resolve(import.meta.dirname, '../../models/warehouse.ts'))
	const killed = (name: string, options: string, statements: string) => {
		const script = `import { openDatabase } from ${warehouse}
			const database = await openDatabase(${JSON.stringify(file('unlogged.duckdb'))}, ${options})
			${statements}
			process.kill(process.pid, 'SIGKILL')`
		writeFileSync(file(name), script)
		spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', file(name)])
	}
	killed('logged.ts', '{}', `await database.run('create table logged as select 1 as a')`)
	expect(readdirSync(folder)).toContain('unlogged.duckdb.wal')
	killed(
		'unlogged.ts',
		'{ hasLog: false }',
		`await database.run('create table written as select 2 as a')
		await database.checkpoint()
		await database.run('drop table logged; create table lost as select range as a from range(1000000)')`,
	)
	expect(readdirSync(folder)).not.toContain('unlogged.duckdb.wal')
	const database = await openDatabase(file('unlogged.duckdb'), { hasLog: false })
	const tables = await database.all('select table_name as name from duckdb_tables() order by 1')
	expect(tables).toEqual([{ name: 'logged' }, { name: 'written' }])
	const other = await database.session()
	expect(await other.all('select logged.a, written.a as b from logged, written')).toEqual([{ a: 1, b: 2 }])
	other.close()
	await database.close()
})

test('a missing file, a file that is no database and a bad statement each say so', async () => {
	await expect(openDatabase(file('none.duckdb'), { readOnly: true })).rejects.toMatchObject({
		kind: 'not_found',
		code: 'warehouse.missing',
	})
	writeFileSync(file('garbage.duckdb'), 'no database'.repeat(1000))
	await expect(openDatabase(file('garbage.duckdb'))).rejects.toMatchObject({
		kind: 'broken',
		where: file('garbage.duckdb'),
		next: expect.stringContaining('move the file away'),
	})
	await expect(openDatabase(file('garbage.duckdb'), { hasLog: false })).rejects.toMatchObject({ kind: 'broken' })
	const database = await openDatabase(':memory:')
	await expect(database.run('select * from nowhere')).rejects.toMatchObject({
		code: 'duckdb.catalog',
		where: ':memory:',
	})
	await database.close()
})

test('a transaction is all or nothing, and other callers wait for its end', async () => {
	const database = await openDatabase(':memory:')
	await database.run('create table t (a integer)')
	const failed = database.transaction(async () => {
		await database.run('insert into t values (1)')
		await new Promise((resolve) => setTimeout(resolve, 20))
		throw new Error('changed my mind')
	})
	const beside = database.run('insert into t values (2)')
	await expect(failed).rejects.toThrow('changed my mind')
	await beside
	expect(await database.all('from t')).toEqual([{ a: 2 }])
	await database.transaction(async () => {
		await database.run('insert into t values (3)')
		await expect(async () => database.transaction(async () => {})).rejects.toThrow('a transaction inside a transaction')
	})
	expect(await database.all('select sum(a) as n from t')).toEqual([{ n: '5' }])
	await database.close()
})

test('a stream gives columns and batches, and can be left early', async () => {
	const database = await openDatabase(':memory:')
	const { columns, batches } = await database.stream(
		'select i, i::decimal(38, 4) as amount from range($1) as r(i)',
		[10_000],
	)
	expect(columns).toEqual([
		{ name: 'i', type: 'BIGINT' },
		{ name: 'amount', type: 'DECIMAL(38,4)' },
	])
	let rows = 0
	for await (const batch of batches) rows += batch.length
	expect(rows).toBe(10_000)
	const session = await database.session()
	const endless = await session.stream('select * from range(100000000000)')
	for await (const batch of endless.batches) {
		expect(batch[0]).toEqual(['0'])
		break
	}
	session.close()
	expect(await database.all('select 1 as a')).toEqual([{ a: 1 }])
	await database.close()
})

test('a running statement can be interrupted', async () => {
	const database = await openDatabase(':memory:')
	const running = database.all('select count(*) from range(1000000) a, range(1000000) b where a.range + b.range = 7')
	setTimeout(() => database.interrupt(), 100)
	await expect(running).rejects.toMatchObject({ code: 'duckdb.interrupt' })
	await database.close()
})
