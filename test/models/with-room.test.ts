import { expect, test } from 'vitest'
import { TieoutError } from '../../models/error.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { roomOf, withRoom } from '../../models/with-room.ts'

// The last text of each group: DuckDB can't put such words aside while it groups.
const wide = `select i % 100000 as part, arg_max(repeat('x', 300) || i, i) as words from range(300000) as t(i) group by 1`

test('what does not fit into the usual memory is done once more with more, and then the usual holds again', async () => {
	const database = await openDatabase(':memory:', { memoryLimit: '60MB', threads: 1 })
	const make = () => database.run(`create or replace temp table made as select count(words) as parts from (${wide})`)
	const limit = async () => (await database.all(`select current_setting('memory_limit') as limit`))[0]
	const before = await limit()
	await expect(make()).rejects.toMatchObject({ code: 'duckdb.out_of_memory' })
	await withRoom(database, { usual: '60MB', more: '600MB' }, make)
	expect(await database.all('select * from made')).toEqual([{ parts: '100000' }])
	expect(await limit()).toEqual(before)
	await expect(withRoom(database, { usual: '60MB', more: '60MB' }, make)).rejects.toMatchObject({
		code: 'duckdb.out_of_memory',
	})
	await database.close()
})

test('other errors are not tried twice', async () => {
	const database = await openDatabase(':memory:', { threads: 1 })
	let tries = 0
	const refuse = async () => {
		tries++
		throw new TieoutError('data', 'data.wrong', 'no')
	}
	await expect(withRoom(database, { usual: '1GB', more: '2GB' }, refuse)).rejects.toMatchObject({ code: 'data.wrong' })
	expect(tries).toBe(1)
	await database.close()
})

test('a build takes what the configuration says and no more, else 800 MB at first', () => {
	expect(roomOf({ memoryLimit: '800MB' }, '4000MB')).toEqual({ usual: '800MB', more: '800MB' })
	expect(roomOf({}, '4000MB')).toEqual({ usual: '800MB', more: '4000MB' })
	expect(roomOf({}, '512MB')).toEqual({ usual: '512MB', more: '512MB' })
})
